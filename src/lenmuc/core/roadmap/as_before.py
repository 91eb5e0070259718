"""A plan near the one before it: that one as it still can be, and a large one as if moves were free."""

import math

from lenmuc.core.roadmap.layout import Plan, lay_out, wish_of
from lenmuc.core.roadmap.measures import Aim, measured, score
from lenmuc.core.roadmap.model import keeps
from lenmuc.core.roadmap.nearer import nearer
from lenmuc.core.roadmap.network import Network, NoPlan
from lenmuc.core.roadmap.pieces import in_parts, is_large, too_large
from lenmuc.core.roadmap.problem import Problem, first_quarter, last_quarter
from lenmuc.core.roadmap.reduce import reduce
from lenmuc.core.roadmap.run import Run, gap_of

_CLOSER = 0.2  # of the gap, where the plan with few moves is looked for


def freed(run: Run, aim: Aim, known: Plan) -> tuple[Plan | None, float]:
    """A plan and a bound of the same aim when moves are free and earlier aims forgotten, in most of the time.

    Moves only take away from what a plan is worth, floors from the plans there are: so the bound is one of
    the aim itself, and such a network is far smaller. Of plans within the gap one with few moves is taken.
    `None`: `known`, a plan that is there already, is one; or none was found in time, or floors may be missed.
    """
    problem, free = run.problem, Aim(aim.gain, aim.targets)
    network = Network(problem, free)
    before = {at: problem.baseline[item.id] for at, item in enumerate(problem.items)
              if item.id in problem.baseline and not item.done}  # fmt: skip
    for node in before:
        network.marks[node] = [node]
    reduce(network, run.late)
    if run.late() or too_large(network):
        return None, math.inf
    had = score(aim, measured(problem, *known))
    roof = math.inf

    def told(_: float, bound: float) -> bool:
        return run.says(had, min(roof, bound))

    try:
        wish, roof = in_parts(run, network, 0.5 * run.left(), told)
        if aim.floors or gap_of(had, roof) <= problem.gap:
            return None, roof
        found = [known]
        _charge(network, before, wish, problem.gap * roof)
        if not is_large(network):
            near, closer = network.places(wish_of(problem, *known)), _CLOSER * problem.gap
            fewer, _ = in_parts(run, network, 0.7 * run.left(), told, near=near, gap=closer)
            plan = nearer(problem, aim, *lay_out(problem, fewer, aim))
            if gap_of(score(aim, measured(problem, *plan)), roof) <= problem.gap:
                return plan, roof
            found.append(plan)
    except NoPlan as why:
        if why.args:
            return None, roof  # none was found in time
        raise
    found.append(nearer(problem, aim, *lay_out(problem, wish, free)))
    return max(found, key=lambda plan: score(aim, measured(problem, *plan))), roof


def _charge(network: Network, before: dict[int, int], wish: dict[int, int], most: float) -> None:
    """Let moves count on a network in which items are folded: those of this wish `most` in all.

    Each item counts as if it were finished with what it is folded into, which is later than need be: so this
    is no bound, it only leads to a plan with fewer moves.
    """
    quarters = sum(abs(wish.get(node, network.horizon) - was) for node, was in before.items())
    network.move_price = most / quarters if quarters else 0.0
    for node in network.nodes():
        if was := tuple(before[mark] for mark in network.marks[node] if mark in before):
            network.moving[node] = was


def as_approved(problem: Problem, aim: Aim) -> Plan | None:
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
    finish = network.places(wish_of(problem, *plan))
    return plan if keeps(network, network.nodes(), finish) else None
