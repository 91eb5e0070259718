"""A problem as a network of nodes: items and upgrades alike, each with gain, days, needs and users."""

from collections.abc import Iterable
from copy import copy

from lenmuc.core.roadmap.problem import ALLOWANCE, Problem, capacity, weights


class Network:
    """Nodes by number, the items first, then the upgrades, in the order of the problem.

    A node may bring `gain` (trips a quarter) once it is finished, may take `days` (pool number ->
    person-days),
    and is finished after all it `needs` and not before quarter `earliest`. An upgrade is a node without days.
    `upgrades[n]` are the upgrades that are reached exactly when node n is finished. `settled` holds what is
    certain whatever the plan: upgrade number -> quarter. `horizon` is the number of quarters.
    """

    def __init__(self, problem: Problem) -> None:
        self.horizon = len(problem.quarters)
        self.weight = weights(problem)
        self.capacity = list(capacity(problem).values())
        self.settled: dict[int, int] = {}
        pool_at = {pool.id: at for at, pool in enumerate(problem.pools)}
        node_at = {item.id: at for at, item in enumerate(problem.items)}
        first = len(problem.items)
        upgrade_at = {upgrade.id: first + at for at, upgrade in enumerate(problem.upgrades)}
        self.items = first
        self.gain = [0.0] * first + [upgrade.gain for upgrade in problem.upgrades]
        self.days: list[dict[int, float]] = [
            {pool_at[item.pool]: item.days} if item.days > 0 else {} for item in problem.items
        ]
        self.days += [{} for _ in problem.upgrades]
        self.needs = [{node_at[need] for need in item.needs} for item in problem.items]
        for upgrade in problem.upgrades:
            needs = {node_at[need] for need in upgrade.needs}
            if upgrade.after:
                needs.add(upgrade_at[upgrade.after])
            self.needs.append(needs)
        self.earliest = [item.earliest for item in problem.items] + [0] * len(problem.upgrades)
        self.upgrades: list[list[int]] = [[] for _ in range(first)] + [
            [n] for n in range(len(problem.upgrades))
        ]
        self.alive = [True] * len(self.gain)
        self.users: list[set[int]] = [set() for _ in self.gain]
        for node, needed in enumerate(self.needs):
            for need in needed:
                self.users[need].add(node)

    def copy(self) -> "Network":
        """Another network of the same nodes, to be changed without touching this one."""
        twin = copy(self)
        twin.settled = dict(self.settled)
        twin.gain, twin.days, twin.earliest, twin.alive = (
            self.gain[:],
            self.days[:],
            self.earliest[:],
            self.alive[:],
        )
        twin.needs, twin.users = [set(each) for each in self.needs], [set(each) for each in self.users]
        twin.upgrades = [list(each) for each in self.upgrades]
        return twin

    def wishes(self, finish: list[int | None]) -> dict[int, int]:
        """When each upgrade (by number) is reached in this plan of the nodes, with what is settled."""
        wish = dict(self.settled)
        for node in self.nodes():
            quarter = finish[node]
            if quarter is not None:
                wish.update(dict.fromkeys(self.upgrades[node], quarter))
        return wish

    def nodes(self) -> list[int]:
        """The nodes that are still there."""
        return [node for node, there in enumerate(self.alive) if there]

    def in_order(self) -> list[int]:
        """The nodes that are still there, each after all it needs; ties by number."""
        waiting = {node: len(self.needs[node]) for node in self.nodes()}
        order = [node for node, count in waiting.items() if count == 0]
        for node in order:
            for user in sorted(self.users[node]):
                waiting[user] -= 1
                if waiting[user] == 0:
                    order.append(user)
        return order

    def remove(self, node: int) -> None:
        """Take a node out; nothing that stays may depend on it."""
        self.alive[node] = False
        for need in self.needs[node]:
            self.users[need].discard(node)
        for user in self.users[node]:
            self.needs[user].discard(node)
        self.needs[node] = set()
        self.users[node] = set()

    def need(self, node: int, needed: Iterable[int]) -> None:
        """Let `node` need these as well."""
        for each in needed:
            self.needs[node].add(each)
            self.users[each].add(node)


class Calendar:
    """The person-days still free: `left[p][t]` of pool p in quarters 1..t, less all that is finished by t."""

    def __init__(self, network: Network) -> None:
        self.horizon = network.horizon
        self.left = [[days + ALLOWANCE for days in row] for row in network.capacity]

    def first(self, days: dict[int, float], earliest: int) -> int | None:
        """The first quarter from `earliest` on in which this work can be finished, if there is one."""
        for pool, wanted in days.items():
            row = self.left[pool]
            quarter = self.horizon
            while quarter > earliest and row[quarter - 1] >= wanted:
                quarter -= 1
            earliest = quarter
        return earliest if earliest < self.horizon else None

    def take(self, days: dict[int, float], quarter: int) -> None:
        """Use the days of work that is finished in `quarter`."""
        for pool, wanted in days.items():
            row = self.left[pool]
            for at in range(quarter, self.horizon):
                row[at] -= wanted

    def holds(self, days: dict[int, float]) -> bool:
        """Whether this work fits into what is left of the whole horizon."""
        return all(self.left[pool][-1] >= wanted for pool, wanted in days.items())
