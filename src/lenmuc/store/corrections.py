"""What the public says is wrong with a level, what became of it, and the agencies' answers."""

import datetime as dt

import msgspec

from lenmuc.core.corrections import State
from lenmuc.store.queries import Connection, queries

Q = queries("corrections")


class Correction(msgspec.Struct, frozen=True):
    """One of them as it stands. `text` is empty when it was erased; who decided and answered are names."""

    id: int
    service: str
    service_name: str
    service_name_en: str
    agency: str
    agency_name: str
    agency_name_en: str
    level: int
    criterion: str
    text: str
    day: dt.date
    state: State
    why: str
    note: str
    decided_name: str
    decided: dt.date | None
    answer: str
    answered_name: str
    answered: dt.date | None
    version: int


class Public(msgspec.Struct, frozen=True):
    """One as the public reads it. `total` counts all of the list it stands in."""

    id: int
    agency: str
    agency_name: str
    agency_name_en: str
    level: int
    criterion: str
    text: str
    day: dt.date
    answer: str
    answered: dt.date | None
    total: int


class Standing(msgspec.Struct, frozen=True):
    """What is open: the day it came, and whether moderation is through with it."""

    agency: str
    day: dt.date
    accepted: bool


class Counts(msgspec.Struct, frozen=True):
    """How many there are of each kind that lists are made of."""

    waiting: int
    open: int
    answered: int
    refused: int


async def add_correction(
    conn: Connection, service: str, agency: str, level: int, criterion: str, text: str
) -> None:
    """Store one for moderation. The connection acts for the public, who cannot read it back."""
    await Q.run(conn, "add_correction", service, agency, level, criterion, text)


async def public_corrections(conn: Connection, service: str, agency: str, limit: int) -> list[Public]:
    """Those of a service that were accepted, the newest first; `agency` empty: at all agencies."""
    return await Q.all(conn, "public_corrections", Public, service, agency or None, limit)


async def find_correction(conn: Connection, id: int) -> Correction | None:
    """The one with this number, for those who may read it."""
    return await Q.one(conn, "find_correction", Correction, id) if 0 < id < 2**63 else None


async def list_corrections(
    conn: Connection, kind: str, agency: str, limit: int, offset: int
) -> list[Correction]:
    """Those of a kind (a field of `Counts`), the oldest first; `agency` empty: of all agencies."""
    return await Q.all(conn, "list_corrections", Correction, kind, agency or None, limit, offset)


async def count_corrections(conn: Connection, agency: str = "") -> Counts:
    """How many of each kind; `agency` empty: of all agencies."""
    return await Q.one(conn, "count_corrections", Counts, agency or None) or Counts(0, 0, 0, 0)


async def unanswered(conn: Connection, agency: str = "") -> list[Standing]:
    """All that wait for an answer; `agency` empty: of all agencies."""
    return await Q.all(conn, "unanswered", Standing, agency or None)


async def decide(
    conn: Connection, id: int, version: int, state: State, why: str, note: str, person: int, erase: bool
) -> bool:
    """Write a decision of moderation; false when it is not in this version any more."""
    return await Q.run(conn, "decide", id, version, state, why, note, person, erase) == 1


async def answer(conn: Connection, id: int, version: int, text: str, person: int) -> bool:
    """Write the agency's answer; false when it is not in this version any more."""
    return await Q.run(conn, "answer", id, version, text, person) == 1
