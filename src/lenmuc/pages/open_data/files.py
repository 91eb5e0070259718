"""Whole tables and graphs, or the part that a search finds: `/data/services.csv?q=…`."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from typing import Annotated, Any, BinaryIO, cast

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from lenmuc.content.everything import Content
from lenmuc.exports.open.dcat import GRAPHS
from lenmuc.exports.open.tables import TABLES, Table
from lenmuc.exports.open.writing import Sheet, csv_head, csv_rows, jsonl_rows
from lenmuc.pages.open_data.formats import AnyRequest, asked, handed_out, must_be, state_of
from lenmuc.pages.open_data.graphs import graph
from lenmuc.pages.open_data.rows import ROWS, Rows, Source
from lenmuc.pages.open_data.wanted import Condition, narrowed
from lenmuc.pages.public.search import wanted_of
from lenmuc.settings import Settings
from lenmuc.store.changes import Changes
from lenmuc.store.database import Database
from lenmuc.store.search import Finder
from lenmuc.web.access import anyone
from lenmuc.web.addresses import addresses

_CHUNK = 64 * 1024
ENDINGS = ("csv", "xlsx", "jsonl")
SPELLINGS = ("ttl", "jsonld")


async def table_file(table: Table, rows: AsyncIterator[Rows], ending: str) -> AsyncIterator[bytes]:
    """The table in that format, piece by piece."""
    if ending == "xlsx":
        async for piece in _workbook(table, rows):
            yield piece
        return
    if ending == "csv":
        yield csv_head(table)
    async for some in rows:
        yield csv_rows(some) if ending == "csv" else jsonl_rows(table, some)


async def _workbook(table: Table, rows: AsyncIterator[Rows]) -> AsyncIterator[bytes]:
    """A workbook has to be whole before it begins, so it waits on disk, made beside the event loop."""
    with tempfile.TemporaryFile() as disk:
        file = cast(BinaryIO, disk)
        sheet = Sheet(table, file)
        async for some in rows:
            await asyncio.to_thread(sheet.add, some)
        await asyncio.to_thread(sheet.finish)
        file.seek(0)
        while piece := file.read(_CHUNK):
            yield piece


@get("/data/{name:str}", guards=[anyone])
async def data_file(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    name: FromPath[str],
    finder: NamedDependency[Finder],
    changes: NamedDependency[Changes],
    q: Condition = "",
    agency: Condition = "",
    field: Condition = "",
    tier: Condition = "",
    level: Condition = "",
    rung: Annotated[str, QueryParameter(name="class", max_length=200)] = "",
    audience: Condition = "",
    fee: Condition = "",
    online: Condition = "",
    exact: Condition = "",
    as_of: Condition = "",
) -> Response[Any]:
    """A table or a graph: by its ending, or by what Accept likes best; narrowed as the search page is."""
    stem = name.partition(".")[0]
    possible = (*(ENDINGS if stem in TABLES else ()), *(SPELLINGS if stem in GRAPHS else ()))
    found = asked(request, name, possible, possible[-1] if possible else "")
    must_be(found.name == stem and found.ending)
    search = wanted_of(
        q, agency, field, level, rung, "1", exact, tier=tier, audience=audience, fee=fee, online=online
    )
    wanted = await narrowed(db, finder, search, as_of)
    source = Source(db, content, settings, addresses(settings), wanted)
    if found.ending in SPELLINGS:
        pieces = graph(source, stem, found.ending)
    else:
        pieces = table_file(TABLES[stem], ROWS[stem](source), found.ending)
    file_name = f"lenmuc-{stem}.{found.ending}" if found.ending in ENDINGS else ""
    return handed_out(request, found, pieces, state=await state_of(changes), file_name=file_name)


handlers: list[Any] = [data_file]
