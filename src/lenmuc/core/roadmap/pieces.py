"""A network solved piece by piece: what shares nothing by itself, too large a piece in two steps."""

import math
from collections.abc import Callable, Mapping

from lenmuc.core.roadmap.greedy import greedy
from lenmuc.core.roadmap.layers import layered
from lenmuc.core.roadmap.model import Model, keeps, worth
from lenmuc.core.roadmap.network import Network, NoPlan
from lenmuc.core.roadmap.reduce import reduce, stay
from lenmuc.core.roadmap.run import Run
from lenmuc.core.roadmap.shared_work import Until
from lenmuc.core.roadmap.shared_work import plan as plan_in_layers
from lenmuc.core.roadmap.tree import solved

_LARGE = 80_000  # columns; at 100,000 the solver was seen to overrun its time by minutes
_MODERATE = 16_000
_MANY = 30_000  # columns of one part; from here on the solver's first linear program alone takes minutes


def in_parts(
    run: Run,
    network: Network,
    seconds: float = math.inf,
    told: Callable[[float, float], bool] | None = None,
    start: list[int | None] | None = None,
    near: list[int | None] | None = None,
    gap: float | None = None,
) -> tuple[dict[int, int], float]:
    """(when each marked node is finished, a bound): every part proven by itself, the small ones first.

    `start` is the plan to begin from, `near` one to begin from in the parts in which it is the better one.
    `gap` is asked for in place of the problem's.
    """
    until = run.seconds + min(seconds, run.left())
    gap = run.problem.gap if gap is None else gap
    certain = network.certain
    plan = start or greedy(network)
    parts = components(network)
    known = [
        worth(network, part, plan) if start or keeps(network, part, plan) else -math.inf for part in parts
    ]
    for at, part in enumerate(parts if near else ()):
        if near and keeps(network, part, near) and (brings := worth(network, part, near)) > known[at]:
            known[at] = brings
            for node in part:
                plan[node] = near[node]
    bounds = [most(network, part) for part in parts]
    for at in sorted(range(len(parts)), key=lambda at: (len(parts[at]), at)):
        if bounds[at] <= known[at] + 1e-12 * abs(known[at]):
            continue  # everything is at its earliest already
        rest = range(len(parts))[:at], range(len(parts))[at + 1 :]
        value = certain + math.fsum(known[other] for each in rest for other in each)
        bound = certain + math.fsum(bounds[other] for each in rest for other in each)

        def report(now: float, most: float, at: int = at, value: float = value, bound: float = bound) -> bool:
            return (told or run.says)(value + max(now, known[at]), bound + min(most, bounds[at]))

        left = min(run.left(), until - run.seconds)
        if left <= 0:
            break
        if size(network, parts[at]) > _MANY and (layers := layered(network, parts[at])):
            limits = Until(gap, left, report, run.clock)
            drawn = plan_in_layers(network, parts[at], layers, plan, limits)
            run.seconds += drawn.seconds
            run.columns, run.rows = run.columns + drawn.columns, run.rows + drawn.rows
            known[at], bounds[at] = drawn.value, min(bounds[at], drawn.bound)
            for node in parts[at]:
                plan[node] = drawn.finish[node]
            continue
        model = Model(network, parts[at])
        run.columns, run.rows = run.columns + model.columns, run.rows + model.rows
        told_to = report if run.progress else None
        found = solved(model, model.values(plan), gap, left, told_to, run.late)
        run.seconds += found.seconds
        if found.impossible:
            raise NoPlan
        bounds[at] = min(bounds[at], found.bound)
        if found.values is not None:
            better = model.read(found.values)
            brings = worth(network, parts[at], better)
            if brings > known[at] and (network.floors or keeps(network, parts[at], better)):
                known[at] = brings
                for node in parts[at]:
                    plan[node] = better[node]
    if not all(map(math.isfinite, known)):
        raise NoPlan("time")
    return network.wishes(plan), certain + math.fsum(bounds)


def in_two_steps(run: Run, network: Network) -> tuple[dict[int, int], float]:
    """The same for a network too large for one model: first the pools that couple the most, then each
    other pool.

    First the pools with the most work alone, as if the others had days without end: what that can save at
    most, no plan can exceed. Then what those pools do stays where it is, and the rest falls apart into its
    pools.
    """
    simple = network.wishes(greedy(network))
    if run.late():
        bounds = [most(network, part) for part in components(network)]
        return simple, network.certain + math.fsum(bounds)
    kept = _busiest_pools(network)
    relaxed = network.copy()
    for node in relaxed.nodes():
        relaxed.days[node] = {pool: days for pool, days in relaxed.days[node].items() if pool in kept}
    reduce(relaxed, run.late)
    had = _worth(network, simple)
    first, bound = in_parts(run, relaxed, run.left() * 0.6, lambda value, bound: run.says(had, bound))
    if run.late():
        return simple, bound  # what came first does not look at the other pools yet
    rest = network.copy()
    stay(rest, kept, first)
    reduce(rest, run.late)
    second, _ = in_parts(run, rest, told=lambda value, _: run.says(max(had, value), bound))
    return max(second, simple, key=lambda wish: _worth(network, wish)), bound


def _worth(network: Network, wish: Mapping[int, int]) -> float:
    """What a wish is worth on this network; nothing counts more than meeting what it must."""
    finish = network.places(wish)
    return worth(network, network.nodes(), finish) if keeps(network, network.nodes(), finish) else -math.inf


def size(network: Network, part: list[int]) -> int:
    """How many columns the model of a part has."""
    return sum(network.horizon - network.earliest[node] for node in part)


def is_large(network: Network) -> bool:
    """Whether moves or earlier aims count and some part is too large for the solver to come near its best."""
    parts = components(network) if network.moving or network.floors else []
    return any(size(network, part) > _MANY for part in parts)


def too_large(network: Network) -> bool:
    """Whether some part is more than one model can hold, and is not one in layers."""
    return any(size(network, part) > _LARGE and not layered(network, part) for part in components(network))


def _busiest_pools(network: Network) -> set[int]:
    """The pools with the most days of work, as many as make a model of moderate size."""
    days: dict[int, float] = {}
    columns: dict[int, int] = {}
    for node in network.nodes():
        for pool, more in network.days[node].items():
            days[pool] = days.get(pool, 0.0) + more
            columns[pool] = columns.get(pool, 0) + network.horizon - network.earliest[node]
    kept: set[int] = set()
    size = 0
    for pool in sorted(days, key=lambda pool: (-days[pool], pool)):
        size += columns[pool]
        if kept and size > _MODERATE:
            break
        kept.add(pool)
    return kept


def components(network: Network) -> list[list[int]]:
    """Parts that share neither needs nor resources nor goals: each is a problem of its own. Each part in
    order of needs.
    """
    leader = list(range(len(network.gain)))

    def find(node: int) -> int:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    owners: dict[tuple[str, int], int] = {}
    order = network.in_order()
    counted: set[int] = set()
    for node in order:
        counted |= network.counts[node].keys()
        shared = [("resource", resource) for resource in network.days[node]]
        shared += [("goal", goal) for goal in network.counts[node]]
        shared += [("floors", 0)] if network.floors else []
        for other in [*network.needs[node], *(owners.setdefault(each, node) for each in shared)]:
            leader[find(other)] = find(node)
    for number, goal in enumerate(network.goals):
        if goal.weight is None and goal.need > 1e-9 and number not in counted:
            raise NoPlan
    parts: dict[int, list[int]] = {}
    for node in order:
        parts.setdefault(find(node), []).append(node)
    return list(parts.values())


def most(network: Network, part: list[int]) -> float:
    """What no plan can exceed: every node finished at its earliest, and no move costs anything."""
    found = math.fsum(
        network.gain[node] * network.weight[network.earliest[node]]
        for node in part
        if network.earliest[node] < network.horizon
    )
    counted = set().union(*(network.counts[node] for node in part)) if network.goals else set()
    return found + math.fsum(
        network.goals[number].need * (network.goals[number].weight or 0.0) * network.goal_price
        for number in counted
    )
