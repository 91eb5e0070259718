"""A problem as a network of nodes: items and upgrades alike, each with gain, days, needs and users."""

import math
from collections.abc import Iterable, Mapping
from copy import copy

import msgspec

from lenmuc.core.roadmap.measures import Aim, gains, plain_aim
from lenmuc.core.roadmap.problem import ALLOWANCE, Problem, first_quarter, last_quarter, weights
from lenmuc.core.roadmap.resources import resources, usage
from lenmuc.core.roadmap.targets import lifts, wanted


class NoPlan(Exception):
    """What must be finished cannot be: the problem has no plan."""


class Goal(msgspec.Struct):
    """A target over nodes: `need` offerings more have to be reached by quarter `by`.

    What is missing costs `weight` each, times what the aim says; `None`: nothing may be missing.
    """

    need: float
    by: int
    weight: float | None


class Floor(msgspec.Struct):
    """A value that must not fall below `least`: `gain` of each node in each quarter from its own on, less
    `targets` times what soft goals miss at their weights, less `moves` for each quarter of a move.
    """

    gain: list[float]
    least: float
    targets: float
    moves: float


class Network:
    """Nodes by number, the items first, then the upgrades, in the order of the problem.

    A node may bring `gain` (a quarter) once it is finished, may use up `days` (resource number -> amount),
    and is finished after all it `needs`, not before quarter `earliest`, and by quarter `latest` (`horizon`,
    the number of quarters: it need not be). An upgrade is a node without days. `counts[n]` says how many
    offerings it brings to each of the `goals`. `moving` holds the baseline's quarters of nodes whose moves
    count, one for each item that such a node stands for; `goal_price` and `move_price` say what the aim
    counts for missed soft goals and for moves.
    `marks[n]` are the original nodes that are finished exactly when node n is; `settled` what is certain
    whatever the plan: original node -> quarter; `certain` what that is worth.
    """

    def __init__(self, problem: Problem, aim: Aim | None = None) -> None:
        aim = aim or plain_aim(problem)
        self.horizon = horizon = len(problem.quarters)
        self.weight = weights(problem)
        stock = resources(problem)
        self.capacity = [resource.there for resource in stock]
        self.settled: dict[int, int] = {}
        self.certain = 0.0
        node_at = {item.id: at for at, item in enumerate(problem.items)}
        self.items = first = len(problem.items)
        upgrade_at = {upgrade.id: first + at for at, upgrade in enumerate(problem.upgrades)}
        self.gain = [0.0] * first + gains(problem, aim.gain)
        soft = [(target.weight or 0.0) * wanted(problem, target) for target in problem.targets]
        self.floors = [
            Floor([0.0] * first + gains(problem, other.gain), least - other.targets * math.fsum(soft),
                  other.targets, other.moves)
            for other, least in aim.floors
        ]  # fmt: skip
        self.days: list[dict[int, float]] = usage(problem, stock)
        self.days += [{} for _ in problem.upgrades]
        self.needs = [
            set() if item.done else {node_at[need] for need in item.needs} for item in problem.items
        ]
        for upgrade in problem.upgrades:
            needs = {node_at[need] for need in upgrade.needs}
            if upgrade.after:
                needs.add(upgrade_at[upgrade.after])
            self.needs.append(needs)
        self.earliest = [0 if item.done else first_quarter(problem, item) for item in problem.items]
        self.earliest += [0] * len(problem.upgrades)
        ends = [None if item.done else last_quarter(item) for item in problem.items]
        ends += [upgrade.latest for upgrade in problem.upgrades]
        self.latest = [horizon if end is None else end for end in ends]
        self.counts: list[dict[int, int]] = [{} for _ in self.gain]
        self.goals: list[Goal] = []
        for number, target in enumerate(problem.targets):
            for upgrade_number, offerings in lifts(problem, target).items():
                self.counts[first + upgrade_number][number] = offerings
            need = max(0.0, wanted(problem, target) - target.already)
            self.goals.append(Goal(need, target.by, target.weight))
            if target.weight is not None:  # what is there already counts as well
                self.certain += (wanted(problem, target) - need) * target.weight * aim.targets
        self.goal_price, self.move_price = aim.targets, aim.moves
        self.moving: dict[int, tuple[int, ...]] = {}
        if aim.moves or any(floor.moves for floor in self.floors):
            done = {item.id for item in problem.items if item.done}
            self.moving = {node_at[id]: (q,) for id, q in problem.baseline.items() if id not in done}
        self.marks: list[list[int]] = [
            [node] if node >= first or end is not None or node in self.moving else []
            for node, end in enumerate(ends)
        ]
        self.alive = [True] * len(self.gain)
        self.users: list[set[int]] = [set() for _ in self.gain]
        for node, needed in enumerate(self.needs):
            for need in needed:
                self.users[need].add(node)
        if any(end is not None for end in ends):
            self._hurry()

    def _hurry(self) -> None:
        """What is needed by a quarter needs all it rests on by that quarter."""
        for node in reversed(self.in_order()):
            if self.latest[node] < self.horizon:
                if self.earliest[node] > self.latest[node]:
                    raise NoPlan
                for need in self.needs[node]:
                    self.latest[need] = min(self.latest[need], self.latest[node])

    def wanted(self, node: int) -> bool:
        """Whether a node is worth finishing for itself, not only for what needs it."""
        return bool(
            self.gain[node]
            or self.counts[node]
            or self.latest[node] < self.horizon
            or node in self.moving
            or any(floor.gain[node] for floor in self.floors)
        )

    def copy(self) -> "Network":
        """Another network of the same nodes, to be changed without touching this one."""
        twin = copy(self)
        twin.settled = dict(self.settled)
        twin.gain, twin.days, twin.alive = self.gain[:], self.days[:], self.alive[:]
        twin.moving = dict(self.moving)
        twin.earliest, twin.latest = self.earliest[:], self.latest[:]
        twin.counts = [dict(each) for each in self.counts]
        twin.goals = [Goal(goal.need, goal.by, goal.weight) for goal in self.goals]
        twin.floors = [Floor(each.gain[:], each.least, each.targets, each.moves) for each in self.floors]
        twin.needs, twin.users = [set(each) for each in self.needs], [set(each) for each in self.users]
        twin.marks = [list(each) for each in self.marks]
        return twin

    def wishes(self, finish: list[int | None]) -> dict[int, int]:
        """When each marked original node is finished in this plan of the nodes, with what is settled."""
        wish = dict(self.settled)
        for node in self.nodes():
            quarter = finish[node]
            if quarter is not None:
                wish.update(dict.fromkeys(self.marks[node], quarter))
        return wish

    def places(self, wish: Mapping[int, int]) -> list[int | None]:
        """The quarter of each node in a plan of the original nodes: as late as its marks and users allow."""
        finish: list[int | None] = [None] * len(self.gain)
        for node in reversed(self.in_order()):
            quarters = [wish[mark] for mark in self.marks[node] if mark in wish]
            if quarters:
                finish[node] = max(quarters)
            elif not self.marks[node]:
                users = [quarter for user in self.users[node] if (quarter := finish[user]) is not None]
                finish[node] = min(users, default=None)
        return finish

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

    def hand_over(self, node: int, into: int) -> None:
        """Let `into` bring all that `node` brings: both are finished together."""
        self.gain[into] += self.gain[node]
        self.marks[into] += self.marks[node]
        for goal, offerings in self.counts[node].items():
            self.counts[into][goal] = self.counts[into].get(goal, 0) + offerings
        for floor in self.floors:
            floor.gain[into] += floor.gain[node]

    def settle(self, node: int) -> None:
        """Note that a node is finished at its earliest in every plan, and what that brings."""
        quarter = self.earliest[node]
        if quarter > self.latest[node]:
            raise NoPlan
        self.settled.update(dict.fromkeys(self.marks[node], quarter))
        self.certain += self.gain[node] * self.weight[quarter]
        for number, offerings in self.counts[node].items():
            goal = self.goals[number]
            if quarter <= goal.by:
                met = min(goal.need, offerings)
                goal.need -= met
                self.certain += met * (goal.weight or 0.0) * self.goal_price
        for floor in self.floors:
            floor.least -= floor.gain[node] * self.weight[quarter]

    def lose(self, node: int) -> None:
        """Note that a node is never finished, which what the baseline says of it is measured by."""
        if node in self.moving:
            quarters = sum(self.horizon - was for was in self.moving.pop(node))
            self.certain -= self.move_price * quarters
            for floor in self.floors:
                floor.least += floor.moves * quarters

    def need(self, node: int, needed: Iterable[int]) -> None:
        """Let `node` need these as well."""
        for each in needed:
            self.needs[node].add(each)
            self.users[each].add(node)


class Calendar:
    """What is still free: `left[r][t]` of resource r in quarters 1..t, less all that is finished by t."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.horizon = network.horizon
        self.left = [[days + ALLOWANCE for days in row] for row in network.capacity]

    def first(self, days: dict[int, float], earliest: int) -> int | None:
        """The first quarter from `earliest` on in which this work can be finished, if there is one."""
        for pool, amount in days.items():
            row = self.left[pool]
            quarter = self.horizon
            while quarter > earliest and row[quarter - 1] >= amount:
                quarter -= 1
            earliest = quarter
        return earliest if earliest < self.horizon else None

    def take(self, days: dict[int, float], quarter: int) -> None:
        """Use the days of work that is finished in `quarter`."""
        for pool, amount in days.items():
            row = self.left[pool]
            for at in range(quarter, self.horizon):
                row[at] -= amount

    def move(self, days: dict[int, float], old: int, new: int) -> None:
        """Let work that is finished in quarter `old` be finished in `new`."""
        for pool, amount in days.items():
            row = self.left[pool]
            for at in range(old, new):
                row[at] += amount
            for at in range(new, old):
                row[at] -= amount

    def lay(self, node: int, finish: list[int | None], wish: int = 0) -> None:
        """Finish a node in the first quarter from `wish` on that its needs and what is left allow, if any."""
        after = max(self.network.earliest[node], wish)
        for need in self.network.needs[node]:
            done = finish[need]
            if done is None:
                return
            after = max(after, done)
        days = self.network.days[node]
        if after < self.horizon and (quarter := self.first(days, after)) is not None:
            self.take(days, quarter)
            finish[node] = quarter

    def holds(self, days: dict[int, float]) -> bool:
        """Whether this work fits into what is left of the whole horizon."""
        return all(self.left[pool][-1] >= amount for pool, amount in days.items())
