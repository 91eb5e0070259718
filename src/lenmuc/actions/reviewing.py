"""A submitted checklist returned or verified by somebody who did not answer it."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from lenmuc.actions import mail
from lenmuc.actions.cases import (
    CHANGED,
    GONE,
    Case,
    Verdict,
    finished,
    must_be_as_seen,
    open_case,
    open_review,
    proposals,
)
from lenmuc.actions.proposals import DECISIONS, settle_one
from lenmuc.core.answers import Identity, Target
from lenmuc.core.checklists import Scheme
from lenmuc.core.errors import N_, Conflict, NotAllowed, NotFound, Refused, fault
from lenmuc.core.reviews import (
    ReviewRules,
    Verifier,
    holds_until,
    remark_faults,
    status,
    taken,
    verifier,
    why_not_verify,
)
from lenmuc.core.text import clean_text
from lenmuc.store import answers as answers_store
from lenmuc.store import reviews as reviews_store
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection
from lenmuc.store.reviews import Review, Waiting

_NO_REMARK = N_("Write at least one remark at a criterion, so that the agency knows what to mend.")
_REMARKS_STAND = N_("A checklist with remarks is returned, not verified. Return it, or take the remarks out.")
_UNDECIDED = N_("Accept that it does not apply, or return the checklist.")
_DECLINED = N_("What you do not accept goes back to the agency: say why, and return it.")
_TOO_LOW = N_(
    "The answers support level %(level)s, but level %(claimed)s was submitted. Return the checklist."
)


async def leads_who_may(conn: Connection, scheme: Scheme, id: int) -> Waiting | None:
    """The submission as the inbox knows it, `None` when it does not wait."""
    return await reviews_store.waiting_one(conn, scheme.id, id)


async def must_review(
    conn: Connection,
    scheme: Scheme,
    who: Identity,
    review: Review,
    rests_on: tuple[str, ...],
    rules: ReviewRules,
) -> Verifier:
    """Raise `NotAllowed` with the reason when `who` may not decide this review; else who verifies it."""
    wanted, why = await judge(conn, scheme, who, review, rests_on, rules)
    if why:
        raise NotAllowed(why)
    return wanted


async def judge(
    conn: Connection,
    scheme: Scheme,
    who: Identity,
    review: Review,
    rests_on: tuple[str, ...],
    rules: ReviewRules,
) -> tuple[Verifier, str]:
    """Who verifies a submission, and the sentence why `who` may not; empty when they may."""
    waits = await leads_who_may(conn, scheme, review.id)
    wanted = verifier(waits.filings, waits.leads, rules) if waits else "planner"
    carried = tuple({*review.rests_on, *rests_on})
    own = await reviews_store.own_answers(conn, int(who.person or 0), carried, review.agency, review.service)
    return wanted, why_not_verify(who, review.agency, wanted, review.submitted_by, own)


async def _decide(
    conn: Connection, schemes: Sequence[Scheme], who: Identity, case: Case, review: Review, verdict: Verdict
) -> None:
    """Accept or decline proposals, each with its levels and its line in the audit log."""
    waiting = {answer.criterion: answer for answer in proposals(case, schemes[0])}
    for criterion, decision in verdict.decisions.items():
        answer = waiting.get(criterion)
        if answer is None or decision not in DECISIONS:
            raise Conflict(CHANGED)
        await settle_one(conn, schemes, who, answer, decision)


async def _begin(
    conn: Connection, scheme: Scheme, who: Identity, id: int, verdict: Verdict, rules: ReviewRules
) -> tuple[Case, Review]:
    """Hold what the verdict is about, and see that it is what the reviewer saw and may decide."""
    known = await reviews_store.find_review(conn, id)
    if known is None or known.scheme != scheme.id or (who.of_agency and who.agency != known.agency):
        raise NotFound(GONE)
    # Decisions may reach other agencies, so they take the wide lock before the narrow one.
    wide = Target() if verdict.decisions else Target(known.agency, known.service)
    await answers_store.lock(conn, wide)
    await reviews_store.lock_review(conn, known.service, known.agency, scheme.id)
    case, review = await open_review(conn, scheme, who, id)
    must_be_as_seen(case, verdict.version)
    await must_review(conn, scheme, who, review, case.claim.rests_on, rules)
    return case, review


def cleaned(verdict: Verdict, scheme: Scheme) -> Verdict:
    """The verdict as it is stored: texts trimmed, empty remarks dropped. Raises `Refused`."""
    remarks = {criterion: clean_text(text) for criterion, text in verdict.remarks.items()}
    remarks = {criterion: text for criterion, text in remarks.items() if text}
    if any(criterion not in scheme.index for criterion in (*remarks, *verdict.decisions)):
        raise NotFound(N_("There is no such criterion in this scheme."))
    faults = remark_faults(remarks)
    if faults:
        raise Refused(faults)
    return msgspec.structs.replace(verdict, remarks=remarks)


async def send_back(
    db: Database,
    schemes: Sequence[Scheme],
    who: Identity,
    id: int,
    verdict: Verdict,
    today: dt.date,
    rules: ReviewRules,
) -> Review:
    """Return a submission with remarks at its criteria. The first of `schemes` is what was reviewed.

    Raises `NotFound`, `NotAllowed`, `Refused` without a remark, or `Conflict` when it is not what was seen.
    """
    scheme = schemes[0]
    verdict = cleaned(verdict, scheme)
    async with db.transaction(who) as conn:
        case, review = await _begin(conn, scheme, who, id, verdict, rules)
        state = taken(status(case.standing, today, rules), "return")
        if not verdict.remarks:
            raise Refused([fault("remark", _NO_REMARK)])
        for criterion, decision in verdict.decisions.items():
            if decision == "declined" and criterion not in verdict.remarks:
                raise Refused([fault(f"remark-{criterion}", N_("Say why you do not accept it."))])
        await _decide(conn, schemes, who, case, review, verdict)
        await reviews_store.settle_remarks(conn, id, verdict.settled)
        await reviews_store.add_remarks(conn, id, review.agency, int(who.person), verdict.remarks)
        await reviews_store.set_state(conn, id, state)
        after = await finished(conn, scheme, int(who.person), "review returned", case, verdict)
        await mail.tell_decided(conn, after, "returned", int(who.person))
        return after


async def check_verdict(
    db: Database,
    scheme: Scheme,
    who: Identity,
    id: int,
    verdict: Verdict,
    today: dt.date,
    rules: ReviewRules,
) -> Case:
    """The case as it stands, when `verify` would take the verdict. Raises as `verify` does; writes
    nothing.
    """
    verdict = cleaned(verdict, scheme)
    async with db.transaction(who, read_only=True) as conn:
        case, review = await open_review(conn, scheme, who, id)
        must_be_as_seen(case, verdict.version)
        await must_review(conn, scheme, who, review, case.claim.rests_on, rules)
        taken(status(case.standing, today, rules), "verify")
        _must_be_decided(case, scheme, verdict)
        return case


def _must_be_decided(case: Case, scheme: Scheme, verdict: Verdict) -> None:
    if verdict.remarks:
        raise Refused([fault("remark", _REMARKS_STAND)])
    undecided = set(case.claim.proposals) - verdict.decisions.keys()
    if undecided:
        first = next(answer.criterion for answer in proposals(case, scheme) if answer.criterion in undecided)
        raise Refused([fault(f"decide-{first}", _UNDECIDED)])
    declined = [criterion for criterion, decision in verdict.decisions.items() if decision == "declined"]
    if declined:
        raise Refused([fault(f"remark-{declined[0]}", _DECLINED)])


async def verify(
    db: Database,
    schemes: Sequence[Scheme],
    who: Identity,
    id: int,
    verdict: Verdict,
    today: dt.date,
    rules: ReviewRules,
) -> Review:
    """Verify the level that the answers support; accepted proposals count from now on.

    The first of `schemes` is what was reviewed; levels move by all of them.

    Raises `NotFound`, `NotAllowed` (own answers, somebody else's to verify), `Refused` (remarks, undecided
    proposals, a level below the claim), or `Conflict` when it is not what was seen.
    """
    scheme = schemes[0]
    verdict = cleaned(verdict, scheme)
    async with db.transaction(who) as conn:
        case, review = await _begin(conn, scheme, who, id, verdict, rules)
        state = taken(status(case.standing, today, rules), "verify")
        _must_be_decided(case, scheme, verdict)
        await _decide(conn, schemes, who, case, review, verdict)
        now = await open_case(conn, scheme, review.service, review.agency)
        level = now.offering.level
        if not level or level < review.level:
            text = _TOO_LOW
            raise Refused([fault("", text, level=level, claimed=review.level)])
        carried = scheme.up_to(level) & ~case.settled.not_applicable
        rests_on = tuple(criterion.id for criterion in scheme.members(carried))
        await reviews_store.settle_remarks(conn, id)
        until = holds_until(today, rules, now.expiries(rests_on))
        await reviews_store.verify(conn, id, state, level, rests_on, int(who.person), until)
        after = await finished(conn, scheme, int(who.person), "review verified", case, verdict)
        await mail.tell_decided(conn, after, "verified", int(who.person))
        return after
