"""Indices of provinces: rules of the rows, ranks against a naive count, what is best and how far."""

import random

import pytest

from lenmuc.core.charts import yearly
from lenmuc.core.checklists import Words
from lenmuc.core.index_rows import changed, read_points
from lenmuc.core.indices import (
    Component,
    Edition,
    Index,
    Indices,
    Point,
    Province,
    compare,
    grouped,
    lay_over,
    names,
    plain_name,
    standing,
)
from lenmuc.core.sheets import decimal, read_sheet

SAID = Words("Tên", "Name")
PARTS = (Component("1", SAID, "partly", 10.0), Component("2", SAID, "partly"))
INDEX = Index(
    "pci", 1, "PCI", SAID, SAID, SAID, SAID,
    (Edition("2013", SAID, "VCCI", "partly", PARTS, 100.0), Edition("2025", SAID, "VCCI", "partly", ())),
)  # fmt: skip
PROVINCES = {
    code: Province(code, name, name)
    for code, name in (("ha-noi", "Hà Nội"), ("da-nang", "Đà Nẵng"), ("hue", "Huế"))
}
EVERY = Indices({"pci": INDEX}, PROVINCES, ())
HEAD = "index,version,year,component,province,value,rank,source,confidence\n"
GOOD = "pci,2013,2015,,Hà Nội,59.0,,VCCI,partly\n"


def read(text: str, known: tuple[Point, ...] = ()) -> tuple[list[Point], list[tuple[int, str]]]:
    rows, faults = read_sheet(text.encode(), INDEX_COLUMNS, ("component", "rank"))
    if faults:
        return [], [(each.row, each.column) for each in faults]
    points, faults = read_points(rows, EVERY, known, 2026)
    return points, [(each.row, each.column) for each in faults]


INDEX_COLUMNS = ("index", "version", "year", "province", "value", "source", "confidence")


def test_a_row_becomes_a_value() -> None:
    [point], faults = read(HEAD + GOOD)
    assert not faults
    assert point == Point("pci", "2013", 2015, "", "ha-noi", 59.0, None, "VCCI", "partly")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("papi,2013,2015,,Hà Nội,59.0,,VCCI,partly", "index"),
        ("pci,1999,2015,,Hà Nội,59.0,,VCCI,partly", "version"),
        ("pci,2013,2004,,Hà Nội,59.0,,VCCI,partly", "year"),
        ("pci,2013,2027,,Hà Nội,59.0,,VCCI,partly", "year"),
        ("pci,2013,hai,,Hà Nội,59.0,,VCCI,partly", "year"),
        ("pci,2013,2015,3,Hà Nội,59.0,,VCCI,partly", "component"),
        ("pci,2013,2015,,Atlantis,59.0,,VCCI,partly", "province"),
        ("pci,2013,2015,,Hà Nội,100.1,,VCCI,partly", "value"),
        ("pci,2013,2015,1,Hà Nội,10.5,,VCCI,partly", "value"),
        ("pci,2013,2015,,Hà Nội,-3,,VCCI,partly", "value"),
        ("pci,2013,2015,,Hà Nội,1.234.5,,VCCI,partly", "value"),
        ("pci,2013,2015,,Hà Nội,nan,,VCCI,partly", "value"),
        ("pci,2013,2015,,Hà Nội,,,VCCI,partly", "value"),
        ("pci,2013,2015,,Hà Nội,59,0,VCCI,partly", "rank"),
        ("pci,2013,2015,,Hà Nội,59,4,VCCI,partly", "rank"),
        ("pci,2013,2015,,Hà Nội,-,2,VCCI,partly", "rank"),
        ("pci,2013,2015,,Hà Nội,59,,,partly", "source"),
        ("pci,2013,2015,,Hà Nội,59,,VCCI,sure", "confidence"),
        ("pci,2013,2015,,Hà Nội,59,,VCCI", ""),
        ("pci,2013,2015,,Hà Nội,59,,VC\x07CI,partly", "source"),
    ],
)
def test_a_bad_cell_is_named_by_row_and_column_and_nothing_is_read(row: str, column: str) -> None:
    points, faults = read(HEAD + GOOD + row + "\n")
    assert points == []
    assert faults == [(3, column)]


def test_every_fault_of_a_file_is_said_at_once() -> None:
    _, faults = read(HEAD + "pci,2013,2015,9,Nơi khác,x,y,,z\n" + "none,,,,,,,,\n")
    assert [place for place in faults if place[0] == 2] == [
        (2, "component"), (2, "province"), (2, "value"), (2, "rank"), (2, "confidence")
    ]  # fmt: skip
    assert (3, "index") in faults


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("index,version\npci,2013\n", (1, "year")),
        (HEAD.replace("rank", "hang") + GOOD, (1, "hang")),
        (HEAD.replace("rank", "value") + GOOD, (1, "value")),
        (HEAD, (0, "")),
        ("", (1, "index")),
    ],
)
def test_headings_are_exactly_those_that_are_documented(text: str, fault: tuple[int, str]) -> None:
    assert fault in read(text)[1]


def test_a_file_of_another_encoding_is_refused() -> None:
    rows, [fault] = read_sheet("Hà Nội".encode("utf-16"), ("index",))
    assert rows == []
    assert fault.row == 0


def test_semicolons_and_decimal_commas_of_a_vietnamese_spreadsheet_are_read() -> None:
    head = HEAD.replace(",", ";")
    [point], _ = read("\ufeff" + head + "pci;2013;2015;;TP Hà Nội;59,25;;VCCI;partly\r\n")
    assert point.value == 59.25
    assert decimal("1.234,5") is None


def test_a_value_that_stands_twice_in_a_file_is_refused() -> None:
    assert read(HEAD + GOOD + GOOD)[1] == [(3, "province")]


def test_a_year_has_one_version() -> None:
    assert read(HEAD + GOOD + "pci,2025,2015,,Huế,59,,VCCI,partly\n")[1] == [(3, "version")]
    stands = Point("pci", "2025", 2015, "", "hue", 1.0, None, "x", "partly")
    assert read(HEAD + GOOD, (stands,))[1] == [(2, "version")]


def test_the_same_file_again_changes_nothing() -> None:
    points, _ = read(HEAD + GOOD)
    assert changed(points, {}) == (points, 1, 0)
    stands = lay_over([], points)
    assert changed(points, stands) == ([], 0, 1)


def test_what_is_taken_back_hides_what_was_shipped() -> None:
    points, _ = read(HEAD + GOOD)
    back, _ = read(HEAD + GOOD.replace("59.0", "-"))
    assert lay_over(points, back) == {}
    assert changed(back, lay_over(points, back)) == ([], 0, 1)


def test_ranks_are_what_a_naive_count_gives() -> None:
    made = random.Random(5)
    for _ in range(50):
        provinces = {str(place): Province(str(place), str(place), "") for place in range(made.randint(1, 40))}
        points = [
            Point("pci", "2013", 2015, "", code, float(made.randint(50, 60)), None, "x", "partly")
            for code in provinces
        ]
        found = standing(points, provinces, 2015)
        for point in points:
            better = sum(other.value > point.value for other in points if other.value and point.value)
            assert found.ranks[point.province] == better + 1
        assert found.values[found.best] == max(found.values.values())
        assert standing(points[1:], provinces, 2015).ranks == {} or len(points) == 1


def test_a_rank_is_not_counted_while_a_province_is_missing_and_the_distance_still_is() -> None:
    points, _ = read(HEAD + GOOD + "pci,2013,2015,,Đà Nẵng,68.3,1,VCCI,partly\n")
    row = compare(grouped(points), PROVINCES, 2015, "", "ha-noi", "hue")
    assert (row.known, row.of) == (2, 3)
    assert row.ours.counted is None
    assert row.other.value is None
    assert row.best.province == "da-nang"
    assert row.distance == pytest.approx(9.3)


def test_an_ended_province_is_not_waited_for() -> None:
    import datetime as dt

    provinces = {**PROVINCES, "ha-tay": Province("ha-tay", "Hà Tây", "", (), dt.date(2008, 7, 31))}
    points = [Point("pci", "2013", 2010, "", code, 1.0, None, "x", "partly") for code in PROVINCES]
    assert standing(points, provinces, 2010).whole
    assert not standing(points, provinces, 2007).whole


def test_names_are_known_with_and_without_their_kind() -> None:
    known = names([Province("ho-chi-minh", "Thành phố Hồ Chí Minh", "Hồ Chí Minh City", ("TP. HCM",))])
    for said in ("TP HCM", "tp. hồ chí minh", "Hồ Chí Minh", "ho-chi-minh", "Hồ Chí Minh City"):
        assert known[plain_name(said)] == "ho-chi-minh"


def test_the_best_of_one_province_is_not_the_best() -> None:
    points, _ = read(HEAD + GOOD)
    assert compare(grouped(points), PROVINCES, 2015, "", "ha-noi", "hue").best.point is None
    assert compare(grouped(points), PROVINCES, 2015, "", "hue", "ha-noi").best.province == "ha-noi"


def test_a_line_over_years_breaks_where_a_year_is_missing_and_stays_inside() -> None:
    chart = yearly([{2015: 60.0, 2016: 62.0, 2018: 61.0}, {2016: 70.0}])
    assert chart
    assert chart.lines[0].path.count("M") == 2
    assert all(0 <= mark.y <= 100 and 0 <= mark.x <= 100 for each in chart.lines for mark in each.marks)
    values = [value for _, value in chart.grid]
    assert values[0] <= 60
    assert values[-1] >= 70
    assert yearly([{2015: 1.0}, {2016: 2.0}]) is None
