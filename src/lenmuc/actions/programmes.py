"""Programmes and targets are set, changed, shown to the public and ended: by planners only."""

import msgspec

from lenmuc.content.everything import Content
from lenmuc.core.answers import Identity
from lenmuc.core.errors import N_, Conflict, Fault, NotAllowed, NotFound, Refused
from lenmuc.core.programme_forms import (
    ProgrammeForm,
    ProgrammeSaid,
    TargetForm,
    TargetSaid,
    read_programme,
    read_target,
)
from lenmuc.core.text import clean_line, clean_text
from lenmuc.store import audit as audit_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import programmes as programmes_store
from lenmuc.store.database import Database
from lenmuc.store.programmes import Programme, Target
from lenmuc.store.queries import Connection

NO_PROGRAMME = N_("There is no such programme.")
NO_TARGET = N_("There is no such target.")
CHANGED_MEANWHILE = N_(
    "Somebody else changed this after you opened it. Nothing of yours was saved: look at what is there now "
    "and send it again."
)


def must_plan(who: Identity) -> None:
    """Raise `NotAllowed` unless it is a planner."""
    if who.role != "planner":
        raise NotAllowed(N_("Only planners change programmes."))


async def the_programme(conn: Connection, id: int) -> Programme:
    """One programme that the one who asks may see. Raises `NotFound`."""
    found = await programmes_store.find_programme(conn, id) if 0 < id < 2**63 else None
    if found is None:
        raise NotFound(NO_PROGRAMME)
    return found


async def the_target(conn: Connection, programme: int, id: int) -> Target:
    """One target of a programme that was not withdrawn. Raises `NotFound`."""
    found = await programmes_store.find_target(conn, id) if 0 < id < 2**63 else None
    if found is None or found.programme != programme or found.withdrawn is not None:
        raise NotFound(NO_TARGET)
    return found


def _worded(kind: type[msgspec.Struct], stored: Programme | Target | None) -> msgspec.Struct | None:
    """What was set, without what the table keeps beside it: so the log can tell what has changed."""
    if stored is None:
        return None
    return kind(*(getattr(stored, name) for name in kind.__struct_fields__))


def _must_hold(faults: list[Fault]) -> None:
    if faults:
        raise Refused(faults)


async def save_programme(
    db: Database, who: Identity, person: int, form: ProgrammeForm, id: int | None = None
) -> int:
    """Set a programme, or word it anew; its number.

    Raises `NotAllowed`, `Refused` with the fields, `NotFound`, or `Conflict` when somebody was faster.
    """
    must_plan(who)
    form = msgspec.structs.replace(
        form, name=clean_line(form.name), name_en=clean_line(form.name_en), basis=clean_text(form.basis)
    )
    said, faults = read_programme(form)
    _must_hold(faults)
    async with db.transaction(who) as conn:
        before = None if id is None else await the_programme(conn, id)
        if before is None:
            number = await programmes_store.add_programme(conn, said, person)
        else:
            number = before.id
            if not await programmes_store.change_programme(conn, number, said, person, form.version):
                raise Conflict(CHANGED_MEANWHILE)
        await audit_store.record(
            conn, person=person, action="programme", target=f"programme {number}",
            before=_worded(ProgrammeSaid, before), after=said,
        )  # fmt: skip
    return number


async def publish_programme(
    db: Database, who: Identity, person: int, id: int, published: bool, version: int
) -> None:
    """Show a programme with its targets to the public, or take it back. Raises as `save_programme` does."""
    must_plan(who)
    async with db.transaction(who) as conn:
        await the_programme(conn, id)
        if not await programmes_store.publish_programme(conn, id, published, person, version):
            raise Conflict(CHANGED_MEANWHILE)
        await audit_store.record(
            conn,
            person=person,
            action="programme published" if published else "programme taken back",
            target=f"programme {id}",
        )


async def save_target(
    db: Database,
    content: Content,
    who: Identity,
    person: int,
    programme: int,
    form: TargetForm,
    id: int | None = None,
) -> int:
    """Set a target of a programme, or set it anew; its number. Raises as `save_programme` does."""
    must_plan(who)
    form = msgspec.structs.replace(
        form,
        name=clean_line(form.name),
        name_en=clean_line(form.name_en),
        document=clean_line(form.document),
    )
    async with db.transaction(who) as conn:
        await the_programme(conn, programme)
        agencies = {each.code for each in await catalogue_store.agency_names(conn)}
        said, faults = read_target(form, content.figures, agencies, content.targets)
        _must_hold(faults)
        before = None if id is None else await the_target(conn, programme, id)
        if before is None:
            number = await programmes_store.add_target(conn, programme, said, person)
        else:
            number = before.id
            if not await programmes_store.change_target(conn, number, said, person, form.version):
                raise Conflict(CHANGED_MEANWHILE)
        await audit_store.record(
            conn, person=person, action="target", target=f"programme {programme}",
            before=_worded(TargetSaid, before), after=said,
        )  # fmt: skip
    return number


async def withdraw_target(
    db: Database, who: Identity, person: int, programme: int, id: int, version: int
) -> None:
    """End a target: from today on it counts no more. Raises as `save_programme` does."""
    must_plan(who)
    async with db.transaction(who) as conn:
        before = await the_target(conn, programme, id)
        if not await programmes_store.withdraw_target(conn, id, person, version):
            raise Conflict(CHANGED_MEANWHILE)
        await audit_store.record(
            conn, person=person, action="target withdrawn", target=f"programme {programme}",
            before=_worded(TargetSaid, before),
        )  # fmt: skip
