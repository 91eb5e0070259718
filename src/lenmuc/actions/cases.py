"""An offering with its checklist and its review: what every step of a review begins and ends with."""

import datetime as dt
from collections.abc import Iterable, Mapping

import msgspec

from lenmuc.actions.levels import decides_levels
from lenmuc.core.answers import Answer, Effective, Identity
from lenmuc.core.checklists import Scheme
from lenmuc.core.deeds import Action
from lenmuc.core.errors import N_, Conflict, NotFound
from lenmuc.core.readiness import ServiceFacts, effective, settle
from lenmuc.core.reviews import Claim, Standing, claim
from lenmuc.core.services import Service, facts
from lenmuc.store import answers as answers_store
from lenmuc.store import audit as audit_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store import reviews as reviews_store
from lenmuc.store.offerings import Offering
from lenmuc.store.queries import Connection
from lenmuc.store.reviews import Remark, Review

CHANGED = N_("This checklist has changed since you opened it. Look at it again, then decide.")
GONE = N_("There is no such review.")


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

    def expiries(self, rests_on: Iterable[str]) -> tuple[dt.date, ...]:
        """The last days of the evidence of the answers that carry a level."""
        carried = (self.found[criterion].answer for criterion in rests_on)
        pieces = (piece for answer in carried if answer is not None for piece in answer.pieces)
        return tuple(piece.expires for piece in pieces if piece.expires is not None)

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
        raise NotFound(GONE)
    return await open_case(conn, scheme, review.service, review.agency), review


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


def must_be_as_seen(case: Case, seen: int) -> None:
    """Raise `Conflict` when the review moved since its version `seen` was read."""
    if case.version != seen:
        raise Conflict(CHANGED)


async def _audit(
    conn: Connection,
    person: int,
    action: Action,
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


async def finished(
    conn: Connection, scheme: Scheme, person: int, action: Action, case: Case, verdict: Verdict | None = None
) -> Review:
    """The review after a step, which has its line in the audit log now."""
    after = await reviews_store.review_of(conn, case.offering.service, case.offering.agency, scheme.id)
    if after is None:
        raise NotFound(GONE)
    await _audit(conn, person, action, case, after, verdict)
    return after
