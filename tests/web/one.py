"""A database on one connection whose changes are undone, with two wards and nothing else in it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from lenmuc.core.answers import Identity
from lenmuc.store.database import PUBLIC, act_as, prepare_connection


class OneConnection:
    """A `Database` on one connection that is rolled back; `gone` plays a server that is away."""

    def __init__(self, conn: Any) -> None:
        self.conn = conn
        self.gone = False
        self.used = 0
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self, who: Identity = PUBLIC, *, read_only: bool = False) -> AsyncIterator[Any]:
        self.used += 1
        if self.gone:
            raise ConnectionRefusedError("the server is away")
        async with self._turn, self.conn.transaction():
            await act_as(self.conn, who)
            yield self.conn


async def with_two_wards(connection: Any) -> OneConnection:
    """The wards W.1 and W.2, in a database that forgets them."""
    await prepare_connection(connection)
    for code in ("W.1", "W.2"):
        await connection.execute(
            "INSERT INTO agency (code, name, kind, tier, valid_from, sort_key, folded) "
            "VALUES ($1, 'Phường Thử', 'ward', 'commune', '2025-07-01', 'x', 'x')",
            code,
        )
    return OneConnection(connection)
