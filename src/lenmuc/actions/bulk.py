"""Answering in bulk for one agency: foreseen, given all or not at all, and taken back."""

import secrets
from collections.abc import Container, Iterable, Mapping, Sequence

import msgspec

from lenmuc.actions.answering import cleaned, criterion_of, scheme_having
from lenmuc.actions.levels import recompute
from lenmuc.core.answers import AnswerForm, Identity, Target, faults_of, must_answer
from lenmuc.core.bulk import LIMIT, Change, Place, Step, Written, form_of, steps
from lenmuc.core.checklists import Scheme
from lenmuc.core.errors import N_, Fault, NotFound, Refused, fault
from lenmuc.core.readiness import assess_all, layers, settle
from lenmuc.core.services import facts
from lenmuc.store import answers as answers_store
from lenmuc.store import audit as audit_store
from lenmuc.store import batches as batches_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store import standings as standings_store
from lenmuc.store.batches import Batch, Deed
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection
from lenmuc.store.standings import AtAgency


class Foreseen(msgspec.Struct, frozen=True):
    """What a batch would do: its steps that change something, those that change nothing, and the levels."""

    steps: tuple[Step, ...]
    same: int = 0
    rise: int = 0
    fall: int = 0

    @property
    def over(self) -> int:
        """How many put something in place of an answer that is there."""
        return sum(step.now is not None for step in self.steps)


class Applied(msgspec.Struct, frozen=True):
    """The batch that was given, or the places where somebody was faster; then nothing was written.

    `id` is empty when nothing had to be written.
    """

    id: str = ""
    faster: tuple[Step, ...] = ()


def _faults(changes: Iterable[Change], backed: Container[Place] | None = None) -> list[Fault]:
    """What is wrong with the forms, each fault once. `backed` are the places whose stored answers have
    evidence; without it, every stored answer may have some.
    """
    found: dict[tuple[str, str], Fault] = {}
    for change in changes:
        kept = change.form.version > 0 if backed is None else change.place in backed
        for one in faults_of(change.form, kept=kept):
            found.setdefault((one.field, one.message.text), one)
    return list(found.values())


def _compared(changes: Sequence[Change], now: Mapping[Place, AnswerForm]) -> tuple[Step, ...]:
    """Each change beside what is stored. Raises `Refused` for one that has nothing to show for itself."""
    faults = _faults(changes, {place for place, form in now.items() if form.pieces})
    if faults:
        raise Refused(faults)
    return steps(changes, now)


def checked(schemes: Sequence[Scheme], who: Identity, changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes as they would be stored. Raises `NotFound`, `NotAllowed` or `Refused`.

    A criterion is the same in each of `schemes` that has it.
    """
    tidy = tuple(Change(c.service, c.criterion, cleaned(c.form)) for c in changes)
    for change in tidy:
        criterion = criterion_of(scheme_having(schemes, change.criterion), change.criterion)
        must_answer(who, criterion, Target(who.agency, change.service))
    faults = _faults(tidy)
    if not tidy:
        faults = [fault("choose", N_("Nothing is chosen. Choose at least one answer to give."))]
    if len(tidy) > LIMIT or len({change.place for change in tidy}) < len(tidy):
        text = N_("Give at most %(limit)s answers at once, each place once.")
        faults = [fault("choose", text, limit=LIMIT)]
    if faults:
        raise Refused(faults)
    return tidy


async def _now(conn: Connection, who: Identity, services: Iterable[str]) -> Mapping[Place, AnswerForm]:
    found = await batches_store.answers_of(conn, who.agency, services)
    return {answer.place: answer.form for answer in found}


async def _must_offer(conn: Connection, who: Identity, services: set[str]) -> None:
    """Raise `NotFound` unless the agency offers all these services."""
    rows = await offerings_store.every_offering(conn, agency=who.agency)
    if not services <= {row["service"] for row in rows}:
        raise NotFound(N_("Your agency does not offer a service with this code."))


def _counts_as(value: str) -> str:
    """What a new answer counts as: "not applicable" is a proposal until a reviewer has accepted it."""
    return "proposed" if value == "not_applicable" else value


async def stands(conn: Connection, main: Scheme, scheme: Scheme, agency: str) -> dict[str, AtAgency]:
    """Where each service of an agency stands by `scheme`, and what its next level lacks."""
    if scheme is not main:
        return {
            one.service: one for one in await standings_store.standings_of_agency(conn, scheme.id, agency)
        }
    rows = await offerings_store.every_offering(conn, agency=agency)
    return {row["service"]: AtAgency(row["service"], row["level"], tuple(row["missing"])) for row in rows}


async def foresee_all(
    conn: Connection, schemes: Sequence[Scheme], scheme: Scheme, who: Identity, changes: Sequence[Change]
) -> Foreseen:
    """What the changes would do to levels by `scheme`, one of `schemes`, the main one first.

    Raises as `checked`, and `NotFound` for a service that is not offered.
    """
    changes = checked(schemes, who, changes)
    services = {change.service for change in changes}
    await _must_offer(conn, who, services)
    stand = await stands(conn, schemes[0], scheme, who.agency)
    rows = [(code, stand[code].level) for code in sorted(services & stand.keys())]
    compared = _compared(changes, await _now(conn, who, services))
    real = tuple(step for step in compared if not step.same)
    known = await catalogue_store.some_services(conn, services)
    settled = {code: settle(scheme, facts(service)) for code, service in known.items()}
    values = await answers_store.every_value(conn, "", who.agency)
    new = {(c.criterion, who.agency, c.service): _counts_as(c.form.value) for c in changes}
    stored = {(r["criterion"], r["agency"], r["service"]): r["value"] for r in values}
    given = layers(scheme, [(*place, value) for place, value in {**stored, **new}.items()])
    then = assess_all(scheme, [(service, who.agency) for service, _ in rows], settled, given)
    moves = [(was, now.level) for (_, was), now in zip(rows, then, strict=True)]
    return Foreseen(
        real,
        len(compared) - len(real),
        sum(after > before for before, after in moves),
        sum(after < before for before, after in moves),
    )


async def apply_all(
    db: Database,
    schemes: Sequence[Scheme],
    who: Identity,
    person: int,
    kind: str,
    changes: Sequence[Change],
) -> Applied:
    """Give all the answers in one transaction, or none. Raises as `foresee_all`.

    Levels move by every one of `schemes`, the main one first.
    """
    changes = checked(schemes, who, changes)
    services = {change.service for change in changes}
    async with db.transaction(who) as conn:
        await answers_store.lock(conn, Target(who.agency))
        await _must_offer(conn, who, services)
        compared = _compared(changes, await _now(conn, who, services))
        faster = tuple(step for step in compared if step.stale)
        real = [step for step in compared if not step.same]
        if faster or not real:
            return Applied(faster=faster)
        written = [await _write(conn, who, person, step) for step in real]
        moved = await recompute(conn, schemes, Target(who.agency), f"batch {kind}")
        id = secrets.token_hex(8)
        await batches_store.record(
            conn, person, who.agency, id, Deed(kind, moved.main.rose, moved.main.fell, tuple(written))
        )
    return Applied(id)


async def _write(conn: Connection, who: Identity, person: int, step: Step) -> Written:
    change, target = step.change, Target(who.agency, step.change.service)
    if not await answers_store.write_answer(conn, change.criterion, target, change.form, person):
        raise RuntimeError("an answer changed under the lock that keeps it")
    after = await answers_store.find_answer(conn, change.criterion, target)
    if after is None:
        raise RuntimeError("an answer that was just written is not there")
    await _log(conn, change.criterion, target, person, step.now, form_of(after))
    return Written(change.service, change.criterion, step.now, form_of(after))


async def _log(
    conn: Connection,
    criterion: str,
    target: Target,
    person: int,
    before: AnswerForm | None,
    after: AnswerForm | None,
) -> None:
    await audit_store.record(
        conn,
        person=person,
        agency=target.agency,
        action="answer",
        target=audit_store.of_answer(criterion, target),
        before=before,
        after=after,
    )


async def batch_of(conn: Connection, who: Identity, id: str) -> Batch:
    """A batch of the agency of `who`. Raises `NotFound`."""
    found = await batches_store.find_batch(conn, who.agency, id)
    if found is None:
        raise NotFound(N_("There is no such batch of answers."))
    return found


async def changed_since(conn: Connection, who: Identity, batch: Batch) -> tuple[Place, ...]:
    """The places of a batch that somebody has changed after it: they keep it from being taken back."""
    now = await _now(conn, who, {one.service for one in batch.deed.answers})
    versions = {place: form.version for place, form in now.items()}
    return tuple(one.place for one in batch.deed.answers if versions.get(one.place) != one.after.version)


async def undo(
    db: Database, schemes: Sequence[Scheme], who: Identity, person: int, id: str
) -> tuple[Place, ...]:
    """Put back what stood before a batch; or, when somebody changed any of it since, nothing, and say where.

    Raises `NotFound`. Taking back what was taken back already does nothing.
    """
    async with db.transaction(who) as conn:
        await answers_store.lock(conn, Target(who.agency))
        batch = await batch_of(conn, who, id)
        if batch.undone is not None:
            return ()
        changed = await changed_since(conn, who, batch)
        if changed:
            return changed
        for one in batch.deed.answers:
            await _put_back(conn, who, person, one)
        await recompute(conn, schemes, Target(who.agency), "batch undone")
        await batches_store.record_undone(conn, person, who.agency, id)
    return ()


async def _put_back(conn: Connection, who: Identity, person: int, one: Written) -> None:
    target, version = Target(who.agency, one.service), one.after.version
    if one.before is None:
        done = await batches_store.withdraw(conn, one.criterion, target, version)
    else:
        form = msgspec.structs.replace(one.before, version=version)
        done = await answers_store.write_answer(conn, one.criterion, target, form, person)
    if not done:
        raise RuntimeError("an answer changed under the lock that keeps it")
    await _log(conn, one.criterion, target, person, one.after, one.before)
