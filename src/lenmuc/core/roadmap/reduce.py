"""Exact reductions: the same best plan from far fewer nodes. Each says why nothing is lost."""

from collections.abc import Callable

from lenmuc.core.roadmap.network import Network, NoPlan
from lenmuc.core.roadmap.problem import ALLOWANCE

Late = Callable[[], bool]
"""Whether time is up: asked between two reductions, each of which is exact by itself."""
_CLOSURES = 4_000_000  # members of all closures together beyond which they are not worth their memory


def reduce(network: Network, late: Late = lambda: False) -> None:
    """Shrink the network in place until nothing more can be done, or until it is `late`."""
    drop_impossible(network)
    while True:
        fold(network, late)
        if late():
            only_reach(network)
            return
        if not tighten(network):
            return


def fold(network: Network, late: Late = lambda: False) -> None:
    """The reductions that lose nothing even where work may be split, as in the linear program."""
    found = True
    while found:
        found = False
        for step in _STEPS:
            if late():
                return
            found = step(network) or found


def drop_impossible(network: Network) -> bool:
    """What cannot be finished within the horizon goes, and everything that needs it."""
    stack = [node for node in network.nodes() if network.earliest[node] >= network.horizon]
    found = bool(stack)
    while stack:
        node = stack.pop()
        if network.alive[node]:
            if network.latest[node] < network.horizon:
                raise NoPlan
            network.lose(node)
            stack += network.users[node]
            network.remove(node)
    return found


def drop_unneeded(network: Network) -> bool:
    """Work that brings nothing and that nothing needs is never worth a day."""
    stack = [node for node in network.nodes() if not network.users[node] and not network.wanted(node)]
    found = bool(stack)
    while stack:
        node = stack.pop()
        needs = network.needs[node]
        network.remove(node)
        stack += [need for need in needs if not network.users[need] and not network.wanted(need)]
    return found


def free_pools(network: Network) -> bool:
    """A pool that has days enough for all that is left, in every quarter, stands in nobody's way."""
    totals = pool_totals(network, network.nodes())
    free = {
        pool
        for pool, total in totals.items()
        if all(need <= have + ALLOWANCE for need, have in zip(total, network.capacity[pool], strict=True))
    }
    if free:
        for node in network.nodes():
            if not free.isdisjoint(network.days[node]):
                network.days[node] = {p: days for p, days in network.days[node].items() if p not in free}
    return bool(free)


def pool_totals(network: Network, nodes: list[int]) -> dict[int, list[float]]:
    """For each pool the days of all nodes that can be finished by quarter t, for each t."""
    totals: dict[int, list[float]] = {}
    for node in nodes:
        for pool, days in network.days[node].items():
            row = totals.setdefault(pool, [0.0] * network.horizon)
            if network.earliest[node] < network.horizon:
                row[network.earliest[node]] += days
    for row in totals.values():
        for quarter in range(1, network.horizon):
            row[quarter] += row[quarter - 1]
    return totals


def pass_through(network: Network) -> bool:
    """What takes no days and brings nothing is finished as soon as its needs are: its users need those
    instead.
    """
    found = False
    for node in network.nodes():
        if network.days[node] or network.wanted(node):
            continue
        needs, users = network.needs[node], network.users[node]
        if len(needs) > 1 and len(users) > 1 and len(needs) * len(users) > 4 * (len(needs) + len(users)):
            continue  # a milestone between many and many is cheaper kept
        network.remove(node)
        for user in users:
            network.need(user, needs)
            network.earliest[user] = max(network.earliest[user], network.earliest[node])
        found = True
    return found


def settle(network: Network) -> bool:
    """What brings gain, takes no days and needs nothing is reached at its earliest in every plan."""
    found = False
    for node in network.nodes():
        if network.needs[node] or network.days[node] or node in network.moving:
            continue
        network.settle(node)
        users = network.users[node]
        network.remove(node)
        for user in users:
            network.earliest[user] = max(network.earliest[user], network.earliest[node])
        found = True
    return found


def drop_implied(network: Network) -> bool:
    """A need that one of the other needs has already says nothing new."""
    found = False
    for node in network.nodes():
        needs = network.needs[node]
        if len(needs) < 2:
            continue
        implied: set[int] = set()
        for need in needs:
            if network.needs[need]:
                implied |= needs & network.needs[need]
        for need in implied:
            needs.discard(need)
            network.users[need].discard(node)
            found = True
    return found


def fold_gain(network: Network) -> bool:
    """What takes no days and needs one thing alone is reached with it: the gain moves there."""
    found = False
    for node in network.nodes():
        if network.days[node] or len(network.needs[node]) != 1 or node in network.moving:
            continue
        (need,) = network.needs[node]
        if network.earliest[node] > network.earliest[need]:
            continue
        users = network.users[node]
        network.remove(node)
        network.hand_over(node, need)
        for user in users:
            network.need(user, (need,))
        found = True
    return found


def merge_alike(network: Network) -> bool:
    """What takes no days and needs the same is reached together: one node with the sum of the gains."""
    found = False
    groups: dict[tuple[int, frozenset[int]], int] = {}
    for node in network.nodes():
        if network.days[node] or node in network.moving:
            continue
        key = (network.earliest[node], frozenset(network.needs[node]))
        into = groups.setdefault(key, node)
        if into != node:
            users = network.users[node]
            network.remove(node)
            network.hand_over(node, into)
            network.latest[into] = min(network.latest[into], network.latest[node])
            for user in users:
                network.need(user, (into,))
            found = True
    return found


def fold_single(network: Network) -> bool:
    """Work that brings nothing and that one thing alone needs can wait for it: the two are one. Chains
    collapse.
    """
    found = False
    for node in network.nodes():
        if len(network.users[node]) == 1 and _only_serves(network, node):
            (user,) = network.users[node]
            if network.latest[node] == network.latest[user]:
                _join(network, node, user)
                found = True
    return found


def merge_same_users(network: Network) -> bool:
    """Work that brings nothing and serves exactly the same things is worth something only together."""
    found = False
    groups: dict[tuple[int, frozenset[int]], int] = {}
    for node in network.nodes():
        if network.users[node] and _only_serves(network, node):
            into = groups.setdefault((network.latest[node], frozenset(network.users[node])), node)
            if into != node:
                _join(network, node, into)
                found = True
    return found


def _only_serves(network: Network, node: int) -> bool:
    """Whether a node is worth something only through what needs it, and may so wait for it."""
    return not (
        network.gain[node]
        or network.counts[node]
        or node in network.moving
        or any(floor.gain[node] for floor in network.floors)
    )


def _join(network: Network, node: int, into: int) -> None:
    """Make `node` part of `into`: the days of both, the needs of both."""
    needs = network.needs[node]
    network.marks[into] += network.marks[node]
    days = dict(network.days[into])
    for pool, more in network.days[node].items():
        days[pool] = days.get(pool, 0.0) + more
    network.remove(node)
    network.days[into] = days
    network.earliest[into] = max(network.earliest[into], network.earliest[node])
    network.need(into, needs)


def tighten(network: Network) -> bool:
    """Nothing is finished before the days of all it needs are there; what that makes impossible goes.

    Needs implied over more than one step go as well. Says whether there is anything new.
    """
    closures: dict[int, set[int]] = {}
    size = 0
    found = False
    for node in network.in_order():
        needs = network.needs[node]
        stood = network.earliest[node]
        quarter = max([stood, *(network.earliest[need] for need in needs)])
        network.earliest[node] = quarter
        if size > _CLOSURES:
            continue
        below: set[int] = set().union(*(closures[need] for need in needs))
        for need in needs & below:
            needs.discard(need)
            network.users[need].discard(node)
            found = True
        below |= needs
        if network.users[node]:
            closures[node] = below
            size += len(below)
        wanted = dict(network.days[node])
        for each in below:
            for pool, days in network.days[each].items():
                wanted[pool] = wanted.get(pool, 0.0) + days
        for pool, days in wanted.items():
            row = network.capacity[pool]
            while quarter < network.horizon and row[quarter] + ALLOWANCE < days:
                quarter += 1
        if quarter > network.latest[node]:
            raise NoPlan
        network.earliest[node] = quarter
        found = found or quarter > stood
    return drop_impossible(network) or found


def only_reach(network: Network) -> None:
    """The one thing that a model needs of every network: nothing is finished before what it needs."""
    for node in network.in_order():
        needed = (network.earliest[need] for need in network.needs[node])
        network.earliest[node] = max([network.earliest[node], *needed])
    drop_impossible(network)


def stay(network: Network, pools: set[int], wish: dict[int, int]) -> None:
    """Let the work of these pools stand where these wishes (original node -> quarter) need it, or nowhere.

    Not exact: it decides that work. Whatever is finished later than there still fits its pools.
    """
    wanted: dict[int, int] = {}
    for node in reversed(network.in_order()):
        quarters = [wanted[user] for user in network.users[node] if user in wanted]
        quarters += [wish[mark] for mark in network.marks[node] if mark in wish]
        if quarters:
            wanted[node] = min(quarters)
    for node in network.nodes():
        if not pools.isdisjoint(network.days[node]):
            network.days[node] = {p: days for p, days in network.days[node].items() if p not in pools}
            network.earliest[node] = max(network.earliest[node], wanted.get(node, network.horizon))
    drop_impossible(network)


_STEPS = (
    drop_unneeded,
    free_pools,
    pass_through,
    settle,
    drop_implied,
    fold_gain,
    merge_alike,
    fold_single,
    merge_same_users,
)
