"""For planners: asking for a roadmap, following its computation, reading it, publishing it."""

import datetime as dt
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from lenmuc.actions import planning
from lenmuc.actions.computing import Planner
from lenmuc.actions.roadmap_view import NO_ROADMAP, Views
from lenmuc.actions.scenarios import add_scenario
from lenmuc.content.everything import Content
from lenmuc.core.checklists import Words
from lenmuc.core.errors import N_, Fault, Message, NotFound, Refused
from lenmuc.core.roadmap.input_words import cause_in_names
from lenmuc.core.roadmap.run import gap_of
from lenmuc.pages.roadmap_shown import Shown, shown
from lenmuc.pages.roadmaps import (
    Number,
    Part,
    Show,
    agency_names,
    field_words,
    file_reply,
    number_of,
    words_by_code,
)
from lenmuc.pages.scenario_forms import PlanInput, request_of
from lenmuc.pages.scenario_page import Choices, choices_for, labels_for, planners, to
from lenmuc.pages.scenarios import begin
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store import scenarios as scenarios_store
from lenmuc.store.database import Database
from lenmuc.store.roadmaps import Roadmap
from lenmuc.store.scenarios import Scenario
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.language import HANOI
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit


class PlansPage(msgspec.Struct, frozen=True):
    """What `templates/planner/plans.html` shows: all roadmaps, and the form for a new one.

    `names` are those of agencies by code.
    """

    roadmaps: tuple[Roadmap, ...]
    names: dict[str, Words]
    scenarios: tuple[Scenario, ...]
    form: PlanInput
    errors: tuple[tuple[str, str], ...]
    choices: Choices


class WaitingPage(msgspec.Struct, frozen=True):
    """What `templates/planner/plan-waiting.html` shows: a roadmap that is being computed, or failed.

    `gap`: by which share of itself the best plan so far could at most be better.
    """

    roadmap: Roadmap
    scope: Words | None
    failure: Message | None
    gap: float | None
    causes: tuple[Message, ...]


class PlanPage(msgspec.Struct, frozen=True):
    """What `templates/planner/plan.html` shows."""

    shown: Shown


async def _list_page(
    request: AnyRequest, db: Database, content: Content, visit: Visit, form: PlanInput, faults: list[Fault]
) -> Response[str]:
    language = visit.language
    await planning.fail_abandoned(db)
    async with db.transaction(visit.who, read_only=True) as conn:
        found = await roadmaps_store.list_roadmaps(conn)
        scenarios = await scenarios_store.list_scenarios(conn)
    agencies = await agency_names(db, visit.who)
    choices = await choices_for(db, visit, content, None)
    first = choices.first_quarters[0][0]
    page = PlansPage(
        roadmaps=tuple(found),
        names=words_by_code(agencies),
        scenarios=tuple(scenarios),
        form=form if form.first_quarter else msgspec.structs.replace(form, first_quarter=first),
        errors=tuple((each.field, language.message(each.message)) for each in faults),
        choices=choices,
    )
    return render(request, "planner/plans.html", page, 422 if faults else 200)


@get("/{lang:str}/plan", guards=[planners])
async def list_plans(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    visit: NamedDependency[Visit],
) -> Response[str]:
    """All scenarios and roadmaps, and the form for a new one."""
    name = visit.language.gettext(N_("Roadmap of %(date)s"), date=visit.language.date(dt.datetime.now(HANOI)))
    return await _list_page(request, db, content, visit, PlanInput(name=name), [])


@post("/{lang:str}/plan", guards=[planners], status_code=303, opt=does("scenario"))
async def compute_plan(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    planner: NamedDependency[Planner],
    visit: NamedDependency[Visit],
) -> Response[Any]:
    """Keep the inputs as a scenario and begin to compute it, or show the form again with what is wrong."""
    form = await read_form(request, PlanInput)
    asked, faults = request_of(form)
    known = {each.field for each in faults}
    faults += [each for each in planning.faults_of(asked) if each.field not in known]
    if not faults:
        try:
            scenario = await add_scenario(db, visit.who, session_of(visit).person, asked)
        except Refused as refused:
            faults = refused.faults
        except NotFound as missing:
            faults = [Fault("agency", missing.message)]
        else:
            if form.then == "scenario":
                return to(f"/{visit.language.code}/plan/scenarios/{scenario}")
            return await begin(db, content, planner, visit, asked, scenario)
    return await _list_page(request, db, content, visit, form, faults)


@get("/{lang:str}/plan/{name:str}", guards=[planners])
async def read_plan(
    request: AnyRequest,
    db: NamedDependency[Database],
    views: NamedDependency[Views],
    content: NamedDependency[Content],
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
    if roadmap.status == "computing" and await planning.fail_abandoned(db):
        roadmap, view = await views.open(visit.who, id, agency)
    agencies = await agency_names(db, visit.who)
    if view is None:
        scope = words_by_code(agencies).get(roadmap.agency)
        labels = await labels_for(db, visit, content, [roadmap.settings])
        causes = tuple(cause_in_names(labels, roadmap.settings, each) for each in roadmap.causes)
        now = roadmap.progress
        gap = gap_of(now.value, now.bound) if now and now.value else None
        failure = Message(roadmap.failure) if roadmap.failure else None
        return render(request, "planner/plan-waiting.html", WaitingPage(roadmap, scope, failure, gap, causes))
    ready = shown(
        roadmap,
        view,
        scheme=views.scheme_name(roadmap),
        agencies=agencies,
        language=visit.language,
        address=f"/{visit.language.code}/plan/{id}",
        page=page,
        outside=show == "outside",
        fields=await field_words(db, visit.who),
        studied=True,
    )
    return render(request, "planner/plan.html", PlanPage(ready))


@post("/{lang:str}/plan/{id:int}/again", guards=[planners], status_code=303, opt=does("roadmap"))
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
    return await begin(db, content, planner, visit, roadmap.settings, roadmap.scenario)


async def _publish(db: Database, visit: Visit, id: int, published: bool) -> Response[None]:
    await planning.publish(db, visit.who, session_of(visit).person, id, published)
    return to(f"/{visit.language.code}/plan/{id}")


@post("/{lang:str}/plan/{id:int}/publish", guards=[planners], status_code=303, opt=does("publish"))
async def publish_plan(
    db: NamedDependency[Database], visit: NamedDependency[Visit], id: FromPath[int]
) -> Response[None]:
    """Show the roadmap to everybody."""
    return await _publish(db, visit, id, True)


@post("/{lang:str}/plan/{id:int}/withdraw", guards=[planners], status_code=303, opt=does("withdraw"))
async def withdraw_plan(
    db: NamedDependency[Database], visit: NamedDependency[Visit], id: FromPath[int]
) -> Response[None]:
    """Take the roadmap back from the public."""
    return await _publish(db, visit, id, False)


@post("/{lang:str}/plan/{id:int}/approve", guards=[planners], status_code=303, opt=does("approve"))
async def approve_plan(
    db: NamedDependency[Database], visit: NamedDependency[Visit], id: FromPath[int]
) -> Response[None]:
    """Make the roadmap the approved one of its scope, public from then on."""
    await planning.approve(db, visit.who, session_of(visit).person, id)
    return to(f"/{visit.language.code}/plan/{id}")


@post("/{lang:str}/plan/{id:int}/cancel", guards=[planners], status_code=303, opt=does("cancel"))
async def cancel_plan(
    db: NamedDependency[Database], visit: NamedDependency[Visit], id: FromPath[int]
) -> Response[None]:
    """Give up the computation."""
    await planning.cancel(db, visit.who, session_of(visit).person, id)
    return to(f"/{visit.language.code}/plan/{id}")


handlers: list[Any] = [
    list_plans,
    compute_plan,
    read_plan,
    compute_again,
    publish_plan,
    withdraw_plan,
    approve_plan,
    cancel_plan,
]
