"""Reports by the public: the clock in working days, the way through moderation, what may be written."""

import datetime as dt

import pytest

from lenmuc.core.corrections import (
    TEXT_LIMIT,
    WORKING_DAYS,
    State,
    Step,
    answer_faults,
    clock,
    correction_faults,
    decision_faults,
    next_state,
    working_days_after,
)
from lenmuc.core.errors import NotAllowed

MONDAY, FRIDAY, SATURDAY = dt.date(2026, 11, 23), dt.date(2026, 11, 27), dt.date(2026, 11, 28)


def test_weekends_do_not_count_and_the_day_of_receipt_neither() -> None:
    assert working_days_after(MONDAY, 1) == dt.date(2026, 11, 24)
    assert working_days_after(FRIDAY, 1) == dt.date(2026, 11, 30)
    assert working_days_after(SATURDAY, 1) == dt.date(2026, 11, 30)
    assert working_days_after(MONDAY, WORKING_DAYS) == dt.date(2026, 12, 14)


def test_an_answer_on_the_last_day_is_in_time_and_lateness_counts_working_days() -> None:
    due = dt.date(2026, 12, 14)
    assert clock(MONDAY, due).late == 0
    assert clock(MONDAY, dt.date(2026, 12, 15)).late == 1
    assert clock(MONDAY, dt.date(2026, 12, 20)).late == 4
    assert clock(MONDAY, dt.date(2026, 12, 21)).late == 5
    assert clock(MONDAY, MONDAY).due == due


@pytest.mark.parametrize(
    ("state", "step", "becomes"),
    [
        ("waiting", "accept", "accepted"), ("waiting", "refuse", "refused"),
        ("accepted", "withdraw", "withdrawn"), ("refused", "accept", "accepted"),
        ("withdrawn", "accept", "accepted"),
    ],
)  # fmt: skip
def test_moderation_goes_its_way(state: State, step: Step, becomes: State) -> None:
    assert next_state(state, step, "text") == becomes


@pytest.mark.parametrize(
    ("state", "step"),
    [("waiting", "withdraw"), ("accepted", "accept"), ("accepted", "refuse"), ("refused", "withdraw")],
)
def test_moderation_goes_no_other_way(state: State, step: Step) -> None:
    with pytest.raises(NotAllowed):
        next_state(state, step, "text")


def test_what_was_erased_cannot_be_shown_again() -> None:
    with pytest.raises(NotAllowed):
        next_state("refused", "accept", "")


def test_a_report_is_short_plain_text() -> None:
    assert not correction_faults("Không nộp được\nqua mạng")
    assert not correction_faults("ă" * TEXT_LIMIT)
    for text in ("", "ă" * (TEXT_LIMIT + 1), "a\x07b", "a\u202eb"):
        assert [each.field for each in correction_faults(text)] == ["text"]


def test_a_refusal_has_a_reason() -> None:
    assert not decision_faults("accept", "", "")
    assert not decision_faults("refuse", "abuse", "")
    assert [each.field for each in decision_faults("refuse", "", "")] == ["why"]
    assert [each.field for each in decision_faults("withdraw", "because", "")] == ["why"]
    assert [each.field for each in decision_faults("refuse", "other", "")] == ["note"]
    assert [each.field for each in answer_faults("")] == ["answer"]
