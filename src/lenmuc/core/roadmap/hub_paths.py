"""Which paths the hub's shared works can take, one by one, and what cuts let each be worth at most.

Whatever the prices, they bound every path by a sum over its quarters. The lowest of several such bounds
(Benders 1962) is a far better one than any prices alone, for prices that fit one path let others look too
good. Few paths are left above what a plan is worth, so they are listed rather than searched.
"""

import math

import numpy as np

from lenmuc.core.roadmap.layers import Flags, Numbers, Reals
from lenmuc.core.roadmap.prices import NEVER, Cut, Market

_MIX = (0.85, 0.5, 0.0)  # of the prices that fit all paths, in the cuts that a path leaves
_MOST = 150_000  # paths in one list, and the first quarters of paths on the way there
_BLOCK = 4_000  # of them, looked at together
_LEVELS = (0.0, 0.25, 0.5, 0.75, 0.9)  # of the way from the goal to the bound, to list above


class Paths:
    """The paths that may be worth more than `level`, best first asked for. All others are worth no more.

    `alive`: (quarters, sets of hub works), those that may stand at the end of each quarter. `listed`:
    (quarters, paths), the index of a set each; `worth`: (paths,), what the cuts let each be worth at most.
    `closed` are paths that no cut can leave out, with what each is worth at most.
    """

    def __init__(self, market: Market, price: Reals, alive: Flags) -> None:
        self.market = market
        self.price = price
        self.alive = alive
        self.cuts = [market.cut(price, alive)]
        self.level = math.inf
        self.all = False  # whether what is not listed will never be asked about again
        self.listed: Numbers = np.zeros((market.horizon, 0), dtype=np.int64)
        self.worth: Reals = np.zeros(0)
        self.closed: dict[tuple[int, ...], float] = {}

    @property
    def bound(self) -> float:
        """What no path exceeds."""
        return max(self.level, *self.closed.values(), float(self.worth.max(initial=-math.inf)))

    def lowest(self, path: Numbers) -> float:
        """What the cuts so far let this path be worth."""
        return min(float(_worth(cut, path[:, None])[0]) for cut in self.cuts)

    def fitting(self, path: Numbers) -> Reals:
        """Of the prices so far those that let this path be worth the least."""
        return min(self.cuts, key=lambda cut: float(_worth(cut, path[:, None])[0])).price

    def alone(self, path: Numbers) -> Flags:
        """The sets of one path."""
        only = np.zeros_like(self.alive)
        only[np.arange(len(path)), path] = True
        return only

    def learn(self, price: Reals) -> None:
        """Cuts from prices that fit one path, mixed with those that fit all."""
        if self.all:
            self.alive = np.zeros_like(self.alive)
            for t, sets in enumerate(self.listed):
                self.alive[t, sets] = True
        for share in _MIX:
            cut = self.market.cut(share * self.price + (1.0 - share) * price, self.alive)
            self.cuts.append(cut)
            self.worth = np.minimum(self.worth, _worth(cut, self.listed))
        self._keep(self.worth > self.level)

    def close(self, path: Numbers, worth: float) -> None:
        """Take a path from the list: it is worth at most this by a proof of its own."""
        self.closed[tuple(map(int, path))] = worth
        self._keep((self.listed != path[:, None]).any(axis=0))

    def lift(self, goal: float) -> None:
        """Nothing at or below this goal needs to be listed any more."""
        if goal > self.level:
            self.level = goal
            self._keep(self.worth > goal)

    def list(self, goal: float, bound: float) -> None:
        """List all paths that may be worth more than the goal, or than as little above it as their number
        allows; `bound` is what no path exceeds.
        """
        for cut in self.cuts:
            if not self.alive.any(axis=1).all():
                break
            self.alive = self.alive & (self.market.through(cut.worth, self.alive) + cut.stock > goal)
        for share in _LEVELS:
            self.level = goal + share * (bound - goal)
            found = self._above(self.level) if self.alive.any(axis=1).all() else self.listed[:, :0]
            if found is not None:
                self.listed, self.all = found, not share
                self.worth = np.min([_worth(cut, found) for cut in self.cuts], axis=0)
                for path in self.closed:
                    self._keep((self.listed != np.array(path)[:, None]).any(axis=0))
                return
        self.level = bound
        self.listed, self.worth = self.listed[:, :0], self.worth[:0]

    def top(self) -> Numbers | None:
        """The listed path that the cuts let be worth the most."""
        if not len(self.worth):
            return None
        best: Numbers = self.listed[:, self.worth.argmax()].copy()
        return best

    def _keep(self, kept: Flags) -> None:
        self.listed, self.worth = self.listed[:, kept], self.worth[kept]

    def _above(self, level: float) -> Numbers | None:
        """All paths that every cut lets be worth more, quarter by quarter; `None`: too many."""
        market = self.market
        after = [market.backward(cut.worth, self.alive) for cut in self.cuts]
        paths = np.zeros((0, 1), dtype=np.int64)
        worth = np.array([[cut.stock] for cut in self.cuts])  # (cuts, paths), up to here
        for t in range(market.horizon):
            sets = np.flatnonzero(self.alive[t])
            before, new = [], []
            for first in range(0, paths.shape[1], _BLOCK):
                last = paths[-1, first : first + _BLOCK] if t else None
                old, then = np.nonzero(
                    np.ones((1, len(sets))) if last is None else market.within[np.ix_(last, sets)]
                )
                old += first
                for cut, most in enumerate(after):
                    far = worth[cut, old] + most[t, sets[then]] > level
                    old, then = old[far], then[far]
                before.append(old)
                new.append(sets[then])
            here, there = np.concatenate(before), np.concatenate(new)
            if len(here) > _MOST:
                return None
            paths = np.vstack([paths[:, here], there[None]])
            worth = worth[:, here] + np.array([cut.worth[t, there] for cut in self.cuts])
        return paths


def _worth(cut: Cut, paths: Numbers) -> Reals:
    """(paths,): what a cut lets each path be worth."""
    found: Reals = cut.stock + cut.worth[np.arange(len(paths))[:, None], paths].sum(axis=0)
    return np.where(found > NEVER / 2, found, math.inf)
