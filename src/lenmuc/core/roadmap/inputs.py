"""What a planner puts into a scenario, and how it turns the gathered work into the problem to solve."""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import msgspec

from lenmuc.core.roadmap.gather import BUDGET, OfferingGap
from lenmuc.core.roadmap.problem import (
    Budget,
    Denominator,
    Holiday,
    Item,
    Objective,
    Pool,
    Problem,
    Target,
    Upgrade,
)

Order = Literal["pin", "not_before", "by", "exclude"]
Aim = Literal["trips", "filings", "offerings", "targets_first"]
MOVE_WEIGHT = 0.01  # of the gain of the whole plan, spread over its items: a move has to be worth something


class Rule(msgspec.Struct, frozen=True):
    """One work item, by its id, that the planner sets to, not before or by a quarter, or leaves out."""

    item: str
    order: Order
    quarter: str = ""


class TeamDays(msgspec.Struct, frozen=True):
    """Person-days in each quarter of one team (a pool), or of those of it who do one `kind` of work only.

    `items` is how many items it may finish in each quarter; `None`: as many as the days allow.
    """

    pool: str
    days: tuple[float, ...]
    kind: str = ""
    items: float | None = None


class Freeze(msgspec.Struct, frozen=True):
    """A quarter in which only `share` of the days is left, of one team or (empty) of everybody."""

    quarter: str
    share: float = 0.0
    pool: str = ""


class Goal(msgspec.Struct, frozen=True):
    """A share (0 to 1) or a count of offerings at `level` or above by the end of a quarter; see `Target`.

    `weight` is what each missing offering costs, in trips; `None`: the plan must meet it.
    """

    level: int
    by: str
    share: float | None = None
    count: float | None = None
    of: Denominator = "all"
    agency: str = ""
    field: str = ""
    weight: float | None = None


class PlanRequest(msgspec.Struct, frozen=True):
    """What a planner asked for; `agency` is empty for the whole place, `first_quarter` is like 2027Q1.

    Days are person-days a quarter: of the central team, of each city body, of each ward or commune; `teams`
    says otherwise for those it names. `budget` is money for the whole plan. `follows` is the roadmap that
    this one plans anew from today, staying near it; with `stay`, as near as can be before all else.
    """

    name: str
    agency: str
    first_quarter: str
    quarters: int
    central_days: float
    body_days: float
    ward_days: float
    seconds: float = 60.0
    teams: tuple[TeamDays, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    budget: float | None = None
    rules: tuple[Rule, ...] = ()
    goals: tuple[Goal, ...] = ()
    aim: Aim = "trips"
    follows: int | None = None
    stay: bool = False


class Estimate(msgspec.Struct, frozen=True):
    """What people think that meeting a criterion takes, in place of the scheme's figure.

    It counts for everybody, at one agency, for one service, or for one service of an agency. Days are
    person-days, `cost` is in dong; quarters are like 2027Q1, or empty. `None` leaves the scheme's own.
    """

    criterion: str
    agency: str
    service: str
    days: float | None
    cost: float | None
    earliest: str
    latest: str


class GoalResult(msgspec.Struct, frozen=True):
    """What came of a goal: offerings `wanted` and at the level when it is due, of so many in its scope."""

    goal: Goal
    wanted: float
    met: float
    of: int


class Around(msgspec.Struct, frozen=True):
    """What the problem needs beside the checklists.

    `fields` and `kinds`: the field of a service and the kind of work of a criterion, by id. `finished` are
    items (ids) said to be done. `before`: the quarter in which the approved plan has each item.
    """

    fields: Mapping[str, str] = {}
    kinds: Mapping[str, str] = {}
    estimates: tuple[Estimate, ...] = ()
    finished: frozenset[str] = frozenset()
    before: Mapping[str, str] = {}


def place_of(quarters: Sequence[str], name: str) -> int:
    """The place of a quarter in a plan: below 0 before it begins, beyond the last after it ends."""
    return _ordinal(name) - _ordinal(quarters[0])


def _ordinal(name: str) -> int:
    return int(name[:4]) * 4 + int(name[5:])


def with_inputs(
    problem: Problem, request: PlanRequest, around: Around, gaps: Sequence[OfferingGap]
) -> Problem:
    """The gathered problem with everything that the planner and the agencies have said about it."""
    quarters = problem.quarters
    rules: dict[str, list[Rule]] = {}
    for rule in request.rules:
        rules.setdefault(rule.item, []).append(rule)
    estimates = {(each.criterion, each.agency, each.service): each for each in around.estimates}
    special = {(team.pool, team.kind) for team in request.teams if team.kind}
    items = tuple(
        _item(item, quarters, around, estimates, rules.get(item.id, ()), special) for item in problem.items
    )
    pools = tuple(_pool(pool, [t for t in request.teams if t.pool == pool.id]) for pool in problem.pools)
    named = {pool.id for pool in pools}
    upgrades = tuple(
        msgspec.structs.replace(upgrade, field=around.fields.get(_service(upgrade), ""))
        for upgrade in problem.upgrades
    )
    holidays = tuple(
        Holiday(place, freeze.share, freeze.pool)
        for freeze in request.freezes
        if 0 <= (place := place_of(quarters, freeze.quarter)) < len(quarters)
        and (not freeze.pool or freeze.pool in named)
    )
    targets = tuple(
        _target(f"goal {at + 1}", goal, quarters, around.fields, gaps)
        for at, goal in enumerate(request.goals)
    )
    known = {item.id for item in items}
    baseline = {
        id: place
        for id, quarter in around.before.items()
        if id in known and 0 <= (place := place_of(quarters, quarter)) < len(quarters)
    }
    made = msgspec.structs.replace(
        problem,
        items=items,
        pools=pools,
        upgrades=upgrades,
        holidays=holidays,
        budgets=() if request.budget is None else (Budget(BUDGET, (request.budget,)),),
        targets=targets,
        baseline=baseline,
    )
    in_order = request.aim == "targets_first" or _stays(made, request)
    return msgspec.structs.replace(made, objectives=_objectives(made, request), in_order=in_order)


def _item(
    item: Item,
    quarters: Sequence[str],
    around: Around,
    estimates: Mapping[tuple[str, str, str], Estimate],
    rules: Sequence[Rule],
    special: Collection[tuple[str, str]],
) -> Item:
    service, _, agency = item.target.partition("@")
    changes: dict[str, object] = {}
    kind = around.kinds.get(item.criterion, "")
    if (item.pool, kind) in special:
        changes["kind"] = kind
    owner = agency or (item.pool if service else "")
    for place in ((owner, service), (owner, ""), ("", service), ("", "")):
        said = estimates.get((item.criterion, *place))
        if said is not None:
            if said.days is not None:
                changes["days"] = said.days
            if said.cost is not None:
                changes["cost"] = said.cost
            if said.earliest:
                changes["earliest"] = max(0, place_of(quarters, said.earliest))
            if said.latest:
                changes["latest"] = min(max(0, place_of(quarters, said.latest)), len(quarters) - 1)
            break
    for rule in rules:
        if rule.order == "exclude":
            changes["excluded"] = True
            changes["latest"] = None
        else:
            at = min(max(0, place_of(quarters, rule.quarter)), len(quarters) - 1)
            changes[{"pin": "pin", "not_before": "earliest", "by": "latest"}[rule.order]] = at
    if item.id in around.finished:
        changes = {"done": True, "kind": changes.get("kind", "")}
    return msgspec.structs.replace(item, **changes) if changes else item


def _pool(pool: Pool, teams: Sequence[TeamDays]) -> Pool:
    for team in teams:
        if team.kind:
            pool = msgspec.structs.replace(pool, kinds={**pool.kinds, team.kind: team.days})
        else:
            pool = msgspec.structs.replace(pool, days=team.days)
        if team.items is not None:
            pool = msgspec.structs.replace(pool, items=(team.items,) * len(pool.days))
    return pool


def _service(upgrade: Upgrade) -> str:
    return upgrade.id.partition("#")[2].rpartition("@")[0]


def in_scope(goal: Goal, gap: OfferingGap, fields: Mapping[str, str]) -> bool:
    """Whether a goal counts this offering in its denominator.

    Eligible are those that no law keeps below the level; with filings those of which some are known.
    """
    if (goal.agency and gap.agency != goal.agency) or (goal.field and fields.get(gap.service) != goal.field):
        return False
    if goal.of == "with_filings":
        return bool(gap.filings)
    return goal.of == "all" or not gap.blocked or gap.level >= goal.level


def _target(
    id: str, goal: Goal, quarters: Sequence[str], fields: Mapping[str, str], gaps: Sequence[OfferingGap]
) -> Target:
    counted = [gap for gap in gaps if in_scope(goal, gap, fields)]
    return Target(
        id=id,
        level=goal.level,
        by=min(max(0, place_of(quarters, goal.by)), len(quarters) - 1),
        share=goal.share,
        count=goal.count,
        of=goal.of,
        agency=goal.agency,
        field=goal.field,
        already=sum(gap.level >= goal.level for gap in counted),
        total=len(counted),
        weight=goal.weight,
    )


def _stays(problem: Problem, request: PlanRequest) -> bool:
    return request.stay and bool(problem.baseline)


def _objectives(problem: Problem, request: PlanRequest) -> tuple[Objective, ...]:
    aim = request.aim
    soft = any(target.weight is not None for target in problem.targets)
    main: dict[Aim, Objective] = {
        "trips": Objective("gain"),
        "filings": Objective("filings"),
        "offerings": Objective("offerings"),
        "targets_first": Objective("gain"),
    }
    found = [main[aim]]
    if soft:
        found = [Objective("targets"), *found] if aim == "targets_first" else [*found, Objective("targets")]
    if _stays(problem, request):
        return (Objective("moves"), *found)
    if problem.baseline:
        gain = sum(upgrade.gain for upgrade in problem.upgrades)
        found.append(Objective("moves", MOVE_WEIGHT * gain / max(1, len(problem.baseline))))
    return tuple(found) if len(found) > 1 or aim in ("filings", "offerings") else ()
