"""One quarter as a choice: what to finish, all it needs with it, within the days there are; as arrays."""

import numpy as np
from numpy.typing import NDArray

from lenmuc.core.roadmap.model import Model

Numbers = NDArray[np.float64]
Yes = NDArray[np.bool_]
_MEMBERS = 2_000_000  # of all closures together; beyond, adding them up costs more than a linear program


class Choice:
    """The nodes of a part that knows one quarter, by column of its model (n of them, what is needed first).

    `gain`: n; `days`: resources x n; `there`: what there is of each resource. A closure is a node with all
    it needs, directly or not.
    """

    def __init__(self, model: Model, closures: list[list[int]]) -> None:
        program = model.program
        self.gain = np.array(program.cost)
        self.days = np.zeros((len(model.capacity_rows), len(self.gain)))
        self.there = np.zeros(len(self.days))
        for number, row in enumerate(model.capacity_rows.values()):
            entries = slice(program.starts[row], program.starts[row + 1])
            self.days[number, program.index[entries]] = program.value[entries]
            self.there[number] = program.most[row]
        above: list[list[int]] = [[] for _ in closures]
        for node, closure in enumerate(closures):
            for each in closure:
                above[each].append(node)
        self.rows = list(model.capacity_rows.values())
        self.below = [np.array(closure) for closure in closures]
        self.above = [np.array(users) for users in above]
        self._below, self._above = _joined(self.below), _joined(self.above)

    def under(self, values: Numbers) -> Numbers:
        """The sum of `values` over the closure of each node."""
        members, starts = self._below
        return np.add.reduceat(values[..., members], starts, axis=-1)

    def over(self, values: Numbers) -> Numbers:
        """The sum of `values` over each node and all that need it."""
        members, starts = self._above
        return np.add.reduceat(values[..., members], starts, axis=-1)

    def settle(self, lower: Numbers, upper: Numbers) -> bool:
        """Narrow what is certain, in place, without losing a plan; whether there can still be one.

        What is finished has its needs finished; what is not has no users; and what no longer fits is not.
        """
        members, starts = self._above
        lower[:] = np.maximum.reduceat(lower[members], starts)
        left = self.there - self.days @ lower
        missing = self.under(self.days * (1.0 - lower))
        upper[(missing > left[:, None] + 1e-7).any(axis=0) & (lower < 0.5)] = 0.0
        members, starts = self._below
        upper[:] = np.minimum.reduceat(upper[members], starts)
        return bool((left >= -1e-7).all() and (lower <= upper).all())

    def fits(self, plan: Yes) -> bool:
        """Whether there are days for it."""
        return bool((self.days @ plan <= self.there + 1e-7).all())

    def rounded(self, lower: Numbers, values: Numbers) -> Yes:
        """A plan near the fractions of a linear program: the largest first, each with all it needs."""
        plan = lower > 0.5
        left = self.there - self.days @ plan
        wish = np.where(self.gain > 0, values, 0.0) + 1e-9 * self.gain * values
        for node in np.argsort(-wish, kind="stable"):
            if values[node] <= 1e-6 or self.gain[node] <= 0:
                break
            if plan[node]:
                continue
            fresh = self.below[node][~plan[self.below[node]]]
            days = self.days[:, fresh].sum(axis=1)
            if (days <= left).all():
                plan[fresh] = True
                left -= days
        return self._filled(plan, left)

    def _filled(self, plan: Yes, left: Numbers) -> Yes:
        """Add what fits, always the most gain for what is missing of its closure."""
        scarce = 1.0 / np.maximum(self.there, 1e-9)
        while True:
            missing = ~plan
            days = self.under(self.days * missing)
            gain = self.under(self.gain * missing)
            able = missing & (days <= left[:, None]).all(axis=0) & (gain > 0)
            if not able.any():
                return plan
            node = int(np.argmax(np.where(able, gain / (scarce @ days + 1e-12), -1.0)))
            fresh = self.below[node][missing[self.below[node]]]
            left = left - self.days[:, fresh].sum(axis=1)
            plan[fresh] = True


def choice_of(model: Model) -> Choice | None:
    """The model as a choice of one quarter; `None` when it is more than that."""
    network = model.network
    if (
        network.horizon != 1
        or len(model.capacity_rows) != 1
        or model.columns != len(model.part)
        or any(map(bool, model.program.lower))
        or any(map(network.moving.__contains__, model.part))
        or len(model.capacity_rows) + sum(len(network.needs[node]) for node in model.part) != model.rows
    ):
        return None
    closures: list[list[int]] = []
    size = 0
    for node in model.part:
        found = {len(closures)}
        found.update(*(closures[model.first[need]] for need in network.needs[node]))
        closures.append(sorted(found))
        size += len(found)
        if size > _MEMBERS:
            return None
    return Choice(model, closures)


def _joined(lists: list[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(all members one list after the other, where each list starts)."""
    starts = np.cumsum([0, *map(len, lists[:-1])])
    return np.concatenate(lists), starts
