"""Reasons in plain words: a sentence to translate (English source text) and its values."""

import math

from lenmuc.core.errors import N_, Message
from lenmuc.core.roadmap.explain import (
    DoesNotFit,
    NoDaysLeft,
    NotBefore,
    Reason,
    ServesNothing,
    Start,
    TooLate,
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
