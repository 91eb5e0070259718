"""Copying the answers of a sister service of the same agency to one that has none."""

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lenmuc.actions.bulk import foresee_all
from lenmuc.content.everything import Content
from lenmuc.core.bulk import OwnAnswer, copied
from lenmuc.core.errors import N_, NotFound
from lenmuc.core.services import Service, facts
from lenmuc.core.text import clean_line, fold
from lenmuc.pages.agency.mine import link, my_agency
from lenmuc.pages.bulk.shared import bulk_rules, bulk_wish, preview_page
from lenmuc.pages.desks import Wish
from lenmuc.pages.public.lists import TEXT_LIMIT
from lenmuc.pages.switching import SchemeChoice, read_by
from lenmuc.pages.visitors import AnyRequest
from lenmuc.store import batches as batches_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection
from lenmuc.web.access import needs
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

_LISTED = 30


class Sister(msgspec.Struct, frozen=True):
    """A service to copy from: how many answers it has, and how many of them could stand here."""

    service: Service
    answers: int
    fitting: int


class CopyPage(msgspec.Struct, frozen=True):
    """What `templates/bulk/copy.html` shows: sisters with answers, those with the most to give first."""

    service: Service
    text: str
    sisters: tuple[Sister, ...]
    nothing: bool
    schemes: tuple[SchemeChoice, ...]
    scheme: str


async def _mine(conn: Connection, visit: Visit, code: str) -> Service:
    """A service that my agency offers. Raises `NotFound`."""
    agency = await my_agency(conn, visit)
    service = await catalogue_store.find_service(conn, code)
    if service is None or await offerings_store.offering_of(conn, code, agency.code) is None:
        raise NotFound(N_("Your agency does not offer a service with this code."))
    return service


async def _sisters(conn: Connection, wish: Wish, service: Service, text: str) -> tuple[Sister, ...]:
    visit = wish.visit
    offered = await offerings_store.every_offering(conn, agency=visit.who.agency)
    codes = [row["service"] for row in offered if row["service"] != service.code]
    own = await batches_store.answers_of(conn, visit.who.agency, [service.code])
    by_code: dict[str, list[OwnAnswer]] = {}
    for answer in await batches_store.answers_of(conn, visit.who.agency, codes):
        by_code.setdefault(answer.service, []).append(answer)
    services = await catalogue_store.some_services(conn, by_code)
    void, words = wish.scheme.not_applicable(facts(service)), fold(text)
    sisters = [
        Sister(services[code], len(answers), len(copied(wish.scheme, answers, own, void, service.code)))
        for code, answers in by_code.items()
        if words in fold(f"{services[code].name} {services[code].name_en} {code}")
    ]
    return tuple(sorted(sisters, key=lambda one: (-one.fitting, one.service.code))[:_LISTED])


@get("/{lang:str}/work/copy", guards=[needs("staff")])
async def copy(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    to: FromQuery[str] = "",
    source: FromQuery[str] = "",
    q: FromQuery[str] = "",
    scheme: FromQuery[str] = "",
) -> Response[str]:
    """Choose a sister service; or, when one is chosen, what copying its answers would do."""
    wish, text = bulk_wish(visit, content, scheme), clean_line(q)[:TEXT_LIMIT]
    rules, here = wish.scheme, f"{link(visit, 'copy')}?to={to}"
    async with db.transaction(visit.who, read_only=True) as conn:
        service = await _mine(conn, visit, to)
        if source:
            sister = await _mine(conn, visit, source)
            given = await batches_store.answers_of(conn, visit.who.agency, [sister.code])
            own = await batches_store.answers_of(conn, visit.who.agency, [service.code])
            void = rules.not_applicable(facts(service))
            changes = copied(rules, given, own, void, service.code)
            if changes and sister.code != service.code:
                foreseen = await foresee_all(conn, content.kept, rules, visit.who, changes)
                back = read_by(here, rules, content)
                preview = await preview_page(conn, wish, "copy", foreseen, back)
                return render(request, "bulk/preview.html", preview)
        sisters = await _sisters(conn, wish, service, text)
    page = CopyPage(service, text, sisters, bool(source), bulk_rules(wish, here), rules.id)
    return render(request, "bulk/copy.html", page)
