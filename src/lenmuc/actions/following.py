"""Following an approved roadmap: what was planned by now, what is true today, and which work is late."""

import asyncio
import datetime as dt

import msgspec

from lenmuc.actions.computing import the_task
from lenmuc.actions.roadmap_view import NO_ROADMAP, Views
from lenmuc.content.everything import Content
from lenmuc.core.answers import Identity
from lenmuc.core.errors import NotFound
from lenmuc.core.quarters import begin_of, end_of
from lenmuc.core.roadmap.follow import Late, Open, QuarterStand, late_work, over_by
from lenmuc.core.roadmap.view import RoadmapView
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store.database import Database
from lenmuc.store.roadmaps import Roadmap


class Followed(msgspec.Struct, frozen=True):
    """An approved roadmap against today."""

    roadmap: Roadmap
    view: RoadmapView
    quarters: tuple[QuarterStand, ...]
    late: tuple[Late, ...]
    finished: int
    due: int


async def follow(
    db: Database, content: Content, views: Views, who: Identity, id: int, now: dt.datetime
) -> Followed:
    """How an approved roadmap stands at `now`. Raises `NotFound` for one that was never approved."""
    roadmap, view = await views.open(who, id)
    scheme = content.schemes.get(roadmap.scheme)
    if view is None or roadmap.approved is None or scheme is None:
        raise NotFound(NO_ROADMAP)
    over = over_by(view.quarters, now.date())
    stands = []
    async with db.transaction(who, read_only=True) as conn:
        for step in view.steps:
            begun = begin_of(step.quarter) <= now.date()
            ended = end_of(step.quarter) <= now.date()
            end = dt.datetime.combine(end_of(step.quarter), dt.time(), now.tzinfo)
            levels = None
            if begun:
                levels = await roadmaps_store.levels_at(conn, scheme.id, roadmap.agency, min(end, now))
            stands.append(
                QuarterStand(
                    step.quarter,
                    step.at_3,
                    step.at_4,
                    levels.at_3 if levels else None,
                    levels.at_4 if levels else None,
                    levels.unknown if levels else 0,
                    ended,
                )
            )
    task = await the_task(db, scheme, who, roadmap.settings)
    open_ = await asyncio.to_thread(Open, scheme, task.gaps)
    late = late_work(scheme, view, open_, over)
    due = sum(line.quarter is not None and line.quarter < over for line in view.lines)
    return Followed(roadmap, view, tuple(stands), late, due - len(late), due)
