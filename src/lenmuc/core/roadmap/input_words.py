"""What a planner has put into a scenario, in sentences; and how the inputs of several scenarios differ."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from lenmuc.core.checklists import Words
from lenmuc.core.errors import N_, Message
from lenmuc.core.roadmap.gather import CENTRAL
from lenmuc.core.roadmap.inputs import Freeze, Goal, PlanRequest, Rule, TeamDays
from lenmuc.core.roadmap.kinds import KINDS
from lenmuc.core.roadmap.sentences import number_words, quarter_words

AIMS: Final[Mapping[str, str]] = {
    "trips": N_("Save people the most trips, the soonest"),
    "filings": N_("Bring the most filings online, the soonest"),
    "offerings": N_("Lift the most offerings, the soonest"),
    "targets_first": N_("The targets first, then the most trips saved"),
}
COUNTED: Final[Mapping[str, str]] = {
    "all": N_("all offerings"),
    "eligible": N_("offerings that no law keeps below the level"),
    "with_filings": N_("offerings with filings"),
}
_RULES: Final[Mapping[str, str]] = {
    "pin": N_("%(item)s: done in %(quarter)s"),
    "not_before": N_("%(item)s: not before %(quarter)s"),
    "by": N_("%(item)s: by %(quarter)s at the latest"),
    "exclude": N_("%(item)s: left out"),
}


class Labels(msgspec.Struct, frozen=True):
    """What codes are called: agencies, fields, criteria and services."""

    agencies: Mapping[str, Words] = {}
    fields: Mapping[str, Words] = {}
    criteria: Mapping[str, Words] = {}
    services: Mapping[str, Words] = {}


def _named(names: Mapping[str, Words], code: str) -> Words | str:
    return names.get(code, code)


def team_name(labels: Labels, pool: str) -> Message:
    """What a team is called; empty is everybody."""
    if pool in ("", CENTRAL):
        return Message(N_("Central team") if pool else N_("Everybody"))
    return Message("%(name)s", {"name": _named(labels.agencies, pool)})


def place_parts(item: str) -> tuple[str, str, str]:
    """(criterion, service, agency) of a work item's id, such as `3.05#1.001193@X00004`."""
    rest, _, agency = item.partition("@")
    criterion, _, service = rest.partition("#")
    return criterion, service, agency


def item_name(labels: Labels, item: str) -> Message:
    """A work item: what it meets and where."""
    criterion, service, agency = place_parts(item)
    values: dict[str, Any] = {"text": _named(labels.criteria, criterion)}
    where = [_named(labels.services, service)] if service else []
    where += [_named(labels.agencies, agency)] if agency else []
    if not where:
        return Message(N_("“%(text)s”"), values)
    if len(where) == 1:
        place = Message("%(name)s", {"name": where[0]})
    else:
        place = Message(N_("%(service)s, at %(agency)s"), {"service": where[0], "agency": where[1]})
    return Message(N_("“%(text)s” (%(place)s)"), {**values, "place": place})


def team_words(labels: Labels, team: TeamDays) -> Message:
    """The days of a team, or of its people for one kind of work."""
    name: Any = team_name(labels, team.pool)
    if team.kind:
        name = Message(
            N_("%(team)s, people for “%(kind)s” only"), {"team": name, "kind": Message(KINDS[team.kind])}
        )
    same = len(set(team.days)) == 1
    values = {"team": name, "days": _written(team.days[:1] if same else team.days)}
    text = (
        N_("%(team)s: %(days)s person-days each quarter")
        if same
        else N_("%(team)s: %(days)s person-days, quarter by quarter")
    )
    if team.items is None:
        return Message(text, values)
    return Message(
        N_("%(days)s; at most %(items)s items a quarter"),
        {"days": Message(text, values), "items": f"{team.items:g}"},
    )


def _written(numbers: Sequence[float]) -> str:
    return " · ".join(f"{number:.15g}" for number in numbers)


def freeze_words(labels: Labels, freeze: Freeze) -> Message:
    """A quarter with fewer days."""
    return Message(
        N_("%(team)s: %(share)s %% of the days in %(quarter)s"),
        {
            "team": team_name(labels, freeze.pool),
            "share": f"{100 * freeze.share:g}",
            "quarter": quarter_words(freeze.quarter),
        },
    )


def rule_words(labels: Labels, rule: Rule) -> Message:
    """What the planner set for one work item."""
    return Message(
        _RULES[rule.order], {"item": item_name(labels, rule.item), "quarter": quarter_words(rule.quarter)}
    )


def goal_words(labels: Labels, goal: Goal) -> Message:
    """A target, with its denominator."""
    values: dict[str, Any] = {
        "level": str(goal.level),
        "quarter": quarter_words(goal.by),
        "counted": Message(COUNTED[goal.of]),
        "place": _place(labels, goal),
    }
    if goal.share is not None:
        text = N_("%(share)s %% of %(counted)s%(place)s at level %(level)s or above by %(quarter)s")
        return Message(text, {**values, "share": f"{100 * goal.share:g}"})
    text = N_("%(count)s of %(counted)s%(place)s at level %(level)s or above by %(quarter)s")
    return Message(text, {**values, "count": int(goal.count or 0)})


def set_by_hand(labels: Labels, asked: PlanRequest) -> tuple[Message, ...]:
    """Everything of a scenario beyond its main figures, one sentence each."""
    said = [
        *(team_words(labels, each) for each in asked.teams),
        *(freeze_words(labels, each) for each in asked.freezes),
        *(rule_words(labels, each) for each in asked.rules),
    ]
    goals = (
        Message(
            N_("Target: %(goal)s (%(strict)s)."),
            {"goal": goal_words(labels, each), "strict": strictness(each)},
        )
        for each in asked.goals
    )
    return (*(Message(N_("Set by the planner: %(what)s."), {"what": each}) for each in said), *goals)


def _place(labels: Labels, goal: Goal) -> Any:
    if goal.agency and goal.field:
        return Message(
            N_(" of %(agency)s in the field %(field)s"),
            {"agency": _named(labels.agencies, goal.agency), "field": _named(labels.fields, goal.field)},
        )
    if goal.agency:
        return Message(N_(" of %(agency)s"), {"agency": _named(labels.agencies, goal.agency)})
    if goal.field:
        return Message(N_(" in the field %(field)s"), {"field": _named(labels.fields, goal.field)})
    return ""


def strictness(goal: Goal) -> Message:
    """Whether the plan has to meet a target."""
    if goal.weight is None:
        return Message(N_("must be met"))
    return Message(
        N_("as far as possible; each missing offering counts like %(weight)s trips"),
        {"weight": int(goal.weight) if goal.weight == int(goal.weight) else f"{goal.weight:g}"},
    )


class Difference(msgspec.Struct, frozen=True):
    """One input in which scenarios differ: its name and what each of them has, empty for nothing."""

    name: Message
    values: tuple[tuple[Message, ...], ...]


_FIGURES: Final = (
    ("central_days", N_("Person-days a quarter of the central team")),
    ("body_days", N_("Person-days a quarter of each city body")),
    ("ward_days", N_("Person-days a quarter of each ward or commune")),
    ("budget", N_("Budget of the whole plan, in dong")),
    ("seconds", N_("Seconds of computing at most")),
)


def differences(asked: Sequence[PlanRequest], labels: Labels) -> tuple[Difference, ...]:
    """Every input that is not the same in all of these scenarios."""
    rows: list[tuple[Message, list[tuple[Message, ...]]]] = [
        (Message(N_("For")), [(_scope(labels, each),) for each in asked]),
        (Message(N_("First quarter")), [(quarter_words(each.first_quarter),) for each in asked]),
        (Message(N_("Number of quarters")), [(_figure(each.quarters),) for each in asked]),
    ]
    for name, words in _FIGURES:
        rows.append((Message(words), [(_figure(getattr(each, name)),) for each in asked]))
    rows.append((Message(N_("What to aim for")), [(Message(AIMS[each.aim]),) for each in asked]))
    for words, said in (
        (N_("Days of single teams"), [[team_words(labels, t) for t in each.teams] for each in asked]),
        (N_("Holidays and freezes"), [[freeze_words(labels, f) for f in each.freezes] for each in asked]),
        (N_("Work set by hand"), [[rule_words(labels, r) for r in each.rules] for each in asked]),
        (N_("Targets"), [[goal_words(labels, g) for g in each.goals] for each in asked]),
    ):
        rows.append((Message(words), [tuple(each) for each in said]))
    return tuple(
        Difference(name, tuple(values))
        for name, values in rows
        if any(value != values[0] for value in values[1:])
    )


def _scope(labels: Labels, asked: PlanRequest) -> Message:
    if not asked.agency:
        return Message(N_("The whole city"))
    return Message("%(name)s", {"name": _named(labels.agencies, asked.agency)})


def _figure(number: float | None) -> Message:
    if number is None:
        return Message(N_("no limit"))
    return Message("%(number)s", {"number": int(number) if number == int(number) else f"{number:g}"})


def cause_in_names(labels: Labels, asked: PlanRequest, cause: Message) -> Message:
    """Why there is no plan, with names in the place of ids: targets are `goal 1`, `goal 2` and so on."""
    values = dict(cause.params)
    id = str(values.get("id", ""))
    number = id.removeprefix("goal ")
    if number.isdigit() and 1 <= int(number) <= len(asked.goals):
        values["id"] = Message(N_("“%(text)s”"), {"text": goal_words(labels, asked.goals[int(number) - 1])})
    elif id:
        values["id"] = item_name(labels, id)
    if "quarter" in values:
        values["quarter"] = quarter_words(str(values["quarter"]))
    values.update(
        {name: number_words(str(values[name])) for name in ("wanted", "most", "days") if name in values}
    )
    if "pools" in values:
        values["pools"] = _teams_listed(labels, str(values["pools"]).split(", "))
    return Message(cause.text, values)


def _teams_listed(labels: Labels, pools: Sequence[str]) -> Message:
    pool, _, days = pools[0].partition(": ")
    first = Message(N_("%(team)s: %(days)s"), {"team": team_name(labels, pool), "days": number_words(days)})
    if len(pools) == 1:
        return first
    return Message(N_("%(first)s; %(rest)s"), {"first": first, "rest": _teams_listed(labels, pools[1:])})
