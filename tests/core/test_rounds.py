"""Assessment rounds: their state, their reminders, what is wrong with a new one."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from lenmuc.core.rounds import (
    Left,
    Progress,
    Round,
    RoundForm,
    due_notices,
    faults_of,
    mark,
    together,
)

OPENS, DUE = date(2026, 9, 1), date(2026, 10, 15)
MADE = datetime(2026, 8, 1, tzinfo=UTC)


def round_(closed: datetime | None = None) -> Round:
    return Round(1, "Đợt 1", "rs-2018", OPENS, DUE, closed, "", 1, "A", MADE, 3)


@pytest.mark.parametrize(
    ("day", "state", "runs"),
    [
        (OPENS - timedelta(days=1), "planned", False),
        (OPENS, "open", True),
        (DUE, "open", True),
        (DUE + timedelta(days=1), "overdue", True),
    ],
)
def test_a_round_runs_from_the_day_it_opens_until_somebody_closes_it(
    day: date, state: str, runs: bool
) -> None:
    assert (round_().state(day), round_().runs(day)) == (state, runs)
    assert (round_(MADE).state(day), round_(MADE).runs(day)) == ("closed", False)


@pytest.mark.parametrize(
    ("left", "kinds"),
    [
        (60, ()),
        (44, ("opened",)),
        (15, ("opened",)),
        (14, ("opened", "two_weeks")),
        (4, ("opened", "two_weeks")),
        (3, ("opened", "two_weeks", "three_days")),
        (0, ("opened", "two_weeks", "three_days")),
        (-1, ()),
    ],
)
def test_reminders_come_at_opening_two_weeks_and_three_days_before_the_end(
    left: int, kinds: tuple[str, ...]
) -> None:
    assert due_notices(OPENS, DUE, DUE - timedelta(days=left)) == kinds


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "x" * 201}),
        ("name", {"name": "a\x07b"}),
        ("scheme", {"scheme": "rs-1999"}),
        ("opens", {"opens": None}),
        ("opens", {"opens": OPENS - timedelta(days=1)}),
        ("due", {"due": None}),
        ("due", {"due": OPENS}),
        ("due", {"due": OPENS + timedelta(days=2000)}),
        ("whom", {"whom": "nobody"}),
        ("agency", {"whom": "chosen"}),
    ],
)
def test_a_round_is_refused_for_what_is_wrong_and_says_where(field: str, given: dict[str, Any]) -> None:
    right: dict[str, Any] = {"name": "Đợt 1", "scheme": "rs-2018", "opens": OPENS, "due": DUE}
    assert faults_of(RoundForm(**right), ["rs-2018"], OPENS) == []
    found = faults_of(RoundForm(**{**right, **given}), ["rs-2018"], OPENS)
    assert [fault.field for fault in found] == [field]


def test_the_mark_of_what_is_left_changes_with_any_version_and_not_with_the_order() -> None:
    one, two = Left("s", "3.03", 1), Left("s", "4.02", 7)
    assert mark([one, two]) == mark([two, one])
    assert mark([one, two]) != mark([one, Left("s", "4.02", 8)])
    assert mark([one]) != mark([one, two])


def test_progress_adds_up() -> None:
    found = together([Progress(1, 2, 3, 4, 5), Progress(10, 20, 30, 40, 50)])
    assert found == Progress(11, 22, 33, 44, 55)
    assert (found.to_look_at, found.looked_at) == (66, 55)
