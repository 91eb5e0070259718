"""The workbook and batches as rules: ids that became numbers, three states, what is chosen, what counts."""

import msgspec

from lenmuc.core.answers import AnswerForm
from lenmuc.core.bulk import Change, Step, chosen, counting
from lenmuc.core.workbook import EMPTY, Filled, Head, Row, compare, digest, hidden_rows, mended, text_of

THERE = AnswerForm("met", "Đã làm", ("https://a.example",), "", 3)
MINE = AnswerForm("not_met", "Chưa", (), "no_budget")


def filled(was: AnswerForm, yours: AnswerForm) -> Filled:
    return Filled(2, Row("1.001", "3.03", was), yours)


def compared(was: AnswerForm, now: AnswerForm, yours: AnswerForm) -> tuple[int, int, int, int, int]:
    """How many rows are mine to change, changed by both, done already, untouched, and wrong."""
    found, faults = compare([filled(was, yours)], {("1.001", "3.03"): now}, frozenset({("1.001", "3.03")}))
    return len(found.yours), len(found.both), found.done, found.untouched, len(faults)


def test_the_three_states_of_a_row_decide_what_happens_to_it():
    theirs = AnswerForm("unknown", "Của người khác", version=4)
    assert compared(THERE, THERE, THERE) == (0, 0, 0, 1, 0)
    assert compared(THERE, THERE, MINE) == (1, 0, 0, 0, 0)
    assert compared(THERE, theirs, MINE) == (0, 1, 0, 0, 0)
    assert compared(THERE, theirs, THERE) == (0, 0, 0, 1, 0)
    assert compared(THERE, msgspec.structs.replace(MINE, version=4), MINE) == (0, 0, 1, 0, 0)


def test_a_row_that_is_not_asked_any_more_is_told_only_when_it_was_changed():
    _, faults = compare([filled(EMPTY, MINE)], {}, frozenset())
    assert [fault.cell for fault in faults] == ["A2"]
    assert compare([filled(EMPTY, EMPTY)], {}, frozenset())[1] == []


def test_a_change_names_the_version_that_is_stored_now():
    found, _ = compare([filled(THERE, MINE)], {("1.001", "3.03"): THERE}, frozenset({("1.001", "3.03")}))
    assert found.yours[0].change() == Change(
        "1.001", "3.03", msgspec.structs.replace(MINE, version=THERE.version)
    )


def test_an_id_that_became_a_number_is_mended_only_when_one_fits():
    known = {"1.01380": 1.0138, "3.10": 3.1, "3.1": 3.1}
    assert mended(1.0138, known) == "1.01380"
    assert mended(3.1, known) == "3.1"
    assert mended(3.1, {"3.10": 3.1}) == "3.10"
    assert mended(" 3.10 ", known) == "3.10"
    assert mended(2.0, known) == "2"


def test_a_cell_is_the_text_that_was_typed():
    assert [text_of(cell) for cell in (None, 2026.0, 1.5, True, " a\r\nb ", "=1+1")] == [
        *("", "2026", "1.5", "TRUE", "a\nb", "=1+1")
    ]


def test_every_part_of_a_hidden_row_is_under_its_digest():
    row = Row("1.001", "3.03", THERE)
    others = [
        Row("1.002", "3.03", THERE),
        Row("1.001", "3.04", THERE),
        *(
            Row("1.001", "3.03", msgspec.structs.replace(THERE, **change))
            for change in (
                {"value": "unknown"},
                {"justification": "Khác"},
                {"evidence": ()},
                {"blocker": "law"},
                {"version": 4},
            )
        ),
    ]
    assert digest(row) not in {digest(other) for other in others}
    assert hidden_rows(Head("STP", "rs", "A", ("x",)), [row])[2][7] == digest(row)


def test_cells_rows_and_columns_choose_each_place_once_and_only_what_is_missing():
    missing = {"a": ["3.01", "3.03"], "b": ["3.03"], "c": ["3.01"]}
    assert chosen(missing, ["a 3.03", "b 3.01", "x 3.01"], ["a"], ["3.01"]) == (
        *(("a", "3.01"), ("a", "3.03"), ("c", "3.01")),
    )
    assert chosen(missing, [], [], []) == ()


def test_a_change_is_stale_when_the_version_moved_unless_it_says_the_same():
    assert Step(Change("a", "3.03", MINE), THERE).stale
    assert not Step(Change("a", "3.03", msgspec.structs.replace(MINE, version=3)), THERE).stale
    assert not Step(Change("a", "3.03", msgspec.structs.replace(THERE, version=0)), THERE).stale
    assert not Step(Change("a", "3.03", MINE), None).stale
    assert Step(Change("a", "3.03", THERE), None).stale


def test_the_most_local_answer_counts():
    values = {("3.03", "", ""): "met", ("3.03", "", "a"): "not_met", ("3.03", "STP", "a"): "unknown"}
    assert counting(values, "3.03", "STP", "a") == ("unknown", "offering")
    assert counting(values, "3.03", "SXD", "a") == ("not_met", "service")
    assert counting(values, "3.03", "STP", "b") == ("met", "platform")
    assert counting(values, "3.04", "STP", "b") == ("", "")
