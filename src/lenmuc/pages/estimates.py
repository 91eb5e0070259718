"""What work takes: the figures of the set of rules, and those that planners and agencies put instead."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from lenmuc.actions.estimating import estimate
from lenmuc.content.everything import Content
from lenmuc.core.checklists import Criterion, Scope, Words
from lenmuc.core.errors import N_, Conflict, Fault, Message, NotFound, Refused, fault
from lenmuc.core.roadmap.inputs import Estimate
from lenmuc.core.roadmap.kinds import KINDS
from lenmuc.pages.roadmap_shown import name_in
from lenmuc.pages.roadmaps import agency_names, words_by_code
from lenmuc.pages.scenario_forms import Reader
from lenmuc.pages.scenario_page import to
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import estimates as estimates_store
from lenmuc.store.database import Database
from lenmuc.store.estimates import SaidEstimate
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

estimators = needs("staff", "planner")
AgencyCode = Annotated[str, QueryParameter(name="agency", max_length=40)]
ServiceCode = Annotated[str, QueryParameter(name="service", max_length=40)]
WHERE: dict[Scope, str] = {
    "platform": N_("once for the whole city"),
    "agency": N_("once at each agency"),
    "service": N_("once for each service"),
    "offering": N_("for each service at each agency"),
}


class Row(msgspec.Struct, frozen=True):
    """One criterion with its work by the set of rules, and how many other estimates of it there are."""

    criterion: Criterion
    kind: Message
    where: Message
    general: SaidEstimate | None
    mine: SaidEstimate | None
    others: int


class EstimatesPage(msgspec.Struct, frozen=True):
    """What `templates/planner/estimates.html` shows; `agency` is that of staff, `None` for planners."""

    rows: tuple[Row, ...]
    agency: Words | None


class Told(msgspec.Struct, frozen=True):
    """An estimate with its place in words."""

    said: SaidEstimate
    place: Message


class EstimateInput(msgspec.Struct, frozen=True):
    """What the form sends, as it was typed. `version` is that of the estimate that was there."""

    agency: str = ""
    service: str = ""
    days: str = ""
    cost: str = ""
    earliest: str = ""
    latest: str = ""
    reason: str = ""
    version: int = 0


class EstimatePage(msgspec.Struct, frozen=True):
    """What `templates/planner/estimate.html` shows: one criterion, with the form for one place."""

    criterion: Criterion
    scheme: str
    kind: Message
    where: Message
    place: Message
    form: EstimateInput
    may: bool
    said: tuple[Told, ...]
    history: tuple[Told, ...]
    agencies: tuple[tuple[str, str], ...]
    services: bool
    errors: tuple[tuple[str, str], ...]


def _own(visit: Visit) -> str:
    """The agency of staff; empty for planners and auditors."""
    session = session_of(visit)
    return session.agency if session.role in ("staff", "lead") else ""


@get("/{lang:str}/estimates", guards=[estimators])
async def list_estimates(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    visit: NamedDependency[Visit],
) -> Response[str]:
    """Every criterion with work: what it takes by the rules, and by those who do it."""
    own = _own(visit)
    async with db.transaction(visit.who, read_only=True) as conn:
        said = await estimates_store.current_estimates(conn)
    rows = []
    for criterion in content.scheme.criteria:
        if criterion.work is None:
            continue
        mine = [each for each in said if each.criterion == criterion.id]
        general = next((each for each in mine if not each.agency and not each.service), None)
        of_agency = next((each for each in mine if own and each.agency == own and not each.service), None)
        rest = len(mine) - (general is not None) - (of_agency is not None)
        rows.append(
            Row(
                criterion,
                Message(KINDS[criterion.work.kind]),
                Message(WHERE[criterion.work.at]),
                general,
                of_agency,
                rest,
            )
        )
    names = words_by_code(await agency_names(db, visit.who))
    return render(request, "planner/estimates.html", EstimatesPage(tuple(rows), names.get(own)))


class _Open(msgspec.Struct, frozen=True):
    """One criterion that somebody has open, at one place."""

    request: AnyRequest
    db: Database
    visit: Visit
    scheme: str
    criterion: Criterion
    agency: str
    service: str

    async def page(
        self, form: EstimateInput | None = None, faults: tuple[Fault, ...] = (), status: int = 200
    ) -> Response[str]:
        """The page, with what was typed."""
        own, work = _own(self.visit), self.criterion.work
        assert work is not None
        async with self.db.transaction(self.visit.who, read_only=True) as conn:
            said = await estimates_store.current_estimates(conn, self.criterion.id)
            history = await estimates_store.history_of_estimates(conn, self.criterion.id)
            codes = sorted({each.service for each in history if each.service} | {self.service} - {""})
            found = await catalogue_store.some_services(conn, codes) if codes else {}
            empty = Estimate(self.criterion.id, self.agency, self.service, None, None, "", "")
            version = await estimates_store.newest_version(conn, empty)
        names = await agency_names(self.db, self.visit.who)
        agencies = words_by_code(names)
        services = {code: Words(each.name, each.name_en or each.name) for code, each in found.items()}

        def place(agency: str, service: str) -> Message:
            named = {"service": services.get(service, service), "agency": agencies.get(agency, agency)}
            if agency and service:
                return Message(N_("%(service)s, at %(agency)s"), named)
            if agency or service:
                return Message("%(name)s", {"name": named["agency"] if agency else named["service"]})
            return Message(N_("Everywhere"))

        now = next((e for e in said if (e.agency, e.service) == (self.agency, self.service)), None)
        language = self.visit.language
        listed = tuple((each.code, name_in(each, language)) for each in names if not own or each.code == own)
        page = EstimatePage(
            criterion=self.criterion,
            scheme=self.scheme,
            kind=Message(KINDS[work.kind]),
            where=Message(WHERE[work.at]),
            place=place(self.agency, self.service),
            form=form or _typed(now, self.agency, self.service, version),
            may=session_of(self.visit).role == "planner" or bool(own and self.agency == own),
            said=tuple(Told(each, place(each.agency, each.service)) for each in said),
            history=tuple(Told(each, place(each.agency, each.service)) for each in history),
            agencies=() if work.at == "platform" else listed,
            services=work.at in ("service", "offering"),
            errors=tuple((each.field, language.message(each.message)) for each in faults),
        )
        return render(self.request, "planner/estimate.html", page, status)


def _typed(now: SaidEstimate | None, agency: str, service: str, version: int) -> EstimateInput:
    if now is None:
        return EstimateInput(agency, service, version=version)
    days, cost = ("" if each is None else f"{each:g}" for each in (now.days, now.cost))
    if now.cost is not None:
        cost = f"{now.cost:.0f}"
    return EstimateInput(agency, service, days, cost, now.earliest, now.latest, "", version)


def _open(
    request: AnyRequest, db: Database, content: Content, visit: Visit, id: str, agency: str, service: str
) -> _Open:
    criterion = next((each for each in content.scheme.criteria if each.id == id and each.work), None)
    if criterion is None:
        raise NotFound(N_("There is no such criterion in this scheme."))
    own = _own(visit)
    if own and agency not in ("", own):
        raise NotFound(N_("There is no such service or agency."))
    if own and not agency and criterion.work and criterion.work.at != "platform":
        agency = own
    return _Open(request, db, visit, content.scheme.id, criterion, agency, service.strip())


@get("/{lang:str}/estimates/{criterion:str}", guards=[estimators])
async def show_estimate(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    visit: NamedDependency[Visit],
    criterion: FromPath[str],
    agency: AgencyCode = "",
    service: ServiceCode = "",
) -> Response[str]:
    """What one criterion's work takes: by the rules and by whom else, since when, why; and a form."""
    return await _open(request, db, content, visit, criterion, agency, service).page()


@post("/{lang:str}/estimates/{criterion:str}", guards=[estimators], status_code=303, opt=does("estimate"))
async def save_estimate(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    visit: NamedDependency[Visit],
    criterion: FromPath[str],
) -> Response[Any]:
    """Say what the work takes at a place; without any figure the rules count again."""
    form = await read_form(request, EstimateInput)
    opened = _open(request, db, content, visit, criterion, form.agency, form.service)
    read = Reader()
    days = read.number("days", form.days, float, 0.0) if form.days.strip() else None
    cost = read.number("cost", form.cost, float, 0.0) if form.cost.strip() else None
    said = Estimate(
        criterion, opened.agency, opened.service, days, cost, form.earliest.strip(), form.latest.strip()
    )
    faults, status = tuple(read.faults), 422
    if not faults:
        try:
            person = session_of(visit).person
            await estimate(db, content.scheme, visit.who, person, said, form.reason, form.version)
        except Refused as refused:
            faults = tuple(refused.faults)
        except NotFound as missing:
            faults = (fault("agency", missing.message.text),)
        except Conflict as conflict:
            faults, status = (fault("days", conflict.message.text),), 409
        else:
            return to(f"/{visit.language.code}/estimates/{criterion}#said")
    return await opened.page(form, faults, status)


handlers: list[Any] = [list_estimates, show_estimate, save_estimate]
