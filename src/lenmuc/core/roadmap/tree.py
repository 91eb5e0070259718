"""A search of our own for one quarter: many cheap linear programs, where cuts of the solver bring little."""

import math
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

import msgspec
import numpy as np

from lenmuc.core.roadmap.choice import Choice, Numbers, Yes, choice_of
from lenmuc.core.roadmap.highs import Boxed, Found, Program, Progress, maximise
from lenmuc.core.roadmap.model import Model

_NEAR = 0.001  # a linear program this near to a plan is one for the solver's cuts
_FIRST = 32  # nodes at each of which a plan is made; later at every eighth


class Node(msgspec.Struct, frozen=True):
    """What is certain (`lower` 1: finished, `upper` 0: not), and the linear program of the rest."""

    lower: Numbers
    upper: Numbers
    answer: Boxed.Answer


class Tree:
    """Branch and bound over a choice: the best bound first, each node followed down before the next.

    With the days of one quarter alone all that shares work hangs together: the linear program takes the same
    fraction of hundreds of nodes, far above every plan, and neither cuts nor reduced costs change that. It
    falls apart once single works are in or out; so it counts how few programs are solved, and how cheaply.

    No plan is lost: a node goes when its bound, reckoned from prices of the rows, is at most the best plan,
    or less than 1 above it where all gains are whole. With a `gap` it goes earlier, and its bound is kept.
    """

    def __init__(
        self, choice: Choice, program: Program, start: Yes, gap: float = 0.0, near: float = _NEAR
    ) -> None:
        self.choice = choice
        self.linear = Boxed(program)
        self.gap, self.near = gap, near
        self.whole = bool((choice.gain == np.floor(choice.gain)).all() and choice.gain.sum() <= 1e9)
        self.best, self.plan = 0.0, np.zeros(len(choice.gain), dtype=bool)
        self.gone = 0.0  # the highest bound of what was left out
        self.open: list[tuple[float, int, Numbers, Numbers]] = []
        self.number = count()
        self.nodes = 0
        self.in_time = True
        self._offer(start)

    def search(
        self, seconds: float, report: Progress | None = None, late: Callable[[], bool] = lambda: False
    ) -> bool:
        """Search until nothing is better or the time is up; false where the solver had better go on.

        That is when the first way down finds a plan near to the first bound: no gap that takes branching.
        """
        size = len(self.choice.gain)
        self._keep(math.inf, np.zeros(size), np.ones(size))
        node: Node | None = None
        first_way = True
        while self.in_time:
            if node is None:
                first_way = first_way and self.nodes == 0
                node = self._next(seconds)
                if node is None:
                    break
            self.nodes += 1
            if self.nodes <= _FIRST or self.nodes % 8 == 0:
                self._offer(self.choice.rounded(node.lower, node.answer.values))
            top = max(self.bound(), node.answer.bound)
            near = first_way and top - self.best < self.near * top
            if near or late() or (report and report(self.best, top)):
                self._keep(node.answer.bound, node.lower, node.upper)
                return not near
            node = self._split(node, seconds)
        if node:
            self._keep(node.answer.bound, node.lower, node.upper)
        return True

    def bound(self) -> float:
        """What no plan exceeds, but for the node that is just looked at."""
        return max(self.best, self.gone, -self.open[0][0] if self.open else 0.0)

    def _offer(self, plan: Yes) -> None:
        value = math.fsum(self.choice.gain[plan])
        if value > self.best and self.choice.fits(plan):
            self.best, self.plan = value, plan

    def _enough(self) -> float:
        """What a bound must reach to be looked at."""
        least = self.best + 1.0 - 1e-6 if self.whole else self.best * (1.0 + 1e-9)
        return max(least, self.best * (1.0 + self.gap))

    def _hopeful(self, bound: float) -> bool:
        """Whether to look at what has such a bound; if not, it is gone, and its bound noted."""
        if bound >= self._enough():
            return True
        self._leave(bound)
        return False

    def _leave(self, bound: float) -> None:
        self.gone = max(self.gone, math.floor(bound + 1e-6) if self.whole else bound)

    def _keep(self, bound: float, lower: Numbers, upper: Numbers) -> None:
        heappush(self.open, (-bound, next(self.number), lower, upper))

    def _next(self, seconds: float) -> Node | None:
        while self.open and self.in_time:
            bound, _, lower, upper = heappop(self.open)
            if self._hopeful(-bound) and (node := self._solved(lower, upper, -bound, seconds)):
                return node
        return None

    def _solved(self, lower: Numbers, upper: Numbers, above: float, seconds: float) -> Node | None:
        """The node with these limits, if there may be something better in it; `above` is a bound known."""
        answer = self.linear.solve(lower, upper, self._enough(), seconds - self.linear.seconds)
        if answer is None:
            self.in_time = False
            self._keep(above, lower, upper)
            return None
        return Node(lower, upper, answer) if self._hopeful(answer.bound) else None

    def _split(self, node: Node, seconds: float) -> Node | None:
        """The better half of a node, the other kept for later."""
        answer = node.answer
        if not self._hopeful(answer.bound):
            return None
        lower, upper = node.lower.copy(), node.upper.copy()
        other = answer.bound - np.abs(answer.reduced)  # at most this when a node is turned round
        certain = np.floor(other + 1e-6) <= self.best if self.whole else other <= self.best
        upper[certain & (answer.reduced < 0) & (lower < 0.5)] = 0.0
        lower[certain & (answer.reduced > 0) & (upper > 0.5)] = 1.0
        if not self.choice.settle(lower, upper):
            return None
        values = answer.values
        split = np.flatnonzero((values > 1e-6) & (values < 1 - 1e-6) & (lower < upper))
        if not len(split):
            plan = values > 0.5
            if (values < lower - 1e-6).any() or (values > upper + 1e-6).any():
                return self._solved(lower, upper, answer.bound, seconds)
            self._offer(plan)
            self._leave(answer.bound)
            return None
        at = int(split[np.argmax(self._weight(answer)[split])])
        return self._halves(answer.bound, lower, upper, at, seconds)

    def _weight(self, answer: Boxed.Answer) -> Numbers:
        """How much splitting at each node should lower the bound of both halves, by the prices there are.

        Finished, it pays for what its closure still lacks; not, all that needs it brings nothing. The first
        counts twice: it lowers the bound for good, while what is given up for the second is soon replaced.
        """
        profit = self.choice.gain - answer.prices[self.choice.rows] @ self.choice.days
        paid = self.choice.under(-profit * (1.0 - answer.values))
        lost = self.choice.over(profit * answer.values)
        return np.asarray(np.maximum(paid, 1e-6) ** 2 * np.maximum(lost, 1e-6))

    def _halves(self, bound: float, lower: Numbers, upper: Numbers, at: int, seconds: float) -> Node | None:
        """The better half when `at` is finished or not; the other is kept for later."""
        without, within = upper.copy(), lower.copy()
        without[self.choice.above[at]] = 0.0
        within[self.choice.below[at]] = 1.0
        halves: list[Node] = []
        for low, high in ((lower.copy(), without), (within, upper.copy())):
            if not self.choice.settle(low, high):
                continue
            if not self.in_time:
                self._keep(bound, low, high)
            elif half := self._solved(low, high, bound, seconds):
                halves.append(half)
        halves.sort(key=lambda half: -half.answer.bound)
        for half in halves[1:]:
            self._keep(half.answer.bound, half.lower, half.upper)
        return halves[0] if halves else None


def solved(
    model: Model,
    start: list[float],
    gap: float,
    seconds: float,
    report: Progress | None,
    late: Callable[[], bool],
) -> Found:
    """The best plan of a model from the one given: by this search where it pays, by the solver elsewhere."""
    choice = choice_of(model)
    if choice is None:
        return maximise(model.program, start, gap, seconds, report)
    tree = Tree(choice, model.program, np.array(start) > 0.5, gap)
    ended = tree.search(seconds, report, late)
    start, took = list(map(float, tree.plan)), tree.linear.seconds
    if ended:
        return Found(start, tree.bound(), took)
    found = maximise(model.program, start, gap, seconds - took, report)
    return msgspec.structs.replace(found, bound=min(found.bound, tree.bound()), seconds=took + found.seconds)
