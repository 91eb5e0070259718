"""What one more person-day is worth, in what citizens gain, with the shared work standing as planned."""

import math
from collections.abc import Callable

import msgspec

from lenmuc.core.roadmap.highs import Program, maximise
from lenmuc.core.roadmap.model import Model
from lenmuc.core.roadmap.network import Network
from lenmuc.core.roadmap.problem import Problem, Solution
from lenmuc.core.roadmap.reduce import fold, only_reach
from lenmuc.core.roadmap.resources import resources
from lenmuc.core.roadmap.what_if import enablers

_MOST = 1024.0


class DayWorth(msgspec.Struct, frozen=True):
    """A person-day more of a pool (of a kind of its people) in a quarter (index) is worth at most `worth`."""

    pool: str
    kind: str
    quarter: int
    worth: float


class DayWorths(msgspec.Struct, frozen=True):
    """What days are worth while shared work stands as planned, if other work could be split at will.

    Then today's days bring `base` in all, which no plan of whole items exceeds, and each day more of a pool
    in a quarter brings at most its worth. Worths of several pools do not add up.
    """

    base: float
    days: tuple[DayWorth, ...]


class Exactly(msgspec.Struct, frozen=True):
    """Up to `days` more, each person-day brings just `worth`, if work could be split at will."""

    worth: float
    days: float


class NextDays(msgspec.Struct, frozen=True):
    """Each of the next `days` person-days of a team (of a kind of its people) in a quarter (index) brings
    `worth`, while the work of all other teams stands as planned, and if the team's work could be split at
    will.
    """

    kind: str
    quarter: int
    worth: float
    days: float


def day_worths(problem: Problem, solution: Solution) -> DayWorths | None:
    """The worth of a day of every pool and kind in every quarter, from the duals of one linear program.

    `None` when that could not be solved in the problem's time.
    """
    model = _model(problem, solution)
    found = maximise(model.program, relaxed=True, seconds=problem.seconds)
    if found.values is None:
        return None
    worths = []
    for number, resource in enumerate(resources(problem)):
        if resource.sort == "days":
            rows = [model.capacity_rows.get((number, t)) for t in range(len(problem.quarters))]
            duals = [0.0 if row is None else max(0.0, found.duals[row]) for row in rows]
            for quarter in range(len(duals)):
                worth = math.fsum(duals[quarter:])  # a day there is there in all later quarters as well
                worths.append(DayWorth(resource.id, resource.kind, quarter, worth))
    return DayWorths(found.bound, tuple(worths))


def exactly(problem: Problem, solution: Solution, pool: str, quarter: int, kind: str = "") -> Exactly:
    """What further days of a pool in a quarter bring just now, and how many of them bring that."""
    model = _model(problem, solution)
    (number,) = (
        n for n, r in enumerate(resources(problem)) if (r.sort, r.id, r.kind) == ("days", pool, kind)
    )
    return _exactly(model, [model.capacity_rows[number, t] for t in range(quarter, len(problem.quarters))])


def next_days(
    problem: Problem, solution: Solution, pool: str, told: Callable[[int, int], object] | None = None
) -> tuple[NextDays, ...]:
    """What the next days of a pool bring in each quarter, by kind of its people; other pools' work is held.

    `told` hears how many of how many quarters are done.
    """
    model = _of_pool(problem, solution, pool)
    stock = [(n, r) for n, r in enumerate(resources(problem)) if (r.sort, r.id) == ("days", pool)]
    horizon = len(problem.quarters)
    duals = maximise(model.program, relaxed=True).duals if stock else ()
    found = []
    for at, (number, resource) in enumerate(stock):
        for quarter in range(horizon):
            keys = ((number, t) for t in range(quarter, horizon))
            rows = [model.capacity_rows[key] for key in keys if key in model.capacity_rows]
            some = Exactly(0.0, _MOST)
            if any(duals[row] > 1e-9 for row in rows):  # a day is worth at most its duals
                some = _exactly(model, rows)
            found.append(NextDays(resource.kind, quarter, some.worth, some.days))
            if told is not None:
                told(at * horizon + quarter + 1, len(stock) * horizon)
    return tuple(found)


def _exactly(model: Model, rows: list[int]) -> Exactly:
    now = _value(model.program, rows, 0.0)

    def each(days: float) -> float:
        return (_value(model.program, rows, days) - now) / days

    days = 1.0
    worth = each(days)
    while days > 1 / 64 and not _same(half := each(days / 2), worth):
        days, worth = days / 2, half
    while days < _MOST and _same(each(2 * days), worth):
        days *= 2
    return Exactly(worth, days)


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-5, abs_tol=1e-5)


def _value(program: Program, rows: list[int], more: float) -> float:
    before = program.most[:]
    for row in rows:
        program.most[row] += more
    found = maximise(program, relaxed=True)
    program.most = before
    return found.bound


def _model(problem: Problem, solution: Solution) -> Model:
    """The linear program of everything but the shared work, which stands as planned or is left out."""
    network = Network(problem)
    held = enablers(problem)
    for node, item in enumerate(problem.items):
        if item.id in held:
            quarter = solution.finish.get(item.id, network.horizon)
            network.earliest[node] = max(network.earliest[node], quarter)
            network.latest[node] = quarter
    only_reach(network)
    return Model(network, network.in_order(), every_row=True)


def _of_pool(problem: Problem, solution: Solution, pool: str) -> Model:
    """The linear program of one pool's work: all other work stands as planned or is left out.

    What stands takes no days of this pool, so it leaves the program; only foldings that change nothing for
    work that is split are made (see `fold`).
    """
    network = Network(problem)
    capacity = [list(each) for each in network.capacity]
    for node, item in enumerate(problem.items):
        if item.pool == pool and not item.done:
            continue
        quarter = solution.finish.get(item.id, network.horizon)
        network.earliest[node], network.latest[node] = quarter, quarter
        for number, amount in network.days[node].items():
            for t in range(quarter, network.horizon):
                capacity[number][t] -= amount
        network.days[node] = {}
    network.capacity = [tuple(each) for each in capacity]
    only_reach(network)
    fold(network)
    return Model(network, network.in_order(), every_row=True)
