"""Where the declared, the assessed and the used level differ, the most filed services first."""

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lenmuc.content.everything import Content
from lenmuc.core.checklists import Criterion, Scheme, citation
from lenmuc.core.readiness import assess, effective, settle
from lenmuc.core.reviews import in_use
from lenmuc.core.services import facts
from lenmuc.pages.public.lists import Paging, page_number, paging
from lenmuc.pages.visitors import AnyRequest
from lenmuc.store import answers as answers_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import findings as findings_store
from lenmuc.store import reviews as reviews_store
from lenmuc.store.database import Database
from lenmuc.store.findings import FoundRow, Listing
from lenmuc.store.queries import Connection
from lenmuc.store.reviews import Disagreeing, Disagreements
from lenmuc.web.access import needs
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

PAGE_SIZE = 20
_CHECKS = 5  # findings shown here; the others are in their own list


class Gap(msgspec.Struct, frozen=True):
    """A criterion that the declared level asks for and nobody has confirmed, with its article of law."""

    criterion: Criterion
    law: str


class Row(msgspec.Struct, frozen=True):
    """An offering with its three levels; `in_use` is `None` when nobody has counted, `gaps` may be empty."""

    offering: Disagreeing
    in_use: int | None
    gaps: tuple[Gap, ...]


class DisagreementsPage(msgspec.Struct, frozen=True):
    """What `templates/review/disagreements.html` shows. `checks` are the worst findings of machines
    that a person's answer contradicts; their `total` counts all.
    """

    counts: Disagreements
    rows: tuple[Row, ...]
    paging: Paging
    illustrative: bool
    checks: tuple[FoundRow, ...]


async def gaps_of(conn: Connection, scheme: Scheme, offering: Disagreeing, language: str) -> tuple[Gap, ...]:
    """What lacks for the declared level; empty when none is declared, or the assessed one is as high."""
    service = await catalogue_store.find_service(conn, offering.service)
    if offering.declared is None or offering.declared <= offering.level or service is None:
        return ()
    settled = settle(scheme, facts(service))
    answers = await answers_store.answers_reaching(conn, offering.agency, offering.service)
    met, void = 0, settled.not_applicable
    for place, (_, here) in enumerate(effective(scheme, settled, answers).items()):
        met |= (here.value == "met") << place
        void |= (here.value == "not_applicable") << place
    lacking = assess(scheme, void, met).lacking(scheme, offering.declared)
    return tuple(Gap(c, citation(c.basis[0], language)) for c in scheme.members(lacking))


@get("/{lang:str}/disagreements", guards=[needs("planner", "auditor")])
async def disagreements(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    page: FromQuery[str] = "1",
) -> Response[str]:
    """Offerings whose three levels differ."""
    number, code = page_number(page), visit.language.code
    async with db.transaction(visit.who, read_only=True) as conn:
        counts = await reviews_store.count_disagreeing(conn)
        pages = paging(number, counts.differing, PAGE_SIZE, f"/{code}/disagreements", {})
        found = await reviews_store.disagreeing(conn, number, PAGE_SIZE)
        apart = await findings_store.list_findings(conn, Listing(differing=True), _CHECKS)
        gaps = [await gaps_of(conn, content.scheme, offering, code) for offering in found]
    rows = tuple(
        Row(offering, in_use(offering.level, offering.online_filings), lacking)
        for offering, lacking in zip(found, gaps, strict=True)
    )
    illustrative = any(row.offering.filings_illustrative for row in rows)
    shown = DisagreementsPage(counts, rows, pages, illustrative, tuple(apart))
    return render(request, "review/disagreements.html", shown)


handlers = [disagreements]
