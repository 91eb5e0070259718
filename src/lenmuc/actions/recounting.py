"""Everything that follows from other rows worked out again from scratch and compared with what is stored."""

from collections.abc import Sequence

import msgspec

from lenmuc.actions.levels import answers_for, known_of, records, work_out
from lenmuc.core.answers import Target
from lenmuc.core.checklists import Scheme
from lenmuc.core.deeds import Action
from lenmuc.store import audit as audit_store
from lenmuc.store import recounts
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.queries import Connection
from lenmuc.store.recounts import Differ

SAID = {
    "services": "levels and filings that services sum up",
    "tallies": "offerings counted by level, as they stand and day by day",
    "counts": "filings counted by quarter",
    "ratings": "ratings counted by quarter",
    "names": "the order of names",
}


class Found(msgspec.Struct, frozen=True):
    """One thing that was worked out again."""

    what: str
    differ: Differ


async def recount(conn: Connection, schemes: Sequence[Scheme]) -> list[Found]:
    """All of it; the first of `schemes` is the main one. The transaction must see every row of one moment."""
    everything = Target()
    known = known_of(await records(conn, ""))
    answers = await answers_for(conn, schemes, everything)
    found = []
    for scheme in schemes:
        levels = await work_out(scheme, known, answers, everything)
        stored = "" if scheme is schemes[0] else scheme.id
        found.append(Found(f"levels by {scheme.id}", await recounts.levels_again(conn, stored, levels)))
    for name in recounts.COUNTED:
        found.append(Found(SAID[name], await recounts.counted_again(conn, name)))
    return [*found, Found(SAID["names"], await recounts.names_again(conn))]


async def note(db: Database, found: Sequence[Found]) -> None:
    """Write down in the log that it was done, and what was found."""
    wrong = [f"{one.what}: {one.differ.rows} ({one.differ.example})" for one in found if one.differ.rows]
    action: Action = "figures differ" if wrong else "figures checked"
    async with db.transaction(PROGRAM) as conn:
        await audit_store.record(
            conn, person=None, action=action, target="database", after={"fault": "; ".join(wrong)}
        )
