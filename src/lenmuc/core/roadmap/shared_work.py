"""A plan for a network in layers: prices first, then the hub's works along one path after the other."""

import math
from collections.abc import Callable

import msgspec
import numpy as np

from lenmuc.core.roadmap.given_path import GivenPath, Rest, Whole
from lenmuc.core.roadmap.hub_paths import Paths
from lenmuc.core.roadmap.layers import Flags, Layers, Numbers, Reals
from lenmuc.core.roadmap.model import worth
from lenmuc.core.roadmap.network import Calendar, Network
from lenmuc.core.roadmap.prices import Market, Priced, settle_prices

Finish = list[int | None]
Says = Callable[[float, float], bool]
"""Called with (value, bound); true: stop."""

# Steps of prices, and how far below the bound the value is guessed, before there is a plan and after:
_PRICES = ((14, 0.05), (30, 0.02))
_PATHS = 400
_WHOLLY = 8  # paths that are looked at for a plan first; after them what no path exceeds is looked for
_ABOVE = 1.0004  # a path cannot be proven to be worth less than its own linear program says, only just that
_ROOM = 5e-4  # how far below the level a path's own prices have to bring it
_LIKELY = 0.9985  # of the best linear program, from which on a path is tried for a plan
_NEARER = 15  # steps of prices towards one path, which is cheaper than its linear program
_FREE = (4_000, 8_000)  # columns that are set anew where a plan is polished: on the way, and at the end


class Sketch(msgspec.Struct):
    """A plan of one part, what it is worth and any plan at most; what the solver was given for it."""

    finish: Finish
    value: float
    bound: float = math.inf
    seconds: float = 0.0
    columns: int = 0
    rows: int = 0


class Until(msgspec.Struct, frozen=True):
    """When to stop: at this gap, after so many seconds (of computing by the `clock`, or, without one, of the
    solver), or as soon as `says` is true.
    """

    gap: float
    seconds: float
    says: Says
    clock: Callable[[], float] | None = None


class _Search:
    """One part on its way to a plan and a bound: what is asked, and what is known so far."""

    def __init__(
        self, network: Network, part: list[int], layers: Layers, start: Finish, until: Until
    ) -> None:
        self.network, self.part, self.until = network, part, until
        self.began = until.clock() if until.clock else 0.0
        self.market = Market(layers)
        self.given = GivenPath(self.market)
        columns, rows = self.given.size
        self.best = Sketch(start, worth(network, part, start), columns=columns, rows=rows)
        self.highest = 0.0  # linear program of a path so far
        self.plain: tuple[Numbers, Whole] | None = None  # the path of the best plan, not yet polished

    @property
    def left(self) -> float:
        """Seconds there still are."""
        clock = self.until.clock
        gone = max(self.best.seconds, clock() - self.began if clock else 0.0)
        return max(0.0, self.until.seconds - gone)

    @property
    def goal(self) -> float:
        """The bound that is wanted for the best plan so far."""
        return self.best.value * (1 + self.until.gap)

    def enough(self) -> bool:
        """Whether the gap is reached, or the time is up, or somebody says so."""
        best = self.best
        return self.until.says(best.value, best.bound) or best.bound <= self.goal or self.left <= 0

    def settle(self, price: Reals, alive: Flags, steps: int, nearness: float) -> Priced:
        lasting = self.best.bound
        priced = settle_prices(
            self.market,
            price,
            alive,
            steps,
            nearness,
            lambda now: self.until.says(self.best.value, min(lasting, now)),
        )
        self.best.bound = max(self.best.value, min(self.best.bound, priced.bound))
        return priced

    def along(self, path: Numbers, enough: Callable[[Reals], bool] | None = None) -> Rest | None:
        """What is left along a path; a plan is tried where it may be better than those so far."""
        rest = self.given.solve(path, self.left, enough)
        if rest is None:
            return None
        self.best.seconds += rest.seconds
        if math.isfinite(rest.value) and rest.value > max(_LIKELY * self.highest, self.best.value):
            self.highest = max(self.highest, rest.value)
            self.try_plan(path, 0)
        return rest

    def try_plan(self, path: Numbers, free: int, start: Whole | None = None) -> None:
        """A plan along the path that was solved last."""
        whole = self.given.whole(free, self.left, start)
        if whole is None:
            return
        self.best.seconds += whole.seconds
        finish = _laid(self.network, self.part, self.market.layers, path, whole)
        value = worth(self.network, self.part, finish)
        if value > self.best.value:
            self.best.finish, self.best.value = finish, value
            self.plain = path, whole

    def polish(self, free: int) -> None:
        """Set more of the best plan anew."""
        if self.plain is None:
            return
        (path, whole), self.plain = self.plain, None
        if rest := self.given.solve(path, self.left):
            self.best.seconds += rest.seconds
            self.try_plan(path, free, whole)


def plan(network: Network, part: list[int], layers: Layers, start: Finish, until: Until) -> Sketch:
    """A plan of a part in layers with a bound; better than `start` or the same.

    It also ends after a fixed number of steps. Without a time limit that binds, the same is the same.
    """
    search = _Search(network, part, layers, start, until)
    market, best = search.market, search.best
    price, alive = market.start(), market.alive
    seen: list[Rest] = []
    for steps, nearness in _PRICES:
        priced = search.settle(price, alive, steps, nearness)
        if search.enough():
            return best
        if rest := search.along(priced.best.hub):
            seen.append(rest)
        price, alive = priced.price, market.above(priced.price, alive, best.value)
        if not alive.any(axis=1).all():
            best.bound = best.value  # whatever is left out is worth no more than the plan
            return best
    _along_paths(search, Paths(market, price, alive), seen)
    return best


def _along_paths(search: _Search, paths: Paths, seen: list[Rest]) -> None:
    """Better plans and a lower bound from one path of the hub after the other."""
    best, market = search.best, search.market
    for each in seen:
        paths.learn(each.price)
    for step in range(_PATHS):
        if search.enough():
            return
        if step == _WHOLLY:
            search.polish(_FREE[0])
        goal = max([search.goal, *(_ABOVE * each for each in paths.closed.values())])
        paths.lift(goal)
        path = paths.top()
        if path is None and paths.level > goal:
            paths.list(goal, best.bound)
            path = paths.top()
        best.bound = max(best.value, min(best.bound, paths.bound))
        if path is None or search.enough():
            break
        only, level = paths.alone(path), paths.level * (1 - _ROOM)
        if step < _WHOLLY:
            level = min(level, _LIKELY * search.highest)
        elif (price := _lowered(market, paths.fitting(path), only, level)) is not None:
            paths.learn(price)
            continue

        def low(price: Reals, only: Flags = only, level: float = level) -> bool:
            return market.relaxed(price, only).value <= level

        rest = search.along(path, low)
        if rest is None:
            return
        paths.learn(rest.price)
        if (mine := paths.lowest(path)) > paths.level:
            paths.close(path, min(rest.value, mine))
    if not search.enough():
        search.polish(_FREE[1])


def _lowered(market: Market, price: Reals, only: Flags, level: float) -> Reals | None:
    """Prices by which the one path of `only` is worth no more than the level, if a few steps lead there."""
    far = 1.0 - level / market.relaxed(price, only).value
    found = settle_prices(market, price, only, _NEARER, far + _ROOM, lambda bound: bound <= level)
    return found.price if found.bound <= level else None


def _laid(network: Network, part: list[int], layers: Layers, path: Numbers, whole: Whole) -> Finish:
    """The plan: the hub's works as the path has them, own works, then lifts, each as early as it can be."""
    wish = dict(whole.wish)
    bits = (layers.sets[path][:, None] >> np.arange(layers.hub.nodes.shape[1])) & 1
    for at, node in enumerate(layers.hub.nodes[0].tolist()):
        if node >= 0 and bits[:, at].any():
            wish[node] = int(bits[:, at].argmax())
    calendar = Calendar(network)
    finish: Finish = [None] * len(network.gain)
    lifts = set(layers.lifts)
    for node in part:
        if node in wish and node not in lifts:
            calendar.lay(node, finish, wish[node])
    place = {node: at for at, node in enumerate(part)}
    for node in sorted(lifts & wish.keys(), key=lambda node: (wish[node], place[node])):
        calendar.lay(node, finish)
    return finish
