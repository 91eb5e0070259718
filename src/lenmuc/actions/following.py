"""Following an approved roadmap: what was planned by now, what is true today, and which work is late."""

import asyncio
import datetime as dt

import msgspec

from lenmuc.actions.computing import the_task
from lenmuc.actions.roadmap_view import NO_ROADMAP, Views
from lenmuc.actions.statuses import statuses
from lenmuc.content.everything import Content
from lenmuc.core.answers import Identity
from lenmuc.core.checklists import Scheme
from lenmuc.core.errors import NotFound
from lenmuc.core.quarters import begin_of, end_of
from lenmuc.core.reviews import ReviewRules
from lenmuc.core.roadmap.follow import (
    Late,
    Open,
    QuarterStand,
    Stand,
    Verified,
    late_work,
    over_by,
    stands_of,
)
from lenmuc.core.roadmap.gather import CENTRAL
from lenmuc.core.roadmap.reports import Report, standing
from lenmuc.core.roadmap.view import RoadmapView
from lenmuc.store import reviews as reviews_store
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store import work_reports as work_reports_store
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection
from lenmuc.store.roadmaps import Roadmap


class Followed(msgspec.Struct, frozen=True):
    """An approved roadmap, or the part of one agency, against today.

    Of `due` items the criteria of `finished` are met, of these `verified` by a reviewer everywhere. `stands`:
    every planned item of the team, or of all teams. `over` quarters of the plan are over.
    """

    roadmap: Roadmap
    view: RoadmapView
    quarters: tuple[QuarterStand, ...]
    late: tuple[Late, ...]
    stands: tuple[Stand, ...]
    finished: int
    verified: int
    due: int
    over: int


async def verified_places(
    conn: Connection, scheme: Scheme, agency: str, day: dt.date, rules: ReviewRules
) -> Verified:
    """Where a reviewer has verified levels that hold on a day, of one agency or (empty) of all."""
    found = await reviews_store.standings(conn, scheme.id, agency=agency)
    states = await statuses(conn, scheme, day, rules, agency=agency)
    return Verified(
        scheme, [(*place, each.level) for place, each in found.items() if states[place] == "verified"]
    )


async def follow(
    db: Database,
    content: Content,
    views: Views,
    rules: ReviewRules,
    who: Identity,
    id: int,
    now: dt.datetime,
    team: str = "",
) -> Followed:
    """How an approved roadmap stands at `now`; with `team`, the work of that agency.

    Raises `NotFound` for one that was never approved, or has no work of this agency.
    """
    roadmap, view = await views.open(who, id, team)
    scheme = content.schemes.get(roadmap.scheme)
    if view is None or roadmap.approved is None or scheme is None:
        raise NotFound(NO_ROADMAP)
    over = over_by(view.quarters, now.date())
    settings = msgspec.structs.replace(roadmap.settings, agency=team) if team else roadmap.settings
    async with db.transaction(who, read_only=True) as conn:
        quarters = () if team else await _quarters(conn, scheme, roadmap, view, now)
        reports = standing(await work_reports_store.current_reports(conn, team or None))
        verified = await verified_places(conn, scheme, settings.agency, now.date(), rules)
    task = await the_task(db, scheme, who, settings)
    open_ = await asyncio.to_thread(Open, scheme, task.gaps)
    late = [each for each in late_work(scheme, view, open_, over, reports) if team in ("", each.line.pool)]
    lines = [each for each in view.lines if each.quarter is not None and team in ("", each.pool)]
    stands = await asyncio.to_thread(stands_of, lines, open_, verified, reports)
    due = [each for each in stands if (each.line.quarter or 0) < over]
    return Followed(
        roadmap, view, quarters, tuple(late), stands, sum(each.state in ("met", "verified") for each in due),
        sum(each.state == "verified" for each in due), len(due), over,
    )  # fmt: skip


async def _quarters(
    conn: Connection, scheme: Scheme, roadmap: Roadmap, view: RoadmapView, now: dt.datetime
) -> tuple[QuarterStand, ...]:
    found = []
    for step in view.steps:
        levels = None
        if begin_of(step.quarter) <= now.date():
            end = dt.datetime.combine(end_of(step.quarter), dt.time(), now.tzinfo)
            levels = await roadmaps_store.levels_at(conn, scheme.id, roadmap.agency, min(end, now))
        found.append(
            QuarterStand(
                step.quarter, step.at_3, step.at_4, levels.at_3 if levels else None,
                levels.at_4 if levels else None, levels.unknown if levels else 0,
                end_of(step.quarter) <= now.date(),
            )
        )  # fmt: skip
    return tuple(found)


async def approved_for(db: Database, who: Identity, agency: str) -> Roadmap | None:
    """The roadmap that was approved last of those that plan the work of an agency."""
    async with db.transaction(who, read_only=True) as conn:
        found = [each for each in await roadmaps_store.list_roadmaps(conn, agency) if each.baseline]
    return max(found, key=lambda each: each.approved or each.created, default=None)


class Item(msgspec.Struct, frozen=True):
    """One item of an approved roadmap with everything that was said of it, the newest first."""

    roadmap: Roadmap
    view: RoadmapView
    stand: Stand
    late: Late | None
    history: tuple[Report, ...]


async def open_item(
    db: Database,
    content: Content,
    views: Views,
    rules: ReviewRules,
    who: Identity,
    id: int,
    item: str,
    now: dt.datetime,
) -> Item:
    """A planned item of an approved roadmap as `who` may see it: staff that of their own agency.

    Raises `NotFound` for any other.
    """
    team = who.agency
    if not team:
        _, view = await views.open(who, id)
        line = view.by_id.get(item) if view else None
        team = line.pool if line and line.pool != CENTRAL else ""
    found = await follow(db, content, views, rules, who, id, now, team)
    stand = next((each for each in found.stands if each.line.id == item), None)
    if stand is None:
        raise NotFound(NO_ROADMAP)
    async with db.transaction(who, read_only=True) as conn:
        history = await work_reports_store.history_of_reports(conn, item)
    late = next((each for each in found.late if each.line.id == item), None)
    return Item(found.roadmap, found.view, stand, late, tuple(history))
