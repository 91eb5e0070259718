"""Why each item stands where it stands: facts that anybody can check from the problem and the plan."""

from collections.abc import Mapping

import msgspec

from lenmuc.core.roadmap.problem import Item, Problem, Solution, Upgrade
from lenmuc.core.roadmap.resources import Resource, resources, usage


class Start(msgspec.Struct, frozen=True, tag="start"):
    """It is finished in the first quarter of the plan: it could not be earlier."""


class WaitsFor(msgspec.Struct, frozen=True, tag="waits_for"):
    """It needs `item`, which is finished in this very quarter (index)."""

    item: str
    quarter: int


class NotBefore(msgspec.Struct, frozen=True, tag="not_before"):
    """It may not be finished before this quarter (index), in which it stands."""

    quarter: int


class Done(msgspec.Struct, frozen=True, tag="done"):
    """It was finished before the plan begins."""


class Pinned(msgspec.Struct, frozen=True, tag="pinned"):
    """The planner pinned it to this quarter (index)."""

    quarter: int


class AsApproved(msgspec.Struct, frozen=True, tag="as_approved"):
    """It stands in this quarter (index) as in the approved plan, and moves count."""

    quarter: int


class Moved(msgspec.Struct, frozen=True, tag="moved"):
    """It stands elsewhere than in the approved plan (`was`, index): the solver found that worth the move."""

    was: int


class NoDaysLeft(msgspec.Struct, frozen=True, tag="no_days_left"):
    """It takes `needed` person-days; one quarter earlier (`quarter`, index) the pool has only `left` free.

    `kind`: of the people who do that kind of work; empty: of all others.
    """

    pool: str
    quarter: int
    left: float
    needed: float
    kind: str = ""


class NoMoneyLeft(msgspec.Struct, frozen=True, tag="no_money_left"):
    """It costs `needed`; one quarter earlier (`quarter`, index) the budget has only `left`."""

    budget: str
    quarter: int
    left: float
    needed: float


class NoPlaceLeft(msgspec.Struct, frozen=True, tag="no_place_left"):
    """Up to one quarter earlier (`quarter`, index) the pool may finish `most` items, and does."""

    pool: str
    quarter: int
    most: float


class DoesNotFit(msgspec.Struct, frozen=True, tag="does_not_fit"):
    """Not in the plan: what `upgrade` still lacks takes `needed` days, the pool has `left` in the whole
    horizon.

    It holds for every upgrade that needs the item; named is the one with the most gain.
    """

    upgrade: str
    pool: str
    left: float
    needed: float
    kind: str = ""


class CostsTooMuch(msgspec.Struct, frozen=True, tag="costs_too_much"):
    """Not in the plan: what `upgrade` still lacks costs `needed`, the budget has `left` in the whole plan."""

    upgrade: str
    budget: str
    left: float
    needed: float


class TooManyItems(msgspec.Struct, frozen=True, tag="too_many_items"):
    """Not in the plan: `upgrade` still lacks `needed` items, the pool may finish `left` more in the plan."""

    upgrade: str
    pool: str
    left: float
    needed: float


class Excluded(msgspec.Struct, frozen=True, tag="excluded"):
    """Not in the plan: the planner excluded it."""


class NeedsExcluded(msgspec.Struct, frozen=True, tag="needs_excluded"):
    """Not in the plan: `upgrade` also needs `item`, which the planner excluded."""

    upgrade: str
    item: str


class TooLate(msgspec.Struct, frozen=True, tag="too_late"):
    """Not in the plan: `item`, which `upgrade` needs as well, may not be finished within the horizon."""

    upgrade: str
    item: str


class ServesNothing(msgspec.Struct, frozen=True, tag="serves_nothing"):
    """Not in the plan: no upgrade needs it."""


Reason = (
    Start
    | Done
    | WaitsFor
    | NotBefore
    | Pinned
    | AsApproved
    | Moved
    | NoDaysLeft
    | NoMoneyLeft
    | NoPlaceLeft
    | DoesNotFit
    | CostsTooMuch
    | TooManyItems
    | TooLate
    | Excluded
    | NeedsExcluded
    | ServesNothing
)


class Unlocks(msgspec.Struct, frozen=True):
    """Whom an item serves: offerings (and their filings a year) that need it, and how many of them the
    plan lifts.

    An offering counts once, at the lowest level for which it needs the item. `gain` is trips a quarter of all
    upgrades that need it; `items` the other items that cannot start without it.
    """

    offerings: int = 0
    filings: int = 0
    lifted: int = 0
    gain: float = 0.0
    items: int = 0


def explain(problem: Problem, solution: Solution) -> dict[str, Reason]:
    """One true reason for each item, by its id.

    Because every item is laid as early as its needs and the days left allow (see `layout.lay_out`), an
    item later
    than the first quarter has a need in its own quarter, or stands at its earliest, or lacks the days before.
    """
    stock = _Stock(problem, solution.finish)
    moving = problem.baseline if any(o.measure == "moves" for o in problem.objectives) else {}
    why: dict[str, Reason] = {}
    for item in problem.items:
        if item.id in solution.finish:
            why[item.id] = _stands(item, solution.finish, stock, moving)
    why.update(_left_out(problem, solution, stock))
    return {item.id: why[item.id] for item in problem.items}


class _Stock:
    """What a plan leaves of each resource: `left[r][t]` up to the end of quarter t."""

    def __init__(self, problem: Problem, finish: Mapping[str, int]) -> None:
        self.resources = resources(problem)
        used = usage(problem, self.resources)
        self.used = {item.id: used[at] for at, item in enumerate(problem.items)}
        self.left = [list(resource.there) for resource in self.resources]
        for id, quarter in finish.items():
            for resource, amount in self.used[id].items():
                for t in range(quarter, len(problem.quarters)):
                    self.left[resource][t] -= amount

    def lacking(self, wanted: Mapping[int, float], quarter: int) -> tuple[Resource, float, float]:
        """(what lacks the most for this work by a quarter, what is left of it, what is wanted)."""
        number = max(wanted, key=lambda n: (wanted[n] - self.left[n][quarter]) / max(wanted[n], 1e-9))
        return self.resources[number], max(0.0, self.left[number][quarter]), wanted[number]


def _stands(item: Item, finish: Mapping[str, int], stock: _Stock, moving: Mapping[str, int]) -> Reason:
    quarter = finish[item.id]
    if item.done:
        return Done()
    if item.pin is not None:
        return Pinned(quarter)
    if item.id in moving:
        return AsApproved(quarter) if moving[item.id] == quarter else Moved(moving[item.id])
    if quarter == 0:
        return Start()
    for need in item.needs:
        if finish[need] == quarter:
            return WaitsFor(need, quarter)
    if item.earliest == quarter:
        return NotBefore(quarter)
    resource, left, needed = stock.lacking(stock.used[item.id], quarter - 1)
    match resource.sort:
        case "days":
            return NoDaysLeft(resource.id, quarter - 1, left, needed, resource.kind)
        case "money":
            return NoMoneyLeft(resource.id, quarter - 1, left, needed)
        case "items":
            return NoPlaceLeft(resource.id, quarter - 1, resource.there[quarter - 1])


def _left_out(problem: Problem, solution: Solution, stock: _Stock) -> dict[str, Reason]:
    """The reasons of the items that are not in the plan: the most gainful upgrade that needs one speaks
    for it.
    """
    items = {item.id: item for item in problem.items}
    upgrades = {upgrade.id: upgrade for upgrade in problem.upgrades}
    open_ = {item.id for item in problem.items if item.id not in solution.finish}
    why: dict[str, Reason] = {id: Excluded() for id in open_ if items[id].excluded}
    silent = len(open_) - len(why)
    for upgrade in sorted(problem.upgrades, key=lambda u: -u.gain):
        if silent == 0:
            break
        if upgrade.id in solution.reached:
            continue
        lacking = _lacking(upgrade, items, upgrades, solution.finish)
        if all(id in why for id in lacking):
            continue
        reason = _obstacle(problem, upgrade, [items[id] for id in lacking], stock)
        for id in lacking:
            if id not in why:
                why[id] = reason
                silent -= 1
    return {id: why.get(id, ServesNothing()) for id in open_}


def _obstacle(problem: Problem, upgrade: Upgrade, lacking: list[Item], stock: _Stock) -> Reason:
    wanted: dict[int, float] = {}
    for item in lacking:
        if item.excluded:
            return NeedsExcluded(upgrade.id, item.id)
        if item.earliest >= len(problem.quarters):
            return TooLate(upgrade.id, item.id)
        for resource, amount in stock.used[item.id].items():
            wanted[resource] = wanted.get(resource, 0.0) + amount
    short, left, needed = stock.lacking(wanted, len(problem.quarters) - 1)
    match short.sort:
        case "days":
            return DoesNotFit(upgrade.id, short.id, left, needed, short.kind)
        case "money":
            return CostsTooMuch(upgrade.id, short.id, left, needed)
        case "items":
            return TooManyItems(upgrade.id, short.id, left, needed)


def _lacking(
    upgrade: Upgrade, items: Mapping[str, Item], upgrades: Mapping[str, Upgrade], finish: Mapping[str, int]
) -> list[str]:
    """The items that the upgrade still lacks, with those of the upgrades before it and all they need."""
    stack: list[str] = []
    seen: set[str] = set()

    def ask(needs: tuple[str, ...]) -> None:
        for need in needs:
            if need not in seen and need not in finish:
                seen.add(need)
                stack.append(need)

    below: Upgrade | None = upgrade
    while below is not None:
        ask(below.needs)
        below = upgrades.get(below.after)
    for id in stack:
        ask(items[id].needs)
    return stack


def unlocks(problem: Problem, solution: Solution) -> dict[str, Unlocks]:
    """Whom each item serves, directly or through the items that need it."""
    return served(problem, solution)[0]


def served(problem: Problem, solution: Solution) -> tuple[dict[str, Unlocks], tuple[Upgrade, ...]]:
    """The same, and the upgrades that need two items of one criterion, those before them counted in."""
    criteria = {item.id: item.criterion for item in problem.items}
    several: list[Upgrade] = []
    items = {item.id: item for item in problem.items}
    upgrades = {upgrade.id: upgrade for upgrade in problem.upgrades}
    closure: dict[str, frozenset[str]] = {}

    def needed(upgrade: Upgrade) -> list[str]:
        """The items of this upgrade alone, without those of the upgrades before it."""
        return _lacking(msgspec.structs.replace(upgrade, after=""), items, upgrades, {})

    count: dict[str, list[float]] = {item.id: [0, 0, 0, 0.0] for item in problem.items}
    by_needs: dict[tuple[str, ...], frozenset[str]] = {}
    for upgrade in problem.upgrades:
        if upgrade.needs not in by_needs:
            by_needs[upgrade.needs] = frozenset(needed(upgrade))
        closure[upgrade.id] = by_needs[upgrade.needs]
    for upgrade in problem.upgrades:
        before: set[str] = set()
        below = upgrades.get(upgrade.after)
        while below is not None:
            before |= closure[below.id]
            below = upgrades.get(below.after)
        fresh = closure[upgrade.id] - before
        named = {criteria[id] for id in fresh}
        if len(named) < len(fresh) or (before and not named.isdisjoint(map(criteria.__getitem__, before))):
            several.append(upgrade)
        for id in closure[upgrade.id]:
            row = count[id]
            row[3] += upgrade.gain
            if id not in before:
                row[0] += upgrade.offerings
                row[1] += upgrade.filings
                row[2] += upgrade.offerings if upgrade.id in solution.reached else 0
        for id in before - closure[upgrade.id]:
            count[id][3] += upgrade.gain
    waiting = _waiting(problem)
    found = {
        id: Unlocks(int(row[0]), int(row[1]), int(row[2]), row[3], waiting[id]) for id, row in count.items()
    }
    return found, tuple(several)


def _waiting(problem: Problem) -> dict[str, int]:
    """How many other items need each item, directly or through others."""
    users: dict[str, list[str]] = {item.id: [] for item in problem.items}
    for item in problem.items:
        for need in item.needs:
            users[need].append(item.id)
    found: dict[str, int] = {}
    for id in users:
        seen = {id}
        stack = [id]
        for each in stack:
            fresh = [user for user in users[each] if user not in seen]
            seen.update(fresh)
            stack += fresh
        found[id] = len(stack) - 1
    return found
