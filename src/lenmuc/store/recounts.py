"""What is stored although it follows from other rows, counted again and compared."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import msgspec

from lenmuc.core.text import sort_key
from lenmuc.store.database import prepare_connection
from lenmuc.store.offerings import Levels
from lenmuc.store.queries import Connection, queries

Q = queries("recounts")
COUNTED = ("services", "tallies", "counts", "ratings")
"""The queries that need nothing but the tables."""


class Differ(msgspec.Struct, frozen=True):
    """How many rows are not as they should be, and one of them."""

    rows: int
    example: str


@asynccontextmanager
async def one_moment(dsn_owner: str) -> AsyncIterator[Connection]:
    """A connection that reads every row of one moment, like a backup, while people work."""
    db = await asyncpg.connect(dsn_owner)
    try:
        await prepare_connection(db)
        async with db.transaction(isolation="repeatable_read", readonly=True):
            await db.execute("SELECT set_config('lenmuc.role', 'backup', true)")
            yield db
    finally:
        await db.close(timeout=5)


async def counted_again(conn: Connection, name: str) -> Differ:
    """One of `COUNTED` against what is stored."""
    return await Q.one(conn, name, Differ) or Differ(0, "")


async def levels_again(conn: Connection, scheme: str, levels: Levels) -> Differ:
    """Levels as they should be against those stored; `scheme` is empty for the main one."""
    return await Q.one(conn, "levels", Differ, *levels.columns, scheme) or Differ(0, "")


async def names_again(conn: Connection) -> Differ:
    """The keys by which names are put in order against the names."""
    wrong = [
        row["code"]
        for row in await Q.rows(conn, "names")
        if row["sort_key"]
        != sort_key(row["name"].removeprefix("Thủ tục ") if row["kind"] == "service" else row["name"])
    ]
    return Differ(len(wrong), min(wrong, default=""))
