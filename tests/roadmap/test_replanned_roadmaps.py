"""Roadmaps near the one before: items go back where that costs nothing, and large ones keep a true bound."""

import msgspec
import pytest
from checker import broken_rules, must_be_a_plan
from hypothesis import assume, given
from hypothesis import strategies as st
from small_problems import bound_problems, so_many

from lenmuc.core.errors import Impossible
from lenmuc.core.roadmap import as_before, pieces
from lenmuc.core.roadmap.layout import lay_out
from lenmuc.core.roadmap.measures import measured, moved, plain_aim, score
from lenmuc.core.roadmap.mistakes import mistakes
from lenmuc.core.roadmap.nearer import nearer
from lenmuc.core.roadmap.problem import Item, Objective, Pool, Problem, Upgrade
from lenmuc.core.roadmap.run import Run
from lenmuc.core.roadmap.solve import solve


def with_moves(problem: Problem) -> Problem:
    """The same problem, in which every quarter of a move counts."""
    others = tuple(each for each in problem.objectives if each.measure != "moves")
    assume(problem.baseline)
    return msgspec.structs.replace(problem, objectives=(*others, Objective("moves", 0.25)))


@so_many(300)
@given(bound_problems(items=6, upgrades=5), st.booleans())
def test_a_large_plan_near_the_one_before_keeps_every_rule_and_its_bound_is_true(
    problem: Problem, in_order: bool
) -> None:
    problem = with_moves(problem)
    if in_order:
        *others, last = problem.objectives
        problem = msgspec.structs.replace(problem, objectives=(last, *others), in_order=True)
    assume(not list(mistakes(problem)))
    try:
        best = solve(problem)
    except Impossible:
        return
    for gap in (0.0, 0.3):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pieces, "_MANY", 0)
            patch.setattr(as_before, "is_large", lambda network: False)
            large = solve(msgspec.structs.replace(problem, gap=gap))
        must_be_a_plan(problem, large)
        if in_order:
            first = problem.objectives[0].measure
            assert large.measures[first] >= best.stages[0].value - gap * abs(best.stages[0].value) - 1e-6
        else:
            assert large.value <= best.value + 1e-6
            assert large.bound >= best.value - 1e-6
            assert gap or large.value >= best.value - 1e-6


@so_many(300)
@given(bound_problems(items=6, upgrades=5), st.data())
def test_going_back_to_the_plan_before_moves_less_and_reaches_nothing_later(
    problem: Problem, data: st.DataObject
) -> None:
    problem = with_moves(problem)
    assume(not list(mistakes(problem)))
    quarter = st.integers(0, len(problem.quarters) - 1)
    nodes = range(len(problem.items) + len(problem.upgrades))
    wish = data.draw(st.dictionaries(st.sampled_from(nodes), quarter))
    finish, reached = lay_out(problem, wish)
    there = broken_rules(problem, finish)
    near, lifted = nearer(problem, plain_aim(problem), finish, reached)
    assert near.keys() == finish.keys()
    assert moved(problem, near) <= moved(problem, finish)
    assert all(lifted[id] <= reached[id] for id in reached)
    if not there:
        assert not broken_rules(problem, near)


def test_what_stands_too_early_waits_and_what_stands_too_late_goes_back() -> None:
    items = (Item("form", "all", 1.0), Item("law", "all", 1.0), Item("desk", "all", 1.0, ("form",)))
    problem = Problem(
        ("Q1", "Q2", "Q3"), (Pool("all", (1.0, 2.0, 2.0)),), items,
        (Upgrade("online", 3, 5.0, ("desk",)),),
        baseline={"form": 2, "law": 0}, objectives=(Objective("gain"), Objective("moves", 0.01)),
    )  # fmt: skip
    near, reached = nearer(problem, plain_aim(problem), {"form": 0, "desk": 1, "law": 2}, {"online": 1})
    assert near == {"form": 1, "desk": 1, "law": 0}
    assert reached == {"online": 1}


def test_of_two_plans_that_bring_the_same_a_large_one_has_the_fewer_moves() -> None:
    agencies = [f"A{n}" for n in range(6)]
    items = tuple(Item(f"{agency}:{n}", agency, 1.0) for agency in agencies for n in range(4))
    lifts = tuple(Upgrade(f"{item.id}!", 3, 10.0, (item.id,)) for item in items)
    problem = Problem(
        ("Q1", "Q2", "Q3", "Q4"), tuple(Pool(agency, (1.0,) * 4) for agency in agencies), items, lifts,
        discount=0.02, gap=0.02, baseline={item.id: 3 - int(item.id[-1]) for item in items},
        objectives=(Objective("gain"), Objective("moves", 0.001)),
    )  # fmt: skip
    plan, bound = as_before.freed(Run(problem, None, None), plain_aim(problem), ({}, {}))
    assert plan is not None
    finish, reached = plan
    assert not broken_rules(problem, finish)
    assert moved(problem, finish) == 0
    assert score(plain_aim(problem), measured(problem, finish, reached)) >= bound / 1.02


def test_the_bound_of_a_large_plan_near_another_is_that_of_the_plan_without_moves() -> None:
    items = tuple(Item(f"i{n}", "all", 1.0 + n % 3) for n in range(12))
    lifts = tuple(Upgrade(f"u{n}", 3, 3.0 + n % 5, (f"i{n}", f"i{(n + 5) % 12}")) for n in range(12))
    problem = Problem(
        ("Q1", "Q2", "Q3"), (Pool("all", (4.0,) * 3),), items, lifts, discount=0.02,
        baseline={f"i{n}": n % 3 for n in range(12)}, gap=0.05,
        objectives=(Objective("gain"), Objective("moves", 0.001)),
    )  # fmt: skip
    free = solve(msgspec.structs.replace(problem, objectives=(), baseline={}, gap=0.0))
    assert free.status == "optimal"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "_MANY", 0)
        near = solve(problem)
    must_be_a_plan(problem, near)
    assert near.status == "gap reached"
    assert free.value * 1.05 >= near.bound >= solve(msgspec.structs.replace(problem, gap=0.0)).value - 1e-9
