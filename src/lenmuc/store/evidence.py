"""Pieces of evidence and the bytes of their files, in chunks. Nothing is changed or deleted, only marked."""

import datetime as dt

import msgspec

from lenmuc.core.answers import Target
from lenmuc.core.evidence import Dates
from lenmuc.store.queries import Connection, queries

Q = queries("evidence")
CHUNK = 512 * 1024
"""Bytes of a file that one row holds, and that are in memory at a time."""


class Stored(msgspec.Struct, frozen=True):
    """A file as it is kept, without its bytes."""

    id: int
    name: str
    media_type: str
    size: int
    sha256: str

    @property
    def chunks(self) -> int:
        """How many rows hold its bytes."""
        return -(-self.size // CHUNK)


class Withdrawn(msgspec.Struct, frozen=True):
    """Evidence that was taken from the answer where it had been added; `by` and `at` say by whom and when."""

    id: int
    kind: str
    title: str
    link: str
    name: str
    size: int
    by: str
    at: dt.datetime


class Shown(msgspec.Struct, frozen=True):
    """Evidence as the public sees it; `title` is empty for a plain link. `day` is when it came into force, or
    when it was given.
    """

    criterion: str
    kind: str
    title: str
    link: str
    day: dt.date


async def public_evidence(conn: Connection, scheme: str, service: str, agency: str) -> list[Shown]:
    """What carries a level that is verified today; nothing while it is not."""
    return await Q.all(conn, "public_evidence", Shown, scheme, service, agency)


async def add_link(
    conn: Connection, criterion: str, target: Target, person: int, title: str, link: str, dates: Dates
) -> int:
    """Keep a link; its number."""
    return await _add(conn, criterion, target, person, ("link", title, link, "", "", 0, ""), dates)


async def add_file(
    conn: Connection, criterion: str, target: Target, person: int, title: str, file: Stored, dates: Dates
) -> int:
    """Keep a file's row; its number. Its chunks follow in the same transaction, or the commit fails."""
    said = ("file", title, "", file.name, file.media_type, file.size, file.sha256)
    return await _add(conn, criterion, target, person, said, dates)


async def _add(
    conn: Connection,
    criterion: str,
    target: Target,
    person: int,
    said: tuple[str, str, str, str, str, int, str],
    dates: Dates,
) -> int:
    place = (criterion, target.agency, target.service)
    return int(await Q.value(conn, "add_piece", *place, *said, dates.effective, dates.expires, person))


async def add_chunk(conn: Connection, id: int, agency: str, place: int, content: bytes) -> None:
    """Keep one chunk of a file; `place` counts from 0."""
    await Q.run(conn, "add_chunk", id, agency, place, content)


async def find_file(conn: Connection, id: int, agency: str = "") -> Stored | None:
    """The file of this number; with `agency`, only of that agency or of all."""
    return await Q.one(conn, "find_file", Stored, id, agency or None)


async def read_chunk(conn: Connection, id: int, place: int, agency: str = "") -> bytes | None:
    """One chunk of a file."""
    found = await Q.value(conn, "read_chunk", id, place, agency or None)
    return None if found is None else bytes(found)


async def withdraw(conn: Connection, id: int, person: int, criterion: str, target: Target) -> bool:
    """Mark evidence as withdrawn when this is the place where it was added."""
    place = (criterion, target.agency, target.service)
    return await Q.run(conn, "withdraw_piece", id, person, *place) == 1


async def withdrawn_at(conn: Connection, criterion: str, target: Target) -> list[Withdrawn]:
    """Evidence that was added at a place and withdrawn there, the last first."""
    return await Q.all(conn, "withdrawn_at", Withdrawn, criterion, target.agency, target.service)
