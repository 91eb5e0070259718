"""How much of the filings few services carry, and how soon a plan reaches them: a curve and its table."""

import math

import msgspec

from lenmuc.core.roadmap.view import RoadmapView

MARKS = (0.5, 0.8, 0.95)
SHARES = (0.01, 0.05, 0.1, 0.2, 0.5)  # of the services
HIGH = 1000  # the square that curves are drawn in
_POINTS = 400


class Carried(msgspec.Struct, frozen=True):
    """The fewest services that together carry `share` of the filings."""

    share: float
    services: int


class Reached(msgspec.Struct, frozen=True):
    """By the end of a quarter (its index): items finished and their person-days; filings a year of the
    offerings at level 3 or above and at level 4, those that were there before among them. Shares are of the
    plan's work and of all these filings.
    """

    quarter: int
    items: int
    days: float
    filings_3: int
    filings_4: int
    share_of_days: float
    share_3: float
    share_4: float


class Concentration(msgspec.Struct, frozen=True):
    """Services that lack something, by their filings a year, the largest first; and what the plan reaches.

    `before`: the filings of offerings that were at level 3 already.
    """

    filings: tuple[int, ...]
    before: int
    carried: tuple[Carried, ...]
    reached: tuple[Reached, ...]

    @property
    def whole(self) -> int:
        """All their filings a year."""
        return sum(self.filings)

    def of(self, share: float) -> float:
        """The share of the filings that this share of the services carries, the largest first."""
        return sum(self.filings[: round(share * len(self.filings))]) / (self.whole or 1)

    def rows(self) -> tuple[tuple[int, float, bool], ...]:
        """(services, the share of the filings that they carry, whether that is the least they carry), the
        fewest services first: some shares of the services, and the services for some shares of the filings.
        """
        some = {round(share * len(self.filings)): share for share in SHARES}
        found = [(services, self.of(share), False) for services, share in some.items() if services]
        found += [(each.services, each.share, True) for each in self.carried if each.services not in some]
        return tuple(sorted(found))

    def curve(self) -> str:
        """Filings over services, both from 0 to all, as a path in a square of `HIGH`; the lower edge is 0."""
        path, running, count = f"M0 {HIGH}", 0, len(self.filings)
        every = max(1, count // _POINTS)
        for place, each in enumerate(self.filings, start=1):
            running += each
            if place <= _POINTS // 4 or place % every == 0 or place == count:
                path += f"L{HIGH * place / count:.1f} {HIGH * (1 - running / (self.whole or 1)):.1f}"
        return path

    def way(self) -> str:
        """Filings at level 3 or above over the work of the plan, quarter by quarter, in the same square."""
        if not self.reached:
            return ""
        points = [
            (0.0, self.before / (self.whole or 1)),
            *((e.share_of_days, e.share_3) for e in self.reached),
        ]
        return "M" + "L".join(f"{HIGH * x:.1f} {HIGH * (1 - y):.1f}" for x, y in points)


def concentration(view: RoadmapView) -> Concentration:
    """The curve of a plan, or of one agency's part of it."""
    filings = tuple(sorted((service.filings for service in view.services), reverse=True))
    whole = sum(filings)
    carried, running, at = [], 0, 0
    for share in MARKS if whole else ():
        while running < share * whole:
            running += filings[at]
            at += 1
        carried.append(Carried(share, at))
    done: dict[int, list[float]] = {}
    for line in view.lines:
        if line.quarter is not None:
            done.setdefault(line.quarter, []).append(line.days)
    all_days = math.fsum(day for days in done.values() for day in days)
    there = sum(lift.filings for lift in view.lifts if lift.first > 3)
    reached, items, spent = [], 0, 0.0
    for quarter, step in enumerate(view.steps):
        items += len(done.get(quarter, ()))
        spent += math.fsum(done.get(quarter, ()))
        at_3, at_4 = there + step.filings_3, step.filings_4
        reached.append(
            Reached(
                quarter, items, spent, at_3, at_4, spent / (all_days or 1), at_3 / (whole or 1),
                at_4 / (whole or 1),
            )
        )  # fmt: skip
    return Concentration(filings, there, tuple(carried), tuple(reached))
