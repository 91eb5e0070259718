"""What a planner expects of a roadmap, on examples one can work out by hand."""

import math

import msgspec
import pytest
from checker import best_by_enumeration, must_be_a_plan, must_be_true
from hypothesis import given, settings
from small_problems import problems

from lenmuc.core.roadmap.explain import (
    DoesNotFit,
    NoDaysLeft,
    NotBefore,
    ServesNothing,
    Start,
    TooLate,
    WaitsFor,
    explain,
    unlocks,
)
from lenmuc.core.roadmap.problem import Item, Pool, Problem, Upgrade
from lenmuc.core.roadmap.solve import solve
from lenmuc.core.roadmap.words import in_words

YEAR = ("2027Q1", "2027Q2", "2027Q3", "2027Q4")


def make(items: list[Item], upgrades: list[Upgrade], days: float = 10.0, **other: float) -> Problem:
    return Problem(YEAR, (Pool("central", (days,) * 4),), tuple(items), tuple(upgrades), gap=0.0, **other)


def portal_and_forms() -> Problem:
    """The portal takes two quarters; then the form that more people file comes first."""
    return make(
        [
            Item("portal", "central", 20),
            Item("birth", "central", 10, ("portal",)),
            Item("death", "central", 10, ("portal",)),
        ],
        [
            Upgrade("L3 birth", 3, 900, ("birth",), filings=3600),
            Upgrade("L3 death", 3, 100, ("death",), filings=400),
        ],
    )


def test_work_starts_in_earlier_quarters_and_the_most_used_service_comes_first() -> None:
    solution = solve(portal_and_forms())
    assert solution.finish == {"portal": 1, "birth": 2, "death": 3}
    assert solution.reached == {"L3 birth": 2, "L3 death": 3}
    assert solution.value == pytest.approx(2 * 900 + 100)
    assert solution.status == "optimal"


def test_level_4_comes_after_level_3_and_both_gains_count() -> None:
    problem = make(
        [Item("form", "central", 10), Item("payment", "central", 10)],
        [Upgrade("L4", 4, 50, ("payment",), after="L3"), Upgrade("L3", 3, 50, ("form",))],
    )
    solution = solve(problem)
    assert solution.reached == {"L3": 0, "L4": 1}
    assert solution.value == pytest.approx(4 * 50 + 3 * 50)


def test_gain_of_later_quarters_is_discounted() -> None:
    problem = make([Item("form", "central", 20)], [Upgrade("L3", 3, 121, ("form",))], discount=0.1)
    assert solve(problem).value == pytest.approx(121 / 1.1 + 121 / 1.21 + 121 / 1.331)


def test_offerings_without_known_filings_are_planned_with_the_days_that_are_left() -> None:
    problem = make(
        [Item("a", "central", 10), Item("b", "central", 10)],
        [Upgrade("unknown", 3, 0, ("a",)), Upgrade("used", 3, 8, ("b",))],
    )
    assert solve(problem).finish == {"b": 0, "a": 1}


def test_thirds_of_a_day_fit_exactly() -> None:
    problem = make(
        [Item(f"i{n}", "central", 0.1) for n in range(3)], [Upgrade("all", 3, 1, ("i0", "i1", "i2"))], 0.3
    )
    assert solve(problem).reached == {"all": 0}


def test_an_empty_problem_has_an_empty_plan() -> None:
    solution = solve(make([], []))
    assert (solution.finish, solution.value, solution.bound, solution.status) == ({}, 0, 0, "optimal")


@settings(max_examples=25, deadline=None, derandomize=True)
@given(problems(items=4, upgrades=4))
def test_small_plans_are_best_and_their_reasons_true(problem: Problem) -> None:
    solution = solve(problem)
    must_be_a_plan(problem, solution)
    assert math.isclose(solution.value, best_by_enumeration(problem) or 0.0, rel_tol=1e-6, abs_tol=1e-6)
    for id, reason in explain(problem, solution).items():
        must_be_true(problem, solution, id, reason)


def test_every_item_has_its_reason() -> None:
    problem = portal_and_forms()
    more = (
        Item("staff", "central", 0, earliest=2),
        Item("guide", "central", 0, ("staff",)),
        Item("law", "central", 1, earliest=9),
        Item("huge", "central", 100),
        Item("spare", "central", 1),
        Item("first", "central", 0),
    )
    lifts = (
        Upgrade("guided", 3, 1, ("guide", "first")),
        Upgrade("lawful", 3, 1, ("law",)),
        Upgrade("big", 3, 1, ("huge",)),
    )
    problem = msgspec.structs.replace(problem, items=problem.items + more, upgrades=problem.upgrades + lifts)
    solution = solve(problem)
    reasons = explain(problem, solution)
    assert reasons == {
        "portal": NoDaysLeft("central", 0, 10, 20),
        "birth": NoDaysLeft("central", 1, 0, 10),
        "death": NoDaysLeft("central", 2, 0, 10),
        "staff": NotBefore(2),
        "guide": WaitsFor("staff", 2),
        "law": TooLate("lawful", "law"),
        "huge": DoesNotFit("big", "central", 0, 100),
        "spare": ServesNothing(),
        "first": Start(),
    }
    for id, reason in reasons.items():
        must_be_true(problem, solution, id, reason)
    message = in_words(problem, reasons["birth"])
    assert message.text % message.params == "It takes 10 person-days; up to 2027Q2, central has only 0 left."


def test_a_shared_item_says_whom_it_serves() -> None:
    problem = make(
        [Item("portal", "central", 10), Item("payment", "central", 99, ("portal",))],
        [
            Upgrade("L3", 3, 5, ("portal",), offerings=126, filings=2000),
            Upgrade("L4", 4, 5, ("payment",), after="L3", offerings=126, filings=2000),
        ],
    )
    found = unlocks(problem, solve(problem))
    assert (found["portal"].offerings, found["portal"].filings, found["portal"].lifted) == (126, 2000, 126)
    assert (found["payment"].offerings, found["payment"].lifted, found["payment"].gain) == (126, 0, 5)
    assert found["portal"].gain == 10


def test_progress_can_stop_the_solver_and_a_plan_is_there() -> None:
    items = [Item(f"i{n}", "central", 1 + n * 7 % 11 / 4) for n in range(60)]
    upgrades = [
        Upgrade(f"u{n}", 3, 5 + n * 13 % 17, (f"i{n}", f"i{(n * 7 + 1) % 60}", f"i{(n * 11 + 5) % 60}"))
        for n in range(60)
    ]
    problem = make(items, upgrades, days=8)
    seen: list[tuple[float, float]] = []

    def stop(value: float, bound: float) -> bool:
        seen.append((value, bound))
        return True

    solution = solve(problem, stop)
    must_be_a_plan(problem, solution)
    assert all(bound >= value for value, bound in seen)


def test_a_problem_file_with_an_unknown_word_is_refused() -> None:
    raw = msgspec.json.encode(portal_and_forms())
    assert msgspec.json.decode(raw, type=Problem) == portal_and_forms()
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(raw.replace(b'"needs"', b'"need"'), type=Problem)
