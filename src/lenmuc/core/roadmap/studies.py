"""What may be asked of a finished roadmap: an item sooner, more days of a team, other capacity for all."""

import math
from collections.abc import Callable
from typing import Literal

import msgspec

from lenmuc.core.roadmap.day_worth import NextDays, next_days
from lenmuc.core.roadmap.measures import plain_aim, score
from lenmuc.core.roadmap.problem import Problem, Solution
from lenmuc.core.roadmap.what_if import Point, Sooner, frontier, sooner

Kind = Literal["sooner", "days", "frontier"]
Unit = Literal["trips", "filings", "offerings", "points"]
SHARES = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
SECONDS = 60.0  # for one plan, at most
_EXACT = 1e-4  # of the value: what a quarter sooner costs is wanted more exactly than a whole plan

replace = msgspec.structs.replace


class Answer(msgspec.Struct, frozen=True):
    """What came of a study; which part is there follows from its kind.

    `unit` is what values count in: trips saved, filings or offerings in each quarter from the lift on, or
    points, where the plan weighs several aims against each other.
    """

    unit: Unit
    sooner: Sooner | None = None
    days: tuple[NextDays, ...] = ()
    frontier: tuple[Point, ...] = ()


def minutes_left(seconds: float, done: int, of: int) -> int | None:
    """Minutes, rounded up, until all parts are done, if each takes as long as those before; `None`: no part
    is done yet.
    """
    return math.ceil(seconds / done * (of - done) / 60) if done else None


def unit_of(problem: Problem) -> Unit:
    """What the values of a plan count in."""
    aims = [objective.measure for objective in problem.objectives if objective.weight]
    if any(target.weight is not None for target in problem.targets) or len(aims) > 1:
        return "points"
    units: dict[str, Unit] = {"gain": "trips", "filings": "filings", "offerings": "offerings"}
    return units.get(aims[0], "points") if aims else "trips"


def weighed(problem: Problem, solution: Solution) -> tuple[Problem, Solution]:
    """The same plan measured by the weighted sum of its aims, also where they were aimed for in order."""
    one = replace(problem, in_order=False, seconds=min(problem.seconds, SECONDS))
    return one, replace(solution, value=score(plain_aim(one), solution.measures))


def study(
    problem: Problem,
    solution: Solution,
    kind: Kind,
    subject: str,
    told: Callable[[int, int], object] | None = None,
) -> Answer:
    """Answer one question about a plan. `subject` is the item (sooner) or the team (days).

    Raises `KeyError` for a subject that the plan does not have.
    """
    unit = unit_of(problem)
    best = None if problem.in_order else solution  # a bound of the first aim is none of all together
    problem, solution = weighed(problem, solution)
    match kind:
        case "sooner":
            if subject not in solution.finish:
                raise KeyError(subject)
            return Answer(unit, sooner=sooner(replace(problem, gap=_EXACT), solution, subject))
        case "days":
            if subject not in {pool.id for pool in problem.pools}:
                raise KeyError(subject)
            return Answer(unit, days=next_days(problem, solution, subject, told))
        case "frontier":
            return Answer(unit, frontier=frontier(problem, SHARES, told=told, today=best))
