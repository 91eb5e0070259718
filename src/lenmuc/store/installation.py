"""The installation as the database sees it: its size, its work in the background, what keeps it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from lenmuc.core.deeds import Action
from lenmuc.store.queries import Connection, queries

Q = queries("installation")


class Size(msgspec.Struct, frozen=True):
    """The database. `damaged`: pages whose checksum was found wrong since the server began to count."""

    bytes: int
    postgres: str
    steps: int
    last_step: str
    connections: int
    most_connections: int
    read_only: bool
    damaged: int


class Table(msgspec.Struct, frozen=True):
    """One of the largest tables; the rows are an estimate."""

    name: str
    bytes: int
    rows: int


class Job(msgspec.Struct, frozen=True):
    """One kind of work in the background; `failed` in the last 30 days."""

    kind: str
    at_work: int
    failed: int
    oldest: dt.datetime | None
    last: dt.datetime | None


class Kept(msgspec.Struct, frozen=True):
    """When somebody last did one of the deeds that keep an installation whole, and what was written down."""

    action: str
    at: dt.datetime
    after: Any


async def size(conn: Connection) -> Size:
    """How large the database is, and in what state."""
    found = await Q.one(conn, "size", Size)
    assert found is not None
    return found


async def largest(conn: Connection) -> list[Table]:
    """The largest tables first."""
    return await Q.all(conn, "tables", Table)


async def jobs(conn: Connection) -> list[Job]:
    """The work in the background, by kind; for somebody who sees every job."""
    return await Q.all(conn, "jobs", Job)


async def upkeep(conn: Connection, deeds: Sequence[Action]) -> dict[str, Kept]:
    """The last of each of these deeds that was ever done; for somebody who reads the whole log."""
    return {one.action: one for one in await Q.all(conn, "upkeep", Kept, list(deeds))}
