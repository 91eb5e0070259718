"""Briefings: opened as frozen or counted as a draft, frozen once, corrected by notes, shown to the public."""

import datetime as dt

import msgspec

from lenmuc.actions.counting import count, must_have_ended
from lenmuc.actions.roadmap_view import Views
from lenmuc.content.everything import Content
from lenmuc.core.answers import Identity
from lenmuc.core.briefing.afterwards import Correction, frozen
from lenmuc.core.briefing.sections import paper
from lenmuc.core.briefing.state import Briefing, decode, encode
from lenmuc.core.errors import N_, Conflict, LenMucError, NotAllowed, NotFound, Refused, fault
from lenmuc.core.papers import Paper
from lenmuc.core.reviews import ReviewRules
from lenmuc.core.text import forbidden
from lenmuc.store import audit as audit_store
from lenmuc.store import briefings as briefings_store
from lenmuc.store.briefings import Kept, Note
from lenmuc.store.database import PROGRAM, Database

NOTE_LIMIT = 2_000
NOT_FROZEN = N_("There is no frozen briefing of this quarter.")
_BROKEN = N_(
    "The snapshot of this briefing is not what was frozen: its fingerprint differs. Tell the administrator, "
    "who "
    "can restore it from a backup."
)


class Opened(msgspec.Struct, frozen=True):
    """A briefing to read; `kept` is `None` for a draft. `notes` are its corrections."""

    briefing: Briefing
    kept: Kept | None = None
    notes: tuple[Note, ...] = ()

    def corrections(self, *, names: bool = True) -> tuple[Correction, ...]:
        """The notes as a report tells them; `names`: with who wrote each."""
        return tuple(Correction(n.section, n.text, n.by if names else "", n.at) for n in self.notes)

    def paper(self, *, public: bool = False) -> Paper:
        """The report: of a draft, or as it was frozen with its corrections.

        The `public` one names nobody, and leaves out tasks, what was written of late work, and what
        programmes that are not public want.
        """
        briefing = self.briefing
        if public:
            shown = tuple(aim for aim in briefing.aims if aim.public)
            plan = briefing.plan and msgspec.structs.replace(briefing.plan, said=(), causes=0)
            briefing = msgspec.structs.replace(briefing, aims=shown, tasks=(), plan=plan)
        made = paper(briefing)
        if public:
            sections = tuple(each for each in made.sections if each.id != "tasks")
            made = msgspec.structs.replace(made, sections=sections)
        if self.kept is None:
            return made
        return frozen(made, self.kept.at, self.kept.fingerprint, self.corrections(names=not public))


def read(kept: Kept) -> Briefing:
    """The snapshot of a frozen briefing. Raises `LenMucError` when it is not what was frozen."""
    if not kept.whole:
        raise LenMucError(_BROKEN)
    return decode(kept.content)


async def open_frozen(db: Database, who: Identity, quarter: str) -> Opened | None:
    """The frozen briefing of a quarter with its corrections, in one transaction of two queries."""
    async with db.transaction(who, read_only=True) as conn:
        kept = await briefings_store.read_briefing(conn, quarter)
        notes = await briefings_store.notes_of(conn, kept.id) if kept else []
    return Opened(read(kept), kept, tuple(notes)) if kept else None


async def open_term(db: Database, who: Identity, first: str, last: str) -> tuple[Opened, ...]:
    """The frozen briefings of a term with their corrections.

    Raises `NotFound` when the first or the last quarter has none, or the term is not two quarters long.
    """
    async with db.transaction(who, read_only=True) as conn:
        kept = await briefings_store.read_between(conn, first, last)
        opened = tuple(
            [Opened(read(each), each, tuple(await briefings_store.notes_of(conn, each.id))) for each in kept]
        )
    if len(opened) < 2 or (opened[0].briefing.quarter, opened[-1].briefing.quarter) != (first, last):
        raise NotFound(
            N_("A closing review needs a frozen briefing of its first quarter and of a later, last one.")
        )
    return opened


async def open_briefing(
    db: Database,
    content: Content,
    views: Views,
    rules: ReviewRules,
    who: Identity,
    quarter: str,
    now: dt.datetime,
) -> Opened:
    """The briefing of a quarter: as it was frozen, else as it is counted now. Raises `NotFound`."""
    frozen = await open_frozen(db, who, quarter)
    return frozen or Opened(await count(db, content, views, rules, quarter, now))


async def freeze(
    db: Database,
    content: Content,
    views: Views,
    rules: ReviewRules,
    who: Identity,
    person: int | None,
    quarter: str,
    now: dt.datetime,
) -> Briefing:
    """Count a quarter that has ended and keep it for ever. `person` is `None` on the command line.

    Raises `NotAllowed`, `NotFound`, `Refused` while the quarter lasts, `Conflict` when it is frozen already.
    """
    if who.role not in ("planner", PROGRAM.role):
        raise NotAllowed(N_("Only planners freeze a briefing."))
    async with db.transaction(who, read_only=True) as conn:
        there = await briefings_store.read_briefing(conn, quarter)
    if there is not None:
        raise _frozen_already()
    briefing = await count(db, content, views, rules, quarter, now)
    must_have_ended(quarter, now.date())
    async with db.transaction(who) as conn:
        kept = encode(briefing)
        if not await briefings_store.freeze(conn, quarter, briefing.form, kept, person):
            raise _frozen_already()
        found = await briefings_store.read_briefing(conn, quarter)
        await audit_store.record(
            conn,
            person=person,
            action="briefing frozen",
            target=quarter,
            after={"fingerprint": found.fingerprint if found else ""},
        )
    return briefing


def _frozen_already() -> Conflict:
    return Conflict(
        N_("The briefing of this quarter is frozen already. What is to be mended is a correction.")
    )


async def correct(db: Database, who: Identity, person: int, quarter: str, section: str, text: str) -> None:
    """Write a correction to a frozen briefing; it stays. Raises `NotAllowed`, `NotFound` or `Refused`."""
    if who.role != "planner":
        raise NotAllowed(N_("Only planners correct a briefing."))
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > NOTE_LIMIT or forbidden(text):
        raise Refused(
            [
                fault(
                    "text", N_("Write what is to be corrected, at most %(most)s characters."), most=NOTE_LIMIT
                )
            ]
        )
    opened = await open_frozen(db, who, quarter)
    if opened is None or opened.kept is None:
        raise NotFound(NOT_FROZEN)
    if section and section not in {each.id for each in paper(opened.briefing).sections}:
        raise Refused([fault("section", N_("Choose a section from the list."))])
    async with db.transaction(who) as conn:
        await briefings_store.add_note(conn, opened.kept.id, section, text, person)
        await audit_store.record(
            conn, person=person, action="briefing corrected", target=quarter, after={"text": text}
        )


async def publish(db: Database, who: Identity, person: int, quarter: str, published: bool) -> None:
    """Show a frozen briefing to everybody, or take it back. Raises `NotAllowed` or `NotFound`."""
    if who.role != "planner":
        raise NotAllowed(N_("Only planners publish a briefing."))
    async with db.transaction(who) as conn:
        if not await briefings_store.publish(conn, quarter, published):
            raise NotFound(NOT_FROZEN)
        await audit_store.record(
            conn,
            person=person,
            action="briefing published" if published else "briefing withdrawn",
            target=quarter,
        )
