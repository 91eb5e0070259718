"""When work has to begin, and how many days of each pool a plan uses in each quarter."""

from collections.abc import Mapping

import msgspec

from lenmuc.core.roadmap.problem import ALLOWANCE, Item, Problem


class Days(msgspec.Struct, frozen=True):
    """`begins`: by item, the quarter (index) in which its work has to begin at the latest. `busy`: by pool,
    the person-days worked in each quarter. Both are of the schedule that starts everything as late as it can.
    """

    begins: dict[str, int]
    busy: dict[str, tuple[float, ...]]


def lay_days(problem: Problem, finish: Mapping[str, int]) -> Days:
    """Lay the days of every planned item into quarters, each as late as its end allows.

    What ends last takes its days first, backwards from its end. Because a plan never uses more days up to a
    quarter than there are up to it, everything finds its place, and no quarter holds more than its capacity.
    """
    work: dict[str, list[Item]] = {pool.id: [] for pool in problem.pools}
    for item in problem.items:
        if item.id in finish:
            work[item.pool].append(item)
    begins: dict[str, int] = {}
    busy: dict[str, tuple[float, ...]] = {}
    for pool in problem.pools:
        free = list(pool.days)
        for item in sorted(work[pool.id], key=lambda item: -finish[item.id]):
            begins[item.id] = _take(free, finish[item.id], item.days)
        busy[pool.id] = tuple(have - left for have, left in zip(pool.days, free, strict=True))
    return Days(begins, busy)


def _take(free: list[float], last: int, days: float) -> int:
    """Take `days` out of `free` from quarter `last` backwards; the quarter of the first of them."""
    begin = last
    for quarter in range(last, -1, -1):
        if days <= ALLOWANCE:
            break
        taken = min(free[quarter], days)
        if taken > ALLOWANCE:
            begin = quarter
            free[quarter] -= taken
            days -= taken
    return begin
