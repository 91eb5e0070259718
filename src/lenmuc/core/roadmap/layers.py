"""A large network seen in layers: a hub whose few shared works many branches wait for, and the branches.

A city is one: its digital unit builds a platform, and each agency has people and enablers of its own.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from lenmuc.core.roadmap.network import Network
from lenmuc.core.roadmap.problem import ALLOWANCE

Numbers = NDArray[np.int64]
Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]

_HUB_WORKS = 10  # shared works of the hub: their sets are looked at one by one, 2 ** 10 of them
_OWN_WORKS = 4  # shared works of one branch, likewise
_SHARED = 5  # what fewer things need is no shared work
_BRANCHES = 3


class Works(msgspec.Struct, frozen=True):
    """Shared works, one bit each, and which sets of them can be finished by when.

    `nodes`, `gain`: (branches, works), -1 and 0 where there is none; `resource`, `days`: (branches, works,
    uses); `possible`: (quarters, branches, sets), whether a set holds what its works need and fits the days
    there are by then.
    """

    nodes: Numbers
    gain: Reals
    resource: Numbers
    days: Reals
    possible: Flags


class Layers(msgspec.Struct, frozen=True):
    """A part of a network as arrays. A lift is a node that is no shared work.

    `before`: (lifts, needs), the lifts that come first, -1 where there is none; `rank`: the longest line of
    them; `hub_needs` and `own_needs`: the
    shared works it waits for, as bits. `sets`: the sets of hub works that hold what they need.
    """

    network: Network
    lifts: list[int]
    gain: Reals
    earliest: Numbers
    resource: Numbers
    days: Reals
    before: Numbers
    rank: Numbers
    branch: Numbers
    hub_needs: Numbers
    own_needs: Numbers
    hub: Works
    own: Works
    sets: Numbers


def layered(network: Network, part: list[int]) -> Layers | None:
    """The part in layers, or `None` when it has none: no hub, too much shared, goals or deadlines."""
    if network.floors or any(
        network.counts[node] or network.latest[node] < network.horizon or node in network.moving
        for node in part
    ):
        return None
    resource = _hub_resource(network, part)
    if resource is None:
        return None
    works: set[int] = set()
    for node in part:  # in order of needs
        if _is_shared(network, node) and network.days[node].keys() == {resource}:
            works |= _with_needs(network, node)
    if any(network.days[node].keys() - {resource} for node in works):
        return None
    shared = [node for node in part if node in works]
    branches = _branches(network, [node for node in part if node not in works], resource)
    if len(shared) > _HUB_WORKS or len(branches) < _BRANCHES or max(map(len, branches)) > len(part) / 2:
        return None
    hub = _works(network, [shared], _HUB_WORKS)
    own = [_own_works(network, branch) for branch in branches]
    return _arrays(network, part, branches, shared, own, hub)


def _is_shared(network: Network, node: int) -> bool:
    return bool(network.days[node]) and len(network.users[node]) >= _SHARED


def _with_needs(network: Network, node: int) -> set[int]:
    found, stack = {node}, [node]
    for each in stack:
        stack += network.needs[each] - found
        found |= network.needs[each]
    return found


def _own_works(network: Network, branch: list[int]) -> list[int]:
    """Its shared works that most wait for, with all that those wait for, in the order given."""
    here, found = set(branch), set[int]()
    shared = [node for node in branch if _is_shared(network, node)]
    for node in sorted(shared, key=lambda node: (-len(network.users[node]), node)):
        more = found | (_with_needs(network, node) & here)
        if len(more) <= _OWN_WORKS:
            found = more
    return [node for node in branch if node in found]


def _hub_resource(network: Network, part: list[int]) -> int | None:
    """The resource that meets the most others: in one node, or in what needs its work."""
    meets: dict[int, set[int]] = {}
    for node in part:
        for resource in network.days[node]:
            beside = meets.setdefault(resource, set())
            beside |= network.days[node].keys()
            for user in network.users[node]:
                beside |= network.days[user].keys()
    return max(meets, key=lambda resource: (len(meets[resource]), -resource), default=None)


def _branches(network: Network, nodes: list[int], hub: int) -> list[list[int]]:
    """What hangs together without the hub, in the order given."""
    leader = {node: node for node in nodes}

    def find(node: int) -> int:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    owner: dict[int, int] = {}
    for node in nodes:
        others = [need for need in network.needs[node] if need in leader]
        others += [owner.setdefault(r, node) for r in network.days[node] if r != hub]
        for other in others:
            leader[find(other)] = find(node)
    found: dict[int, list[int]] = {}
    for node in nodes:
        found.setdefault(find(node), []).append(node)
    return list(found.values())


def _works(network: Network, groups: list[list[int]], most: int) -> Works:
    """Groups of shared works with their sets."""
    width = min(most, max(map(len, groups), default=0))
    uses = max((len(network.days[node]) for group in groups for node in group), default=1)
    shape = len(groups), max(width, 1), uses
    nodes, gain = np.full(shape[:2], -1), np.zeros(shape[:2])
    resource, days = np.zeros(shape, dtype=np.int64), np.zeros(shape)
    sets = 1 << shape[1]
    bits = (np.arange(sets)[:, None] >> np.arange(shape[1])) & 1 == 1
    possible = np.ones((network.horizon, len(groups), sets), dtype=bool)
    for number, group in enumerate(groups):
        bit = {node: at for at, node in enumerate(group)}
        wanted: dict[int, Reals] = {}
        for node, at in bit.items():
            nodes[number, at], gain[number, at] = node, network.gain[node]
            possible[: network.earliest[node], number] &= ~bits[:, at]
            for need in network.needs[node]:
                if need in bit:
                    possible[:, number] &= ~bits[:, at] | bits[:, bit[need]]
            for use, (each, amount) in enumerate(sorted(network.days[node].items())):
                resource[number, at, use], days[number, at, use] = each, amount
                wanted[each] = wanted.get(each, np.zeros(sets)) + amount * bits[:, at]
        possible[:, number] &= ~bits[:, len(group) :].any(axis=1)
        for each, total in wanted.items():
            have = np.array(network.capacity[each]) + ALLOWANCE
            possible[:, number] &= total <= have[:, None]
    return Works(nodes, gain, resource, days, possible)


def _arrays(
    network: Network,
    part: list[int],
    branches: list[list[int]],
    shared: list[int],
    own: list[list[int]],
    hub: Works,
) -> Layers:
    bit = {node: at for at, node in enumerate(shared)}
    own_bit = {node: at for group in own for at, node in enumerate(group)}
    of = {node: number for number, branch in enumerate(branches) for node in branch}
    lifts = [node for node in part if node not in bit and node not in own_bit]
    place = {node: at for at, node in enumerate(lifts)}
    waits: dict[int, tuple[int, int]] = {}  # hub works and own works that a node waits for, itself included
    rank = [0] * len(lifts)
    for node in part:
        of_hub, of_own = 1 << bit[node] if node in bit else 0, 1 << own_bit[node] if node in own_bit else 0
        for need in network.needs[node]:
            more, mine = waits[need]
            of_hub, of_own = of_hub | more, of_own | mine
            if node in place and need in place:
                rank[place[node]] = max(rank[place[node]], rank[place[need]] + 1)
        waits[node] = of_hub, of_own
    uses = max(1, max(len(network.days[node]) for node in lifts))
    resource, days = np.zeros((len(lifts), uses), dtype=np.int64), np.zeros((len(lifts), uses))
    for node, at in place.items():
        for use, (each, amount) in enumerate(sorted(network.days[node].items())):
            resource[at, use], days[at, use] = each, amount
    firsts = [sorted(place[need] for need in network.needs[node] if need in place) for node in lifts]
    before = np.full((len(lifts), max(1, max(map(len, firsts)))), -1)
    for at, first in enumerate(firsts):
        before[at, : len(first)] = first
    possible = hub.possible[:, 0].any(axis=0)
    return Layers(
        network, lifts,
        np.array([network.gain[node] for node in lifts]),
        np.array([network.earliest[node] for node in lifts]),
        resource, days, before, np.array(rank),
        np.array([of[node] for node in lifts]),
        np.array([waits[node][0] for node in lifts]),
        np.array([waits[node][1] for node in lifts]),
        hub, _works(network, own, _OWN_WORKS), np.flatnonzero(possible),
    )  # fmt: skip
