"""Who did what and when: written in the transaction of the deed, so that neither stands without the other."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from lenmuc.core.chain import Head, Link
from lenmuc.store.queries import Connection, queries

Q = queries("audit")
_AT_ONCE = 1_000  # links in one round trip


class AuditEntry(msgspec.Struct, frozen=True):
    """One deed. `person` is empty for what the program did or a stranger tried."""

    id: int
    at: dt.datetime
    person: int | None
    agency: str
    action: str
    target: str
    before: Any
    after: Any


async def record(
    conn: Connection,
    *,
    person: int | None,
    action: str,
    target: str,
    agency: str = "",
    before: Any = None,
    after: Any = None,
) -> None:
    """Write one entry; `before` and `after` are Structs or plain values, and never hold a secret."""
    await Q.run(conn, "record", person, agency, action, target, before, after)


async def latest(conn: Connection, action: str | None = None, limit: int = 100) -> list[AuditEntry]:
    """The newest entries first, of one kind of action or of all."""
    return await Q.all(conn, "latest", AuditEntry, action, limit)


async def head(conn: Connection) -> Head:
    """Where the chain of the log ends."""
    return await Q.one(conn, "head", Head) or Head(0, b"", 0)


async def links(conn: Connection, upto: int) -> AsyncIterator[Link]:
    """The links of the chain up to this place, one after the other, for somebody who reads the whole log."""
    async for row in conn.cursor(Q.by_name["links"].sql, upto, prefetch=_AT_ONCE):
        yield Link(row["place"], row["entry"], row["hash"], row["text"])


async def beside(conn: Connection) -> tuple[int, int]:
    """How many entries have no link in the chain, and the first of them; for who reads the whole log."""
    (row,) = await Q.rows(conn, "beside")
    return row["entries"], row["first"]
