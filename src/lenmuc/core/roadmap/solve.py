"""Solve a roadmap: reduce it exactly, split it, let HiGHS prove a plan, lay the plan out from the left."""

import math
from collections.abc import Callable

import highspy

from lenmuc.core.roadmap.greedy import greedy, worth
from lenmuc.core.roadmap.layout import lay_out
from lenmuc.core.roadmap.network import Network
from lenmuc.core.roadmap.problem import ALLOWANCE, Problem, Solution, check, value_of, weights
from lenmuc.core.roadmap.reduce import only_reach, pool_totals, reduce, stay

Progress = Callable[[float, float], bool | None]
"""Called now and then with (value so far, bound so far), in trips saved; answer True to stop early."""

_PROVEN = 1e-6  # a gap below this share is what the solver's own tolerances amount to
_LARGE = 80_000  # columns; at 100,000 the solver was seen to overrun its time by minutes
_MODERATE = 16_000


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
    run = _Run(problem, progress)
    if reduced:
        reduce(network)
        wish, bound = _in_two_steps(run, network) if _columns(network) > _LARGE else _in_parts(run, network)
    else:
        only_reach(network)
        wish, bound = _in_parts(run, network)
    finish, reached = lay_out(problem, wish)
    value = value_of(problem, reached)
    bound = max(value, bound)
    gap = (bound - value) / value if value > 0 else float(bound > 0)
    return Solution(
        finish, reached, value, bound, gap, _status(gap, problem.gap), run.seconds, run.columns, run.rows
    )


def _status(gap: float, asked: float) -> str:
    if gap <= _PROVEN:
        return "optimal"
    return "gap reached" if gap <= asked + _PROVEN else "time limit"


class _Run:
    """One call of `solve`: what it was asked, the time it has used, whether somebody stopped it."""

    def __init__(self, problem: Problem, progress: Progress | None) -> None:
        self.problem = problem
        self.progress = progress
        self.stopped = False
        self.seconds = 0.0
        self.columns = 0
        self.rows = 0

    def left(self) -> float:
        """Seconds the solver still has."""
        return 0.0 if self.stopped else max(0.0, self.problem.seconds - self.seconds)

    def worth(self, wish: dict[int, int]) -> float:
        """Trips saved when upgrades (by number) are reached in these quarters."""
        weight = weights(self.problem)
        return math.fsum(self.problem.upgrades[u].gain * weight[quarter] for u, quarter in wish.items())

    def says(self, value: float, bound: float) -> bool:
        """Tell how far it is; true when it should stop."""
        if self.progress is not None and self.progress(value, bound):
            self.stopped = True
        return self.stopped


def _in_parts(
    run: _Run, network: Network, seconds: float = math.inf, told: Callable[[float, float], bool] | None = None
) -> tuple[dict[int, int], float]:
    """(when each upgrade is reached, a bound): every part proven by itself, the small ones first."""
    until = run.seconds + min(seconds, run.left())
    certain = run.worth(network.settled)
    plan = greedy(network)
    parts = components(network)
    known = [worth(network, part, plan) for part in parts]
    bounds = [most(network, part) for part in parts]
    for at in sorted(range(len(parts)), key=lambda at: (len(parts[at]), at)):
        if bounds[at] <= known[at] * (1 + 1e-12):
            continue  # everything is at its earliest already
        other_value = certain + math.fsum(known) - known[at]
        other_bound = certain + math.fsum(bounds) - bounds[at]

        def report(value: float, bound: float, v: float = other_value, b: float = other_bound) -> bool:
            return (told or run.says)(v + value, b + bound)

        left = 0.0 if run.stopped else until - run.seconds
        if left <= 0:
            break
        model = Model(network, parts[at])
        run.columns, run.rows = run.columns + model.columns, run.rows + model.rows
        found, bound, took = model.run(plan, run.problem.gap, left, report if run.progress else None)
        run.seconds += took
        bounds[at] = min(bounds[at], bound)
        if found is not None and worth(network, parts[at], found) > known[at]:
            known[at] = worth(network, parts[at], found)
            for node in parts[at]:
                plan[node] = found[node]
    return network.wishes(plan), certain + math.fsum(bounds)


def _in_two_steps(run: _Run, network: Network) -> tuple[dict[int, int], float]:
    """The same for a network too large for one model: first the pools that couple the most, then each
    other pool.

    First the pools with the most work alone, as if the others had days without end: what that can save at
    most,
    no plan can exceed. Then what those pools do stays where it is, and the rest falls apart into its pools.
    """
    simple = network.wishes(greedy(network))
    kept = _busiest_pools(network)
    relaxed = network.copy()
    for node in relaxed.nodes():
        relaxed.days[node] = {pool: days for pool, days in relaxed.days[node].items() if pool in kept}
    reduce(relaxed)
    had = run.worth(simple)
    first, bound = _in_parts(run, relaxed, run.left() * 0.6, lambda value, bound: run.says(had, bound))
    rest = network.copy()
    stay(rest, kept, first)
    reduce(rest)
    second, _ = _in_parts(run, rest, told=lambda value, _: run.says(max(had, value), bound))
    return max(second, simple, key=run.worth), bound


def _columns(network: Network) -> int:
    return sum(network.horizon - network.earliest[node] for node in network.nodes())


def _busiest_pools(network: Network) -> set[int]:
    """The pools with the most days of work, as many as make a model of moderate size."""
    days: dict[int, float] = {}
    columns: dict[int, int] = {}
    for node in network.nodes():
        for pool, wanted in network.days[node].items():
            days[pool] = days.get(pool, 0.0) + wanted
            columns[pool] = columns.get(pool, 0) + network.horizon - network.earliest[node]
    kept: set[int] = set()
    size = 0
    for pool in sorted(days, key=lambda pool: (-days[pool], pool)):
        size += columns[pool]
        if kept and size > _MODERATE:
            break
        kept.add(pool)
    return kept


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
