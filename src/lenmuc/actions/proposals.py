"""“Does not apply” decided by somebody who did not say it: with a review, or by itself."""

from collections.abc import Sequence

import msgspec

from lenmuc.actions import mail
from lenmuc.actions.levels import Progress, recompute, unseen
from lenmuc.core.answers import Answer, Identity, Target
from lenmuc.core.checklists import Scheme
from lenmuc.core.comments import comment_faults
from lenmuc.core.deeds import Action
from lenmuc.core.errors import N_, Conflict, NotAllowed, Refused, fault
from lenmuc.core.reviews import may_decide
from lenmuc.core.text import clean_text
from lenmuc.store import answers as answers_store
from lenmuc.store import audit as audit_store
from lenmuc.store import comments as comments_store
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection

_DEEDS: dict[str, Action] = {"accepted": "not applicable accepted", "declined": "not applicable declined"}
DECISIONS = tuple(_DEEDS)
_MOVED = N_("This answer was changed or decided since you opened the page. Look at it again, then decide.")


class Decision(msgspec.Struct, frozen=True):
    """What is decided: the answer at `target` in the version that was seen, and why it is declined."""

    criterion: str
    target: Target
    version: int
    decision: str
    reason: str = ""


async def settle_one(
    conn: Connection,
    schemes: Sequence[Scheme],
    who: Identity,
    answer: Answer,
    decision: str,
    progress: Progress = unseen,
) -> None:
    """Accept or decline one proposal, with its levels, its mail and its line in the audit log.

    The transaction holds `answers_store.lock` for it. Raises `NotAllowed` for one's own answer, and for one
    that stands for other agencies too when `who` is no planner.
    """
    if not may_decide(who, answer):
        raise NotAllowed(N_("This answer stands for other agencies too. A planner has to decide it."))
    if not await answers_store.decide(conn, answer, decision, int(who.person)):
        raise NotAllowed(N_("Nobody decides on an answer of their own."))
    await mail.tell_answered(conn, answer, decision)
    if decision == "accepted":
        cause = f"accepted {answer.criterion}"
        await recompute(conn, schemes, answer.target, cause, answer.criterion, progress)
    await audit_store.record(
        conn,
        person=int(who.person),
        agency=answer.agency,
        action=_DEEDS[decision],
        target=audit_store.of_answer(answer.criterion, answer.target),
        before=answer,
        after=await answers_store.find_answer(conn, answer.criterion, answer.target),
    )


async def decide_alone(
    db: Database, schemes: Sequence[Scheme], who: Identity, wanted: Decision, progress: Progress = unseen
) -> None:
    """Decide a proposal outside a review: a criterion of any scheme, at any scope.

    The reason for declining stands as a comment at the criterion. Raises `Refused` without one, `Conflict`
    when the answer is not what was seen, `NotAllowed` as `settle_one` does.
    """
    reason = clean_text(wanted.reason)
    if wanted.decision not in DECISIONS:
        raise Refused([fault("decision", N_("Accept it or decline it."))])
    if wanted.decision == "declined":
        if not reason:
            raise Refused([fault("reason", N_("Say why you do not accept it."))])
        faults = comment_faults(reason)
        if faults:
            raise Refused([fault("reason", each.message.text, **each.message.params) for each in faults])
    async with db.transaction(who) as conn:
        await answers_store.lock(conn, wanted.target)
        answer = await answers_store.find_answer(conn, wanted.criterion, wanted.target)
        if answer is None or (answer.version, answer.counts_as, answer.decision) != (
            wanted.version,
            "proposed",
            "",
        ):
            raise Conflict(_MOVED)
        await settle_one(conn, schemes, who, answer, wanted.decision, progress)
        if reason:
            person = int(who.person)
            await comments_store.add_comment(conn, wanted.criterion, wanted.target, reason, person)
