"""An independent reading of the rules of a roadmap: checks plans and reasons, enumerates small problems."""

import itertools
import math

from lenmuc.core.roadmap.explain import (
    AsApproved,
    CostsTooMuch,
    DoesNotFit,
    Done,
    Excluded,
    Moved,
    NeedsExcluded,
    NoDaysLeft,
    NoMoneyLeft,
    NoPlaceLeft,
    NotBefore,
    Pinned,
    Reason,
    ServesNothing,
    Start,
    TooLate,
    TooManyItems,
    WaitsFor,
)
from lenmuc.core.roadmap.problem import Item, Problem, Solution, Target, Upgrade

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
    horizon = len(problem.quarters)
    for item in problem.items:
        if item.done:
            if finish.get(item.id) != 0:
                found.append(f"{item.id} is done and not there")
            continue
        quarter = finish.get(item.id, NEVER)
        if quarter > (NEVER if item.latest is None else item.latest):
            found.append(f"{item.id} after its deadline")
        if item.pin not in (None, quarter):
            found.append(f"{item.id} not where it is pinned")
        if quarter == NEVER:
            continue
        if item.excluded or not item.earliest <= quarter < horizon:
            found.append(f"{item.id} outside its quarters")
        found += [f"{item.id} before {need}" for need in item.needs if finish.get(need, NEVER) > quarter]
    for quarter in range(horizon):
        found += _overused(problem, finish, quarter)
    reached = reached_when(problem, finish)
    found += [
        f"{u.id} after its deadline"
        for u in problem.upgrades
        if u.latest is not None and reached.get(u.id, NEVER) > u.latest
    ]
    for target in problem.targets:
        there, wanted = counted(problem, target, reached)
        if target.weight is None and there < wanted:
            found.append(f"{target.id} is not met")
    return found


def _overused(problem: Problem, finish: dict[str, int], quarter: int) -> list[str]:
    """Pools, kinds, numbers of items and budgets of which more is used by a quarter than there is."""
    by_then = [i for i in problem.items if not i.done and finish.get(i.id, NEVER) <= quarter]
    found = []
    for pool in problem.pools:
        mine = [item for item in by_then if item.pool == pool.id]
        for kind in ("", *pool.kinds):
            there = days_by(problem, pool.id, quarter, kind)
            used = sum(i.days for i in mine if (i.kind if i.kind in pool.kinds else "") == kind)
            if used > there + CLOSE:
                found.append(f"{pool.id} {kind} over its days by quarter {quarter}")
        if pool.items and len(mine) > sum(pool.items[: quarter + 1]) + CLOSE:
            found.append(f"{pool.id} finishes too many items by quarter {quarter}")
    for budget in problem.budgets:
        spent = sum(i.cost for i in by_then if not budget.pools or i.pool in budget.pools)
        if spent > sum(budget.amounts[: quarter + 1]) + CLOSE:
            found.append(f"{budget.id} is overspent by quarter {quarter}")
    return found


def days_by(problem: Problem, pool: str, quarter: int, kind: str = "") -> float:
    """Days of a pool, or of a kind of its people, from the first quarter to the end of one."""
    (people,) = (p for p in problem.pools if p.id == pool)
    total = 0.0
    for t, days in enumerate((people.kinds[kind] if kind else people.days)[: quarter + 1]):
        for holiday in problem.holidays:
            if holiday.quarter == t and holiday.pool in ("", pool):
                days *= holiday.share
        total += days
    return total


def counted(problem: Problem, target: Target, reached: dict[str, int]) -> tuple[int, float]:
    """(offerings at the level when a target is due, offerings it wants there), chain by chain."""
    by_id = {u.id: u for u in problem.upgrades}
    there = total = target.already
    for upgrade in problem.upgrades:
        chain = [upgrade]
        while chain[-1].after:
            chain.append(by_id[chain[-1].after])
        at_level = [u.id for u in reversed(chain) if u.level >= target.level]
        brings = upgrade.id in target.upgrades if target.upgrades else at_level[:1] == [upgrade.id]
        if brings and reached.get(upgrade.id, NEVER) <= target.by:
            there += in_scope(upgrade, target)
        if upgrade.id in target.upgrades or not (target.upgrades or upgrade.after):
            total += in_scope(upgrade, target)
    if target.total is not None:
        total = target.total
    return there, target.count if target.share is None else math.ceil(target.share * total - 1e-9)


def in_scope(upgrade: Upgrade, target: Target) -> int:
    if target.field not in ("", upgrade.field) or (target.of == "eligible" and not upgrade.eligible):
        return 0
    if upgrade.agencies:
        return sum(
            target.agency in ("", agency) and (filings > 0 or target.of != "with_filings")
            for agency, filings in upgrade.agencies.items()
        )
    inside = target.agency in ("", upgrade.agency) and (upgrade.filings > 0 or target.of != "with_filings")
    single = bool(upgrade.agency)
    return (1 if single else upgrade.offerings) if inside else 0


def aimed(problem: Problem, finish: dict[str, int]) -> float:
    """What a plan is worth to the weighted objectives of a problem."""
    reached = reached_when(problem, finish)
    horizon = len(problem.quarters)
    lasting = {
        u.id: sum((1 + problem.discount) ** -q for q in range(reached[u.id], horizon))
        for u in problem.upgrades
        if u.id in reached
    }
    total = 0.0
    for measure, weight in [(o.measure, o.weight) for o in problem.objectives] or [
        ("gain", 1),
        ("targets", 1),
    ]:
        if measure == "moves":
            total -= weight * sum(
                abs(finish.get(id, horizon) - quarter)
                for id, quarter in problem.baseline.items()
                if not next(i for i in problem.items if i.id == id).done
            )
        elif measure == "targets":
            for target in problem.targets:
                if target.weight is not None:
                    total += weight * target.weight * min(counted(problem, target, reached))
        else:
            each = {"gain": lambda u: u.gain, "filings": lambda u: u.filings / 4,
                    "offerings": lambda u: u.offerings}[measure]  # fmt: skip
            total += weight * sum(each(u) * lasting[u.id] for u in problem.upgrades if u.id in lasting)
    return total


def used_by(problem: Problem, finish: dict[str, int], pool: str, quarter: int) -> float:
    return math.fsum(
        i.days for i in problem.items if i.pool == pool and not i.done and finish.get(i.id, NEVER) <= quarter
    )


def must_be_a_plan(problem: Problem, solution: Solution) -> None:
    assert not broken_rules(problem, solution.finish)
    assert solution.reached == reached_when(problem, solution.finish)
    if not problem.in_order:
        assert math.isclose(solution.value, aimed(problem, solution.finish), rel_tol=1e-9, abs_tol=1e-9)
    assert solution.bound >= solution.value
    assert solution.gap >= 0
    for target in problem.targets:
        there, wanted = counted(problem, target, solution.reached)
        assert solution.met[target.id] == there
        assert solution.missed.get(target.id, 0) == max(0, wanted - there)
    moved = {move.item: (move.was, move.now) for move in solution.moves}
    for item in problem.items if problem.baseline else ():
        stood = problem.baseline.get(item.id), solution.finish.get(item.id)
        assert moved.get(item.id) == (None if stood[0] == stood[1] or item.done else stood)


def best_by_enumeration(problem: Problem, floors: list[tuple[Problem, float]] | None = None) -> float | None:
    """The most that any plan is worth, or `None` when there is none. `floors`: what other objectives keep."""
    horizon = len(problem.quarters)

    def choices(item: Item) -> list[int]:
        return [0] if item.done else [*range(item.earliest, horizon), NEVER]

    best: float | None = None
    for quarters in itertools.product(*map(choices, problem.items)):
        finish = {i.id: q for i, q in zip(problem.items, quarters, strict=True) if q < NEVER}
        value = aimed(problem, finish)
        if any(aimed(other, finish) < least - 1e-6 for other, least in floors or ()):
            continue
        if (best is None or value > best) and not broken_rules(problem, finish):
            best = value
    return best


def must_be_true(problem: Problem, solution: Solution, id: str, reason: Reason) -> None:
    """Check one explanation against the problem and the plan alone."""
    items = {item.id: item for item in problem.items}
    finish = solution.finish
    item = items[id]
    last = len(problem.quarters) - 1

    def left_of(pool: str, kind: str, quarter: int) -> float:
        kinds = next(p for p in problem.pools if p.id == pool).kinds
        used = sum(
            i.days
            for i in problem.items
            if i.pool == pool
            and not i.done
            and (i.kind if i.kind in kinds else "") == kind
            and finish.get(i.id, NEVER) <= quarter
        )
        return days_by(problem, pool, quarter, kind) - used

    def money_left(budget: str, quarter: int) -> float:
        (money,) = (b for b in problem.budgets if b.id == budget)
        spent = sum(
            i.cost
            for i in problem.items
            if (not money.pools or i.pool in money.pools)
            and not i.done
            and finish.get(i.id, NEVER) <= quarter
        )
        return sum(money.amounts[: quarter + 1]) - spent

    def nobody_reaches_it() -> bool:
        return not any(
            other.id in solution.reached and id in lacks(problem, other.id, finish)
            for other in problem.upgrades
        )

    match reason:
        case Start():
            assert finish[id] == 0
        case Done():
            assert item.done
        case Pinned(quarter):
            assert item.pin == finish[id] == quarter
        case AsApproved(quarter):
            assert problem.baseline[id] == finish[id] == quarter
        case Moved(was):
            assert problem.baseline[id] == was != finish[id]
        case WaitsFor(need, quarter):
            assert need in item.needs
            assert finish[need] == finish[id] == quarter
        case NotBefore(quarter):
            assert item.earliest == finish[id] == quarter > 0
        case NoDaysLeft(pool, quarter, left, needed, kind):
            assert (pool, quarter, needed) == (item.pool, finish[id] - 1, item.days)
            assert math.isclose(left, left_of(pool, kind, quarter), abs_tol=CLOSE)
            assert needed > left
            assert any("over its days" in rule for rule in broken_rules(problem, {**finish, id: quarter}))
        case NoMoneyLeft(budget, quarter, left, needed):
            assert (quarter, needed) == (finish[id] - 1, item.cost)
            assert math.isclose(left, money_left(budget, quarter), abs_tol=CLOSE)
            assert any("overspent" in rule for rule in broken_rules(problem, {**finish, id: quarter}))
        case NoPlaceLeft(pool, quarter, _):
            assert (pool, quarter) == (item.pool, finish[id] - 1)
            assert any("too many" in rule for rule in broken_rules(problem, {**finish, id: quarter}))
        case DoesNotFit(upgrade, pool, left, needed, kind):
            lacking = lacks(problem, upgrade, finish)
            assert id in lacking
            kinds = next(p for p in problem.pools if p.id == pool).kinds
            assert math.isclose(left, left_of(pool, kind, last), abs_tol=CLOSE)
            wanted = [items[i] for i in lacking if items[i].pool == pool]
            wanted = [i for i in wanted if (i.kind if i.kind in kinds else "") == kind]
            assert math.isclose(needed, sum(i.days for i in wanted), abs_tol=CLOSE)
            assert needed > left
            assert nobody_reaches_it()  # and no upgrade that needs it fits
        case CostsTooMuch(upgrade, budget, left, needed):
            lacking = lacks(problem, upgrade, finish)
            assert id in lacking
            assert math.isclose(left, money_left(budget, last), abs_tol=CLOSE)
            assert needed > left
            assert nobody_reaches_it()
        case TooManyItems(upgrade, pool, left, needed):
            lacking = lacks(problem, upgrade, finish)
            assert id in lacking
            assert needed == sum(items[i].pool == pool for i in lacking) > left
            assert nobody_reaches_it()
        case Excluded():
            assert item.excluded
        case NeedsExcluded(upgrade, other):
            assert {id, other} <= lacks(problem, upgrade, finish)
            assert items[other].excluded
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
