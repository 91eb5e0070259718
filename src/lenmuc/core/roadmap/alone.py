"""One branch by itself, when the hub's works are given and its days have a price: own works are whole."""

import numpy as np

from lenmuc.core.roadmap.highs import Program
from lenmuc.core.roadmap.layers import Layers, Reals
from lenmuc.core.roadmap.problem import ALLOWANCE


class Alone:
    """The integer program of one branch. `works`: (own work, quarter) -> column.

    `there`: (lifts, quarters), 1 where the hub lets a lift be reached; `price`: (resources, quarters), of
    which those of the hub's days count.
    """

    def __init__(self, layers: Layers, branch: int, there: Reals, price: Reals) -> None:
        self.program = Program()
        self.works: dict[tuple[int, int], int] = {}
        self._layers, self._price, self._branch = layers, price, branch
        weight = np.array(layers.network.weight)
        self._each = weight - np.append(weight[1:], 0.0)
        self._shared = set(layers.hub.resource[layers.hub.days > 0].tolist())
        self._used: dict[tuple[int, int], list[tuple[int, float]]] = {}
        self._own_works()
        self._lifts(there)
        for (resource, t), users in self._used.items():
            have = layers.network.capacity[resource][t] + ALLOWANCE
            self.program.row([column for column, _ in users], [days for _, days in users], have)

    def _column(self, gain: float, resources: Reals, days: Reals, t: int, upper: float, whole: bool) -> int:
        """A column for what is finished by the end of quarter t."""
        uses = [(r, d) for r, d in zip(resources.tolist(), days.tolist(), strict=True) if d]
        cost = sum(self._price[r, t] * amount for r, amount in uses if r in self._shared)
        column = self.program.column(float(gain * self._each[t] - cost), upper, whole)
        for r, amount in uses:
            if r not in self._shared:
                self._used.setdefault((r, t), []).append((column, amount))
        return column

    def _own_works(self) -> None:
        layers, network, own = self._layers, self._layers.network, self._layers.own
        place = {int(node): at for at, node in enumerate(own.nodes[self._branch]) if node >= 0}
        for node, at in place.items():
            gain = own.gain[self._branch, at]
            resources, days = own.resource[self._branch, at], own.days[self._branch, at]
            for t in range(network.horizon):
                upper = float(t >= network.earliest[node])
                self.works[at, t] = self._column(gain, resources, days, t, upper, True)
                if t:
                    self._never_more(self.works[at, t - 1], self.works[at, t])
        for node, at in place.items():
            for need in sorted(layers.network.needs[node] & place.keys()):
                for t in range(network.horizon):
                    self._never_more(self.works[at, t], self.works[place[need], t])

    def _lifts(self, there: Reals) -> None:
        layers = self._layers
        lifts: dict[tuple[int, int], int] = {}
        for i in np.flatnonzero(layers.branch == self._branch).tolist():
            firsts = [before for before in layers.before[i].tolist() if before >= 0]
            needs = [at for at in range(layers.own.nodes.shape[1]) if layers.own_needs[i] >> at & 1]
            for t in np.flatnonzero(there[i]).tolist():
                if any((before, t) not in lifts for before in firsts):
                    continue
                column = self._column(layers.gain[i], layers.resource[i], layers.days[i], t, 1.0, False)
                lifts[i, t] = column
                if (i, t - 1) in lifts:
                    self._never_more(lifts[i, t - 1], column)
                for first in [*(lifts[before, t] for before in firsts), *(self.works[at, t] for at in needs)]:
                    self._never_more(column, first)

    def _never_more(self, less: int, more: int) -> None:
        self.program.row([less, more], [1.0, -1.0], 0.0)
