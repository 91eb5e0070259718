"""What belongs to whoever is signed in: the agency, its offerings, the addresses of its work."""

from lenmuc.core.answers import Answer, Target
from lenmuc.core.errors import N_, Message, NotFound
from lenmuc.core.services import Agency, Service
from lenmuc.pages.desks import Desk, Wish, counted
from lenmuc.pages.visitors import session_of
from lenmuc.store import answers as answers_store
from lenmuc.store import assignments as assignments_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import comments as comments_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store.offerings import Offering
from lenmuc.store.queries import Connection
from lenmuc.web.visits import Visit

# Who has to answer a criterion of each scope, as staff read it.
WHO = {
    "platform": Message(N_("For the planners: once for the city's portal")),
    "agency": Message(N_("For you: once for all services of your agency")),
    "service": Message(N_("For you for your agency, or for the planners for every agency at once")),
    "offering": Message(N_("For you: for this service at your agency")),
}


def link(visit: Visit, *parts: str) -> str:
    """An address under /work."""
    return "/".join((f"/{visit.language.code}/work", *parts))


async def my_agency(conn: Connection, visit: Visit) -> Agency:
    """The agency of whoever is signed in. Raises `NotFound`."""
    found = await catalogue_store.find_agency(conn, session_of(visit).agency)
    if found is None:
        raise NotFound(N_("There is no such service or agency."))
    return found


async def my_offering(conn: Connection, visit: Visit, code: str) -> tuple[Service, Offering, list[Answer]]:
    """A service as my agency offers it, with the answers that reach it. Raises `NotFound`."""
    agency = session_of(visit).agency
    service = await catalogue_store.find_service(conn, code)
    offering = await offerings_store.offering_of(conn, code, agency)
    if service is None or offering is None:
        raise NotFound(N_("Your agency does not offer a service with this code."))
    return service, offering, await answers_store.answers_reaching(conn, agency, code)


async def at_agency(conn: Connection, wish: Wish) -> Desk:
    """The desk of the criteria that my agency answers once for all of its services."""
    agency, visit = await my_agency(conn, wish.visit), wish.visit
    counts = await offerings_store.count_levels(conn, agency.code)
    answers = await answers_store.answers_at(conn, Target(agency.code))
    here = link(visit, "agency")
    return Desk(
        wish,
        Target(agency.code),
        {},
        tuple(answers),
        counted(wish.scheme, {}, answers),
        here,
        (
            (visit.language.gettext(N_("My services")), link(visit)),
            (visit.language.gettext(N_("Criteria of my agency")), here),
        ),
        WHO,
        counts.total,
        comments=await comments_store.count_comments(conn, Target(agency.code)),
        assigned=await assignments_store.criteria_given(conn, agency.code),
    )
