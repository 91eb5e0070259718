"""Parts of a briefing out of counts: agencies with their ranks, late work with its reasons, what comes
next.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

import msgspec

from lenmuc.core.briefing.state import Body, LateWork, Levels, Move, Next, Plan, SaidCause, Shared, Why
from lenmuc.core.checklists import Scheme, Words
from lenmuc.core.desk import ranking
from lenmuc.core.figures import Counts
from lenmuc.core.levels import LEVELS
from lenmuc.core.quarters import after
from lenmuc.core.roadmap.follow import Late, Open, Verified, late_work, over_by, stands_of
from lenmuc.core.roadmap.gaps import Said
from lenmuc.core.roadmap.gather import CENTRAL
from lenmuc.core.roadmap.reports import Report
from lenmuc.core.roadmap.view import Line, RoadmapView

Tally = Mapping[int, Counts]
_WHY: Mapping[str, Why] = {each: each for each in get_args(Why)}
_SAID = 40  # causes in people's own words: the rest stands where the roadmap is followed
_SHARED = 30  # rows of the central team's work: the rest stands in the roadmap
TIERS = ("province", "commune", "ministry")  # ranked apart, in this order


class Moved(msgspec.Struct, frozen=True):
    """Offerings of one agency that went from one level to another in a quarter. `fresh` ones of them
    entered the
    catalogue in it: they began at the level that they entered with.
    """

    agency: str
    was: int
    became: int
    offerings: int
    filings: int
    fresh: int = 0


class AgencyIn(msgspec.Struct, frozen=True):
    """An agency as far as a briefing asks."""

    code: str
    name: Words
    tier: str


def levels_of(tally: Tally) -> Levels | None:
    """The counts by level; `None` when nothing was counted."""
    if not tally:
        return None
    counts = [tally.get(level, Counts()) for level in LEVELS]
    return Levels(
        tuple(each.offerings for each in counts),
        tuple(each.filings for each in counts),
        sum(each.unfiled for each in counts),
    )


def moves_of(moved: Iterable[Moved]) -> tuple[Move, ...]:
    """All agencies together, from the largest rise; what came back to its level is no move."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for each in moved:
        if each.was == each.became:
            continue
        offerings, filings = found.get((each.was, each.became), (0, 0))
        found[each.was, each.became] = (offerings + each.offerings, filings + each.filings)
    order = sorted(found, key=lambda pair: (-(pair[1] - pair[0]), -pair[1]))
    return tuple(Move(was, became, *found[was, became]) for was, became in order)


def bodies_of(
    agencies: Sequence[AgencyIn],
    now: Mapping[str, Tally],
    before: Mapping[str, Tally],
    moved: Iterable[Moved],
    verified: Mapping[str, int],
) -> tuple[Body, ...]:
    """Every agency that offers something, by tier and rank. Each tier is ranked by itself, as on the desk."""
    rose: Counter[str] = Counter()
    fell: Counter[str] = Counter()
    for each in moved:
        rose[each.agency] += each.offerings if each.became > each.was else 0
        fell[each.agency] += each.offerings if each.became < each.was else 0
    names = {each.code: each for each in agencies}
    found = []
    for tier in TIERS:
        mine = {code for code, each in names.items() if each.tier == tier}
        then = {row.agency: row for row in ranking({c: t for c, t in before.items() if c in mine and t})}
        for row in ranking({c: t for c, t in now.items() if c in mine and t}):
            was = then.get(row.agency)
            found.append(
                Body(
                    row.agency, names[row.agency].name, tier, row.levels, was.levels if was else None,
                    row.rank, was.rank if was else None, rose[row.agency], fell[row.agency],
                    verified.get(row.agency, 0),
                )
            )  # fmt: skip
    return tuple(found)


class Reasons:
    """Why late work is late: what the nearest answer names, what it waits for, or that nobody has
    answered.
    """

    def __init__(self, said: Iterable[Said], open_: Open) -> None:
        self._said = {(each.criterion, each.service, each.agency): each for each in said}
        self._open = open_

    def of(self, late: Late) -> Why:
        """One reason, the most telling first: the law, then what was written of this very item."""
        line, report = late.line, late.report
        if self._open.barred(line):
            return "law"
        if report is not None:
            return "reported" if report.says == "finished" else _WHY.get(report.cause, "other")
        places = ((line.service, line.agency), (line.service, ""), ("", line.agency), ("", ""))
        answers = (self._said.get((line.criterion, *place)) for place in places)
        nearest = next((each for each in answers if each is not None), None)
        if nearest is not None and nearest.value == "not_met" and nearest.blocker:
            return _WHY.get(nearest.blocker, "other")
        if late.cause is not None:
            return "waits"
        return "confirm" if nearest is None or nearest.value != "not_met" else "unfinished"


def late_groups(view: RoadmapView, late: Sequence[Late], reasons: Reasons) -> tuple[LateWork, ...]:
    """Late items by criterion, those that the most filings wait for first."""
    groups: dict[str, list[Late]] = {}
    for each in late:
        groups.setdefault(each.line.criterion, []).append(each)
    found = []
    for criterion, items in groups.items():
        why = Counter(reasons.of(each) for each in items)
        found.append(
            LateWork(
                criterion,
                _words(view.names.criteria, criterion),
                len(items),
                sum(each.line.serves.offerings for each in items),
                sum(each.line.serves.filings for each in items),
                max(each.quarters for each in items),
                tuple(sorted(why.items(), key=lambda pair: (-pair[1], pair[0]))),
            )
        )
    return tuple(sorted(found, key=lambda group: (-group.filings, group.criterion)))


def said_causes(view: RoadmapView, late: Sequence[Late], zone: dt.tzinfo | None) -> tuple[SaidCause, ...]:
    """The causes that people wrote, those that the most filings wait for first; `late` comes so ordered."""
    names = view.names
    return tuple(
        SaidCause(
            each.line.criterion,
            _words(names.criteria, each.line.criterion),
            _words(names.services, each.line.service) if each.line.service else None,
            _words(names.agencies, each.line.agency) if each.line.agency else None,
            None if each.line.pool == CENTRAL else _words(names.agencies, each.line.pool),
            each.quarters,
            each.line.serves.filings,
            _WHY.get(each.report.cause, "other"),
            each.report.text,
            each.report.by,
            each.report.at.astimezone(zone).date(),
        )
        for each in late
        if each.report and each.report.says == "late"
    )


def _words(names: Mapping[str, Words], code: str) -> Words:
    return names.get(code) or Words(code, code)


def next_of(view: RoadmapView, quarter: str) -> Next | None:
    """What the plan asks for in the quarter after this one; `None` when it ends before."""
    coming = after(quarter)
    if coming not in view.quarters:
        return None
    at = view.quarters.index(coming)
    lines = [line for line in view.lines if line.quarter == at]
    groups: dict[str, list[Line]] = {}
    for line in lines:
        if line.pool == CENTRAL:
            groups.setdefault(line.service or line.id, []).append(line)
    ordered = sorted(
        groups.values(), key=lambda g: (bool(g[0].service), -max(x.serves.filings for x in g), g[0].id)
    )
    step = view.steps[at]
    return Next(
        coming,
        len(lines),
        sum(line.days for line in lines),
        step.new_3,
        step.new_4,
        tuple(_shared(view, group) for group in ordered[:_SHARED]),
        len(ordered),
    )


def _shared(view: RoadmapView, group: Sequence[Line]) -> Shared:
    first = group[0]
    if first.service:
        name = _words(view.names.services, first.service)
    else:
        name = _words(view.names.criteria, first.criterion)
    return Shared(
        tuple(sorted(line.criterion for line in group)),
        name,
        sum(line.days for line in group),
        max(line.serves.offerings for line in group),
    )


def plan_of(
    id: int,
    name: str,
    approved: dt.date,
    scheme: Scheme,
    view: RoadmapView,
    quarter: str,
    day: dt.date,
    open_: Open,
    said: Iterable[Said],
    reports: Mapping[str, Report] = {},
    verified: Verified | None = None,
    zone: dt.tzinfo | None = None,
) -> tuple[Plan, Counter[str], dict[str, tuple[int, float]]]:
    """The plan against the quarter, whose quarters up to `day` are over; late items by agency (or team);
    items and
    person-days that the next quarter asks of each.
    """
    over = over_by(view.quarters, day + dt.timedelta(days=1))
    late = late_work(scheme, view, open_, over, reports)
    due = [line for line in view.lines if line.quarter is not None and line.quarter < over]
    causes = said_causes(view, late, zone)
    step = view.steps[view.quarters.index(quarter)] if quarter in view.quarters else None
    coming = next_of(view, quarter)
    asked: dict[str, tuple[int, float]] = {}
    for line in view.lines:
        if coming and line.quarter is not None and view.quarters[line.quarter] == coming.quarter:
            items, days = asked.get(line.pool, (0, 0.0))
            asked[line.pool] = (items + 1, days + line.days)
    plan = Plan(
        id,
        name,
        approved,
        step.at_3 if step else None,
        step.at_4 if step else None,
        len(due),
        len(late),
        late_groups(view, late, Reasons(said, open_)),
        coming,
        sum(each.state == "verified" for each in stands_of(due, open_, verified, {})) if verified else None,
        causes[:_SAID],
        len(causes),
    )
    return plan, Counter(each.line.pool for each in late), asked


def with_work(
    bodies: Iterable[Body], late: Mapping[str, int], asked: Mapping[str, tuple[int, float]]
) -> tuple[Body, ...]:
    """The agencies with their late work and what the next quarter asks of them."""
    found = []
    for body in bodies:
        items, days = asked.get(body.code, (0, 0.0))
        found.append(msgspec.structs.replace(body, late=late.get(body.code, 0), asked=items, asked_days=days))
    return tuple(found)
