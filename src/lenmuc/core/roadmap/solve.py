"""Solve a roadmap: reduce it exactly, split it, let HiGHS prove a plan, lay the plan out from the left."""

import math
from collections.abc import Callable, Mapping

from lenmuc.core.errors import N_, Impossible
from lenmuc.core.roadmap.greedy import greedy
from lenmuc.core.roadmap.highs import Progress
from lenmuc.core.roadmap.layers import layered
from lenmuc.core.roadmap.layout import lay_out
from lenmuc.core.roadmap.measures import Aim, aim_at, measured, moves, plain_aim, score
from lenmuc.core.roadmap.mistakes import check
from lenmuc.core.roadmap.model import Model, keeps, worth
from lenmuc.core.roadmap.network import Network, NoPlan
from lenmuc.core.roadmap.problem import Problem, Solution, Stage, first_quarter, last_quarter
from lenmuc.core.roadmap.reduce import only_reach, reduce, stay
from lenmuc.core.roadmap.shared_work import Until
from lenmuc.core.roadmap.shared_work import plan as plan_in_layers
from lenmuc.core.roadmap.targets import met, wanted
from lenmuc.core.roadmap.tree import solved

_PROVEN = 1e-6  # a gap below this share is what the solver's own tolerances amount to
_LARGE = 80_000  # columns; at 100,000 the solver was seen to overrun its time by minutes
_MODERATE = 16_000
_MANY = 30_000  # columns of one part; from here on the solver's first linear program alone takes minutes
NO_TIME = N_(
    "No plan that meets every target and deadline was found in %(seconds)s seconds; whether there is one is "
    "not known. Give more time, or a weight to a target."
)
NO_PLAN = N_("No plan meets every target and deadline together.")


Plan = tuple[dict[str, int], dict[str, int]]
Clock = Callable[[], float]
"""Seconds of computing since some moment: core has no clock of its own."""


def solve(
    problem: Problem, progress: Progress | None = None, reduced: bool = True, clock: Clock | None = None
) -> Solution:
    """The best plan for the objectives, with a proven bound. The same problem gives the same plan, if time
    allows.

    When the time is up or `progress` says stop: the best so far with its gap. `reduced=False` gives the
    solver the plain model (see `Model`), for comparison. Raises `Refused` when the problem contradicts itself
    (see `check`), and `Impossible` when no plan meets its targets and deadlines, or none was found in time.
    Without a `clock` only the solver's seconds count.
    """
    run = _Run(problem, progress, clock)
    check(problem)
    if problem.in_order and len(problem.objectives) > 1:
        finish, reached, stages = _in_order(run, reduced)
        value, bound = stages[0].value, stages[0].bound
    else:
        finish, reached, value, bound = _aimed(run, plain_aim(problem), reduced)
        stages = []
    gap = gap_of(value, bound)
    have = {target.id: met(problem, target, reached) for target in problem.targets}
    missing = {target.id: wanted(problem, target) - have[target.id] for target in problem.targets}
    return Solution(
        finish, reached, value, bound, gap, run.status(gap), run.seconds, run.columns, run.rows,
        measures=measured(problem, finish, reached),
        met=have,
        missed={id: left for id, left in missing.items() if left > 1e-9},
        moves=moves(problem, finish), stages=tuple(stages),
    )  # fmt: skip


def gap_of(value: float, bound: float) -> float:
    """By which share of itself a value could at most be better."""
    if bound <= value:
        return 0.0
    return (bound - value) / abs(value) if value else 1.0


class _Run:
    """One call of `solve`: what it was asked, the time it has used, whether somebody stopped it."""

    def __init__(self, problem: Problem, progress: Progress | None, clock: Clock | None) -> None:
        self.problem = problem
        self.clock = clock
        self.began = clock() if clock else 0.0
        self.progress = progress
        self.stopped = False
        self.seconds = 0.0
        self.columns = 0
        self.rows = 0

    def left(self) -> float:
        """Seconds the solver still has."""
        gone = max(self.seconds, self.clock() - self.began if self.clock else 0.0)
        return 0.0 if self.stopped else max(0.0, self.problem.seconds - gone)

    def late(self) -> bool:
        """Whether there is no time left to make the problem smaller."""
        return self.left() <= 0.0

    def says(self, value: float, bound: float) -> bool:
        """Tell how far it is; true when it should stop."""
        if self.progress is not None and self.progress(value, bound):
            self.stopped = True
        return self.stopped

    def status(self, gap: float) -> str:
        """How the plan came about, for its gap."""
        if gap <= _PROVEN:
            return "optimal"
        if gap <= self.problem.gap + _PROVEN:
            return "gap reached"
        return "stopped" if self.stopped else "time limit"


def _in_order(run: _Run, reduced: bool) -> tuple[dict[str, int], dict[str, int], list[Stage]]:
    """One objective after the other, none below what the stages before reached."""
    floors: list[tuple[Aim, float]] = []
    stages: list[Stage] = []
    plan: Plan | None = None
    for objective in run.problem.objectives:
        aim = aim_at(objective.measure)
        aim = Aim(aim.gain, aim.targets, aim.moves, tuple(floors))
        if plan is not None and run.left() <= 0:
            value, bound = score(aim, measured(run.problem, *plan)), math.inf
        else:
            finish, reached, value, bound = _aimed(run, aim, reduced, plan)
            plan = finish, reached
        stages.append(Stage(objective.measure, value, bound))
        floors.append((aim_at(objective.measure), value))
    assert plan is not None
    return *plan, stages


def _aimed(
    run: _Run, aim: Aim, reduced: bool, before: Plan | None = None
) -> tuple[dict[str, int], dict[str, int], float, float]:
    """(finish, reached, value, bound) for one aim; `before` is a plan that keeps to its floors."""
    problem = run.problem
    try:
        network = Network(problem, aim)
        start = None
        if reduced:
            reduce(network, run.late)
        else:
            only_reach(network)
        if before is not None:
            start = network.places(_wish_of(problem, *before))
        stayed = None if aim.floors else _as_approved(problem, aim)
        if reduced and not aim.floors and _too_large(network):
            wish, bound = _in_two_steps(run, network)
        else:
            near = network.places(_wish_of(problem, *stayed)) if stayed else None
            wish, bound = _in_parts(run, network, start=start, near=near)
    except NoPlan as why:
        if why.args:
            raise Impossible(NO_TIME, seconds=f"{problem.seconds:g}") from why
        raise Impossible(NO_PLAN) from why
    finish, reached = lay_out(problem, wish, aim)
    value = score(aim, measured(problem, finish, reached))
    if stayed and (still := score(aim, measured(problem, *stayed))) >= value:
        return *stayed, still, max(still, bound)
    return finish, reached, value, max(value, bound)


def _as_approved(problem: Problem, aim: Aim) -> Plan | None:
    """The approved plan as far as it still can be, with what fits beside it; `None` where it would miss what
    it must meet, or moves do not count. Within the gap the solver may stop at worse, for moves that bring
    nothing.
    """
    if not (aim.moves and problem.baseline):
        return None
    wish: dict[int, int] = {}
    for at, item in enumerate(problem.items):
        quarter = problem.baseline.get(item.id)
        if quarter is not None and not item.excluded:
            soonest = max(quarter, first_quarter(problem, item))
            wish[at] = soonest if (end := last_quarter(item)) is None else min(soonest, end)
    plan = lay_out(problem, wish, aim)
    network = Network(problem, aim)
    finish = network.places(_wish_of(problem, *plan))
    return plan if keeps(network, network.nodes(), finish) else None


def _wish_of(problem: Problem, finish: Mapping[str, int], reached: Mapping[str, int]) -> dict[int, int]:
    wish = {at: finish[item.id] for at, item in enumerate(problem.items) if item.id in finish}
    first = len(problem.items)
    return wish | {first + at: reached[u.id] for at, u in enumerate(problem.upgrades) if u.id in reached}


def _in_parts(
    run: _Run,
    network: Network,
    seconds: float = math.inf,
    told: Callable[[float, float], bool] | None = None,
    start: list[int | None] | None = None,
    near: list[int | None] | None = None,
) -> tuple[dict[int, int], float]:
    """(when each marked node is finished, a bound): every part proven by itself, the small ones first.

    `start` is the plan to begin from, `near` one to begin from in the parts in which it is the better one.
    """
    until = run.seconds + min(seconds, run.left())
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
            limits = Until(run.problem.gap, left, report, run.clock)
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
        found = solved(model, model.values(plan), run.problem.gap, left, told_to, run.late)
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


def _in_two_steps(run: _Run, network: Network) -> tuple[dict[int, int], float]:
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
    first, bound = _in_parts(run, relaxed, run.left() * 0.6, lambda value, bound: run.says(had, bound))
    if run.late():
        return simple, bound  # what came first does not look at the other pools yet
    rest = network.copy()
    stay(rest, kept, first)
    reduce(rest, run.late)
    second, _ = _in_parts(run, rest, told=lambda value, _: run.says(max(had, value), bound))
    return max(second, simple, key=lambda wish: _worth(network, wish)), bound


def _worth(network: Network, wish: Mapping[int, int]) -> float:
    """What a wish is worth on this network; nothing counts more than meeting what it must."""
    finish = network.places(wish)
    return worth(network, network.nodes(), finish) if keeps(network, network.nodes(), finish) else -math.inf


def size(network: Network, part: list[int]) -> int:
    """How many columns the model of a part has."""
    return sum(network.horizon - network.earliest[node] for node in part)


def _too_large(network: Network) -> bool:
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
