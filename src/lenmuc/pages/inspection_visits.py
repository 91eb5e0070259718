"""One visit of an inspection plan: what to look at, what became of it, what was found; sheets to print."""

import asyncio
import datetime as dt
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from lenmuc.actions.cases import open_case
from lenmuc.actions.inspections import Said, find, read_plan, read_visit, say_visit
from lenmuc.content.everything import Content
from lenmuc.core.answers import Target
from lenmuc.core.checklists import Criterion, Scheme
from lenmuc.core.errors import N_, Conflict, NotFound, Refused
from lenmuc.core.inspections import Check, to_check
from lenmuc.exports.inspection_pdf import Sheet, write_sheets
from lenmuc.pages.comments import comments_href
from lenmuc.pages.inspections import Line, line_of, quarter_names
from lenmuc.pages.visitors import AnyRequest
from lenmuc.store import inspections as inspections_store
from lenmuc.store.database import Database
from lenmuc.store.inspections import FindingRow, Plan
from lenmuc.store.inspections import Visit as StoredVisit
from lenmuc.store.queries import Connection
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.language import Language
from lenmuc.web.reviews import today
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

_GUARD, _PLANNERS = needs("planner", "auditor"), needs("planner")
_CONTROL = N_("Control: drawn without suspicion")
About = Annotated[str, QueryParameter(name="criterion", max_length=20)]
QuarterNumber = Annotated[int, QueryParameter(name="quarter", ge=0, le=20)]


class VisitForm(msgspec.Struct, frozen=True):
    """What became of a visit, as the form sends it."""

    version: int
    state: str = ""
    day: str = ""
    note: str = ""


class FindingForm(msgspec.Struct, frozen=True):
    """What was found at a criterion, as the form sends it."""

    criterion: str = ""
    holds: str = ""
    text: str = ""


class Look(msgspec.Struct, frozen=True):
    """A criterion to look at: what was answered, what was found, where the agency reads and answers that."""

    check: Check
    finding: FindingRow | None
    comments: str


class VisitPage(msgspec.Struct, frozen=True):
    """What `templates/review/inspection-visit.html` shows. `may`: this person writes findings."""

    plan: Plan
    visit: StoredVisit
    line: Line
    quarter: str
    looks: tuple[Look, ...]
    others: tuple[Criterion, ...]
    said: VisitForm
    finding: FindingForm
    today: dt.date
    may: bool
    errors: tuple[tuple[str, str], ...]


async def _checks(conn: Connection, scheme: Scheme, visit: StoredVisit) -> tuple[Check, ...]:
    case = await open_case(conn, scheme, visit.service, visit.agency)
    level = max(case.offering.level, visit.level, visit.declared or 0)
    return to_check(scheme, case.found, level, visit.criteria)


async def _page(
    db: Database,
    content: Content,
    visit: Visit,
    plan: int,
    id: int,
    *,
    said: VisitForm | None = None,
    finding: FindingForm | None = None,
    errors: tuple[tuple[str, str], ...] = (),
) -> VisitPage:
    language = visit.language
    async with db.transaction(visit.who, read_only=True) as conn:
        stored = await read_visit(conn, plan, id)
        of = await read_plan(conn, plan)
        checks = await _checks(conn, content.scheme, stored)
        findings = [each for each in await inspections_store.findings_of(conn, plan) if each.visit == id]
    by_criterion = {each.criterion: each for each in findings}
    place = Target(stored.agency, stored.service)
    looked = {check.criterion.id for check in checks}
    return VisitPage(
        of,
        stored,
        line_of(stored, language, findings),
        quarter_names(language, of.first_quarter, of.quarters)[stored.quarter],
        tuple(
            Look(
                check,
                by_criterion.get(check.criterion.id),
                comments_href(visit, check.criterion.id, place),
            )
            for check in checks
        ),
        tuple(each for each in content.scheme.criteria if each.id not in looked),
        said or VisitForm(stored.version, stored.state, str(stored.day or ""), stored.note),
        finding or FindingForm(),
        today(),
        visit.who.role == "planner",
        errors,
    )


@get("/{lang:str}/inspections/{plan:int}/visits/{id:int}", guards=[_GUARD])
async def show_visit(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    plan: FromPath[int],
    id: FromPath[int],
    criterion: About = "",
) -> Response[str]:
    """A visit; `?criterion=` begins a finding there."""
    page = await _page(db, content, visit, plan, id, finding=FindingForm(criterion))
    return render(request, "review/inspection-visit.html", page)


def _day(text: str) -> dt.date | None:
    """The day that was typed; `None` for none or none that there is."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


@post(
    "/{lang:str}/inspections/{plan:int}/visits/{id:int}",
    guards=[_PLANNERS],
    status_code=303,
    opt=does("inspection visit"),
)
async def say_what_became(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    plan: FromPath[int],
    id: FromPath[int],
) -> Response[Any]:
    """Say that a visit took place, or will not."""
    form = await read_form(request, VisitForm)
    said = Said(form.state, _day(form.day), form.note)
    try:
        await say_visit(db, visit.who, plan, id, said, form.version, today())
    except Refused as refused:
        errors = tuple((each.field, visit.language.message(each.message)) for each in refused.faults)
        page = await _page(db, content, visit, plan, id, said=form, errors=errors)
        return render(request, "review/inspection-visit.html", page, 422)
    except Conflict as conflict:
        shown = (("", visit.language.message(conflict.message)),)
        page = await _page(db, content, visit, plan, id, errors=shown)
        return render(request, "review/inspection-visit.html", page, 409)
    to = f"/{visit.language.code}/inspections/{plan}/visits/{id}"
    return Response(None, status_code=303, headers={"Location": to})


@post(
    "/{lang:str}/inspections/{plan:int}/visits/{id:int}/findings",
    guards=[_PLANNERS],
    status_code=303,
    opt=does("inspection finding"),
)
async def write_finding(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    plan: FromPath[int],
    id: FromPath[int],
) -> Response[Any]:
    """Write down what was found at a criterion."""
    form = await read_form(request, FindingForm)
    try:
        await find(db, visit.who, content.scheme, plan, id, form.criterion, form.holds, form.text, today())
    except Refused as refused:
        errors = tuple((each.field, visit.language.message(each.message)) for each in refused.faults)
        page = await _page(db, content, visit, plan, id, finding=form, errors=errors)
        return render(request, "review/inspection-visit.html", page, 422)
    to = f"/{visit.language.code}/inspections/{plan}/visits/{id}#c-{form.criterion}"
    return Response(None, status_code=303, headers={"Location": to})


def _sheet(plan: Plan, visit: StoredVisit, checks: tuple[Check, ...], language: Language) -> Sheet:
    line = line_of(visit, language, ())
    return Sheet(
        plan.name,
        visit.place + 1,
        quarter_names(language, plan.first_quarter, plan.quarters)[visit.quarter],
        line.service_name,
        line.service,
        line.agency_name,
        line.reasons or (language.gettext(_CONTROL),),
        visit.level,
        visit.declared,
        checks,
    )


@get("/{lang:str}/inspections/{plan:int}/sheets.pdf", guards=[_GUARD])
async def sheets(
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    plan: FromPath[int],
    quarter: QuarterNumber = 0,
) -> Response[bytes]:
    """The sheets of one quarter, one side of A4 each."""
    return await _paper(db, content, visit, plan, None, quarter)


@get("/{lang:str}/inspections/{plan:int}/visits/{id:int}/sheet.pdf", guards=[_GUARD])
async def sheet(
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    plan: FromPath[int],
    id: FromPath[int],
) -> Response[bytes]:
    """The sheet of one visit."""
    return await _paper(db, content, visit, plan, id, None)


async def _paper(
    db: Database, content: Content, visit: Visit, plan: int, id: int | None, quarter: int | None
) -> Response[bytes]:
    async with db.transaction(visit.who, read_only=True) as conn:
        of = await read_plan(conn, plan)
        visits = [
            each
            for each in await inspections_store.visits_of(conn, plan, id)
            if quarter is None or each.quarter == quarter
        ]
        found = [
            _sheet(of, each, await _checks(conn, content.scheme, each), visit.language) for each in visits
        ]
    if not found:
        raise NotFound(N_("There is no visit to print."))
    body = await asyncio.to_thread(write_sheets, found, of.at, visit.language)
    name = f"lenmuc-inspection-{plan}-{id or f'quarter-{(quarter or 0) + 1}'}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type="application/pdf", headers=headers)


handlers = [show_visit, say_what_became, write_finding, sheets, sheet]
