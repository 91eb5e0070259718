"""The only file that knows the solver: gives HiGHS a linear or integer program, hands back what it found."""

import math
from collections.abc import Callable

import highspy
import msgspec
import numpy as np
from numpy.typing import NDArray

Progress = Callable[[float, float], bool | None]
"""Called many times a second with (value so far, bound so far); answer True to stop early.

The value is minus infinity until there is a plan.
"""
_STEPS = 400  # of the simplex method, between two questions whether that is enough
_WHOLE = 1e-3


class Program:
    """A program to maximise: columns with a cost and bounds, rows between two limits, all given by number."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.whole: list[bool] = []
        self.starts = [0]
        self.index: list[int] = []
        self.value: list[float] = []
        self.least: list[float] = []
        self.most: list[float] = []
        self.offset = 0.0

    def column(self, cost: float, upper: float = 1.0, whole: bool = True) -> int:
        """A new column from 0 to `upper`; its number."""
        self.cost.append(cost)
        self.lower.append(0.0)
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.cost) - 1

    def row(
        self, index: list[int], value: list[float], most: float = math.inf, least: float = -math.inf
    ) -> int:
        """A new row: least <= sum of value * column <= most; its number."""
        self.index += index
        self.value += value
        self.starts.append(len(self.index))
        self.least.append(least)
        self.most.append(most)
        return len(self.most) - 1


class Found(msgspec.Struct, frozen=True):
    """What the solver found: `values` of the columns, or `None`; a bound; the seconds taken.

    `impossible`: proven to have no solution. `duals`: the worth of one more unit in each row, of a linear
    program alone.
    """

    values: list[float] | None
    bound: float
    seconds: float
    impossible: bool = False
    duals: tuple[float, ...] = ()


def maximise(
    program: Program,
    start: list[float] | None = None,
    gap: float = 0.0,
    seconds: float = math.inf,
    report: Progress | None = None,
    relaxed: bool = False,
) -> Found:
    """Solve a program with one thread and a fixed seed. `relaxed`: columns need not be whole numbers."""
    if seconds <= 0:
        return Found(None, math.inf, 0.0)
    if not program.cost:
        return Found([], program.offset, 0.0, impossible=any(least > 1e-9 for least in program.least))
    most = max(map(abs, program.cost))
    whole = most <= 1e6 and all(cost == int(cost) for cost in program.cost)
    scale = 1.0 if whole or not most else 1000.0 / most  # whole numbers let the solver round its bounds
    highs = _solver(gap)
    highs.setOptionValue("time_limit", seconds)
    highs.passModel(_lp(program, scale, relaxed))
    if start is not None and not relaxed:
        solution = highspy.HighsSolution()
        solution.col_value = start
        highs.setSolution(solution)
    if report and not relaxed:
        highs.cbMipInterrupt.subscribe(_listener(report, scale))
    highs.run()
    took, info = highs.getRunTime(), highs.getInfo()
    there = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    answer = highs.getSolution() if there else None
    values = list(answer.col_value) if answer else None
    if relaxed:
        best = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        duals = tuple(dual / scale for dual in answer.row_dual) if answer and best else ()
        bound = info.objective_function_value / scale if best else math.inf
        return Found(values if best else None, bound, took, _impossible(highs), duals)
    bound = info.mip_dual_bound / scale
    return Found(values, bound if math.isfinite(bound) else math.inf, took, _impossible(highs))


class Kept:
    """A linear program to maximise that stays with the solver, to be solved again with other limits.

    The next answer starts from the last one. `entries`: (rows, columns, values) of what is not 0; every
    row is at most `most`, every column between 0 and `upper`.
    """

    def __init__(
        self,
        cost: NDArray[np.float64],
        upper: NDArray[np.float64],
        most: NDArray[np.float64],
        entries: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]],
    ) -> None:
        rows, columns, values = entries
        order = np.lexsort((columns, rows))
        self._scale = 1000.0 / max(1e-9, float(np.abs(cost).max()))
        lp = highspy.HighsLp()
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.num_col_, lp.num_row_ = len(cost), len(most)
        lp.col_cost_ = cost * self._scale
        lp.col_lower_, lp.col_upper_ = np.zeros(len(cost)), upper
        lp.row_lower_, lp.row_upper_ = np.full(len(most), -math.inf), most
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.searchsorted(rows[order], np.arange(len(most) + 1))
        lp.a_matrix_.index_, lp.a_matrix_.value_ = columns[order], values[order]
        self._highs = _solver(0.0)
        self._highs.passModel(lp)

    def solve(
        self,
        upper: NDArray[np.float64],
        rows: NDArray[np.int64],
        most: NDArray[np.float64],
        seconds: float,
        enough: "Callable[[NDArray[np.float64]], bool] | None" = None,
    ) -> "Kept.Answer | None":
        """The answer when the first columns have these upper limits, and these rows those; `None`: not in
        time.

        `enough` is asked now and then with the worth of one more in each row, so far; true: that will do, and
        the answer has no columns.
        """
        highs = self._highs
        before = highs.getRunTime()
        highs.setOptionValue("time_limit", before + seconds)
        first = np.arange(len(upper), dtype=np.int32)
        highs.changeColsBounds(len(first), first, np.zeros(len(first)), upper)
        for row, limit in zip(rows, most, strict=True):
            highs.changeRowBounds(int(row), -math.inf, float(limit))
        steps = _STEPS if enough else highspy.kHighsIInf
        while True:
            highs.setOptionValue("simplex_iteration_limit", steps)
            highs.run()
            took, status = highs.getRunTime() - before, highs.getModelStatus()
            answer = highs.getSolution()
            duals = np.abs(np.array(answer.row_dual)) / self._scale
            if status == highspy.HighsModelStatus.kIterationLimit and enough is not None:
                if enough(duals):
                    return Kept.Answer(math.inf, None, duals, took)
                steps *= 2  # each run begins with some that lead nowhere
                continue
            if status != highspy.HighsModelStatus.kOptimal:
                return None
            value = highs.getInfo().objective_function_value / self._scale
            return Kept.Answer(value, np.array(answer.col_value), duals, took)

    def whole(
        self, free: int, gap: float, seconds: float, start: NDArray[np.float64] | None = None
    ) -> "Kept.Answer | None":
        """The best in whole numbers near the last answer: what was whole there stays, but for the `free`
        columns for which that counts the least. It begins with `start` and ends at the root of its tree.
        """
        lp = self._highs.getLp()
        lower, upper = np.array(lp.col_lower_), np.array(lp.col_upper_)
        solved = self._highs.getSolution()
        last, counts = np.array(solved.col_value), np.abs(np.array(solved.col_dual))
        fixed = np.round(last)
        stays = np.abs(last - fixed) < _WHOLE
        stays[np.argsort(np.where(stays, counts, np.inf), kind="stable")[:free]] = False
        lp.col_lower_, lp.col_upper_ = np.where(stays, fixed, lower), np.where(stays, fixed, upper)
        lp.integrality_ = [highspy.HighsVarType.kInteger] * len(last)
        highs = _solver(gap)
        highs.setOptionValue("time_limit", seconds)
        highs.setOptionValue("mip_max_nodes", 1)
        highs.passModel(lp)
        if start is not None:
            solution = highspy.HighsSolution()
            solution.col_value = start
            highs.setSolution(solution)
        highs.run()
        info = highs.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        found = np.array(highs.getSolution().col_value)
        value = info.objective_function_value / self._scale
        return Kept.Answer(value, found, np.zeros(0), highs.getRunTime())

    class Answer(msgspec.Struct, frozen=True):
        """What it is worth, the columns, the worth of one more in each row, and the seconds it took."""

        value: float
        values: NDArray[np.float64] | None
        duals: NDArray[np.float64]
        seconds: float


class Boxed:
    """The linear program of a program that stays with the solver, to be solved within other limits of its
    columns.

    Every row has only a most. The bound of an answer is reckoned here from prices of the rows, any of which
    give one (weak duality): it holds whatever the solver's tolerances are.
    """

    def __init__(self, program: Program) -> None:
        self._cost: NDArray[np.float64] = np.array(program.cost)
        self._most = np.array(program.most)
        self._rows = np.repeat(np.arange(len(program.most)), np.diff(program.starts))
        self._columns, self._values = np.array(program.index, dtype=np.int64), np.array(program.value)
        self._scale = 1000.0 / max(1e-9, float(np.abs(self._cost).max()))
        lp = _lp(program, 1.0, relaxed=True)
        lp.sense_ = highspy.ObjSense.kMinimize  # the only sense in which it stops at a bound
        lp.col_cost_, lp.offset_ = -self._scale * self._cost, 0.0
        self._highs = _solver(0.0)
        self._highs.setOptionValue("presolve", "off")  # each answer starts from the last one
        self._highs.passModel(lp)
        self.seconds = 0.0

    def solve(
        self, lower: NDArray[np.float64], upper: NDArray[np.float64], enough: float, seconds: float
    ) -> "Boxed.Answer | None":
        """The answer within these limits, or a bound below `enough`; `None`: not in time."""
        highs, every = self._highs, np.arange(len(lower), dtype=np.int32)
        highs.changeColsBounds(len(every), every, lower, upper)
        for stop in (enough, -math.inf):
            highs.setOptionValue("objective_bound", -stop * self._scale)
            highs.setOptionValue("time_limit", highs.getRunTime() + max(0.0, seconds))
            before = highs.getRunTime()
            highs.run()
            self.seconds += highs.getRunTime() - before
            status, solution = highs.getModelStatus(), highs.getSolution()
            stopped = status == highspy.HighsModelStatus.kObjectiveBound
            if not stopped and status != highspy.HighsModelStatus.kOptimal:
                return None
            prices = np.maximum(0.0, -np.array(solution.row_dual)) / self._scale
            taken = np.bincount(self._columns, self._values * prices[self._rows], len(lower))
            reduced = self._cost - taken
            bound = float(prices @ self._most + np.where(reduced > 0, reduced * upper, reduced * lower).sum())
            if not stopped or bound < enough:
                break
        return Boxed.Answer(bound, np.array(solution.col_value), reduced, prices)

    class Answer(msgspec.Struct, frozen=True):
        """A bound, the columns, what each adds beyond the prices of its rows, and those prices."""

        bound: float
        values: NDArray[np.float64]
        reduced: NDArray[np.float64]
        prices: NDArray[np.float64]


def _solver(gap: float) -> highspy.Highs:
    """A solver with one thread and a fixed seed."""
    make: Callable[[], highspy.Highs] = highspy.Highs  # its own constructor has no types
    highs = make()
    for name, setting in (
        ("output_flag", False), ("threads", 1), ("parallel", "off"), ("random_seed", 0),
        ("mip_rel_gap", gap), ("mip_abs_gap", 0.0), ("mip_allow_restart", False),
    ):  # fmt: skip
        highs.setOptionValue(name, setting)
    return highs


def _impossible(highs: highspy.Highs) -> bool:
    return highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible


def _listener(report: Progress, scale: float) -> Callable[[highspy.HighsCallbackEvent], None]:
    def listen(event: highspy.HighsCallbackEvent) -> None:
        if report(event.data_out.mip_primal_bound / scale, event.data_out.mip_dual_bound / scale):
            event.interrupt()

    return listen


def _lp(program: Program, scale: float, relaxed: bool) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.num_col_ = len(program.cost)
    lp.num_row_ = len(program.most)
    lp.col_cost_ = [cost * scale for cost in program.cost]
    lp.offset_ = program.offset * scale
    lp.col_lower_ = program.lower
    lp.col_upper_ = program.upper
    if not relaxed:
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in program.whole]
    lp.row_lower_ = program.least
    lp.row_upper_ = program.most
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = program.starts
    lp.a_matrix_.index_ = program.index
    lp.a_matrix_.value_ = program.value
    return lp
