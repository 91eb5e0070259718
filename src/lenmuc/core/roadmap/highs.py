"""The only file that knows the solver: gives HiGHS a linear or integer program, hands back what it found."""

import math
from collections.abc import Callable

import highspy
import msgspec

Progress = Callable[[float, float], bool | None]
"""Called many times a second with (value so far, bound so far); answer True to stop early.

The value is minus infinity until there is a plan.
"""


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
    make: Callable[[], highspy.Highs] = highspy.Highs  # its own constructor has no types
    highs = make()
    for name, setting in (
        ("output_flag", False), ("threads", 1), ("parallel", "off"), ("random_seed", 0),
        ("time_limit", seconds), ("mip_rel_gap", gap), ("mip_abs_gap", 0.0), ("mip_allow_restart", False),
    ):  # fmt: skip
        highs.setOptionValue(name, setting)
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
