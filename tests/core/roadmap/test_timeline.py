"""Timelines by team and by enabler, and the concentration of filings: counted again from the problem."""

from hypothesis import given

from lenmuc.core.roadmap.concentration import Carried, Concentration, concentration
from lenmuc.core.roadmap.problem import Problem, Upgrade
from lenmuc.core.roadmap.solve import solve
from lenmuc.core.roadmap.timeline import ALL_ROWS, FIRST_ROWS, GROUPS, timeline
from lenmuc.core.roadmap.view import RoadmapView, view_of
from tests.core.roadmap.small_problems import problems
from tests.core.roadmap.small_view import PROBLEM, names, view


def all_needs(problem: Problem, upgrade: Upgrade) -> set[str]:
    """Every item an upgrade cannot be without, those of the levels below too."""
    items, lifts = {i.id: i for i in problem.items}, {u.id: u for u in problem.upgrades}
    stack = list(upgrade.needs) + ([*all_needs(problem, lifts[upgrade.after])] if upgrade.after else [])
    found: set[str] = set()
    while stack:
        each = stack.pop()
        if each not in found:
            found.add(each)
            stack += items[each].needs
    return found


def stuck_without(problem: Problem, gone: set[str]) -> set[str]:
    """The other items that can never be finished when these are taken away: counted from the front."""
    done: set[str] = set()
    while more := {i.id for i in problem.items if i.id not in gone | done and set(i.needs) <= done}:
        done |= more
    return {i.id for i in problem.items} - done - gone


def test_every_planned_item_stands_once_under_its_team_in_the_order_of_the_quarters() -> None:
    drawn = timeline(view(), "team")
    lines = [line.id for group in drawn.groups for line in group.lines]
    assert sorted(lines) == sorted(line.id for line in view().lines if line.quarter is not None)
    for group in drawn.groups:
        assert {line.pool for line in group.lines} == {group.key}
        assert [line.quarter for line in group.lines] == sorted(line.quarter or 0 for line in group.lines)
        assert group.items + group.left_out == sum(line.pool == group.key for line in view().lines)


def test_an_enabler_says_what_it_unlocks_and_what_is_stuck_without_it() -> None:
    found = {group.key: group for group in timeline(view(), "enabler").groups}
    assert set(found) == {"3.55", "3.79", "3.01", "4.01"} & set(found)
    for key, group in found.items():
        gone = {item.id for item in PROBLEM.items if item.criterion == key}
        lowest: dict[str, Upgrade] = {}
        for upgrade in PROBLEM.upgrades:
            if all_needs(PROBLEM, upgrade) & gone:
                lowest.setdefault(upgrade.id.partition("#")[2], upgrade)
        if key == "3.55":
            assert group.offerings == sum(each.offerings for each in lowest.values())
            assert group.filings == sum(each.filings for each in lowest.values())
        assert group.stuck == len(stuck_without(PROBLEM, gone))


@given(problems())
def test_without_an_item_as_many_others_are_stuck_as_its_line_says(problem: Problem) -> None:
    seen = view_of(problem, solve(problem), names(), 9, 0, 0)
    for line in seen.lines:
        assert line.serves.items == len(stuck_without(problem, {line.id}))


def crowd(teams: int, each: int) -> RoadmapView:
    """A plan of many teams with as many items each, all made of one line of the small plan."""
    import msgspec

    one = next(line for line in view().lines if line.quarter is not None and line.shared)
    lines = tuple(
        msgspec.structs.replace(one, id=f"{n}-{k}", pool=f"P{n:03}")
        for n in range(teams)
        for k in range(each)
    )
    return msgspec.structs.replace(view(), lines=lines)


def test_three_hundred_items_have_a_row_each_and_more_are_folded_with_a_way_to_all() -> None:
    small = timeline(crowd(3, 100), "team")
    assert sum(len(group.lines) for group in small.groups) == 300
    large = timeline(crowd(40, 100), "team")
    assert (len(large.groups), large.count, large.pages) == (GROUPS, 40, 2)
    assert {(len(group.lines), group.items) for group in large.groups} == {(FIRST_ROWS, 100)}
    assert sum(len(group.lines) for group in timeline(crowd(40, 100), "team", 99).groups) == 10 * FIRST_ROWS
    whole = timeline(crowd(2, ALL_ROWS), "team", only="P001")
    assert [(group.key, len(group.lines)) for group in whole.groups] == [("P001", ALL_ROWS)]


def test_the_concentration_counts_each_service_once_and_ends_with_what_the_plan_reaches() -> None:
    found = concentration(view())
    assert found.filings == (120, 4)
    assert [(each.share, each.services) for each in found.carried] == [(0.5, 1), (0.8, 1), (0.95, 1)]
    assert found.of(0.5) == 120 / 124
    last = found.reached[-1]
    assert last.share_of_days == 1.0
    assert (last.filings_3, last.filings_4) == (view().last.filings_3, view().last.filings_4)
    shares = [(each.share_of_days, each.share_3, each.share_4) for each in found.reached]
    assert shares == sorted(shares)
    assert found.curve().startswith("M0 1000")
    assert found.curve().endswith("L1000.0 0.0")


def test_the_table_of_the_concentration_has_the_fewest_services_first() -> None:
    many = Concentration(
        tuple(range(200, 0, -1)), 0, (Carried(0.5, 59), Carried(0.8, 111), Carried(0.95, 40)), ()
    )
    assert [services for services, _, _ in many.rows()] == [2, 10, 20, 40, 59, 100, 111]
    assert many.rows()[0] == (2, many.of(0.01), False)
    assert many.rows()[3] == (40, many.of(0.2), False)
    assert many.rows()[4] == (59, 0.5, True)
