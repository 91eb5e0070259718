"""Answering a criterion: checked, stored with its version, audited, levels moved, all in one transaction."""

from collections.abc import Sequence

import msgspec

from lenmuc.actions.levels import Moved, Progress, recompute, unseen
from lenmuc.core.answers import Answer, AnswerForm, Identity, Target, faults_of, must_answer
from lenmuc.core.checklists import Criterion, Scheme
from lenmuc.core.errors import N_, Conflict, NotFound, Refused
from lenmuc.core.text import clean_line, clean_text
from lenmuc.store import answers as answers_store
from lenmuc.store import audit as audit_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection


class Saved(msgspec.Struct, frozen=True):
    """A stored answer and what it moved; `level` of the offering that was asked about, if one was."""

    answer: Answer
    moved: Moved
    level: int | None = None


def cleaned(form: AnswerForm) -> AnswerForm:
    """The form as it is stored: NFC, trimmed, empty links dropped."""
    links = tuple(clean_line(link) for link in form.evidence)
    return AnswerForm(
        form.value,
        clean_text(form.justification),
        tuple(link for link in links if link),
        form.blocker,
        form.version,
        form.pieces,
    )


def criterion_of(scheme: Scheme, id: str) -> Criterion:
    """The criterion; raises `NotFound`."""
    if id not in scheme.index:
        raise NotFound(N_("There is no such criterion in this scheme."))
    return scheme.criterion(id)


def scheme_having(schemes: Sequence[Scheme], id: str) -> Scheme:
    """The first scheme with this criterion, or the first of all when none has it."""
    return next((scheme for scheme in schemes if id in scheme.index), schemes[0])


async def level_now(conn: Connection, offering: int | None) -> int | None:
    """The level of this offering inside the transaction that moves it; `None` when none is asked about."""
    found = None if offering is None else await offerings_store.find_offering(conn, offering)
    return None if found is None else found.level


async def must_exist(conn: Connection, target: Target) -> None:
    """Raise `NotFound` when the target names an agency, service or offering that does not exist."""
    if target.scope == "offering":
        found: object = await offerings_store.offering_of(conn, target.service, target.agency)
    elif target.scope == "agency":
        found = await catalogue_store.find_agency(conn, target.agency)
    elif target.scope == "service":
        found = await catalogue_store.find_service(conn, target.service)
    else:
        found = target
    if found is None:
        raise NotFound(N_("There is no such service or agency."))


def _must_be_right(form: AnswerForm, *, kept: bool) -> None:
    faults = faults_of(form, kept=kept)
    if faults:
        raise Refused(faults)


async def answer(
    db: Database,
    schemes: Sequence[Scheme],
    who: Identity,
    person: int,
    criterion_id: str,
    target: Target,
    form: AnswerForm,
    progress: Progress = unseen,
    offering: int | None = None,
) -> Saved:
    """Store one answer and move the levels it moves, by every one of `schemes`, the main one first.

    The answer belongs to the criterion, whichever scheme it was given for: it counts in each that has it.
    `offering`: whose level is told with it.
    Raises `NotFound`, `NotAllowed`, `Refused` (with the fields), or `Conflict` when the answer was changed
    since `form.version` was read. Nothing is written then.
    """
    criterion = criterion_of(scheme_having(schemes, criterion_id), criterion_id)
    must_answer(who, criterion, target)
    form = cleaned(form)
    _must_be_right(form, kept=form.version > 0)
    async with db.transaction(who) as conn:
        await must_exist(conn, target)
        await answers_store.lock(conn, target)
        before = await answers_store.find_answer(conn, criterion.id, target)
        _must_be_right(form, kept=before is not None and bool(before.pieces))
        if not await answers_store.write_answer(conn, criterion.id, target, form, person):
            raise Conflict(
                N_(
                    "Somebody else has changed this answer since you opened it. "
                    "Look at theirs, then decide again."
                )
            )
        after = await answers_store.find_answer(conn, criterion.id, target)
        if after is None:
            raise Conflict(N_("The answer could not be read back. Nothing was saved; try again."))
        moved = await recompute(conn, schemes, target, f"answer {criterion.id}", criterion.id, progress)
        await audit_store.record(
            conn,
            person=person,
            agency=target.agency,
            action="answer",
            target=audit_store.of_answer(criterion.id, target),
            before=before,
            after=after,
        )
        level = await level_now(conn, offering)
    return Saved(after, moved, level)
