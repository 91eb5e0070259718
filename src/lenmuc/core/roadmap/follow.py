"""The approved plan against what has happened: levels by quarter, and work that is late."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import msgspec

from lenmuc.core.roadmap.view import Line, RoadmapView


class QuarterStand(msgspec.Struct, frozen=True):
    """One quarter of the plan: offerings at level 3 or above and at level 4 at its end, planned and in truth.

    `actual_*` are `None` while the quarter has not begun; `unknown` counts offerings whose level then nobody
    has recorded. `over` says that the quarter has ended.
    """

    quarter: str
    planned_3: int
    planned_4: int
    actual_3: int | None
    actual_4: int | None
    unknown: int
    over: bool


class Late(msgspec.Struct, frozen=True):
    """Work that the plan finishes in a quarter that is over, and whose criterion is not met today.

    `cause` is the late work it waits for, if any; `quarters` is how many quarters late it is at least.
    """

    line: Line
    quarters: int
    cause: Line | None


def end_of(quarter: str) -> dt.date:
    """The first day after a quarter such as 2027Q1."""
    year, number = int(quarter[:4]), int(quarter[5:])
    return dt.date(year + number // 4, number % 4 * 3 + 1, 1)


def begin_of(quarter: str) -> dt.date:
    """The first day of a quarter."""
    return dt.date(int(quarter[:4]), int(quarter[5:]) * 3 - 2, 1)


def over_by(quarters: Sequence[str], today: dt.date) -> int:
    """How many of the plan's quarters are over."""
    return sum(end_of(quarter) <= today for quarter in quarters)


def late_work(
    view: RoadmapView, open_: Collection[str], needs: Mapping[str, Sequence[str]], over: int
) -> tuple[Late, ...]:
    """The late items, those that the most filings wait for first.

    `open_` are the items (ids) whose criterion is not met today, `needs` what comes before each.
    """
    due = {
        line.id: line
        for line in view.lines
        if line.quarter is not None and line.quarter < over and line.id in open_
    }
    found = []
    for line in due.values():
        causes = [due[need] for need in needs.get(line.id, ()) if need in due]
        quarter = line.quarter or 0
        found.append(Late(line, over - quarter, min(causes, key=lambda c: c.quarter or 0, default=None)))
    return tuple(sorted(found, key=lambda late: (-late.line.serves.filings, late.line.id)))
