"""When work has to begin, and how many days of each pool a plan uses in each quarter."""

from collections.abc import Mapping

import msgspec

from lenmuc.core.roadmap.problem import ALLOWANCE, Problem
from lenmuc.core.roadmap.resources import resources, usage


class Days(msgspec.Struct, frozen=True):
    """`begins`: by item, the quarter (index) in which its work has to begin at the latest. `busy`: by pool,
    the person-days worked in each quarter by all its people. Both are of the schedule that starts everything
    as late as it can.
    """

    begins: dict[str, int]
    busy: dict[str, tuple[float, ...]]


def lay_days(problem: Problem, finish: Mapping[str, int]) -> Days:
    """Lay the days of every planned item into quarters, each as late as its end allows.

    What ends last takes its days first, backwards from its end. Because a plan never uses more days up to a
    quarter than there are up to it, everything finds its place, and no quarter holds more than its capacity.
    """
    stock = resources(problem)
    used = usage(problem, stock)
    free = [
        [there - before for there, before in zip(each.there, (0.0, *each.there[:-1]), strict=True)]
        for each in stock
    ]
    whole = [list(quarters) for quarters in free]
    begins: dict[str, int] = {}
    planned = [(at, item) for at, item in enumerate(problem.items) if item.id in finish]
    for at, item in sorted(planned, key=lambda pair: -finish[pair[1].id]):
        begins[item.id] = finish[item.id]
        for number, days in used[at].items():
            if stock[number].sort == "days":
                begins[item.id] = _take(free[number], finish[item.id], days)
    busy = {pool.id: [0.0] * len(problem.quarters) for pool in problem.pools}
    for number, each in enumerate(stock):
        if each.sort == "days":
            for t, (have, left) in enumerate(zip(whole[number], free[number], strict=True)):
                busy[each.id][t] += have - left
    return Days(begins, {pool: tuple(days) for pool, days in busy.items()})


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
