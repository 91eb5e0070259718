"""Briefings as they were frozen, the corrections after that, and what a new one counts over a quarter."""

import datetime as dt
from hashlib import sha256

import msgspec

from lenmuc.core.briefing.count import Moved
from lenmuc.store.queries import Connection, queries

Q = queries("briefings")


class Frozen(msgspec.Struct, frozen=True):
    """A frozen briefing in a list. `by` is empty for one from the command line."""

    id: int
    quarter: str
    hash: bytes
    by: str
    at: dt.datetime
    published: bool

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the snapshot, in hexadecimal."""
        return self.hash.hex()


class Kept(Frozen, frozen=True, kw_only=True):
    """A frozen briefing with its snapshot."""

    content: bytes

    @property
    def whole(self) -> bool:
        """Whether the snapshot is what was frozen."""
        return sha256(self.content).digest() == self.hash


class Note(msgspec.Struct, frozen=True):
    """A correction after freezing: of which section (empty: the whole), what, who, when."""

    section: str
    text: str
    by: str
    at: dt.datetime


class Waits(msgspec.Struct, frozen=True):
    """Checklists that wait for review, and the day since when the oldest does."""

    waiting: int
    oldest: dt.date | None


async def list_briefings(conn: Connection) -> list[Frozen]:
    """The frozen briefings that one may read, the latest quarter first."""
    return await Q.all(conn, "list_briefings", Frozen)


async def read_briefing(conn: Connection, quarter: str) -> Kept | None:
    """The frozen briefing of a quarter, if one may read it."""
    return await Q.one(conn, "read_briefing", Kept, quarter)


async def read_between(conn: Connection, first: str, last: str) -> list[Kept]:
    """The frozen briefings from one quarter to another, both included."""
    return await Q.all(conn, "read_between", Kept, first, last)


async def freeze(conn: Connection, quarter: str, form: int, content: bytes, person: int | None) -> bool:
    """Keep a snapshot for ever; false when the quarter has one already."""
    made = await Q.value(conn, "freeze", quarter, form, content, sha256(content).digest(), person)
    return made is not None


async def publish(conn: Connection, quarter: str, published: bool) -> bool:
    """Show a frozen briefing to the public, or take it back; false when there is none."""
    return await Q.run(conn, "publish", quarter, published) == 1


async def notes_of(conn: Connection, briefing: int) -> list[Note]:
    """The corrections of a frozen briefing, the first first."""
    return await Q.all(conn, "notes_of", Note, briefing)


async def add_note(conn: Connection, briefing: int, section: str, text: str, person: int) -> None:
    """Write a correction; it stays."""
    await Q.run(conn, "add_note", briefing, section, text, person)


async def moved(conn: Connection, scheme: str, since: dt.datetime, until: dt.datetime) -> list[Moved]:
    """Offerings whose level changed in a span of time, by agency, old and new level; `until` not included."""
    return await Q.all(conn, "moved", Moved, scheme, since, until)


async def verified_by_agency(conn: Connection, since: dt.datetime, until: dt.datetime) -> dict[str, int]:
    """Offerings whose level was verified in a span of time, by agency."""
    rows = await Q.rows(conn, "verified_by_agency", since, until)
    return {row["agency"]: row["levels"] for row in rows}


async def waiting_reviews(conn: Connection, scheme: str) -> Waits:
    """How many checklists wait for review."""
    return await Q.one(conn, "waiting_reviews", Waits, scheme) or Waits(0, None)


async def filings_are_illustrative(conn: Connection) -> bool:
    """Whether any filings are illustrative."""
    return bool(await Q.value(conn, "filings_are_illustrative"))


async def first_day(conn: Connection, scheme: str) -> dt.date | None:
    """The first day that levels were counted, called as in `tallies`."""
    found: dt.date | None = await Q.value(conn, "first_day", scheme)
    return found
