"""What work uses up: days of people, numbers of items, money; what there is of each, quarter by quarter."""

import math
from typing import Literal

import msgspec

from lenmuc.core.roadmap.problem import Pool, Problem


class Resource(msgspec.Struct, frozen=True):
    """What work uses up: `sort` is days, items or money; `id` the pool or the budget; `kind` of the days.

    `there` is what there is of it from the first quarter to the end of quarter t, for each t.
    """

    sort: Literal["days", "items", "money"]
    id: str
    kind: str
    there: tuple[float, ...]


def working_days(problem: Problem, pool: Pool, kind: str = "") -> tuple[float, ...]:
    """Person-days of a pool, or of one kind of its people, in each quarter, less its holidays."""
    shares = [1.0] * len(problem.quarters)
    for holiday in problem.holidays:
        if holiday.pool in ("", pool.id):
            shares[holiday.quarter] *= holiday.share
    return tuple(days * share for days, share in zip(pool.kinds.get(kind, pool.days), shares, strict=True))


def running_sum(numbers: tuple[float, ...]) -> tuple[float, ...]:
    """The sum from the first number to each."""
    return tuple(math.fsum(numbers[: t + 1]) for t in range(len(numbers)))


def capacity(problem: Problem) -> dict[str, tuple[float, ...]]:
    """Person-days of each pool from the first quarter to the end of quarter t, for each t."""
    return {pool.id: running_sum(working_days(problem, pool)) for pool in problem.pools}


def resources(problem: Problem) -> tuple[Resource, ...]:
    """Everything that work uses up: the days of each pool first, in their order."""
    found = [
        Resource("days", pool.id, "", running_sum(working_days(problem, pool))) for pool in problem.pools
    ]
    for pool in problem.pools:
        for kind in pool.kinds:
            found.append(Resource("days", pool.id, kind, running_sum(working_days(problem, pool, kind))))
        if pool.items:
            found.append(Resource("items", pool.id, "", running_sum(pool.items)))
    for budget in problem.budgets:
        amounts = budget.amounts
        if len(amounts) == 1:
            amounts += (0.0,) * (len(problem.quarters) - 1)
        found.append(Resource("money", budget.id, "", running_sum(amounts)))
    return tuple(found)


def usage(problem: Problem, found: tuple[Resource, ...]) -> list[dict[int, float]]:
    """How much each item (in its order) uses of each of these resources, by their number."""
    at = {(resource.sort, resource.id, resource.kind): n for n, resource in enumerate(found)}
    kinds = {pool.id: pool.kinds for pool in problem.pools}
    paid: dict[str, list[int]] = {pool.id: [] for pool in problem.pools}
    for budget in problem.budgets:
        for pool in budget.pools or paid:
            paid[pool].append(at["money", budget.id, ""])
    table: list[dict[int, float]] = []
    for item in problem.items:
        used: dict[int, float] = {}
        if not item.done:
            if item.days > 0:
                used[at["days", item.pool, item.kind if item.kind in kinds[item.pool] else ""]] = item.days
            if ("items", item.pool, "") in at:
                used[at["items", item.pool, ""]] = 1.0
            if item.cost > 0:
                used.update(dict.fromkeys(paid[item.pool], item.cost))
        table.append(used)
    return table
