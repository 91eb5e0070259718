"""What services weigh that ask for papers a database holds: offerings and filings in force."""

from collections.abc import Iterable

from lenmuc.core.once_only import Filed
from lenmuc.store.queries import Connection, queries

Q = queries("once_only")
__all__ = ["Filed"]


async def filed(conn: Connection, services: Iterable[str]) -> dict[str, Filed]:
    """Those of `services` that somebody offers, by code."""
    rows = await Q.all(conn, "filed", Filed, sorted(set(services)))
    return {row.service: row for row in rows}


async def services_offered(conn: Connection) -> frozenset[str]:
    """The codes of all services that somebody offers."""
    return frozenset(row["code"] for row in await Q.rows(conn, "services_offered"))
