"""One record of open data. Its address without an ending is its name in linked data."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from lenmuc.content.everything import Content
from lenmuc.core.errors import N_, NotFound
from lenmuc.exports.open.rdf import document
from lenmuc.exports.open.rules import scheme_nodes
from lenmuc.exports.open.tables import TABLES
from lenmuc.pages.open_data.files import ENDINGS, SPELLINGS, table_file
from lenmuc.pages.open_data.formats import (
    HTML,
    AnyRequest,
    asked,
    handed_out,
    one_piece,
    state_of,
    to_page,
)
from lenmuc.pages.open_data.graphs import one_agency, one_service, only
from lenmuc.pages.open_data.rows import Source, agencies, services
from lenmuc.settings import Settings
from lenmuc.store.catalogue import find_agency, find_service
from lenmuc.store.changes import Changes
from lenmuc.store.database import Database
from lenmuc.web.access import anyone
from lenmuc.web.addresses import addresses
from lenmuc.web.visits import visit_of

_FORMATS = (*ENDINGS, *SPELLINGS, HTML)


@get("/data/services/{name:str}", guards=[anyone])
async def service_record(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    changes: NamedDependency[Changes],
    name: FromPath[str],
) -> Response[Any]:
    """One service: its row, or CPSV-AP with everything that it points to."""
    found = asked(request, name, _FORMATS, "jsonld")
    async with db.transaction(read_only=True) as conn:
        if await find_service(conn, found.name) is None:
            raise NotFound(N_("There is no service with this code."))
    if found.ending == HTML:
        return to_page(f"/{visit_of(request).language.code}/services/{found.name}")
    state = await state_of(changes)
    source = Source(db, content, settings, addresses(settings), only([found.name]))
    if found.ending in SPELLINGS:
        return handed_out(request, found, one_service(source, found.ending), state=state)
    pieces = table_file(TABLES["services"], services(source), found.ending)
    return handed_out(
        request, found, pieces, state=state, file_name=f"lenmuc-service-{found.name}.{found.ending}"
    )


@get("/data/agencies/{name:str}", guards=[anyone])
async def agency_record(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    changes: NamedDependency[Changes],
    name: FromPath[str],
) -> Response[Any]:
    """One agency: its row, or what it offers at which level as linked data."""
    found = asked(request, name, _FORMATS, "jsonld")
    async with db.transaction(read_only=True) as conn:
        if await find_agency(conn, found.name) is None:
            raise NotFound(N_("There is no agency with this code."))
    if found.ending == HTML:
        return to_page(f"/{visit_of(request).language.code}/agencies/{found.name}")
    state = await state_of(changes)
    source = Source(db, content, settings, addresses(settings), only(None, found.name))
    if found.ending in SPELLINGS:
        return handed_out(request, found, one_agency(source, found.name, found.ending), state=state)
    pieces = table_file(TABLES["agencies"], agencies(source), found.ending)
    return handed_out(
        request, found, pieces, state=state, file_name=f"lenmuc-agency-{found.name}.{found.ending}"
    )


@get("/data/schemes/{name:str}", guards=[anyone], sync_to_thread=False)
def scheme_record(
    request: AnyRequest,
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    name: FromPath[str],
) -> Response[Any]:
    """One set of rules: its levels as SKOS, its criteria in CCCEV."""
    found = asked(request, name, (*SPELLINGS, HTML), "jsonld")
    scheme = content.schemes.get(found.name)
    if scheme is None:
        raise NotFound(N_("There is no set of rules with this name."))
    if found.ending == HTML:
        return to_page(f"/{visit_of(request).language.code}/schemes/{found.name}")
    at = addresses(settings)
    body = document(scheme_nodes(at, scheme), found.ending)
    return handed_out(request, found, one_piece(body), state=f"{scheme.id} {scheme.version} {at.base}")


handlers: list[Any] = [service_record, agency_record, scheme_record]
