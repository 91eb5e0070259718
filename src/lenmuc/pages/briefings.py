"""Quarterly briefings for planners: the list, a draft or a frozen one, freezing, correcting, publishing."""

import datetime as dt
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from lenmuc.actions import briefings, counting
from lenmuc.actions.briefings import Opened
from lenmuc.actions.roadmap_view import Views
from lenmuc.content.everything import Content
from lenmuc.core.briefing.afterwards import since
from lenmuc.core.briefing.sections import paper
from lenmuc.core.errors import N_, Fault, Message, NotFound, Refused
from lenmuc.core.papers import Paper
from lenmuc.core.quarters import before, end_of, is_quarter, quarter_of
from lenmuc.core.roadmap.sentences import quarter_words
from lenmuc.exports.formats import PAPER_FORMATS
from lenmuc.exports.papers import SaidPaper, SaidSection, said_section, written
from lenmuc.pages.scenario_page import to
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.settings import Settings
from lenmuc.store import briefings as briefings_store
from lenmuc.store import tallies as tallies_store
from lenmuc.store.briefings import Frozen
from lenmuc.store.database import Database
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.language import HANOI, Language
from lenmuc.web.reviews import rules_of
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

readers = needs("planner", "administrator")
planners = needs("planner")


class QuarterRow(msgspec.Struct, frozen=True):
    """A quarter in the list: frozen, to be frozen (`over`), or still lasting."""

    quarter: str
    words: str
    over: bool
    frozen: Frozen | None


class BriefingsPage(msgspec.Struct, frozen=True):
    """What `templates/planner/briefings.html` shows. `choices` are the frozen quarters for a closing
    review.
    """

    rows: tuple[QuarterRow, ...]
    choices: tuple[tuple[str, str], ...]


class BriefingPage(msgspec.Struct, frozen=True):
    """What `templates/planner/briefing.html` shows. `since`: the figures of a frozen one beside those of
    today.

    `over`: a draft of a quarter that has ended, so that it can be frozen. `sections` are to choose from.
    """

    quarter: str
    paper: SaidPaper
    kept: Frozen | None
    over: bool
    since: SaidSection | None
    sections: tuple[tuple[str, str], ...]
    text: str
    errors: tuple[tuple[str, str], ...]


class FreezePage(msgspec.Struct, frozen=True):
    """What `templates/planner/freeze.html` shows: the question before a briefing is frozen."""

    quarter: str
    words: Message


class CorrectInput(msgspec.Struct, frozen=True):
    """A correction: of which section (empty: the whole), and what."""

    section: str = ""
    text: str = ""


def named(name: str) -> tuple[str, str]:
    """The quarter and the ending of an address such as 2026Q4 or 2026Q4.pdf. Raises `NotFound`."""
    quarter, dot, ending = name.partition(".")
    if not is_quarter(quarter) or (dot and ending not in PAPER_FORMATS):
        raise NotFound(counting.NO_QUARTER)
    return quarter, ending


def file_of(made: Paper, ending: str, at: dt.datetime, language: Language, name: str) -> Response[bytes]:
    """A report to take along."""
    format = PAPER_FORMATS[ending]
    headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    return Response(format.write(made, language, at), media_type=format.media_type, headers=headers)


@get("/{lang:str}/briefing", guards=[readers])
async def list_briefings(
    request: AnyRequest, db: NamedDependency[Database], visit: NamedDependency[Visit]
) -> Response[str]:
    """Every quarter since counting began, the latest first, and the choice of a closing review."""
    today = dt.datetime.now(HANOI).date()
    async with db.transaction(visit.who, read_only=True) as conn:
        found = {each.quarter: each for each in await briefings_store.list_briefings(conn)}
        first = await briefings_store.first_day(conn, tallies_store.MAIN)
    quarter, rows = quarter_of(today), []
    oldest = min([*found, quarter_of(first or today)])
    while quarter >= oldest:
        words = visit.language.message(quarter_words(quarter))
        row = QuarterRow(quarter, words[:1].upper() + words[1:], end_of(quarter) <= today, found.get(quarter))
        rows.append(row)
        quarter = before(quarter)
    choices = tuple((each, visit.language.message(quarter_words(each))) for each in sorted(found))
    return render(request, "planner/briefings.html", BriefingsPage(tuple(rows), choices))


async def _page(
    request: AnyRequest,
    db: Database,
    content: Content,
    visit: Visit,
    opened: Opened,
    form: CorrectInput,
    faults: list[Fault],
) -> Response[str]:
    language, today = visit.language, dt.datetime.now(HANOI).date()
    briefing = opened.briefing
    compared = None
    if opened.kept:
        async with db.transaction(visit.who, read_only=True) as conn:
            counted = await counting.figures_at(conn, content, briefing.day, today)
        compared = said_section(since(briefing, counted, today), language)
    shown = written(opened.paper(), language)
    page = BriefingPage(
        quarter=briefing.quarter,
        paper=shown,
        kept=opened.kept,
        over=end_of(briefing.quarter) <= today,
        since=compared,
        sections=(
            ("", language.gettext(N_("The whole briefing"))),
            *((each.id, each.title) for each in written(paper(briefing), language).sections),
        ),
        text=form.text,
        errors=tuple((each.field, language.message(each.message)) for each in faults),
    )
    return render(request, "planner/briefing.html", page, 422 if faults else 200)


@get("/{lang:str}/briefing/{name:str}", guards=[readers])
async def read_briefing(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    views: NamedDependency[Views],
    settings: NamedDependency[Settings],
    visit: NamedDependency[Visit],
    name: FromPath[str],
) -> Response[Any]:
    """A briefing as it was frozen, or as a draft counted now; with an ending, as a file."""
    quarter, ending = named(name)
    now = dt.datetime.now(HANOI)
    opened = await briefings.open_briefing(db, content, views, rules_of(settings), visit.who, quarter, now)
    if ending:
        made = opened.briefing.made
        return file_of(opened.paper(), ending, made, visit.language, f"lenmuc-briefing-{quarter}")
    return await _page(request, db, content, visit, opened, CorrectInput(), [])


@get("/{lang:str}/briefing/{quarter:str}/freeze", guards=[planners])
async def ask_to_freeze(
    request: AnyRequest, db: NamedDependency[Database], visit: NamedDependency[Visit], quarter: FromPath[str]
) -> Response[Any]:
    """The question before it: it cannot be undone."""
    today = dt.datetime.now(HANOI).date()
    counting.checked(quarter, today)
    counting.must_have_ended(quarter, today)
    if await briefings.open_frozen(db, visit.who, quarter):
        return to(f"/{visit.language.code}/briefing/{quarter}")
    return render(request, "planner/freeze.html", FreezePage(quarter, quarter_words(quarter)))


@post(
    "/{lang:str}/briefing/{quarter:str}/freeze",
    guards=[planners],
    status_code=303,
    opt=does("briefing frozen"),
)
async def freeze_briefing(
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    views: NamedDependency[Views],
    settings: NamedDependency[Settings],
    visit: NamedDependency[Visit],
    quarter: FromPath[str],
) -> Response[None]:
    """Count the quarter and keep it for ever."""
    person, now = session_of(visit).person, dt.datetime.now(HANOI)
    await briefings.freeze(db, content, views, rules_of(settings), visit.who, person, quarter, now)
    return to(f"/{visit.language.code}/briefing/{quarter}")


@post(
    "/{lang:str}/briefing/{quarter:str}/corrections",
    guards=[planners],
    status_code=303,
    opt=does("briefing corrected"),
)
async def correct_briefing(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    visit: NamedDependency[Visit],
    quarter: FromPath[str],
) -> Response[Any]:
    """Write a correction, or show the form again with what is wrong."""
    form = await read_form(request, CorrectInput)
    try:
        await briefings.correct(db, visit.who, session_of(visit).person, quarter, form.section, form.text)
    except Refused as refused:
        opened = await briefings.open_frozen(db, visit.who, quarter)
        if opened is None:
            raise
        return await _page(request, db, content, visit, opened, form, refused.faults)
    return to(f"/{visit.language.code}/briefing/{quarter}#corrections")


async def _publish(db: Database, visit: Visit, quarter: str, published: bool) -> Response[None]:
    await briefings.publish(db, visit.who, session_of(visit).person, quarter, published)
    return to(f"/{visit.language.code}/briefing/{quarter}")


@post(
    "/{lang:str}/briefing/{quarter:str}/publish",
    guards=[planners],
    status_code=303,
    opt=does("briefing published"),
)
async def publish_briefing(
    db: NamedDependency[Database], visit: NamedDependency[Visit], quarter: FromPath[str]
) -> Response[None]:
    """Show a frozen briefing to everybody."""
    return await _publish(db, visit, quarter, True)


@post(
    "/{lang:str}/briefing/{quarter:str}/withdraw",
    guards=[planners],
    status_code=303,
    opt=does("briefing withdrawn"),
)
async def withdraw_briefing(
    db: NamedDependency[Database], visit: NamedDependency[Visit], quarter: FromPath[str]
) -> Response[None]:
    """Take a briefing back from the public."""
    return await _publish(db, visit, quarter, False)


handlers: list[Any] = [
    list_briefings,
    read_briefing,
    ask_to_freeze,
    freeze_briefing,
    correct_briefing,
    publish_briefing,
    withdraw_briefing,
]
