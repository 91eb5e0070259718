"""The workbook: taken along, filled in elsewhere, sent back, compared, and applied as a whole."""

import datetime as dt
from functools import cache
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lenmuc import paths
from lenmuc.actions.bulk import Foreseen, foresee_all
from lenmuc.actions.workbooks import Asked, against_now, to_fill
from lenmuc.content.everything import Content
from lenmuc.core.answers import BLOCKERS, VALUES, AnswerForm
from lenmuc.core.bulk import Change
from lenmuc.core.checklists import Criterion, Scheme
from lenmuc.core.errors import N_, Message, Refused
from lenmuc.core.services import Agency, Service
from lenmuc.core.text import fold
from lenmuc.core.workbook import ROWS, CellFault, Compared, Vocabulary, cell_name, read_workbook
from lenmuc.exports.workbook import MEDIA_TYPE, Book, Line, write_workbook
from lenmuc.exports.workbook_child import FILE_LIMIT
from lenmuc.exports.workbook_read import SAID, read_sheets
from lenmuc.pages.agency.mine import link, my_agency
from lenmuc.pages.bulk.batches import give
from lenmuc.pages.bulk.grid import filters
from lenmuc.pages.bulk.shared import blockers, bulk_rules, bulk_wish, pack, unpack
from lenmuc.pages.checklist import BLOCKER_WORDS
from lenmuc.pages.desks import Wish
from lenmuc.pages.public.lists import Option, level_asked
from lenmuc.pages.switching import SchemeChoice, read_by
from lenmuc.pages.visitors import AnyRequest
from lenmuc.settings import LANGUAGES
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.language import HANOI, Language, read_languages
from lenmuc.web.templating import render
from lenmuc.web.uploads import read_upload, takes_files
from lenmuc.web.visits import Visit

VALUE_WORDS = {
    "met": N_("Met"),
    "not_met": N_("Not met"),
    "unknown": N_("Not known yet"),
    "not_applicable": N_("Does not apply"),
    "proposed": N_("Proposed: does not apply"),
}
_FAULTS = 200  # faults that a page lists; the others are counted


class SentForm(msgspec.Struct, frozen=True):
    """What comes with the file: the rules of the page it was sent on."""

    scheme: str = ""


class TakeForm(msgspec.Struct, frozen=True):
    """What the comparison sends: my changes, those that others changed too, and which of these I take."""

    packed: str
    both: str
    take: tuple[str, ...] = ()
    scheme: str = ""


class WorkbookPage(msgspec.Struct, frozen=True):
    """What `templates/bulk/workbook.html` shows; `faults` are (cell, sentence), an empty cell: the file."""

    agency: Agency
    fields: tuple[Option, ...]
    levels: tuple[Option, ...]
    rows: int
    cut: bool
    download: str
    scheme: Scheme
    main: bool
    schemes: tuple[SchemeChoice, ...]
    faults: tuple[tuple[str, str], ...] = ()
    more: int = 0


class Three(msgspec.Struct, frozen=True):
    """A row in three states: as it was downloaded, as it is stored now, as you wrote it."""

    key: str
    cell: str
    service: Service
    criterion: Criterion
    downloaded: AnswerForm
    now: AnswerForm
    yours: AnswerForm


class ComparisonPage(msgspec.Struct, frozen=True):
    """What `templates/bulk/comparison.html` shows before a workbook is applied."""

    yours: tuple[Three, ...]
    both: tuple[Three, ...]
    done: int
    untouched: int
    foreseen: Foreseen
    packed: str
    packed_both: str
    scheme: Scheme
    main: bool
    action: str
    back: str
    blockers: tuple[tuple[str, str], ...]


async def _page(
    conn: Connection, wish: Wish, field: str, level: str, faults: list[CellFault]
) -> WorkbookPage:
    visit, rules = wish.visit, wish.scheme
    number = level_asked(level if wish.main else "")
    asked, cut = await to_fill(conn, rules, visit.who, field, number)
    fields, levels = await filters(conn, visit, field, number, main=wish.main)
    download = f"{link(visit, 'workbook.xlsx')}?field={field}&level={level}"
    said = tuple((one.cell, visit.language.message(one.message)) for one in faults[:_FAULTS])
    return WorkbookPage(
        await my_agency(conn, visit),
        fields,
        levels,
        len(asked),
        cut,
        read_by(download, rules, wish.content),
        rules,
        wish.main,
        bulk_rules(wish, link(visit, "workbook")),
        said,
        max(0, len(faults) - _FAULTS),
    )


@get("/{lang:str}/work/workbook", guards=[needs("staff")])
async def workbook(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    field: FromQuery[str] = "",
    level: FromQuery[str] = "",
    scheme: FromQuery[str] = "",
) -> Response[str]:
    """Choose what to take along, and send back what was filled in."""
    async with db.transaction(visit.who, read_only=True) as conn:
        page = await _page(conn, bulk_wish(visit, content, scheme), field, level, [])
    return render(request, "bulk/workbook.html", page)


def _words(language: Language) -> tuple[dict[str, str], dict[str, str]]:
    """The words of the drop-downs by code."""
    values = {value: language.gettext(VALUE_WORDS[value]) for value in VALUES}
    return values, {blocker: language.gettext(BLOCKER_WORDS[blocker]) for blocker in BLOCKERS}


@cache
def vocabulary() -> Vocabulary:
    """The words of the drop-downs in every language: a workbook may be sent back on a page of another one."""
    languages = read_languages(paths.locale())
    values: dict[str, str] = {}
    obstacles: dict[str, str] = {}
    for code in LANGUAGES:
        said, stands = _words(languages[code])
        values |= {fold(words): value for value, words in said.items()}
        obstacles |= {fold(words): blocker for blocker, words in stands.items()}
    return Vocabulary(values, obstacles)


def _line(asked: Asked, language: Language) -> Line:
    name = asked.service.name_en if language.code == "en" and asked.service.name_en else asked.service.name
    return Line(asked.row, name, asked.criterion, language.gettext(VALUE_WORDS[asked.counts]))


@get("/{lang:str}/work/workbook.xlsx", guards=[needs("staff")])
async def download(
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    field: FromQuery[str] = "",
    level: FromQuery[str] = "",
    scheme: FromQuery[str] = "",
) -> Response[bytes]:
    """The workbook of my agency, or of one field or level of it."""
    language, now = visit.language, dt.datetime.now(HANOI)
    wish = bulk_wish(visit, content, scheme)
    rules, number = wish.scheme, level_asked(level if wish.main else "")
    async with db.transaction(visit.who, read_only=True) as conn:
        agency = await my_agency(conn, visit)
        asked, cut = await to_fill(conn, rules, visit.who, field, number)
        chosen = await catalogue_store.find_field(conn, field) if field else None
    about = [Message(N_("Made on %(when)s."), {"when": now})]
    if chosen:
        name = chosen.name_en if language.code == "en" and chosen.name_en else chosen.name
        about.append(Message(N_("Field: %(name)s."), {"name": name}))
    if number is not None:
        about.append(Message(N_("Services that are at level %(number)s now."), {"number": number}))
    if cut:
        text = N_("Cut after %(rows)s rows. Filter by field to get the others.")
        about.append(Message(text, {"rows": ROWS}))
    values, obstacles = _words(language)
    agency_name = agency.name_en if language.code == "en" and agency.name_en else agency.name
    lines = tuple(_line(one, language) for one in asked)
    book = Book(agency.code, agency_name, rules.id, rules.name, now, tuple(about), lines, values, obstacles)
    name = f"lenmuc-{agency.code}-{rules.id}-{now:%Y%m%d-%H%M}.xlsx"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write_workbook(book, language), media_type=MEDIA_TYPE, headers=disposition)


@post(
    "/{lang:str}/work/workbook",
    guards=[needs("staff")],
    status_code=200,
    opt=takes_files(FILE_LIMIT) | does(nothing="a preview"),
)
async def upload(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
) -> Response[Any]:
    """What a filled workbook would change; nothing is stored. Or what is wrong with it, cell by cell."""
    wish = bulk_wish(visit, content, "")
    try:
        sent, file = await read_upload(request, SentForm, "file")
        wish = bulk_wish(visit, content, sent.scheme)
        found = await _compared(db, wish, file.content)
    except Refused as refused:
        found = [CellFault("", one.message) for one in refused.faults]
    if isinstance(found, ComparisonPage):
        return render(request, "bulk/comparison.html", found)
    async with db.transaction(visit.who, read_only=True) as conn:
        page = await _page(conn, wish, "", "", found)
    return render(request, "bulk/workbook.html", page, 422)


async def _compared(db: Database, wish: Wish, file: bytes) -> ComparisonPage | list[CellFault]:
    read = await read_sheets(file)
    if read.why:
        return [CellFault("", Message(SAID[read.why]))]
    visit, scheme, kept = wish.visit, wish.scheme, wish.content.kept
    names = {one.id: one.name for one in kept}
    filled, faults = read_workbook(read.sheets, read.errors, visit.who.agency, scheme.id, vocabulary(), names)
    async with db.transaction(visit.who, read_only=True) as conn:
        found, late = await against_now(conn, scheme, visit.who, filled)
        if faults or late:
            return [*faults, *late]
        changes = [one.change() for one in found.yours]
        foreseen = await foresee_all(conn, kept, scheme, visit.who, changes) if changes else Foreseen(())
        codes = {one.filled.was.service for one in (*found.yours, *found.both)}
        services = await catalogue_store.some_services(conn, codes)

    def three(one: Compared) -> Three:
        was = one.filled.was
        criterion = scheme.criterion(was.criterion)
        cell = cell_name(one.filled.row, 6)
        return Three(one.key, cell, services[was.service], criterion, was.form, one.now, one.filled.yours)

    return ComparisonPage(
        tuple(three(one) for one in found.yours),
        tuple(three(one) for one in found.both),
        found.done,
        found.untouched,
        foreseen,
        pack(changes),
        pack([one.change() for one in found.both]),
        scheme,
        wish.main,
        link(visit, "workbook", "apply"),
        read_by(link(visit, "workbook"), scheme, wish.content),
        blockers(visit.language),
    )


@post(
    "/{lang:str}/work/workbook/apply", guards=[needs("staff")], status_code=303, opt=does("batch", "answer")
)
async def apply_workbook(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
) -> Response[Any]:
    """Store what the comparison has shown, with those rows of others that were chosen to be replaced."""
    form = await read_form(request, TakeForm)
    taken = set(form.take)
    both = tuple(one for one in unpack(form.both) if f"{one.service} {one.criterion}" in taken)
    changes: tuple[Change, ...] = (*unpack(form.packed), *both)
    return await give(request, db, bulk_wish(visit, content, form.scheme), "workbook", changes)
