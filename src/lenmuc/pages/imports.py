"""Bringing a registry in, for administrators: sent, looked at, written."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions.import_jobs import MOST_BYTES, MOST_FILES, Chosen, Importer, Sent
from lenmuc.actions.importing import mappings
from lenmuc.content.everything import Content
from lenmuc.core.errors import N_, Busy, Conflict, Message, Refused, TooLarge, fault
from lenmuc.pages import import_reports
from lenmuc.pages.import_reports import Notes, home, kind_of, names, notes_page
from lenmuc.pages.import_words import FIELDS, place_words
from lenmuc.pages.public.lists import page_number
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store import import_jobs as jobs_store
from lenmuc.store import imports as imports_store
from lenmuc.store.database import Database
from lenmuc.store.import_jobs import Found, Job
from lenmuc.store.imports import MOST_NOTES, Run
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.errors import status_of
from lenmuc.web.forms import read_form
from lenmuc.web.language import Language
from lenmuc.web.reviews import today
from lenmuc.web.templating import render
from lenmuc.web.uploads import takes_files, uploaded_files
from lenmuc.web.visits import Visit


class SentForm(msgspec.Struct, frozen=True):
    """What comes beside the files: the name of a mapping, or the text of one with a name of its own."""

    mapping: str = ""
    name: str = ""
    text: str = ""


class NoForm(msgspec.Struct, frozen=True):
    """The button alone."""


class ImportsPage(msgspec.Struct, frozen=True):
    """What `templates/imports/imports.html` shows; `shipped` are (name, words) of mappings, `names` by id."""

    jobs: tuple[Job, ...]
    runs: tuple[Run, ...]
    shipped: tuple[tuple[str, str], ...]
    names: dict[str, str]
    typed: SentForm
    may_change: bool
    errors: tuple[tuple[str, str], ...] = ()

    @property
    def most_mib(self) -> int:
        """The largest file, in MiB."""
        return MOST_BYTES // (1024 * 1024)

    @property
    def most_files(self) -> int:
        """How many files at once."""
        return MOST_FILES


class SampleField(msgspec.Struct, frozen=True):
    """One field of a sample row: its words, its name in mappings, its value."""

    words: str
    name: str
    value: str


class SampleRow(msgspec.Struct, frozen=True):
    """A row of the sample; no fields: it was refused."""

    file: str
    row: int
    fields: tuple[SampleField, ...]


class ImportPage(msgspec.Struct, frozen=True):
    """What `templates/imports/import.html` shows: one import begun here. `why`: what went wrong."""

    job: Job
    name: str
    sample: tuple[SampleRow, ...]
    notes: Notes
    may_change: bool
    why: str = ""
    said: str = ""

    @property
    def most_notes(self) -> int:
        """Bad cells that are kept."""
        return MOST_NOTES


def _shipped(content: Content, language: Language) -> tuple[tuple[str, str], ...]:
    """The mappings to choose from, those of this place first."""
    here, found = content.catalogue.place.code, mappings(content)
    ordered = sorted(found.values(), key=lambda one: (one.place.code != here, one.place.code, one.id))
    vietnamese = language.code == "vi"
    return tuple(
        (one.id, f"{one.name if vietnamese else one.name_en} ({one.source.format.upper()})")
        for one in ordered
    )


async def _imports_page(
    db: Database,
    content: Content,
    importer: Importer,
    visit: Visit,
    typed: SentForm,
    errors: tuple[tuple[str, str], ...] = (),
) -> ImportsPage:
    await importer.tidy()
    async with db.transaction(visit.who, read_only=True) as conn:
        jobs, runs = await jobs_store.list_jobs(conn), await imports_store.list_runs(conn)
    language = visit.language
    return ImportsPage(
        tuple(jobs), tuple(runs), _shipped(content, language), names(content, language), typed,
        visit.who.role == "administrator", errors,
    )  # fmt: skip


@get("/{lang:str}/imports", guards=[needs("administrator")])
async def list_imports(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    importer: NamedDependency[Importer],
) -> Response[str]:
    """Send a registry in, and what became of those before."""
    page = await _imports_page(db, content, importer, visit, SentForm())
    return render(request, "imports/imports.html", page)


@post(
    "/{lang:str}/imports",
    guards=[needs("administrator")],
    status_code=303,
    opt=takes_files(MOST_BYTES) | does("import sent"),
)
async def send(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    importer: NamedDependency[Importer],
) -> Response[Any]:
    """Keep the files, begin to read them, and show how far it is; nothing is written."""
    typed, language = SentForm(), visit.language
    try:
        typed, files = uploaded_files(request, SentForm, "files")
        own = files.get("toml", [])
        chosen = Chosen(typed.mapping)
        if own:
            try:
                text = own[0].content.decode("utf-8-sig")
            except UnicodeDecodeError as wrong:
                raise Refused([fault("toml", N_("Save the mapping as UTF-8."))]) from wrong
            typed = SentForm("", own[0].name.removesuffix(".toml"), text)  # to be mended in its place
            chosen = Chosen(typed.name, text)
        elif typed.text.strip():
            chosen = Chosen(typed.name.strip(), typed.text)
        sent = [Sent(file.name, file.body) for file in files.get("files", [])]
        id = await importer.take(db, visit.who, session_of(visit).person, chosen, sent, today())
    except (Refused, Busy, TooLarge) as refused:
        if isinstance(refused, Refused):
            errors = tuple((each.field, _mistake(each.message, language)) for each in refused.faults)
        else:
            errors = (("files", language.message(refused.message)),)
        page = await _imports_page(db, content, importer, visit, typed, errors)
        return render(request, "imports/imports.html", page, status_of(refused))
    return Response(None, status_code=303, headers={"Location": f"{home(visit)}/{id}"})


def _mistake(message: Message, language: Language) -> str:
    """What is wrong with a form; a place in a mapping is put in the language of the page too."""
    where = message.params.get("where")
    if isinstance(where, str):
        params = {**message.params, "where": place_words(where, language)}
        message = msgspec.structs.replace(message, params=params)
    return language.message(message)


def _sample(found: Found | None, language: Language) -> tuple[SampleRow, ...]:
    return tuple(
        SampleRow(
            each.file,
            each.row,
            tuple(
                SampleField(language.gettext(FIELDS[name]), name, value)
                for name, value in each.fields
                if name in FIELDS
            ),
        )
        for each in (found.sample if found else ())
    )


def _why(job: Job, language: Language) -> str:
    if job.failure is None:
        return ""
    where = place_words(job.failure.where, language)
    place = ", ".join(part for part in (job.failure.file, where) if part)
    said = language.message(job.failure.why)
    return f"{place}: {said}" if place else said


async def _import_page(
    db: Database,
    content: Content,
    importer: Importer,
    visit: Visit,
    id: int,
    kind: str = "",
    page: int = 1,
    said: Message | None = None,
) -> ImportPage:
    job = await importer.find(visit.who, id)
    async with db.transaction(visit.who, read_only=True) as conn:
        rows = await jobs_store.notes_of_job(
            conn, id, kind, import_reports.PAGE_SIZE, (page - 1) * import_reports.PAGE_SIZE
        )
    language = visit.language
    return ImportPage(
        job,
        names(content, language).get(job.mapping, job.mapping),
        _sample(job.report, language),
        notes_page(rows, kind, page, f"{home(visit)}/{id}"),
        visit.who.role == "administrator",
        _why(job, language),
        language.message(said) if said else "",
    )


@get("/{lang:str}/imports/{id:int}", guards=[needs("administrator")])
async def one_import(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    importer: NamedDependency[Importer],
    id: FromPath[int],
    kind: FromQuery[str] = "",
    page: FromQuery[str] = "1",
) -> Response[Any]:
    """How far it is; then what it would do, with the button that does it; then what became of it."""
    await importer.tidy()
    shown = await _import_page(db, content, importer, visit, id, kind_of(kind), page_number(page))
    if shown.job.run is not None:
        return Response(
            None, status_code=303, headers={"Location": f"{home(visit)}/runs/{shown.job.run}?done=yes"}
        )
    return render(request, "imports/import.html", shown)


@post(
    "/{lang:str}/imports/{id:int}/confirm",
    guards=[needs("administrator")],
    status_code=303,
    opt=does("import"),
)
async def confirm(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    importer: NamedDependency[Importer],
    id: FromPath[int],
) -> Response[Any]:
    """Have what was shown written, all of it or nothing."""
    await read_form(request, NoForm)
    try:
        await importer.confirm(db, visit.who, session_of(visit).person, id, today())
    except (Busy, Conflict) as refused:
        page = await _import_page(db, content, importer, visit, id, said=refused.message)
        return render(request, "imports/import.html", page, 409)
    return Response(None, status_code=303, headers={"Location": f"{home(visit)}/{id}"})


@post(
    "/{lang:str}/imports/{id:int}/drop",
    guards=[needs("administrator")],
    status_code=303,
    opt=does("import dropped"),
)
async def drop(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    importer: NamedDependency[Importer],
    id: FromPath[int],
) -> Response[Any]:
    """Give it up; its files are removed."""
    await read_form(request, NoForm)
    try:
        await importer.drop(db, visit.who, session_of(visit).person, id)
    except Conflict as refused:
        page = await _import_page(db, content, importer, visit, id, said=refused.message)
        return render(request, "imports/import.html", page, 409)
    return Response(None, status_code=303, headers={"Location": home(visit)})


handlers = [list_imports, send, one_import, confirm, drop, *import_reports.handlers]
