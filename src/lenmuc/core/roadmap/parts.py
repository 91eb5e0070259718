"""A problem as several that share nobody's time: each can be solved alone, and so in a process of its own."""

import math
from collections.abc import Sequence

from msgspec.structs import replace

from lenmuc.core.roadmap.measures import measured, moves
from lenmuc.core.roadmap.problem import Problem, Solution

_LARGE = 5_000  # items and upgrades of a part; smaller ones are quicker solved than handed over


def parts(problem: Problem, large: int = _LARGE) -> list[Problem]:
    """Problems without anything in common that together are this one, in the order of their first items.

    All parts of fewer than `large` items and upgrades are one, the last. There is no other than the whole
    where targets count offerings of everybody, where moves count, or where objectives are aimed for one after
    the other.
    """
    aims = problem.objectives
    if problem.targets or (problem.in_order and len(aims) > 1) or any(aim.measure == "moves" for aim in aims):
        return [problem]
    found = _apart(problem)
    sizes = [len(items) + len(upgrades) for items, upgrades in found]
    own = [at for at, size in enumerate(sizes) if size >= large]
    if len(own) < 2:
        return [problem]
    rest = [at for at, size in enumerate(sizes) if size < large]
    groups = [[at] for at in own] + ([rest] if rest else [])
    return [
        _part(problem, *(sorted(n for at in group for n in found[at][sort]) for sort in (0, 1)))
        for group in groups
    ]


def joined(problem: Problem, solutions: Sequence[Solution], seconds: float) -> Solution:
    """The solution of the whole from those of all its parts. `seconds`: computing time of all of them."""
    found: dict[str, int] = {}
    lifted: dict[str, int] = {}
    for each in solutions:
        found |= each.finish
        lifted |= each.reached
    finish = {item.id: found[item.id] for item in problem.items if item.id in found}
    reached = {upgrade.id: lifted[upgrade.id] for upgrade in problem.upgrades if upgrade.id in lifted}
    value, bound = (math.fsum(getattr(each, name) for each in solutions) for name in ("value", "bound"))
    gap = 0.0 if bound <= value else (bound - value) / abs(value) if value else 1.0
    return Solution(
        finish, reached, value, bound, gap, _status(solutions, gap, problem.gap), seconds,
        sum(each.columns for each in solutions), sum(each.rows for each in solutions),
        measures=measured(problem, finish, reached), moves=moves(problem, finish),
    )  # fmt: skip


def _status(solutions: Sequence[Solution], gap: float, wanted: float) -> str:
    said = {each.status for each in solutions}
    if said == {"optimal"}:
        return "optimal"
    if gap <= wanted:
        return "gap reached"
    return "stopped" if "stopped" in said else "time limit"


def _apart(problem: Problem) -> list[tuple[list[int], list[int]]]:
    """Numbers of the items and of the upgrades of each part."""
    first = len(problem.items)
    leader = list(range(first + len(problem.upgrades)))

    def find(node: int) -> int:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    item_at = {item.id: at for at, item in enumerate(problem.items)}
    owner: dict[str, int] = {}  # pool -> its first item
    for at, item in enumerate(problem.items):
        leader[find(at)] = find(owner.setdefault(item.pool, at))
        for need in item.needs:
            leader[find(at)] = find(item_at[need])
    for budget in problem.budgets:
        paid = [owner[pool] for pool in budget.pools or owner if pool in owner]
        for at in paid:
            leader[find(at)] = find(paid[0])
    upgrade_at = {upgrade.id: at for at, upgrade in enumerate(problem.upgrades, first)}
    for at, upgrade in enumerate(problem.upgrades, first):
        others = [item_at[need] for need in upgrade.needs]
        for other in [*others, upgrade_at[upgrade.after]] if upgrade.after else others:
            leader[find(at)] = find(other)
    found: dict[int, tuple[list[int], list[int]]] = {}
    for node in range(len(leader)):
        there = found.setdefault(find(node), ([], []))
        there[node >= first].append(node if node < first else node - first)
    return list(found.values())


def _part(problem: Problem, items: list[int], upgrades: list[int]) -> Problem:
    mine = tuple(problem.items[at] for at in items)
    pools = {item.pool for item in mine}
    return replace(
        problem,
        pools=tuple(pool for pool in problem.pools if pool.id in pools),
        items=mine,
        upgrades=tuple(problem.upgrades[at] for at in upgrades),
        holidays=tuple(each for each in problem.holidays if each.pool in ("", *pools)),
        budgets=tuple(
            replace(each, pools=tuple(pool for pool in each.pools if pool in pools))
            for each in problem.budgets
            if not pools.isdisjoint(each.pools or pools)
        ),
        baseline={item.id: problem.baseline[item.id] for item in mine if item.id in problem.baseline},
    )
