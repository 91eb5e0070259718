"""Reasons in plain words: a sentence to translate (English source text) and its values."""

import math

from lenmuc.core.errors import N_, Message
from lenmuc.core.roadmap.explain import (
    AsApproved,
    CostsTooMuch,
    DoesNotFit,
    Done,
    Excluded,
    Moved,
    NeedsExcluded,
    NoDaysLeft,
    NoMoneyLeft,
    NoPlaceLeft,
    NotBefore,
    Pinned,
    Reason,
    ServesNothing,
    Start,
    TooLate,
    TooManyItems,
    WaitsFor,
)
from lenmuc.core.roadmap.problem import Problem


def needed_days(number: float) -> str:
    """Person-days that work takes, to a hundredth, rounded up."""
    return f"{math.ceil(number * 100 - 1e-6) / 100:.2f}".rstrip("0").removesuffix(".")


def left_days(number: float) -> str:
    """Person-days that are left, to a hundredth, rounded down: what is too little never reads as enough."""
    return f"{math.floor(number * 100 + 1e-6) / 100:.2f}".rstrip("0").removesuffix(".")


def in_words(problem: Problem, reason: Reason) -> Message:
    """One plain sentence for a reason. `item`, `upgrade` and `pool` are ids: the page puts names in their
    place.
    """
    names = problem.quarters
    match reason:
        case Start():
            return Message(N_("It is done in the first quarter of the plan: it cannot be earlier."))
        case WaitsFor(item, quarter):
            return Message(
                N_("It waits for %(item)s, which is finished in %(quarter)s."),
                {"item": item, "quarter": names[quarter]},
            )
        case NotBefore(quarter):
            return Message(N_("It may not be finished before %(quarter)s."), {"quarter": names[quarter]})
        case Done():
            return Message(N_("It was finished before this plan begins."))
        case Pinned(quarter):
            return Message(N_("The planner set it to %(quarter)s."), {"quarter": names[quarter]})
        case AsApproved(quarter):
            return Message(
                N_("It stays in %(quarter)s, as in the approved plan."), {"quarter": names[quarter]}
            )
        case Moved(was):
            return Message(
                N_("It is moved: the approved plan has it in %(quarter)s."), {"quarter": names[was]}
            )
        case NoMoneyLeft(budget, quarter, left, needed):
            return Message(
                N_("It costs %(needed)s; up to %(quarter)s, the budget %(budget)s has only %(left)s left."),
                {
                    "needed": needed_days(needed),
                    "quarter": names[quarter],
                    "budget": budget,
                    "left": left_days(left),
                },
            )
        case NoPlaceLeft(pool, quarter, most):
            return Message(
                N_("Up to %(quarter)s, %(pool)s may finish %(most)s items, and it finishes as many."),
                {"quarter": names[quarter], "pool": pool, "most": left_days(most)},
            )
        case NoDaysLeft(pool, quarter, left, needed, kind) if kind:
            return Message(
                N_(
                    "It takes %(needed)s person-days of %(kind)s; up to %(quarter)s, %(pool)s has only "
                    "%(left)s of them left."
                ),
                {
                    "needed": needed_days(needed),
                    "quarter": names[quarter],
                    "pool": pool,
                    "left": left_days(left),
                    "kind": kind,
                },
            )
        case NoDaysLeft(pool, quarter, left, needed):
            return Message(
                N_("It takes %(needed)s person-days; up to %(quarter)s, %(pool)s has only %(left)s left."),
                {
                    "needed": needed_days(needed),
                    "quarter": names[quarter],
                    "pool": pool,
                    "left": left_days(left),
                },
            )
        case Excluded():
            return Message(N_("The planner left it out."))
        case NeedsExcluded(upgrade, item):
            return Message(
                N_("%(upgrade)s also needs %(item)s, which the planner left out."),
                {"upgrade": upgrade, "item": item},
            )
        case CostsTooMuch(upgrade, budget, left, needed):
            return Message(
                N_(
                    "There is no money for it: the work still missing for %(upgrade)s costs %(needed)s, the "
                    "budget %(budget)s has %(left)s left in the whole plan."
                ),
                {
                    "upgrade": upgrade,
                    "needed": needed_days(needed),
                    "budget": budget,
                    "left": left_days(left),
                },
            )
        case TooManyItems(upgrade, pool, left, needed):
            return Message(
                N_(
                    "%(upgrade)s still lacks %(needed)s items of %(pool)s, which may finish only %(left)s "
                    "more in the whole plan."
                ),
                {"upgrade": upgrade, "needed": needed_days(needed), "pool": pool, "left": left_days(left)},
            )
        case DoesNotFit(upgrade, pool, left, needed, kind) if kind:
            return Message(
                N_(
                    "It does not fit: the work still missing for %(upgrade)s takes %(needed)s person-days of "
                    "%(kind)s in %(pool)s, which has %(left)s of them left in the whole plan."
                ),
                {
                    "upgrade": upgrade,
                    "needed": needed_days(needed),
                    "pool": pool,
                    "left": left_days(left),
                    "kind": kind,
                },
            )
        case DoesNotFit(upgrade, pool, left, needed):
            return Message(
                N_(
                    "It does not fit: the work still missing for %(upgrade)s takes %(needed)s person-days "
                    "of %(pool)s, which has %(left)s left in the whole plan."
                ),
                {"upgrade": upgrade, "needed": needed_days(needed), "pool": pool, "left": left_days(left)},
            )
        case TooLate(upgrade, item):
            return Message(
                N_("%(upgrade)s also needs %(item)s, which cannot be finished within the plan."),
                {"upgrade": upgrade, "item": item},
            )
        case ServesNothing():
            return Message(N_("No service of this plan needs it."))
