"""Satisfaction with a service: what is asked, and which sums may be shown without showing anybody. Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from lenmuc.core.errors import N_, Fault, fault

CONTENTS: Final = ("overall", "convenience", "timeliness", "attitude")
"""What is rated. Source: Circular 32/2017/TT-BTTTT, Art. 12.1; only the first has to be answered (12.2)."""
STEPS: Final = (3, 2, 1)
"""Very satisfied, satisfied, not yet satisfied: the three steps of Art. 12.1.c."""
ENOUGH = 5  # answers below which nothing is shown

Place = tuple[str, str]  # a service and an agency


class Quarter(msgspec.Struct, frozen=True, order=True):
    """A quarter of a year, `number` 1 to 4."""

    year: int
    number: int

    @property
    def first(self) -> dt.date:
        """Its first day."""
        return dt.date(self.year, 3 * self.number - 2, 1)

    @property
    def after(self) -> dt.date:
        """The day after its last one."""
        return dt.date(self.year + self.number // 4, 3 * self.number % 12 + 1, 1)


def quarter_of(day: dt.date) -> Quarter:
    """The quarter that a day is in."""
    return Quarter(day.year, (day.month + 2) // 3)


class Tally(msgspec.Struct, frozen=True):
    """Answers to one content, counted by step."""

    very: int = 0
    satisfied: int = 0
    unsatisfied: int = 0

    @property
    def answers(self) -> int:
        """All of them."""
        return self.very + self.satisfied + self.unsatisfied

    @property
    def content(self) -> int:
        """Those that are satisfied or very satisfied."""
        return self.very + self.satisfied


def total(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    every = list(tallies)
    return Tally(
        sum(each.very for each in every),
        sum(each.satisfied for each in every),
        sum(each.unsatisfied for each in every),
    )


def shown(cells: Mapping[Place, Tally]) -> dict[Place, Tally]:
    """What may be shown of single offerings: those with `ENOUGH` answers."""
    return {place: tally for place, tally in cells.items() if tally.answers >= ENOUGH}


class Sums(msgspec.Struct, frozen=True):
    """All answers of an agency to one content, and those of the offerings that `shown` lets through."""

    whole: Tally
    seen: Tally


def _told(whole: Tally, seen: Tally) -> Tally | None:
    """The whole when what it holds beyond the parts that are seen is `ENOUGH` answers; else those parts."""
    if whole.answers - seen.answers >= ENOUGH:
        return whole
    return seen if seen.answers else None


def shown_agencies(sums: Mapping[str, Sums]) -> dict[str, Tally]:
    """What may be shown of whole agencies; an agency without it is left out.

    Whoever takes the offerings that are shown from it gets nothing, or `ENOUGH` answers of several offerings.
    """
    told = {agency: _told(each.whole, each.seen) for agency, each in sums.items()}
    return {agency: tally for agency, tally in told.items() if tally is not None}


def shown_place(sums: Mapping[str, Sums]) -> Tally | None:
    """What may be shown of the whole city: the same rule one floor up. Nothing: `None`.

    Sums go up one tree only, from offerings to agencies to the city: sums across agencies as well would be
    a second set of equations for the same hidden cells. A service at all agencies is the sum of `shown`.
    """
    return _told(total(each.whole for each in sums.values()), total(shown_agencies(sums).values()))


class Rating(msgspec.Struct, frozen=True):
    """One answer: `overall` and, as far as somebody wished to, the three details; 3, 2 or 1 each."""

    overall: int
    convenience: int | None = None
    timeliness: int | None = None
    attitude: int | None = None


def rating_of(typed: Mapping[str, str]) -> tuple[Rating | None, list[Fault]]:
    """The rating that a form holds, or what is wrong with it."""
    faults: list[Fault] = []
    values: dict[str, int | None] = {}
    for content in CONTENTS:
        given = typed.get(content, "")
        if given and given not in {str(step) for step in STEPS}:
            faults.append(fault(content, N_("Choose one of the answers.")))
        values[content] = int(given) if given and not faults else None
    overall = values.pop("overall")
    if not typed.get("overall"):
        faults.insert(0, fault("overall", N_("Choose how satisfied you are overall.")))
    if faults or overall is None:
        return None, faults
    return Rating(overall, **values), []
