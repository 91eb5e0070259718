"""An approved roadmap planned anew from today: its moves, to be accepted one by one or all."""

import datetime as dt
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from lenmuc.actions.computing import Planner
from lenmuc.actions.replanning import accept_moves, moves_of, plan_anew
from lenmuc.actions.roadmap_view import NO_ROADMAP, Views
from lenmuc.content.everything import Content
from lenmuc.core.errors import N_, Message, NotFound
from lenmuc.core.roadmap.problem import Move
from lenmuc.core.roadmap.replan import choices
from lenmuc.core.roadmap.sentences import item_words, pool_words, quarter_words
from lenmuc.core.roadmap.view import RoadmapView
from lenmuc.pages.scenario_page import planners
from lenmuc.pages.scenarios import begin
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store.database import Database
from lenmuc.store.roadmaps import Roadmap
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.language import HANOI
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

_MOST = 200


class MoveRow(msgspec.Struct, frozen=True):
    """One move in words; `was` and `now` are quarters, `None`: not in the plan."""

    item: str
    name: Message
    who: Message
    was: Message | None
    now: Message | None
    filings: int


class MovesPage(msgspec.Struct, frozen=True):
    """What `templates/planner/moves.html` shows: moves to accept, those that matter most first, and new work.

    `count` are all moves: those beyond the ones shown count as not accepted.
    """

    roadmap: Roadmap
    moves: tuple[MoveRow, ...]
    count: int
    added: tuple[MoveRow, ...]
    added_count: int


class AcceptInput(msgspec.Struct, frozen=True):
    """The items whose moves are accepted."""

    accept: tuple[str, ...] = ()


def _rows(view: RoadmapView, quarters: tuple[str, ...], moves: list[Move]) -> tuple[MoveRow, ...]:
    def words(at: int | None) -> Message | None:
        return None if at is None else quarter_words(quarters[at])

    found = [
        MoveRow(
            move.item,
            item_words(view, move.item),
            pool_words(view, view.by_id[move.item].pool),
            words(move.was),
            words(move.now),
            view.by_id[move.item].serves.filings,
        )
        for move in moves
    ]
    return tuple(sorted(found, key=lambda row: (-row.filings, row.item))[:_MOST])


@post("/{lang:str}/plan/{id:int}/replan", guards=[planners], status_code=303, opt=does("roadmap"))
async def replan(
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    planner: NamedDependency[Planner],
    visit: NamedDependency[Visit],
    id: FromPath[int],
) -> Response[None]:
    """Begin to plan an approved roadmap anew from the next quarter on."""
    today = dt.datetime.now(HANOI)
    when = visit.language.gettext(N_("planned anew on %(date)s"), date=visit.language.date(today))
    asked, scenario = await plan_anew(db, visit.who, session_of(visit).person, id, when, today.date())
    return await begin(db, content, planner, visit, asked, scenario)


@get("/{lang:str}/plan/{id:int}/moves", guards=[planners])
async def list_moves(
    request: AnyRequest,
    db: NamedDependency[Database],
    views: NamedDependency[Views],
    visit: NamedDependency[Visit],
    id: FromPath[int],
) -> Response[str]:
    """What stands elsewhere than in the roadmap before."""
    roadmap, quarters, moves = await moves_of(db, visit.who, id)
    _, view = await views.open(visit.who, id)
    if view is None:
        raise NotFound(NO_ROADMAP)
    may, added = choices(moves)
    page = MovesPage(
        roadmap, _rows(view, quarters, may), len(may), _rows(view, quarters, added)[:20], len(added)
    )
    return render(request, "planner/moves.html", page)


@post("/{lang:str}/plan/{id:int}/moves", guards=[planners], status_code=303, opt=does("roadmap"))
async def take_moves(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    planner: NamedDependency[Planner],
    visit: NamedDependency[Visit],
    id: FromPath[int],
) -> Response[None]:
    """Begin to compute a roadmap that keeps the accepted moves and undoes the others."""
    form = await read_form(request, AcceptInput)
    asked, scenario = await accept_moves(db, visit.who, session_of(visit).person, id, set(form.accept))
    return await begin(db, content, planner, visit, asked, scenario)


handlers: list[Any] = [replan, list_moves, take_moves]
