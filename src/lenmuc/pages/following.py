"""An approved roadmap against what has happened, for planners."""

import datetime as dt
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from lenmuc.actions.following import follow
from lenmuc.actions.roadmap_view import Views
from lenmuc.content.everything import Content
from lenmuc.core.errors import Message
from lenmuc.core.roadmap.follow import Late, QuarterStand
from lenmuc.core.roadmap.sentences import item_words, pool_words, quarter_words
from lenmuc.pages.answering import blocker_words
from lenmuc.pages.scenario_page import planners
from lenmuc.pages.visitors import AnyRequest
from lenmuc.pages.work_reports import WorkItem, work_item
from lenmuc.settings import Settings
from lenmuc.store.database import Database
from lenmuc.store.roadmaps import Roadmap
from lenmuc.web.language import HANOI
from lenmuc.web.reviews import rules_of
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

_MOST = 100


class LateRow(msgspec.Struct, frozen=True):
    """One late item in words; `cause` is the late work it waits for, `said` the cause that people give, if
    any.
    """

    late: Late
    name: Message
    who: Message
    quarter: Message
    cause: Message | None
    said: str


class FollowPage(msgspec.Struct, frozen=True):
    """What `templates/planner/follow.html` shows. `due` items should be finished by now; `late` are not.

    `waiting` are those that are reported as finished or answered as met, and not verified yet.
    """

    roadmap: Roadmap
    quarters: tuple[tuple[Message, QuarterStand], ...]
    late: tuple[LateRow, ...]
    late_count: int
    waiting: tuple[WorkItem, ...]
    waiting_count: int
    finished: int
    verified: int
    due: int


@get("/{lang:str}/plan/{id:int}/follow", guards=[planners])
async def follow_plan(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    views: NamedDependency[Views],
    settings: NamedDependency[Settings],
    visit: NamedDependency[Visit],
    id: FromPath[int],
) -> Response[str]:
    """Planned and actual levels by quarter, and the work that is late, with what it waits for."""
    found = await follow(db, content, views, rules_of(settings), visit.who, id, dt.datetime.now(HANOI))
    view, causes = found.view, dict(blocker_words(visit.language))
    waiting = [each for each in found.stands if each.state in ("reported", "met")]
    page = FollowPage(
        found.roadmap,
        tuple((quarter_words(each.quarter), each) for each in found.quarters),
        tuple(
            LateRow(
                late,
                item_words(view, late.line.id),
                pool_words(view, late.line.pool),
                quarter_words(view.quarters[late.line.quarter or 0]),
                item_words(view, late.cause.id) if late.cause else None,
                causes.get(late.report.cause, "") if late.report else "",
            )
            for late in found.late[:_MOST]
        ),
        len(found.late),
        tuple(work_item(view, each) for each in waiting[:_MOST]),
        len(waiting),
        found.finished,
        found.verified,
        found.due,
    )
    return render(request, "planner/follow.html", page)


handlers: list[Any] = [follow_plan]
