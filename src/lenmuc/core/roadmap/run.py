"""One call of the solver: what it was asked, and the time there is."""

from collections.abc import Callable

from lenmuc.core.roadmap.highs import Progress
from lenmuc.core.roadmap.problem import Problem

_PROVEN = 1e-6  # a gap below this share is what the solver's own tolerances amount to
Clock = Callable[[], float]
"""Seconds of computing since some moment: core has no clock of its own."""


def gap_of(value: float, bound: float) -> float:
    """By which share of itself a value could at most be better."""
    if bound <= value:
        return 0.0
    return (bound - value) / abs(value) if value else 1.0


class Run:
    """One call of `solve`: what it was asked, the time it has used, whether somebody stopped it."""

    def __init__(self, problem: Problem, progress: Progress | None, clock: Clock | None) -> None:
        self.problem = problem
        self.clock = clock
        self.began = clock() if clock else 0.0
        self.progress = progress
        self.stopped = False
        self.seconds = 0.0
        self.columns = 0
        self.rows = 0

    def left(self) -> float:
        """Seconds the solver still has."""
        gone = max(self.seconds, self.clock() - self.began if self.clock else 0.0)
        return 0.0 if self.stopped else max(0.0, self.problem.seconds - gone)

    def late(self) -> bool:
        """Whether there is no time left to make the problem smaller."""
        return self.left() <= 0.0

    def says(self, value: float, bound: float) -> bool:
        """Tell how far it is; true when it should stop."""
        if self.progress is not None and self.progress(value, bound):
            self.stopped = True
        return self.stopped

    def status(self, gap: float) -> str:
        """How the plan came about, for its gap."""
        if gap <= _PROVEN:
            return "optimal"
        if gap <= self.problem.gap + _PROVEN:
            return "gap reached"
        return "stopped" if self.stopped else "time limit"
