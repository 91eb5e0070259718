"""Evidence added to an answer and withdrawn from it; a file is stored with its row, or neither is."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Sequence
from hashlib import sha256
from typing import BinaryIO

import msgspec

from lenmuc.actions.answering import Saved, criterion_of, level_now, must_exist, scheme_having
from lenmuc.actions.inspecting import inspect
from lenmuc.actions.levels import Moved, Shift, recompute
from lenmuc.core.answers import Answer, AnswerForm, Identity, Target, faults_of, is_link, must_answer
from lenmuc.core.bulk import form_of
from lenmuc.core.checklists import Criterion, Scheme
from lenmuc.core.deeds import Action
from lenmuc.core.errors import N_, Conflict, Fault, NotFound, Refused, fault
from lenmuc.core.evidence import (
    KINDS,
    PIECES_LIMIT,
    Dates,
    PieceForm,
    clean_name,
    dates_of,
    ending,
    title_faults,
)
from lenmuc.core.text import clean_line
from lenmuc.store import answers as answers_store
from lenmuc.store import audit as audit_store
from lenmuc.store import evidence as evidence_store
from lenmuc.store.database import Database
from lenmuc.store.evidence import CHUNK, Stored
from lenmuc.store.queries import Connection

_FASTER = N_("Somebody else has changed this answer since you opened it. Look at theirs, then decide again.")
_GONE = N_("There is no such file.")


class Incoming(msgspec.Struct, frozen=True):
    """A file as it arrived: the name its sender gave it, its bytes from the beginning, their hash."""

    name: str
    body: BinaryIO
    size: int
    sha256: str


class Added(msgspec.Struct, frozen=True):
    """The answer with its new evidence. `first` says that the answer was given with it."""

    saved: Saved
    first: bool


def _what_faults(form: PieceForm, file: Incoming | None) -> list[Fault]:
    if form.link and file:
        return [fault("link", N_("Give a link or a file, not both. Add the other one afterwards."))]
    if not form.link and file is None:
        return [fault("file", N_("Choose a file, or write a link."))]
    if form.link and not is_link(form.link):
        return [fault("link", N_("The link must be a full address beginning with https://."))]
    return []


def _tidy(form: PieceForm, file: Incoming | None) -> PieceForm:
    """Trimmed, and a file that has no title has its name as one."""
    title, link = clean_line(form.title), clean_line(form.link)
    if not title and file is not None:
        title = clean_name(file.name).rpartition(".")[0].replace("_", " ").strip()
    return msgspec.structs.replace(form, title=title, link=link)


async def _checked(form: PieceForm, file: Incoming | None, today: dt.date) -> Dates:
    """The dates. Raises `Refused` with all that is wrong."""
    dates, date_faults = dates_of(form, today)
    faults = _what_faults(form, file)
    if file is not None and not faults:
        faults = await asyncio.to_thread(inspect, clean_name(file.name), file.body, file.size)
    faults += title_faults(form.title) + date_faults
    if not form.title and not faults:
        faults.append(fault("title", N_("Write what the link shows.")))
    if form.version == 0:
        answer = AnswerForm(form.value, "", ("",))
        faults += [each for each in faults_of(answer) if each.field == "value"]
        if form.value == "not_applicable":
            faults.append(fault("value", N_("Say why the criterion does not apply: answer it first.")))
    if faults:
        raise Refused(faults)
    return dates


async def _keep(
    conn: Connection,
    criterion: Criterion,
    target: Target,
    person: int,
    form: PieceForm,
    file: Incoming | None,
    dates: Dates,
) -> int:
    if file is None:
        return await evidence_store.add_link(conn, criterion.id, target, person, form.title, form.link, dates)
    name = clean_name(file.name)
    stored = Stored(0, name, KINDS[ending(name)], file.size, file.sha256)
    id = await evidence_store.add_file(conn, criterion.id, target, person, form.title, stored, dates)
    file.body.seek(0)
    for place in range(stored.chunks):
        await evidence_store.add_chunk(conn, id, target.agency, place, file.body.read(CHUNK))
    return id


async def add(
    db: Database,
    schemes: Sequence[Scheme],
    who: Identity,
    person: int,
    criterion_id: str,
    target: Target,
    form: PieceForm,
    file: Incoming | None,
    today: dt.date,
    offering: int | None = None,
) -> Added:
    """Add a link or a file to the answer at `target`; where there is none, give the answer `form.value` too.

    `offering`: whose level is told with it.
    Raises `NotFound`, `NotAllowed`, `Refused` (with the fields), or `Conflict` when the answer was changed
    since `form.version` was read. Nothing is written then, no byte of the file either.
    """
    criterion = criterion_of(scheme_having(schemes, criterion_id), criterion_id)
    must_answer(who, criterion, target)
    form = _tidy(form, file)
    dates = await _checked(form, file, today)
    async with db.transaction(who) as conn:
        await must_exist(conn, target)
        # The bytes go first: nobody waits for them, because nothing is locked so far.
        id = await _keep(conn, criterion, target, person, form, file, dates)
        await answers_store.lock(conn, target)
        before = await answers_store.find_answer(conn, criterion.id, target)
        if (before.version if before else 0) != form.version:
            raise Conflict(_FASTER)
        if before is None:
            new = AnswerForm(form.value, pieces=(id,))
        else:
            old = form_of(before)
            new = msgspec.structs.replace(old, pieces=(*(old.pieces or ()), id))
        if len(new.pieces or ()) > PIECES_LIMIT:
            text = N_("An answer holds at most %(limit)s pieces of evidence.")
            raise Refused([fault("file" if file else "link", text, limit=PIECES_LIMIT)])
        saved = await _write(conn, schemes, person, criterion, target, before, new, "evidence added", id)
        saved = msgspec.structs.replace(saved, level=await level_now(conn, offering))
    return Added(saved, before is None)


async def withdraw(
    db: Database,
    schemes: Sequence[Scheme],
    who: Identity,
    person: int,
    criterion_id: str,
    target: Target,
    id: int,
    version: int,
) -> Saved:
    """Take evidence from an answer. It stays in the history, and at other answers that name it.

    Raises `NotFound`, `NotAllowed`, `Conflict`, or `Refused` when nothing else shows that it is met.
    """
    criterion = criterion_of(scheme_having(schemes, criterion_id), criterion_id)
    must_answer(who, criterion, target)
    async with db.transaction(who) as conn:
        await answers_store.lock(conn, target)
        before = await answers_store.find_answer(conn, criterion.id, target)
        if before is None or (id not in {piece.id for piece in before.pieces} and before.version == version):
            raise NotFound(N_("There is no such evidence at this answer."))
        if before.version != version:
            raise Conflict(_FASTER)
        rest = tuple(piece.id for piece in before.pieces if piece.id != id)
        form = msgspec.structs.replace(form_of(before), pieces=rest)
        if any(each.field == "justification" for each in faults_of(form)):
            text = N_("Nothing else shows that it is met. Say how it is met, or add other evidence first.")
            raise Refused([fault("pieces", text)])
        saved = await _write(conn, schemes, person, criterion, target, before, form, "evidence withdrawn", id)
        await evidence_store.withdraw(conn, id, person, criterion.id, target)
    return saved


async def _write(
    conn: Connection,
    schemes: Sequence[Scheme],
    person: int,
    criterion: Criterion,
    target: Target,
    before: Answer | None,
    form: AnswerForm,
    action: Action,
    id: int,
) -> Saved:
    """The answer with other evidence, its line in the audit log; levels move when the answer is new."""
    if not await answers_store.write_answer(conn, criterion.id, target, form, person):
        raise Conflict(_FASTER)
    after = await answers_store.find_answer(conn, criterion.id, target)
    if after is None:
        raise Conflict(_FASTER)
    # A changed answer that does not apply waits for its reviewer again, so levels may move then too.
    moved = Moved(Shift(schemes[0]))
    if before is None or before.counts_as != after.counts_as:
        moved = await recompute(conn, schemes, target, f"answer {criterion.id}", criterion.id)
    await audit_store.record(
        conn,
        person=person,
        agency=target.agency,
        action=action,
        target=f"{id} {criterion.id} {target.scope} {target.service} {target.agency}".strip(),
        before=before,
        after=after,
    )
    return Saved(after, moved)


async def find_file(db: Database, who: Identity, id: int) -> Stored:
    """A file that `who` may read. Raises `NotFound`, for other agencies' files as for missing ones."""
    async with db.transaction(who, read_only=True) as conn:
        found = await evidence_store.find_file(conn, id, who.agency if who.of_agency else "")
    if found is None:
        raise NotFound(_GONE)
    return found


async def read_file(db: Database, who: Identity, file: Stored) -> AsyncIterator[bytes]:
    """The bytes of a file, one chunk in memory at a time, no connection held between two.

    Raises `RuntimeError` before the last chunk when the bytes are not those that were stored.
    """
    digest = sha256()
    for place in range(file.chunks):
        async with db.transaction(who, read_only=True) as conn:
            chunk = await evidence_store.read_chunk(conn, file.id, place, who.agency if who.of_agency else "")
        digest.update(chunk or b"")
        if chunk is None or (place + 1 == file.chunks and digest.hexdigest() != file.sha256):
            raise RuntimeError(f"the file of evidence {file.id} is not as it was stored")
        yield chunk
