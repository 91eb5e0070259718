"""What machines found: one list, worst first; and the run that looks again."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lenmuc.actions.checking import MOST_LINKS, Checker, Wanted, start, stop
from lenmuc.content.everything import Content
from lenmuc.core.checklists import Criterion
from lenmuc.core.checks import KINDS, RESULTS, why
from lenmuc.core.errors import Busy, Conflict, Message, NotFound
from lenmuc.core.text import clean_line
from lenmuc.pages.public.lists import Paging, page_number, paging
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store import findings as findings_store
from lenmuc.store.database import Database
from lenmuc.store.findings import CheckRun, FoundRow, Listing
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

PAGE_SIZE = 20


class Row(msgspec.Struct, frozen=True):
    """A finding in the list. `href` is where its answer is given, empty where the reader has no such page."""

    found: FoundRow
    criterion: Criterion
    why: Message
    href: str


class ChecksPage(msgspec.Struct, frozen=True):
    """What `templates/review/checks.html` shows. `service` is what the button for a run begins with;
    `said` is why a run did not begin.
    """

    rows: tuple[Row, ...]
    total: int
    paging: Paging
    wanted: Listing
    run: CheckRun | None
    on: bool
    may_run: bool
    most: int
    said: Message | None = None


class RunInput(msgspec.Struct, frozen=True):
    """What the form for a run sends."""

    agency: str = ""
    service: str = ""


class StopInput(msgspec.Struct, frozen=True):
    """What the button that stops a run sends."""

    run: int


def _link(visit: Visit) -> str:
    return f"/{visit.language.code}/checks"


def _href(visit: Visit, row: FoundRow) -> str:
    """The page of the criterion where the reader may answer it."""
    code = visit.language.code
    if visit.who.of_agency:
        at = f"/{row.service}" if row.service else "/agency"
        return f"/{code}/work{at}/{row.criterion}"
    if row.at_agency:
        return f"/{code}/services/{row.service}?agency={row.at_agency}" if row.service else ""
    return f"/{code}/platform/services/{row.service}/{row.criterion}" if row.service else f"/{code}/platform"


def _wanted(
    visit: Visit, result: str, kind: str, service: str, agency: str, differing: str, page: int
) -> Listing:
    return Listing(
        result=result if result in RESULTS else "",
        kind=kind if kind in KINDS else "",
        service=clean_line(service)[:60],
        agency=visit.who.agency if visit.who.of_agency else clean_line(agency)[:40],
        differing=differing == "1",
        page=page,
    )


async def checks_page(
    visit: Visit,
    db: Database,
    content: Content,
    checker: Checker,
    wanted: Listing,
    said: Message | None = None,
) -> ChecksPage:
    """The list that is wanted, with the last run. Raises `NotFound` for a page beyond the last."""
    every = {c.id: c for scheme in reversed(list(content.schemes.values())) for c in scheme.criteria}
    async with db.transaction(visit.who, read_only=True) as conn:
        found = await findings_store.list_findings(conn, wanted, PAGE_SIZE)
        run = await findings_store.latest_run(conn)
    total = found[0].total if found else 0
    conditions = {
        "result": wanted.result,
        "kind": wanted.kind,
        "service": wanted.service,
        "agency": "" if visit.who.of_agency else wanted.agency,
        "differing": "1" if wanted.differing else "",
    }
    return ChecksPage(
        rows=tuple(
            Row(row, every[row.criterion], why(row.finding), _href(visit, row))
            for row in found
            if row.criterion in every
        ),
        total=total,
        paging=paging(wanted.page, total, PAGE_SIZE, _link(visit), conditions),
        wanted=wanted,
        run=run,
        on=checker.on,
        may_run=checker.on and visit.who.role in ("planner", "administrator"),
        most=MOST_LINKS,
        said=said,
    )


@get("/{lang:str}/checks", guards=[needs("staff", "planner", "administrator")])
async def list_checks(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    checker: NamedDependency[Checker],
    result: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    service: FromQuery[str] = "",
    agency: FromQuery[str] = "",
    differing: FromQuery[str] = "",
    page: FromQuery[str] = "1",
) -> Response[str]:
    """What machines found, what differs from people first; staff see what concerns their own agency."""
    wanted = _wanted(visit, result, kind, service, agency, differing, page_number(page))
    shown = await checks_page(visit, db, content, checker, wanted)
    return render(request, "review/checks.html", shown)


@post(
    "/{lang:str}/checks/run", guards=[needs("planner", "administrator")], status_code=303, opt=does("check")
)
async def run_checks(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    checker: NamedDependency[Checker],
) -> Response[Any]:
    """Look again, in the background: at everything, one agency or one service."""
    typed = await read_form(request, RunInput)
    wanted = Wanted(clean_line(typed.agency), clean_line(typed.service))
    try:
        run = await start(db, checker.on, visit.who, session_of(visit).person, wanted)
    except (Busy, Conflict, NotFound) as refused:
        listing = Listing(service=wanted.service, agency=wanted.agency)
        shown = await checks_page(visit, db, content, checker, listing, refused.message)
        return render(request, "review/checks.html", shown, 422 if isinstance(refused, NotFound) else 409)
    checker.start(run, wanted)
    return Response(None, status_code=303, headers={"Location": _link(visit)})


@post(
    "/{lang:str}/checks/stop",
    guards=[needs("planner", "administrator")],
    status_code=303,
    opt=does("stop check"),
)
async def stop_checks(
    request: AnyRequest, visit: NamedDependency[Visit], db: NamedDependency[Database]
) -> Response[Any]:
    """Stop the run that is under way; what it has found stays."""
    typed = await read_form(request, StopInput)
    await stop(db, visit.who, session_of(visit).person, typed.run)
    return Response(None, status_code=303, headers={"Location": _link(visit)})


handlers = [list_checks, run_checks, stop_checks]
