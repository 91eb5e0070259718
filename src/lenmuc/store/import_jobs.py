"""Imports that administrators began on a page: how far each is, what it would do, what became of it."""

import datetime as dt
from collections.abc import Sequence
from typing import Literal

import msgspec

from lenmuc.core.errors import Message
from lenmuc.core.registry import Note
from lenmuc.store.imports import MOST_NOTES, Counts
from lenmuc.store.queries import Connection, queries

Q = queries("import_jobs")
State = Literal["reading", "ready", "writing", "done", "failed", "dropped"]


class Shown(msgspec.Struct, frozen=True):
    """A row of the sample: its file, its number, what its fields became; none where it was refused."""

    file: str
    row: int
    fields: tuple[tuple[str, str], ...]


class Found(msgspec.Struct, frozen=True):
    """What reading found: rows, what it does to the services, rows refused, cells repaired, notes in all."""

    total: int
    counts: Counts
    refused: int
    repaired: int
    noted: int
    sample: tuple[Shown, ...] = ()


class Why(msgspec.Struct, frozen=True):
    """Why it failed: the file and where in it, if it was a file, and what to do."""

    file: str
    where: str
    why: Message


class Job(msgspec.Struct, frozen=True):
    """One import begun on a page. `moved`: the catalogue changed after it was shown, so it is shown anew."""

    id: int
    mapping: str
    files: tuple[str, ...]
    by: str
    state: State
    rows_read: int
    begun: dt.datetime
    ended: dt.datetime | None
    moved: bool
    report: Found | None
    failure: Why | None
    run: int | None

    @property
    def at_work(self) -> bool:
        """Is it being read or written?"""
        return self.state in ("reading", "writing")


class KeptNote(msgspec.Struct, frozen=True):
    """A bad cell of an import in a list; `total` counts the whole list."""

    kind: Literal["refused", "repaired"]
    file: str
    row: int
    column: str
    value: str
    why: Message
    total: int


async def add_job(conn: Connection, mapping: str, files: Sequence[str], person: int) -> int | None:
    """Note a job that is read now; its number, or `None` while another one is at work."""
    await Q.rows(conn, "hold_jobs")
    found = await Q.value(conn, "add_job", mapping, list(files), person)
    return None if found is None else int(found)


async def begin_writing(conn: Connection, id: int) -> bool:
    """Whether the job may be written now: it was shown, and no other one is at work."""
    await Q.rows(conn, "hold_jobs")
    return await Q.value(conn, "begin_writing", id) is not None


async def beat(conn: Connection, id: int, rows: int) -> bool:
    """Give a sign of life with the rows read so far; true when somebody dropped the job."""
    await Q.run(conn, "beat", id, rows)
    return bool(await Q.value(conn, "is_dropped", id))


async def show_job(
    conn: Connection, id: int, found: Found, notes: Sequence[Note], *, moved: bool = False
) -> None:
    """Keep what the job would do, for somebody to decide."""
    kept = msgspec.to_builtins(notes[:MOST_NOTES])
    await Q.run(conn, "show_job", id, msgspec.to_builtins(found), kept, moved)


async def end_job(conn: Connection, id: int, run: int | None, found: Found) -> None:
    """It is done; `run` is `None` when nothing had changed."""
    await Q.run(conn, "end_job", id, run, msgspec.to_builtins(found))


async def fail_job(conn: Connection, id: int, why: Why) -> bool:
    """It failed, and nothing was written; false when it was not at work any more."""
    return await Q.run(conn, "fail_job", id, msgspec.to_builtins(why)) == 1


async def drop_job(conn: Connection, id: int) -> bool:
    """Give it up; false when it is no longer to be decided."""
    return await Q.value(conn, "drop_job", id) is not None


async def tidy(conn: Connection, why: Why) -> frozenset[int]:
    """Give up jobs whose program died or that nobody decided within a day; the numbers of those that live."""
    await Q.run(conn, "fail_dead", msgspec.to_builtins(why))
    await Q.run(conn, "drop_old")
    return frozenset(row["id"] for row in await Q.rows(conn, "living"))


async def find_job(conn: Connection, id: int) -> Job | None:
    """One job."""
    return await Q.one(conn, "find_job", Job, id)


async def list_jobs(conn: Connection) -> list[Job]:
    """Jobs that are to be decided, and the last that came to nothing; what was written is in the runs."""
    return await Q.all(conn, "list_jobs", Job)


async def notes_of_job(
    conn: Connection, id: int, kind: str, limit: int | None, offset: int = 0
) -> list[KeptNote]:
    """Bad cells of a job, in the order of the files; `kind` is refused, repaired or empty for both."""
    return await Q.all(conn, "notes_of_job", KeptNote, id, kind or None, limit, offset)


async def notes_of_run(
    conn: Connection, id: int, kind: str, limit: int | None, offset: int = 0
) -> list[KeptNote]:
    """Bad cells of an import that was carried out."""
    return await Q.all(conn, "notes_of_run", KeptNote, id, kind or None, limit, offset)
