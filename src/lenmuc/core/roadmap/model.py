"""The integer program of one part of a network: what to finish by when."""

import math
from collections.abc import Collection

from lenmuc.core.roadmap.highs import Program
from lenmuc.core.roadmap.network import Network
from lenmuc.core.roadmap.problem import ALLOWANCE
from lenmuc.core.roadmap.reduce import pool_totals


class Model:
    """x[n, t] = 1 when node n is finished by the end of quarter t, for the nodes of one part.

    x[n, t] <= x[n, t+1]; x[n, t] <= x[need, t]; what is used of a resource by t <= what there is in quarters
    1..t. A Next Release Problem (Bagnall 2001; as an integer program: Veerapen 2015) over several periods.
    """

    def __init__(
        self, network: Network, part: list[int], every_row: bool = False, elastic: Collection[int] = ()
    ) -> None:
        """`every_row`: also the rows of what is enough for all, whose dual is 0. `elastic`: resources of
        which there may be more from the first quarter on; `extra` are the columns of how much, at a price of
        1 each.
        """
        self.every_row = every_row
        self.elastic = elastic
        self.extra: dict[int, int] = {}
        self.network = network
        self.part = part
        self.program = Program()
        self.first: dict[int, int] = {}  # node -> the column of its earliest quarter
        self.short: dict[int, int] = {}  # soft goal -> the column of what it misses
        self.capacity_rows: dict[tuple[int, int], int] = {}  # (resource, quarter) -> row
        self._columns()
        self._order_rows()
        self._capacity_rows()
        self._goal_rows()
        self._floor_rows()

    @property
    def columns(self) -> int:
        """How many columns the program has."""
        return len(self.program.cost)

    @property
    def rows(self) -> int:
        """How many rows the program has."""
        return len(self.program.most)

    def column(self, node: int, quarter: int) -> int:
        """The column of x[node, quarter]."""
        return self.first[node] + quarter - self.network.earliest[node]

    def _each(self) -> list[float]:
        weight = self.network.weight
        return [have - later for have, later in zip(weight, (*weight[1:], 0.0), strict=True)]

    def _columns(self) -> None:
        network, program, each = self.network, self.program, self._each()
        for node in self.part:
            self.first[node] = self.columns
            before = network.moving.get(node, ())
            for t in range(network.earliest[node], network.horizon):
                move = network.move_price * sum(-1 if t < was else 1 for was in before)
                column = program.column(network.gain[node] * each[t] + move)
                if t >= network.latest[node]:
                    program.lower[column] = 1.0
            program.offset -= network.move_price * sum(network.horizon - was for was in before)

    def _order_rows(self) -> None:
        network, row = self.network, self.program.row
        for node in self.part:
            for quarter in range(network.earliest[node], network.horizon - 1):
                row([self.column(node, quarter), self.column(node, quarter + 1)], [1.0, -1.0], 0.0)
            for need in sorted(network.needs[node]):
                for quarter in range(network.earliest[node], network.horizon):
                    row([self.column(node, quarter), self.column(need, quarter)], [1.0, -1.0], 0.0)

    def _capacity_rows(self) -> None:
        network = self.network
        for resource, total in sorted(pool_totals(network, self.part).items()):
            users = [node for node in self.part if resource in network.days[node]]
            if resource in self.elastic:
                self.extra[resource] = self.program.column(-1.0, math.inf, whole=False)
            for quarter, have in enumerate(network.capacity[resource]):
                if total[quarter] <= have + ALLOWANCE and not self.every_row:
                    continue  # all of it fits
                there = [node for node in users if network.earliest[node] <= quarter]
                columns = [self.column(node, quarter) for node in there]
                days = [network.days[node][resource] for node in there]
                if resource in self.extra:
                    columns.append(self.extra[resource])
                    days.append(-1.0)
                self.capacity_rows[resource, quarter] = self.program.row(columns, days, have + ALLOWANCE / 2)

    def _goal_rows(self) -> None:
        network, program = self.network, self.program
        for number, goal in enumerate(network.goals):
            there = [node for node in self.part if number in network.counts[node]]
            if not there or goal.need <= 0:
                continue
            ready = [node for node in there if network.earliest[node] <= goal.by]
            columns = [self.column(node, goal.by) for node in ready]
            counts = [float(network.counts[node][number]) for node in ready]
            if goal.weight is not None:
                price = goal.weight * network.goal_price
                self.short[number] = program.column(-price, math.inf, whole=False)
                program.offset += price * goal.need
                columns.append(self.short[number])
                counts.append(1.0)
            program.row(columns, counts, least=goal.need)

    def _floor_rows(self) -> None:
        network, each = self.network, self._each()
        for floor in network.floors:
            found: dict[int, float] = {}
            least = floor.least
            for node in self.part:
                before = network.moving.get(node, ())
                for t in range(network.earliest[node], network.horizon):
                    moved = sum(-1 if t < was else 1 for was in before)
                    if value := floor.gain[node] * each[t] + floor.moves * moved:
                        found[self.column(node, t)] = value
                least += floor.moves * sum(network.horizon - was for was in before)
            for number, column in self.short.items():
                found[column] = -floor.targets * (network.goals[number].weight or 0.0)
            if found:
                allowed = least - 1e-7 * max(1.0, abs(least))
                self.program.row(list(found), list(found.values()), least=allowed)

    def values(self, finish: list[int | None]) -> list[float]:
        """The columns of a plan of the nodes."""
        network = self.network
        values = [0.0] * self.columns
        for node in self.part:
            quarter = finish[node]
            if quarter is not None:
                for t in range(quarter, network.horizon):
                    values[self.column(node, t)] = 1.0
        for number, column in self.short.items():
            values[column] = missing(network, self.part, number, finish)
        return values

    def read(self, values: list[float]) -> list[int | None]:
        """The quarter of each node in these columns."""
        finish: list[int | None] = [None] * len(self.network.gain)
        for node in self.part:
            for quarter in range(self.network.earliest[node], self.network.horizon):
                if values[self.column(node, quarter)] > 0.5:
                    finish[node] = quarter
                    break
        return finish


def missing(network: Network, part: list[int], number: int, finish: list[int | None]) -> float:
    """How many offerings a goal still misses in this plan of the nodes."""
    goal = network.goals[number]
    done = (
        network.counts[node][number]
        for node in part
        if number in network.counts[node] and (quarter := finish[node]) is not None and quarter <= goal.by
    )
    return max(0.0, goal.need - sum(done))


def worth(network: Network, part: list[int], finish: list[int | None]) -> float:
    """What these nodes bring over the horizon in this plan, without what is settled."""
    found = math.fsum(
        network.gain[node] * network.weight[quarter] for node in part if (quarter := finish[node]) is not None
    )
    inside = set(part) if network.goals else set()
    for number, goal in enumerate(network.goals):
        if goal.weight and network.goal_price and any(number in network.counts[node] for node in inside):
            price = goal.weight * network.goal_price
            found += price * (goal.need - missing(network, part, number, finish))
    if network.moving and network.move_price:
        for node in part:
            quarter = network.horizon if (at := finish[node]) is None else at
            found -= network.move_price * sum(abs(quarter - was) for was in network.moving.get(node, ()))
    return found


def keeps(network: Network, part: list[int], finish: list[int | None]) -> bool:
    """Whether a plan that fits the days also meets every deadline, every hard goal and every floor."""
    late = network.horizon
    for node in part:
        if network.latest[node] < late and (
            finish[node] is None or (finish[node] or 0) > network.latest[node]
        ):
            return False
    for number, goal in enumerate(network.goals):
        here = any(number in network.counts[node] for node in part)
        if here and goal.weight is None and missing(network, part, number, finish) > 1e-9:
            return False
    return not network.floors  # a plan of the stage before is given to the solver as it is
