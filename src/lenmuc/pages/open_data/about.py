"""What open data there is: the page for people, DCAT-AP for portals, a data package for programs."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from lenmuc import __version__
from lenmuc.content.everything import Content
from lenmuc.exports.open.dcat import GRAPHS, datapackage, dataset_nodes
from lenmuc.exports.open.rdf import document
from lenmuc.exports.open.tables import TABLES, Table
from lenmuc.pages.open_data.files import SPELLINGS
from lenmuc.pages.open_data.formats import (
    AnyRequest,
    Asked,
    asked,
    handed_out,
    one_piece,
    state_of,
)
from lenmuc.pages.open_data.graphs import spot_of
from lenmuc.settings import Settings
from lenmuc.store import open_data
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store.catalogue import loaded_catalogue
from lenmuc.store.changes import Changes
from lenmuc.store.database import Database
from lenmuc.web.access import anyone
from lenmuc.web.addresses import addresses
from lenmuc.web.caching import PUBLIC
from lenmuc.web.language import Language
from lenmuc.web.reviews import today
from lenmuc.web.templating import render


class Offer(msgspec.Struct, frozen=True):
    """A table on the page: how many rows it has, and whether it is there as linked data too."""

    table: Table
    rows: int
    linked: bool


class OpenDataPage(msgspec.Struct, frozen=True):
    """What `templates/public/open_data.html` shows. `base` is the address of the site, `day` is today."""

    offers: tuple[Offer, ...]
    base: str
    service: str
    agency: str
    day: str


def in_language(table: Table, language: Language) -> Table:
    """The table with its sentences translated; names of columns stay."""
    say = language.gettext
    columns = tuple(msgspec.structs.replace(column, text=say(column.text)) for column in table.columns)
    return Table(table.name, say(table.title), say(table.text), columns)


async def _rows(db: Database, content: Content) -> dict[str, int]:
    async with db.transaction(read_only=True) as conn:
        counts = await open_data.counts(conn)
        roadmaps = await roadmaps_store.list_roadmaps(conn, published=True)
    schemes = content.schemes.values()
    return {
        "services": counts.services,
        "agencies": counts.agencies,
        "fields": counts.fields,
        "offerings": counts.offerings,
        "assessments": counts.offerings + counts.standings,
        "schemes": sum(len(scheme.levels) for scheme in schemes),
        "criteria": sum(len(scheme.criteria) for scheme in schemes),
        "roadmaps": len(roadmaps),
    }


@get("/{lang:str}/open-data", guards=[anyone], opt=PUBLIC)
async def show_open_data(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    language: NamedDependency[Language],
) -> Response[str]:
    """What there is, in which formats, under which licence, with examples that work here."""
    rows = await _rows(db, content)
    async with db.transaction(read_only=True) as conn:
        services = await open_data.some_services(conn, "", 1)
        agencies = await open_data.all_agencies(conn)
    page = OpenDataPage(
        offers=tuple(
            Offer(in_language(table, language), rows[name], name in GRAPHS) for name, table in TABLES.items()
        ),
        base=addresses(settings).base,
        service=services[0].code if services else "",
        agency=agencies[0].code if agencies else "",
        day=today().isoformat(),
    )
    return render(request, "public/open_data.html", page)


@get("/data/datapackage.json", guards=[anyone])
async def package(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
) -> Response[Any]:
    """The data package of the CSV files."""
    at = addresses(settings)
    async with db.transaction(read_only=True) as conn:
        spot = spot_of(content, await loaded_catalogue(conn))
    body = msgspec.json.encode(datapackage(at, spot, await _rows(db, content), __version__))
    found = Asked("datapackage", "json", False)
    return handed_out(request, found, one_piece(body), media="application/json")


@get(["/data/dcat.ttl", "/data/dcat.jsonld", "/data/dcat"], guards=[anyone])
async def dcat(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    changes: NamedDependency[Changes],
) -> Response[Any]:
    """The data set in DCAT-AP."""
    found = asked(request, request.url.path.rpartition("/")[2], SPELLINGS, "jsonld")
    async with db.transaction(read_only=True) as conn:
        loaded = await loaded_catalogue(conn)
    nodes = dataset_nodes(addresses(settings), spot_of(content, loaded), loaded.loaded if loaded else None)
    return handed_out(request, found, one_piece(document(nodes, found.ending)), state=await state_of(changes))


handlers: list[Any] = [show_open_data, package, dcat]
