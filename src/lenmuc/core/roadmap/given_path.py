"""What is left once the path of the hub is given: a linear program, solved again for path after path."""

from collections.abc import Callable

import msgspec
import numpy as np

from lenmuc.core.roadmap.highs import Kept
from lenmuc.core.roadmap.layers import Numbers, Reals
from lenmuc.core.roadmap.prices import Market
from lenmuc.core.roadmap.problem import ALLOWANCE

_NEAR = 3e-4  # how near to the best in whole numbers is near enough


class Rest(msgspec.Struct, frozen=True):
    """No plan with the given path of the hub is worth more than `value`: infinite when it ended early.

    `price`: (resources, quarters), the worth of one more day by each quarter; `seconds` the solver took.
    """

    value: float
    price: Reals
    seconds: float


class Whole(msgspec.Struct, frozen=True):
    """When each lift and each own work is finished, by node; the columns that say so; the seconds taken."""

    wish: dict[int, int]
    columns: Reals
    seconds: float


class GivenPath:
    """The linear program of lifts and own works: each by quarter, as in `Model`, in arrays.

    Columns: (lifts, quarters), then (branches, own works, quarters).
    """

    def __init__(self, market: Market) -> None:
        self.market = market
        layers, horizon = market.layers, market.horizon
        self.lifts = len(layers.lifts)
        self.works = layers.own.nodes.shape
        own_first = self.lifts * horizon
        self._entries: list[tuple[Numbers, Numbers, Reals]] = []
        self._rows = 0
        cost = np.concatenate([(layers.gain[:, None] * market.each).ravel(), self._own_gain().ravel()])
        upper = np.concatenate([np.ones(own_first), self._own_ready().ravel()])
        times = np.arange(len(cost)).reshape(-1, horizon)
        self._never_more(times[:, :-1], times[:, 1:])
        later, need = np.nonzero(layers.before >= 0)
        self._never_more(times[later], times[layers.before[later, need]])
        for first, second in self._own_order():
            self._never_more(times[first], times[second])
        most = [np.zeros(self._rows)]
        self.first_row = self._rows
        self._days(layers.days, layers.resource, np.arange(self.lifts))
        places = self.lifts + np.arange(self.works[0] * self.works[1])
        own = layers.own
        self._days(own.days.reshape(len(places), -1), own.resource.reshape(len(places), -1), places)
        most.append((market.capacity + ALLOWANCE).ravel())
        rows, columns, values = (np.concatenate(each) for each in zip(*self._entries, strict=True))
        self.size = len(cost), self._rows + market.capacity.size
        self._program = Kept(cost, upper, np.concatenate(most), (rows, columns, values))

    def _own_gain(self) -> Reals:
        found: Reals = self.market.layers.own.gain[:, :, None] * self.market.each
        return found

    def _own_ready(self) -> Reals:
        """(branches, works, quarters): 1 where a work may be finished."""
        layers, network = self.market.layers, self.market.layers.network
        found = np.zeros((*self.works, self.market.horizon))
        for branch, at in np.argwhere(layers.own.nodes >= 0):
            found[branch, at, network.earliest[layers.own.nodes[branch, at]] :] = 1.0
        return found

    def _own_order(self) -> list[tuple[Numbers, Numbers]]:
        """(what waits, what it waits for), as places in the columns, for all that waits for own works."""
        layers = self.market.layers
        told = np.zeros(self.lifts, dtype=np.int64)  # what a lift's first lift waits for already
        later, need = np.nonzero(layers.before >= 0)
        np.bitwise_or.at(told, later, layers.own_needs[layers.before[later, need]])
        found = []
        for at in range(self.works[1]):
            waits = np.flatnonzero(layers.own_needs & ~told & (1 << at))
            found.append((waits, self.lifts + layers.branch[waits] * self.works[1] + at))
        for branch, nodes in enumerate(layers.own.nodes.tolist()):
            place = {
                node: self.lifts + branch * self.works[1] + at for at, node in enumerate(nodes) if node >= 0
            }
            pairs = [
                (place[n], place[need]) for n in place for need in layers.network.needs[n] if need in place
            ]
            if pairs:
                first, second = np.array(pairs).T
                found.append((first, second))
        return found

    def _never_more(self, less: Numbers, more: Numbers) -> None:
        """Rows: each column of `less` is at most that of `more`."""
        rows = self._rows + np.arange(less.size)
        self._rows += less.size
        self._entries += [(rows, less.ravel(), np.ones(less.size)), (rows, more.ravel(), -np.ones(less.size))]

    def _days(self, days: Reals, resource: Numbers, places: Numbers) -> None:
        """Entries of the rows of (resource, quarter) for columns at these places."""
        horizon = self.market.horizon
        for use in range(days.shape[1]):
            who = np.flatnonzero(days[:, use])
            for t in range(horizon):
                rows = self.first_row + resource[who, use] * horizon + t
                self._entries.append((rows, places[who] * horizon + t, days[who, use]))

    def there(self, path: Numbers) -> Reals:
        """(lifts, quarters): 1 where the path of the hub lets a lift be reached."""
        layers = self.market.layers
        have = layers.sets[path]
        found: Reals = ((layers.hub_needs[:, None] & have) == layers.hub_needs[:, None]).astype(np.float64)
        return found * self.market.ready

    def left(self, path: Numbers) -> Reals:
        """(resources, quarters): the days that the hub's works leave."""
        layers = self.market.layers
        left = self.market.capacity + ALLOWANCE
        bits = (layers.sets[path][:, None] >> np.arange(layers.hub.nodes.shape[1])) & 1
        for use in range(layers.hub.days.shape[2]):
            for at in range(layers.hub.nodes.shape[1]):
                left[layers.hub.resource[0, at, use]] -= layers.hub.days[0, at, use] * bits[:, at]
        return left

    def solve(
        self, path: Numbers, seconds: float, enough: Callable[[Reals], bool] | None = None
    ) -> Rest | None:
        """The best there is with this path; `None`: not in time. It may end as soon as the worth of days by
        then is `enough`.
        """
        left, layers = self.left(path), self.market.layers
        rows = np.array([self.first_row + r * left.shape[1] + t for r in np.unique(layers.hub.resource)
                         for t in range(left.shape[1])])  # fmt: skip

        def price(duals: Reals) -> Reals:
            return duals[self.first_row :].reshape(left.shape)

        answer = self._program.solve(
            self.there(path).ravel(), rows, left.ravel()[rows - self.first_row], seconds,
            (lambda duals: enough(price(duals))) if enough else None,
        )  # fmt: skip
        if answer is None:
            return None
        bits = (layers.sets[path][:, None] >> np.arange(layers.hub.nodes.shape[1])) & 1
        gain = float((self.market.each @ bits) @ layers.hub.gain[0])
        return Rest(answer.value + gain, price(answer.duals), answer.seconds)

    def whole(self, free: int, seconds: float, start: Whole | None = None) -> Whole | None:
        """A plan in whole numbers near what was last solved to its end; see `Kept.whole`."""
        found = self._program.whole(free, _NEAR, seconds, None if start is None else start.columns)
        if found is None or found.values is None:
            return None
        layers = self.market.layers
        done = found.values.reshape(-1, self.market.horizon) > 0.5
        first = np.where(done.any(axis=1), done.argmax(axis=1), -1)
        own = layers.own.nodes
        nodes = [*layers.lifts, *own.ravel().tolist()]
        wish = {node: quarter for node, quarter in zip(nodes, first.tolist(), strict=True) if quarter >= 0}
        return Whole(wish, found.values, found.seconds)
