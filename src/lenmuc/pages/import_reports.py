"""What imports leave: the report of one that was carried out, and bad cells as pages and as files."""

import csv
import io

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions.import_jobs import Importer
from lenmuc.actions.importing import mappings
from lenmuc.content.everything import Content
from lenmuc.core.answers import Identity
from lenmuc.core.errors import N_, NotFound
from lenmuc.pages.import_words import KINDS
from lenmuc.pages.public.lists import Paging, page_number, paging
from lenmuc.pages.visitors import AnyRequest
from lenmuc.store import import_jobs as jobs_store
from lenmuc.store import imports as imports_store
from lenmuc.store.database import Database
from lenmuc.store.import_jobs import KeptNote
from lenmuc.store.imports import MOST_NOTES, Run
from lenmuc.web.access import needs
from lenmuc.web.language import Language
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

PAGE_SIZE = 100
_RISKY = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would take the cell for a formula


class Notes(msgspec.Struct, frozen=True):
    """A page of bad cells. `kept` are stored of `noted`; `address` leads to the list of this import."""

    rows: tuple[KeptNote, ...]
    total: int
    kind: str
    paging: Paging
    address: str


class ReportPage(msgspec.Struct, frozen=True):
    """What `templates/imports/report.html` shows: an import that was carried out."""

    run: Run
    name: str
    notes: Notes
    done: bool

    @property
    def most_notes(self) -> int:
        """Bad cells that are kept."""
        return MOST_NOTES


def home(visit: Visit) -> str:
    """The address of the list of imports."""
    return f"/{visit.language.code}/imports"


def names(content: Content, language: Language) -> dict[str, str]:
    """What each mapping is called, by its id."""
    return {id: one.name if language.code == "vi" else one.name_en for id, one in mappings(content).items()}


def notes_page(rows: list[KeptNote], kind: str, page: int, address: str) -> Notes:
    """One page of bad cells, of those of a kind or of all."""
    total = rows[0].total if rows else 0
    return Notes(tuple(rows), total, kind, paging(page, total, PAGE_SIZE, address, {"kind": kind}), address)


def kind_of(text: str) -> str:
    """A kind of bad cells; empty for any other word."""
    return text if text in KINDS else ""


async def _run(db: Database, who: Identity, id: int) -> Run:
    async with db.transaction(who, read_only=True) as conn:
        found = await imports_store.find_run(conn, id) if 0 < id < 2**63 else None
    if found is None:
        raise NotFound(N_("There is no such import."))
    return found


@get("/{lang:str}/imports/runs/{id:int}", guards=[needs("administrator")])
async def one_run(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    id: FromPath[int],
    kind: FromQuery[str] = "",
    page: FromQuery[str] = "1",
    done: FromQuery[str] = "",
) -> Response[str]:
    """The report of an import that was carried out, here or from the command line."""
    run, wanted, number = await _run(db, visit.who, id), kind_of(kind), page_number(page)
    async with db.transaction(visit.who, read_only=True) as conn:
        rows = await jobs_store.notes_of_run(conn, id, wanted, PAGE_SIZE, (number - 1) * PAGE_SIZE)
    name = names(content, visit.language).get(run.mapping, run.mapping)
    notes = notes_page(rows, wanted, number, f"{home(visit)}/runs/{id}")
    return render(request, "imports/report.html", ReportPage(run, name, notes, done == "yes"))


def _csv(rows: list[KeptNote], language: Language, name: str) -> Response[bytes]:
    """The bad cells as a file for a spreadsheet; no cell is a formula."""
    out = io.StringIO()
    write = csv.writer(out)
    head = (N_("File"), N_("Row"), N_("Column"), N_("Text of the cell"), N_("What becomes of it"), N_("Why"))
    write.writerow([language.gettext(text) for text in head])
    for each in rows:
        cells = (each.file, str(each.row), each.column, each.value, language.gettext(KINDS[each.kind]),
                 language.message(each.why))  # fmt: skip
        write.writerow([f"'{cell}" if cell.startswith(_RISKY) else cell for cell in cells])
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    body = b"\xef\xbb\xbf" + out.getvalue().encode()
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


@get("/{lang:str}/imports/{id:int}/cells.csv", guards=[needs("administrator")])
async def cells(
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    importer: NamedDependency[Importer],
    id: FromPath[int],
) -> Response[bytes]:
    """Every bad cell of an import that is looked at."""
    await importer.find(visit.who, id)
    async with db.transaction(visit.who, read_only=True) as conn:
        rows = await jobs_store.notes_of_job(conn, id, "", None)
    return _csv(rows, visit.language, f"lenmuc-import-{id}-cells.csv")


@get("/{lang:str}/imports/runs/{id:int}/cells.csv", guards=[needs("administrator")])
async def cells_of_run(
    visit: NamedDependency[Visit], db: NamedDependency[Database], id: FromPath[int]
) -> Response[bytes]:
    """Every bad cell of an import that was carried out."""
    await _run(db, visit.who, id)
    async with db.transaction(visit.who, read_only=True) as conn:
        rows = await jobs_store.notes_of_run(conn, id, "", None)
    return _csv(rows, visit.language, f"lenmuc-import-run-{id}-cells.csv")


handlers = [one_run, cells, cells_of_run]
