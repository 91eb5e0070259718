"""Filings by quarter: rules of the rows, shares, and what is said of quarters that nobody counted."""

import datetime as dt

import pytest

from lenmuc.core.charts import spans
from lenmuc.core.checklists import Words
from lenmuc.core.counts import (
    COLUMNS,
    OPTIONAL,
    Count,
    Part,
    QuarterCounts,
    changed,
    ended_by,
    quarter_name,
    quarter_value,
    read_counts,
    read_quarter,
)
from lenmuc.core.figures import NOTHING, Figure, Ratio
from lenmuc.core.satisfaction import Quarter
from lenmuc.core.sheets import read_sheet

TODAY = dt.date(2026, 11, 22)
HEAD = "service,agency,quarter,filings,online,on_time,paid_online\n"
OFFERED = {("1.1", "STP"), ("1.2", "STP"), ("1.1", "SXD")}
SAID = Words("Có", "Yes")
ON_TIME = Figure(
    "on-time", 1, SAID, SAID, SAID, "quarterly", ("counts",), False, "counted", SAID, SAID, SAID, (),
    "partly", column="on_time",
)  # fmt: skip


def read(text: str) -> tuple[list[Count], list[tuple[int, str]]]:
    rows, faults = read_sheet(text.encode(), COLUMNS, OPTIONAL)
    if faults:
        return [], [(each.row, each.column) for each in faults]
    counts, faults = read_counts(rows, OFFERED, {"1.2"}, TODAY)
    return counts, [(each.row, each.column) for each in faults]


def test_what_is_left_empty_is_unknown_and_not_none() -> None:
    [count], faults = read("service,agency,quarter,filings,on_time\n1.1,STP,2026-q3,10,0\n")
    assert not faults
    assert count == Count("1.1", "STP", Quarter(2026, 3), 10, None, 0, None)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("9.9,STP,2026-Q3,10,1,1,1", "service"),
        ("1.1,NOBODY,2026-Q3,10,1,1,1", "agency"),
        ("1.2,SXD,2026-Q3,10,1,1,", "agency"),
        ("1.1,STP,2026-Q4,10,1,1,1", "quarter"),
        ("1.1,STP,2026-Q5,10,1,1,1", "quarter"),
        ("1.1,STP,Q3/2026,10,1,1,1", "quarter"),
        ("1.1,STP,2010-Q4,10,1,1,1", "quarter"),
        ("1.1,STP,2026-Q3,1.000,1,1,1", "filings"),
        ("1.1,STP,2026-Q3,-1,,,", "filings"),
        ("1.1,STP,2026-Q3,10,11,1,1", "online"),
        ("1.1,STP,2026-Q3,10,1,11,1", "on_time"),
        ("1.1,STP,2026-Q3,10,1,1,x", "paid_online"),
        ("1.1,STP,2026-Q3,,1,,", "online"),
        ("1.2,STP,2026-Q3,10,1,1,0", "paid_online"),
        ("1.1,STP,2026-Q2,7,1,1,1", "quarter"),
    ],
)
def test_a_bad_cell_is_named_by_row_and_column_and_nothing_is_read(row: str, column: str) -> None:
    good = "1.1,STP,2026-Q2,10,5,9,\n"
    assert read(HEAD + good)[1] == []
    counts, faults = read(HEAD + good + row + "\n")
    assert counts == []
    assert faults == [(3, column)]


def test_the_same_rows_again_change_nothing_and_an_empty_row_takes_back() -> None:
    counts, _ = read(HEAD + "1.1,STP,2026-Q3,10,5,9,\n")
    stands = {count.key: count for count in counts}
    assert changed(counts, stands) == ([], 0, 1)
    back, _ = read(HEAD + "1.1,STP,2026-Q3,,,,\n")
    assert changed(back, stands) == (back, 0, 0)
    assert changed(back, {}) == ([], 0, 1)


def test_quarters_are_read_as_they_are_written() -> None:
    for number in range(1, 5):
        assert read_quarter(quarter_name(Quarter(2025, number))) == Quarter(2025, number)
    assert read_quarter("²025-Q1") is None


def of(quarter: Quarter, part: int, whole: int, offerings: int = 1) -> QuarterCounts:
    parts = {name: Part() for name in OPTIONAL} | {"on_time": Part(part, whole, offerings)}
    return QuarterCounts(quarter, offerings, whole, parts)


def test_the_value_of_a_day_is_that_of_the_last_quarter_that_had_ended() -> None:
    counts = [of(Quarter(2026, 1), 1, 4), of(Quarter(2026, 2), 2, 4), of(Quarter(2026, 3), 0, 0)]
    for day, quarter in (
        (dt.date(2026, 3, 30), None),
        (dt.date(2026, 3, 31), Quarter(2026, 1)),
        (dt.date(2026, 6, 29), Quarter(2026, 1)),
        (dt.date(2026, 6, 30), Quarter(2026, 2)),
        (TODAY, Quarter(2026, 2)),  # of the third nothing is known
    ):
        found = ended_by(counts, ON_TIME, day)
        assert (found.quarter if found else None) == quarter, day


def test_what_nobody_counts_is_said_apart() -> None:
    found = quarter_value(ON_TIME, of(Quarter(2026, 2), 3, 4, 2), 10)
    assert found.filings == Ratio(3, 4)
    assert found.unknown == 8
    assert quarter_value(ON_TIME, None, 10) == NOTHING
    assert quarter_value(ON_TIME, of(Quarter(2026, 2), 0, 0, 0), 10).share is None


def test_a_chart_of_quarters_leaves_out_what_lies_between() -> None:
    first, second, fourth = Quarter(2025, 1), Quarter(2025, 2), Quarter(2025, 4)
    chart = spans([(each.first, each.after, 0.5) for each in (first, second, fourth)])
    assert chart
    assert chart.line.count("M") == 2
    assert spans([(first.first, first.after, 0.5)]) is None
