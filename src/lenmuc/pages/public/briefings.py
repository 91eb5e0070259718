"""Briefings that a planner has published, for everybody: the list, and one as a page or a file."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from lenmuc.actions.briefings import NOT_FROZEN, open_frozen
from lenmuc.core.errors import Message, NotFound
from lenmuc.core.roadmap.sentences import quarter_words
from lenmuc.exports.papers import SaidPaper, written
from lenmuc.pages.briefings import file_of, named
from lenmuc.pages.visitors import AnyRequest
from lenmuc.store import briefings as briefings_store
from lenmuc.store.briefings import Frozen
from lenmuc.store.database import PUBLIC as EVERYBODY
from lenmuc.store.database import Database
from lenmuc.web.access import anyone
from lenmuc.web.caching import PUBLIC
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit


class PublishedPage(msgspec.Struct, frozen=True):
    """What `templates/public/briefings.html` shows."""

    rows: tuple[tuple[Message, Frozen], ...]


class PublishedBriefingPage(msgspec.Struct, frozen=True):
    """What `templates/public/briefing.html` shows."""

    quarter: str
    paper: SaidPaper


@get("/{lang:str}/briefings", guards=[anyone], opt=PUBLIC)
async def list_published_briefings(request: AnyRequest, db: NamedDependency[Database]) -> Response[str]:
    """The published briefings, the latest quarter first."""
    async with db.transaction(EVERYBODY, read_only=True) as conn:
        found = await briefings_store.list_briefings(conn)
    page = PublishedPage(tuple((quarter_words(each.quarter), each) for each in found))
    return render(request, "public/briefings.html", page)


@get("/{lang:str}/briefings/{name:str}", guards=[anyone], opt=PUBLIC)
async def read_published_briefing(
    request: AnyRequest, db: NamedDependency[Database], visit: NamedDependency[Visit], name: FromPath[str]
) -> Response[Any]:
    """A published briefing as it was frozen, with its corrections; with an ending, as a file."""
    quarter, ending = named(name)
    opened = await open_frozen(db, EVERYBODY, quarter)
    if opened is None:
        raise NotFound(NOT_FROZEN)
    made = opened.paper(public=True)
    if ending:
        return file_of(made, ending, opened.briefing.made, visit.language, f"lenmuc-briefing-{quarter}")
    page = PublishedBriefingPage(quarter, written(made, visit.language))
    return render(request, "public/briefing.html", page)


handlers: list[Any] = [list_published_briefings, read_published_briefing]
