"""The drawing of what comes first: every need is an arrow to the right, every criterion one box."""

from hypothesis import given, settings
from small_problems import problems

from lenmuc.core.roadmap.dependencies import HIGH, WIDE, dependencies, wrapped
from lenmuc.core.roadmap.problem import Item, Pool, Problem, Upgrade
from lenmuc.core.roadmap.solve import solve
from lenmuc.core.roadmap.view import Names, RoadmapView, view_of


def seen(problem: Problem) -> RoadmapView:
    return view_of(problem, solve(problem), Names({}, {}, {}), 1, 0, 0)


def item(id: str, *needs: str) -> Item:
    return Item(id, "team", 1.0, needs, id.partition("#")[0])


PORTAL = Problem(
    ("2027Q1",),
    (Pool("team", (5.0,)),),
    (
        item("portal"),
        item("form#a", "portal"),
        item("form#b", "portal"),
        item("pay", "portal"),
        item("alone"),
    ),
    tuple(
        Upgrade(f"u{n}", 3, 1.0, need, filings=7) for n, need in enumerate([("form#a", "pay"), ("form#b",)])
    ),
)


def test_what_waits_stands_to_the_right_of_what_comes_first() -> None:
    drawn = dependencies(seen(PORTAL))
    columns = {node.criterion: node.column for node in drawn.nodes}
    assert columns == {"portal": 0, "form": 1, "pay": 1, "alone": 0}
    assert len(drawn.arrows) == 2
    nodes = {node.criterion: node for node in drawn.nodes}
    assert (nodes["portal"].users, nodes["portal"].offerings, nodes["portal"].filings) == (
        ("form", "pay"), 2, 14,
    )  # fmt: skip
    assert (nodes["form"].items, nodes["form"].planned, nodes["form"].only) == (2, 2, "")
    assert (nodes["portal"].only, nodes["alone"].planned) == ("portal", 0)


@settings(deadline=None, derandomize=True)
@given(problems(items=8, upgrades=4))
def test_no_two_boxes_overlap_and_no_arrow_leads_back(problem: Problem) -> None:
    named = tuple(Item(each.id, each.pool, each.days, each.needs, each.id[-1]) for each in problem.items)
    drawn = dependencies(seen(Problem(problem.quarters, problem.pools, named, problem.upgrades)))
    places = {node.criterion: (node.column, node.row) for node in drawn.nodes}
    assert len(set(places.values())) == len(places) == len(named)
    for node in drawn.nodes:
        assert all(places[need][0] < node.column for need in node.needs)
        assert node.x + WIDE <= drawn.wide
        assert node.y + HIGH <= drawn.high


def test_a_long_name_is_cut_at_a_word_or_with_dots() -> None:
    assert wrapped("one two three", 7, 2) == ("one two", "three")
    assert wrapped("one two three four five", 7, 2) == ("one two", "three…")
