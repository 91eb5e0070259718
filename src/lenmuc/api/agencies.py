"""Agencies with the levels of what they offer."""

from typing import Annotated, Any, cast

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from lenmuc.api.counts import level_counts
from lenmuc.api.replies import (
    ETAG,
    LINK,
    AnyRequest,
    Code,
    Cursor,
    Words,
    cursor_links,
    for_all,
    known_query,
    place_of,
    problems,
)
from lenmuc.api.types.agencies import AgencyItem, AgencyList, AgencyOut, AgencyTier
from lenmuc.content.everything import Content
from lenmuc.core import cursors
from lenmuc.core.errors import N_, NotFound
from lenmuc.store.catalogue import AgencyRow, find_agency
from lenmuc.store.catalogue import list_agencies as rows_of
from lenmuc.store.database import Database
from lenmuc.store.offerings import count_levels
from lenmuc.web.access import anyone
from lenmuc.web.caching import EVERYBODY, OF_AGENCY

Most = Annotated[
    int | None,
    QueryParameter(ge=1, le=200, description=N_("The most entries in a reply; all when left out.")),
]


def _item(row: AgencyRow, scheme: str) -> AgencyItem:
    counts = level_counts(scheme, (row.none, row.one, row.two, row.three, row.four))
    return AgencyItem(row.code, row.name, row.name_en or None, row.kind, cast(AgencyTier, row.tier), counts)


@get(
    "/api/v1/agencies",
    guards=[anyone, known_query],
    opt=EVERYBODY,
    tags=["agencies"],
    operation_id="list_agencies",
    summary=N_("All agencies"),
    response_headers=[ETAG, LINK],
    responses=problems(400, 422),
)
async def list_agencies(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    q: Words = "",
    page_size: Most = None,
    cursor: Cursor = None,
) -> Response[AgencyList]:
    """Every agency, or those whose name holds the words: all at once, or with page_size some at a time."""
    of = f"agencies {q}"
    after = place_of(request, cursor, of)
    async with db.transaction(read_only=True) as conn:
        rows = await rows_of(conn, name=q)
    first = cursors.position([row.code for row in rows], after)
    page = rows[first : None if page_size is None else first + page_size]
    items = tuple(_item(row, content.scheme.id) for row in page)
    reached = first + len(page)
    more = cursors.write(of, (page[-1].code, reached)) if page and reached < len(rows) else None
    return for_all(request, AgencyList(items, len(rows), more), link=cursor_links(request, more))


@get(
    "/api/v1/agencies/{code:str}",
    guards=[anyone, known_query],
    opt={**EVERYBODY, **OF_AGENCY},
    tags=["agencies"],
    operation_id="read_agency",
    summary=N_("One agency"),
    response_headers=[ETAG],
    responses=problems(400, 404, 422),
)
async def read_agency(
    request: AnyRequest, db: NamedDependency[Database], content: NamedDependency[Content], code: Code
) -> Response[AgencyOut]:
    """What is known of an agency, and the levels of what it offers."""
    async with db.transaction(read_only=True) as conn:
        agency = await find_agency(conn, code)
        if agency is None:
            raise NotFound(N_("There is no agency with this code."))
        counts = await count_levels(conn, agency=code)
    out = AgencyOut(
        code=agency.code,
        name=agency.name,
        name_en=agency.name_en or None,
        kind=agency.kind,
        tier=cast(AgencyTier, agency.tier),
        parent=agency.parent or None,
        official_code=agency.official_code or None,
        valid_from=agency.valid_from,
        valid_to=agency.valid_to,
        confidence=agency.confidence or None,
        offerings=level_counts(content.scheme.id, counts.exclusive()),
    )
    return for_all(request, out)


handlers: list[Any] = [list_agencies, read_agency]
