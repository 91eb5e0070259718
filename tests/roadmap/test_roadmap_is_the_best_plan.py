"""Hundreds of small made-up problems against enumeration, and published instances against their proven
optima.
"""

import itertools
import math
import os
from pathlib import Path

import msgspec
import pytest
from checker import best_by_enumeration, broken_rules, days_by, must_be_a_plan, must_be_true
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from small_problems import bound_problems, problems, so_many

from lenmuc.core.errors import Impossible
from lenmuc.core.roadmap import pieces, reduce
from lenmuc.core.roadmap.days import lay_days
from lenmuc.core.roadmap.explain import explain, unlocks
from lenmuc.core.roadmap.mistakes import mistakes
from lenmuc.core.roadmap.network import Network
from lenmuc.core.roadmap.problem import Item, Objective, Pool, Problem, Upgrade
from lenmuc.core.roadmap.solve import solve
from lenmuc.core.roadmap.words import in_words

SHARED = Path(os.environ.get("LENMUC_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))
many = so_many(600)


def same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-6)


@many
@given(problems())
def test_the_plan_is_the_best_of_all_plans(problem: Problem) -> None:
    solution = solve(problem)
    must_be_a_plan(problem, solution)
    assert same(solution.value, best_by_enumeration(problem) or 0.0)
    assert solution.status == "optimal"


@many
@given(bound_problems())
def test_the_plan_is_the_best_that_keeps_every_rule_a_planner_gave(problem: Problem) -> None:
    assume(not list(mistakes(problem)))
    best = best_by_enumeration(problem)
    if best is None:
        with pytest.raises(Impossible):
            solve(problem)
        return
    solution = solve(problem)
    must_be_a_plan(problem, solution)
    assert same(solution.value, best)
    assert solution.status == "optimal"
    assert same(solve(problem, reduced=False).value, best)
    for id, reason in explain(problem, solution).items():
        must_be_true(problem, solution, id, reason)
        message = in_words(problem, reason)
        assert message.text % message.params


@many
@given(bound_problems(items=10, upgrades=10, quarters=4))
def test_reductions_change_nothing_whatever_a_planner_asks(problem: Problem) -> None:
    assume(not list(mistakes(problem)))
    try:
        plain = solve(problem, reduced=False)
    except Impossible:
        with pytest.raises(Impossible):
            solve(problem)
        return
    solution = solve(problem)
    must_be_a_plan(problem, solution)
    assert same(solution.value, plain.value)
    days = lay_days(problem, solution.finish)
    for pool in problem.pools:
        there = [days_by(problem, pool.id, t) for t in range(len(problem.quarters))]
        for kind in pool.kinds:
            there = [a + days_by(problem, pool.id, t, kind) for t, a in enumerate(there)]
        used = itertools.accumulate(days.busy[pool.id])
        assert all(u <= t + 1e-4 for u, t in zip(used, there, strict=True))


@so_many(200)
@given(bound_problems(items=4, upgrades=4))
def test_objectives_in_order_never_give_up_what_those_before_reached(problem: Problem) -> None:
    assume(not list(mistakes(problem)) and len(problem.objectives) > 1)
    try:
        solution = solve(msgspec.structs.replace(problem, in_order=True))
    except Impossible:
        assert best_by_enumeration(problem) is None
        return
    assert not broken_rules(problem, solution.finish)
    floors: list[tuple[Problem, float]] = []
    for stage, objective in zip(solution.stages, problem.objectives, strict=True):
        alone = msgspec.structs.replace(problem, objectives=(Objective(objective.measure),))
        assert same(stage.value, best_by_enumeration(alone, floors))
        floors.append((alone, stage.value))
        assert solution.measures[stage.measure] >= stage.value - 1e-6


@many
@given(problems(items=12, upgrades=12, quarters=5))
def test_reductions_change_nothing_and_every_reason_is_true(problem: Problem) -> None:
    solution = solve(problem)
    must_be_a_plan(problem, solution)
    assert same(solution.value, solve(problem, reduced=False).value)
    reasons = explain(problem, solution)
    assert list(reasons) == [item.id for item in problem.items]
    for id, reason in reasons.items():
        must_be_true(problem, solution, id, reason)
        message = in_words(problem, reason)
        assert message.text % message.params
    assert set(unlocks(problem, solution)) == set(reasons)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(problems(items=12, upgrades=12, quarters=5))
def test_the_same_problem_gives_the_same_roadmap(problem: Problem) -> None:
    first, second = solve(problem), solve(problem)
    assert (first.finish, first.reached, first.value, first.bound) == (
        second.finish,
        second.reached,
        second.value,
        second.bound,
    )


@settings(max_examples=100, deadline=None, derandomize=True)
@given(problems(items=12, upgrades=12, quarters=5))
def test_without_time_there_is_still_a_plan_and_its_bound_holds(problem: Problem) -> None:
    best = solve(problem)
    hasty = solve(Problem(problem.quarters, problem.pools, problem.items, problem.upgrades, seconds=1e-9))
    if problem.discount:
        return
    must_be_a_plan(problem, hasty)
    assert hasty.value <= best.value + 1e-6
    assert hasty.bound >= best.value - 1e-6


@so_many(300)
@given(problems(items=12, upgrades=12, quarters=5))
def test_a_network_too_large_for_one_model_has_a_plan_and_a_true_bound(problem: Problem) -> None:
    best = solve(problem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "_LARGE", 0)
        patch.setattr(pieces, "_MODERATE", 0)
        split = solve(problem)
    must_be_a_plan(problem, split)
    assert split.value <= best.value * (1 + 1e-6) + 1e-6
    assert split.bound >= best.value * (1 - 1e-6) - 1e-6


@settings(max_examples=60, deadline=None, derandomize=True)
@given(problems(items=12, upgrades=12, quarters=5), st.integers(0, 60))
def test_when_the_clock_runs_out_amid_making_it_smaller_there_is_a_plan_and_a_true_bound(
    problem: Problem, ticks: int
) -> None:
    best = solve(problem)
    asked = itertools.count()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "_LARGE", 0)
        patch.setattr(pieces, "_MODERATE", 0)
        short = msgspec.structs.replace(problem, seconds=float(max(ticks, 1)))
        hasty = solve(short, clock=lambda: float(next(asked)))  # each look at the clock takes a second
    must_be_a_plan(problem, hasty)
    assert hasty.value <= best.value * (1 + 1e-6) + 1e-6
    assert hasty.bound >= best.value * (1 - 1e-6) - 1e-6
    assert hasty.status in ("optimal", "time limit")


def test_without_time_nothing_is_made_smaller_and_no_copy_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    monkeypatch.setattr(pieces, "_LARGE", 0)
    monkeypatch.setattr(reduce, "_STEPS", (lambda network: bool(steps.append("reduced")),))
    monkeypatch.setattr(Network, "copy", lambda network: steps.append("copied"))
    items = (Item("form", "all", 2.0), Item("law", "all", 1.0, ("form",)))
    lifts = (Upgrade("online", 3, 5.0, ("law",)), Upgrade("seen", 3, 1.0, ("form",)))
    problem = Problem(("Q1", "Q2"), (Pool("all", (2.0, 2.0)),), items, lifts, seconds=10.0)
    clock = iter([0.0])
    solution = solve(problem, clock=lambda: next(clock, 11.0))
    must_be_a_plan(problem, solution)
    assert (solution.reached, solution.status, steps) == ({"online": 1, "seen": 0}, "time limit", [])
    assert solution.bound >= solution.value > 0


def published(name: str, ratio: float) -> Problem:
    """A Next Release Problem instance (Xuan 2012) as a roadmap of one quarter."""
    path = SHARED / "data" / "nrp" / f"{name}.txt"
    if not path.exists():
        pytest.skip("the published instances are not on this machine")
    numbers = iter(map(int, path.read_text().split()))
    costs: list[int] = []
    for _ in range(next(numbers)):
        costs += [next(numbers) for _ in range(next(numbers))]
    needs: list[list[str]] = [[] for _ in costs]
    for _ in range(next(numbers)):
        needed, user = next(numbers), next(numbers)
        needs[user - 1].append(f"i{needed}")
    upgrades = []
    for customer in range(next(numbers)):
        profit = next(numbers)
        wanted = tuple(f"i{next(numbers)}" for _ in range(next(numbers)))
        upgrades.append(Upgrade(f"u{customer}", 3, profit, wanted))
    items = tuple(Item(f"i{n}", "all", cost, tuple(needs[n - 1])) for n, cost in enumerate(costs, start=1))
    return Problem(
        ("now",), (Pool("all", (float(int(ratio * sum(costs))),)),), items, tuple(upgrades), gap=0.0
    )


@pytest.mark.parametrize(
    ("name", "ratio", "optimum"),
    [
        ("nrp1", 0.3, 1204), ("nrp1", 0.5, 1836), ("nrp1", 0.7, 2507),
        ("nrp-e1", 0.3, 7919), ("nrp-e1", 0.5, 11071), ("nrp-e2", 0.7, 12607), ("nrp-m1", 0.3, 10770),
    ],
)  # fmt: skip
def test_published_problems_give_their_proven_optimum(name: str, ratio: float, optimum: int) -> None:
    problem = published(name, ratio)
    solution = solve(problem)
    must_be_a_plan(problem, solution)
    assert (solution.value, solution.status) == (pytest.approx(optimum), "optimal")
