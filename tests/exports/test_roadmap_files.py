"""The files of a roadmap: what they say, and that a spreadsheet computes nothing in them."""

import csv
import io
import json

import msgspec
import openpyxl
import pytest

from lenmuc.core.roadmap.explain import Unlocks
from lenmuc.core.roadmap.problem import Problem, Solution
from lenmuc.core.roadmap.sentences import why
from lenmuc.exports.formats import FORMATS
from lenmuc.exports.roadmap import RoadmapFile
from lenmuc.exports.roadmap_csv import harmless
from tests.core.roadmap.small_view import PROBLEM, plan, view
from tests.exports.make import EN, VI, file


def table(made: RoadmapFile) -> list[dict[str, str]]:
    text = FORMATS["csv"].write(made, EN).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def as_text(value: object) -> str:
    """A cell of a workbook as text with every digit: whole numbers without a point."""
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return "" if value is None else str(value)


def book(made: RoadmapFile) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].write(made, EN)))


def test_csv_begins_with_a_byte_order_mark_and_has_a_row_for_each_item() -> None:
    assert FORMATS["csv"].write(file(), VI).startswith(b"\xef\xbb\xbf")
    assert {row["Work item"] for row in table(file())} == {item.id for item in PROBLEM.items}


def test_csv_and_workbook_keep_every_digit_of_a_number() -> None:
    many = [msgspec.structs.replace(each, serves=Unlocks(126, 1_112_443)) for each in view().lines]
    made = msgspec.structs.replace(file(), view=msgspec.structs.replace(view(), lines=tuple(many)))
    assert {row["Filings a year that need it"] for row in table(made)} == {"1112443"}
    cells = [[as_text(cell.value) for cell in row] for row in book(made)["Work items"].iter_rows()]
    assert {row[cells[0].index("Filings a year that need it")] for row in cells[1:]} == {"1112443"}


def test_csv_says_when_who_and_why() -> None:
    birth = next(row for row in table(file()) if row["Work item"] == "3.01#birth")
    assert birth["Service"] == "Khai sinh"
    assert birth["Who does it"] == "Central team"
    assert birth["Person-days"] == "2.5"
    assert birth["Done in quarter"] == "2027Q2"
    assert birth["Why"] == "It takes 2.5 person-days; up to Q1 2027, the central team has only 0 left."


def test_an_item_outside_the_plan_has_no_quarter_but_a_reason() -> None:
    kite = next(row for row in table(file()) if row["Work item"] == "3.01#kite")
    assert kite["Done in quarter"] == ""
    assert kite["To be confirmed"] == "yes"
    assert "level 3 of “Kite flying” at Ward B" in kite["Why"]


def test_every_row_with_filings_says_that_they_are_illustrative() -> None:
    assert {row["Filings are"] for row in table(file())} == {"illustrative figures"}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_csv_begins_a_formula(start: str) -> None:
    cell = next(row for row in table(file(f"{start}cmd()")) if row["Work item"] == "3.01#birth")["Service"]
    assert cell.startswith("'" + start)


def test_harmless_text_stays_as_it_is() -> None:
    assert harmless("Đăng ký khai sinh") == "Đăng ký khai sinh"
    assert harmless("") == ""


def test_workbook_holds_no_formula_whatever_names_say() -> None:
    made = book(file("=1+1", "=HYPERLINK()"))
    cells = [cell for sheet in made for row in sheet.iter_rows() for cell in row]
    kinds = {cell.data_type for cell in cells if cell.value is not None}
    assert kinds <= {"s", "n"}
    assert made["Summary"]["A1"].value == "=HYPERLINK()"


def test_workbook_and_csv_say_the_same_of_every_item() -> None:
    rows = [[cell.value for cell in row] for row in book(file())["Work items"].iter_rows()]
    head, *items = rows
    assert [dict(zip(head, map(as_text, row), strict=True)) for row in items] == table(file())


def test_workbook_has_its_five_sheets_with_frozen_headers() -> None:
    made = book(file())
    assert made.sheetnames == ["Summary", "Work items", "Services by quarter", "Load", "Assumptions"]
    assert made["Work items"].freeze_panes == "B2"
    assert made["Services by quarter"].freeze_panes == "C2"


def test_workbook_sums_up_the_quarters() -> None:
    rows = [[cell.value for cell in row] for row in book(file())["Summary"].iter_rows()]
    by_quarter = {row[0]: row[1:] for row in rows if str(row[0]).startswith("Q") and row[0] != "Quarter"}
    assert by_quarter["Q1 2027"] == [3, 0, 0, 1, 0, 0, 0]
    assert by_quarter["Q2 2027"][1:] == [2, 2, 3, 2, 120, 120]


def test_no_quarter_of_the_load_is_above_its_capacity() -> None:
    rows = list(book(file())["Load"].iter_rows(min_row=2, values_only=True))
    assert rows
    assert all(float(str(busy)) <= float(str(have)) + 1e-4 for _, _, have, busy, _, _ in rows)


def test_services_by_quarter_adds_up_to_what_the_plan_lifts() -> None:
    head, *rows = book(file())["Services by quarter"].iter_rows(values_only=True)
    birth = dict(zip(map(str, head), next(row for row in rows if row[0] == "birth"), strict=True))
    assert birth["Offerings"] == 2
    assert birth["Brought to level 3"] == birth["Level 3, Q2 2027"] == 2


def test_json_holds_the_problem_and_the_solution_as_lenmuc_plan_reads_them() -> None:
    document = json.loads(FORMATS["json"].write(file(), EN))
    assert msgspec.convert(document["problem"], Problem) == PROBLEM
    assert msgspec.convert(document["solution"], Solution).reached == plan().reached
    assert document["filings_illustrative"] is True


@pytest.mark.parametrize("ending", FORMATS)
def test_the_same_roadmap_gives_the_same_bytes(ending: str) -> None:
    made = file()
    assert FORMATS[ending].write(made, VI) == FORMATS[ending].write(made, VI)


def test_every_sentence_names_things_instead_of_ids() -> None:
    made = view()
    for line in made.lines:
        said = EN.message(why(made, line))
        assert "%(" not in said
        assert not any(id in said for id in ("#", "@", "2027Q", "L3"))


def test_a_row_is_high_enough_for_its_text_where_no_program_makes_it_so() -> None:
    made = book(file("Cấp giấy phép " * 40))
    sheet = made["Work items"]
    for row in sheet.iter_rows(min_row=2):
        longest = max(
            len(str(row[at].value)) / (sheet.column_dimensions[row[at].column_letter].width)
            for at in (2, 4, 14)
        )
        assert longest <= (sheet.row_dimensions[row[0].row].height or 15) / 13
    assert made["Services by quarter"].row_dimensions[2].height >= 13 * (14 * 40 / 60)
    assert made["Summary"].row_dimensions[1].height >= 20
