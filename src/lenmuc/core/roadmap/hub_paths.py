"""Which path the hub's shared works take: cuts from prices, and a small integer program over all paths.

Whatever the prices, they bound every path by a sum over its quarters. The lowest of several such bounds
(Benders 1962) is a far better one than any prices alone, for prices that fit one path let others look too
good.
"""

import math
from copy import copy

import msgspec
import numpy as np

from lenmuc.core.roadmap.highs import Program, maximise
from lenmuc.core.roadmap.layers import Flags, Numbers, Reals
from lenmuc.core.roadmap.prices import Market

_ROOM = 2e-4  # how far below the target a cut stays for its own path
_MIX = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0)
_UNIT = 1000.0  # the target in the integer program's own unit
_GAP = 0.002


class Found(msgspec.Struct, frozen=True):
    """A path that the cuts let be worth more than the target, `None` when there is none; what no path exceeds
    by these cuts; the seconds it took.
    """

    path: Numbers | None
    bound: float
    seconds: float


class Paths:
    """The paths that may still be worth more than a target. `alive`: (quarters, sets of hub works)."""

    def __init__(self, market: Market, price: Reals, alive: Flags) -> None:
        self.market = market
        self.price = price
        self.alive = alive
        self.cuts = [market.cut(price, alive)]
        self.narrowed = 0  # cuts that have left out all they can for this target
        self.target = -math.inf

    def lowest(self, path: Numbers) -> float:
        """What the cuts so far let this path be worth."""
        return min(cut.stock + float(cut.worth[np.arange(len(path)), path].sum()) for cut in self.cuts)

    def alone(self, path: Numbers) -> Flags:
        """The sets of one path."""
        only = np.zeros_like(self.alive)
        only[np.arange(len(path)), path] = True
        return only

    def learn(self, path: Numbers, price: Reals, target: float) -> None:
        """A cut that leaves this path out, if any can: prices that fit it, mixed with those that fit all."""
        only = self.alone(path)
        for share in _MIX:
            mixed = share * self.price + (1.0 - share) * price
            if self.market.relaxed(mixed, only).value <= target * (1 - _ROOM):
                break
        self.cuts.append(self.market.cut(mixed, self.alive))

    def narrow(self, target: float) -> bool:
        """Leave out the sets that are on no path worth more than the target; false when no path is left."""
        for cut in self.cuts[self.narrowed :] if target <= self.target else self.cuts:
            if not self.alive.any(axis=1).all():
                return False
            self.alive = self.alive & (self.market.through(cut.worth, self.alive) + cut.stock > target)
        self.narrowed, self.target = len(self.cuts), target
        return bool(self.alive.any(axis=1).all())

    def next(self, target: float, seconds: float, gap: float = _GAP, look: bool = False) -> Found:
        """The path that the cuts let be worth the most, if that is more than the target.

        Targets only rise: what one of them has left out stays so. `look`: this one is not for good.
        """
        if look:
            twin = copy(self)
            return twin.next(target, seconds, gap)
        if not self.narrow(target):
            return Found(None, target, 0.0)
        layers, horizon = self.market.layers, self.market.horizon
        sets = [np.flatnonzero(there) for there in self.alive]
        program, unit = Program(), target / _UNIT
        columns = [[program.column(0.0) for _ in there] for there in sets]
        worth = program.column(1.0, math.inf, whole=False)
        program.lower[worth] = _UNIT
        for t in range(horizon):
            program.row(columns[t], [1.0] * len(columns[t]), 1.0, 1.0)
        for t in range(horizon - 1):
            for work in range(layers.hub.nodes.shape[1]):
                now, then = (
                    [
                        c
                        for c, there in zip(columns[at], layers.sets[sets[at]] >> work & 1, strict=True)
                        if there
                    ]
                    for at in (t, t + 1)
                )
                if now:
                    program.row([*now, *then], [1.0] * len(now) + [-1.0] * len(then), 0.0)
        for cut in self.cuts:
            index, value, most = [worth], [1.0], cut.stock / unit
            for t, there in enumerate(sets):
                here = cut.worth[t, there] / unit
                top = float(here.max())
                most += top  # one set in each quarter, so the highest of them may stand on the other side
                index += columns[t]
                value += (top - here).tolist()
            program.row(index, value, most)
        found = maximise(program, None, gap, seconds)
        if found.impossible:
            return Found(None, target, found.seconds)
        bound = max(target, found.bound * unit)
        if found.values is None:
            return Found(None, bound, found.seconds)
        path = [there[int(np.argmax([found.values[c] for c in columns[t]]))] for t, there in enumerate(sets)]
        return Found(np.array(path), bound, found.seconds)
