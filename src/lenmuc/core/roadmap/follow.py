"""The approved plan against what has happened: levels by quarter, work that is late, work to be verified."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from lenmuc.core.checklists import Criterion, Scheme, Scope
from lenmuc.core.quarters import end_of
from lenmuc.core.roadmap.gather import OfferingGap, item_id
from lenmuc.core.roadmap.reports import Report
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

    `cause` is the late work it waits for, if any; `quarters` is how many quarters late it is at least;
    `report` what people say of it.
    """

    line: Line
    quarters: int
    cause: Line | None
    report: Report | None = None


WorkState = Literal["open", "reported", "met", "verified"]


class Stand(msgspec.Struct, frozen=True):
    """One planned item today. Reported: said to be finished while its criterion is not met. Met: answered so,
    and a reviewer has verified it at `verified` of the `offerings` it is for. Verified: at all of them.
    """

    line: Line
    state: WorkState
    verified: int
    offerings: int
    report: Report | None


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


class Verified:
    """At how many offerings of each place a reviewer has verified a level, from (service, agency, level)."""

    def __init__(self, scheme: Scheme, places: Iterable[tuple[str, str, int]]) -> None:
        self._levels = {each.id: each.level for each in scheme.criteria}
        self._count: Counter[tuple[str, str, int]] = Counter()
        for service, agency, level in places:
            for at in {("", ""), ("", agency), (service, ""), (service, agency)}:
                self._count.update((*at, reached) for reached in range(1, level + 1))

    def at(self, line: Line) -> int:
        """Offerings at the place of an item whose verified level includes its criterion."""
        return self._count[line.service, line.agency, self._levels.get(line.criterion, 0)]


def stands_of(
    lines: Iterable[Line], open_: Open, verified: Verified, reports: Mapping[str, Report]
) -> tuple[Stand, ...]:
    """How each planned item stands today, in their order."""
    found = []
    for line in lines:
        report, offerings = reports.get(line.id), line.serves.offerings
        if line in open_:
            state: WorkState = "reported" if report and report.says == "finished" else "open"
            found.append(Stand(line, state, 0, offerings, report))
        else:
            count = min(verified.at(line), offerings)
            state = "verified" if 0 < count == offerings else "met"
            found.append(Stand(line, state, count, offerings, report))
    return tuple(found)


def late_work(
    scheme: Scheme, view: RoadmapView, open_: Open, over: int, reports: Mapping[str, Report] = {}
) -> tuple[Late, ...]:
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
        cause = min(causes, key=lambda c: c.quarter or 0, default=None)
        found.append(Late(line, over - quarter, cause, reports.get(line.id)))
    return tuple(sorted(found, key=lambda late: (-late.line.serves.filings, late.line.id)))
