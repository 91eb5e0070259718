"""Figures from counts by level, their history, and the points of indicator 9; no database."""

import datetime as dt

import msgspec
import pytest

from lenmuc.core.charts import bands, line
from lenmuc.core.checklists import Words
from lenmuc.core.figures import (
    NOTHING,
    Beside,
    Counts,
    Figure,
    Ratio,
    history,
    on_day,
    online_services_2018,
    value,
)

W = Words("một", "one")
FIGURE = Figure(
    id="x", order=1, name=W, meaning=W, formula=W, measure="reached", inputs=("levels",), scheme="rs-2018",
    cumulative=True, of="all", denominator=W, not_applicable=W, unit=W, source=(), confidence="verified",
    level=3,
)  # fmt: skip
TALLY = {
    0: Counts(10, 100),
    2: Counts(60, 600),
    3: Counts(20, 250, counted=8, silent=2, online=60, comparable=120),
    4: Counts(10, 50, counted=2, silent=1, online=20, comparable=40),
}


def like(**changed: object) -> Figure:
    return msgspec.structs.replace(FIGURE, **changed)


def test_a_share_is_cumulative_only_where_its_passport_says_so() -> None:
    assert value(FIGURE, TALLY).offerings == Ratio(30, 100)
    assert value(FIGURE, TALLY).filings == Ratio(300, 1000)
    assert value(like(cumulative=False), TALLY).offerings == Ratio(20, 100)


def test_what_the_law_bars_leaves_the_denominator_alone() -> None:
    figure = like(of="eligible")
    assert value(figure, TALLY, Beside(barred=Ratio(40, 500))).offerings == Ratio(30, 60)
    assert value(figure, TALLY) == NOTHING  # nobody counted what is barred: not known


def test_offerings_that_nobody_counts_are_unknown_and_not_silent() -> None:
    found = value(like(measure="silent"), TALLY)
    assert found.offerings == Ratio(3, 10)
    assert found.unknown == 20


def test_without_any_count_of_online_filings_the_share_is_not_known() -> None:
    nobody = {3: Counts(20, 250)}
    assert value(like(measure="silent"), nobody).share is None
    assert value(like(measure="online"), nobody).share is None
    assert value(like(measure="online"), TALLY).share == 0.5


def test_nothing_counted_at_all_is_unknown_and_not_zero() -> None:
    assert value(FIGURE, {}) == NOTHING
    assert value(like(measure="lapsed"), TALLY, Beside(lapsed=Ratio(0, 0), ever=0)) == NOTHING


def test_history_holds_a_value_until_the_next_change() -> None:
    first, second = dt.date(2026, 1, 1), dt.date(2026, 3, 1)
    moments = history([(first, 2, Counts(10)), (second, 2, Counts(-4)), (second, 3, Counts(4))])
    assert [(m.day, {n: c.offerings for n, c in m.tally.items()}) for m in moments] == [
        (first, {2: 10}),
        (second, {2: 6, 3: 4}),
    ]
    between = on_day(moments, dt.date(2026, 2, 28))
    assert between is not None
    assert between[2].offerings == 10
    assert on_day(moments, dt.date(2025, 12, 31)) is None


@pytest.mark.parametrize(
    ("offered", "eligible", "online", "overdue", "points"),
    [
        (0, Ratio(0, 9), None, None, 0),
        (5, Ratio(5, 9), Ratio(14, 100), None, 0),
        (5, Ratio(5, 9), Ratio(40, 100), 1, 0),
        (5, Ratio(5, 9), None, 0, None),
        (5, Ratio(5, 9), Ratio(40, 100), None, None),
        (5, Ratio(5, 9), Ratio(15, 100), 0, 1),
        (5, Ratio(2, 10), Ratio(30, 100), 0, 2),
        (5, Ratio(1, 10), Ratio(30, 100), 0, None),  # the Circular has no line for this
    ],
)
def test_points_of_indicator_9(
    offered: int, eligible: Ratio, online: Ratio | None, overdue: int | None, points: int | None
) -> None:
    assert online_services_2018(offered, eligible, online, overdue) == points


def test_a_chart_needs_two_days_and_steps_between_them() -> None:
    first, last = dt.date(2026, 1, 1), dt.date(2026, 1, 11)
    assert line([(last, 0.5)], last) is None
    chart = line([(first, 0.1), (dt.date(2026, 1, 6), 0.2)], last)
    assert chart is not None
    assert chart.top == 0.25
    assert chart.line == "M0 600H500V200H1000"


def test_bands_fill_the_whole_height() -> None:
    first, last = dt.date(2026, 1, 1), dt.date(2026, 1, 11)
    chart = bands([(first, [0.5, 0.5]), (dt.date(2026, 1, 6), [0.25, 0.75])], last)
    assert chart is not None
    assert [band.outline for band in chart.bands] == [
        "M0 500H500V750H1000V1000H500V1000H0Z",
        "M0 0H500V0H1000V750H500V500H0Z",
    ]
    assert [band.middle for band in chart.bands] == [87.5, 37.5]
