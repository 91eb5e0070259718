"""Assessment rounds for planners: the list, a new one, how far each agency is, and closing it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from lenmuc.actions.rounds import change_round, close_round, make_round, progress_of, round_of
from lenmuc.content.everything import Content
from lenmuc.core.checklists import Scheme
from lenmuc.core.errors import N_, Conflict, Fault, Refused
from lenmuc.core.rounds import Progress, Round, RoundForm, State, together
from lenmuc.pages.public.lists import name_of
from lenmuc.pages.scenario_page import to
from lenmuc.pages.visitors import AnyRequest
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import rounds as rounds_store
from lenmuc.store.database import Database
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.language import Language
from lenmuc.web.reviews import today
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

_READERS = needs("planner", "auditor")
_PLANNER = needs("planner")
_WHOM = {
    "all": N_("All that offer services"),
    "province": N_("Bodies of the city"),
    "commune": N_("Wards and communes"),
    "chosen": N_("Those chosen below"),
}
Errors = tuple[tuple[str, str], ...]


class Shown(msgspec.Struct, frozen=True):
    """A round with its state today and the days until its last one."""

    round: Round
    state: State
    days: int
    scheme: Scheme | None


class RoundsPage(msgspec.Struct, frozen=True):
    """What `templates/review/rounds.html` shows. `may`: may make one."""

    rounds: tuple[Shown, ...]
    may: bool


class RoundInput(msgspec.Struct, frozen=True):
    """What the form of a new round sends."""

    name: str = ""
    scheme: str = ""
    opens: str = ""
    due: str = ""
    whom: str = "all"
    agency: tuple[str, ...] = ()


class NewRoundPage(msgspec.Struct, frozen=True):
    """What `templates/review/round-new.html` shows; `bodies` and `wards` are agencies to choose from."""

    form: RoundInput
    schemes: tuple[tuple[str, str], ...]
    whom: tuple[tuple[str, str], ...]
    bodies: tuple[tuple[str, str], ...]
    wards: tuple[tuple[str, str], ...]
    errors: Errors


class ChangeInput(msgspec.Struct, frozen=True):
    """Another name or last day, and the version that was seen."""

    version: int
    name: str = ""
    due: str = ""


class CloseInput(msgspec.Struct, frozen=True):
    """The version that was seen when it was closed."""

    version: int


class AgencyRow(msgspec.Struct, frozen=True):
    """An agency with how far it is."""

    name: str
    progress: Progress


class RoundPage(msgspec.Struct, frozen=True):
    """What `templates/review/round.html` shows. `bodies` and `wards` are empty before it opens; the most left
    stand first. `every` is the sum, `finished` how many agencies have nothing left, `form` what the form to
    change it holds.
    """

    shown: Shown
    bodies: tuple[AgencyRow, ...]
    wards: tuple[AgencyRow, ...]
    every: Progress
    finished: int
    names: tuple[str, ...]
    form: ChangeInput
    may: bool
    errors: Errors = ()


class ClosePage(msgspec.Struct, frozen=True):
    """What `templates/review/round-close.html` asks."""

    shown: Shown
    every: Progress
    unfinished: int


def day_of(text: str) -> dt.date | None:
    """The day that a field of kind date sends, or `None`."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def shown_of(content: Content, round: Round, day: dt.date) -> Shown:
    """A round as it stands on a day."""
    return Shown(round, round.state(day), round.days_left(day), content.schemes.get(round.scheme))


def _said(language: Language, faults: Sequence[Fault]) -> Errors:
    return tuple((each.field, language.message(each.message)) for each in faults)


@get("/{lang:str}/rounds", guards=[_READERS])
async def list_rounds(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
) -> Response[str]:
    """Every round, the newest first."""
    async with db.transaction(visit.who, read_only=True) as conn:
        found = await rounds_store.list_rounds(conn)
    rows = tuple(shown_of(content, each, today()) for each in found)
    return render(request, "review/rounds.html", RoundsPage(rows, visit.who.role == "planner"))


async def _new_page(
    db: Database, content: Content, visit: Visit, form: RoundInput, errors: Errors = ()
) -> NewRoundPage:
    language = visit.language
    async with db.transaction(visit.who, read_only=True) as conn:
        agencies = await catalogue_store.agency_names(conn)
    named = [(each.tier, (each.code, name_of(each, language))) for each in agencies]
    return NewRoundPage(
        form,
        tuple((each.id, language.pick(each.name)) for each in content.kept),
        tuple((value, language.gettext(text)) for value, text in _WHOM.items()),
        tuple(pair for tier, pair in named if tier != "commune"),
        tuple(pair for tier, pair in named if tier == "commune"),
        errors,
    )


@get("/{lang:str}/rounds/new", guards=[_PLANNER])
async def new_round(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
) -> Response[str]:
    """The form of a new round: it opens today and takes six weeks unless somebody says otherwise."""
    day = today()
    form = RoundInput("", content.scheme.id, day.isoformat(), (day + dt.timedelta(weeks=6)).isoformat())
    return render(request, "review/round-new.html", await _new_page(db, content, visit, form))


@post("/{lang:str}/rounds/new", guards=[_PLANNER], status_code=303, opt=does("round made"))
async def add_round(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
) -> Response[Any]:
    """Make a round and go to it, or show the form again with what is wrong."""
    sent = await read_form(request, RoundInput)
    form = RoundForm(sent.name, sent.scheme, day_of(sent.opens), day_of(sent.due), sent.whom, sent.agency)
    try:
        id = await make_round(db, content.kept, visit.who, form, today())
    except Refused as refused:
        page = await _new_page(db, content, visit, sent, _said(visit.language, refused.faults))
        return render(request, "review/round-new.html", page, 422)
    return to(f"/{visit.language.code}/rounds/{id}")


def _rows(
    found: Mapping[str, Progress], agencies: Sequence[catalogue_store.AgencyName], language: Language
) -> tuple[AgencyRow, ...]:
    """The agencies of a round, those with the most left first; equal ones in the order of the catalogue."""
    rows = [AgencyRow(name_of(each, language), found[each.code]) for each in agencies if each.code in found]
    return tuple(sorted(rows, key=lambda row: -row.progress.unseen))


async def _page(
    db: Database,
    content: Content,
    visit: Visit,
    id: int,
    form: ChangeInput | None = None,
    errors: Errors = (),
) -> RoundPage:
    day = today()
    async with db.transaction(visit.who, read_only=True) as conn:
        round = await round_of(conn, id)
        agencies = await catalogue_store.agency_names(conn)
        found: Mapping[str, Progress] = {}
        if round.state(day) != "planned":
            found = await progress_of(conn, content.schemes, content.scheme, round)
        taking_part = set(await rounds_store.agencies_of(conn, id))
    return RoundPage(
        shown_of(content, round, day),
        _rows(found, [each for each in agencies if each.tier != "commune"], visit.language),
        _rows(found, [each for each in agencies if each.tier == "commune"], visit.language),
        together(found.values()),
        sum(not one.unseen for one in found.values()),
        tuple(name_of(each, visit.language) for each in agencies if each.code in taking_part),
        form or ChangeInput(round.version, round.name, round.due.isoformat()),
        visit.who.role == "planner" and round.closed is None,
        errors,
    )


@get("/{lang:str}/rounds/{id:int}", guards=[_READERS])
async def show_round(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    id: FromPath[int],
) -> Response[str]:
    """One round, agency by agency."""
    return render(request, "review/round.html", await _page(db, content, visit, id))


@post("/{lang:str}/rounds/{id:int}", guards=[_PLANNER], status_code=303, opt=does("round changed"))
async def save_round(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    id: FromPath[int],
) -> Response[Any]:
    """Give a round another name or last day."""
    sent = await read_form(request, ChangeInput)
    try:
        await change_round(db, visit.who, id, sent.name, day_of(sent.due), sent.version, today())
    except Refused as refused:
        page = await _page(db, content, visit, id, sent, _said(visit.language, refused.faults))
        return render(request, "review/round.html", page, 422)
    except Conflict as conflict:
        page = await _page(db, content, visit, id, None, (("", visit.language.message(conflict.message)),))
        return render(request, "review/round.html", page, 409)
    return to(f"/{visit.language.code}/rounds/{id}")


@get("/{lang:str}/rounds/{id:int}/close", guards=[_PLANNER])
async def ask_to_close(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    id: FromPath[int],
) -> Response[Any]:
    """What closing does, before it is done."""
    page = await _page(db, content, visit, id)
    if not page.shown.round.runs(today()):
        return to(f"/{visit.language.code}/rounds/{id}")
    asked = ClosePage(page.shown, page.every, len(page.bodies) + len(page.wards) - page.finished)
    return render(request, "review/round-close.html", asked)


@post("/{lang:str}/rounds/{id:int}/close", guards=[_PLANNER], status_code=303, opt=does("round closed"))
async def close(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    id: FromPath[int],
) -> Response[Any]:
    """Close a round."""
    sent = await read_form(request, CloseInput)
    try:
        await close_round(db, content.schemes, content.scheme, visit.who, id, sent.version, today())
    except Conflict as conflict:
        page = await _page(db, content, visit, id, None, (("", visit.language.message(conflict.message)),))
        return render(request, "review/round.html", page, 409)
    return to(f"/{visit.language.code}/rounds/{id}")


handlers: list[Any] = [list_rounds, new_round, add_round, show_round, save_round, ask_to_close, close]
