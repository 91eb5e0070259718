"""The drawing of a value on its way to a goal."""

import datetime as dt
from typing import Any

from lenmuc.core.charts import Course, course

BEGIN, DUE = dt.date(2026, 1, 1), dt.date(2026, 4, 11)  # a hundred days


def day(number: int) -> dt.date:
    return BEGIN + dt.timedelta(days=number)


def drawn(**changes: Any) -> Course:
    asked: dict[str, Any] = {
        "points": [(day(-9), 10.0), (day(50), 20.0)], "begin": BEGIN, "due": DUE, "today": day(60),
        "goal": 80.0,
    }  # fmt: skip
    found = course(**{**asked, **changes})
    assert found is not None
    return found


def test_the_line_goes_in_steps_to_today_and_the_way_straight_to_the_goal() -> None:
    found = drawn(forecast=60.0, whole=100.0)
    assert found.top == 100.0
    assert found.line == "M0 900H500V800H600"
    assert found.way == "M0 900L1000 200"
    assert (found.goal_y, found.now_y, found.now_x, found.forecast_y) == (20.0, 80.0, 60.0, 40.0)
    assert [(tick.x, tick.day) for tick in found.ticks] == [(0.0, BEGIN), (60.0, day(60)), (100.0, DUE)]


def test_of_several_changes_before_the_first_day_the_last_one_counts() -> None:
    assert drawn(points=[(day(-9), 10.0), (day(-1), 30.0)]).line == "M0 700H600"


def test_a_history_that_begins_later_begins_its_way_there() -> None:
    found = drawn(points=[(day(50), 20.0)])
    assert found.line == "M500 800H600"
    assert found.way.startswith("M500 800L")


def test_after_the_day_the_drawing_goes_on_to_today() -> None:
    found = drawn(today=day(200), points=[(day(0), 10.0)])
    assert found.line == "M0 900H1000"
    assert found.way == "M0 900L500 200"
    assert found.goal_x == 50.0


def test_numbers_get_a_round_upper_edge() -> None:
    assert drawn(points=[(day(0), 300.0)], goal=982.0).top == 1000.0
    assert drawn(points=[(day(0), 1.0)], goal=1.5).top == 2.0
    assert drawn(points=[(day(0), 0.0)], goal=0.0).top > 0


def test_there_is_no_drawing_without_a_value_or_without_time() -> None:
    changes: dict[str, Any]
    for changes in ({"points": []}, {"due": BEGIN}, {"points": [(day(61), 3.0)]}):
        asked = {"points": [(day(0), 1.0)], "begin": BEGIN, "due": DUE, "today": day(60), "goal": 80.0}
        assert course(**{**asked, **changes}) is None
