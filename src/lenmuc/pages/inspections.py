"""Plans of inspections: the list, a sample drawn to look at, a plan that was kept and what came of it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from lenmuc.actions.inspections import keep_plan, preview, read_plan
from lenmuc.actions.planning import quarters_from
from lenmuc.content.everything import Content
from lenmuc.core.errors import Conflict, Refused
from lenmuc.core.inspections import Finding, Outcome, Visited, outcome
from lenmuc.core.roadmap.sentences import quarter_words
from lenmuc.core.sampling import POINTS, Asked, Draw
from lenmuc.core.suspicions import WORDS, Reason
from lenmuc.pages.public.lists import name_of
from lenmuc.pages.scenario_page import quarters_to_choose, sentence
from lenmuc.pages.visitors import AnyRequest
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import inspections as inspections_store
from lenmuc.store.catalogue import AgencyName
from lenmuc.store.database import Database
from lenmuc.store.inspections import FindingRow, Plan, PlanLine
from lenmuc.store.inspections import Visit as StoredVisit
from lenmuc.web.access import needs
from lenmuc.web.bodies import form_fields
from lenmuc.web.declared import does
from lenmuc.web.forms import form_of, read_form
from lenmuc.web.language import Language
from lenmuc.web.reviews import today
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

_GUARD = needs("planner", "auditor")
Options = tuple[tuple[str, str], ...]


class PlanForm(msgspec.Struct, frozen=True):
    """What the form of a sample sends; `digest` names the frame that was looked at."""

    name: str = ""
    agency: str = ""
    first_quarter: str = ""
    quarters: int = 4
    visits: int = 6
    controls: int = 1
    most: int = 1
    seed: str = ""
    digest: str = ""

    @property
    def asked(self) -> Asked:
        """What it asks for."""
        return Asked(
            self.name,
            self.agency,
            self.first_quarter,
            self.quarters,
            self.visits,
            self.controls,
            self.most,
            self.seed,
        )


class Line(msgspec.Struct, frozen=True):
    """A visit by the names that a page shows. `reasons` are words; `id` is `None` in a sample to look at.

    `failing` of its `findings` say that something does not hold.
    """

    service: str
    service_name: str
    agency: str
    agency_name: str
    reasons: tuple[str, ...]
    weight: int
    filings: int | None
    level: int
    declared: int | None
    id: int | None = None
    state: str = "planned"
    day: dt.date | None = None
    findings: int = 0
    failing: int = 0


class Quarter(msgspec.Struct, frozen=True):
    """The visits of a quarter, in the order in which they were drawn."""

    name: str
    number: int
    lines: tuple[Line, ...]


class InspectionsPage(msgspec.Struct, frozen=True):
    """What `templates/review/inspections.html` shows; `names` are those of agencies by code."""

    plans: tuple[PlanLine, ...]
    names: dict[str, str]
    quarters: dict[int, str]


class SamplePage(msgspec.Struct, frozen=True):
    """What `templates/review/inspection-sample.html` shows. `drawn` is `None` before anything was asked for;
    `points`: what each reason adds to the risk.
    """

    form: PlanForm
    agencies: Options
    first_quarters: Options
    points: tuple[tuple[str, int], ...]
    drawn: Draw | None
    quarters: tuple[Quarter, ...]
    errors: tuple[tuple[str, str], ...]


class PlanPage(msgspec.Struct, frozen=True):
    """What `templates/review/inspection-plan.html` shows. `rights`: (reason in words, tally) pairs; `again`
    is the address that draws the same numbers anew.
    """

    plan: Plan
    agency: str
    quarters: tuple[Quarter, ...]
    outcome: Outcome
    reason_words: dict[str, str]
    again: str
    illustrative: bool


def quarter_names(language: Language, first: str, count: int) -> tuple[str, ...]:
    """The quarters of a plan in words."""
    return tuple(sentence(language.message(quarter_words(name))) for name in quarters_from(first, count))


def reason_words(language: Language, reasons: Iterable[Reason]) -> tuple[str, ...]:
    """Reasons as the page says them."""
    return tuple(language.gettext(WORDS[reason]) for reason in reasons)


def by_quarter(names: tuple[str, ...], lines: Iterable[tuple[int, Line]]) -> tuple[Quarter, ...]:
    """Lines under their quarters; a quarter without a visit stands there all the same."""
    found: dict[int, list[Line]] = {number: [] for number in range(len(names))}
    for quarter, line in lines:
        found[quarter].append(line)
    return tuple(Quarter(names[number], number, tuple(each)) for number, each in found.items())


@get("/{lang:str}/inspections", guards=[_GUARD])
async def inspections(
    request: AnyRequest, visit: NamedDependency[Visit], db: NamedDependency[Database]
) -> Response[str]:
    """The plans so far."""
    language = visit.language
    async with db.transaction(visit.who, read_only=True) as conn:
        plans = await inspections_store.list_plans(conn)
        agencies = await catalogue_store.agency_names(conn)
    page = InspectionsPage(
        tuple(plans),
        {each.code: name_of(each, language) for each in agencies},
        {each.id: quarter_names(language, each.first_quarter, 1)[0] for each in plans},
    )
    return render(request, "review/inspections.html", page)


async def _sample(
    db: Database,
    visit: Visit,
    form: PlanForm,
    drawn: Draw | None,
    errors: tuple[tuple[str, str], ...] = (),
) -> SamplePage:
    language = visit.language
    codes = [one.place.service for one in drawn.visits] if drawn else []
    async with db.transaction(visit.who, read_only=True) as conn:
        agencies = await catalogue_store.agency_names(conn)
        services = await catalogue_store.some_services(conn, codes)
    named: dict[str, AgencyName] = {each.code: each for each in agencies}
    lines = [
        (
            one.quarter,
            Line(
                one.place.service,
                name_of(services[one.place.service], language),
                one.place.agency,
                name_of(named[one.place.agency], language),
                reason_words(language, one.reasons),
                one.weight,
                one.place.filings,
                one.place.level,
                one.place.declared,
            ),
        )
        for one in (drawn.visits if drawn else ())
    ]
    names = quarter_names(language, form.first_quarter, form.quarters) if drawn else ()
    choose = quarters_to_choose(today())
    if form.first_quarter and form.first_quarter not in choose and drawn:
        choose = (form.first_quarter, *choose)
    return SamplePage(
        form,
        (("", ""), *((each.code, name_of(each, language)) for each in agencies)),
        tuple((name, quarter_names(language, name, 1)[0]) for name in choose),
        tuple((language.gettext(WORDS[reason]), points) for reason, points in POINTS.items()),
        drawn,
        by_quarter(names, lines),
        errors,
    )


@get("/{lang:str}/inspections/new", guards=[_GUARD])
async def sample(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
) -> Response[str]:
    """The form of a sample and, once it is filled in, the sample itself: looked at, not stored."""
    fields = form_fields(request.scope["query_string"])
    drawn: Draw | None = None
    errors: tuple[tuple[str, str], ...] = ()
    try:
        form = form_of(fields, PlanForm)
        if fields:
            drawn = await preview(db, visit.who, content.scheme, form.asked, today())
            form = msgspec.structs.replace(form, digest=drawn.digest)
    except Refused as refused:
        form, errors = _typed(fields), _said(visit.language, refused)
    page = await _sample(db, visit, form, drawn, errors)
    return render(request, "review/inspection-sample.html", page, 422 if errors else 200)


def _typed(fields: list[tuple[str, str]]) -> PlanForm:
    """As much of what was typed as the form can show again."""
    kept: dict[str, Any] = {}
    for name, value in fields:
        try:
            kept[name] = getattr(form_of([(name, value)], PlanForm), name)
        except Refused:
            continue
    return PlanForm(**kept)


def _said(language: Language, refused: Refused) -> tuple[tuple[str, str], ...]:
    return tuple((each.field, language.message(each.message)) for each in refused.faults)


@post("/{lang:str}/inspections", guards=[needs("planner")], status_code=303, opt=does("inspection planned"))
async def keep(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
) -> Response[Any]:
    """Keep the sample that was looked at as a plan."""
    form = await read_form(request, PlanForm)
    try:
        id = await keep_plan(db, visit.who, content.scheme, form.asked, form.digest, today())
    except Refused as refused:
        page = await _sample(db, visit, form, None, _said(visit.language, refused))
        return render(request, "review/inspection-sample.html", page, 422)
    except Conflict as moved:
        drawn = await preview(db, visit.who, content.scheme, form.asked, today())
        form = msgspec.structs.replace(form, digest=drawn.digest)
        page = await _sample(db, visit, form, drawn, (("sample", visit.language.message(moved.message)),))
        return render(request, "review/inspection-sample.html", page, 409)
    return Response(None, status_code=303, headers={"Location": f"/{visit.language.code}/inspections/{id}"})


def line_of(visit: StoredVisit, language: Language, findings: Iterable[FindingRow]) -> Line:
    """A stored visit with the count of its findings."""
    here = [each for each in findings if each.visit == visit.id]
    vi = language.code == "vi"
    return Line(
        visit.service,
        visit.service_name if vi else visit.service_name_en or visit.service_name,
        visit.agency,
        visit.agency_name if vi else visit.agency_name_en or visit.agency_name,
        reason_words(language, visit.reasons),
        visit.weight,
        visit.filings,
        visit.level,
        visit.declared,
        visit.id,
        visit.state,
        visit.day,
        len(here),
        sum(not each.holds for each in here),
    )


def came_of(visits: Iterable[StoredVisit], findings: Iterable[FindingRow]) -> Outcome:
    """What a plan came to."""
    by_visit: dict[int, list[Finding]] = {}
    for each in findings:
        by_visit.setdefault(each.visit, []).append(Finding(each.criterion, each.holds, each.answered))
    return outcome(
        [Visited(each.state, each.control, each.reasons, tuple(by_visit.get(each.id, ()))) for each in visits]
    )


@get("/{lang:str}/inspections/{id:int}", guards=[_GUARD])
async def show_plan(
    request: AnyRequest, visit: NamedDependency[Visit], db: NamedDependency[Database], id: FromPath[int]
) -> Response[str]:
    """A plan: what was drawn, from what, and what came of it."""
    language = visit.language
    async with db.transaction(visit.who, read_only=True) as conn:
        plan = await read_plan(conn, id)
        visits = await inspections_store.visits_of(conn, plan.id)
        findings = await inspections_store.findings_of(conn, plan.id)
        agency = await catalogue_store.find_agency(conn, plan.agency) if plan.agency else None
    again = {name: str(getattr(plan, name)) for name in PlanForm.__struct_fields__ if name not in ("digest",)}
    page = PlanPage(
        plan,
        name_of(agency, language) if agency else "",
        by_quarter(
            quarter_names(language, plan.first_quarter, plan.quarters),
            [(each.quarter, line_of(each, language, findings)) for each in visits],
        ),
        came_of(visits, findings),
        {reason: language.gettext(words) for reason, words in WORDS.items()},
        f"/{language.code}/inspections/new?{urlencode(again)}",
        any(each.illustrative for each in visits),
    )
    return render(request, "review/inspection-plan.html", page)


handlers = [inspections, sample, keep, show_plan]
