"""A plan for a network in layers: prices say when shared work is done, a linear program what else fits."""

from collections.abc import Callable, Mapping

import msgspec
import numpy as np

from lenmuc.core.roadmap.given_path import GivenPath, Rest
from lenmuc.core.roadmap.highs import maximise
from lenmuc.core.roadmap.hub_paths import Paths
from lenmuc.core.roadmap.layers import Flags, Layers, Numbers, Reals
from lenmuc.core.roadmap.model import Model, worth
from lenmuc.core.roadmap.network import Calendar, Network
from lenmuc.core.roadmap.prices import Market, Priced, Relaxed, settle_prices

Finish = list[int | None]
Says = Callable[[float, float], bool]
"""Called with (value, bound); true: stop."""

_DONE = 0.9  # of a lift in the linear program, to be wished for
# Steps of prices, and how far below the bound the value is guessed:
_FIRST = (14, 0.05)  # before there is a plan,
_MORE = ((30, 0.02), (40, 0.008))  # and after
_PATHS = 40
_ABOVE = 1.001  # a path cannot be proven to be worth less than its own linear program says, only just that
_LOOKED = 4  # paths looked for high above the others at first, which is quick
_HIGH = 1.006
_SHARE = 0.8  # of the time, after which no further path is looked at
_TRIED = 2  # paths for which own works are set as whole numbers


class Sketch(msgspec.Struct):
    """A plan of one part, what it is worth and any plan at most; what the solver was given for it."""

    finish: Finish
    value: float
    bound: float = np.inf
    seconds: float = 0.0
    columns: int = 0
    rows: int = 0

    def take(self, other: "Sketch") -> None:
        """Keep the better of two plans, and add up what both took."""
        self.seconds += other.seconds
        self.columns, self.rows = max(self.columns, other.columns), max(self.rows, other.rows)
        if other.value > self.value:
            self.finish, self.value = other.finish, other.value


def plan(
    network: Network, part: list[int], layers: Layers, start: Finish, gap: float, seconds: float, says: Says
) -> Sketch:
    """A plan of a part in layers with a bound; better than `start` or the same.

    It ends after a fixed number of steps, or when the gap is reached, or when `says` answers true, which it
    is asked at each step.
    """
    market = Market(layers)
    best = Sketch(start, worth(network, part, start))

    def settle(price: Reals, alive: Flags, steps: int, nearness: float) -> Priced:
        lasting = best.bound
        priced = settle_prices(
            market, price, alive, steps, nearness, lambda now: says(best.value, min(lasting, now))
        )
        best.take(sketch(network, part, layers, priced.best, seconds - best.seconds))
        return priced

    alive = market.alive
    priced = settle(market.start(), alive, *_FIRST)
    best.bound = priced.bound
    for steps, nearness in _MORE:
        if best.bound <= best.value * (1 + gap) or says(best.value, best.bound):
            break
        alive = market.above(priced.price, alive, best.value)
        if not alive.any(axis=1).all():
            best.bound = best.value  # whatever is left out is worth no more than the plan
            break
        priced = settle(priced.price, alive, steps, nearness)
        best.bound = max(best.value, min(best.bound, priced.bound))
    if best.bound > best.value * (1 + gap) and not says(best.value, best.bound):
        _along_paths(network, part, market, priced, best, gap, seconds, says)
    return best


def _along_paths(
    network: Network,
    part: list[int],
    market: Market,
    priced: Priced,
    best: Sketch,
    gap: float,
    seconds: float,
    says: Says,
) -> None:
    """Better plans and a lower bound from one path of the hub after the other."""
    layers, given = market.layers, GivenPath(market)
    paths = Paths(market, priced.price, market.above(priced.price, market.alive, best.value))
    worths: dict[tuple[int, ...], Rest] = {}
    tried: set[tuple[int, ...]] = set()
    certain = best.value  # what some path is worth by its own prices: no cut of ours can say less
    path: Numbers | None = priced.best.hub

    def enough() -> bool:
        return (
            best.bound <= best.value * (1 + gap)
            or says(best.value, best.bound)
            or best.seconds >= _SHARE * seconds
        )

    def set_works() -> None:
        """A plan with the path that is worth the most, of those not tried."""
        found = max((key for key in worths if key not in tried), key=lambda key: worths[key].value)
        tried.add(found)
        hub = np.array(found)
        own, took = given.own_sets(
            hub, worths[found].price, seconds - best.seconds, lambda: says(best.value, best.bound)
        )
        best.seconds += took
        asked = Relaxed(0.0, market.capacity, hub, own)
        best.take(sketch(network, part, layers, asked, seconds - best.seconds))

    for step in range(_PATHS):
        if path is None or enough():
            break
        rest = given.solve(path, seconds - best.seconds)
        if rest is None:
            break
        best.seconds += rest.seconds
        key = tuple(map(int, path))
        worths[key] = rest
        certain = max(certain, market.relaxed(rest.price, paths.alone(path)).value)
        target = max(best.value * (1 + gap), certain * _ABOVE)
        if step == _LOOKED:
            set_works()
            target = max(target, best.value * (1 + gap))
        look = step < _LOOKED and best.bound > target * _HIGH
        target *= _HIGH if look else 1.0
        paths.learn(path, rest.price, target)
        if best.bound <= target:
            break
        found = paths.next(target, seconds - best.seconds, look=look)
        if look and found.path is None:
            found = paths.next(target / _HIGH, seconds - best.seconds)
        best.seconds += found.seconds
        best.bound = max(best.value, min(best.bound, found.bound))
        path = found.path
    for _ in range(_TRIED):
        if len(tried) == len(worths) or enough():
            break
        set_works()


def sketch(network: Network, part: list[int], layers: Layers, asked: Relaxed, seconds: float) -> Sketch:
    """The plan with shared work as early as `asked` has it; what a linear program makes of the days left."""
    calendar = Calendar(network)
    finish: Finish = [None] * len(network.gain)
    works = _wishes(layers, asked)
    for node in part:
        if node in works:
            calendar.lay(node, finish, works[node])
    twin = network.copy()
    twin.capacity = [tuple(row) for row in calendar.left]
    lifts = set(layers.lifts)
    rest: list[int] = []
    for node in part:
        if node not in lifts:
            continue
        ready = [finish[need] if need not in lifts else twin.earliest[need] for need in network.needs[node]]
        if any(each is None for each in ready):
            twin.earliest[node] = network.horizon
            continue
        twin.earliest[node] = max([network.earliest[node], *(each for each in ready if each is not None)])
        twin.needs[node] = network.needs[node] & lifts
        if twin.earliest[node] < network.horizon:
            rest.append(node)
    model = Model(twin, rest)
    found = maximise(model.program, seconds=seconds, relaxed=True)
    wish = _read(model, rest, network.horizon, found.values or [])
    place = {node: at for at, node in enumerate(rest)}
    for node in sorted(wish, key=lambda node: (wish[node], place[node])):
        calendar.lay(node, finish)
    value = worth(network, part, finish)
    return Sketch(finish, value, np.inf, found.seconds, model.columns, model.rows)


def _wishes(layers: Layers, asked: Relaxed) -> Mapping[int, int]:
    """When each shared work is first in the sets that are asked for."""
    found: dict[int, int] = {}
    for works, sets in ((layers.hub, layers.sets[asked.hub][:, None]), (layers.own, asked.own)):
        for branch, at in np.argwhere(works.nodes >= 0):
            there = np.flatnonzero(sets[:, branch] >> at & 1)
            if len(there):
                found[int(works.nodes[branch, at])] = int(there[0])
    return found


def _read(model: Model, nodes: list[int], horizon: int, values: list[float]) -> dict[int, int]:
    wish: dict[int, int] = {}
    for node in nodes if values else []:
        for quarter in range(model.network.earliest[node], horizon):
            if values[model.column(node, quarter)] >= _DONE:
                wish[node] = quarter
                break
    return wish
