"""Lay a plan out from the left: every item as early as its needs and the days left allow."""

from collections.abc import Callable, Mapping

from lenmuc.core.roadmap.measures import Aim
from lenmuc.core.roadmap.network import Calendar, Network
from lenmuc.core.roadmap.problem import Problem

Plan = tuple[dict[str, int], dict[str, int]]
"""The quarter of each item, and of each upgrade, by id."""


def wish_of(problem: Problem, finish: Mapping[str, int], reached: Mapping[str, int]) -> dict[int, int]:
    """A plan as a wish: the quarter of each original node."""
    wish = {at: finish[item.id] for at, item in enumerate(problem.items) if item.id in finish}
    first = len(problem.items)
    return wish | {first + at: reached[u.id] for at, u in enumerate(problem.upgrades) if u.id in reached}


def lay_out(problem: Problem, wish: dict[int, int], aim: Aim | None = None) -> Plan:
    """(quarter of each item, quarter of each upgrade) for a wish: when original nodes are finished by.

    The items are laid in the order in which the wish needs them, each in the first quarter that its needs
    and what is left allow; so none could stand a quarter earlier, and none later than wished. What then still
    fits is added. Where moves from a baseline count, its items stand exactly where they are wished.
    """
    network = Network(problem, aim)
    for node in network.moving:
        network.earliest[node] = wish.get(node, max(network.earliest[node], network.horizon - 1))
    order = network.in_order()
    place = {node: at for at, node in enumerate(order)}
    finish: list[int | None] = [None] * len(order)
    calendar = Calendar(network)

    def lay(node: int) -> None:
        calendar.lay(node, finish)

    wanted = dict(wish) | {at: 0 for at, item in enumerate(problem.items) if item.done}
    for node in reversed(order):
        if node in wanted:
            for need in network.needs[node]:
                wanted[need] = min(wanted.get(need, network.horizon), wanted[node])
    for node in sorted(wanted, key=lambda node: (wanted[node], place[node])):
        lay(node)
    while _fill(network, calendar, finish, place, lay):
        pass
    for node in sorted(network.moving, key=place.__getitem__):
        if finish[node] is None:
            lay(node)  # last of all is nearer to the baseline than not at all
    quarters = {node: quarter for node, quarter in enumerate(finish) if quarter is not None}
    items = {item.id: quarters[at] for at, item in enumerate(problem.items) if at in quarters}
    upgrades = {u.id: quarters[at] for at, u in enumerate(problem.upgrades, network.items) if at in quarters}
    return items, upgrades


def _fill(
    network: Network,
    calendar: Calendar,
    finish: list[int | None],
    place: dict[int, int],
    lay: Callable[[int], None],
) -> bool:
    """Add the upgrades that fit as a whole into what is left, the most gain for its days first."""
    work: list[tuple[float, int, list[int]]] = []
    for node in range(network.items, len(finish)):
        if finish[node] is not None:
            continue
        stack = [node]
        seen = {node}
        for each in stack:
            fresh = [need for need in network.needs[each] if finish[need] is None and need not in seen]
            seen.update(fresh)
            stack += fresh
        if any(network.earliest[each] >= network.horizon for each in stack):
            continue
        days = sum(sum(network.days[each].values()) for each in stack)
        work.append((-network.gain[node] / (days + 1e-9), node, sorted(stack, key=place.__getitem__)))
    found = False
    for _, node, stack in sorted(work):
        total: dict[int, float] = {}
        for each in stack:
            if finish[each] is None:
                for pool, days in network.days[each].items():
                    total[pool] = total.get(pool, 0.0) + days
        if calendar.holds(total):
            for each in stack:
                if finish[each] is None:
                    lay(each)
            found = found or finish[node] is not None
    return found
