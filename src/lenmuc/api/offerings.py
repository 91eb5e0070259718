"""Offerings: a service as one agency offers it, with its level and what the next one lacks."""

from typing import Annotated, Any, cast

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from lenmuc.actions.classes import Class, classes_of
from lenmuc.api.replies import (
    ETAG,
    FROM_0,
    LINK,
    AnyRequest,
    Cursor,
    Number,
    Page,
    PageSize,
    cursor_links,
    for_all,
    known_query,
    named,
    page_links,
    place_of,
    problems,
)
from lenmuc.api.types.offerings import (
    ClassOut,
    MissingOut,
    OfferingItem,
    OfferingOut,
    OfferingPage,
    ReasonOut,
    Reviewed,
    WhyOut,
)
from lenmuc.api.types.shared import NamedOut, WordsOut
from lenmuc.content.everything import Content
from lenmuc.core import cursors
from lenmuc.core.checklists import Scheme, Words
from lenmuc.core.errors import N_, NotFound
from lenmuc.core.reviews import LevelStatus
from lenmuc.settings import Settings
from lenmuc.store import offerings as offerings_store
from lenmuc.store.catalogue import find_agency, find_service
from lenmuc.store.database import Database
from lenmuc.store.offerings import OfferingListed, count_levels, find_offering
from lenmuc.web.access import anyone
from lenmuc.web.caching import EVERYBODY, OF_AGENCY_ASKED
from lenmuc.web.reviews import NOT_REVIEWED, public_statuses

OfService = Annotated[str, QueryParameter(max_length=60, description=N_("Only of this service: its code."))]
AtAgency = Annotated[str, QueryParameter(max_length=40, description=N_("Only at this agency: its code."))]
AtLevel = Annotated[
    int | None, QueryParameter(ge=0, le=4, schema_extra=FROM_0, description=N_("Only at exactly this level."))
]
NO_OFFERING = N_("There is no offering with this number.")


def _item(row: OfferingListed, reviewed: LevelStatus) -> OfferingItem:
    return OfferingItem(
        id=row.id,
        service=named(row.service, row.service_name, row.service_name_en),
        agency=named(row.agency, row.agency_name, row.agency_name_en),
        level=row.level,
        declared=row.declared,
        missing=row.missing,
        filings=row.filings,
        filings_illustrative=row.filings_illustrative,
        filings_online=row.online_filings,
        since=row.since,
        status=cast(Reviewed, reviewed.status),
        verified_at=reviewed.verified_at,
        verified_until=reviewed.until,
    )


@get(
    "/api/v1/offerings",
    guards=[anyone, known_query],
    opt={**EVERYBODY, **OF_AGENCY_ASKED},
    tags=["offerings"],
    operation_id="list_offerings",
    summary=N_("Offerings by service, agency and level"),
    response_headers=[ETAG, LINK],
    responses=problems(400, 422),
)
async def list_offerings(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    service: OfService = "",
    agency: AtAgency = "",
    level: AtLevel = None,
    page: Page = 1,
    page_size: PageSize = 50,
    cursor: Cursor = None,
) -> Response[OfferingPage]:
    """Offerings in the order of service code and agency code."""
    of = f"offerings {service} {agency} {level}"
    last_service, last_agency = place_of(request, cursor, of) or ("", "")
    after = str(last_service), str(last_agency)
    async with db.transaction(read_only=True) as conn:
        rows = await offerings_store.list_offerings(
            conn, service=service, agency=agency, level=level, page=page, size=page_size, after=after
        )
        rows, beyond = rows[:page_size], len(rows) > page_size
        counts = await count_levels(conn, agency=agency, service=service)
        ids = [row.id for row in rows]
        statuses = await public_statuses(conn, content.scheme, settings, ids=ids)
    total = counts.total if level is None else counts.exclusive()[level]
    items = tuple(_item(row, statuses.get((row.service, row.agency), NOT_REVIEWED)) for row in rows)
    more = cursors.write(of, (rows[-1].service, rows[-1].agency)) if beyond else None
    number = page if cursor is None else None
    out = OfferingPage(items, total, number, page_size, more)
    link = cursor_links(request, more) if number is None else page_links(request, page, page_size, total)
    return for_all(request, out, link=link)


def _missing(scheme: Scheme, ids: tuple[str, ...]) -> tuple[MissingOut, ...]:
    criteria = [scheme.criterion(id) for id in ids if id in scheme.index]
    return tuple(
        MissingOut(c.id, c.level, c.scope, WordsOut(c.text.vi, c.text.en), c.basis) for c in criteria
    )


def _words(words: Words) -> WordsOut:
    return WordsOut(words.vi, words.en)


def _class(found: Class) -> ClassOut:
    return ClassOut(
        scheme=found.scheme.id,
        level=found.level,
        name=_words(found.meaning.name) if found.meaning else None,
        missing=tuple(criterion.id for criterion in found.missing),
        known=found.known,
        why=tuple(
            WhyOut(
                why.criterion.id,
                why.known,
                tuple(ReasonOut(reason.id, _words(reason.name), reason.basis) for reason in why.reasons),
                why.article or None,
            )
            for why in found.why
        ),
        since=found.since,
    )


@get(
    "/api/v1/offerings/{id:int}",
    guards=[anyone, known_query],
    opt=EVERYBODY,
    tags=["offerings"],
    operation_id="read_offering",
    summary=N_("One offering: its level and what is missing"),
    response_headers=[ETAG],
    responses=problems(400, 404, 422),
)
async def read_offering(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    id: Number,
) -> Response[OfferingOut]:
    """The levels of an offering, assessed and declared, and the criteria that the next level lacks."""
    async with db.transaction(read_only=True) as conn:
        found = await find_offering(conn, id)
        if found is None:
            raise NotFound(NO_OFFERING)
        service = await find_service(conn, found.service)
        agency = await find_agency(conn, found.agency)
        statuses = await public_statuses(conn, content.scheme, settings, ids=[found.id])
    reviewed = statuses.get((found.service, found.agency), NOT_REVIEWED)
    classes = await classes_of(db, content, service, found) if service else ()
    out = OfferingOut(
        id=found.id,
        service=named(service.code, service.name, service.name_en)
        if service
        else NamedOut(found.service, found.service, None),
        agency=named(agency.code, agency.name, agency.name_en)
        if agency
        else NamedOut(found.agency, found.agency, None),
        scheme=content.scheme.id,
        level=found.level,
        declared=found.declared,
        missing=_missing(content.scheme, found.missing),
        classes=tuple(_class(each) for each in classes),
        filings=found.filings,
        filings_illustrative=found.filings_illustrative,
        filings_online=found.online_filings,
        since=found.since,
        status=cast(Reviewed, reviewed.status),
        verified_at=reviewed.verified_at,
        verified_until=reviewed.until,
    )
    return for_all(request, out)


handlers: list[Any] = [list_offerings, read_offering]
