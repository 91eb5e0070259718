"""A round at an agency: what is left to confirm, for the whole agency and service by service."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions.rounds import Chosen, asked_of, confirm, progress_of, round_of
from lenmuc.content.everything import Content
from lenmuc.core.answers import Answer, Target
from lenmuc.core.checklists import Criterion, Scheme
from lenmuc.core.errors import N_, Conflict, NotFound, Refused
from lenmuc.core.rounds import Left, Progress, Round, State, mark
from lenmuc.core.services import Service
from lenmuc.pages.agency.mine import link
from lenmuc.pages.public.lists import Paging, page_number, paging
from lenmuc.pages.scenario_page import to
from lenmuc.pages.switching import read_by
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store import answers as answers_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import rounds as rounds_store
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.reviews import today
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

PAGE_SIZE = 50
_STAFF = needs("staff")
Errors = tuple[tuple[str, str], ...]


class ConfirmInput(msgspec.Struct, frozen=True):
    """What the form sends: answers as "service~criterion~version", whole services as "service~mark", that
    somebody has looked (`agreed`), and whether to go on to the next service (`then`).
    """

    answer: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    agreed: str = ""
    then: str = ""


class Line(msgspec.Struct, frozen=True):
    """An answer to look at; `value` is what its box sends, `again` the page on which it is given anew."""

    criterion: Criterion
    answer: Answer
    value: str
    again: str


class ServiceLine(msgspec.Struct, frozen=True):
    """A service with how many of its answers are left; `value` is what its box sends."""

    service: Service
    left: int
    value: str
    href: str


class Head(msgspec.Struct, frozen=True):
    """What every page of a round at an agency says: the round, its state, how far the agency is."""

    round: Round
    state: State
    days: int
    scheme: Scheme
    progress: Progress
    runs: bool
    href: str


class RoundPage(msgspec.Struct, frozen=True):
    """What `templates/agency/round.html` shows: `own` are the answers for the whole agency, `services` those
    that have answers left; `left` counts all of these services. `all`: every box is
    ticked; `ticked` are those that were.
    """

    head: Head
    own: tuple[Line, ...]
    services: tuple[ServiceLine, ...]
    left: int
    paging: Paging
    all: bool
    confirmed: int
    ticked: tuple[str, ...] = ()
    errors: Errors = ()


class ServicePage(msgspec.Struct, frozen=True):
    """What `templates/agency/round-service.html` shows: the answers of one service that are left."""

    head: Head
    service: Service
    lines: tuple[Line, ...]
    all: bool
    confirmed: int
    ticked: tuple[str, ...] = ()
    errors: Errors = ()


async def _head(conn: Connection, visit: Visit, content: Content, id: int) -> Head:
    round, agency, day = await round_of(conn, id), session_of(visit).agency, today()
    found: Mapping[str, Progress] = {}
    if round.state(day) != "planned":
        found = await progress_of(conn, content.schemes, content.scheme, round, agency)
    return Head(
        round,
        round.state(day),
        round.days_left(day),
        content.schemes[round.scheme],
        found.get(agency, Progress()),
        round.runs(day),
        link(visit, "rounds", str(id)),
    )


async def _left(
    conn: Connection, visit: Visit, head: Head, service: str | None = None
) -> dict[str, list[Left]]:
    """What is left, by service; the whole agency's under the empty code. Empty unless the round runs."""
    if not head.runs:
        return {}
    agency = session_of(visit).agency
    asked = await asked_of(conn, head.scheme, False, head.round.id, agency)
    found: dict[str, list[Left]] = {}
    for one in await rounds_store.left(conn, head.round.id, asked, agency, service):
        found.setdefault(one.service, []).append(one)
    return found


async def _lines(
    conn: Connection, visit: Visit, content: Content, head: Head, service: str, left: Sequence[Left]
) -> tuple[Line, ...]:
    """The answers that are left at one place, in the order of the criteria."""
    given = await answers_store.answers_at(conn, Target(session_of(visit).agency, service))
    by_criterion = {each.criterion: each for each in given}
    home = link(visit, service or "agency")
    ids = sorted((one.criterion for one in left), key=head.scheme.index.__getitem__)
    return tuple(
        Line(
            head.scheme.criterion(id),
            by_criterion[id],
            f"{service}~{id}~{by_criterion[id].version}",
            read_by(f"{home}/{id}", head.scheme, content),
        )
        for id in ids
    )


async def _round_page(
    db: Database,
    content: Content,
    visit: Visit,
    id: int,
    *,
    page: str = "1",
    all: bool = False,
    confirmed: int = 0,
    ticked: tuple[str, ...] = (),
    errors: Errors = (),
) -> RoundPage:
    number = page_number(page)
    async with db.transaction(visit.who, read_only=True) as conn:
        head = await _head(conn, visit, content, id)
        left = await _left(conn, visit, head)
        own = await _lines(conn, visit, content, head, "", left.get("", ()))
        services = await catalogue_store.some_services(conn, sorted(code for code in left if code))
    pages = paging(number, len(services), PAGE_SIZE, head.href, {"all": "1" if all else ""})
    here = list(services.values())[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    lines = tuple(
        ServiceLine(
            each, len(left[each.code]), f"{each.code}~{mark(left[each.code])}", f"{head.href}/{each.code}"
        )
        for each in here
    )
    return RoundPage(head, own, lines, len(services), pages, all, confirmed, ticked, errors)


@get("/{lang:str}/work/rounds/{id:int}", guards=[_STAFF])
async def my_round(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    id: FromPath[int],
    page: FromQuery[str] = "1",
    all: FromQuery[str] = "",
    confirmed: FromQuery[int] = 0,
) -> Response[str]:
    """What my agency has left to confirm."""
    shown = await _round_page(
        db, content, visit, id, page=page, all=bool(all), confirmed=max(0, min(confirmed, 99_999))
    )
    return render(request, "agency/round.html", shown)


async def _service_page(
    db: Database,
    content: Content,
    visit: Visit,
    id: int,
    code: str,
    *,
    all: bool = False,
    confirmed: int = 0,
    ticked: tuple[str, ...] = (),
    errors: Errors = (),
) -> ServicePage:
    async with db.transaction(visit.who, read_only=True) as conn:
        head = await _head(conn, visit, content, id)
        service = await catalogue_store.find_service(conn, code)
        if service is None:
            raise NotFound(N_("Your agency does not offer a service with this code."))
        left = await _left(conn, visit, head, code)
        lines = await _lines(conn, visit, content, head, code, left.get(code, ()))
    return ServicePage(head, service, lines, all, confirmed, ticked, errors)


@get("/{lang:str}/work/rounds/{id:int}/{code:str}", guards=[_STAFF])
async def my_service(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    id: FromPath[int],
    code: FromPath[str],
    all: FromQuery[str] = "",
    confirmed: FromQuery[int] = 0,
) -> Response[str]:
    """What is left to confirm of one service."""
    shown = await _service_page(
        db, content, visit, id, code, all=bool(all), confirmed=max(0, min(confirmed, 99_999))
    )
    return render(request, "agency/round-service.html", shown)


def _left_of(text: str) -> Left:
    """An answer as its box sends it. Raises `NotFound` for another text."""
    service, _, rest = text.partition("~")
    criterion, _, version = rest.partition("~")
    if not (criterion and version.isascii() and version.isdigit() and len(version) < 10):
        raise NotFound(N_("This criterion is not answered here."))
    return Left(service, criterion, int(version))


def _chosen(sent: ConfirmInput) -> Chosen:
    services = (text.partition("~") for text in sent.service)
    return Chosen(
        tuple(_left_of(text) for text in sent.answer), tuple((code, seen) for code, _, seen in services)
    )


async def _next(db: Database, content: Content, visit: Visit, id: int, after: str) -> str:
    """Where to go on: the next service with answers left, or the page of the round."""
    async with db.transaction(visit.who, read_only=True) as conn:
        head = await _head(conn, visit, content, id)
        codes = sorted(code for code in await _left(conn, visit, head) if code)
    onward = [code for code in codes if code > after] + [code for code in codes if code < after]
    return f"{head.href}/{onward[0]}" if onward else head.href


@post("/{lang:str}/work/rounds/{id:int}", guards=[_STAFF], status_code=303, opt=does("round confirmed"))
async def confirm_many(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    id: FromPath[int],
) -> Response[Any]:
    """Confirm answers for the whole agency and of whole services as they are."""
    sent = await read_form(request, ConfirmInput)
    try:
        done = await confirm(
            db, content.schemes, visit.who, id, _chosen(sent), today(), agreed=sent.agreed == "yes"
        )
    except (Refused, Conflict) as wrong:
        errors, status = _said(visit, wrong)
        page = await _round_page(db, content, visit, id, ticked=(*sent.answer, *sent.service), errors=errors)
        return render(request, "agency/round.html", page, status)
    return to(f"{link(visit, 'rounds', str(id))}?confirmed={done}")


@post(
    "/{lang:str}/work/rounds/{id:int}/{code:str}",
    guards=[_STAFF],
    status_code=303,
    opt=does("round confirmed"),
)
async def confirm_service(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    id: FromPath[int],
    code: FromPath[str],
) -> Response[Any]:
    """Confirm answers of one service as they are, and go on to the next one if that is wished."""
    sent = await read_form(request, ConfirmInput)
    try:
        done = await confirm(
            db, content.schemes, visit.who, id, _chosen(sent), today(), agreed=sent.agreed == "yes"
        )
    except (Refused, Conflict) as wrong:
        errors, status = _said(visit, wrong)
        page = await _service_page(db, content, visit, id, code, ticked=sent.answer, errors=errors)
        return render(request, "agency/round-service.html", page, status)
    where = f"{link(visit, 'rounds', str(id))}/{code}"
    if sent.then == "next":
        where = await _next(db, content, visit, id, code)
    return to(f"{where}?confirmed={done}")


def _said(visit: Visit, wrong: Refused | Conflict) -> tuple[Errors, int]:
    language = visit.language
    if isinstance(wrong, Conflict):
        return (("", language.message(wrong.message)),), 409
    return tuple((each.field, language.message(each.message)) for each in wrong.faults), 422


handlers: list[Any] = [my_round, confirm_many, my_service, confirm_service]
