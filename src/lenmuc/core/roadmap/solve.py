"""Solve a roadmap: reduce it exactly, split it, let HiGHS prove a plan, lay the plan out from the left."""

import math

from lenmuc.core.errors import N_, Impossible
from lenmuc.core.roadmap.as_before import as_approved, freed
from lenmuc.core.roadmap.highs import Progress
from lenmuc.core.roadmap.layout import Plan, lay_out, wish_of
from lenmuc.core.roadmap.measures import Aim, aim_at, measured, moves, plain_aim, score
from lenmuc.core.roadmap.mistakes import check
from lenmuc.core.roadmap.nearer import nearer
from lenmuc.core.roadmap.network import Network, NoPlan
from lenmuc.core.roadmap.pieces import in_parts, in_two_steps, is_large, too_large
from lenmuc.core.roadmap.problem import Problem, Solution, Stage
from lenmuc.core.roadmap.reduce import only_reach, reduce
from lenmuc.core.roadmap.run import Clock, Run, gap_of
from lenmuc.core.roadmap.targets import met, wanted

NO_TIME = N_(
    "No plan that meets every target and deadline was found in %(seconds)s seconds; whether there is one is "
    "not known. Give more time, or a weight to a target."
)
NO_PLAN = N_("No plan meets every target and deadline together.")


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
    run = Run(problem, progress, clock)
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


def _in_order(run: Run, reduced: bool) -> tuple[dict[str, int], dict[str, int], list[Stage]]:
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
    run: Run, aim: Aim, reduced: bool, before: Plan | None = None
) -> tuple[dict[str, int], dict[str, int], float, float]:
    """(finish, reached, value, bound) for one aim; `before` is a plan that keeps to its floors."""
    problem = run.problem
    roof = math.inf
    try:
        network = Network(problem, aim)
        start = None
        if reduced:
            reduce(network, run.late)
        else:
            only_reach(network)
        if before is not None:
            start = network.places(wish_of(problem, *before))
        known = before if aim.floors else as_approved(problem, aim)
        near = None if start or not known else network.places(wish_of(problem, *known))
        if reduced and known and aim.gain.keys() - {"moves", "targets"} and is_large(network):
            better, roof = freed(run, aim, known)
            known = better or known
            had = score(aim, measured(problem, *known))
            if gap_of(had, roof) <= problem.gap:
                return *known, had, max(had, roof)
        if reduced and not aim.floors and too_large(network):
            wish, bound = in_two_steps(run, network)
        else:
            wish, bound = in_parts(run, network, start=start, near=near)
    except NoPlan as why:
        if why.args:
            raise Impossible(NO_TIME, seconds=f"{problem.seconds:g}") from why
        raise Impossible(NO_PLAN) from why
    finish, reached = lay_out(problem, wish, aim)
    if aim.moves:
        finish, reached = nearer(problem, aim, finish, reached)
    value, bound = score(aim, measured(problem, finish, reached)), min(bound, roof)
    if known and not aim.floors and (still := score(aim, measured(problem, *known))) >= value:
        return *known, still, max(still, bound)
    return finish, reached, value, max(value, bound)
