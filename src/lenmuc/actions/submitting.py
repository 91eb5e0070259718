"""A checklist submitted to review, and withdrawn, by its agency."""

import datetime as dt

from lenmuc.actions import mail
from lenmuc.actions.cases import CHANGED, GONE, Case, finished, must_be_as_seen, open_case
from lenmuc.core.answers import Identity, Target
from lenmuc.core.checklists import Scheme
from lenmuc.core.errors import N_, Conflict, Fault, NotAllowed, NotFound, Refused, fault
from lenmuc.core.reviews import ReviewRules, may_submit, status, taken, undone, verifier
from lenmuc.store import answers as answers_store
from lenmuc.store import reviews as reviews_store
from lenmuc.store.database import Database
from lenmuc.store.reviews import Review

_NO_LEVEL = N_("Level 1 is not reached, so there is nothing to verify yet. Answer what is missing first.")


def submit_faults(case: Case) -> list[Fault]:
    """Why a checklist cannot be submitted; empty when it can."""
    if not case.claim.level:
        return [fault("", _NO_LEVEL)]
    return []


async def submit(
    db: Database,
    scheme: Scheme,
    who: Identity,
    person: int,
    service: str,
    seen: int,
    today: dt.date,
    rules: ReviewRules,
) -> Review:
    """Send the checklist of the own agency to review.

    Raises `NotFound`, `NotAllowed`, `Refused`, or `Conflict` when the review moved since `seen` was read.
    """
    agency = who.agency
    if not may_submit(who, agency):
        raise NotAllowed(N_("The staff of an agency submit its checklists."))
    async with db.transaction(who) as conn:
        await answers_store.lock(conn, Target(agency, service))
        await reviews_store.lock_review(conn, service, agency, scheme.id)
        case = await open_case(conn, scheme, service, agency)
        must_be_as_seen(case, seen)
        state = taken(status(case.standing, today, rules), "submit")
        faults = submit_faults(case)
        if faults:
            raise Refused(faults)
        claimed = case.claim
        if case.review:
            await reviews_store.submit_again(
                conn, case.review.id, state, claimed.level, claimed.rests_on, person
            )
        elif not await reviews_store.first_submission(
            conn, (service, agency, scheme.id), state, claimed.level, claimed.rests_on, person
        ):
            raise Conflict(CHANGED)
        after = await finished(conn, scheme, person, "review submitted", case)
        waits = await reviews_store.waiting_one(conn, scheme.id, after.id)
        wanted = verifier(waits.filings, waits.leads, rules) if waits else "planner"
        await mail.tell_submitted(conn, after, wanted)
        return after


async def withdraw(
    db: Database,
    scheme: Scheme,
    who: Identity,
    person: int,
    service: str,
    seen: int,
    today: dt.date,
    rules: ReviewRules,
) -> Review:
    """Take a submission of the own agency back. Raises as `submit` does."""
    agency = who.agency
    if not may_submit(who, agency):
        raise NotAllowed(N_("The staff of an agency submit its checklists."))
    async with db.transaction(who) as conn:
        await reviews_store.lock_review(conn, service, agency, scheme.id)
        case = await open_case(conn, scheme, service, agency)
        must_be_as_seen(case, seen)
        taken(status(case.standing, today, rules), "withdraw")
        if case.review is None:
            raise NotFound(GONE)
        await reviews_store.set_state(conn, case.review.id, undone(case.standing))
        return await finished(conn, scheme, person, "review withdrawn", case)
