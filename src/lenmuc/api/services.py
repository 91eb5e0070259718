"""Services: search with facets, and one with every fact."""

from typing import Annotated, Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from lenmuc.api.counts import level_counts
from lenmuc.api.replies import (
    ETAG,
    FROM_0,
    LINK,
    AnyRequest,
    Code,
    Page,
    PageSize,
    Words,
    for_all,
    known_query,
    named,
    page_links,
    problems,
)
from lenmuc.api.types.agencies import Tier
from lenmuc.api.types.services import FacetsOut, ServiceItem, ServiceOut, ServicePage
from lenmuc.api.types.shared import NamedOut
from lenmuc.content.everything import Content
from lenmuc.core.errors import N_, NotFound
from lenmuc.core.services import Field, Service
from lenmuc.store.catalogue import all_fields, find_field, find_service
from lenmuc.store.database import Database
from lenmuc.store.offerings import count_levels
from lenmuc.store.search import ServiceHit, Wanted, search
from lenmuc.web.access import anyone

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


def _field(field: Field | None, code: str) -> NamedOut:
    return named(field.code, field.name, field.name_en) if field else NamedOut(code, code, None)


def _item(hit: ServiceHit, fields: dict[str, Field]) -> ServiceItem:
    field = _field(fields.get(hit.field), hit.field)
    return ServiceItem(hit.code, hit.name, hit.name_en or None, field, hit.tiers, hit.levels)


@get(
    "/api/v1/services",
    guards=[anyone, known_query],
    tags=["services"],
    operation_id="list_services",
    summary=N_("Find services"),
    response_headers=[ETAG, LINK],
    responses=problems(400, 422),
)
async def list_services(
    request: AnyRequest,
    db: NamedDependency[Database],
    q: Words = "",
    agency: Agency = "",
    field: FieldCode = "",
    tier: OneTier = None,
    level: AtLevel = None,
    page: Page = 1,
    page_size: PageSize = 20,
) -> Response[ServicePage]:
    """Services that match, best first, with counts for further filters."""
    wanted = Wanted(q, agency, field, tier or "", level, page)
    async with db.transaction(read_only=True) as conn:
        found = await search(conn, wanted, page_size)
        fields = {each.code: each for each in await all_fields(conn)}
    items = tuple(_item(hit, fields) for hit in found.services)
    facets = FacetsOut(**{name: found.facets[name] for name in FacetsOut.__struct_fields__})
    out = ServicePage(items, found.total, page, page_size, facets)
    return for_all(request, out, link=page_links(request, page, page_size, found.total))


def _facts(service: Service) -> dict[str, Any]:
    """The facts of a record; empty means that nobody knows, which is null."""
    known = {name: getattr(service, name) for name in service.__struct_fields__ if name != "field"}
    return {name: None if value in ("", ()) else value for name, value in known.items()}


@get(
    "/api/v1/services/{code:str}",
    guards=[anyone, known_query],
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
    out = ServiceOut(
        **_facts(service),
        field=_field(field, service.field),
        offerings=level_counts(content.scheme.id, counts.exclusive()),
    )
    return for_all(request, out)


handlers: list[Any] = [list_services, read_service]
