"""Inspections are drawn, kept, and what was found goes to the criterion, where the agency answers it."""

import asyncio
import datetime as dt
from collections.abc import Sequence

import msgspec

from lenmuc.core.answers import Identity, Target
from lenmuc.core.checklists import Scheme
from lenmuc.core.errors import N_, Conflict, NotAllowed, NotFound, Refused
from lenmuc.core.inspections import finding_faults, visit_faults
from lenmuc.core.sampling import Asked, Draw, Place, draw, faults_of
from lenmuc.core.suspicions import Suspect
from lenmuc.core.text import clean_line, clean_text
from lenmuc.store import audit as audit_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import comments as comments_store
from lenmuc.store import inspections as inspections_store
from lenmuc.store import suspicions as suspicions_store
from lenmuc.store.database import Database
from lenmuc.store.inspections import Plan, Visit
from lenmuc.store.queries import Connection

_GONE = N_("There is no such inspection plan.")
_MOVED = N_(
    "What the sample is drawn from has changed since you looked at it: a level, an answer or a count. "
    "Nothing was stored. Look at the new sample and keep that."
)
_STALE = N_(
    "Somebody else changed this visit after you opened it. Nothing of yours was saved: look at it again."
)


def _planner(who: Identity) -> None:
    if who.role != "planner":
        raise NotAllowed(N_("Only planners plan inspections."))


class _Frame(msgspec.Struct, frozen=True):
    """What a sample is drawn from."""

    asked: Asked
    places: Sequence[Place]
    suspects: Sequence[Suspect]

    async def draw(self) -> Draw:
        """The sample, worked out beside the other requests: a city takes half a second."""
        return await asyncio.to_thread(draw, self.asked, self.places, self.suspects)


async def _frame(conn: Connection, scheme: Scheme, asked: Asked, today: dt.date) -> _Frame:
    asked = msgspec.structs.replace(asked, name=clean_line(asked.name), seed=clean_line(asked.seed))
    found = faults_of(asked)
    if found:
        raise Refused(found)
    if asked.agency and await catalogue_store.find_agency(conn, asked.agency) is None:
        raise NotFound(N_("There is no such service or agency."))
    places = await inspections_store.places(conn, asked.agency)
    return _Frame(asked, places, await suspicions_store.suspects(conn, scheme, today))


async def preview(db: Database, who: Identity, scheme: Scheme, asked: Asked, today: dt.date) -> Draw:
    """The sample as it would be drawn now; nothing is stored. Raises `Refused` or `NotFound`."""
    async with db.transaction(who, read_only=True) as conn:
        frame = await _frame(conn, scheme, asked, today)
    return await frame.draw()


async def keep_plan(
    db: Database, who: Identity, scheme: Scheme, asked: Asked, digest: str, today: dt.date
) -> int:
    """Draw and store; the number of the plan. `digest` names the frame that the planner saw.

    Raises `NotAllowed`, `Refused`, `NotFound`, or `Conflict` when the frame is another now.
    """
    _planner(who)
    async with db.transaction(who) as conn:
        frame = await _frame(conn, scheme, asked, today)
        asked, drawn = frame.asked, await frame.draw()
        if drawn.digest != digest:
            raise Conflict(_MOVED)
        id = await inspections_store.add_plan(conn, asked, drawn, int(who.person))
        await audit_store.record(
            conn,
            person=int(who.person),
            agency=asked.agency,
            action="inspection planned",
            target=f"inspection {id}",
            after=asked,
        )
    return id


async def read_plan(conn: Connection, id: int) -> Plan:
    """One plan. Raises `NotFound`."""
    found = await inspections_store.find_plan(conn, id) if 0 < id < 2**63 else None
    if found is None:
        raise NotFound(_GONE)
    return found


async def read_visit(conn: Connection, plan: int, id: int) -> Visit:
    """One visit of a plan. Raises `NotFound`."""
    found = await inspections_store.visits_of(conn, plan, id) if 0 < id < 2**63 and 0 < plan < 2**63 else []
    if not found:
        raise NotFound(_GONE)
    return found[0]


class Said(msgspec.Struct, frozen=True):
    """What became of a visit, as the audit log keeps it."""

    state: str
    day: dt.date | None
    note: str


async def say_visit(
    db: Database,
    who: Identity,
    plan: int,
    id: int,
    said: Said,
    version: int,
    today: dt.date,
) -> None:
    """Say that a visit took place, or will not. Raises `NotAllowed`, `NotFound`, `Refused`, or `Conflict`."""
    _planner(who)
    day = said.day if said.state == "visited" else None
    said = msgspec.structs.replace(said, note=clean_text(said.note), day=day)
    faults = visit_faults(said.state, said.day, said.note, today)
    if faults:
        raise Refused(faults)
    async with db.transaction(who) as conn:
        before = await read_visit(conn, plan, id)
        if not await inspections_store.change_visit(
            conn, id, version, said.state, said.day, said.note, int(who.person)
        ):
            raise Conflict(_STALE)
        await audit_store.record(
            conn,
            person=int(who.person),
            agency=before.agency,
            action="inspection visit",
            target=f"inspection {plan} visit {id}",
            before=Said(before.state, before.day, before.note),
            after=said,
        )


async def find(
    db: Database,
    who: Identity,
    scheme: Scheme,
    plan: int,
    id: int,
    criterion: str,
    holds: str,
    text: str,
    today: dt.date,
) -> None:
    """Record what was found at one criterion: a comment there for the agency, and a verification that rests
    on what does not hold is due. No answer and no level changes (docs/decisions/0035).

    Raises `NotAllowed`, `NotFound`, or `Refused`.
    """
    _planner(who)
    text = clean_text(text)
    faults = finding_faults(holds, text)
    if criterion not in scheme.index:
        raise NotFound(N_("There is no such criterion in this scheme."))
    if faults:
        raise Refused(faults)
    async with db.transaction(who) as conn:
        visit = await read_visit(conn, plan, id)
        if visit.state != "visited":
            raise Conflict(N_("Say first that the visit took place, and on which day."))
        person = int(who.person)
        place = Target(visit.agency, visit.service)
        comment = await comments_store.add_comment(conn, criterion, place, text, person)
        await inspections_store.add_finding(conn, visit, criterion, holds == "yes", comment, person)
        if holds == "no":
            await inspections_store.doubt_reviews(conn, visit, criterion, today)
        await audit_store.record(
            conn,
            person=person,
            agency=visit.agency,
            action="inspection finding",
            target=f"inspection {plan} visit {id} {criterion}",
            after={"comment": comment, "holds": holds == "yes", "text": text},
        )
