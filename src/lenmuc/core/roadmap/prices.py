"""A bound from prices: every day of every team has one, and then each branch decides by itself.

Lagrangian relaxation of the days there are (Fisher 1981); shared works keep whole sets, so that a half-built
platform frees nothing. Prices move against what is over- or underused, with steps towards a guessed value
(Polyak 1969; the guess follows what is reached, as in Brännlund 1993).
"""

from collections.abc import Callable

import msgspec
import numpy as np

from lenmuc.core.roadmap.layers import Flags, Layers, Numbers, Reals, Works
from lenmuc.core.roadmap.problem import ALLOWANCE

NEVER = -1e300
_ROUNDS = 3  # of paying: who has something left pays more of what others could not
_PATIENCE = 6  # steps without progress after which the guess comes nearer
_PULL = 0.6  # how much of the last direction the next one keeps


class Relaxed(msgspec.Struct, frozen=True):
    """What prices allow: no plan is worth more than `value`.

    `used`: (resources, quarters), days used by each quarter. `hub`: index of the set of hub works at each
    quarter; `own`: (quarters, branches), sets of their own works.
    """

    value: float
    used: Reals
    hub: Numbers
    own: Numbers


class Cut(msgspec.Struct, frozen=True):
    """By these prices no path of the hub is worth more than `stock` and the `worth` of its sets together.

    `worth`: (quarters, sets).
    """

    price: Reals
    stock: float
    worth: Reals


class Market:
    """The layers with what does not change from price to price.

    `alive`: (quarters, sets of hub works), those that may stand at the end of each quarter.
    """

    def __init__(self, layers: Layers) -> None:
        self.layers = layers
        network = layers.network
        weight = np.array(network.weight)
        self.each: Reals = weight - np.append(weight[1:], 0.0)
        self.capacity: Reals = np.array(network.capacity)
        self.horizon = network.horizon
        self.branches = layers.own.nodes.shape[0]
        self.own_sets = layers.own.possible.shape[2]
        kinds, self.kind = np.unique(layers.hub_needs, return_inverse=True)
        self.holds = ((kinds[:, None] & layers.sets) == kinds[:, None]).astype(np.float64)
        self.within: Flags = (layers.sets[:, None] & layers.sets) == layers.sets[:, None]  # row in column
        self.key = (layers.branch * self.own_sets + layers.own_needs) * len(kinds) + self.kind
        self.kinds = len(kinds)
        self.ready: Flags = np.arange(self.horizon) >= layers.earliest[:, None]
        self.sharers = np.maximum(
            1, np.bincount(layers.before[layers.before >= 0], minlength=len(layers.lifts))
        )
        # (what comes later, what comes first, whether each has the other alone), the last first
        self.steps: list[tuple[Numbers, Numbers, bool]] = []
        for rank in range(layers.rank.max(), 0, -1):
            later, need = np.nonzero((layers.rank == rank)[:, None] & (layers.before >= 0))
            first = layers.before[later, need]
            single = len(np.unique(later)) == len(later) and bool((self.sharers[first] == 1).all())
            self.steps.append((later, first, single))
        self.alive: Flags = layers.hub.possible[:, 0, layers.sets]
        self.fair = self._fair()
        # What prices are measured by, so that a step is as far for a small team as for a large one.
        common = np.maximum(self.fair.mean(axis=1), 1e-3 * self.fair.mean() + 1e-12)
        self.unit: Reals = common[:, None] * self.each

    def _fair(self) -> Reals:
        """For each resource and quarter the gain for a day of the first lift that does not fit any more, the
        best first."""
        layers = self.layers
        rate = layers.gain / np.maximum(layers.days.sum(axis=1), 1e-9)
        found = np.zeros_like(self.capacity)
        for resource in range(len(found)):
            days = (layers.days * (layers.resource == resource)).sum(axis=1)
            users = np.flatnonzero(days)
            users = users[np.argsort(-rate[users], kind="stable")]
            last = np.searchsorted(np.cumsum(days[users]), self.capacity[resource])
            found[resource] = np.append(rate[users], 0.0)[last]
        return found

    def start(self) -> Reals:
        """Prices to begin with: what the days would bring elsewhere, as if nothing waited for anything."""
        return self.fair * self.each

    def relaxed(self, price: Reals, alive: Flags) -> Relaxed:
        """The best that every branch and the hub can do when days cost what `price` says."""
        brings = self._brings(price)
        best, choice = self._sets(brings, price, alive)
        path, total = self._path(best, alive)
        own = np.stack(
            [own[:, np.searchsorted(there, at)] for (there, own), at in zip(choice, path, strict=True)]
        )
        value = total + self._stock(price)
        return Relaxed(value, self._used(brings, path, own), path, own)

    def above(self, price: Reals, alive: Flags, floor: float) -> Flags:
        """Of the sets that are `alive` those on a path that these prices let be worth more than `floor`."""
        cut = self.cut(price, alive)
        return alive & (self.through(cut.worth, alive) + cut.stock > floor)

    def cut(self, price: Reals, alive: Flags) -> "Cut":
        """What these prices say of every path through the sets that are `alive`."""
        best, _ = self._sets(self._brings(price), price, alive)
        return Cut(price, self._stock(price), best)

    def through(self, worth: Reals, alive: Flags) -> Reals:
        """(quarters, sets): the most that a path through each set is worth, when its sets are worth this."""
        return self._totals(worth, alive, self.within) + self.backward(worth, alive) - worth

    def backward(self, worth: Reals, alive: Flags) -> Reals:
        """(quarters, sets): the most that a path is worth from each set on, the set itself included."""
        found: Reals = self._totals(worth[::-1], alive[::-1], self.within.T)[::-1]
        return found

    def _stock(self, price: Reals) -> float:
        return float((price * (self.capacity + ALLOWANCE)).sum())

    def _sets(self, brings: Reals, price: Reals, alive: Flags) -> tuple[Reals, list[tuple[Numbers, Numbers]]]:
        """What each set of hub works is worth in each quarter, and the own sets that go with it."""
        layers = self.layers
        cost = self._cost(layers.own, price)
        hub_cost = self._cost(layers.hub, price)[:, 0, layers.sets]
        best = np.full((self.horizon, len(layers.sets)), NEVER)
        choice: list[tuple[Numbers, Numbers]] = []
        cells = self.branches * self.own_sets * self.kinds
        for t in range(self.horizon):
            there = np.flatnonzero(alive[t])
            table = np.bincount(self.key, brings[:, t], cells).astype(np.float64)
            _sum_subsets(table.reshape(self.branches, self.own_sets, self.kinds))
            value = table.reshape(-1, self.kinds) @ self.holds[:, there]
            value = value.reshape(self.branches, self.own_sets, len(there))
            value -= np.where(layers.own.possible[t], cost[t], -NEVER)[:, :, None]
            own = value.argmax(axis=1)
            most = np.take_along_axis(value, own[:, None], axis=1)[:, 0]
            best[t, there] = most.sum(axis=0) - hub_cost[t, there]
            choice.append((there, own))
        return best, choice

    def _cost(self, works: Works, price: Reals) -> Reals:
        """(quarters, branches, sets): what the days of each set of works cost, less what they bring."""
        one: Reals = (works.days[..., None] * price[works.resource]).sum(axis=2)
        one -= works.gain[..., None] * self.each
        bits = (np.arange(works.possible.shape[2]) >> np.arange(works.nodes.shape[1])[:, None]) & 1
        return one.transpose(2, 0, 1) @ bits.astype(np.float64)

    def _totals(self, best: Reals, alive: Flags, within: Flags) -> Reals:
        """For each set the worth of the best path up to it, itself included."""
        total = best.copy()
        for t in range(1, self.horizon):
            there, here = np.flatnonzero(alive[t - 1]), np.flatnonzero(alive[t])
            reach = np.where(within[np.ix_(there, here)], total[t - 1, there, None], NEVER)
            total[t, here] += reach.max(axis=0)
        return total

    def _brings(self, price: Reals) -> Reals:
        """What each lift brings in each quarter it is there, net of its days; never below 0."""
        layers = self.layers
        net = layers.gain[:, None] * self.each
        for use in range(layers.days.shape[1]):
            net -= layers.days[:, use, None] * price[layers.resource[:, use]]
        net[~self.ready] = 0.0
        for later, first, single in self.steps:  # what comes first is paid by what follows
            if single:
                paid = np.minimum(np.maximum(0.0, -net[first]), np.maximum(0.0, net[later]))
                net[later] -= paid
                net[first] += paid
                continue
            for _ in range(_ROUNDS):
                asked = np.maximum(0.0, -net[first]) / self.sharers[first][:, None]
                open_bills = np.zeros_like(net)
                np.add.at(open_bills, later, asked > 0.0)
                paid = np.minimum(asked, np.maximum(0.0, net[later]) / np.maximum(1.0, open_bills[later]))
                np.subtract.at(net, later, paid)
                np.add.at(net, first, paid)
        from_here = np.cumsum(net[:, ::-1], axis=1)
        best = np.maximum.accumulate(np.maximum(from_here, 0.0), axis=1)[:, ::-1]
        best[:, :-1] -= best[:, 1:].copy()
        return best

    def _path(self, best: Reals, alive: Flags) -> tuple[Numbers, float]:
        """The sets of hub works that bring the most, each within the next."""
        total = self._totals(best, alive, self.within)
        path = np.zeros(self.horizon, dtype=np.int64)
        path[-1] = total[-1].argmax()
        for t in range(self.horizon - 1, 0, -1):
            path[t - 1] = np.where(self.within[:, path[t]], total[t - 1], 2 * NEVER).argmax()
        return path, float(total[-1].max())

    def _used(self, brings: Reals, path: Numbers, own: Numbers) -> Reals:
        layers = self.layers
        hub_set = layers.sets[path]
        here = own.T[layers.branch]
        there = (here & layers.own_needs[:, None]) == layers.own_needs[:, None]
        there &= (hub_set & layers.hub_needs[:, None]) == layers.hub_needs[:, None]
        done = np.maximum.accumulate(there & (brings > 1e-9 * self.unit.mean()), axis=1)
        for later, first, _ in self.steps:
            np.logical_or.at(done, first, done[later])
        used = np.zeros_like(self.capacity)
        for use in range(layers.days.shape[1]):
            np.add.at(used, layers.resource[:, use], layers.days[:, use, None] * done)
        for works, sets in ((layers.hub, hub_set[:, None]), (layers.own, own)):
            bits = (sets[:, :, None] >> np.arange(works.nodes.shape[1])) & 1
            for use in range(works.days.shape[2]):
                amount = (works.days[:, :, use] * bits).transpose(1, 2, 0)
                np.add.at(used, works.resource[:, :, use], amount)
        return used


def _sum_subsets(table: Reals) -> None:
    """In place: each set (middle axis) gets the sum over all sets within it."""
    outer, sets, inner = table.shape
    step = 1
    while step < sets:
        halves = table.reshape(outer, sets // (2 * step), 2, step, inner)
        halves[:, :, 1] += halves[:, :, 0]
        step *= 2


class Priced(msgspec.Struct, frozen=True):
    """The lowest bound found, the prices that give it, and the paths of the hub that were seen, the last at
    the end.
    """

    bound: float
    price: Reals
    best: Relaxed
    paths: dict[tuple[int, ...], None]


def settle_prices(
    market: Market,
    price: Reals,
    alive: Flags,
    steps: int,
    nearness: float = 0.05,
    says: Callable[[float], bool] | None = None,
) -> Priced:
    """Move prices until the bound hardly falls. `nearness`: how far below it the value is guessed."""
    scale = market.capacity + 1e-9
    best: Relaxed | None = None
    kept, bound, stalled = price, np.inf, 0
    direction = np.zeros_like(price)
    paths: dict[tuple[int, ...], None] = {}
    for _ in range(steps):
        found = market.relaxed(price, alive)
        path = tuple(map(int, found.hub))
        paths.pop(path, None)
        paths[path] = None
        stalled = 0 if found.value < bound * (1 - 0.2 * nearness) else stalled + 1
        if found.value < bound:
            best, kept, bound = found, price, found.value
        if says is not None and says(bound):
            break
        if stalled >= _PATIENCE:
            nearness, stalled = 0.6 * nearness, 0
        if nearness < 1e-4:
            break
        slope = (market.capacity - found.used) * market.unit
        slope[(price <= 0.0) & (slope > 0.0)] = 0.0
        direction = slope + _PULL * direction
        length = float((direction**2 / (scale * market.unit)).sum())
        if length <= 0.0:
            break
        pace = (found.value - bound * (1 - nearness)) / length
        price = np.maximum(0.0, price - pace * direction / scale)
    assert best is not None
    return Priced(bound, kept, best, paths)
