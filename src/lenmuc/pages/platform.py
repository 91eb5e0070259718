"""The planners' answers: once for the city's portal, and once for a service at every agency."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions.answering import criterion_of
from lenmuc.actions.foreseeing import foresee
from lenmuc.content.everything import Content
from lenmuc.core.answers import Answer, Target, places
from lenmuc.core.checklists import Criterion, Scheme
from lenmuc.core.errors import N_, Message, NotFound
from lenmuc.core.levels import LevelCounts
from lenmuc.core.readiness import effective, settle
from lenmuc.core.services import Service, facts
from lenmuc.core.text import clean_line, fold
from lenmuc.pages.agency.own import confirmation
from lenmuc.pages.answering import (
    AnyRequest,
    Confirmation,
    Load,
    Place,
    named,
    save_criterion,
    show_criterion,
)
from lenmuc.pages.checklist import Ask, Block, Checklist, checklist, scope_blocks, source, trail
from lenmuc.pages.public.lists import TEXT_LIMIT, Paging, page_number, paging
from lenmuc.pages.switching import SchemeChoice, asked, read_by, switch
from lenmuc.store import answers as answers_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store import search as search_store
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection
from lenmuc.store.search import PAGE_SIZE, ServiceHit, Wanted
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
    saved: Confirmation | None
    schemes: tuple[SchemeChoice, ...]


class PlatformServicesPage(msgspec.Struct, frozen=True):
    """What `templates/planner/platform-services.html` shows: services to choose from."""

    text: str
    services: tuple[ServiceHit, ...]
    total: int
    paging: Paging


class PlatformServicePage(msgspec.Struct, frozen=True):
    """What `templates/planner/platform-service.html` shows: a service as it stands for every agency."""

    service: Service
    counts: LevelCounts
    checklist: Checklist
    saved: Confirmation | None
    schemes: tuple[SchemeChoice, ...]
    scheme: Scheme
    main: bool


def _link(visit: Visit, *parts: str) -> str:
    return "/".join((f"/{visit.language.code}/platform", *parts))


def _crumbs(visit: Visit) -> tuple[str, str]:
    return visit.language.gettext(N_("Platform criteria")), _link(visit)


@get("/{lang:str}/platform", guards=[needs("planner")])
async def platform(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    saved: FromQuery[str] = "",
    rose: FromQuery[str] = "",
    fell: FromQuery[str] = "",
    scheme: FromQuery[str] = "",
    also: FromQuery[str] = "",
) -> Response[str]:
    """The criteria of the city's portal, with their status."""
    rules = asked(content, scheme)
    async with db.transaction(visit.who, read_only=True) as conn:
        counts = await offerings_store.count_levels(conn)
        answers = await answers_store.answers_at(conn, Target())
    ask = Ask(lambda c: read_by(_link(visit, c.id), rules, content), lambda c: _WHO[c.scope])
    done = confirmation(content, rules, answers, saved, (rose, fell, also), counts.total)
    blocks = scope_blocks(rules, "platform", answers, ask)
    page = PlatformPage(counts.total, blocks, done, switch(content, rules, _link(visit)))
    return render(request, "planner/platform.html", page)


def _at_portal(visit: Visit, content: Content, id: str, rules: str) -> Load:
    async def load(conn: Connection) -> Place:
        scheme = asked(content, rules)
        criterion = criterion_of(scheme, id)
        if criterion.scope != "platform":
            raise NotFound(N_("There is no such criterion in this scheme."))
        answers = await answers_store.answers_at(conn, Target())
        here = effective(scheme, settle(scheme, {}), answers)[id]
        return Place(
            scheme,
            criterion,
            Target(),
            here,
            source(criterion, here, {}),
            trail(criterion, answers),
            _WHO["platform"],
            (_crumbs(visit),),
            read_by(_link(visit, id), scheme, content),
            read_by(_link(visit), scheme, content),
            await foresee(conn, content.kept, scheme, criterion, Target()),
        )

    return load


@get("/{lang:str}/platform/{criterion:str}", guards=[needs("planner")])
async def platform_criterion(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    criterion: FromPath[str],
    scheme: FromQuery[str] = "",
) -> Response[str]:
    """One criterion of the city's portal, with the form to answer it."""
    return await show_criterion(request, db, _at_portal(visit, content, criterion, scheme))


@post("/{lang:str}/platform/{criterion:str}", guards=[needs("planner")], status_code=303)
async def answer_platform(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    criterion: FromPath[str],
    scheme: FromQuery[str] = "",
) -> Response[Any]:
    """Answer it for every offering of the city."""
    return await save_criterion(request, db, content, _at_portal(visit, content, criterion, scheme))


@get("/{lang:str}/platform/services", guards=[needs("planner")])
async def platform_services(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    q: FromQuery[str] = "",
    page: FromQuery[str] = "1",
) -> Response[str]:
    """Services to answer for at every agency at once."""
    text = clean_line(q)[:TEXT_LIMIT]
    wanted = Wanted(text if fold(text) else "", page=page_number(page))
    async with db.transaction(visit.who, read_only=True) as conn:
        found = await search_store.search(conn, wanted)
    pages = paging(wanted.page, found.total, PAGE_SIZE, _link(visit, "services"), {"q": wanted.text})
    shown = PlatformServicesPage(wanted.text, found.services, found.total, pages)
    return render(request, "planner/platform-services.html", shown)


async def _service(conn: Connection, code: str) -> tuple[Service, list[Answer]]:
    service = await catalogue_store.find_service(conn, code)
    if service is None:
        raise NotFound(N_("There is no service with this code."))
    return service, await answers_store.answers_reaching(conn, "", code)


@get("/{lang:str}/platform/services/{code:str}", guards=[needs("planner")])
async def platform_service(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    code: FromPath[str],
    saved: FromQuery[str] = "",
    rose: FromQuery[str] = "",
    fell: FromQuery[str] = "",
    scheme: FromQuery[str] = "",
    also: FromQuery[str] = "",
) -> Response[str]:
    """The checklist of one service as it stands for every agency."""
    rules = asked(content, scheme)
    async with db.transaction(visit.who, read_only=True) as conn:
        service, answers = await _service(conn, code)
        counts = await offerings_store.count_levels(conn, service=code)

    def href(criterion: Criterion) -> str:
        if criterion.scope == "platform":
            return read_by(_link(visit, criterion.id), rules, content)
        here = read_by(_link(visit, "services", code, criterion.id), rules, content)
        return here if "service" in places(criterion) else ""

    whole = checklist(rules, facts(service), answers, Ask(href, lambda c: _WHO[c.scope]))
    own = [answer for answer in answers if answer.service]
    done = confirmation(content, rules, own, saved, (rose, fell, also), counts.total)
    choices = switch(content, rules, _link(visit, "services", code))
    shown = PlatformServicePage(service, counts, whole, done, choices, rules, rules is content.scheme)
    return render(request, "planner/platform-service.html", shown)


def _at_service(visit: Visit, content: Content, code: str, id: str, rules: str) -> Load:
    async def load(conn: Connection) -> Place:
        scheme, target = asked(content, rules), Target(service=code)
        service, answers = await _service(conn, code)
        criterion = criterion_of(scheme, id)
        if target.scope not in places(criterion):
            raise NotFound(N_("This criterion is not answered for a service."))
        known = facts(service)
        here = effective(scheme, settle(scheme, known), answers)[id]
        return Place(
            scheme,
            criterion,
            target,
            here,
            source(criterion, here, known),
            trail(criterion, answers),
            _WHO[criterion.scope],
            (
                _crumbs(visit),
                (visit.language.gettext(N_("Answer for a service")), _link(visit, "services")),
                (named(visit.language, service), read_by(_link(visit, "services", code), scheme, content)),
            ),
            read_by(_link(visit, "services", code, id), scheme, content),
            read_by(_link(visit, "services", code), scheme, content),
            await foresee(conn, content.kept, scheme, criterion, target),
            service,
        )

    return load


@get("/{lang:str}/platform/services/{code:str}/{criterion:str}", guards=[needs("planner")])
async def service_criterion(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    code: FromPath[str],
    criterion: FromPath[str],
    scheme: FromQuery[str] = "",
) -> Response[str]:
    """One criterion of a service at every agency, with the form to answer it."""
    return await show_criterion(request, db, _at_service(visit, content, code, criterion, scheme))


@post("/{lang:str}/platform/services/{code:str}/{criterion:str}", guards=[needs("planner")], status_code=303)
async def answer_service(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    code: FromPath[str],
    criterion: FromPath[str],
    scheme: FromQuery[str] = "",
) -> Response[Any]:
    """Answer it for a service at every agency."""
    return await save_criterion(request, db, content, _at_service(visit, content, code, criterion, scheme))


handlers = [
    platform,
    platform_services,
    platform_service,
    service_criterion,
    answer_service,
    platform_criterion,
    answer_platform,
]
