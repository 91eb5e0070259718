"""Assessment rounds: made and closed by planners, answered by agencies, told to those who forget."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from lenmuc.core.answers import Identity
from lenmuc.core.checklists import Scheme
from lenmuc.core.errors import N_, Conflict, NotAllowed, NotFound, Refused, fault
from lenmuc.core.readiness import settle
from lenmuc.core.rounds import (
    Left,
    Progress,
    Round,
    RoundForm,
    due_faults,
    due_notices,
    faults_of,
    mark,
    name_faults,
)
from lenmuc.core.services import facts
from lenmuc.core.text import clean_line
from lenmuc.store import assignments as assignments_store
from lenmuc.store import audit as audit_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import mail as mail_store
from lenmuc.store import rounds as rounds_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.queries import Connection
from lenmuc.store.rounds import Asked

NO_ROUND = N_("There is no such round.")
_MOVED = N_("Somebody has changed this round, or closed it, since you opened it. Look again, then decide.")
_FASTER = N_(
    "Some of these answers were changed or confirmed since you opened the page, so nothing was confirmed. "
    "Look at them as they are now."
)


class Chosen(msgspec.Struct, frozen=True):
    """What somebody confirms: single answers, and whole services as (code, mark of what was left there)."""

    answers: tuple[Left, ...] = ()
    services: tuple[tuple[str, str], ...] = ()


def _planner(who: Identity) -> None:
    if who.role != "planner":
        raise NotAllowed(N_("Only planners make and close rounds."))


async def round_of(conn: Connection, id: int) -> Round:
    """The round. Raises `NotFound`, also for one that an agency takes no part in."""
    found = await rounds_store.find_round(conn, id)
    if found is None:
        raise NotFound(NO_ROUND)
    return found


async def asked_of(conn: Connection, scheme: Scheme, main: bool, id: int, agency: str = "") -> Asked:
    """What a round asks of its agencies, or of one: the criteria of its scheme without those that the record
    of a service makes void there.
    """
    pairs = await rounds_store.answered_pairs(conn, id, agency)
    services = await catalogue_store.some_services(conn, {pair.service for pair in pairs})
    settled = {code: settle(scheme, facts(service)).not_applicable for code, service in services.items()}
    void = (
        f"{pair.criterion} {pair.service}"
        for pair in pairs
        if pair.criterion in scheme.index and settled.get(pair.service, 0) >> scheme.index[pair.criterion] & 1
    )
    return Asked(
        tuple(scheme.index),
        tuple(c.id for c in scheme.criteria if c.scope == "agency"),
        tuple(c.id for c in scheme.criteria if c.role == "defines" and c.scope in ("service", "offering")),
        main,
        tuple(void),
    )


async def progress_of(
    conn: Connection, schemes: Mapping[str, Scheme], main: Scheme, round: Round, agency: str = ""
) -> dict[str, Progress]:
    """How far each agency is, or one: as it was when the round was closed, or now."""
    if round.closed is not None:
        return await rounds_store.frozen_progress(conn, round.id, agency)
    scheme = schemes[round.scheme]
    asked = await asked_of(conn, scheme, scheme is main, round.id, agency)
    return await rounds_store.progress(conn, round.id, asked, agency)


def _kept(round: Round | None) -> dict[str, Any] | None:
    """What the audit log keeps of a round."""
    if round is None:
        return None
    kept = ("name", "scheme", "opens", "due", "agencies")
    return {name: getattr(round, name) for name in kept}


async def make_round(
    db: Database, kept: Sequence[Scheme], who: Identity, form: RoundForm, today: dt.date
) -> int:
    """A new round with its agencies; its number. Raises `NotAllowed`, or `Refused` with the fields."""
    _planner(who)
    form = msgspec.structs.replace(form, name=clean_line(form.name))
    found = faults_of(form, [scheme.id for scheme in kept], today)
    if found or form.opens is None:
        raise Refused(found)
    tier = form.whom if form.whom not in ("all", "chosen") else None
    codes = list(form.agencies) if form.whom == "chosen" else None
    async with db.transaction(who) as conn:
        id = await rounds_store.add_round(conn, form, int(who.person))
        joined = await rounds_store.add_agencies(conn, id, tier, codes, form.opens)
        if not joined or (codes is not None and joined < len(set(codes))):
            field = "agency" if codes is not None else "whom"
            raise Refused([fault(field, N_("Choose agencies that offer services on the day it opens."))])
        await _record(conn, who, "round made", id, None)
    return id


async def _record(conn: Connection, who: Identity, action: Any, id: int, before: Round | None) -> None:
    await audit_store.record(
        conn,
        person=int(who.person),
        action=action,
        target=f"round {id}",
        before=_kept(before),
        after=_kept(await rounds_store.find_round(conn, id)),
    )


async def change_round(
    db: Database, who: Identity, id: int, name: str, due: dt.date | None, version: int, today: dt.date
) -> None:
    """Another name or last day. Raises `NotFound`, `NotAllowed`, `Refused` or `Conflict`."""
    _planner(who)
    name = clean_line(name)
    async with db.transaction(who) as conn:
        before = await round_of(conn, id)
        faults = name_faults(name)
        if due != before.due:  # a day that has passed may stay where it is
            faults += due_faults(due, before.opens, today)
        if faults or due is None:
            raise Refused(faults or due_faults(due, before.opens, today))
        if not await rounds_store.change_round(conn, id, name, due, version):
            raise Conflict(_MOVED)
        await _record(conn, who, "round changed", id, before)


async def close_round(
    db: Database,
    schemes: Mapping[str, Scheme],
    main: Scheme,
    who: Identity,
    id: int,
    version: int,
    today: dt.date,
) -> None:
    """Close a round: how far each agency is now stays as it is. Raises `NotFound`, `NotAllowed`, `Refused`
    before it has opened, or `Conflict`.
    """
    _planner(who)
    async with db.transaction(who) as conn:
        await rounds_store.lock(conn, id, alone=True)
        round = await round_of(conn, id)
        if round.closed is None and not round.runs(today):
            raise Refused([fault("close", N_("A round that has not opened cannot be closed."))])
        found = await progress_of(conn, schemes, main, round)
        if round.closed is not None or not await rounds_store.close(
            conn, id, found, int(who.person), version
        ):
            raise Conflict(_MOVED)
        sums = {name: sum(getattr(p, name) for p in found.values()) for name in ("confirmed", "unseen")}
        await audit_store.record(
            conn,
            person=int(who.person),
            action="round closed",
            target=f"round {id}",
            after={"name": round.name, **sums},
        )


async def confirm(
    db: Database,
    schemes: Mapping[str, Scheme],
    who: Identity,
    id: int,
    chosen: Chosen,
    today: dt.date,
    *,
    agreed: bool,
) -> int:
    """Note that answers of the agency of `who` stay as they are; how many. The answers do not change.

    All are confirmed or none. Raises `NotFound`, `NotAllowed` for whoever is not of an agency, `Refused` when
    nothing is chosen, or it was not said that somebody has looked, or the round does not run; `Conflict` when
    an answer is not what was seen.
    """
    if not who.of_agency:
        raise NotAllowed(N_("The agency itself confirms its answers."))
    if not (chosen.answers or chosen.services):
        raise Refused([fault("answer", N_("Choose at least one answer to confirm."))])
    if not agreed:
        raise Refused([fault("agreed", N_("Say that you have looked at them and that they still hold."))])
    async with db.transaction(who) as conn:
        await rounds_store.lock(conn, id, alone=False)
        round = await round_of(conn, id)
        if not round.runs(today):
            raise Refused([fault("answer", N_("Answers are confirmed while the round is open."))])
        asked = await asked_of(conn, schemes[round.scheme], False, id, who.agency)
        left = await rounds_store.left(conn, id, asked, who.agency)
        wanted = set(chosen.answers)
        for code, seen in chosen.services:
            whole = [one for one in left if one.service == code]
            if not whole or mark(whole) != seen:
                raise Conflict(_FASTER)
            wanted.update(whole)
        if not wanted <= set(left):
            raise Conflict(_FASTER)
        done = await rounds_store.confirm(conn, id, who.agency, sorted(wanted, key=_place), int(who.person))
        if done != len(wanted):
            raise Conflict(_FASTER)
        await audit_store.record(
            conn,
            person=int(who.person),
            agency=who.agency,
            action="round confirmed",
            target=f"round {id}",
            after={"name": round.name, "confirmed": done},
        )
    return done


def _place(one: Left) -> tuple[str, str]:
    return one.service, one.criterion


async def remind(db: Database, schemes: Mapping[str, Scheme], today: dt.date) -> int:
    """Tell the people of agencies that a round is open, or that it ends soon and answers are left; how many
    letters. Each agency is told each thing once, however often this is called.
    """
    told = 0
    async with db.transaction(PROGRAM) as conn:
        for round in await rounds_store.running(conn, today):
            notices = due_notices(round.opens, round.due, today)
            scheme = schemes.get(round.scheme)
            if scheme is None or not notices:
                continue
            new = {
                agency
                for agency in await rounds_store.agencies_of(conn, round.id)
                # every reminder whose day has come is noted; the last of them is sent
                if [await rounds_store.note_reminded(conn, round.id, agency, kind) for kind in notices][-1]
            }
            kind = "round_opened" if notices[-1] == "opened" else "round_due"
            if kind == "round_due":
                asked = await asked_of(conn, scheme, False, round.id)
                new &= set(await rounds_store.agencies_left(conn, round.id, asked))
            about = {"round": round.id, "name": round.name, "until": round.due.isoformat()}
            for agency in sorted(new):
                people = [each.id for each in await assignments_store.colleagues(conn, agency)]
                told += await mail_store.add(conn, people, kind, about)
    return told
