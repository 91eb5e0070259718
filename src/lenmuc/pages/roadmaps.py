"""Published roadmaps: the list, one of them, one agency's part of it, and the files to take along."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from lenmuc.actions.roadmap_view import NO_ROADMAP, Views
from lenmuc.core.answers import Identity
from lenmuc.core.checklists import Words
from lenmuc.core.errors import NotFound
from lenmuc.exports.formats import FORMATS
from lenmuc.pages.roadmap_shown import Shown, shown
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store.database import Database
from lenmuc.store.roadmaps import Roadmap
from lenmuc.web.access import anyone
from lenmuc.web.caching import PUBLIC
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

AnyRequest = Request[Any, Any, Any]
Part = Annotated[str, QueryParameter(name="agency", max_length=40)]
Show = Annotated[str, QueryParameter(name="show", max_length=20)]
Number = Annotated[int, QueryParameter(name="page", ge=1, le=10_000)]


class RoadmapsPage(msgspec.Struct, frozen=True):
    """What `templates/public/roadmaps.html` shows; `names` are those of agencies by code."""

    roadmaps: tuple[Roadmap, ...]
    names: dict[str, Words]


class RoadmapPage(msgspec.Struct, frozen=True):
    """What `templates/public/roadmap.html` shows."""

    shown: Shown


def number_of(name: str) -> tuple[int, str]:
    """The number and the ending of an address such as `12` or `12.csv`. Raises `NotFound` for another."""
    number, dot, ending = name.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) <= 18) or (dot and ending not in FORMATS):
        raise NotFound(NO_ROADMAP)
    return int(number), ending


async def file_reply(
    views: Views, visit: Visit, id: int, ending: str, agency: str, *, published: bool
) -> Response[bytes]:
    """A roadmap to take along, in the language of the page."""
    format = FORMATS[ending]
    body = await views.write(visit.who, id, agency, format, visit.language, published=published)
    name = f"lenmuc-roadmap-{id}{'-' + agency if agency else ''}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=format.media_type, headers=headers)


async def agency_names(db: Database, who: Identity) -> list[catalogue_store.AgencyName]:
    """Every agency, to choose from."""
    async with db.transaction(who, read_only=True) as conn:
        return await catalogue_store.agency_names(conn)


async def field_words(db: Database, who: Identity) -> dict[str, Words]:
    """The names of fields by code."""
    async with db.transaction(who, read_only=True) as conn:
        fields = await catalogue_store.all_fields(conn)
    return {each.code: Words(each.name, each.name_en or each.name) for each in fields}


def words_by_code(agencies: list[catalogue_store.AgencyName]) -> dict[str, Words]:
    """The names of agencies by code."""
    return {each.code: Words(each.name, each.name_en or each.name) for each in agencies}


@get("/{lang:str}/roadmaps", guards=[anyone], opt=PUBLIC)
async def list_published(
    request: AnyRequest, db: NamedDependency[Database], visit: NamedDependency[Visit]
) -> Response[str]:
    """The published roadmaps, newest first."""
    async with db.transaction(visit.who, read_only=True) as conn:
        found = await roadmaps_store.list_roadmaps(conn, published=True)
    names = words_by_code(await agency_names(db, visit.who))
    return render(request, "public/roadmaps.html", RoadmapsPage(tuple(found), names))


@get("/{lang:str}/roadmaps/{name:str}", guards=[anyone], opt=PUBLIC)
async def read_published(
    request: AnyRequest,
    db: NamedDependency[Database],
    views: NamedDependency[Views],
    visit: NamedDependency[Visit],
    name: FromPath[str],
    agency: Part = "",
    show: Show = "",
    page: Number = 1,
) -> Response[Any]:
    """A published roadmap, or one agency's part of it, as a page or, with an ending, as a file."""
    id, ending = number_of(name)
    if ending:
        return await file_reply(views, visit, id, ending, agency, published=True)
    roadmap, view = await views.open(visit.who, id, agency)
    if view is None or not roadmap.published:
        raise NotFound(NO_ROADMAP)
    ready = shown(
        roadmap,
        view,
        scheme=views.scheme_name(roadmap),
        agencies=await agency_names(db, visit.who),
        language=visit.language,
        address=f"/{visit.language.code}/roadmaps/{id}",
        page=page,
        outside=show == "outside",
        fields=await field_words(db, visit.who),
    )
    return render(request, "public/roadmap.html", RoadmapPage(ready))


handlers: list[Any] = [list_published, read_published]
