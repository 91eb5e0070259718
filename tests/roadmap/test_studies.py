"""What is said on demand of a finished roadmap is true: each answer is checked by solving again."""

import math

import pytest
from checker import best_by_enumeration
from hypothesis import given, settings
from msgspec.structs import replace
from small_problems import problems

from lenmuc.core.errors import Count, Message
from lenmuc.core.roadmap.day_worth import next_days
from lenmuc.core.roadmap.highs import maximise
from lenmuc.core.roadmap.model import Model
from lenmuc.core.roadmap.network import Network
from lenmuc.core.roadmap.problem import Item, Objective, Pool, Problem, Solution, Target, Upgrade
from lenmuc.core.roadmap.reduce import only_reach
from lenmuc.core.roadmap.solve import solve
from lenmuc.core.roadmap.studies import SHARES, Kind, minutes_left, study, unit_of, weighed
from lenmuc.core.roadmap.view import Names, view_of
from lenmuc.core.roadmap.what_if import Sooner, around, frontier, with_days
from lenmuc.core.roadmap.why_words import most_sentence, sooner_sentence, unlock_sentences

TEAM = Problem(
    ("2027Q1", "2027Q2"),
    (Pool("team", (4.0, 4.0)),),
    tuple(Item(f"i{n}", "team", 4.0) for n in range(4)),
    tuple(Upgrade(f"u{n}", 3, 8.0 - 2 * n, (f"i{n}",)) for n in range(4)),
    gap=0.0,
)


def split(problem: Problem, solution: Solution, pool: str) -> float:
    """What the days bring if the work of one pool can be split, all other work standing: a plain program."""
    own = [item.id for item in problem.items if item.pool == pool]
    network = Network(around(problem, solution.finish, pool, own))
    only_reach(network)
    return maximise(Model(network, network.in_order()).program, relaxed=True).bound


@settings(max_examples=80, deadline=None, derandomize=True)
@given(problems(items=6, upgrades=8))
def test_each_day_more_of_a_team_brings_just_what_is_said_for_as_many_days_as_are_said(
    problem: Problem,
) -> None:
    solution = solve(problem)
    for pool in problem.pools:
        now = split(problem, solution, pool.id)
        said = next_days(problem, solution, pool.id)
        assert [each.quarter for each in said] == list(range(len(problem.quarters)))
        for each in said:
            for days in (each.days / 2, each.days):
                more = split(with_days(problem, pool.id, each.quarter, days), solution, pool.id)
                assert math.isclose(more - now, days * each.worth, rel_tol=1e-3, abs_tol=2e-3)


def test_a_day_that_is_said_to_bring_something_brings_it_in_a_plan_of_whole_items() -> None:
    solution = solve(TEAM)
    first, second = next_days(TEAM, solution, "team")
    assert (first.worth, first.days) == (pytest.approx((6 + 4) / 4, abs=1e-3), 4.0)
    grown = solve(with_days(TEAM, "team", 0, first.days))
    assert grown.value - solution.value == pytest.approx(first.days * first.worth, abs=1e-3)
    assert second.worth == pytest.approx(1.0, abs=1e-3)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(problems(items=5, upgrades=6))
def test_the_frontier_rises_and_no_plan_is_above_its_bound(problem: Problem) -> None:
    points = study(problem, solve(problem), "frontier", "").frontier
    assert [point.share for point in points] == list(SHARES)
    values = [point.value for point in points]
    assert values == sorted(values)
    assert [p.bound for p in points] == sorted(p.bound for p in points)
    for point in points:
        pools = tuple(Pool(p.id, tuple(point.share * d for d in p.days)) for p in problem.pools)
        best = best_by_enumeration(replace(problem, pools=pools))
        assert best is not None
        assert point.value == pytest.approx(best, abs=1e-4)
        assert point.bound >= best - 1e-4


def test_progress_is_told_part_by_part() -> None:
    told: list[tuple[int, int]] = []
    frontier(TEAM, (0.5, 1.0), told=lambda done, of: told.append((done, of)))
    assert told == [(0, 2), (1, 2), (2, 2)]
    next_days(TEAM, solve(TEAM), "team", lambda done, of: told.append((done, of)))
    assert told[3:] == [(1, 2), (2, 2)]


def test_the_point_of_today_is_the_plan_itself_where_nothing_is_left_out() -> None:
    told: list[tuple[int, int]] = []
    shares = (0.5, 1.0, 2.0)
    again = frontier(TEAM, shares)
    plan = replace(solve(TEAM), bound=again[1].bound + 0.25)
    points = frontier(TEAM, shares, told=lambda done, of: told.append((done, of)), today=plan)
    assert told == [(0, 2), (1, 2), (1, 2), (2, 2)]
    assert [p.value for p in points] == [p.value for p in again]
    assert points[1].bound == plan.bound
    pinned = replace(TEAM, items=(replace(TEAM.items[0], pin=1), *TEAM.items[1:]))
    assert frontier(pinned, shares, today=solve(pinned)) == again


def test_minutes_left_are_those_of_the_parts_before() -> None:
    assert minutes_left(90.0, 0, 5) is None
    assert minutes_left(90.0, 1, 5) == 6
    assert minutes_left(90.0, 5, 5) == 0
    assert minutes_left(1.0, 4, 5) == 1


@pytest.mark.parametrize(("kind", "subject"), [("sooner", "i9"), ("days", "nobody")])
def test_a_study_of_what_the_plan_does_not_have_is_refused(kind: Kind, subject: str) -> None:
    with pytest.raises(KeyError):
        study(TEAM, solve(TEAM), kind, subject)


def test_a_value_is_said_in_the_unit_that_the_plan_aims_for() -> None:
    soft = Target("t", 3, 1, count=2, weight=5.0)
    assert unit_of(TEAM) == "trips"
    assert unit_of(replace(TEAM, objectives=(Objective("filings"),))) == "filings"
    assert unit_of(replace(TEAM, objectives=(Objective("gain"), Objective("moves", 0.1)))) == "points"
    assert unit_of(replace(TEAM, targets=(soft,))) == "points"


def test_a_plan_whose_aims_came_in_order_is_weighed_by_their_sum() -> None:
    soft = Target("t", 3, 1, count=2, weight=5.0)
    problem = replace(
        TEAM, targets=(soft,), objectives=(Objective("targets"), Objective("gain")), in_order=True
    )
    one, solution = weighed(problem, solve(problem))
    assert not one.in_order
    assert solution.value == pytest.approx(solve(one).value)


def words(message: Message) -> str:
    values = {
        k: words(v) if isinstance(v, Message) else v.number if isinstance(v, Count) else v
        for k, v in message.params.items()
    }
    return message.text % values


def test_sentences_of_an_item_say_what_solving_again_gives() -> None:
    solution = solve(TEAM)
    view = view_of(TEAM, solution, Names({}, {}, {}), 4, 0, 0)
    line = view.by_id["i1"]
    assert line.quarter == 1
    answer = study(TEAM, solution, "sooner", "i1")
    assert answer.sooner
    forced = tuple(replace(item, latest=0) if item.id == "i1" else item for item in TEAM.items)
    loss = solution.value - solve(replace(TEAM, items=forced)).value
    said = words(sooner_sentence(view, line, answer.unit, answer.sooner))
    assert f"the best such plan brings {loss:.1f} trips less, and 1 items are done later" in said
    first = view.by_id["i0"]
    assert "cannot be sooner" in words(sooner_sentence(view, first, "trips", Sooner("i0", -1, False)))
    unknown = Sooner("i1", 0, False, known=False)
    assert "was not found out" in words(sooner_sentence(view, line, "trips", unknown))
    best = most_sentence(view, next_days(TEAM, solution, "team"), "trips")
    assert best
    assert "Each person-day more in Q1 2027 brings 2.5 trips" in words(best)
    assert "the next 4 days" in words(best)
    assert "1 offerings with 0 filings a year need it" in words(unlock_sentences(line)[0])


def test_a_team_with_days_to_spare_is_said_to_need_none() -> None:
    idle = replace(TEAM, pools=(Pool("team", (100.0, 100.0)),))
    solution = solve(idle)
    view = view_of(idle, solution, Names({}, {}, {}), 4, 0, 0)
    assert most_sentence(view, next_days(idle, solution, "team"), "trips") is None
