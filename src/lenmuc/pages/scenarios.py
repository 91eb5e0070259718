"""A scenario is changed one thing at a time, copied, and computed; `scenario_page` shows it."""

from typing import Any

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency, Provide

from lenmuc.actions import planning
from lenmuc.actions.computing import Planner
from lenmuc.actions.scenarios import add_scenario
from lenmuc.content.everything import Content
from lenmuc.core.errors import N_, Fault, NotFound, Refused
from lenmuc.core.roadmap.inputs import PlanRequest
from lenmuc.pages.roadmaps import field_words
from lenmuc.pages.scenario_forms import (
    FreezeInput,
    GoalInput,
    PlanInput,
    RuleInput,
    TeamInput,
    request_of,
    with_freeze,
    with_goal,
    with_rule,
    with_team,
    without,
)
from lenmuc.pages.scenario_page import OpenScenario, open_scenario, planners, to
from lenmuc.pages.visitors import session_of
from lenmuc.store.database import Database
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.visits import Visit


class CopyInput(msgspec.Struct, frozen=True):
    """The name of the copy."""

    copy_name: str = ""


class RemoveInput(msgspec.Struct, frozen=True):
    """Which of a part is taken out."""

    version: int
    part: str
    place: int


@get("/", guards=[planners])
async def show_scenario(
    opened: NamedDependency[OpenScenario],
) -> Response[str]:
    """The inputs of a scenario with the forms to change them, and the roadmaps computed from it."""
    return await opened.page()


@post("/", guards=[planners], status_code=303, opt=does("scenario"))
async def save_figures(
    opened: NamedDependency[OpenScenario],
) -> Response[Any]:
    """Save the name, scope, quarters and days of a scenario."""
    form = await read_form(opened.request, PlanInput)
    return await opened.change(request_of(form, opened.scenario.inputs), form.version, "figures", form=form)


@post("/teams", guards=[planners], status_code=303, opt=does("scenario"))
async def save_team(
    opened: NamedDependency[OpenScenario],
) -> Response[Any]:
    """Save the days of one team."""
    form = await read_form(opened.request, TeamInput)
    found = with_team(opened.scenario.inputs, form, await opened.pools())
    return await opened.change(found, form.version, "teams", team=form)


@post("/freezes", guards=[planners], status_code=303, opt=does("scenario"))
async def save_freeze(
    opened: NamedDependency[OpenScenario],
) -> Response[Any]:
    """Save a quarter with fewer days."""
    form = await read_form(opened.request, FreezeInput)
    found = with_freeze(opened.scenario.inputs, form, await opened.pools())
    return await opened.change(found, form.version, "freezes", freeze=form)


@post("/rules", guards=[planners], status_code=303, opt=does("scenario"))
async def save_rule(
    opened: NamedDependency[OpenScenario],
) -> Response[Any]:
    """Save what is set by hand for one work item."""
    form = await read_form(opened.request, RuleInput)
    found = with_rule(opened.scenario.inputs, form, opened.content.scheme, await opened.pools())
    return await opened.change(found, form.version, "rules", rule=form)


@post("/goals", guards=[planners], status_code=303, opt=does("scenario"))
async def save_goal(
    opened: NamedDependency[OpenScenario],
) -> Response[Any]:
    """Save a target."""
    form = await read_form(opened.request, GoalInput)
    found = with_goal(
        opened.scenario.inputs, form, await opened.pools(), await field_words(opened.db, opened.visit.who)
    )
    return await opened.change(found, form.version, "goals", goal=form)


@post("/remove", guards=[planners], status_code=303, opt=does("scenario"))
async def remove_part(
    opened: NamedDependency[OpenScenario],
) -> Response[Any]:
    """Take a team, a freeze, a rule or a target out."""
    form = await read_form(opened.request, RemoveInput)
    try:
        left = without(opened.scenario.inputs, form.part, form.place)
    except (KeyError, IndexError) as missing:
        raise NotFound(N_("This is no longer part of the scenario.")) from missing
    return await opened.change((left, []), form.version, form.part)


@post("/copy", guards=[planners], status_code=303, opt=does("scenario"))
async def copy_scenario(
    opened: NamedDependency[OpenScenario],
) -> Response[Any]:
    """Copy a scenario under another name, to change one thing in it."""
    form = await read_form(opened.request, CopyInput)
    scenario, visit = opened.scenario, opened.visit
    inputs = msgspec.structs.replace(scenario.inputs, name=form.copy_name)
    try:
        number = await add_scenario(opened.db, visit.who, session_of(visit).person, inputs, scenario.id)
    except Refused as refused:
        faults = [Fault("copy_name" if f.field == "name" else f.field, f.message) for f in refused.faults]
        return await opened.page(faults, 422)
    return to(f"/{visit.language.code}/plan/scenarios/{number}")


@post("/compute", guards=[planners], status_code=303, opt=does("roadmap"))
async def compute_scenario(
    opened: NamedDependency[OpenScenario], planner: NamedDependency[Planner]
) -> Response[Any]:
    """Begin to compute a roadmap from the scenario as it is now."""
    scenario = opened.scenario
    return await begin(opened.db, opened.content, planner, opened.visit, scenario.inputs, scenario.id)


async def begin(
    db: Database, content: Content, planner: Planner, visit: Visit, asked: PlanRequest, scenario: int | None
) -> Response[None]:
    """Note a roadmap, begin to compute it, and go to its page. Raises as `planning.start` does."""
    person = session_of(visit).person
    id = await planning.start(db, content.scheme, visit.who, person, asked, scenario)
    planner.start(content.scheme, visit.who, id, asked)
    return to(f"/{visit.language.code}/plan/{id}")


_routes = Router(
    "/{lang:str}/plan/scenarios/{id:int}",
    dependencies={"opened": Provide(open_scenario)},
    route_handlers=[
        show_scenario,
        save_figures,
        save_team,
        save_freeze,
        save_rule,
        save_goal,
        remove_part,
        copy_scenario,
        compute_scenario,
    ],
)
handlers: list[Any] = [_routes]
