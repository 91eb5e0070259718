"""What a plan takes for granted is said as this plan has it."""

import pytest

from lenmuc.actions.roadmap_view import assumptions
from lenmuc.core.roadmap.inputs import Aim, Goal, PlanRequest
from tests.core.roadmap.small_view import names
from tests.exports.make import EN


def said(aim: Aim, goals: tuple[Goal, ...] = ()) -> str:
    asked = PlanRequest("name", "", "2027Q1", 2, 400.0, 60.0, 10.0, aim=aim, goals=goals)
    return " ".join(EN.message(each) for each in assumptions(asked, names()))


@pytest.mark.parametrize(
    ("aim", "counts"),
    [
        ("trips", "What counts is trips saved: each filing saves 1 once"),
        ("filings", "What counts is filings: "),
        ("offerings", "What counts is offerings: "),
        ("targets_first", "The targets come first. After them: What counts is trips saved: "),
    ],
)
def test_what_counts_is_what_the_plan_aims_for(aim: Aim, counts: str) -> None:
    text = said(aim)
    assert counts in text
    assert text.count("What counts is ") == 1


def test_targets_stand_among_what_the_plan_takes_for_granted() -> None:
    goal = Goal(3, "2027Q2", share=0.5)
    assert "Target: 50 % of all offerings at level 3 or above by Q2 2027 (must be met)." in said(
        "trips", (goal,)
    )
    assert "Target" not in said("trips")
