"""Sentences of a roadmap name what ids stand for, and say what the planner has set."""

import msgspec
import pytest

from lenmuc.core.checklists import Words
from lenmuc.core.errors import Count, Message
from lenmuc.core.roadmap.explain import CostsTooMuch, DoesNotFit, NoDaysLeft, NoMoneyLeft
from lenmuc.core.roadmap.gather import BUDGET
from lenmuc.core.roadmap.input_words import Labels, cause_in_names, set_by_hand
from lenmuc.core.roadmap.inputs import Freeze, Goal, PlanRequest, Rule, TeamDays
from lenmuc.core.roadmap.kinds import KINDS
from lenmuc.core.roadmap.sentences import why
from tests.core.roadmap.small_view import view


def said(message: object) -> str:
    """A message in English, with the values inside it."""
    if isinstance(message, Words):
        return message.en
    if isinstance(message, Count):
        return f"{message.number:,}"
    if not isinstance(message, Message):
        return str(message)
    return message.text % {name: said(value) for name, value in message.params.items()}


def sentence(reason: NoDaysLeft | NoMoneyLeft | DoesNotFit | CostsTooMuch) -> str:
    made = view()
    return said(why(made, msgspec.structs.replace(made.lines[0], reason=reason)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_work_is_named(kind: str) -> None:
    for reason in (NoDaysLeft("A", 0, 1.0, 2.0, kind), DoesNotFit("L3#kite@B", "B", 1.0, 2.0, kind)):
        assert f"person-days of “{KINDS[kind]}”" in sentence(reason)


def test_the_budget_is_that_of_the_plan_and_in_dong() -> None:
    assert sentence(NoMoneyLeft(BUDGET, 0, 10.0, 2500.0)) == (
        "It costs 2,500 dong; up to Q1 2027, the budget of this plan has only 10 dong left."
    )
    assert "costs 2,500 dong, the budget of this plan has 10 dong left" in sentence(
        CostsTooMuch("L3#kite@B", BUDGET, 10.0, 2500.0)
    )


def test_the_days_that_a_target_wants_are_written_as_the_language_has_them() -> None:
    asked = PlanRequest("name", "", "2027Q1", 2, 1.0, 1.0, 1.0, goals=(Goal(3, "2027Q2", share=1.0),))
    text = "Target %(id)s can be met with %(days)s person-days more (%(pools)s), and not with fewer."
    cause = Message(text, {"id": "goal 1", "days": "1585.25", "pools": "A: 1585.25"})
    labels = Labels(view().names.agencies)
    days = cause_in_names(labels, asked, cause).params
    assert said(days["days"]) == "1,585.25"
    assert said(days["pools"]) == "Ward A: 1,585.25"


def test_everything_a_planner_sets_by_hand_is_said_once() -> None:
    asked = PlanRequest(
        "name", "", "2027Q1", 2, 1.0, 1.0, 1.0,
        teams=(TeamDays("A", (5.0, 5.0)), TeamDays("central", (5.0, 6.0), "eform")),
        freezes=(Freeze("2027Q1", 0.5),),
        rules=(Rule("3.01#birth", "by", "2027Q2"),),
        goals=(Goal(3, "2027Q2", share=0.5), Goal(4, "2027Q2", count=3, agency="A", weight=20.0)),
    )  # fmt: skip
    names = view().names
    labels = Labels(names.agencies, names.fields, names.criteria, names.services)
    assert [said(each) for each in set_by_hand(labels, asked)] == [
        "Set by the planner: Ward A: 5 person-days each quarter.",
        "Set by the planner: Central team, people for “Interactive form” only: 5 · 6 person-days, quarter by "
        "quarter.",
        "Set by the planner: Everybody: 50 % of the days in Q1 2027.",
        "Set by the planner: “Electronic form” (Khai sinh): by Q2 2027 at the latest.",
        "Target: 50 % of all offerings at level 3 or above by Q2 2027 (must be met).",
        "Target: 3 of all offerings of Ward A at level 4 or above by Q2 2027 (as far as possible; each "
        "missing offering counts like 20 trips).",
    ]
