"""Who did what and when: written in the transaction of the deed, so that neither stands without the other."""

import datetime as dt
from typing import Any

import msgspec

from lenmuc.store.queries import Connection, queries

Q = queries("audit")


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
