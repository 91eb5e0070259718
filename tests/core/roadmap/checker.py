"""An independent reading of the rules of a roadmap: checks plans and reasons, enumerates small problems."""

import itertools
import math

from lenmuc.core.roadmap.explain import (
    DoesNotFit,
    NoDaysLeft,
    NotBefore,
    Reason,
    ServesNothing,
    Start,
    TooLate,
    WaitsFor,
)
from lenmuc.core.roadmap.problem import Item, Problem, Solution, Upgrade

NEVER = 10**6
CLOSE = 2e-5


def reached_when(problem: Problem, finish: dict[str, int]) -> dict[str, int]:
    by_id = {u.id: u for u in problem.upgrades}

    def when(upgrade: Upgrade) -> int:
        quarters = [0, *(finish.get(need, NEVER) for need in upgrade.needs)]
        if upgrade.after:
            quarters.append(when(by_id[upgrade.after]))
        return max(quarters)

    return {u.id: when(u) for u in problem.upgrades if when(u) < NEVER}


def worth(problem: Problem, reached: dict[str, int]) -> float:
    return sum(
        u.gain / (1 + problem.discount) ** q
        for u in problem.upgrades
        if u.id in reached
        for q in range(reached[u.id], len(problem.quarters))
    )


def broken_rules(problem: Problem, finish: dict[str, int]) -> list[str]:
    found = []
    for item in problem.items:
        if item.id not in finish:
            continue
        quarter = finish[item.id]
        if not item.earliest <= quarter < len(problem.quarters):
            found.append(f"{item.id} outside its quarters")
        found += [f"{item.id} before {need}" for need in item.needs if finish.get(need, NEVER) > quarter]
    for pool in problem.pools:
        for quarter in range(len(problem.quarters)):
            used = used_by(problem, finish, pool.id, quarter)
            if used > sum(pool.days[: quarter + 1]) + CLOSE:
                found.append(f"{pool.id} over its days by quarter {quarter}")
    return found


def used_by(problem: Problem, finish: dict[str, int], pool: str, quarter: int) -> float:
    return math.fsum(i.days for i in problem.items if i.pool == pool and finish.get(i.id, NEVER) <= quarter)


def must_be_a_plan(problem: Problem, solution: Solution) -> None:
    assert not broken_rules(problem, solution.finish)
    assert solution.reached == reached_when(problem, solution.finish)
    assert math.isclose(solution.value, worth(problem, solution.reached), rel_tol=1e-9, abs_tol=1e-9)
    assert solution.bound >= solution.value
    assert solution.gap >= 0


def best_by_enumeration(problem: Problem) -> float:
    horizon = len(problem.quarters)

    def choices(item: Item) -> list[int]:
        return [*range(item.earliest, horizon), NEVER]

    best = 0.0
    for quarters in itertools.product(*map(choices, problem.items)):
        finish = {i.id: q for i, q in zip(problem.items, quarters, strict=True) if q < NEVER}
        value = worth(problem, reached_when(problem, finish))
        if value > best and not broken_rules(problem, finish):
            best = value
    return best


def must_be_true(problem: Problem, solution: Solution, id: str, reason: Reason) -> None:
    """Check one explanation against the problem and the plan alone."""
    items = {item.id: item for item in problem.items}
    finish = solution.finish
    item = items[id]
    match reason:
        case Start():
            assert finish[id] == 0
        case WaitsFor(need, quarter):
            assert need in item.needs
            assert finish[need] == finish[id] == quarter
        case NotBefore(quarter):
            assert item.earliest == finish[id] == quarter > 0
        case NoDaysLeft(pool, quarter, left, needed):
            assert (pool, quarter, needed) == (item.pool, finish[id] - 1, item.days)
            have = sum(next(p for p in problem.pools if p.id == pool).days[: quarter + 1])
            assert math.isclose(left, have - used_by(problem, finish, pool, quarter), abs_tol=CLOSE)
            assert needed > left
            assert broken_rules(problem, {**finish, id: quarter})
        case DoesNotFit(upgrade, pool, left, needed):
            lacking = lacks(problem, upgrade, finish)
            assert id in lacking
            last = len(problem.quarters) - 1
            have = sum(next(p for p in problem.pools if p.id == pool).days)
            assert math.isclose(left, have - used_by(problem, finish, pool, last), abs_tol=CLOSE)
            assert math.isclose(
                needed, sum(items[i].days for i in lacking if items[i].pool == pool), abs_tol=CLOSE
            )
            assert needed > left
            for other in problem.upgrades:  # and no upgrade that needs it fits
                if id in lacks(problem, other.id, finish):
                    assert other.id not in solution.reached
        case TooLate(upgrade, late):
            assert {id, late} <= lacks(problem, upgrade, finish)
            assert items[late].earliest >= len(problem.quarters)
        case ServesNothing():
            assert id not in finish
            assert not any(id in lacks(problem, u.id, {}) for u in problem.upgrades)


def lacks(problem: Problem, upgrade: str, finish: dict[str, int]) -> set[str]:
    """The items that an upgrade, those before it and their items need and that the plan does not hold."""
    items = {item.id: item for item in problem.items}
    upgrades = {u.id: u for u in problem.upgrades}

    def below(id: str) -> set[str]:
        return {id}.union(*(below(need) for need in items[id].needs))

    wanted = set().union(*(below(need) for need in upgrades[upgrade].needs))
    if upgrades[upgrade].after:
        wanted |= lacks(problem, upgrades[upgrade].after, {})
    return wanted - set(finish)
