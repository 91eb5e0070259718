"""What an inspection plan came to, and what may be said of a visit."""

import datetime as dt

import pytest

from lenmuc.core.inspections import (
    Finding,
    Outcome,
    Right,
    Visited,
    finding_faults,
    outcome,
    visit_faults,
)

TODAY = dt.date(2026, 11, 22)


def test_a_plan_says_how_often_each_reason_was_right() -> None:
    holds, fails, mended = (
        Finding("3.01", True, False), Finding("3.03", False, False), Finding("3.05", False, True)
    )  # fmt: skip
    found = outcome(
        [
            Visited("visited", False, ("silent", "jumped"), (holds, fails, mended)),
            Visited("visited", False, ("silent",), (holds,)),
            Visited("planned", False, ("silent",), ()),
            Visited("dropped", True, (), ()),
            Visited("visited", True, (), (fails,)),
        ]
    )
    assert found == Outcome(
        planned=5,
        visited=3,
        dropped=1,
        failing=3,
        corrected=1,
        by_reason=(Right("jumped", 1, 1, 1), Right("silent", 3, 2, 1), Right(None, 2, 1, 1)),
    )


@pytest.mark.parametrize(
    ("state", "day", "note", "fields"),
    [
        ("visited", TODAY, "", []),
        ("visited", None, "", ["day"]),
        ("visited", TODAY + dt.timedelta(days=1), "", ["day"]),
        ("dropped", None, "", ["note"]),
        ("dropped", None, "Cơ quan đã giải thể", []),
        ("planned", None, "x" * 4_001, ["note"]),
    ],
)
def test_what_became_of_a_visit(state: str, day: dt.date | None, note: str, fields: list[str]) -> None:
    assert [each.field for each in visit_faults(state, day, note, TODAY)] == fields


@pytest.mark.parametrize(
    ("holds", "text", "fields"),
    [("no", "Biểu mẫu lỗi", []), ("", "x", ["holds"]), ("yes", "", ["text"]), ("no", "\x00", ["text"])],
)
def test_a_finding_says_whether_it_holds_and_what_was_seen(holds: str, text: str, fields: list[str]) -> None:
    assert [each.field for each in finding_faults(holds, text)] == fields
