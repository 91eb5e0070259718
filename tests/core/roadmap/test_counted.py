"""What a criterion is good for counts each offering once, however many of its items the offering needs."""

from hypothesis import given, settings
from msgspec.structs import replace
from small_problems import problems

from lenmuc.core.roadmap.counted import counted_twice
from lenmuc.core.roadmap.dependencies import dependencies
from lenmuc.core.roadmap.explain import Unlocks, served
from lenmuc.core.roadmap.problem import Item, Pool, Problem, Upgrade
from lenmuc.core.roadmap.solve import solve
from lenmuc.core.roadmap.timeline import timeline
from lenmuc.core.roadmap.view import Names, view_of

INTERLINKED = Problem(
    ("a", "b"),
    (Pool("P", (9.0, 9.0)), Pool("Q", (0.0, 0.0))),
    (
        Item("3.79@P", "P", 3.0, criterion="3.79", target="@P"),
        Item("3.79@Q", "Q", 3.0, criterion="3.79", target="@Q"),
    ),
    (
        Upgrade("L3#alone@P", 3, 1.0, ("3.79@P",), "", 1, 40, agency="P"),
        Upgrade("L3#linked@P", 3, 1.0, ("3.79@P", "3.79@Q"), "", 1, 10, agency="P"),
        Upgrade("L3#other@Q", 3, 1.0, ("3.79@Q",), "", 1, 5, agency="Q"),
    ),
)


def test_an_interlinked_offering_counts_once_for_a_criterion() -> None:
    view = view_of(INTERLINKED, solve(INTERLINKED), Names({}, {}, {}), 3, 0, 0)
    assert [line.serves.offerings for line in view.lines] == [2, 2]
    (node,) = dependencies(view).nodes
    assert (node.offerings, node.filings, node.lifted) == (3, 55, 1)
    (group,) = timeline(view, "enabler").groups
    assert (group.offerings, group.filings, group.lifted) == (3, 55, 1)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(problems(items=6, upgrades=6))
def test_sums_less_what_counts_twice_are_the_offerings_that_need_any_of_them(problem: Problem) -> None:
    items = tuple(replace(item, criterion=f"c{at % 2}") for at, item in enumerate(problem.items))
    problem = replace(problem, items=items, targets=(), baseline={}, objectives=(), in_order=False)
    free = tuple(replace(item, latest=None, pin=None) for item in problem.items)
    problem = replace(problem, items=free, upgrades=tuple(replace(u, latest=None) for u in problem.upgrades))
    solution = solve(problem)
    by_id = {item.id: item for item in problem.items}
    upgrades = {upgrade.id: upgrade for upgrade in problem.upgrades}

    def criteria_of(upgrade: Upgrade) -> set[str]:
        stack = list(upgrade.needs)
        for each in stack:
            stack += [need for need in by_id[each].needs if need not in stack]
        return {by_id[each].criterion for each in stack}

    serves, several = served(problem, solution)
    twice = counted_twice(problem, solution, several, serves)
    for criterion in ("c0", "c1"):
        want = [0, 0, 0]
        for upgrade in problem.upgrades:
            below, seen = upgrades.get(upgrade.after), set[str]()
            while below is not None:
                seen |= criteria_of(below)
                below = upgrades.get(below.after)
            if criterion in criteria_of(upgrade) - seen:
                want[0] += upgrade.offerings
                want[1] += upgrade.filings
                want[2] += upgrade.offerings if upgrade.id in solution.reached else 0
        mine = [serves[item.id] for item in problem.items if item.criterion == criterion]
        less = twice.get(criterion, Unlocks())
        have = [
            sum(each.offerings for each in mine) - less.offerings,
            sum(each.filings for each in mine) - less.filings,
            sum(each.lifted for each in mine) - less.lifted,
        ]
        assert have == want
