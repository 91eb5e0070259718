"""Planning anew from today: what is over goes, what is kept stands, and few things move."""

import datetime as dt
import random

from msgspec.structs import replace

from lenmuc.core.roadmap.inputs import Around, Freeze, Goal, PlanRequest, Rule, TeamDays, with_inputs
from lenmuc.core.roadmap.problem import Item, Move, Objective, Pool, Problem, Upgrade
from lenmuc.core.roadmap.replan import anew, choices, keeping_moves, name_anew, next_quarter
from lenmuc.core.roadmap.solve import solve

ASKED = PlanRequest(
    "x", "", "2026Q1", 8, 4.0, 4.0, 4.0,
    teams=(TeamDays("team", (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)),),
    freezes=(Freeze("2026Q2"), Freeze("2027Q3")),
    rules=(Rule("a", "pin", "2026Q3"), Rule("b", "exclude"), Rule("c", "by", "2027Q2")),
    goals=(Goal(3, "2026Q4", share=0.5), Goal(3, "2027Q4", share=0.9)),
)  # fmt: skip


def test_the_next_quarter_is_the_first_that_has_not_begun() -> None:
    assert next_quarter(dt.date(2026, 11, 22)) == "2027Q1"
    assert next_quarter(dt.date(2026, 9, 30)) == "2026Q4"
    assert next_quarter(dt.date(2026, 1, 1)) == "2026Q2"


def test_what_was_set_for_quarters_that_are_over_goes_and_the_rest_stays() -> None:
    left = anew(ASKED, 7, "y", dt.date(2026, 11, 22))
    assert (left.first_quarter, left.quarters, left.follows, left.name) == ("2027Q1", 4, 7, "y")
    assert left.teams[0].days == (5.0, 6.0, 7.0, 8.0)
    assert [each.quarter for each in left.freezes] == ["2027Q3"]
    assert [each.item for each in left.rules] == ["b", "c"]
    assert [each.by for each in left.goals] == ["2027Q4"]


def test_a_plan_made_anew_is_named_as_the_one_before_and_says_when_once() -> None:
    first = name_anew("City", False, "anew on 1 May", 200)
    assert first == "City · anew on 1 May"
    assert name_anew(first, True, "anew on 1 July", 200) == "City · anew on 1 July"
    assert name_anew("Work · life", False, "anew", 200) == "Work · life · anew"
    assert len(name_anew("x" * 200, False, "anew", 200)) == 200


def test_a_plan_that_is_over_is_planned_for_a_year_more() -> None:
    left = anew(ASKED, 7, "y", dt.date(2028, 5, 1))
    assert (left.first_quarter, left.quarters) == ("2028Q3", 4)
    assert left.teams[0].days == (8.0, 8.0, 8.0, 8.0)


def test_accepted_moves_stand_as_they_are_and_all_others_are_undone_where_that_can_be() -> None:
    quarters = ("2027Q1", "2027Q2")
    pools = (Pool("team", (4.0, 4.0)),)
    items = tuple(Item(f"{n}", "team", 4.0) for n in "abc")
    gains = {"a": 1.0, "b": 500.0, "c": 900.0}
    ups = tuple(Upgrade(f"L3#{n}@team", 3, gain, (n,)) for n, gain in gains.items())
    problem = Problem(quarters, pools, items, ups, gap=0.0)
    asked = replace(ASKED, first_quarter="2027Q1", quarters=2, teams=(), freezes=(), rules=(), goals=())
    around = Around(before={"a": "2027Q1", "b": "2027Q2"})  # c is new and worth much more than a

    plan = solve(with_inputs(problem, asked, around, ()))
    may, added = choices(plan.moves)
    assert [(m.item, m.now) for m in added] == [("c", 0)]
    assert [(m.item, m.was, m.now) for m in may] == [("a", 0, None)]

    undone = keeping_moves(asked, quarters, plan.moves, ())
    assert undone.stay
    again = solve(with_inputs(problem, undone, around, ()))
    assert again.finish == {"a": 0, "b": 1}
    assert not choices(again.moves)[0]
    accepted = keeping_moves(undone, quarters, plan.moves, {"a"})
    assert accepted.rules == (Rule("a", "exclude"),)
    assert solve(with_inputs(problem, accepted, around, ())).finish == plan.finish
    assert keeping_moves(asked, quarters, [Move("b", 1, 0)], {"b"}).rules == (Rule("b", "pin", "2027Q1"),)


def many(seed: int) -> Problem:
    """Sixty items of one team, each with an upgrade of its own, and days for about half of them."""
    draw = random.Random(seed)
    items = tuple(Item(f"i{n}", "team", float(draw.randint(3, 9))) for n in range(60))
    upgrades = tuple(Upgrade(f"u{n}", 3, float(draw.randint(20, 90)), (f"i{n}",)) for n in range(60))
    return Problem(("a", "b", "c", "d"), (Pool("team", (45.0,) * 4),), items, upgrades, gap=0.001)


def test_nothing_moves_where_nothing_has_changed_however_early_the_solver_may_stop() -> None:
    problem = many(1)
    approved = solve(problem)
    aims = (Objective("gain"), Objective("moves", 0.1))
    again = solve(replace(problem, objectives=aims, baseline=approved.finish, gap=0.2))
    assert choices(again.moves)[0] == []
    assert again.value >= approved.value
