"""Solve a roadmap: reduce it exactly, split it, let HiGHS prove a plan, lay the plan out from the left."""

import math
from collections.abc import Callable

import highspy

from lenmuc.core.roadmap.greedy import greedy
from lenmuc.core.roadmap.layout import lay_out
from lenmuc.core.roadmap.network import Network
from lenmuc.core.roadmap.problem import ALLOWANCE, Problem, Solution, check, value_of
from lenmuc.core.roadmap.reduce import drop_impossible, pool_totals, reduce

Progress = Callable[[float, float], bool | None]
"""Called now and then with (value so far, bound so far), in trips saved; answer True to stop early."""

_PROVEN = 1e-6  # a gap below this share is what the solver's own tolerances amount to


def solve(problem: Problem, progress: Progress | None = None, reduced: bool = True) -> Solution:
    """The plan that saves the most trips, with a proven bound. The same problem gives the same plan, if
    time allows.

    There is always a plan: when the time is up, the best so far with its gap. `reduced=False` gives the
    solver
    the plain model, for comparison. Raises `Refused` when the problem contradicts itself (see `check`).

    The model: x[n, t] = 1 when node n is finished by the end of quarter t. x[n, t] <= x[n, t+1];
    x[n, t] <= x[need, t]; days of a pool finished by t <= its days in quarters 1..t. A Next Release Problem
    (Bagnall 2001; as an integer program: Veerapen 2015) over several periods.
    """
    check(problem)
    network = Network(problem)
    if reduced:
        reduce(network)
    else:
        _only_reach(network)
    certain = math.fsum(
        problem.upgrades[upgrade].gain * network.weight[quarter]
        for upgrade, quarter in network.settled.items()
    )
    start = greedy(network)
    parts = components(network)
    known = [worth_of(network, part, start) for part in parts]
    bounds = [most(network, part) for part in parts]
    seconds = 0.0
    columns = rows = 0
    plan = list(start)
    for at in sorted(range(len(parts)), key=lambda at: (len(parts[at]), at)):
        if bounds[at] <= known[at] * (1 + 1e-12):
            continue  # everything is at its earliest already
        others_value = certain + math.fsum(known) - known[at]
        others_bound = certain + math.fsum(bounds) - bounds[at]

        def report(
            value: float, bound: float, v: float = others_value, b: float = others_bound
        ) -> bool | None:
            return progress(v + value, b + bound) if progress else None

        model = Model(network, parts[at])
        columns, rows = columns + model.columns, rows + model.rows
        found, bound, took = model.run(
            start, problem.gap, problem.seconds - seconds, report if progress else None
        )
        seconds += took
        bounds[at] = min(bounds[at], bound)
        if found is not None and worth_of(network, parts[at], found) > known[at]:
            known[at] = worth_of(network, parts[at], found)
            for node in parts[at]:
                plan[node] = found[node]
    wish = dict(network.settled)
    for node in network.nodes():
        quarter = plan[node]
        if quarter is not None:
            wish.update(dict.fromkeys(network.upgrades[node], quarter))
    finish, reached = lay_out(problem, wish)
    value = value_of(problem, reached)
    bound = max(value, certain + math.fsum(bounds))
    gap = (bound - value) / value if value > 0 else float(bound > 0)
    return Solution(finish, reached, value, bound, gap, _status(gap, problem.gap), seconds, columns, rows)


def _status(gap: float, asked: float) -> str:
    if gap <= _PROVEN:
        return "optimal"
    return "gap reached" if gap <= asked + _PROVEN else "time limit"


def _only_reach(network: Network) -> None:
    """The one thing the plain model needs too: nothing is finished before what it needs."""
    for node in network.in_order():
        network.earliest[node] = max(
            [network.earliest[node], *(network.earliest[n] for n in network.needs[node])]
        )
    drop_impossible(network)


def components(network: Network) -> list[list[int]]:
    """Parts that share neither needs nor pools: each is a problem of its own. Each part in order of needs."""
    leader = list(range(len(network.gain)))

    def find(node: int) -> int:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    pools: dict[int, int] = {}
    order = network.in_order()
    for node in order:
        for other in [*network.needs[node], *(pools.setdefault(pool, node) for pool in network.days[node])]:
            leader[find(other)] = find(node)
    parts: dict[int, list[int]] = {}
    for node in order:
        parts.setdefault(find(node), []).append(node)
    return list(parts.values())


def worth_of(network: Network, part: list[int], finish: list[int | None]) -> float:
    """Trips saved by the nodes of a part."""
    return math.fsum(
        network.gain[node] * network.weight[quarter] for node in part if (quarter := finish[node]) is not None
    )


def most(network: Network, part: list[int]) -> float:
    """What no plan can exceed: every node finished at its earliest."""
    return math.fsum(
        network.gain[node] * network.weight[network.earliest[node]]
        for node in part
        if network.earliest[node] < network.horizon
    )


class Model:
    """The integer program of one part. `columns` and `rows` are its size."""

    def __init__(self, network: Network, part: list[int]) -> None:
        self.network = network
        self.part = part
        self.first: dict[int, int] = {}  # node -> the column of its earliest quarter
        horizon = network.horizon
        cost: list[float] = []
        each = [
            network.weight[t] - (network.weight[t + 1] if t + 1 < horizon else 0.0) for t in range(horizon)
        ]
        for node in part:
            self.first[node] = len(cost)
            cost += [network.gain[node] * each[t] for t in range(network.earliest[node], horizon)]
        self.columns = len(cost)
        self.scale = 1000.0 / max(cost, default=1.0) if any(cost) else 1.0
        self.cost = [c * self.scale for c in cost]
        self.starts = [0]
        self.index: list[int] = []
        self.value: list[float] = []
        self.upper: list[float] = []
        for node in part:
            for quarter in range(network.earliest[node], horizon - 1):
                self._row([self.column(node, quarter), self.column(node, quarter + 1)], [1.0, -1.0], 0.0)
            for need in sorted(network.needs[node]):
                for quarter in range(network.earliest[node], horizon):
                    self._row([self.column(node, quarter), self.column(need, quarter)], [1.0, -1.0], 0.0)
        self._capacity_rows()
        self.rows = len(self.upper)

    def column(self, node: int, quarter: int) -> int:
        """The column of x[node, quarter]."""
        return self.first[node] + quarter - self.network.earliest[node]

    def _row(self, index: list[int], value: list[float], upper: float) -> None:
        self.index += index
        self.value += value
        self.starts.append(len(self.index))
        self.upper.append(upper)

    def _capacity_rows(self) -> None:
        network = self.network
        for pool, total in sorted(pool_totals(network, self.part).items()):
            users = [node for node in self.part if pool in network.days[node]]
            for quarter, have in enumerate(network.capacity[pool]):
                if total[quarter] <= have + ALLOWANCE:
                    continue  # all of it fits
                there = [node for node in users if network.earliest[node] <= quarter]
                columns = [self.column(node, quarter) for node in there]
                self._row(columns, [network.days[node][pool] for node in there], have + ALLOWANCE / 2)

    def run(
        self, start: list[int | None], gap: float, seconds: float, report: Progress | None
    ) -> tuple[list[int | None] | None, float, float]:
        """(quarter of each node, or `None` without a plan; a bound, in trips; seconds taken)."""
        if seconds <= 0:
            return None, math.inf, 0.0
        make: Callable[[], highspy.Highs] = highspy.Highs  # its own constructor has no types
        highs = make()
        for name, setting in (
            ("output_flag", False), ("threads", 1), ("parallel", "off"), ("random_seed", 0),
            ("time_limit", seconds), ("mip_rel_gap", gap), ("mip_abs_gap", 0.0),
        ):  # fmt: skip
            highs.setOptionValue(name, setting)
        highs.passModel(self._lp())
        solution = highspy.HighsSolution()
        solution.col_value = self._values(start)
        highs.setSolution(solution)
        if report:
            highs.cbMipInterrupt.subscribe(self._listener(report))
        highs.run()
        took = highs.getRunTime()
        info = highs.getInfo()
        bound = info.mip_dual_bound / self.scale
        if not math.isfinite(bound):
            bound = math.inf
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None, bound, took
        return self._read(list(highs.getSolution().col_value)), bound, took

    def _listener(self, report: Progress) -> Callable[[highspy.HighsCallbackEvent], None]:
        said: list[tuple[float, float]] = []

        def listen(event: highspy.HighsCallbackEvent) -> None:
            seen = (event.data_out.mip_primal_bound, event.data_out.mip_dual_bound)
            if all(map(math.isfinite, seen)) and seen not in said[-1:]:
                said[:] = [seen]
                if report(seen[0] / self.scale, seen[1] / self.scale):
                    event.interrupt()

        return listen

    def _lp(self) -> highspy.HighsLp:
        lp = highspy.HighsLp()
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.num_col_ = self.columns
        lp.num_row_ = self.rows
        lp.col_cost_ = self.cost
        lp.col_lower_ = [0.0] * self.columns
        lp.col_upper_ = [1.0] * self.columns
        lp.integrality_ = [highspy.HighsVarType.kInteger] * self.columns
        lp.row_lower_ = [-highspy.kHighsInf] * self.rows
        lp.row_upper_ = self.upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = self.starts
        lp.a_matrix_.index_ = self.index
        lp.a_matrix_.value_ = self.value
        return lp

    def _values(self, finish: list[int | None]) -> list[float]:
        values = [0.0] * self.columns
        for node in self.part:
            quarter = finish[node]
            if quarter is not None:
                for t in range(quarter, self.network.horizon):
                    values[self.column(node, t)] = 1.0
        return values

    def _read(self, values: list[float]) -> list[int | None]:
        finish: list[int | None] = [None] * len(self.network.gain)
        for node in self.part:
            for quarter in range(self.network.earliest[node], self.network.horizon):
                if values[self.column(node, quarter)] > 0.5:
                    finish[node] = quarter
                    break
        return finish
