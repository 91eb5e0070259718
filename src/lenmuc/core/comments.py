"""Comments at a criterion: what may be said, and who may say it where."""

from lenmuc.core.answers import Identity, Target
from lenmuc.core.errors import N_, Fault, fault
from lenmuc.core.text import forbidden

COMMENT_LIMIT = 4_000


def may_comment(who: Identity, target: Target) -> bool:
    """Planners anywhere; staff and leads where it is about their own agency."""
    return who.role == "planner" or (who.of_agency and bool(who.agency) and target.agency == who.agency)


def comment_faults(text: str) -> list[Fault]:
    """What is wrong with a comment; empty when it can be stored."""
    if not text:
        return [fault("text", N_("Write the comment first."))]
    if len(text) > COMMENT_LIMIT:
        return [fault("text", N_("Shorten the comment to %(limit)s characters."), limit=COMMENT_LIMIT)]
    bad = forbidden(text)
    if bad:
        return [fault("text", N_("The text holds a character that cannot be stored: %(char)s."), char=bad)]
    return []
