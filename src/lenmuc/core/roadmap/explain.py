"""Why each item stands where it stands: facts that anybody can check from the problem and the plan."""

from collections.abc import Mapping

import msgspec

from lenmuc.core.roadmap.problem import Item, Problem, Solution, Upgrade, capacity


class Start(msgspec.Struct, frozen=True, tag="start"):
    """It is finished in the first quarter of the plan: it could not be earlier."""


class WaitsFor(msgspec.Struct, frozen=True, tag="waits_for"):
    """It needs `item`, which is finished in this very quarter (index)."""

    item: str
    quarter: int


class NotBefore(msgspec.Struct, frozen=True, tag="not_before"):
    """It may not be finished before this quarter (index), in which it stands."""

    quarter: int


class NoDaysLeft(msgspec.Struct, frozen=True, tag="no_days_left"):
    """It takes `needed` person-days; one quarter earlier (`quarter`, index) the pool has only `left` free."""

    pool: str
    quarter: int
    left: float
    needed: float


class DoesNotFit(msgspec.Struct, frozen=True, tag="does_not_fit"):
    """Not in the plan: what `upgrade` still lacks takes `needed` days, the pool has `left` in the whole
    horizon.

    It holds for every upgrade that needs the item; named is the one with the most gain.
    """

    upgrade: str
    pool: str
    left: float
    needed: float


class TooLate(msgspec.Struct, frozen=True, tag="too_late"):
    """Not in the plan: `item`, which `upgrade` needs as well, may not be finished within the horizon."""

    upgrade: str
    item: str


class ServesNothing(msgspec.Struct, frozen=True, tag="serves_nothing"):
    """Not in the plan: no upgrade needs it."""


Reason = Start | WaitsFor | NotBefore | NoDaysLeft | DoesNotFit | TooLate | ServesNothing


class Unlocks(msgspec.Struct, frozen=True):
    """Whom an item serves: offerings (and their filings a year) that need it, and how many of them the
    plan lifts.

    An offering counts once, at the lowest level for which it needs the item. `gain` is trips a quarter of all
    upgrades that need it.
    """

    offerings: int = 0
    filings: int = 0
    lifted: int = 0
    gain: float = 0.0


def explain(problem: Problem, solution: Solution) -> dict[str, Reason]:
    """One true reason for each item, by its id.

    Because every item is laid as early as its needs and the days left allow (see `layout.lay_out`), an
    item later
    than the first quarter has a need in its own quarter, or stands at its earliest, or lacks the days before.
    """
    last = len(problem.quarters) - 1
    have = capacity(problem)
    left = {pool: list(days) for pool, days in have.items()}
    for item in problem.items:
        if item.id in solution.finish:
            for quarter in range(solution.finish[item.id], last + 1):
                left[item.pool][quarter] -= item.days
    why: dict[str, Reason] = {}
    for item in problem.items:
        if item.id in solution.finish:
            why[item.id] = _stands(item, solution.finish, left)
    why.update(_left_out(problem, solution, {pool: days[last] for pool, days in left.items()}))
    return {item.id: why[item.id] for item in problem.items}


def _stands(item: Item, finish: Mapping[str, int], left: Mapping[str, list[float]]) -> Reason:
    quarter = finish[item.id]
    if quarter == 0:
        return Start()
    for need in item.needs:
        if finish[need] == quarter:
            return WaitsFor(need, quarter)
    if item.earliest == quarter:
        return NotBefore(quarter)
    return NoDaysLeft(item.pool, quarter - 1, max(0.0, left[item.pool][quarter - 1]), item.days)


def _left_out(problem: Problem, solution: Solution, left: Mapping[str, float]) -> dict[str, Reason]:
    """The reasons of the items that are not in the plan: the most gainful upgrade that needs one speaks
    for it.
    """
    items = {item.id: item for item in problem.items}
    upgrades = {upgrade.id: upgrade for upgrade in problem.upgrades}
    open_ = {item.id for item in problem.items if item.id not in solution.finish}
    why: dict[str, Reason] = {}
    silent = len(open_)
    for upgrade in sorted(problem.upgrades, key=lambda u: -u.gain):
        if silent == 0:
            break
        if upgrade.id in solution.reached:
            continue
        lacking = _lacking(upgrade, items, upgrades, solution.finish)
        if all(id in why for id in lacking):
            continue
        reason = _obstacle(problem, upgrade, [items[id] for id in lacking], left)
        for id in lacking:
            if id not in why:
                why[id] = reason
                silent -= 1
    return {id: why.get(id, ServesNothing()) for id in open_}


def _obstacle(problem: Problem, upgrade: Upgrade, lacking: list[Item], left: Mapping[str, float]) -> Reason:
    needed: dict[str, float] = {}
    for item in lacking:
        if item.earliest >= len(problem.quarters):
            return TooLate(upgrade.id, item.id)
        needed[item.pool] = needed.get(item.pool, 0.0) + item.days
    pool = max(needed, key=lambda pool: needed[pool] - left[pool])  # the one that lacks the most
    return DoesNotFit(upgrade.id, pool, max(0.0, left[pool]), needed[pool])


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
        for id in closure[upgrade.id]:
            row = count[id]
            row[3] += upgrade.gain
            if id not in before:
                row[0] += upgrade.offerings
                row[1] += upgrade.filings
                row[2] += upgrade.offerings if upgrade.id in solution.reached else 0
        for id in before - closure[upgrade.id]:
            count[id][3] += upgrade.gain
    return {id: Unlocks(int(row[0]), int(row[1]), int(row[2]), row[3]) for id, row in count.items()}
