"""A problem as several: what has nothing in common is solved apart, and nothing is lost by it."""

import math
from typing import Any

import pytest
from checker import must_be_a_plan
from hypothesis import given, settings
from msgspec.structs import replace
from small_problems import problems

from lenmuc.core.roadmap.parts import joined, parts
from lenmuc.core.roadmap.problem import Budget, Holiday, Item, Objective, Pool, Problem, Target, Upgrade
from lenmuc.core.roadmap.solve import solve


def two_towns(**other: Any) -> Problem:
    """Two towns with a team and a form each; the names stand in turn, so that no part is a slice."""
    towns = ("north", "south")
    return Problem(
        ("Q1", "Q2"),
        tuple(Pool(town, (5.0, 5.0)) for town in towns),
        tuple(Item(f"{town} {work}", town, 5.0) for work in ("form", "law") for town in towns),
        tuple(Upgrade(f"{town} online", 3, 7.0, (f"{town} form", f"{town} law")) for town in towns),
        gap=0.0,
        **other,
    )


def names(problem: Problem) -> list[list[str]]:
    return [[item.id for item in part.items] for part in parts(problem, 1)]


def test_towns_that_share_nobody_are_parts_with_their_own_people_and_holidays() -> None:
    problem = two_towns(holidays=(Holiday(0, 0.5, "south"),), baseline={"south law": 1})
    north, south = parts(problem, 1)
    assert names(problem) == [["north form", "north law"], ["south form", "south law"]]
    assert [pool.id for pool in north.pools] == ["north"]
    assert [each.id for each in south.upgrades] == ["south online"]
    assert (north.holidays, south.holidays) == ((), problem.holidays)
    assert (north.baseline, south.baseline) == ({}, {"south law": 1})


@pytest.mark.parametrize(
    "shared",
    [
        {"budgets": (Budget("all", (9.0,)),)},
        {"budgets": (Budget("both", (9.0,), ("north", "south")),)},
        {"targets": (Target("half", 3, 1, share=0.5),)},
        {"objectives": (Objective("moves"),), "baseline": {"south law": 1}},
        {"objectives": (Objective("gain"), Objective("filings")), "in_order": True},
    ],
)
def test_towns_that_share_money_or_an_aim_are_one(shared: dict[str, object]) -> None:
    problem = two_towns(**shared)
    assert parts(problem, 1) == [problem]


def test_towns_whose_work_needs_each_other_are_one() -> None:
    problem = two_towns()
    law = replace(problem.items[3], needs=("north form",))
    assert len(parts(replace(problem, items=(*problem.items[:3], law)), 1)) == 1
    lift = replace(problem.upgrades[1], after="north online")
    assert len(parts(replace(problem, upgrades=(problem.upgrades[0], lift)), 1)) == 1
    lift = replace(problem.upgrades[1], needs=("north form", "south form"))
    assert len(parts(replace(problem, upgrades=(problem.upgrades[0], lift)), 1)) == 1


def test_small_parts_stay_together() -> None:
    problem = two_towns()
    assert parts(problem, 4) == [problem]
    more = replace(
        problem,
        items=(*problem.items, Item("spare", "east", 1.0), Item("other", "west", 1.0)),
        pools=(*problem.pools, Pool("east", (1.0, 1.0)), Pool("west", (1.0, 1.0))),
    )
    assert [len(part.items) for part in parts(more, 3)] == [2, 2, 2]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(problems())
def test_parts_solved_apart_are_the_plan_of_the_whole(problem: Problem) -> None:
    found = parts(problem, 1)
    assert sorted(item.id for part in found for item in part.items) == sorted(i.id for i in problem.items)
    assert sorted(u.id for part in found for u in part.upgrades) == sorted(u.id for u in problem.upgrades)
    whole = solve(problem)
    solution = joined(problem, [solve(part) for part in found], 1.0)
    must_be_a_plan(problem, solution)
    assert math.isclose(solution.value, whole.value, rel_tol=1e-6, abs_tol=1e-6)
    assert (solution.status, solution.seconds) == ("optimal", 1.0)
