"""A plan by hand's rule: always the upgrade with the most gain for the days its missing work takes."""

import math
from heapq import heapify, heappop, heappush

from lenmuc.core.roadmap.model import keeps, worth
from lenmuc.core.roadmap.network import Calendar, Network


def greedy(network: Network) -> list[int | None]:
    """The quarter in which each node is finished, `None` for not at all: the better of two ways to price
    shared work.

    Once shared work counts in full for every upgrade that still lacks it, once it is split among all its
    users. With deadlines and targets, what those ask for is also tried first; a plan that meets them counts
    more than any that does not.
    """
    nodes = network.nodes()
    whole = [1.0] * len(network.gain)
    split = [1.0 / max(1, len(users)) for users in network.users]
    plans = [_plan(network, whole, network.gain), _plan(network, split, network.gain)]
    if network.goals or any(network.latest[node] < network.horizon for node in nodes):
        urgent = _urgent(network)
        plans += [_plan(network, whole, urgent), _plan(network, split, urgent)]
    return max(plans, key=lambda finish: (keeps(network, nodes, finish), worth(network, nodes, finish)))


def _urgent(network: Network) -> list[float]:
    """Gains in which an offering of a target counts more than all there is, and a deadline more still."""
    most = 1.0 + math.fsum(network.gain[node] for node in network.nodes())
    found = network.gain[:]
    for node in network.nodes():
        for number, offerings in network.counts[node].items():
            goal = network.goals[number]
            price = most if goal.weight is None else goal.weight * network.goal_price
            found[node] += price * offerings * (network.earliest[node] <= goal.by)
        if network.latest[node] < network.horizon:
            found[node] += 1e6 * most * (network.horizon - network.latest[node])
    return found


def _plan(network: Network, share: list[float], gain: list[float]) -> list[int | None]:
    finish: list[int | None] = [None] * len(network.gain)
    calendar = Calendar(network)
    scarce = [1.0 / max(row[-1], 1e-9) for row in network.capacity]
    price = [
        share[node] * sum(days * scarce[pool] for pool, days in wanted.items())
        for node, wanted in enumerate(network.days)
    ]
    place = {node: at for at, node in enumerate(network.in_order())}

    def missing(node: int) -> list[int]:
        seen = {node}
        stack = [node]
        for each in stack:
            for need in network.needs[each]:
                if finish[need] is None and need not in seen:
                    seen.add(need)
                    stack.append(need)
        return sorted(stack, key=place.__getitem__)

    def key(node: int) -> tuple[float, int]:
        cost = sum(price[each] for each in missing(node))
        return -gain[node] * network.weight[network.earliest[node]] / (cost + 1e-12), node

    gainful = [node for node in place if gain[node] > 0]
    heap = [key(node) for node in gainful]
    best = dict.fromkeys(gainful, 0.0) | {node: rate for rate, node in heap}
    heapify(heap)
    while heap:
        rate, node = heappop(heap)
        if finish[node] is not None or rate != best[node]:
            continue
        work = missing(node)
        wanted: dict[int, float] = {}
        for each in work:
            for pool, days in network.days[each].items():
                wanted[pool] = wanted.get(pool, 0.0) + days
        if not calendar.holds(wanted):
            continue  # looked at again when something it needs is finished for another's sake
        touched: set[int] = set()
        for each in work:
            after = max([network.earliest[each], *(finish[need] or 0 for need in network.needs[each])])
            quarter = calendar.first(network.days[each], after)
            if quarter is None:
                break  # not even in the last quarter: its own earliest is too late
            calendar.take(network.days[each], quarter)
            finish[each] = quarter
            touched |= network.users[each]
        for user in _above(network, touched):
            if finish[user] is None and gain[user] > 0:
                again = key(user)
                best[user] = again[0]
                heappush(heap, again)
    return finish


def _above(network: Network, nodes: set[int]) -> list[int]:
    """These nodes and all that need them, directly or not, by number."""
    seen = set(nodes)
    stack = list(nodes)
    for node in stack:
        for user in network.users[node]:
            if user not in seen:
                seen.add(user)
                stack.append(user)
    return sorted(seen)
