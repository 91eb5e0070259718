"""What a plan is measured by, and what it aims for: the weighted sum of measures, or one after the other."""

import math
from collections.abc import Mapping

import msgspec

from lenmuc.core.roadmap.problem import Measure, Move, Problem, weights
from lenmuc.core.roadmap.targets import met, wanted

Mix = Mapping[str, float]
"""How much one unit of a measure counts."""


class Aim(msgspec.Struct, frozen=True):
    """What one call of the solver aims for. `targets` multiplies the weights of soft targets; `moves` is the
    price of a quarter by which an item moves from the baseline. `floors`: other aims that must not fall below
    a value.
    """

    gain: Mix
    targets: float = 0.0
    moves: float = 0.0
    floors: tuple[tuple["Aim", float], ...] = ()


def plain_aim(problem: Problem) -> Aim:
    """The weighted sum of the objectives of a problem."""
    if not problem.objectives:
        return Aim({"gain": 1.0}, 1.0)
    mix: dict[str, float] = {objective.measure: objective.weight for objective in problem.objectives}
    return Aim(mix, mix.get("targets", 0.0), mix.get("moves", 0.0))


def aim_at(measure: str) -> Aim:
    """One measure alone."""
    return Aim({measure: 1.0}, float(measure == "targets"), float(measure == "moves"))


def gains(problem: Problem, mix: Mix) -> list[float]:
    """What each upgrade brings in each quarter from its own on."""
    gain, filings, offerings = (mix.get(name, 0.0) for name in ("gain", "filings", "offerings"))
    if not (filings or offerings):
        return [gain * upgrade.gain for upgrade in problem.upgrades]
    return [gain * u.gain + filings * u.filings / 4 + offerings * u.offerings for u in problem.upgrades]


def moves(problem: Problem, finish: Mapping[str, int]) -> tuple[Move, ...]:
    """The items of the baseline that stand elsewhere in this plan, and those planned that it did not hold."""
    if not problem.baseline:
        return ()
    found = []
    for item in problem.items:
        was, now = problem.baseline.get(item.id), finish.get(item.id)
        if was != now and not item.done:
            found.append(Move(item.id, was, now))
    return tuple(found)


def moved(problem: Problem, finish: Mapping[str, int]) -> float:
    """By how many quarters the baseline's items move in all. Left out counts as after the last quarter."""
    horizon = len(problem.quarters)
    return float(
        sum(
            abs(finish.get(item.id, horizon) - problem.baseline[item.id])
            for item in problem.items
            if item.id in problem.baseline and not item.done
        )
    )


def measure(problem: Problem, name: Measure, finish: Mapping[str, int], reached: Mapping[str, int]) -> float:
    """One measure of a plan; more is better, so `moves` is below 0.

    gain, filings and offerings: summed over the quarters from the lift on, discounted; filings are those of a
    quarter. targets: the offerings that count for soft targets, at their weights.
    """
    if name == "moves":
        return -moved(problem, finish)
    if name == "targets":
        return math.fsum(
            target.weight * min(wanted(problem, target), met(problem, target, reached))
            for target in problem.targets
            if target.weight is not None
        )
    weight = weights(problem)
    each = gains(problem, {name: 1.0})
    return math.fsum(
        gain * weight[reached[upgrade.id]]
        for gain, upgrade in zip(each, problem.upgrades, strict=True)
        if upgrade.id in reached
    )


def measured(problem: Problem, finish: Mapping[str, int], reached: Mapping[str, int]) -> dict[str, float]:
    """Every measure that this problem has."""
    names: list[Measure] = ["gain", "filings", "offerings"]
    if any(target.weight is not None for target in problem.targets):
        names.append("targets")
    if problem.baseline:
        names.append("moves")
    return {name: measure(problem, name, finish, reached) for name in names}


def score(aim: Aim, measures: Mapping[str, float]) -> float:
    """What a plan with these measures is worth to an aim."""
    kinds = math.fsum(aim.gain.get(name, 0.0) * measures[name] for name in ("gain", "filings", "offerings"))
    return kinds + aim.targets * measures.get("targets", 0.0) + aim.moves * measures.get("moves", 0.0)
