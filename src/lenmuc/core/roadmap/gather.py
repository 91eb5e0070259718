"""From checklists to a problem: every unmet defining criterion becomes work where it is done once."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

import msgspec

from lenmuc.core.checklists import Scheme, Scope
from lenmuc.core.roadmap.problem import Item, Pool, Problem, Upgrade

ALL: Final = -1
"""The set of all criteria."""
CENTRAL: Final = "central"
HANDLING: Final = "processing"
"""The group of criteria on how a dossier is handled once it is filed (Circular 32/2017, Art. 5.3.c–d)."""
BUDGET: Final = "plan"
"""The name of the one budget that a scenario may have."""
TRIPS_SAVED: Final[Mapping[int, float]] = {1: 0.0, 2: 0.0, 3: 1.0, 4: 1.0}
"""Trips that one filing saves once its offering reaches the level, on top of the level below.

An assumption of ours, to be shown wherever a roadmap is: filing online saves the trip to hand in the dossier,
paying and returning online saves the trip to pay and collect. Nobody has measured it.
"""


class OfferingGap(msgspec.Struct, frozen=True):
    """One offering and what it lacks. Sets are bits of the scheme's criteria, of **every** role.

    `level` is the assessed level; `filings` a year, `None` when unknown. `unmet`: applicable and not met.
    `unknown`: those of `unmet` that nobody has answered with "not met". `blocked`: those that a law forbids
    to meet now; no work lifts them.
    """

    service: str
    agency: str
    filings: int | None
    level: int
    unmet: int
    unknown: int = 0
    blocked: int = 0


class Handled(msgspec.Struct, frozen=True):
    """A service that is a part of the interlinked service `whole`, with what it lacks where it is handled.

    `at` is the agency whose offering of the whole waits for it; empty: every agency's.
    """

    whole: str
    at: str
    part: OfferingGap


class PlanSettings(msgspec.Struct, frozen=True):
    """What a planner chooses. Days are person-days a quarter, one number for each of `quarters`.

    `agencies` gives the days of each agency by code, `others` those of every agency not named there. `days`
    replaces the scheme's default effort of a criterion, by its id. `target` is the highest level planned for.
    """

    quarters: tuple[str, ...]
    central: tuple[float, ...]
    others: tuple[float, ...]
    agencies: Mapping[str, tuple[float, ...]] = {}
    days: Mapping[str, float] = {}
    target: int = 4
    discount: float = 0.0
    gap: float = 0.01
    seconds: float = 60.0


class Blocked(msgspec.Struct, frozen=True):
    """An offering that a law keeps below `level`, with the criteria in question: a proposal of law, not
    work.
    """

    service: str
    agency: str
    level: int
    filings: int | None
    criteria: tuple[str, ...]


class Gathered(msgspec.Struct, frozen=True):
    """The problem; the (service, agency) pairs behind each upgrade; how many offerings have unknown filings.

    Unknown filings count as 0: such an offering is planned last, not refused.
    """

    problem: Problem
    members: dict[str, tuple[tuple[str, str], ...]]
    unknown_filings: int
    blocked: tuple[Blocked, ...]


def item_id(criterion: str, at: Scope, service: str, agency: str) -> str:
    """The name of a work item: `4.02`, `3.79@STP`, `3.01#1.001193` or `3.05#1.001193@X00004`."""
    return (
        criterion
        + ("#" + service if at in ("service", "offering") else "")
        + ("@" + agency if at in ("agency", "offering") else "")
    )


def gather(
    scheme: Scheme,
    offerings: Iterable[OfferingGap],
    settings: PlanSettings,
    shared: Collection[str] | None = None,
    parts: Iterable[OfferingGap] = (),
    handled: Iterable[Handled] = (),
) -> Gathered:
    """The problem of lifting these offerings to `settings.target`.

    Work at the platform takes days of the pool `central`; work at an agency or for one offering the
    agency's own;
    work for a service the agency's when it alone offers the code, else `central`. `shared` names the codes
    that
    several agencies offer; without it they are read from `offerings`.
    Criteria that `work.needs` names and that are not met are work as well, whatever their role. An item
    waits for a
    need that is fixed by its own place (the platform, itself); any other need (a service's on an agency's)
    binds the
    offering's upgrade. Work done once waits for what any of its offerings still lacks.
    `parts` are what interlinked services would lack if each other agency that takes part offered them too:
    their offerings also wait for what those lack as agencies, which is work in their own days. `handled` are
    services of their own that are parts of them: a dossier that is filed online is handled online only when
    each part is, so what the part lacks of `HANDLING` comes first too; its forms and filing do not.
    Offerings of one service that need exactly the same items are one upgrade with their number.
    """
    everything = list(offerings)
    if shared is None:
        owner: dict[str, str] = {}
        shared = {
            gap.service for gap in everything if owner.setdefault(gap.service, gap.agency) != gap.agency
        }
    work = _Work(scheme, settings, shared)
    taking_part: dict[str, list[OfferingGap]] = {}
    for part in parts:
        taking_part.setdefault(part.service, []).append(part)
    handlings: dict[tuple[str, str], list[OfferingGap]] = {}
    for each in handled:
        handlings.setdefault((each.whole, each.at), []).append(each.part)
    groups: dict[tuple[str, int, tuple[tuple[str, ...], ...]], list[OfferingGap]] = {}
    blocked: list[Blocked] = []
    for gap in everything:
        lifts = []
        others = [part for part in taking_part.get(gap.service, ()) if part.agency != gap.agency]
        pieces = [*handlings.get((gap.service, ""), ()), *handlings.get((gap.service, gap.agency), ())]
        for level in range(gap.level + 1, settings.target + 1):
            wall = gap.blocked & work.lacking(gap.unmet, level)
            for other in others:
                wall |= other.blocked & work.own & work.lacking(other.unmet, level)
            for piece in pieces:
                wall |= piece.blocked & work.lacking(piece.unmet, level, work.handling)
            if wall:
                ids = tuple(criterion.id for criterion in scheme.members(wall))
                blocked.append(Blocked(gap.service, gap.agency, level, gap.filings, ids))
                break
            own = work.needs(gap, level)
            own += tuple(id for other in others for id in work.own_needs(other, level))
            own += tuple(id for piece in pieces for id in work.needs(piece, level, work.handling))
            lifts.append(tuple(dict.fromkeys(own)))
        if lifts:
            groups.setdefault((gap.service, gap.level, tuple(lifts)), []).append(gap)
    upgrades: list[Upgrade] = []
    members: dict[str, tuple[tuple[str, str], ...]] = {}
    for (service, present, needs), group in groups.items():
        agency = group[0].agency + (f"+{len(group) - 1}" if len(group) > 1 else "")
        filings = sum(gap.filings or 0 for gap in group)
        owners = {gap.agency: gap.filings or 0 for gap in group} if len(group) > 1 else {}
        after = ""
        for level, items in enumerate(needs, start=present + 1):
            id = f"L{level}#{service}@{agency}"
            gain = filings / 4 * TRIPS_SAVED.get(level, 0.0)
            one = "" if owners else group[0].agency
            upgrades.append(Upgrade(id, level, gain, items, after, len(group), filings, owners, one))
            members[id] = tuple((gap.service, gap.agency) for gap in group)
            after = id
    problem = Problem(
        settings.quarters, work.pools(), work.all_items(), tuple(upgrades),
        settings.discount, settings.gap, settings.seconds,
    )  # fmt: skip
    return Gathered(problem, members, sum(gap.filings is None for gap in everything), tuple(blocked))


class _Place(msgspec.Struct):
    """A criterion's work while it is gathered."""

    criterion: int
    service: str
    agency: str
    pool: str
    needs: set[str]
    known: bool = False


class _Work:
    """The items met so far. What depends only on the unmet set and one place is worked out once for it."""

    def __init__(self, scheme: Scheme, settings: PlanSettings, shared: Collection[str]) -> None:
        self.scheme = scheme
        self.settings = settings
        self.shared = shared
        self.at: list[Scope] = [c.work.at if c.work else c.scope for c in scheme.criteria]
        self.before = [
            [scheme.index[need] for need in (c.work.needs if c.work else ()) if need in scheme.index]
            for c in scheme.criteria
        ]
        self.own = sum(1 << place for place, at in enumerate(self.at) if at in ("platform", "agency"))
        self.handling = sum(1 << place for place, c in enumerate(scheme.criteria) if c.group == HANDLING)
        self.items: dict[str, _Place] = {}
        self._closures: dict[tuple[int, int, int], tuple[int, int]] = {}
        self._parts: dict[tuple[str, str, int, int, int, int], tuple[str, ...]] = {}

    def lacking(self, unmet: int, level: int, only: int = ALL) -> int:
        """The unmet criteria that work for this level has to meet: the defining ones (of `only` these) and
        what they need.
        """
        return self._closure(unmet, level, only)[0]

    def _closure(self, unmet: int, level: int, only: int) -> tuple[int, int]:
        """(all criteria to meet for the level, those that the upgrade itself has to name)."""
        key = (unmet, level, only)
        if key not in self._closures:
            named = all_ = unmet & self.scheme.at_level(level) & only
            stack = [place for place in range(len(self.at)) if all_ >> place & 1]
            for place in stack:
                for need in self.before[place]:
                    if not unmet >> need & 1:
                        continue
                    if not _fixed_by(self.at[place], self.at[need]):
                        named |= 1 << need
                    if not all_ >> need & 1:
                        all_ |= 1 << need
                        stack.append(need)
            self._closures[key] = (all_, named)
        return self._closures[key]

    def needs(self, gap: OfferingGap, level: int, only: int = ALL) -> tuple[str, ...]:
        """The items that the upgrade of this offering to the level names; all its items are noted."""
        return self.own_needs(gap, level, only) + self._named(
            gap,
            level,
            only,
            ("service", gap.service, "" if gap.service in self.shared else gap.agency),
            ("offering", gap.service, gap.agency),
        )

    def own_needs(self, gap: OfferingGap, level: int, only: int = ALL) -> tuple[str, ...]:
        """Those of the platform and of the agency itself."""
        return self._named(gap, level, only, ("platform", "", ""), ("agency", "", gap.agency))

    def _named(
        self, gap: OfferingGap, level: int, only: int, *places: tuple[str, str, str]
    ) -> tuple[str, ...]:
        found: tuple[str, ...] = ()
        for at, service, agency in places:
            key = (service, at + agency, gap.unmet, gap.unknown, level, only)
            part = self._parts.get(key)
            if part is None:
                part = self._parts[key] = self._part(at, gap, level, only)
            found += part
        return found

    def _part(self, at: str, gap: OfferingGap, level: int, only: int) -> tuple[str, ...]:
        all_, named = self._closure(gap.unmet, level, only)
        part = []
        for place in range(all_.bit_length()):
            if not all_ >> place & 1 or self.at[place] != at:
                continue
            id = self._id(place, gap)
            item = self.items.get(id)
            if item is None:
                item = self.items[id] = self._new(place, gap)
            for need in self.before[place]:
                if gap.unmet >> need & 1 and _fixed_by(self.at[place], self.at[need]):
                    item.needs.add(self._id(need, gap))
            item.known = item.known or not gap.unknown >> place & 1
            if named >> place & 1:
                part.append(id)
        return tuple(part)

    def _id(self, place: int, gap: OfferingGap) -> str:
        return item_id(self.scheme.criteria[place].id, self.at[place], gap.service, gap.agency)

    def _new(self, place: int, gap: OfferingGap) -> _Place:
        at = self.at[place]
        service = gap.service if at in ("service", "offering") else ""
        agency = gap.agency if at in ("agency", "offering") else ""
        central = at == "platform" or (at == "service" and gap.service in self.shared)
        return _Place(place, service, agency, CENTRAL if central else gap.agency, set())

    def all_items(self) -> tuple[Item, ...]:
        """The items in the order of the scheme, then of their names; `target` is `service@agency`, either
        may lack.
        """
        found = []
        for id, item in sorted(self.items.items(), key=lambda pair: (pair[1].criterion, pair[0])):
            criterion = self.scheme.criteria[item.criterion]
            days = self.settings.days.get(criterion.id, criterion.work.days if criterion.work else 0.0)
            target = item.service + ("@" + item.agency if item.agency else "")
            needs = tuple(sorted(item.needs))
            found.append(Item(id, item.pool, days, needs, criterion.id, target, not item.known))
        return tuple(found)

    def pools(self) -> tuple[Pool, ...]:
        """The pools that have work, the central one first."""
        named = {item.pool for item in self.items.values()} - {CENTRAL}
        days = self.settings.agencies
        return (
            Pool(CENTRAL, self.settings.central),
            *(Pool(agency, days.get(agency, self.settings.others)) for agency in sorted(named)),
        )


def _fixed_by(at: Scope, need: Scope) -> bool:
    """Whether the place of an item settles the place of its need: the platform, itself, or all from an
    offering.
    """
    return need in ("platform", at) or at == "offering"
