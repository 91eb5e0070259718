"""Roadmaps: published ones for everybody, their own for those who are signed in, new ones for planners."""

import datetime as dt
from typing import Annotated, Any, cast

import msgspec
from litestar import Response, get, post
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from lenmuc.actions import planning
from lenmuc.actions.computing import Planner
from lenmuc.api.repeats import Key, number_of, once_or_now, reply_of
from lenmuc.api.replies import (
    ETAG,
    LINK,
    AnyRequest,
    Cursor,
    Number,
    PageSize,
    Token,
    cursor_links,
    for_visitor,
    known_query,
    packed_file,
    place_of,
    problems,
)
from lenmuc.api.types.roadmaps import (
    PlanIn,
    PlanOut,
    RoadmapList,
    RoadmapOut,
    SummaryOut,
)
from lenmuc.content.everything import Content
from lenmuc.core import cursors
from lenmuc.core.answers import Identity
from lenmuc.core.errors import N_, Message, NotFound
from lenmuc.core.roadmap.inputs import PlanRequest
from lenmuc.core.roadmap.problem import Problem, Solution
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store.database import Database
from lenmuc.store.kept_replies import Told
from lenmuc.store.roadmaps import Roadmap, StoredPlan
from lenmuc.web.access import anyone, needs
from lenmuc.web.caching import PUBLIC
from lenmuc.web.declared import does
from lenmuc.web.visits import Visit

Touching = Annotated[
    str,
    QueryParameter(max_length=40, description=N_("Only what plans for this agency, alone or with all.")),
]
LOCATION = ResponseHeader(name="Location", documentation_only=True, description="Where the roadmap is read.")
NO_ROADMAP = N_("There is no roadmap with this number.")
NOT_READY = N_("There is no finished roadmap with this number.")


def may_see(who: Identity, roadmap: Roadmap) -> bool:
    """Everybody sees what is published, planners, administrators and auditors all, staff what plans for
    them.
    """
    if roadmap.published or who.role in ("planner", "administrator", "auditor"):
        return True
    return who.of_agency and roadmap.agency in ("", who.agency)


def _summary(roadmap: Roadmap) -> SummaryOut | None:
    if roadmap.summary is None:
        return None
    figures = msgspec.structs.asdict(roadmap.summary)
    # No source of real numbers exists yet: every number of filings is made up when the catalogue is loaded.
    return SummaryOut(**{name: figures[name] for name in SummaryOut.__struct_fields__ if name in figures},
                      filings_illustrative=True)  # fmt: skip


def roadmap_out(roadmap: Roadmap, visit: Visit) -> RoadmapOut:
    """A roadmap as its reader may see it: names of people are for those who are signed in."""
    asked = roadmap.settings
    return RoadmapOut(
        id=roadmap.id,
        name=roadmap.name,
        agency=roadmap.agency or None,
        scheme=roadmap.scheme,
        status=cast(Any, roadmap.status),
        published=roadmap.published,
        settings=PlanOut(
            asked.first_quarter,
            asked.quarters,
            asked.central_days,
            asked.body_days,
            asked.ward_days,
            asked.seconds,
        ),
        summary=_summary(roadmap),
        failure=visit.language.message(Message(roadmap.failure)) if roadmap.failure else None,
        by=roadmap.by if visit.session else None,
        created=roadmap.created,
        finished=roadmap.finished,
    )


async def _roadmap(db: Database, who: Identity, id: int) -> Roadmap:
    async with db.transaction(who, read_only=True) as conn:
        found = await roadmaps_store.find_roadmap(conn, id)
    if found is None or not may_see(who, found):
        raise NotFound(NO_ROADMAP)
    return found


@get(
    "/api/v1/roadmaps",
    guards=[anyone, known_query],
    opt=PUBLIC,
    tags=["roadmaps"],
    operation_id="list_roadmaps",
    summary=N_("Roadmaps"),
    response_headers=[ETAG, LINK],
    responses=problems(400, 422),
)
async def list_roadmaps(
    request: AnyRequest,
    db: NamedDependency[Database],
    visit: NamedDependency[Visit],
    agency: Touching = "",
    page_size: PageSize = 100,
    cursor: Cursor = None,
) -> Response[RoadmapList]:
    """Roadmaps that the reader may see: without an account, the published ones."""
    public = visit.session is None
    of = f"roadmaps {agency}"
    place = place_of(request, cursor, of)
    after = (bool(place[0]), dt.datetime.fromisoformat(str(place[1])), int(place[2])) if place else None
    async with db.transaction(visit.who, read_only=True) as conn:
        found = await roadmaps_store.list_roadmaps(
            conn, agency, published=public, size=page_size + 1, after=after
        )
    items = tuple(roadmap_out(each, visit) for each in found[:page_size] if may_see(visit.who, each))
    more = None
    if len(found) > page_size:
        last = found[page_size - 1]
        more = cursors.write(of, (int(last.baseline), last.created.isoformat(), last.id))
    return for_visitor(request, RoadmapList(items, more), link=cursor_links(request, more))


@get(
    "/api/v1/roadmaps/{id:int}",
    guards=[anyone, known_query],
    opt=PUBLIC,
    tags=["roadmaps"],
    operation_id="read_roadmap",
    summary=N_("One roadmap: what was asked and its figures"),
    response_headers=[ETAG],
    responses=problems(400, 404, 422),
)
async def read_roadmap(
    request: AnyRequest, db: NamedDependency[Database], visit: NamedDependency[Visit], id: Number
) -> Response[RoadmapOut]:
    """A roadmap with its figures once it is ready. While it is computed, ask again every few seconds."""
    return for_visitor(request, roadmap_out(await _roadmap(db, visit.who, id), visit))


async def _files(db: Database, who: Identity, id: int) -> StoredPlan:
    await _roadmap(db, who, id)
    async with db.transaction(who, read_only=True) as conn:
        stored = await roadmaps_store.read_files(conn, id)
    if stored is None:
        raise NotFound(NOT_READY)
    return stored


@get(
    "/api/v1/roadmaps/{id:int}/problem",
    guards=[anyone, known_query],
    tags=["roadmaps"],
    operation_id="read_problem",
    summary=N_("The whole problem of a roadmap"),
    response_headers=[ETAG],
    responses=problems(400, 404, 422),
)
async def read_problem(
    request: AnyRequest, db: NamedDependency[Database], who: NamedDependency[Identity], id: Number
) -> Response[Problem]:
    """People, work and upgrades: the file that `lenmuc plan` reads. Numbers of filings may be made up."""
    stored = await _files(db, who, id)
    return await packed_file(request, stored.problem)


@get(
    "/api/v1/roadmaps/{id:int}/solution",
    guards=[anyone, known_query],
    tags=["roadmaps"],
    operation_id="read_solution",
    summary=N_("The plan and its proof"),
    response_headers=[ETAG],
    responses=problems(400, 404, 422),
)
async def read_solution(
    request: AnyRequest, db: NamedDependency[Database], who: NamedDependency[Identity], id: Number
) -> Response[Solution]:
    """When each item is finished and each upgrade reached: the file that `lenmuc plan` writes."""
    stored = await _files(db, who, id)
    return await packed_file(request, stored.solution)


@post(
    "/api/v1/roadmaps",
    guards=[needs("planner"), known_query],
    status_code=202,
    tags=["roadmaps"],
    operation_id="compute_roadmap",
    summary=N_("Compute a roadmap"),
    response_headers=[LOCATION],
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422),
    opt=does("roadmap"),
)
async def compute_roadmap(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    planner: NamedDependency[Planner],
    visit: NamedDependency[Visit],
    data: JSONBody[PlanIn],
    key: Key = None,
    csrf: Token = None,
) -> Response[RoadmapOut]:
    """Begin to compute a roadmap. The reply comes at once; Location says where to follow it."""
    person, who = number_of(visit), visit.who
    asked = PlanRequest(**{**msgspec.structs.asdict(data), "agency": data.agency or ""})
    begun: list[int] = []

    async def write(db: Database) -> Told:
        number = await planning.start(db, content.scheme, who, person, asked)
        begun.append(number)
        out = roadmap_out(await _roadmap(db, who, number), visit)
        return Told(202, {"Location": f"/api/v1/roadmaps/{number}"}, msgspec.json.encode(out))

    told, new = await once_or_now(request, db, key, await request.body(), write)
    if new:
        planner.start(content.scheme, who, begun[0], asked)
    return reply_of(told, visit)


handlers: list[Any] = [
    list_roadmaps,
    read_roadmap,
    read_problem,
    read_solution,
    compute_roadmap,
]
