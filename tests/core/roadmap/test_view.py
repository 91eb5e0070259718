"""A plan as people read it: its sums, its schedule of days, and the part of one agency."""

from msgspec.structs import replace

from lenmuc.core.roadmap.days import lay_days
from lenmuc.core.roadmap.problem import Holiday
from lenmuc.core.roadmap.solve import solve
from lenmuc.core.roadmap.view import part_of, view_of
from tests.core.roadmap.small_view import PROBLEM, names, plan, view


def test_days_worked_are_those_of_the_planned_items_and_never_above_what_there_is() -> None:
    solution = plan()
    days = lay_days(PROBLEM, solution.finish)
    for pool in PROBLEM.pools:
        wanted = sum(i.days for i in PROBLEM.items if i.pool == pool.id and i.id in solution.finish)
        assert abs(sum(days.busy[pool.id]) - wanted) < 1e-6
        assert all(busy <= have + 1e-6 for busy, have in zip(days.busy[pool.id], pool.days, strict=True))


def test_work_begins_no_later_than_it_is_done() -> None:
    solution = plan()
    begins = lay_days(PROBLEM, solution.finish).begins
    assert begins.keys() == solution.finish.keys()
    assert all(begins[id] <= quarter for id, quarter in solution.finish.items())


def test_a_load_says_the_days_there_are_less_holidays() -> None:
    problem = replace(PROBLEM, holidays=(Holiday(1, 0.5, "central"),))
    made = view_of(problem, solve(problem), names(), 5, 1, 0)
    assert {pool.pool: pool.days for pool in made.pools}["A"] == (3.0, 3.0)
    assert made.central_days == (10.0, 5.0)


def test_steps_count_what_had_the_level_before() -> None:
    last = view().last
    assert (last.at_3, last.at_4) == (3, 2)
    assert (last.filings_3, last.filings_4) == (120, 120)


def test_the_gap_is_never_said_smaller_than_it_is() -> None:
    made = view()
    assert made.gap_percent >= 100 * made.gap


def test_the_part_of_an_agency_has_its_own_offerings_of_a_group_and_the_platform_work() -> None:
    part = part_of(view(), "A")
    assert [(lift.service, lift.filings) for lift in part.lifts] == [("birth", 100)]
    assert {line.id for line in part.lines} == {"3.55", "3.79@A"}
    assert part.last.at_3 == 1


def test_the_parts_of_all_agencies_add_up_to_the_whole() -> None:
    whole = view()
    parts = [part_of(whole, code) for code in ("A", "B")]
    assert sum(part.last.filings_3 for part in parts) == whole.last.filings_3
    assert sum(len(part.lifts) for part in parts) == len(whole.lifts)
