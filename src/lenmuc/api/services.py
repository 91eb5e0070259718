"""Services: search with facets, and one with every fact."""

from typing import Annotated, Any, cast

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from lenmuc.actions.stated import PointsSaid, points_said
from lenmuc.api.counts import level_counts
from lenmuc.api.replies import (
    ETAG,
    FROM_0,
    LINK,
    AnyRequest,
    Code,
    Cursor,
    Page,
    PageSize,
    Words,
    cursor_links,
    for_all,
    known_query,
    named,
    page_links,
    place_of,
    problems,
)
from lenmuc.api.types.agencies import Tier
from lenmuc.api.types.answers import Blocker
from lenmuc.api.types.services import (
    Audience,
    FacetsOut,
    FeeKnown,
    ImpliedOut,
    Payment,
    PointOut,
    PointsOut,
    ServiceItem,
    ServiceOut,
    ServicePage,
    StatedOut,
    YesNo,
)
from lenmuc.api.types.shared import NamedOut, WordsOut
from lenmuc.content.everything import Content
from lenmuc.core import checklists, cursors
from lenmuc.core.errors import N_, NotFound
from lenmuc.core.search.index import Found, Hit, Wanted
from lenmuc.core.services import Field, Service
from lenmuc.core.stated import Stated
from lenmuc.store.catalogue import find_field, find_service
from lenmuc.store.database import Database
from lenmuc.store.offerings import count_levels
from lenmuc.store.search import Finder
from lenmuc.store.stated import stated_of_one
from lenmuc.web.access import anyone
from lenmuc.web.caching import EVERYBODY, OF_SERVICE

Agency = Annotated[
    str, QueryParameter(max_length=40, description=N_("Only what the agency offers: its code."))
]
FieldCode = Annotated[str, QueryParameter(max_length=60, description=N_("Only this field: its code."))]
OneTier = Annotated[Tier | None, QueryParameter(description=N_("Only what this tier decides."))]
AtLevel = Annotated[
    int | None,
    QueryParameter(
        ge=0, le=4, schema_extra=FROM_0, description=N_("Only with an offering at exactly this level.")
    ),
]


OfClass = Annotated[
    int | None,
    QueryParameter(
        name="class",
        ge=0,
        le=4,
        schema_extra=FROM_0,
        description=N_("Only with an offering of exactly this class of the law in force."),
    ),
]
ForWhom = Annotated[Audience | None, QueryParameter(description=N_("Only for them."))]
OfFee = Annotated[FeeKnown | None, QueryParameter(description=N_("Only with such a fee."))]
Online = Annotated[
    YesNo | None,
    QueryParameter(description=N_("Only where the record names the online way to file, or not.")),
]
Exact = Annotated[
    bool, QueryParameter(description=N_("These very words: no other spelling, nothing that people also say."))
]


def _field(field: Field | None, code: str) -> NamedOut:
    return named(field.code, field.name, field.name_en) if field else NamedOut(code, code, None)


def _item(hit: Hit, fields: dict[str, Field]) -> ServiceItem:
    entry = hit.entry
    field = _field(fields.get(entry.field), entry.field)
    return ServiceItem(entry.code, entry.name, entry.name_en or None, field, entry.tiers, hit.levels)


def _facets(found: Found) -> FacetsOut:
    counts = {"rung" if name == "class" else name: each for name, each in found.facets.items()}
    return FacetsOut(**counts)


@get(
    "/api/v1/services",
    guards=[anyone, known_query],
    opt=EVERYBODY,
    tags=["services"],
    operation_id="list_services",
    summary=N_("Find services"),
    response_headers=[ETAG, LINK],
    responses=problems(400, 422),
)
async def list_services(
    request: AnyRequest,
    finder: NamedDependency[Finder],
    q: Words = "",
    agency: Agency = "",
    field: FieldCode = "",
    tier: OneTier = None,
    level: AtLevel = None,
    rung: OfClass = None,
    audience: ForWhom = None,
    fee: OfFee = None,
    online: Online = None,
    exact: Exact = False,
    page: Page = 1,
    page_size: PageSize = 20,
    cursor: Cursor = None,
) -> Response[ServicePage]:
    """Services that match, best first, with counts for further filters."""
    wanted = Wanted(
        q, agency, field, tier or "", level, rung, audience or "", fee or "", online or "", page, exact
    )
    of = f"services {wanted.text} {wanted.verbatim} {wanted.conditions()}"
    after = place_of(request, cursor, of)
    index = await finder.index()
    found = index.find(wanted, page_size, after)
    items = tuple(_item(hit, index.records.fields) for hit in found.hits)
    facets = _facets(found)
    reached = found.first + len(items)
    more = cursors.write(of, (items[-1].code, reached)) if items and reached < found.total else None
    number = page if cursor is None else None
    other = found.instead or None, found.perhaps or None
    out = ServicePage(items, found.total, number, page_size, more, facets, *other)
    link = (
        cursor_links(request, more) if number is None else page_links(request, page, page_size, found.total)
    )
    return for_all(request, out, link=link)


def _facts(service: Service) -> dict[str, Any]:
    """The facts of a record; empty means that nobody knows, which is null."""
    known = {name: getattr(service, name) for name in service.__struct_fields__ if name != "field"}
    empty = {name: None for name, value in known.items() if value in ("", ()) and name != "tiers"}
    return known | empty


def _words(words: checklists.Words) -> WordsOut:
    return WordsOut(words.vi, words.en)


def _points(said: PointsSaid) -> PointsOut:
    points, reach = said.points, said.reach
    return PointsOut(
        set=points.id,
        name=_words(points.name),
        source=points.source,
        points=tuple(
            PointOut(point.id, _words(point.name), _words(point.meaning), cast(Any, answer or None))
            for point, answer in said.answers
        ),
        stand=cast(Any, said.stands),
        scheme=points.scheme,
        lowest=reach.lowest,
        highest=reach.highest,
        because=tuple(ImpliedOut(e.point, e.criterion, e.is_, _words(e.why)) for e in reach.said),
        lacking=tuple(criterion.id for criterion in reach.lacking),
    )


def _stated(content: Content, service: Service, stated: Stated) -> StatedOut:
    said = points_said(content, service, stated)
    return StatedOut(
        points=_points(said) if said else None,
        blockers=cast(tuple[Blocker, ...], stated.blockers),
        obstacles=stated.obstacles,
        payment=cast(tuple[Payment, ...], stated.payment),
        online_from=stated.online_from or None,
    )


@get(
    "/api/v1/services/{code:str}",
    guards=[anyone, known_query],
    opt={**EVERYBODY, **OF_SERVICE},
    tags=["services"],
    operation_id="read_service",
    summary=N_("One service with every fact"),
    response_headers=[ETAG],
    responses=problems(400, 404, 422),
)
async def read_service(
    request: AnyRequest, db: NamedDependency[Database], content: NamedDependency[Content], code: Code
) -> Response[ServiceOut]:
    """What the record of a service says, and the levels at which agencies offer it."""
    async with db.transaction(read_only=True) as conn:
        service = await find_service(conn, code)
        if service is None:
            raise NotFound(N_("There is no service with this code."))
        field = await find_field(conn, service.field)
        counts = await count_levels(conn, service=code)
        stated = await stated_of_one(conn, code)
    out = ServiceOut(
        **_facts(service),
        field=_field(field, service.field),
        offerings=level_counts(content.scheme.id, counts.exclusive()),
        stated=_stated(content, service, stated) if stated else None,
    )
    return for_all(request, out)


handlers: list[Any] = [list_services, read_service]
