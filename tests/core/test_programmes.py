"""How targets and tasks stand, and what their forms may say; no database."""

import datetime as dt

import msgspec
import pytest

from lenmuc.core.figures import Ratio, Value
from lenmuc.core.programme_forms import (
    ProgrammeForm,
    TargetForm,
    TaskForm,
    read_programme,
    read_target,
    read_task,
)
from lenmuc.core.programmes import (
    Goal,
    Judged,
    Rise,
    TaskJudged,
    for_a_tier,
    foreseen,
    judge,
    judge_task,
    on_the_line,
    ways,
)
from tests.core.test_figures import like

BEGIN, DUE = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
MORE = Goal("at_least", "percent", 80.0)
LESS = Goal("at_most", "percent", 20.0)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("goal", "today", "value", "start", "forecast", "state", "ground"),
    [
        (MORE, "2026-06-01", None, 0.0, 90.0, "unknown", ""),
        (MORE, "2027-06-01", None, 0.0, None, "unknown", ""),
        (MORE, "2026-06-01", 80.0, 0.0, None, "reached", "value"),
        (MORE, "2027-06-01", 80.0, 0.0, None, "reached", "value"),
        (MORE, "2026-06-01", 79.9999999999, 0.0, None, "reached", "value"),
        (MORE, "2026-12-31", 79.9, 0.0, 85.0, "on_course", "forecast"),
        (MORE, "2027-01-01", 79.9, 0.0, 85.0, "late", "value"),
        (MORE, "2026-06-01", 10.0, 0.0, 80.0, "on_course", "forecast"),
        (MORE, "2026-06-01", 70.0, 0.0, 79.0, "at_risk", "forecast"),
        (MORE, "2026-07-02", 40.0, 0.0, None, "on_course", "pace"),
        (MORE, "2026-07-02", 39.0, 0.0, None, "at_risk", "pace"),
        (MORE, "2026-01-20", 0.0, 0.0, None, "unknown", "pace"),
        (MORE, "2025-06-01", 10.0, 0.0, None, "unknown", "pace"),
        (MORE, "2026-07-02", 40.0, None, None, "unknown", "pace"),
        (LESS, "2026-06-01", 20.0, 90.0, None, "reached", "value"),
        (LESS, "2026-07-02", 55.0, 90.0, None, "on_course", "pace"),
        (LESS, "2026-07-02", 56.0, 90.0, None, "at_risk", "pace"),
        (LESS, "2027-01-01", 20.1, 90.0, None, "late", "value"),
    ],
)
def test_a_target_stands_where_value_forecast_or_pace_put_it(
    goal: Goal,
    today: str,
    value: float | None,
    start: float | None,
    forecast: float | None,
    state: str,
    ground: str,
) -> None:
    found = judge(goal, BEGIN, DUE, day(today), value, start=start, forecast=forecast)
    assert (found.state, found.ground) == (state, ground)


def test_an_even_pace_ends_at_the_goal() -> None:
    assert on_the_line(10.0, MORE, BEGIN, DUE, BEGIN) == 10.0
    assert on_the_line(10.0, MORE, BEGIN, DUE, day("2025-01-01")) == 10.0
    assert on_the_line(10.0, MORE, BEGIN, DUE, day("2026-07-02")) == 45.0
    assert on_the_line(10.0, MORE, BEGIN, DUE, DUE) == 80.0
    assert on_the_line(10.0, MORE, DUE, DUE, DUE) == 80.0
    assert judge(MORE, DUE, DUE, DUE, 10.0, start=10.0) == Judged("unknown", "pace")


def test_a_goal_reads_what_it_counts_in_its_unit() -> None:
    value = Value(Ratio(3, 12), Ratio(40, 50))
    assert Goal("at_least", "percent", 1).of(value) == 25.0
    assert Goal("at_least", "count", 1).of(value) == 3.0
    assert Goal("at_least", "percent", 1, "filings").of(value) == 80.0
    assert Goal("at_least", "count", 1, "filings").of(value) == 40.0
    assert Goal("at_least", "percent", 1).of(Value()) is None
    assert Goal("at_least", "count", 1).of(Value(Ratio(0, 0))) is None


RISES = (Rise("2026Q1", 10, 100), Rise("2026Q2", 20, 200), Rise("2026Q4", 40, 400))


@pytest.mark.parametrize(
    ("today", "due", "now", "expected"),
    [
        ("2026-01-15", "2026-12-31", 5, 75),  # all of the plan
        ("2026-01-15", "2026-12-30", 5, 35),  # the last quarter ends a day too late
        ("2026-01-15", "2026-03-31", 5, 15),
        ("2026-03-31", "2026-12-31", 5, 75),  # the first quarter is not over before its last day is
        ("2026-04-01", "2026-12-31", 15, 75),  # as planned
        ("2026-04-01", "2026-12-31", 9, 69),  # six are missing, and nobody makes up for them
        ("2026-04-01", "2026-12-31", 30, 75),  # ahead: the plan stands
        ("2026-12-01", "2026-12-31", 90, 90),  # more than the plan: what is there stays
        ("2026-02-01", "2028-12-31", 5, 75),  # after its end the plan brings nothing more
    ],
)
def test_a_forecast_makes_up_for_nothing_that_was_missed(
    today: str, due: str, now: int, expected: int
) -> None:
    assert foreseen(RISES, "services", 5, now, day(today), day(due)) == expected


def test_a_forecast_counts_filings_where_the_target_does() -> None:
    assert foreseen(RISES, "filings", 50, 50, day("2026-01-15"), DUE) == 750


@pytest.mark.parametrize(
    ("step", "reported", "today", "state", "late"),
    [
        ("open", None, "2026-12-31", "open", 0),
        ("open", None, "2027-01-01", "late", 1),
        ("reported", "2026-12-31", "2027-02-01", "reported", 0),  # who waits for the planner is not late
        ("reported", "2027-01-03", "2027-02-01", "reported", 3),
        ("returned", "2026-12-01", "2026-12-31", "returned", 0),
        ("returned", "2026-12-01", "2027-01-02", "late", 2),
        ("accepted", "2026-12-31", "2027-02-01", "done", 0),
        ("accepted", "2027-01-31", "2027-02-01", "done", 31),
    ],
)
def test_a_task_stands_where_its_last_step_and_its_date_put_it(
    step: str, reported: str | None, today: str, state: str, late: int
) -> None:
    when = day(reported) if reported else None
    assert judge_task(msgspec.convert(step, str), DUE, when, day(today)) == TaskJudged(state, late)


def test_a_figure_says_in_what_a_target_may_count() -> None:
    assert ways(like()) == ("services", "filings")
    assert ways(like(measure="online")) == ("filings",)
    assert ways(like(measure="silent")) == ("services",)
    assert ways(like(measure="levels")) == ()
    assert ways(like(measure="parts")) == ()
    assert for_a_tier(like())
    assert not for_a_tier(like(of="eligible"))
    assert not for_a_tier(like(measure="verified"))
    assert not for_a_tier(like(measure="levels"))


PROGRAMME = ProgrammeForm("Chương trình", "", "QĐ 1/QĐ-UBND", "01/01/2026", "31/12/2026")
TARGET = TargetForm(name="Mức 3", figure="x", amount="80", due="31/12/2026", document="Kế hoạch 1/KH-UBND")
TASK = TaskForm("Nối cổng thanh toán", "STP", "1/3/2026", "Biên bản nghiệm thu")
FIGURES = {
    "x": like(),
    "eligible": like(of="eligible"),
    "online": like(measure="online"),
    "parts": like(measure="parts"),
}


def programme_faults(**changes: str) -> list[str]:
    return [each.field for each in read_programme(msgspec.structs.replace(PROGRAMME, **changes))[1]]


def target_faults(**changes: str) -> list[str]:
    form = msgspec.structs.replace(TARGET, **changes)
    return [each.field for each in read_target(form, FIGURES, {"STP"}, {"known"})[1]]


def test_days_are_read_as_they_are_written_here() -> None:
    said, faults = read_programme(PROGRAMME)
    assert (said.first_day, said.last_day, faults) == (BEGIN, DUE, [])
    assert read_programme(msgspec.structs.replace(PROGRAMME, first_day="2026-02-03"))[0].first_day == day(
        "2026-02-03"
    )


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": ""}, ["name"]),
        ({"name": "x" * 301}, ["name"]),
        ({"name_en": "a\x00b"}, ["name_en"]),
        ({"basis": ""}, ["basis"]),
        ({"first_day": "31/02/2026"}, ["first_day"]),
        ({"first_day": ""}, ["first_day"]),
        ({"last_day": "cuối năm"}, ["last_day"]),
        ({"last_day": "31/12/2999"}, ["last_day"]),
        ({"last_day": "01/01/2026"}, ["last_day"]),
    ],
)
def test_a_programme_that_cannot_be_is_named_by_its_field(changes: dict[str, str], fields: list[str]) -> None:
    assert programme_faults(**changes) == fields


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"figure": ""}, []),
        ({"library": "known", "scope": "agency:STP"}, []),
        ({"scope": "tier:commune"}, []),
        ({"amount": "82,5 %"}, []),
        ({"unit": "count", "amount": "982"}, []),
        ({"name": ""}, ["name"]),
        ({"document": ""}, ["document"]),
        ({"due": "soon"}, ["due"]),
        ({"library": "unknown"}, ["library"]),
        ({"figure": "none"}, ["figure"]),
        ({"figure": "parts"}, ["figure"]),
        ({"figure": "online"}, ["counted"]),
        ({"figure": "eligible", "scope": "tier:commune"}, ["scope"]),
        ({"scope": "tier:district"}, ["scope"]),
        ({"scope": "agency:NOBODY"}, ["scope"]),
        ({"scope": "STP"}, ["scope"]),
        ({"sense": "about"}, ["sense"]),
        ({"counted": "people", "figure": ""}, ["counted"]),
        ({"amount": "many"}, ["amount"]),
        ({"amount": "101"}, ["amount"]),
        ({"amount": "-1"}, ["amount"]),
        ({"amount": "nan"}, ["amount"]),
        ({"unit": "count", "amount": "1,5"}, ["amount"]),
        ({"unit": "count", "amount": "inf"}, ["amount"]),
        ({"unit": "kilo", "amount": "1"}, ["unit"]),
    ],
)
def test_a_target_that_cannot_be_is_named_by_its_field(changes: dict[str, str], fields: list[str]) -> None:
    assert target_faults(**changes) == fields


def test_a_target_is_read_with_its_number_and_its_place() -> None:
    form = msgspec.structs.replace(TARGET, amount="82,5", scope="agency:STP")
    said, _ = read_target(form, FIGURES, {"STP"}, ())
    assert (said.goal, said.agency, said.tier) == (Goal("at_least", "percent", 82.5), "STP", "")
    said, _ = read_target(msgspec.structs.replace(TARGET, scope="tier:commune"), FIGURES, {"STP"}, ())
    assert (said.agency, said.tier) == ("", "commune")


def test_a_task_needs_somebody_a_day_and_a_proof() -> None:
    assert read_task(TASK, {"STP"})[1] == []
    bad = TaskForm("", "NOBODY", "", "")
    assert [each.field for each in read_task(bad, {"STP"})[1]] == ["name", "agency", "due", "proof"]
