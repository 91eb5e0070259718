"""A roadmap drawn over its quarters, by team or by enabler, and how few services carry most filings."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from lenmuc.actions.roadmap_view import NO_ROADMAP, Views
from lenmuc.core.checklists import Words
from lenmuc.core.errors import N_, Message, NotFound
from lenmuc.core.roadmap.concentration import Concentration, concentration
from lenmuc.core.roadmap.sentences import (
    criterion_words,
    item_words,
    place_words,
    pool_words,
    quarter_words,
)
from lenmuc.core.roadmap.timeline import By, Group, Timeline, timeline
from lenmuc.core.roadmap.view import Line, RoadmapView
from lenmuc.pages.roadmap_shown import Bar, QuarterAt
from lenmuc.pages.roadmaps import Number, Part
from lenmuc.pages.scenario_page import planners
from lenmuc.pages.visitors import AnyRequest
from lenmuc.store.roadmaps import Roadmap
from lenmuc.web.access import anyone
from lenmuc.web.caching import PUBLIC
from lenmuc.web.language import Language
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

Only = Annotated[str, QueryParameter(name="only", max_length=60)]
Grouping = Annotated[Literal["team", "enabler"], QueryParameter(name="by")]


class Folded(msgspec.Struct, frozen=True):
    """One group with its name and its bars; `more` items have no bar of their own here."""

    group: Group
    name: Words | str | Message
    bars: tuple[Bar, ...]
    more: int


class TimelinePage(msgspec.Struct, frozen=True):
    """What `templates/public/timeline.html` shows; `address` is that of the roadmap, `part` its agency.

    `planner`: whoever looks may ask why.
    """

    roadmap: Roadmap
    scope: Words | None
    address: str
    part: str
    planner: bool
    drawn: Timeline
    quarters: tuple[QuarterAt, ...]
    folded: tuple[Folded, ...]


class ConcentrationPage(msgspec.Struct, frozen=True):
    """What `templates/public/concentration.html` shows: `curve` over services, `way` over the plan's work.

    `rows` are those of `Concentration.rows`.
    """

    roadmap: Roadmap
    scope: Words | None
    address: str
    part: str
    planner: bool
    found: Concentration
    curve: str
    way: str
    rows: tuple[tuple[int, float, bool], ...]
    quarters: tuple[Message, ...]


def _bar(view: RoadmapView, line: Line, by: By, language: Language, address: str) -> Bar:
    name: Words | str | Message = place_words(view, line) if by == "enabler" else item_words(view, line.id)
    if by == "enabler" and line.on_platform:
        name = criterion_words(view, line)
    text = N_("%(who)s, %(days)s person-days") if by == "enabler" else N_("%(id)s, %(days)s person-days")
    who = language.message(pool_words(view, line.pool))
    days = language.number(line.days, 2 if line.days % 1 else 0)
    kind = "unsure" if line.confirm else "shared" if line.serves.offerings > 1 else "work"
    href = f"{address}/why?item={line.id.replace('#', '%23')}" if address else ""
    last = line.quarter or 0
    first = last if line.begin is None else line.begin
    note = language.gettext(text, who=who, id=line.criterion, days=days)
    return Bar(first, last, kind, _said(name, language), note, href)


def _said(words: Words | str | Message, language: Language) -> str:
    if isinstance(words, Message):
        return language.message(words)
    return words if isinstance(words, str) else language.pick(words)


async def _open(
    views: Views, visit: Visit, id: int, agency: str, public: bool
) -> tuple[Roadmap, RoadmapView]:
    roadmap, view = await views.open(visit.who, id, agency)
    if view is None or (public and not roadmap.published):
        raise NotFound(NO_ROADMAP)
    return roadmap, view


async def _timeline(
    request: AnyRequest,
    views: Views,
    visit: Visit,
    id: int,
    wish: tuple[str, By, str, int],
    public: bool,
) -> Response[str]:
    agency, by, only, number = wish
    roadmap, view = await _open(views, visit, id, agency, public)
    address = f"/{visit.language.code}/{'roadmaps' if public else 'plan'}/{id}"
    drawn = timeline(view, by, number, only)
    folded = []
    for group in drawn.groups:
        first = group.lines[0]
        name = criterion_words(view, first) if by == "enabler" else pool_words(view, group.key)
        bars = tuple(_bar(view, line, by, visit.language, "" if public else address) for line in group.lines)
        folded.append(Folded(group, name, bars, group.items - len(bars)))
    page = TimelinePage(
        roadmap,
        view.names.agencies.get(view.agency or roadmap.agency),
        address,
        view.agency,
        not public,
        drawn,
        tuple(QuarterAt(int(name[:4]), int(name[5:])) for name in view.quarters),
        tuple(folded),
    )
    return render(request, "public/timeline.html", page)


async def _concentration(
    request: AnyRequest, views: Views, visit: Visit, id: int, agency: str, public: bool
) -> Response[str]:
    roadmap, view = await _open(views, visit, id, agency, public)
    found = concentration(view)
    page = ConcentrationPage(
        roadmap,
        view.names.agencies.get(view.agency or roadmap.agency),
        f"/{visit.language.code}/{'roadmaps' if public else 'plan'}/{id}",
        view.agency,
        not public,
        found,
        found.curve() if found.whole else "",
        found.way() if found.whole else "",
        found.rows(),
        tuple(quarter_words(name) for name in view.quarters),
    )
    return render(request, "public/concentration.html", page)


@get("/{lang:str}/plan/{id:int}/timeline", guards=[planners])
async def plan_timeline(
    request: AnyRequest,
    views: NamedDependency[Views],
    visit: NamedDependency[Visit],
    id: FromPath[int],
    agency: Part = "",
    by: Grouping = "team",
    only: Only = "",
    page: Number = 1,
) -> Response[str]:
    """The work of a roadmap over its quarters, by team or by enabler."""
    return await _timeline(request, views, visit, id, (agency, by, only, page), False)


@get("/{lang:str}/roadmaps/{id:int}/timeline", guards=[anyone], opt=PUBLIC)
async def published_timeline(
    request: AnyRequest,
    views: NamedDependency[Views],
    visit: NamedDependency[Visit],
    id: FromPath[int],
    agency: Part = "",
    by: Grouping = "team",
    only: Only = "",
    page: Number = 1,
) -> Response[str]:
    """The same of a published roadmap."""
    return await _timeline(request, views, visit, id, (agency, by, only, page), True)


@get("/{lang:str}/plan/{id:int}/concentration", guards=[planners])
async def plan_concentration(
    request: AnyRequest,
    views: NamedDependency[Views],
    visit: NamedDependency[Visit],
    id: FromPath[int],
    agency: Part = "",
) -> Response[str]:
    """How few services carry most filings, and how soon the plan reaches them."""
    return await _concentration(request, views, visit, id, agency, False)


@get("/{lang:str}/roadmaps/{id:int}/concentration", guards=[anyone], opt=PUBLIC)
async def published_concentration(
    request: AnyRequest,
    views: NamedDependency[Views],
    visit: NamedDependency[Visit],
    id: FromPath[int],
    agency: Part = "",
) -> Response[str]:
    """The same of a published roadmap."""
    return await _concentration(request, views, visit, id, agency, True)


handlers: list[Any] = [plan_timeline, published_timeline, plan_concentration, published_concentration]
