"""A plan nearer to the one before it: items stand where they stood, where that takes nothing away."""

from lenmuc.core.roadmap.layout import Plan
from lenmuc.core.roadmap.measures import Aim
from lenmuc.core.roadmap.network import Calendar, Network
from lenmuc.core.roadmap.problem import Problem

_ROUNDS = 4  # each later one finds little


def nearer(problem: Problem, aim: Aim, finish: dict[str, int], reached: dict[str, int]) -> Plan:
    """The same plan with items of the baseline moved back towards their quarter; no upgrade is reached later.

    An item that stands too early goes later until something needs it: that only frees days. One that stands
    too late goes earlier as far as needs and days allow.
    """
    found = _Stands(problem, aim, finish, reached)
    for _ in range(_ROUNDS):
        if not (found.later() | found.earlier()):
            break
    return found.plan()


class _Stands:
    """The quarter in which each node is finished, and those the baseline has."""

    def __init__(self, problem: Problem, aim: Aim, finish: dict[str, int], reached: dict[str, int]) -> None:
        self.problem = problem
        self.network = network = Network(problem, aim)
        self.order = network.in_order()
        self.before = {node: was for node, (was,) in network.moving.items()}
        self.now: list[int | None] = [finish.get(item.id) for item in problem.items]
        self.now += [reached.get(upgrade.id) for upgrade in problem.upgrades]
        self.calendar = Calendar(network)
        for node, quarter in enumerate(self.now):
            if quarter is not None:
                self.calendar.take(network.days[node], quarter)

    def later(self) -> bool:
        """Let what stands too early wait; whether anything did."""
        found = False
        for node in reversed(self.order):
            now, was = self.now[node], self.before.get(node)
            if now is None or was is None or now >= was:
                continue
            most = min([was, self.network.latest[node], *self._of(self.network.users[node])])
            if most > now:
                self._move(node, now, most)
                found = True
        return found

    def earlier(self) -> bool:
        """Let what stands too late go back; whether anything did."""
        found = False
        for node in self.order:
            now, was = self.now[node], self.before.get(node)
            if now is None or was is None or now <= was:
                continue
            least = max([was, self.network.earliest[node], *self._of(self.network.needs[node])])
            days, left, best = self.network.days[node], self.calendar.left, now
            while best > least and all(left[pool][best - 1] >= more for pool, more in days.items()):
                best -= 1
            if best < now:
                self._move(node, now, best)
                found = True
        return found

    def plan(self) -> Plan:
        """The quarter of each item, and of each upgrade as soon as all it needs is there."""
        first = self.network.items
        for node in self.order:
            if node >= first and self.now[node] is not None:
                self.now[node] = max(self._of(self.network.needs[node]), default=0)
        items = zip(self.problem.items, self.now[:first], strict=True)
        upgrades = zip(self.problem.upgrades, self.now[first:], strict=True)
        return (
            {item.id: quarter for item, quarter in items if quarter is not None},
            {upgrade.id: quarter for upgrade, quarter in upgrades if quarter is not None},
        )

    def _of(self, nodes: set[int]) -> list[int]:
        return [quarter for node in nodes if (quarter := self.now[node]) is not None]

    def _move(self, node: int, old: int, new: int) -> None:
        self.calendar.move(self.network.days[node], old, new)
        self.now[node] = new
