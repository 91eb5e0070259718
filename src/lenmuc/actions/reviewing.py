"""Review of a checklist: submitted and withdrawn by its agency, returned or verified by somebody else."""

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec

from lenmuc.actions.levels import decides_levels, recompute
from lenmuc.core.answers import Answer, Effective, Identity, Target
from lenmuc.core.checklists import Scheme
from lenmuc.core.errors import N_, Conflict, Fault, NotAllowed, NotFound, Refused, fault
from lenmuc.core.readiness import ServiceFacts, effective, settle
from lenmuc.core.reviews import (
    Claim,
    ReviewRules,
    Standing,
    Status,
    Verifier,
    claim,
    facts_touch,
    holds_until,
    may_decide,
    may_submit,
    remark_faults,
    status,
    taken,
    undone,
    verifier,
    why_not_verify,
)
from lenmuc.core.services import Service, facts
from lenmuc.core.text import clean_text
from lenmuc.store import answers as answers_store
from lenmuc.store import audit as audit_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store import reviews as reviews_store
from lenmuc.store.database import Database
from lenmuc.store.offerings import Offering
from lenmuc.store.queries import Connection
from lenmuc.store.reviews import Remark, Review, Waiting

_GONE = N_("There is no such review.")
_CHANGED = N_("This checklist has changed since you opened it. Look at it again, then decide.")
_NO_REMARK = N_("Write at least one remark at a criterion, so that the agency knows what to mend.")
_REMARKS_STAND = N_("A checklist with remarks is returned, not verified. Return it, or take the remarks out.")
_UNDECIDED = N_("Accept that it does not apply, or return the checklist.")
_DECLINED = N_("What you do not accept goes back to the agency: say why, and return it.")
_TOO_LOW = N_(
    "The answers support level %(level)s, but level %(claimed)s was submitted. Return the checklist."
)
_NO_LEVEL = N_("Level 1 is not reached, so there is nothing to verify yet. Answer what is missing first.")


class Case(msgspec.Struct, frozen=True):
    """An offering with its checklist and its review; `review` is `None` while nobody has submitted it."""

    service: Service
    offering: Offering
    settled: ServiceFacts
    found: Mapping[str, Effective]
    answers: tuple[Answer, ...]
    claim: Claim
    review: Review | None
    remarks: tuple[Remark, ...]

    @property
    def standing(self) -> Standing:
        """What its status follows from."""
        return self.review.standing(self.offering.level) if self.review else Standing(self.offering.level)

    @property
    def version(self) -> int:
        """The version that a step has to name; 0 while there is no review."""
        return self.review.version if self.review else 0


class Verdict(msgspec.Struct, frozen=True):
    """What a reviewer sends: remarks by criterion, decisions (accepted, declined) on proposals by criterion,
    numbers of remarks that are settled, and the version that was seen.
    """

    version: int
    remarks: Mapping[str, str] = {}
    decisions: Mapping[str, str] = {}
    settled: tuple[int, ...] = ()


async def open_case(conn: Connection, scheme: Scheme, service: str, agency: str) -> Case:
    """The case of one offering. Raises `NotFound` when there is no such offering."""
    record = await catalogue_store.find_service(conn, service)
    offering = await offerings_store.offering_of(conn, service, agency)
    if record is None or offering is None:
        raise NotFound(N_("There is no such service or agency."))
    answers = await answers_store.answers_reaching(conn, agency, service)
    settled = settle(scheme, facts(record))
    found = effective(scheme, settled, answers)
    review = await reviews_store.review_of(conn, service, agency, scheme.id)
    remarks = await reviews_store.remarks_of(conn, review.id) if review else []
    claimed = claim(scheme, settled, found)
    return Case(record, offering, settled, found, tuple(answers), claimed, review, tuple(remarks))


async def open_review(conn: Connection, scheme: Scheme, who: Identity, id: int) -> tuple[Case, Review]:
    """The case behind a review. Raises `NotFound` when there is none, or it is another agency's."""
    review = await reviews_store.find_review(conn, id)
    if review is None or review.scheme != scheme.id or (who.of_agency and who.agency != review.agency):
        raise NotFound(_GONE)
    return await open_case(conn, scheme, review.service, review.agency), review


async def leads_who_may(conn: Connection, scheme: Scheme, id: int) -> Waiting | None:
    """The submission as the inbox knows it, `None` when it does not wait."""
    return await reviews_store.waiting_one(conn, scheme.id, id)


def submit_faults(case: Case) -> list[Fault]:
    """Why a checklist cannot be submitted; empty when it can."""
    if not case.claim.level:
        return [fault("", _NO_LEVEL)]
    return []


def _wanted_version(case: Case, seen: int) -> None:
    if case.version != seen:
        raise Conflict(_CHANGED)


async def _audit(
    conn: Connection,
    person: int,
    action: str,
    case: Case,
    after: Review | None,
    verdict: Verdict | None = None,
) -> None:
    said = {"review": after, "verdict": verdict} if verdict else after
    await audit_store.record(
        conn,
        person=person,
        agency=case.offering.agency,
        action=action,
        target=f"{case.offering.service} {case.offering.agency}",
        before=case.review,
        after=said,
    )


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
        _wanted_version(case, seen)
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
            raise Conflict(_CHANGED)
        return await _done(conn, scheme, person, "review submitted", case)


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
        _wanted_version(case, seen)
        taken(status(case.standing, today, rules), "withdraw")
        if case.review is None:
            raise NotFound(_GONE)
        await reviews_store.set_state(conn, case.review.id, undone(case.standing))
        return await _done(conn, scheme, person, "review withdrawn", case)


async def _done(
    conn: Connection, scheme: Scheme, person: int, action: str, case: Case, verdict: Verdict | None = None
) -> Review:
    after = await reviews_store.review_of(conn, case.offering.service, case.offering.agency, scheme.id)
    if after is None:
        raise NotFound(_GONE)
    await _audit(conn, person, action, case, after, verdict)
    return after


def proposals(case: Case, scheme: Scheme) -> tuple[Answer, ...]:
    """The answers "does not apply" of defining criteria that nobody has decided, in the order of the
    scheme.
    """
    open_ = (case.found[criterion.id] for criterion in scheme.criteria if decides_levels(criterion))
    return tuple(
        here.answer
        for here in open_
        if here.value == "proposed" and here.answer is not None and not here.answer.decision
    )


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
    conn: Connection, schemes: Sequence[Scheme], who: Identity, case: Case, verdict: Verdict
) -> None:
    """Accept or decline proposals, each with its levels and its line in the audit log."""
    waiting = {answer.criterion: answer for answer in proposals(case, schemes[0])}
    for criterion, decision in verdict.decisions.items():
        answer = waiting.get(criterion)
        if answer is None or decision not in ("accepted", "declined"):
            raise Conflict(_CHANGED)
        if not may_decide(who, answer):
            raise NotAllowed(N_("This answer stands for other agencies too. A planner has to decide it."))
        if not await answers_store.decide(conn, answer, decision, int(who.person)):
            raise NotAllowed(N_("Nobody decides on an answer of their own."))
        if decision == "accepted":
            await recompute(conn, schemes, answer.target, f"accepted {criterion}", criterion)
        await audit_store.record(
            conn,
            person=int(who.person),
            agency=answer.agency,
            action=f"not applicable {decision}",
            target=f"{criterion} {answer.target.scope} {answer.service} {answer.agency}".strip(),
            before=answer,
            after=await answers_store.find_answer(conn, criterion, answer.target),
        )


async def _begin(
    conn: Connection, scheme: Scheme, who: Identity, id: int, verdict: Verdict, rules: ReviewRules
) -> tuple[Case, Review]:
    """Hold what the verdict is about, and see that it is what the reviewer saw and may decide."""
    known = await reviews_store.find_review(conn, id)
    if known is None or known.scheme != scheme.id or (who.of_agency and who.agency != known.agency):
        raise NotFound(_GONE)
    # Decisions may reach other agencies, so they take the wide lock before the narrow one.
    wide = Target() if verdict.decisions else Target(known.agency, known.service)
    await answers_store.lock(conn, wide)
    await reviews_store.lock_review(conn, known.service, known.agency, scheme.id)
    case, review = await open_review(conn, scheme, who, id)
    _wanted_version(case, verdict.version)
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
        await _decide(conn, schemes, who, case, verdict)
        await reviews_store.settle_remarks(conn, id, verdict.settled)
        await reviews_store.add_remarks(conn, id, review.agency, int(who.person), verdict.remarks)
        await reviews_store.set_state(conn, id, state)
        return await _done(conn, scheme, int(who.person), "review returned", case, verdict)


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
        _wanted_version(case, verdict.version)
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
        await _decide(conn, schemes, who, case, verdict)
        now = await open_case(conn, scheme, review.service, review.agency)
        level = now.offering.level
        if not level or level < review.level:
            text = _TOO_LOW
            raise Refused([fault("", text, level=level, claimed=review.level)])
        carried = scheme.up_to(level) & ~case.settled.not_applicable
        rests_on = tuple(criterion.id for criterion in scheme.members(carried))
        await reviews_store.settle_remarks(conn, id)
        await reviews_store.verify(
            conn, id, state, level, rests_on, int(who.person), holds_until(today, rules)
        )
        return await _done(conn, scheme, int(who.person), "review verified", case, verdict)


async def settled_reviews(conn: Connection, scheme: Scheme) -> dict[str, ServiceFacts]:
    """What the records of reviewed services settle, to be compared after another load of the catalogue."""
    codes = await reviews_store.reviewed_services(conn, scheme.id)
    if not codes:
        return {}
    return {
        code: settle(scheme, facts(s))
        for code, s in (await catalogue_store.some_services(conn, codes)).items()
    }


async def note_changed_facts(conn: Connection, scheme: Scheme, before: Mapping[str, ServiceFacts]) -> int:
    """After a load: reviews whose record changed under them are due; how many."""
    after = await settled_reviews(conn, scheme)
    moved = [code for code, was in before.items() if code in after and after[code] != was]
    if not moved:
        return 0
    touched = [
        row["id"]
        for row in await reviews_store.resting_on_facts(conn, scheme.id, moved)
        if facts_touch(scheme, row["rests_on"], before[row["service"]], after[row["service"]])
    ]
    return await reviews_store.facts_changed(conn, touched)


async def statuses(
    conn: Connection,
    scheme: Scheme,
    today: dt.date,
    rules: ReviewRules,
    *,
    service: str = "",
    agency: str = "",
) -> dict[tuple[str, str], Status]:
    """(service, agency) -> status, of what has a review; everything else is self-assessed."""
    found = await reviews_store.standings(conn, scheme.id, service=service, agency=agency)
    return {place: status(standing, today, rules) for place, standing in found.items()}
