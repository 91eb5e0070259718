"""Why on demand: a work item with what holds it, a team with what more days would bring, the frontier."""

import datetime as dt
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from lenmuc.actions.roadmap_view import Views
from lenmuc.actions.studying import NO_SUBJECT, Studies
from lenmuc.core import charts
from lenmuc.core.checklists import Words
from lenmuc.core.errors import Message, NotFound
from lenmuc.core.roadmap.gather import CENTRAL
from lenmuc.core.roadmap.kinds import KINDS
from lenmuc.core.roadmap.problem import Move
from lenmuc.core.roadmap.sentences import (
    criterion_words,
    item_words,
    place_words,
    pool_words,
    quarter_words,
    why,
)
from lenmuc.core.roadmap.studies import SHARES, Kind, minutes_left
from lenmuc.core.roadmap.view import Line, RoadmapView
from lenmuc.core.roadmap.what_if import Point
from lenmuc.core.roadmap.why_words import (
    amount,
    most_sentence,
    range_words,
    sooner_sentence,
    unlock_sentences,
)
from lenmuc.pages.scenario_page import planners, to
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store.roadmaps import Roadmap
from lenmuc.store.studies import Study
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

ItemName = Annotated[str, QueryParameter(name="item", max_length=200)]
TeamName = Annotated[str, QueryParameter(name="team", max_length=40)]
_MOST = 12


class ItemLink(msgspec.Struct, frozen=True):
    """Another work item: its id, its name, and when it is done (`None`: not in the plan)."""

    id: str
    name: Message
    quarter: Message | None


class MoveRow(msgspec.Struct, frozen=True):
    """An item that would be done later: its quarter in the plan, and then (`None`: not at all)."""

    item: str
    name: Message
    was: Message
    then: Message | None


class WorthRow(msgspec.Struct, frozen=True):
    """What a day more of a team brings in a quarter; `worth` is `None` where it brings nothing."""

    quarter: Message
    kind: Message | None
    worth: Message | None
    holds: Message


class TeamStudy(msgspec.Struct, frozen=True):
    """What days more of a team bring; `rows` are there once `study` is ready."""

    team: str
    name: Message
    study: Study | None
    best: Message | None
    rows: tuple[WorthRow, ...]


class WhyPage(msgspec.Struct, frozen=True):
    """What `templates/planner/why.html` shows: one work item of a roadmap."""

    roadmap: Roadmap
    line: Line
    name: Words | str
    place: Message
    who: Message
    quarter: Message | None
    why: Message
    needs: tuple[ItemLink, ...]
    users: tuple[ItemLink, ...]
    more_users: int
    unlocks: tuple[Message, ...]
    sooner: Study | None
    sooner_said: Message | None
    displaced: tuple[MoveRow, ...]
    more_displaced: int
    days: TeamStudy


class TeamPage(msgspec.Struct, frozen=True):
    """What `templates/planner/team.html` shows: one team of a roadmap."""

    roadmap: Roadmap
    days: TeamStudy


class FrontierPage(msgspec.Struct, frozen=True):
    """What `templates/planner/frontier.html` shows: benefit against capacity, today's point among them.

    `minutes` it takes by what the roadmap itself took, or those that are left by what is done; `None`: not a
    minute, or nothing is done yet.
    """

    roadmap: Roadmap
    minutes: int | None
    study: Study | None
    points: tuple[tuple[Point, Message, Message], ...]
    chart: charts.Curve | None


class AskInput(msgspec.Struct, frozen=True):
    """What is asked of a roadmap: about an item and its team ("item"), a team ("days"), or the frontier."""

    what: str
    subject: str = ""


async def _open(views: Views, visit: Visit, id: int) -> tuple[Roadmap, RoadmapView]:
    roadmap, view = await views.open(visit.who, id)
    if view is None:
        raise NotFound(NO_SUBJECT)
    return roadmap, view


def _link(view: RoadmapView, id: str) -> ItemLink:
    line = view.by_id.get(id)
    quarter = None if line is None or line.quarter is None else quarter_words(view.quarters[line.quarter])
    return ItemLink(id, item_words(view, id), quarter)


def _moved(view: RoadmapView, move: Move) -> MoveRow:
    quarters = view.quarters
    then = None if move.now is None else quarter_words(quarters[move.now])
    return MoveRow(move.item, item_words(view, move.item), quarter_words(quarters[move.was or 0]), then)


async def _team(studies: Studies, visit: Visit, id: int, view: RoadmapView, team: str) -> TeamStudy:
    study = await studies.find(visit.who, id, "days", team)
    answer = study.answer if study else None
    days = answer.days if answer else ()
    unit = answer.unit if answer else "trips"
    return TeamStudy(
        team,
        pool_words(view, team, inside=True),
        study,
        most_sentence(view, days, unit),
        tuple(
            WorthRow(
                quarter_words(view.quarters[each.quarter]),
                Message(KINDS[each.kind]) if each.kind in KINDS else None,
                amount(unit, each.worth) if each.worth > 1e-6 else None,
                range_words(each.days),
            )
            for each in days
        ),
    )


@get("/{lang:str}/plan/{id:int}/why", guards=[planners])
async def why_item(
    request: AnyRequest,
    views: NamedDependency[Views],
    studies: NamedDependency[Studies],
    visit: NamedDependency[Visit],
    id: FromPath[int],
    item: ItemName = "",
) -> Response[str]:
    """One work item: why it stands there, what it waits for and unlocks, a quarter sooner, more days."""
    roadmap, view = await _open(views, visit, id)
    line = view.by_id.get(item)
    if line is None:
        raise NotFound(NO_SUBJECT)
    sooner = await studies.find(visit.who, id, "sooner", item)
    answer = sooner.answer if sooner else None
    found = answer.sooner if answer else None
    waiting = [each for each in view.lines if item in each.needs]
    waiting.sort(key=lambda each: (each.quarter is None, each.quarter, -each.serves.filings))
    users = [_link(view, each.id) for each in waiting]
    page = WhyPage(
        roadmap=roadmap,
        line=line,
        name=criterion_words(view, line),
        place=place_words(view, line),
        who=pool_words(view, line.pool),
        quarter=None if line.quarter is None else quarter_words(view.quarters[line.quarter]),
        why=why(view, line),
        needs=tuple(_link(view, each) for each in line.needs),
        users=tuple(users[:_MOST]),
        more_users=max(0, len(users) - _MOST),
        unlocks=unlock_sentences(line),
        sooner=sooner,
        sooner_said=sooner_sentence(view, line, answer.unit, found) if answer and found else None,
        displaced=tuple(_moved(view, each) for each in (found.displaced if found else ())[:_MOST]),
        more_displaced=max(0, len(found.displaced if found else ()) - _MOST),
        days=await _team(studies, visit, id, view, line.pool),
    )
    return render(request, "planner/why.html", page)


@get("/{lang:str}/plan/{id:int}/team", guards=[planners])
async def worth_of_days(
    request: AnyRequest,
    views: NamedDependency[Views],
    studies: NamedDependency[Studies],
    visit: NamedDependency[Visit],
    id: FromPath[int],
    team: TeamName = CENTRAL,
) -> Response[str]:
    """One team: what each person-day more would bring in each quarter."""
    roadmap, view = await _open(views, visit, id)
    if team not in {pool.pool for pool in view.pools}:
        raise NotFound(NO_SUBJECT)
    return render(
        request, "planner/team.html", TeamPage(roadmap, await _team(studies, visit, id, view, team))
    )


@get("/{lang:str}/plan/{id:int}/frontier", guards=[planners])
async def show_frontier(
    request: AnyRequest,
    views: NamedDependency[Views],
    studies: NamedDependency[Studies],
    visit: NamedDependency[Visit],
    id: FromPath[int],
) -> Response[str]:
    """What the best plan brings with half to twice today's days."""
    roadmap, _ = await _open(views, visit, id)
    study = await studies.find(visit.who, id, "frontier")
    answer = study.answer if study else None
    points = answer.frontier if answer else ()
    page = FrontierPage(
        roadmap,
        _minutes(roadmap, study, dt.datetime.now(dt.UTC)),
        study,
        tuple((each, amount(answer.unit, each.value), amount(answer.unit, each.bound)) for each in points)
        if answer
        else (),
        charts.against([(each.share, each.value, each.bound) for each in points]) if points else None,
    )
    return render(request, "planner/frontier.html", page)


def _minutes(roadmap: Roadmap, study: Study | None, now: dt.datetime) -> int | None:
    if study is not None and study.status == "computing":
        return minutes_left((now - study.at).total_seconds(), study.done, study.parts)
    took = ((roadmap.finished or roadmap.created) - roadmap.created).total_seconds()
    minutes = minutes_left(took, 1, len(SHARES) + 1)
    return minutes if minutes != 1 else None


_PAGES = {"item": "why?item=", "days": "team?team=", "frontier": "frontier"}


async def _asked(
    request: AnyRequest, views: Views, visit: Visit, id: int
) -> tuple[list[tuple[Kind, str]], Response[None]]:
    """The questions that a form asks, and the way back to their page. Raises `NotFound`."""
    form = await read_form(request, AskInput)
    _, view = await _open(views, visit, id)
    asked: list[tuple[Kind, str]]
    if form.what == "item" and form.subject in view.by_id:
        line = view.by_id[form.subject]
        asked = [("days", line.pool)]
        if line.quarter is not None:
            asked.insert(0, ("sooner", line.id))
    elif form.what == "days" and form.subject in {pool.pool for pool in view.pools}:
        asked = [("days", form.subject)]
    elif form.what == "frontier" and not form.subject:
        asked = [("frontier", "")]
    else:
        raise NotFound(NO_SUBJECT)
    named = form.subject.replace("#", "%23").replace("@", "%40").replace("+", "%2B")
    return asked, to(f"/{visit.language.code}/plan/{id}/{_PAGES[form.what]}{named}")


@post(
    "/{lang:str}/plan/{id:int}/ask",
    guards=[planners],
    status_code=303,
    opt=does(nothing="a question about a roadmap"),
)
async def ask(
    request: AnyRequest,
    views: NamedDependency[Views],
    studies: NamedDependency[Studies],
    visit: NamedDependency[Visit],
    id: FromPath[int],
) -> Response[None]:
    """Begin to compute what is asked, and go back to its page."""
    asked, back = await _asked(request, views, visit, id)
    await studies.ask(visit.who, session_of(visit).person, id, asked)
    return back


@post(
    "/{lang:str}/plan/{id:int}/ask/cancel",
    guards=[planners],
    status_code=303,
    opt=does(nothing="a question about a roadmap"),
)
async def stop_asking(
    request: AnyRequest,
    views: NamedDependency[Views],
    studies: NamedDependency[Studies],
    visit: NamedDependency[Visit],
    id: FromPath[int],
) -> Response[None]:
    """Give up what is being computed."""
    asked, back = await _asked(request, views, visit, id)
    for kind, subject in asked:
        await studies.cancel(visit.who, id, kind, subject)
    return back


handlers: list[Any] = [why_item, worth_of_days, show_frontier, ask, stop_asking]
