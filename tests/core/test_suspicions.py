"""What is worth a second look, case by case."""

from datetime import date
from typing import Any

import pytest

from lenmuc.core.suspicions import Copy, Quiet, Rise, Void, copied, jumped, silent, suspects, turned_void

DAY, LATER = date(2026, 9, 1), date(2026, 10, 1)


@pytest.mark.parametrize(
    ("was", "level", "fresh", "suspect"),
    [
        (2, 3, False, True),
        (3, 4, False, True),
        (0, 2, False, True),
        (1, 2, False, False),  # one step below what can be filed online
        (2, 3, True, False),
        (0, 4, True, False),
        (4, 3, False, False),  # fell meanwhile
        (3, 3, False, False),
    ],
)
def test_a_jump_is_to_filing_online_or_of_two_levels_with_nothing_new_shown(
    was: int, level: int, fresh: bool, suspect: bool
) -> None:
    assert jumped(Rise("s", "a", 5, level, was, DAY, fresh)) is suspect


@pytest.mark.parametrize(
    ("level", "online", "suspect"),
    [(4, 0, True), (4, 1, False), (4, None, False), (3, 0, False)],
)
def test_level_4_is_silent_when_filings_were_counted_and_there_were_none(
    level: int, online: int | None, suspect: bool
) -> None:
    assert silent(Quiet("s", "a", 5, level, online)) is suspect


@pytest.mark.parametrize(
    ("was", "decision", "suspect"),
    [
        ("met", "", True),
        ("not_met", "accepted", True),
        ("", "", True),
        ("not_applicable", "", False),  # it did not apply before either
        ("met", "declined", False),
    ],
)
def test_what_stopped_to_apply_is_suspect_unless_a_reviewer_has_declined_it(
    was: str, decision: str, suspect: bool
) -> None:
    assert turned_void(Void("s", "a", 5, 3, "3.03", DAY, was, decision)) is suspect


@pytest.mark.parametrize(
    ("shown", "suspect"),
    [
        ((), False),
        (("x",), False),
        (("x", "x"), True),
        (("y", "x"), False),  # new evidence before the second time
        (("y", "y", "x"), True),
        (("y", "x", "x"), False),  # what is long over
    ],
)
def test_an_answer_is_copied_when_two_rounds_running_showed_the_same(
    shown: tuple[str, ...], suspect: bool
) -> None:
    assert copied(Copy("s", "a", 5, 3, "3.03", DAY, shown)) is suspect


def test_a_place_has_one_line_for_a_reason_with_all_its_criteria_and_its_last_day() -> None:
    def void(criterion: str, day: date, **beside: Any) -> Void:
        return Void(beside.get("service", "s"), "a", 7, 3, criterion, day, "met", "")

    found = suspects(voids=[void("4.02", DAY), void("3.03", LATER), void("3.03", DAY, service="")])

    assert [(one.service, one.criteria, one.since) for one in found] == [
        ("", ("3.03",), DAY),
        ("s", ("3.03", "4.02"), LATER),
    ]
    assert [one.of_one for one in found] == [False, True]


def test_the_most_filed_come_first_and_unknown_filings_last() -> None:
    found = suspects(
        rises=[Rise("few", "a", 1, 3, 2, DAY, False), Rise("unknown", "a", None, 3, 2, DAY, False)],
        quiets=[Quiet("many", "a", 90, 4, 0), Quiet("none", "a", 0, 4, 0)],
    )
    assert [(one.service, one.reason) for one in found] == [
        ("many", "silent"),
        ("few", "jumped"),
        ("none", "silent"),
        ("unknown", "jumped"),
    ]
