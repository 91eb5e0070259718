"""A problem that contradicts itself is refused, with the place in the file and what to do."""

import math

import msgspec
import pytest

from lenmuc.core.errors import Refused
from lenmuc.core.roadmap.mistakes import check, mistakes
from lenmuc.core.roadmap.problem import Budget, Holiday, Item, Objective, Pool, Problem, Target, Upgrade

YEAR = ("2027Q1", "2027Q2", "2027Q3", "2027Q4")
EMPTY = Problem(YEAR, (Pool("central", (10.0,) * 4),), (), ())


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        ({"quarters": ()}, "quarters", "at least one quarter"),
        ({"pools": (Pool("central", (1.0,)),)}, "pools[0].days", "1 numbers for 4 quarters"),
        ({"pools": (Pool("central", (1.0, -1.0, 1.0, 1.0)),)}, "pools[0].days[1]", "0 or more"),
        ({"items": (Item("a", "x", 1),)}, "items[0].pool", "no pool “x”"),
        ({"items": (Item("a", "central", math.nan),)}, "items[0].days", "nan"),
        ({"items": (Item("a", "central", 1, ("b",)),)}, "items[0].needs[0]", "no work item “b”"),
        ({"items": (Item("a", "central", 1), Item("a", "central", 1))}, "items[1]", "twice"),
        ({"items": (Item("", "central", 1),)}, "items[0]", "empty"),
        (
            {"items": (Item("a", "central", 1, ("b",)), Item("b", "central", 1, ("a",)))},
            "items",
            "in a circle: a → b → a",
        ),
        ({"upgrades": (Upgrade("u", 3, -1),)}, "upgrades[0].gain", "0 or more"),
        ({"upgrades": (Upgrade("u", 3, 1, ("a",)),)}, "upgrades[0].needs[0]", "no work item “a”"),
        ({"upgrades": (Upgrade("u", 3, 1, after="v"),)}, "upgrades[0].after", "no upgrade “v”"),
        ({"upgrades": (Upgrade("u", 3, 1, after="u"),)}, "upgrades", "in a circle: u → u"),
        ({"gap": 2.0}, "gap", "share between 0 and 1"),
        ({"seconds": 0.0}, "seconds", "above 0"),
        ({"discount": -0.1}, "discount", "0 or more"),
        ({"pools": (Pool("central", (1,) * 4, "people"),)}, "pools[0].unit", "not in “people”"),
        ({"pools": (Pool("central", (1,) * 4, kinds={"law": (1,)}),)}, "pools[0].kinds[law]", "1 numbers"),
        ({"pools": (Pool("central", (1,) * 4, items=(1, 2)),)}, "pools[0].items", "2 numbers for 4"),
        ({"holidays": (Holiday(4),)}, "holidays[0].quarter", "no quarter 4"),
        ({"holidays": (Holiday(1, 1.5),)}, "holidays[0].share", "share between 0 and 1"),
        ({"holidays": (Holiday(1, pool="x"),)}, "holidays[0].pool", "no pool “x”"),
        ({"budgets": (Budget("b", (1, 2)),)}, "budgets[0].amounts", "2 numbers for 4 quarters"),
        (
            {"budgets": (Budget("b", (1,), unit="USD"),)},
            "budgets[0].unit",
            "in “USD”, all other money in “VND”",
        ),
        ({"budgets": (Budget("b", (1,), ("x",)),)}, "budgets[0].pools[0]", "no pool “x”"),
        ({"items": (Item("a", "central", 1, pin=4),)}, "items[0].pin", "no quarter 4"),
        (
            {"items": (Item("a", "central", 1, pin=1, earliest=2),)},
            "items[0].pin",
            "not be finished before 2027Q3",
        ),
        ({"items": (Item("a", "central", 1, pin=2, latest=1),)}, "items[0].pin", "finished by 2027Q2"),
        ({"items": (Item("a", "central", 1, latest=1, excluded=True),)}, "items[0].excluded", "Leave one"),
        ({"items": (Item("a", "central", 1, pin=1, done=True),)}, "items[0].pin", "Leave one"),
        ({"items": (Item("a", "central", 1, cost=-1),)}, "items[0].cost", "0 or more"),
        (
            {"items": (Item("a", "central", 1, ("b",), latest=1), Item("b", "central", 1, earliest=2))},
            "items[0].latest",
            "b, which comes first, cannot be finished before 2027Q3",
        ),
        (
            {
                "items": (Item("a", "central", 1, excluded=True),),
                "upgrades": (Upgrade("u", 3, 1, ("a",), latest=1),),
            },
            "upgrades[0].latest",
            "a, which comes first, is never done",
        ),
        ({"baseline": {"x": 0}}, "baseline[x]", "no work item “x”"),
        ({"targets": (Target("t", 3, 9, 0.5),)}, "targets[0].by", "no quarter 9"),
        ({"targets": (Target("t", 3, 0),)}, "targets[0]", "which share is to be reached or how many"),
        ({"targets": (Target("t", 3, 0, 1.5),)}, "targets[0].share", "share between 0 and 1"),
        ({"targets": (Target("t", 3, 0, 0.5, agency="X"),)}, "targets[0].agency", "agency “X”"),
        ({"targets": (Target("t", 3, 0, 0.5, field="X"),)}, "targets[0].field", "field “X”"),
        ({"targets": (Target("t", 3, 0, 0.5, upgrades=("X",)),)}, "targets[0].upgrades[0]", "upgrade “X”"),
        ({"targets": (Target("t", 3, 0, 0.5),)}, "targets[0]", "counts no offering at all"),
        (
            {"targets": (Target("t", 3, 0, 0.5, of="with_filings"),), "upgrades": (Upgrade("u", 3, 1),)},
            "targets[0]",
            "counts no offering at all",
        ),
        (
            {"targets": (Target("t", 3, 0, count=3),), "upgrades": (Upgrade("u", 3, 1, offerings=2),)},
            "targets[0].count",
            "3 are wanted, but there are only 2",
        ),
        (
            {
                "targets": (Target("t", 3, 0, 0.5, weight=1),),
                "upgrades": (Upgrade("u", 3, 1),),
                "objectives": (Objective("gain"),),
            },
            "targets[0].weight",
            "do not count targets",
        ),
        ({"objectives": (Objective("moves"),)}, "objectives[0]", "no baseline"),
        ({"objectives": (Objective("targets"),)}, "objectives[0]", "No target has a weight"),
        ({"objectives": (Objective("gain"), Objective("gain"))}, "objectives[1]", "twice"),
    ],
)
def test_a_mistake_is_refused_with_its_place(change: dict[str, object], place: str, words: str) -> None:
    problem = msgspec.structs.replace(EMPTY, **change)
    found = {fault.field: fault.message.text % fault.message.params for fault in mistakes(problem)}
    assert words in found[place]
    with pytest.raises(Refused):
        check(problem)


def test_a_problem_without_a_mistake_is_let_through() -> None:
    check(EMPTY)
