"""A plan as people read it: by quarter, pool, item and offering, of a whole city or of one agency."""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import msgspec

from lenmuc.core.checklists import Words
from lenmuc.core.roadmap.counted import counted_twice
from lenmuc.core.roadmap.days import lay_days
from lenmuc.core.roadmap.explain import Reason, Unlocks, explain, served
from lenmuc.core.roadmap.gather import CENTRAL
from lenmuc.core.roadmap.problem import Problem, Solution, Upgrade
from lenmuc.core.roadmap.resources import working_days


class Names(msgspec.Struct, frozen=True):
    """What ids are called: criteria of the scheme, services, agencies and fields, by id or code."""

    criteria: Mapping[str, Words]
    services: Mapping[str, Words]
    agencies: Mapping[str, Words]
    fields: Mapping[str, Words] = {}


class Line(msgspec.Struct, frozen=True):
    """One work item. `service` and `agency` say where it is done, both empty for the platform.

    `begin` and `quarter` are indexes: when its work begins at the latest and when it is done; `None` when it
    is not in the plan. `confirm` marks work that stands for an answer nobody has given yet. `needs` are the
    items that come first.
    """

    id: str
    criterion: str
    service: str
    agency: str
    pool: str
    days: float
    begin: int | None
    quarter: int | None
    confirm: bool
    reason: Reason
    serves: Unlocks
    needs: tuple[str, ...] = ()

    @property
    def shared(self) -> bool:
        """Whether it lifts a criterion for several offerings at once: an enabler."""
        return self.serves.offerings > 1 and not (self.service and self.agency)

    @property
    def on_platform(self) -> bool:
        """Whether it is done once for everybody."""
        return not (self.service or self.agency)


class Lift(msgspec.Struct, frozen=True):
    """One offering that lacks something. `first` is the lowest level it lacks; `at_3` and `at_4` are the
    quarters (indexes) in which the plan brings it to these levels, `None` when it does not. `filings` a year.
    """

    service: str
    agency: str
    first: int
    at_3: int | None
    at_4: int | None
    filings: int


class Step(msgspec.Struct, frozen=True):
    """The state at the end of one quarter. `new_*` are offerings that reach the level in it, `at_*` all that
    have it by then; `filings_*` are filings a year of the offerings the plan has brought to the level so far.
    """

    quarter: str
    items: int
    new_3: int
    new_4: int
    at_3: int
    at_4: int
    filings_3: int
    filings_4: int


class PoolLoad(msgspec.Struct, frozen=True):
    """One pool by quarter: person-days there are, days worked, items finished; and items outside the plan."""

    pool: str
    days: tuple[float, ...]
    busy: tuple[float, ...]
    items: tuple[int, ...]
    left_out: int


class ServiceGain(msgspec.Struct, frozen=True):
    """One service over its offerings that lack something: how many reach level 3 and 4 in each quarter."""

    service: str
    offerings: int
    filings: int
    new_3: tuple[int, ...]
    new_4: tuple[int, ...]

    @property
    def at_3(self) -> int:
        """Offerings that the plan brings to level 3."""
        return sum(self.new_3)

    @property
    def at_4(self) -> int:
        """Offerings that the plan brings to level 4."""
        return sum(self.new_4)


class RoadmapView(msgspec.Struct, frozen=True, dict=True):
    """A finished plan with its names. `agency` is empty for the whole plan, else it is one agency's part.

    `twice` and `twice_shared`: by criterion, what sums of what its items (those done for several offerings)
    unlock count beyond once; nothing in a part, whose items of a criterion share no offering.

    `offerings` counts those that were looked at, `before_3` and `before_4` those that had the level before.
    `gap` is the proven distance from the best plan, as a share; it is the whole plan's in a part as well.
    """

    agency: str
    quarters: tuple[str, ...]
    offerings: int
    before_3: int
    before_4: int
    steps: tuple[Step, ...]
    pools: tuple[PoolLoad, ...]
    lines: tuple[Line, ...]
    lifts: tuple[Lift, ...]
    gap: float
    status: str
    seconds: float
    discount: float
    names: Names
    twice: Mapping[str, Unlocks] = {}
    twice_shared: Mapping[str, Unlocks] = {}

    @cached_property
    def by_id(self) -> Mapping[str, Line]:
        """The lines by item id."""
        return {line.id: line for line in self.lines}

    @cached_property
    def services(self) -> tuple[ServiceGain, ...]:
        """Every service of the plan, by code."""
        found: dict[str, list[Lift]] = {}
        for lift in self.lifts:
            found.setdefault(lift.service, []).append(lift)
        count = range(len(self.quarters))
        return tuple(
            ServiceGain(
                code,
                len(lifts),
                sum(lift.filings for lift in lifts),
                tuple(sum(lift.at_3 == t for lift in lifts) for t in count),
                tuple(sum(lift.at_4 == t for lift in lifts) for t in count),
            )
            for code, lifts in sorted(found.items())
        )

    @property
    def planned(self) -> int:
        """Items that the plan finishes."""
        return sum(line.quarter is not None for line in self.lines)

    @property
    def to_confirm(self) -> int:
        """Items in the plan that stand for an answer nobody has given."""
        return sum(line.confirm and line.quarter is not None for line in self.lines)

    @property
    def central_days(self) -> tuple[float, ...]:
        """Person-days of the central team by quarter; empty in a plan without it."""
        return next((pool.days for pool in self.pools if pool.pool == CENTRAL), ())

    @property
    def last(self) -> Step:
        """The state when the plan is done."""
        return self.steps[-1]

    @property
    def gap_percent(self) -> float:
        """The proven gap in per cent, rounded up to a hundredth: what is said is never less than what is."""
        return math.ceil(self.gap * 10_000 - 1e-9) / 100


def view_of(
    problem: Problem, solution: Solution, names: Names, offerings: int, before_3: int, before_4: int
) -> RoadmapView:
    """The whole plan. The three counts are of all offerings that were looked at, with work or without."""
    days = lay_days(problem, solution.finish)
    why = explain(problem, solution)
    serves, several = served(problem, solution)
    lines = []
    for item in problem.items:
        service, _, agency = item.target.partition("@")
        finish = solution.finish.get(item.id)
        lines.append(
            Line(
                item.id,
                item.criterion,
                service,
                agency,
                item.pool,
                item.days,
                days.begins.get(item.id),
                finish,
                item.confirm,
                why[item.id],
                serves[item.id],
                item.needs,
            )
        )
    lifts = lifts_of(problem.upgrades, solution.reached)
    pools = [
        _load(pool.id, working_days(problem, pool), days.busy[pool.id], mine)
        for pool, mine in ((pool, [line for line in lines if line.pool == pool.id]) for pool in problem.pools)
    ]
    return RoadmapView(
        "", problem.quarters, offerings, before_3, before_4,
        _steps(problem.quarters, lines, lifts, before_3, before_4), tuple(pools), tuple(lines), lifts,
        solution.gap, solution.status, solution.seconds, problem.discount, names,
        counted_twice(problem, solution, several, serves),
        counted_twice(problem, solution, several, {line.id for line in lines if line.shared}),
    )  # fmt: skip


def part_of(view: RoadmapView, agency: str) -> RoadmapView:
    """What the plan means for one agency: its own work, the platform's work it waits for, its own offerings.

    `offerings`, `before_3` and `before_4` count its offerings that lacked something when the plan was made.
    """
    lines = [line for line in view.lines if agency in (line.pool, line.agency) or line.on_platform]
    lifts = tuple(lift for lift in view.lifts if lift.agency == agency)
    before_3 = sum(lift.first > 3 for lift in lifts)
    return RoadmapView(
        agency, view.quarters, len(lifts), before_3, 0, _steps(view.quarters, lines, lifts, before_3, 0),
        tuple(pool for pool in view.pools if pool.pool == agency), tuple(lines), lifts,
        view.gap, view.status, view.seconds, view.discount, view.names,
    )  # fmt: skip


def lifted_by(upgrade: Upgrade) -> tuple[str, dict[str, int]]:
    """The service of an upgrade, and its agencies with the filings of each. Reads the ids that `gather`
    makes.
    """
    service, _, agency = upgrade.id.partition("#")[2].rpartition("@")
    return service, upgrade.agencies or {agency.partition("+")[0]: upgrade.filings}


def lifts_of(upgrades: Iterable[Upgrade], reached: Mapping[str, int]) -> tuple[Lift, ...]:
    """The offerings behind the upgrades, in their order."""
    found: dict[tuple[str, str], tuple[int, int]] = {}  # -> (lowest level lacked, filings)
    when: dict[tuple[str, str, int], int] = {}
    for upgrade in upgrades:
        service, agencies = lifted_by(upgrade)
        quarter = reached.get(upgrade.id)
        for agency, filings in agencies.items():
            lowest, _ = found.get((service, agency), (upgrade.level, filings))
            found[service, agency] = (min(lowest, upgrade.level), filings)
            if quarter is not None:
                when[service, agency, upgrade.level] = quarter
    return tuple(
        Lift(service, agency, first, when.get((service, agency, 3)), when.get((service, agency, 4)), filings)
        for (service, agency), (first, filings) in found.items()
    )


def _load(pool: str, days: tuple[float, ...], busy: tuple[float, ...], lines: Sequence[Line]) -> PoolLoad:
    items = [0] * len(days)
    for line in lines:
        if line.quarter is not None:
            items[line.quarter] += 1
    return PoolLoad(pool, days, busy, tuple(items), len(lines) - sum(items))


def _steps(
    quarters: tuple[str, ...], lines: Iterable[Line], lifts: Sequence[Lift], before_3: int, before_4: int
) -> tuple[Step, ...]:
    items = [0] * len(quarters)
    new = {3: [0] * len(quarters), 4: [0] * len(quarters)}
    filings = {3: [0] * len(quarters), 4: [0] * len(quarters)}
    for line in lines:
        if line.quarter is not None:
            items[line.quarter] += 1
    for lift in lifts:
        for level, quarter in ((3, lift.at_3), (4, lift.at_4)):
            if quarter is not None:
                new[level][quarter] += 1
                filings[level][quarter] += lift.filings
    return tuple(
        Step(
            name,
            items[t],
            new[3][t],
            new[4][t],
            before_3 + sum(new[3][: t + 1]),
            before_4 + sum(new[4][: t + 1]),
            sum(filings[3][: t + 1]),
            sum(filings[4][: t + 1]),
        )  # fmt: skip
        for t, name in enumerate(quarters)
    )
