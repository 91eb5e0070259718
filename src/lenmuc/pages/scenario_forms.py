"""The forms of a scenario: what was typed becomes one part of its inputs."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_args

import msgspec

from lenmuc.core.checklists import Kind, Scheme
from lenmuc.core.errors import N_, Fault, fault
from lenmuc.core.roadmap.gather import item_id
from lenmuc.core.roadmap.inputs import Aim, Freeze, Goal, Order, PlanRequest, Rule, TeamDays
from lenmuc.core.roadmap.problem import Denominator

T = TypeVar("T", int, float)
NOT_A_NUMBER = N_("Write a number, such as 60.")
_CHOOSE = N_("Choose one of the list.")


class PlanInput(msgspec.Struct, frozen=True):
    """What the form of `templates/planner/_inputs.html` sends, as it was typed; the values are the defaults.

    `then`: "scenario" to keep the inputs without computing. `version` is that of a scenario being changed.
    """

    name: str = ""
    agency: str = ""
    first_quarter: str = ""
    quarters: str = "8"
    central_days: str = "400"
    body_days: str = "60"
    ward_days: str = "10"
    seconds: str = "60"
    budget: str = ""
    aim: str = "trips"
    then: str = ""
    version: int = 0


class TeamInput(msgspec.Struct, frozen=True):
    """Days of one team."""

    version: int
    team_pool: str = ""
    team_kind: str = ""
    team_days: str = ""
    team_items: str = ""


class FreezeInput(msgspec.Struct, frozen=True):
    """A quarter with fewer days."""

    version: int
    freeze_quarter: str = ""
    freeze_share: str = "0"
    freeze_pool: str = ""


class RuleInput(msgspec.Struct, frozen=True):
    """One work item, set by hand."""

    version: int
    rule_criterion: str = ""
    rule_agency: str = ""
    rule_service: str = ""
    rule_order: str = "not_before"
    rule_quarter: str = ""


class GoalInput(msgspec.Struct, frozen=True):
    """A target."""

    version: int
    goal_level: str = "3"
    goal_number: str = ""
    goal_unit: str = "percent"
    goal_of: str = "all"
    goal_agency: str = ""
    goal_field: str = ""
    goal_by: str = ""
    goal_strict: str = "must"
    goal_weight: str = "1000"


class Reader:
    """Reads typed values and keeps the faults. A comma may stand for the decimal point."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def number(self, field: str, text: str, kind: Callable[[str], T], instead: T) -> T:
        """A number, or `instead` with a fault."""
        try:
            return kind(text.strip().replace(",", "."))
        except ValueError:
            self.faults.append(fault(field, NOT_A_NUMBER))
            return instead

    def choice(self, field: str, text: str, options: Any) -> Any:
        """One of the options, or the first with a fault."""
        if text not in options:
            self.faults.append(fault(field, _CHOOSE))
            return next(iter(options))
        return text


def request_of(form: PlanInput, before: PlanRequest | None = None) -> tuple[PlanRequest, list[Fault]]:
    """What was asked for, and what cannot be read. `before` gives what this form does not hold.

    When there are other quarters now, days given quarter by quarter follow: the last number goes on.
    """
    read = Reader()
    quarters = read.number("quarters", form.quarters, int, 1)
    request = PlanRequest(
        name=form.name,
        agency=form.agency,
        first_quarter=form.first_quarter,
        quarters=quarters,
        central_days=read.number("central_days", form.central_days, float, 0.0),
        body_days=read.number("body_days", form.body_days, float, 0.0),
        ward_days=read.number("ward_days", form.ward_days, float, 0.0),
        seconds=read.number("seconds", form.seconds, float, 60.0),
        budget=read.number("budget", form.budget, float, 0.0) if form.budget.strip() else None,
        aim=read.choice("aim", form.aim, get_args(Aim)),
    )
    if before is not None:
        length = max(1, min(quarters, 100))
        teams = tuple(
            msgspec.structs.replace(
                team, days=(team.days + (team.days[-1],) * (length - len(team.days)))[:length]
            )
            for team in before.teams
        )
        request = msgspec.structs.replace(
            request,
            teams=teams,
            freezes=before.freezes,
            rules=before.rules,
            goals=before.goals,
            follows=before.follows,
        )
    return request, read.faults


def typed(asked: PlanRequest) -> PlanInput:
    """A scenario's inputs as the form shows them."""
    return PlanInput(
        asked.name, asked.agency, asked.first_quarter, str(asked.quarters), f"{asked.central_days:.15g}",
        f"{asked.body_days:.15g}", f"{asked.ward_days:.15g}", f"{asked.seconds:g}",
        "" if asked.budget is None else f"{asked.budget:.0f}", asked.aim,
    )  # fmt: skip


def with_team(
    asked: PlanRequest, form: TeamInput, pools: Mapping[str, Any]
) -> tuple[PlanRequest, list[Fault]]:
    """The inputs with the days of a team; those it had before for this kind of work are replaced."""
    read = Reader()
    pool = read.choice("team_pool", form.team_pool, pools)
    kind = read.choice("team_kind", form.team_kind, ("", *get_args(Kind)))
    texts = form.team_days.replace(";", " ").replace("·", " ").split() or [""]
    days = tuple(read.number("team_days", text, float, 0.0) for text in texts)
    if len(days) == 1:
        days *= asked.quarters
    items = read.number("team_items", form.team_items, float, 0.0) if form.team_items.strip() else None
    others = tuple(team for team in asked.teams if (team.pool, team.kind) != (pool, kind))
    return msgspec.structs.replace(asked, teams=(*others, TeamDays(pool, days, kind, items))), read.faults


def with_freeze(
    asked: PlanRequest, form: FreezeInput, pools: Mapping[str, Any]
) -> tuple[PlanRequest, list[Fault]]:
    """The inputs with one more quarter that has fewer days."""
    read = Reader()
    share = read.number("freeze_share", form.freeze_share, float, 0.0) / 100
    pool = read.choice("freeze_pool", form.freeze_pool, ("", *pools))
    one = Freeze(form.freeze_quarter, share, pool)
    others = tuple(each for each in asked.freezes if (each.quarter, each.pool) != (one.quarter, one.pool))
    return msgspec.structs.replace(asked, freezes=(*others, one)), read.faults


def with_rule(
    asked: PlanRequest, form: RuleInput, scheme: Scheme, pools: Mapping[str, Any]
) -> tuple[PlanRequest, list[Fault]]:
    """The inputs with one more item set by hand; another order of the same item and kind is replaced."""
    read = Reader()
    works = {each.id: each.work for each in scheme.criteria if each.work}
    criterion = read.choice("rule_criterion", form.rule_criterion, works)
    order: Order = read.choice("rule_order", form.rule_order, get_args(Order))
    work = works[criterion]
    service = form.rule_service.strip()
    if work is not None and work.at in ("agency", "offering"):
        read.choice("rule_agency", form.rule_agency, pools)
    if work is not None and work.at in ("service", "offering") and not service:
        read.faults.append(fault("rule_service", N_("This work is done for each service: give its code.")))
    item = item_id(criterion, work.at if work else "platform", service, form.rule_agency)
    one = Rule(item, order, "" if order == "exclude" else form.rule_quarter)
    others = tuple(each for each in asked.rules if (each.item, each.order) != (one.item, one.order))
    return msgspec.structs.replace(asked, rules=(*others, one)), read.faults


def with_goal(
    asked: PlanRequest, form: GoalInput, agencies: Mapping[str, Any], fields: Mapping[str, Any]
) -> tuple[PlanRequest, list[Fault]]:
    """The inputs with one more target."""
    read = Reader()
    number = read.number("goal_number", form.goal_number, float, 0.0)
    percent = read.choice("goal_unit", form.goal_unit, ("percent", "count")) == "percent"
    must = read.choice("goal_strict", form.goal_strict, ("must", "wish")) == "must"
    goal = Goal(
        level=int(read.choice("goal_level", form.goal_level, ("3", "4"))),
        by=form.goal_by,
        share=number / 100 if percent else None,
        count=None if percent else number,
        of=read.choice("goal_of", form.goal_of, get_args(Denominator)),
        agency=read.choice("goal_agency", form.goal_agency, ("", *agencies)),
        field=read.choice("goal_field", form.goal_field, ("", *fields)),
        weight=None if must else read.number("goal_weight", form.goal_weight, float, 0.0),
    )
    return msgspec.structs.replace(asked, goals=(*asked.goals, goal)), read.faults


PARTS = ("teams", "freezes", "rules", "goals")


def without(asked: PlanRequest, part: str, place: int) -> PlanRequest:
    """The inputs without one of a part. Raises `IndexError` or `KeyError` when it is not there."""
    if part not in PARTS:
        raise KeyError(part)
    there = list(getattr(asked, part))
    if place < 0:
        raise IndexError(place)
    del there[place]
    return msgspec.structs.replace(asked, **{part: tuple(there)})
