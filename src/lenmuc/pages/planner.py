"""For planners: asking for a roadmap, following its computation, reading it, publishing it."""

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from lenmuc.actions import planning
from lenmuc.actions.planning import MOST_QUARTERS, Planner
from lenmuc.actions.roadmap_view import NO_ROADMAP, Views
from lenmuc.content.everything import Content
from lenmuc.core.checklists import Words
from lenmuc.core.errors import N_, Fault, Message, NotFound, Refused, fault
from lenmuc.core.roadmap.sentences import quarter_words
from lenmuc.pages.roadmap_shown import Shown, name_in, shown
from lenmuc.pages.roadmaps import Number, Part, Show, agency_names, file_reply, number_of, words_by_code
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store.database import Database
from lenmuc.store.roadmaps import PlanRequest, Roadmap
from lenmuc.web.access import needs
from lenmuc.web.forms import read_form
from lenmuc.web.language import HANOI
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

AnyRequest = Request[Any, Any, Any]
T = TypeVar("T", int, float)
planners = needs("planner")
_QUARTERS_TO_CHOOSE = 8
_NOT_A_NUMBER = N_("Write a number, such as 60.")


class PlanInput(msgspec.Struct, frozen=True):
    """What the form of `templates/planner/plans.html` sends, as it was typed; the values are the defaults."""

    name: str = ""
    agency: str = ""
    first_quarter: str = ""
    quarters: str = "8"
    central_days: str = "400"
    body_days: str = "60"
    ward_days: str = "10"
    seconds: str = "60"


class PlansPage(msgspec.Struct, frozen=True):
    """What `templates/planner/plans.html` shows: all roadmaps, and the form for a new one.

    `first_quarters` and `agencies` are (value, words) pairs; `names` are those of agencies by code.
    """

    roadmaps: tuple[Roadmap, ...]
    names: dict[str, Words]
    form: PlanInput
    errors: tuple[tuple[str, str], ...]
    first_quarters: tuple[tuple[str, str], ...]
    agencies: tuple[tuple[str, str], ...]
    most_quarters: int


class WaitingPage(msgspec.Struct, frozen=True):
    """What `templates/planner/plan-waiting.html` shows: a roadmap that is being computed, or failed."""

    roadmap: Roadmap
    scope: Words | None
    failure: Message | None


class PlanPage(msgspec.Struct, frozen=True):
    """What `templates/planner/plan.html` shows."""

    shown: Shown


def quarters_to_choose(today: dt.date) -> tuple[str, ...]:
    """The quarters in which a plan may begin: the next one and those that follow."""
    year, quarter = divmod(today.year * 4 + (today.month - 1) // 3 + 1, 4)
    return planning.quarters_from(f"{year}Q{quarter + 1}", _QUARTERS_TO_CHOOSE)


def request_of(form: PlanInput) -> tuple[PlanRequest, list[Fault]]:
    """What was asked for, and what cannot be read as a number. A comma may stand for the decimal point."""
    faults: list[Fault] = []

    def read(name: str, kind: Callable[[str], T], instead: T) -> T:
        try:
            return kind(getattr(form, name).strip().replace(",", "."))
        except ValueError:
            faults.append(fault(name, _NOT_A_NUMBER))
            return instead

    request = PlanRequest(
        name=form.name,
        agency=form.agency,
        first_quarter=form.first_quarter,
        quarters=read("quarters", int, 1),
        central_days=read("central_days", float, 0.0),
        body_days=read("body_days", float, 0.0),
        ward_days=read("ward_days", float, 0.0),
        seconds=read("seconds", float, 60.0),
    )
    return request, faults


async def _list_page(
    request: AnyRequest, db: Database, visit: Visit, form: PlanInput, faults: list[Fault]
) -> Response[str]:
    language = visit.language
    async with db.transaction(visit.who, read_only=True) as conn:
        found = await roadmaps_store.list_roadmaps(conn)
    agencies = await agency_names(db, visit.who)
    quarters = quarters_to_choose(dt.datetime.now(HANOI).date())
    page = PlansPage(
        roadmaps=tuple(found),
        names=words_by_code(agencies),
        form=form if form.first_quarter else msgspec.structs.replace(form, first_quarter=quarters[0]),
        errors=tuple((each.field, language.message(each.message)) for each in faults),
        first_quarters=tuple((name, _sentence(language.message(quarter_words(name)))) for name in quarters),
        agencies=(
            ("", language.gettext(N_("The whole city"))),
            *((each.code, name_in(each, language)) for each in agencies),
        ),
        most_quarters=MOST_QUARTERS,
    )
    return render(request, "planner/plans.html", page, 422 if faults else 200)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _to(address: str) -> Response[None]:
    return Response(None, status_code=303, headers={"Location": address})


@get("/{lang:str}/plan", guards=[planners])
async def list_plans(
    request: AnyRequest, db: NamedDependency[Database], visit: NamedDependency[Visit]
) -> Response[str]:
    """All roadmaps, and the form for a new one."""
    name = visit.language.gettext(N_("Roadmap of %(date)s"), date=visit.language.date(dt.datetime.now(HANOI)))
    return await _list_page(request, db, visit, PlanInput(name=name), [])


async def _begin(
    db: Database, content: Content, planner: Planner, visit: Visit, asked: PlanRequest
) -> Response[None]:
    person = visit.session.person if visit.session else 0  # the guard lets in nobody without a session
    id = await planning.start(db, content.scheme, visit.who, person, asked)
    planner.begin(content.scheme, visit.who, id, asked)
    return _to(f"/{visit.language.code}/plan/{id}")


@post("/{lang:str}/plan", guards=[planners], status_code=303)
async def compute_plan(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    planner: NamedDependency[Planner],
    visit: NamedDependency[Visit],
) -> Response[Any]:
    """Begin to compute a roadmap, or show the form again with what is wrong."""
    form = await read_form(request, PlanInput)
    asked, faults = request_of(form)
    known = {each.field for each in faults}
    faults += [each for each in planning.faults_of(asked) if each.field not in known]
    if not faults:
        try:
            return await _begin(db, content, planner, visit, asked)
        except Refused as refused:
            faults = refused.faults
        except NotFound as missing:
            faults = [Fault("agency", missing.message)]
    return await _list_page(request, db, visit, form, faults)


@get("/{lang:str}/plan/{name:str}", guards=[planners])
async def read_plan(
    request: AnyRequest,
    db: NamedDependency[Database],
    views: NamedDependency[Views],
    visit: NamedDependency[Visit],
    name: FromPath[str],
    agency: Part = "",
    show: Show = "",
    page: Number = 1,
) -> Response[Any]:
    """A roadmap in any state, or with an ending as a file. While it is computed, the page reloads itself."""
    id, ending = number_of(name)
    if ending:
        return await file_reply(views, visit, id, ending, agency, published=False)
    roadmap, view = await views.open(visit.who, id, agency)
    agencies = await agency_names(db, visit.who)
    if view is None:
        scope = words_by_code(agencies).get(roadmap.agency)
        failure = Message(roadmap.failure) if roadmap.failure else None
        return render(request, "planner/plan-waiting.html", WaitingPage(roadmap, scope, failure))
    ready = shown(
        roadmap,
        view,
        scheme=views.scheme_name(roadmap),
        agencies=agencies,
        language=visit.language,
        address=f"/{visit.language.code}/plan/{id}",
        page=page,
        outside=show == "outside",
    )
    return render(request, "planner/plan.html", PlanPage(ready))


@post("/{lang:str}/plan/{id:int}/again", guards=[planners], status_code=303)
async def compute_again(
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    planner: NamedDependency[Planner],
    visit: NamedDependency[Visit],
    id: FromPath[int],
) -> Response[Any]:
    """Compute a new roadmap from the same question, with the answers of today."""
    async with db.transaction(visit.who, read_only=True) as conn:
        roadmap = await roadmaps_store.find_roadmap(conn, id)
    if roadmap is None:
        raise NotFound(NO_ROADMAP)
    return await _begin(db, content, planner, visit, roadmap.settings)


async def _publish(db: Database, visit: Visit, id: int, published: bool) -> Response[None]:
    person = visit.session.person if visit.session else 0
    await planning.publish(db, visit.who, person, id, published)
    return _to(f"/{visit.language.code}/plan/{id}")


@post("/{lang:str}/plan/{id:int}/publish", guards=[planners], status_code=303)
async def publish_plan(
    db: NamedDependency[Database], visit: NamedDependency[Visit], id: FromPath[int]
) -> Response[None]:
    """Show the roadmap to everybody."""
    return await _publish(db, visit, id, True)


@post("/{lang:str}/plan/{id:int}/withdraw", guards=[planners], status_code=303)
async def withdraw_plan(
    db: NamedDependency[Database], visit: NamedDependency[Visit], id: FromPath[int]
) -> Response[None]:
    """Take the roadmap back from the public."""
    return await _publish(db, visit, id, False)


handlers: list[Any] = [
    list_plans,
    compute_plan,
    read_plan,
    compute_again,
    publish_plan,
    withdraw_plan,
]
