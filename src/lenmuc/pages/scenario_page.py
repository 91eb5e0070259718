"""The page of a scenario: its inputs in sentences, what its forms offer, and how a change is taken."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from lenmuc.actions import planning
from lenmuc.actions.planning import MOST_QUARTERS, quarters_from
from lenmuc.actions.scenarios import change_scenario, read_scenario
from lenmuc.content.everything import Content
from lenmuc.core.checklists import Words
from lenmuc.core.errors import N_, Conflict, Fault, Message, NotFound, Refused
from lenmuc.core.roadmap.gather import CENTRAL
from lenmuc.core.roadmap.input_words import (
    AIMS,
    COUNTED,
    Labels,
    freeze_words,
    goal_words,
    place_parts,
    rule_words,
    strictness,
    team_words,
)
from lenmuc.core.roadmap.inputs import PlanRequest
from lenmuc.core.roadmap.kinds import KINDS
from lenmuc.core.roadmap.sentences import quarter_words
from lenmuc.pages.roadmap_shown import name_in
from lenmuc.pages.roadmaps import agency_names, field_words, words_by_code
from lenmuc.pages.scenario_forms import FreezeInput, GoalInput, PlanInput, RuleInput, TeamInput, typed
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store.database import Database
from lenmuc.store.roadmaps import Roadmap
from lenmuc.store.scenarios import Scenario
from lenmuc.web.access import needs
from lenmuc.web.language import HANOI
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

planners = needs("planner")
_QUARTERS_TO_CHOOSE = 8
Options = tuple[tuple[str, str], ...]


class Choices(msgspec.Struct, frozen=True):
    """What the forms of a scenario offer: (value, words) pairs."""

    first_quarters: Options
    quarters: Options
    scopes: Options
    teams: Options
    everybody: Options
    agencies: Options
    fields: Options
    kinds: Options
    criteria: Options
    aims: Options
    counted: Options
    most_quarters: int = MOST_QUARTERS


class Said(msgspec.Struct, frozen=True):
    """What a scenario holds besides its figures, in sentences, in the order of its inputs."""

    teams: tuple[Message, ...]
    freezes: tuple[Message, ...]
    rules: tuple[Message, ...]
    goals: tuple[tuple[Message, Message], ...]


class ScenarioPage(msgspec.Struct, frozen=True):
    """What `templates/planner/scenario.html` shows."""

    scenario: Scenario
    original: Scenario | None
    form: PlanInput
    team: TeamInput
    freeze: FreezeInput
    rule: RuleInput
    goal: GoalInput
    said: Said
    choices: Choices
    roadmaps: tuple[Roadmap, ...]
    errors: tuple[tuple[str, str], ...]


def quarters_to_choose(today: dt.date) -> tuple[str, ...]:
    """The quarters in which a plan may begin: the next one and those that follow."""
    year, quarter = divmod(today.year * 4 + (today.month - 1) // 3 + 1, 4)
    return quarters_from(f"{year}Q{quarter + 1}", _QUARTERS_TO_CHOOSE)


def sentence(text: str) -> str:
    """With a capital at its head."""
    return text[:1].upper() + text[1:]


async def choices_for(db: Database, visit: Visit, content: Content, asked: PlanRequest | None) -> Choices:
    """What the forms offer, in the language of the visit."""
    language = visit.language
    agencies = await agency_names(db, visit.who)
    fields = await field_words(db, visit.who)
    named = tuple((each.code, name_in(each, language)) for each in agencies)
    first = quarters_to_choose(dt.datetime.now(HANOI).date())
    inside = quarters_from(asked.first_quarter, asked.quarters) if asked else ()
    if asked and asked.first_quarter not in first:
        first = (asked.first_quarter, *first)

    def quarters(names: Sequence[str]) -> Options:
        return tuple((name, sentence(language.message(quarter_words(name)))) for name in names)

    def listed(words: Any) -> Options:
        return tuple((value, language.gettext(text)) for value, text in words.items())

    return Choices(
        first_quarters=quarters(first),
        quarters=quarters(inside),
        scopes=(("", language.gettext(N_("The whole city"))), *named),
        teams=((CENTRAL, language.gettext(N_("Central team"))), *named),
        everybody=(
            ("", language.gettext(N_("Everybody"))),
            (CENTRAL, language.gettext(N_("Central team"))),
            *named,
        ),
        agencies=(("", language.gettext(N_("All agencies"))), *named),
        fields=(
            ("", language.gettext(N_("All fields"))),
            *((code, language.pick(words)) for code, words in fields.items()),
        ),
        kinds=(("", language.gettext(N_("All kinds of work"))), *listed(KINDS)),
        criteria=tuple(
            (each.id, f"{each.id} {language.pick(each.text)}")
            for each in content.scheme.criteria
            if each.work
        ),
        aims=listed(AIMS),
        counted=listed(COUNTED),
    )


async def labels_for(db: Database, visit: Visit, content: Content, asked: Sequence[PlanRequest]) -> Labels:
    """What the codes of these inputs are called."""
    codes = {place_parts(rule.item)[1] for each in asked for rule in each.rules} - {""}
    agencies = await agency_names(db, visit.who)
    async with db.transaction(visit.who, read_only=True) as conn:
        services = await catalogue_store.some_services(conn, sorted(codes)) if codes else {}
    return Labels(
        words_by_code(agencies),
        await field_words(db, visit.who),
        {each.id: each.text for each in content.scheme.criteria},
        {code: Words(each.name, each.name_en or each.name) for code, each in services.items()},
    )


class OpenScenario(msgspec.Struct, frozen=True):
    """A scenario that a planner has open: shown, or changed by one of its forms."""

    request: AnyRequest
    db: Database
    content: Content
    visit: Visit
    scenario: Scenario

    async def page(
        self,
        faults: Sequence[Fault] = (),
        status: int = 200,
        form: PlanInput | None = None,
        team: TeamInput | None = None,
        freeze: FreezeInput | None = None,
        rule: RuleInput | None = None,
        goal: GoalInput | None = None,
    ) -> Response[str]:
        """The page of the scenario, with what was typed into one of its forms."""
        scenario, language = self.scenario, self.visit.language
        asked = scenario.inputs
        labels = await labels_for(self.db, self.visit, self.content, [asked])
        async with self.db.transaction(self.visit.who, read_only=True) as conn:
            roadmaps = await roadmaps_store.of_scenario(conn, scenario.id)
        original = None
        if scenario.copy_of is not None:
            original = await read_scenario(self.db, self.visit.who, scenario.copy_of)
        version = scenario.version
        page = ScenarioPage(
            scenario=scenario,
            original=original,
            form=form or typed(asked),
            team=team or TeamInput(version),
            freeze=freeze or FreezeInput(version),
            rule=rule or RuleInput(version),
            goal=goal or GoalInput(version),
            said=Said(
                tuple(team_words(labels, each) for each in asked.teams),
                tuple(freeze_words(labels, each) for each in asked.freezes),
                tuple(rule_words(labels, each) for each in asked.rules),
                tuple((goal_words(labels, each), strictness(each)) for each in asked.goals),
            ),
            choices=await choices_for(self.db, self.visit, self.content, asked),
            roadmaps=tuple(roadmaps),
            errors=tuple((each.field, language.message(each.message)) for each in faults),
        )
        return render(self.request, "planner/scenario.html", page, status)

    async def change(
        self, found: tuple[PlanRequest, list[Fault]], version: int, anchor: str, **typed_in: Any
    ) -> Response[Any]:
        """Store what a form changed and go back to it, or show it again with what is wrong."""
        changed, faults = found
        known = {each.field for each in faults}
        faults = faults + [each for each in planning.faults_of(changed) if each.field not in known]
        person = session_of(self.visit).person
        if not faults:
            try:
                await change_scenario(self.db, self.visit.who, person, self.scenario, changed, version)
            except Refused as refused:
                faults = refused.faults
            except NotFound as missing:
                faults = [Fault("agency", missing.message)]
            except Conflict as conflict:
                return await self.page([Fault(anchor, conflict.message)], 409, **typed_in)
            else:
                return to(f"/{self.visit.language.code}/plan/scenarios/{self.scenario.id}#{anchor}")
        return await self.page(faults, 422, **typed_in)

    async def pools(self) -> dict[str, Words]:
        """The teams by code."""
        return {CENTRAL: Words("", ""), **words_by_code(await agency_names(self.db, self.visit.who))}


def to(address: str) -> Response[None]:
    """On to another page after a change."""
    return Response(None, status_code=303, headers={"Location": address})


async def open_scenario(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    visit: NamedDependency[Visit],
    id: FromPath[int],
) -> OpenScenario:
    """The scenario that the address names. Raises `NotFound`."""
    return OpenScenario(request, db, content, visit, await read_scenario(db, visit.who, id))
