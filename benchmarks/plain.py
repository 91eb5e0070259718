"""The textbook to measure against: the plain model, every item and upgrade a binary; and the greedy rule.

Code of their own, written from the definitions. The model goes to HiGHS with its default options and the same
gap and time.
"""

import heapq
import itertools
import math
import time
from collections.abc import Iterable

import highspy
import msgspec

from lenmuc.core.roadmap.problem import Item, Problem, value_of


class Plain(msgspec.Struct, frozen=True):
    """What the plain model found: the value of its best plan, its bound, the quarters of items, seconds."""

    value: float
    bound: float
    finish: dict[str, int]
    seconds: float

    @property
    def gap(self) -> float:
        """The proven gap as a share of the value."""
        return (self.bound - self.value) / self.value if self.value > 0 else math.inf


def plain(problem: Problem, gap: float, seconds: float) -> Plain:
    """Cumulative binaries x[i, t] for every item and upgrade, one row for each need, pool and quarter."""
    began = time.perf_counter()
    horizon = len(problem.quarters)
    column = {item.id: n * horizon for n, item in enumerate(problem.items)}
    lift = {u.id: (len(column) + n) * horizon for n, u in enumerate(problem.upgrades)}
    size = (len(column) + len(lift)) * horizon
    cost = [0.0] * size
    upper = [1.0] * size
    starts, index, value, most = [0], [], [], []

    def row(columns: list[int], values: list[float], limit: float) -> None:
        index.extend(columns)
        value.extend(values)
        starts.append(len(index))
        most.append(limit)

    for first in (*column.values(), *lift.values()):
        for t in range(horizon - 1):
            row([first + t, first + t + 1], [1.0, -1.0], 0.0)
    for item in problem.items:
        for t in range(min(item.earliest, horizon)):
            upper[column[item.id] + t] = 0.0
        for need in item.needs:
            for t in range(horizon):
                row([column[item.id] + t, column[need] + t], [1.0, -1.0], 0.0)
    for u in problem.upgrades:
        needs = [column[need] for need in u.needs] + ([lift[u.after]] if u.after else [])
        for t in range(horizon):
            cost[lift[u.id] + t] = u.gain / (1 + problem.discount) ** t
            for need in needs:
                row([lift[u.id] + t, need + t], [1.0, -1.0], 0.0)
    for pool in problem.pools:
        mine = [item for item in problem.items if item.pool == pool.id and item.days > 0]
        for t in range(horizon):
            have = math.fsum(pool.days[: t + 1]) + 5e-6  # the planner's allowance for sums of tenths
            row([column[item.id] + t for item in mine], [item.days for item in mine], have)
    lp = highspy.HighsLp()
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.num_col_, lp.num_row_ = size, len(most)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, [0.0] * size, upper
    lp.integrality_ = [highspy.HighsVarType.kInteger] * size
    lp.row_lower_, lp.row_upper_ = [-highspy.kHighsInf] * len(most), most
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = starts, index, value
    highs = highspy.Highs()
    for name, setting in (
        ("output_flag", False), ("time_limit", seconds), ("mip_rel_gap", gap), ("mip_abs_gap", 0.0),
    ):  # fmt: skip
        highs.setOptionValue(name, setting)
    highs.passModel(lp)
    highs.run()
    info = highs.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    finish: dict[str, int] = {}
    if found:
        values = highs.getSolution().col_value
        for id, first in column.items():
            done = [t for t in range(horizon) if values[first + t] > 0.5]
            if done:
                finish[id] = done[0]
    best = info.objective_function_value if found else 0.0
    return Plain(best, info.mip_dual_bound, finish, time.perf_counter() - began)


def plain_greedy(problem: Problem) -> float:
    """What the textbook rule brings: always the upgrade with the most benefit for each person-day of all that
    it still lacks (its closure), each item as early as the days allow; what does not fit is left out.

    For problems without freezes, deadlines and targets.
    """
    horizon = len(problem.quarters)
    items, lift = {item.id: item for item in problem.items}, {u.id: u for u in problem.upgrades}
    lacks: dict[str, list[str]] = {}  # each item behind those it needs
    for u in problem.upgrades:  # the lower level of a service stands before the higher one
        lacks[u.id] = _closure(items, u.needs, lacks.get(u.after, []))
    users: dict[str, list[str]] = {}
    for id, needs in lacks.items():
        for need in needs:
            users.setdefault(need, []).append(id)
    left = {pool.id: list(itertools.accumulate(pool.days)) for pool in problem.pools}
    done: dict[str, int] = {}
    reached: dict[str, int] = {}
    heap: list[tuple[float, str]] = []

    def look(id: str) -> None:
        days = sum(items[need].days for need in lacks[id])
        heapq.heappush(heap, (-lift[id].gain / (days + 1e-9), id))

    for id in lacks:
        look(id)
    while heap:
        id = heapq.heappop(heap)[1]
        wanted: dict[str, float] = {}
        for need in lacks[id]:
            wanted[items[need].pool] = wanted.get(items[need].pool, 0.0) + items[need].days
        if id in reached or any(left[pool][-1] < days for pool, days in wanted.items()):
            continue
        touched: set[str] = set()
        for need in lacks[id][:]:
            item = items[need]
            short = [t + 1 for t in range(horizon) if left[item.pool][t] < item.days]
            done[need] = max([item.earliest, *(done[each] for each in item.needs), *short])
            for t in range(done[need], horizon):
                left[item.pool][t] -= item.days
            for user in users[need]:
                lacks[user].remove(need)
                touched.add(user)
        while id and id not in reached:
            reached[id] = max(done[need] for need in _closure(items, lift[id].needs, []))
            id = lift[id].after
        for user in touched:
            look(user)
    for u in problem.upgrades:
        if u.after and u.id in reached:
            reached[u.id] = max(reached[u.id], reached[u.after])
    return value_of(problem, reached)


def _closure(items: dict[str, Item], needs: Iterable[str], before: list[str]) -> list[str]:
    found = before[:]

    def add(id: str) -> None:
        if id not in found:
            for need in items[id].needs:
                add(need)
            found.append(id)

    for need in needs:
        add(need)
    return found
