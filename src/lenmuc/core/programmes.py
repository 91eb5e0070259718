"""Targets and tasks of a programme: how a target stands today, and how a task does. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal, get_args

import msgspec

from lenmuc.core.checklists import Words
from lenmuc.core.figures import Figure, Value
from lenmuc.core.quarters import end_of

Sense = Literal["at_least", "at_most"]
Unit = Literal["percent", "count"]
Counted = Literal["services", "filings"]
Tier = Literal["", "ministry", "province", "commune"]
TargetState = Literal["reached", "on_course", "at_risk", "late", "unknown"]
Ground = Literal["", "value", "forecast", "pace"]
Step = Literal["open", "reported", "returned", "accepted"]
TaskState = Literal["open", "reported", "returned", "late", "done"]

TARGET_STATES: Final[tuple[TargetState, ...]] = get_args(TargetState)
TASK_STATES: Final[tuple[TaskState, ...]] = get_args(TaskState)
TOO_EARLY = 0.1
"""The part of its time that has to be over before the pace of a target says anything."""
# In what a measure can be counted; what is not here gives no single value.
_WAYS: Final[Mapping[str, tuple[Counted, ...]]] = {
    "reached": ("services", "filings"),
    "verified": ("services", "filings"),
    "silent": ("services",),
    "lapsed": ("services",),
    "online": ("filings",),
}


def ways(figure: Figure) -> tuple[Counted, ...]:
    """In what a target can count by a figure: services, filings, both, or nothing at all."""
    return _WAYS.get(figure.measure, ())


def for_a_tier(figure: Figure) -> bool:
    """Whether its value can be told for one tier: what rests on answers and reviews is not kept so."""
    return figure.remembers and bool(ways(figure))


class Goal(msgspec.Struct, frozen=True):
    """What a target wants: at least or at most so many per cent (0–100), or so many services or filings."""

    sense: Sense
    unit: Unit
    amount: float
    counted: Counted = "services"

    def met(self, value: float) -> bool:
        """Whether a value, in the same unit, is enough; a rounding error of the computer decides nothing."""
        slack = 1e-9 * max(1.0, abs(self.amount))
        return value >= self.amount - slack if self.sense == "at_least" else value <= self.amount + slack

    def of(self, value: Value) -> float | None:
        """What a figure's value is in the unit of this goal; `None` when it is not known."""
        ratio = value.offerings if self.counted == "services" else value.filings
        if ratio is None or not ratio.whole:
            return None
        return 100 * ratio.part / ratio.whole if self.unit == "percent" else float(ratio.part)


class Judged(msgspec.Struct, frozen=True):
    """How a target stands, and what that rests on: its value, the forecast, or its pace so far."""

    state: TargetState
    ground: Ground = ""


def on_the_line(start: float, goal: Goal, begin: dt.date, due: dt.date, day: dt.date) -> float:
    """What an even pace from `start` on the day `begin` gives on `day`; all of it at `due`."""
    length = (due - begin).days
    if length <= 0 or day >= due:
        return goal.amount
    return start + (goal.amount - start) * max(0, (day - begin).days) / length


def judge(
    goal: Goal,
    begin: dt.date,
    due: dt.date,
    today: dt.date,
    value: float | None,
    *,
    start: float | None = None,
    forecast: float | None = None,
) -> Judged:
    """The state of a target. `value` is today's, `start` that of `begin`, `forecast` the plan's for `due`.

    Unknown is unknown before and after the date. A value that is enough is reached, whenever; one that is
    not is late from the day after `due`. Before that the forecast of the approved roadmap decides; without
    one the pace so far, once a tenth of the time is over.
    """
    if value is None:
        return Judged("unknown")
    if goal.met(value):
        return Judged("reached", "value")
    if today > due:
        return Judged("late", "value")
    if forecast is not None:
        return Judged("on_course" if goal.met(forecast) else "at_risk", "forecast")
    length = (due - begin).days
    if start is None or length <= 0 or (today - begin).days < TOO_EARLY * length:
        return Judged("unknown", "pace")
    line = Goal(goal.sense, goal.unit, on_the_line(start, goal, begin, due, today))
    return Judged("on_course" if line.met(value) else "at_risk", "pace")


class Rise(msgspec.Struct, frozen=True):
    """Offerings that an approved roadmap brings to a level in a quarter (as 2027Q1), and their filings."""

    quarter: str
    offerings: int
    filings: int


def foreseen(
    rises: Sequence[Rise], counted: Counted, before: int, now: int, today: dt.date, due: dt.date
) -> int:
    """How many a roadmap foresees at the end of `due`: services or filings, as `counted`.

    `before` were there when it was made, `now` are there today. What it wanted by the last quarter that is
    over and has not come is not made up for; what is there already stays.
    """

    def by(day: dt.date) -> int:
        last = day + dt.timedelta(days=1)
        return sum(
            rise.offerings if counted == "services" else rise.filings
            for rise in rises
            if end_of(rise.quarter) <= last
        )

    missed = max(0, before + by(today - dt.timedelta(days=1)) - now)
    return max(now, before + by(due) - missed)


class TaskJudged(msgspec.Struct, frozen=True):
    """How a task stands. `days_late` counts from the due day to its report, or to today without one."""

    state: TaskState
    days_late: int = 0


def judge_task(step: Step, due: dt.date, reported: dt.date | None, today: dt.date) -> TaskJudged:
    """The state of a task from its last step, and the day of its last report.

    A report that waits, or was accepted, stops the clock on its day; one that was returned does not.
    """
    if step == "accepted" or step == "reported":
        late = max(0, ((reported or today) - due).days)
        return TaskJudged("done" if step == "accepted" else "reported", late)
    late = max(0, (today - due).days)
    return TaskJudged("late" if late else step, late)


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a target of the library is measured here: a figure, and what its value has to be."""

    figure: str
    sense: Sense
    amount: float
    unit: Unit = "percent"
    counted: Counted = "services"


class LibraryTarget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A target that a published document sets, in our own words.

    `values` are its numbers as the document gives them: none for a mere timetable, several where tiers have
    their own. `due` is the last day, `when` says it in words where there is no one day. `measured` names the
    figure of ours that counts it; without one `missing` says what nobody has given us.
    """

    id: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{1,60}$")]
    name: Words
    document: Words
    scope: Literal["nation", "ministries", "province", "city", "agency", "service"]
    sense: Sense
    values: tuple[float, ...]
    unit: Words
    confidence: Literal["verified", "secondary", "repository"]
    due: dt.date | None = None
    when: Words | None = None
    measured: Kept | None = None
    missing: Words | None = None
