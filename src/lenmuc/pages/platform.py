"""The planners' answers: once for the city's portal, and once for a service at every agency."""

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lenmuc.content.everything import Content
from lenmuc.core.answers import Target
from lenmuc.core.checklists import Scheme
from lenmuc.core.errors import N_, Message, NotFound
from lenmuc.core.levels import LevelCounts
from lenmuc.core.search.index import Hit, Wanted
from lenmuc.core.services import Service, facts
from lenmuc.core.text import clean_line, fold
from lenmuc.pages.answering import saving
from lenmuc.pages.assigning import Assignee, assignee_of
from lenmuc.pages.checklist import Block, Checklist, Tally, checklist, lines_in, own_blocks, tallies
from lenmuc.pages.confirming import Confirmation, confirmation
from lenmuc.pages.criteria import criterion_routes, wish_of
from lenmuc.pages.desks import Desk, Wish, counted, named
from lenmuc.pages.public.lists import TEXT_LIMIT, Paging, page_number, paging
from lenmuc.pages.switching import SchemeChoice, read_by
from lenmuc.pages.visitors import AnyRequest
from lenmuc.pages.walking import Step, first_step
from lenmuc.store import answers as answers_store
from lenmuc.store import assignments as assignments_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import comments as comments_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store.assignments import Work
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection
from lenmuc.store.search import PAGE_SIZE, Finder
from lenmuc.web.access import needs
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

# Who has to answer a criterion of each scope, as planners read it.
_WHO = {
    "platform": Message(N_("For the planners: once for the city's portal")),
    "agency": Message(N_("For each agency, once for all of its services")),
    "service": Message(N_("For the planners once, or for single agencies as an exception")),
    "offering": Message(N_("For each agency, or for the planners where it is the same everywhere")),
}


class PlatformPage(msgspec.Struct, frozen=True):
    """What `templates/planner/platform.html` shows; `offerings` is how many an answer here reaches."""

    offerings: int
    blocks: tuple[Block, ...]
    step: Step
    tallies: tuple[Tally, ...]
    saved: Confirmation | None
    schemes: tuple[SchemeChoice, ...]


class PlatformServicesPage(msgspec.Struct, frozen=True):
    """What `templates/planner/platform-services.html` shows: services to choose from."""

    text: str
    services: tuple[Hit, ...]
    total: int
    paging: Paging


class PlatformServicePage(msgspec.Struct, frozen=True):
    """What `templates/planner/platform-service.html` shows: a service as it stands for every agency."""

    service: Service
    counts: LevelCounts
    checklist: Checklist
    step: Step
    tallies: tuple[Tally, ...]
    saved: Confirmation | None
    schemes: tuple[SchemeChoice, ...]
    scheme: Scheme
    main: bool
    assignee: Assignee


def _link(visit: Visit, *parts: str) -> str:
    return "/".join((f"/{visit.language.code}/platform", *parts))


def _crumbs(visit: Visit) -> tuple[str, str]:
    return visit.language.gettext(N_("Platform criteria")), _link(visit)


async def at_platform(conn: Connection, wish: Wish) -> Desk:
    """The desk of the criteria that the city's portal meets for all."""
    counts = await offerings_store.count_levels(conn)
    answers = await answers_store.answers_at(conn, Target())
    return Desk(
        wish,
        Target(),
        {},
        tuple(answers),
        counted(wish.scheme, {}, answers),
        _link(wish.visit),
        (_crumbs(wish.visit),),
        _WHO,
        counts.total,
        comments=await comments_store.count_comments(conn, Target()),
        assigned=await assignments_store.criteria_given(conn, ""),
    )


@get("/{lang:str}/platform", guards=[needs("planner")])
async def platform(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    scheme: FromQuery[str] = "",
) -> Response[str]:
    """The criteria of the city's portal, with their status."""
    async with db.transaction(visit.who, read_only=True) as conn:
        desk = await at_platform(conn, wish_of(request, content, scheme))
    blocks, done = own_blocks(desk), confirmation(desk, desk.said)
    lines = lines_in(blocks)
    page = PlatformPage(desk.reaches, blocks, first_step(lines, ()), tallies(lines), done, desk.choices())
    return render(request, "planner/platform.html", page)


@get("/{lang:str}/platform/services", guards=[needs("planner")])
async def platform_services(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    finder: NamedDependency[Finder],
    q: FromQuery[str] = "",
    page: FromQuery[str] = "1",
) -> Response[str]:
    """Services to answer for at every agency at once."""
    text = clean_line(q)[:TEXT_LIMIT]
    wanted = Wanted(text if fold(text) else "", page=page_number(page))
    found = (await finder.index()).find(wanted, PAGE_SIZE)
    pages = paging(wanted.page, found.total, PAGE_SIZE, _link(visit, "services"), {"q": wanted.text})
    shown = PlatformServicesPage(wanted.text, found.hits, found.total, pages)
    return render(request, "planner/platform-services.html", shown)


async def _at_service(conn: Connection, wish: Wish) -> tuple[Desk, Service, LevelCounts]:
    visit, code = wish.visit, wish.code
    service = await catalogue_store.find_service(conn, code)
    if service is None:
        raise NotFound(N_("There is no service with this code."))
    answers = await answers_store.answers_reaching(conn, "", code)
    counts = await offerings_store.count_levels(conn, service=code)
    known, here = facts(service), _link(visit, "services", code)
    desk = Desk(
        wish,
        Target(service=code),
        known,
        tuple(answers),
        counted(wish.scheme, known, answers),
        here,
        (
            _crumbs(visit),
            (visit.language.gettext(N_("Answer for a service")), _link(visit, "services")),
            (named(visit.language, service), read_by(here, wish.scheme, wish.content)),
        ),
        _WHO,
        counts.total,
        service,
        wider=_link(visit),
        comments=await comments_store.count_comments(conn, Target(service=code)),
    )
    return desk, service, counts


async def at_service(conn: Connection, wish: Wish) -> Desk:
    """The desk of one service at every agency. Raises `NotFound`."""
    return (await _at_service(conn, wish))[0]


@get("/{lang:str}/platform/services/{code:str}", guards=[needs("planner")])
async def platform_service(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    scheme: FromQuery[str] = "",
) -> Response[str]:
    """The checklist of one service as it stands for every agency."""
    async with db.transaction(visit.who, read_only=True) as conn:
        desk, service, counts = await _at_service(conn, wish_of(request, content, scheme))
        assignee = await assignee_of(conn, visit, Work(service=service.code), desk.list_href)
    done = confirmation(desk, desk.said)
    whole, choices = checklist(desk), desk.choices()
    page = PlatformServicePage(
        service,
        counts,
        whole,
        first_step(whole.lines, ()),
        tallies(whole.lines),
        done,
        choices,
        desk.scheme,
        desk.wish.main,
        assignee,
    )
    return render(request, "planner/platform-service.html", page)


handlers = [
    platform,
    platform_services,
    platform_service,
    *criterion_routes("/platform/services/{code:str}", needs("planner"), at_service),
    saving,
    *criterion_routes("/platform", needs("planner"), at_platform),
]
