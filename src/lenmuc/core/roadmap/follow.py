"""The approved plan against what has happened: levels by quarter, and work that is late."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from lenmuc.core.checklists import Criterion, Scheme, Scope
from lenmuc.core.quarters import end_of
from lenmuc.core.roadmap.gather import OfferingGap, item_id
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


def over_by(quarters: Sequence[str], today: dt.date) -> int:
    """How many of the plan's quarters are over."""
    return sum(end_of(quarter) <= today for quarter in quarters)


class Open:
    """Which criteria are not met today, place by place: of the platform, an agency, a service, an
    offering.
    """

    def __init__(self, scheme: Scheme, gaps: Iterable[OfferingGap]) -> None:
        self._scheme = scheme
        self._unmet: dict[tuple[str, str], int] = {}
        self._blocked: dict[tuple[str, str], int] = {}
        for gap in gaps:
            for place in (("", ""), ("", gap.agency), (gap.service, ""), (gap.service, gap.agency)):
                self._unmet[place] = self._unmet.get(place, 0) | gap.unmet
                if gap.blocked:
                    self._blocked[place] = self._blocked.get(place, 0) | gap.blocked

    def _has(self, masks: Mapping[tuple[str, str], int], line: Line) -> bool:
        bit = self._scheme.index.get(line.criterion)
        return bit is not None and masks.get((line.service, line.agency), 0) >> bit & 1 == 1

    def __contains__(self, line: Line) -> bool:
        """Whether the criterion of a work item is not met where the item is done."""
        return self._has(self._unmet, line)

    def barred(self, line: Line) -> bool:
        """Whether an answer there says that the law bars it."""
        return self._has(self._blocked, line)


def needs_of(scheme: Scheme, line: Line) -> tuple[str, ...]:
    """The ids of the items that come before one and are settled by its own place."""
    criterion = scheme.criterion(line.criterion) if line.criterion in scheme.index else None
    if criterion is None or criterion.work is None:
        return ()
    needed = [scheme.criterion(id) for id in criterion.work.needs if id in scheme.index]
    own = _scope(criterion)
    return tuple(
        item_id(need.id, _scope(need), line.service, line.agency)
        for need in needed
        if own == "offering" or _scope(need) in ("platform", own)
    )


def _scope(criterion: Criterion) -> Scope:
    return criterion.work.at if criterion.work else criterion.scope


def late_work(scheme: Scheme, view: RoadmapView, open_: Open, over: int) -> tuple[Late, ...]:
    """The items of the first `over` quarters that are not done, those that the most filings wait for
    first.
    """
    due = {
        line.id: line
        for line in view.lines
        if line.quarter is not None and line.quarter < over and line in open_
    }
    found = []
    for line in due.values():
        causes = [due[need] for need in needs_of(scheme, line) if need in due]
        quarter = line.quarter or 0
        found.append(Late(line, over - quarter, min(causes, key=lambda c: c.quarter or 0, default=None)))
    return tuple(sorted(found, key=lambda late: (-late.line.serves.filings, late.line.id)))
