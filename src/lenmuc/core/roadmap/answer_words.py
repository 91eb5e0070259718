"""Causes, reliefs, worths and what-ifs in plain words, with ids where the page puts names."""

from lenmuc.core.errors import N_, Message
from lenmuc.core.roadmap.causes import Cause, Demand, Relief
from lenmuc.core.roadmap.day_worth import DayWorth, Exactly
from lenmuc.core.roadmap.explain import Unlocks
from lenmuc.core.roadmap.problem import Move, Problem
from lenmuc.core.roadmap.what_if import Sooner
from lenmuc.core.roadmap.words import left_days, needed_days


def cause_words(problem: Problem, cause: Cause) -> tuple[Message, ...]:
    """One sentence for each demand that clashes, then what would help each target."""
    found = [demand_words(problem, demand) for demand in cause.demands]
    for relief in cause.reliefs:
        found += relief_words(problem, relief)
    return tuple(found)


def demand_words(problem: Problem, demand: Demand) -> Message:
    """What has to hold."""
    values = {"id": demand.id, "quarter": problem.quarters[demand.quarter]}
    if demand.sort == "target":
        return Message(N_("Target %(id)s is to be met by %(quarter)s."), values)
    if demand.sort == "upgrade":
        return Message(N_("%(id)s is to be reached by %(quarter)s."), values)
    return Message(N_("%(id)s is to be finished by %(quarter)s."), values)


def relief_words(problem: Problem, relief: Relief) -> list[Message]:
    """What would be enough for a target, one sentence for each kind of change."""
    found = []
    quarters = {target.id: problem.quarters[target.by] for target in problem.targets}
    if relief.most is not None:
        found.append(
            Message(
                N_(
                    "Target %(id)s: it wants %(wanted)s offerings, at most %(most)s can be there by "
                    "%(quarter)s."
                ),
                {
                    "id": relief.target,
                    "wanted": needed_days(relief.wanted),
                    "most": left_days(relief.most),
                    "quarter": quarters[relief.target],
                },
            )
        )
    if relief.later is not None:
        found.append(
            Message(
                N_("Target %(id)s can be met by %(quarter)s, and not sooner."),
                {"id": relief.target, "quarter": problem.quarters[relief.later]},
            )
        )
    if relief.days:
        found.append(
            Message(
                N_(
                    "Target %(id)s can be met with %(days)s person-days more (%(pools)s), and not with fewer."
                ),
                {
                    "id": relief.target,
                    "days": needed_days(sum(relief.days.values())),
                    "pools": ", ".join(f"{pool}: {needed_days(days)}" for pool, days in relief.days.items()),
                },
            )
        )
    return found


def worth_words(problem: Problem, worth: DayWorth) -> Message:
    """What a person-day more is worth at most."""
    return Message(
        N_(
            "A person-day more of %(pool)s in %(quarter)s is worth at most %(worth)s, if work could be split."
        ),
        {
            "pool": worth.pool,
            "quarter": problem.quarters[worth.quarter],
            "worth": f"{worth.worth:.1f}",
        },
    )


def exact_words(problem: Problem, pool: str, quarter: int, exactly: Exactly) -> Message:
    """What days more bring just now, and how many of them."""
    return Message(
        N_(
            "Each of the next %(days)s person-days of %(pool)s in %(quarter)s brings %(worth)s, if work "
            "could be split."
        ),
        {
            "days": left_days(exactly.days),
            "pool": pool,
            "quarter": problem.quarters[quarter],
            "worth": f"{exactly.worth:.1f}",
        },
    )


def unlock_words(item: str, serves: Unlocks) -> Message:
    """What an item unlocks, and what cannot start without it."""
    return Message(
        N_(
            "%(item)s unlocks %(offerings)s offerings with %(filings)s filings a year; without it %(items)s "
            "items cannot start."
        ),
        {"item": item, "offerings": serves.offerings, "filings": serves.filings, "items": serves.items},
    )


def sooner_words(problem: Problem, sooner: Sooner) -> Message:
    """What it would take to have an item a quarter sooner."""
    values: dict[str, object] = {"item": sooner.item}
    if sooner.quarter >= 0:
        values["quarter"] = problem.quarters[sooner.quarter]
    if not sooner.possible:
        return Message(N_("%(item)s cannot be finished sooner while shared work stands as planned."), values)
    values |= {"loss": f"{max(0.0, sooner.loss):.1f}", "count": len(sooner.displaced)}
    return Message(
        N_("%(item)s by %(quarter)s: it would bring %(loss)s less and put off %(count)s items."), values
    )


def move_words(problem: Problem, move: Move) -> Message:
    """How an item stands against the approved plan."""
    names = problem.quarters
    if move.was is None:
        return Message(N_("%(item)s is new, in %(now)s."), {"item": move.item, "now": names[move.now or 0]})
    if move.now is None:
        return Message(
            N_("%(item)s was planned for %(was)s and is left out."),
            {"item": move.item, "was": names[move.was]},
        )
    return Message(
        N_("%(item)s moves from %(was)s to %(now)s."),
        {"item": move.item, "was": names[move.was], "now": names[move.now]},
    )
