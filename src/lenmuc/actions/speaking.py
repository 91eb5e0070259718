"""What the public says without an account: throttled, stored as said by nobody, decided on and answered."""

import datetime as dt
import secrets
from collections.abc import Awaitable, Callable

import msgspec

from lenmuc.actions.mail import tell_accepted
from lenmuc.core.answers import Identity
from lenmuc.core.corrections import (
    ERASES,
    State,
    Step,
    answer_faults,
    correction_faults,
    decision_faults,
    next_state,
)
from lenmuc.core.deeds import Action
from lenmuc.core.errors import N_, Conflict, NotAllowed, NotFound, Refused
from lenmuc.core.satisfaction import Rating
from lenmuc.core.text import clean_text
from lenmuc.core.throttle import KEY_BYTES, LIMITS, Limit, TooManyPosts, sender
from lenmuc.store import audit as audit_store
from lenmuc.store import corrections as corrections_store
from lenmuc.store import demand as demand_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store import satisfaction as satisfaction_store
from lenmuc.store import throttle as throttle_store
from lenmuc.store.corrections import Correction
from lenmuc.store.database import PROGRAM, PUBLIC, Database, act_as
from lenmuc.store.queries import Connection

_DAY = 24 * 3600
_TWO_PRESSES = 10  # seconds
_DEEDS: dict[State, Action] = {
    "accepted": "correction accepted",
    "refused": "correction refused",
    "withdrawn": "correction withdrawn",
}


async def say(
    db: Database, address: str, today: dt.date, same: Limit, store: Callable[[Connection], Awaitable[None]]
) -> bool:
    """Count a post of this address, for all processes together, and store it, in one transaction.

    False, and nothing stored, when the same was said from there within the time of `same`: two presses of one
    button are one. Raises `TooManyPosts`; a post that is not let in does not count.
    """
    try:
        async with db.transaction(PROGRAM) as conn:
            key = await throttle_store.key_of(conn, today, secrets.token_bytes(KEY_BYTES))
            for limit in (same, *LIMITS):
                counted = await throttle_store.count_post(
                    conn, sender(key, limit.kind, address), limit.seconds
                )
                if counted.posts > limit.posts:
                    raise _Over(limit, counted.left)
            await act_as(conn, PUBLIC)
            await store(conn)
    except _Over as over:
        if over.limit is same:
            return False
        raise TooManyPosts(over.left) from None
    return True


class _Over(Exception):
    """A limit is used up; the transaction that counted is undone."""

    def __init__(self, limit: Limit, left: int) -> None:
        super().__init__(limit.kind)
        self.limit = limit
        self.left = left


async def _level(conn: Connection, service: str, agency: str) -> int:
    """The level of an offering in force. Raises `NotFound`."""
    offering = await offerings_store.offering_of(conn, service, agency)
    if offering is None:
        raise NotFound(N_("No agency with this code offers this service."))
    return offering.level


async def rate(db: Database, address: str, today: dt.date, service: str, agency: str, rating: Rating) -> None:
    """Store how satisfied somebody is. Raises `NotFound` or `TooManyPosts`."""
    async with db.transaction(read_only=True) as conn:
        await _level(conn, service, agency)
    # Within seconds only: many people share the connection of a counter, and most of them are content.
    same = Limit(f"rating {service} {agency} {msgspec.json.encode(rating).decode()}", 1, _TWO_PRESSES)
    await say(
        db, address, today, same, lambda conn: satisfaction_store.add_rating(conn, service, agency, rating)
    )


async def correct(
    db: Database, address: str, today: dt.date, service: str, agency: str, criterion: str, text: str
) -> None:
    """Store what somebody says is wrong, the same text once a day. Raises `Refused`, `NotFound` or
    `TooManyPosts`.
    """
    text = clean_text(text)
    faults = correction_faults(text)
    if faults:
        raise Refused(faults)
    async with db.transaction(read_only=True) as conn:
        level = await _level(conn, service, agency)

    async def store(conn: Connection) -> None:
        await corrections_store.add_correction(conn, service, agency, level, criterion, text)

    await say(db, address, today, Limit(f"wrong {service} {agency} {criterion} {text}", 1, _DAY), store)


async def want(db: Database, address: str, today: dt.date, service: str) -> None:
    """Count that somebody needs a service online, once a day from one address. Raises `TooManyPosts`."""
    same = Limit(f"demand {service}", 1, _DAY)
    await say(db, address, today, same, lambda conn: demand_store.add_demand(conn, service))


async def _open(conn: Connection, id: int) -> Correction:
    found = await corrections_store.find_correction(conn, id)
    if found is None:
        raise NotFound(N_("There is no such report."))
    return found


def _changed() -> Conflict:
    return Conflict(N_("Somebody else has decided on this report or answered it since you opened it."))


async def moderate(
    db: Database, who: Identity, id: int, version: int, step: Step, why: str = "", note: str = ""
) -> Correction:
    """Accept, refuse or withdraw what the public wrote; as it was before.

    The audit log keeps the decision and never the text: it is for good, and a text may have to be erased.
    Raises `NotFound`, `NotAllowed`, `Refused` or `Conflict`.
    """
    note = clean_text(note)
    faults = decision_faults(step, why, note)
    if faults:
        raise Refused(faults)
    why = "" if step == "accept" else why
    async with db.transaction(who) as conn:
        found = await _open(conn, id)
        if found.version != version:
            raise _changed()
        state = next_state(found.state, step, found.text)
        done = await corrections_store.decide(
            conn, id, version, state, why, note, int(who.person), why == ERASES
        )
        if not done:
            raise _changed()
        await audit_store.record(
            conn,
            person=int(who.person),
            agency=found.agency,
            action=_DEEDS[state],
            target=f"correction {id} {found.service} {found.agency}",
            before={"state": found.state},
            after={"state": state, "why": why, "note": note},
        )
        if state == "accepted" and not found.answer:
            await tell_accepted(conn, found)
    return found


async def reply(db: Database, who: Identity, id: int, version: int, answer: str) -> Correction:
    """The agency answers, or mends its answer; as it was before. Raises as `moderate`."""
    answer = clean_text(answer)
    faults = answer_faults(answer)
    if faults:
        raise Refused(faults)
    async with db.transaction(who) as conn:
        found = await _open(conn, id)
        if not who.of_agency or found.agency != who.agency:
            raise NotAllowed(N_("Only the agency that it is about answers a report."))
        if found.state not in ("waiting", "accepted"):
            raise NotAllowed(N_("This report was refused or withdrawn; it takes no answer."))
        if found.version != version or not await corrections_store.answer(
            conn, id, version, answer, int(who.person)
        ):
            raise _changed()
        await audit_store.record(
            conn,
            person=int(who.person),
            agency=found.agency,
            action="correction answered",
            target=f"correction {id} {found.service} {found.agency}",
            before={"answer": found.answer},
            after={"answer": answer},
        )
    return found
