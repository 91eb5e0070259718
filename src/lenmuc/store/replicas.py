"""Reading from a standby: only what it has for certain, and from the primary whenever there is any doubt.

A standby is a little behind. So that nobody is shown an older state than the one that a tag names, what is
read here never goes back: each transaction begins no earlier in the write-ahead log than the last one ended,
wherever that was.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from lenmuc.core.answers import Identity
from lenmuc.core.errors import Busy
from lenmuc.store.database import PROGRAM, PUBLIC, PooledDatabase
from lenmuc.store.queries import Connection

log = logging.getLogger(__name__)
LAG = 3.0  # seconds that a standby may be behind
_LOOK_EVERY = 1.0  # seconds between two looks at the primary
_REST = 5.0  # seconds for which a standby that failed, or is behind, is not asked

_PLACE = """
SELECT pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                            ELSE pg_current_wal_lsn() END, '0/0')::bigint
"""
_AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, Busy)


async def _place(conn: Connection) -> int:
    """How far this server is in the write-ahead log, in bytes."""
    return int(await conn.fetchval(_PLACE) or 0)


class Readers:
    """A `Database` for what everybody may see; what is not only read goes to the primary."""

    def __init__(self, primary: PooledDatabase, standby: PooledDatabase, *, lag: float = LAG) -> None:
        self._primary = primary
        self._standby = standby
        self._lag = lag
        self._least = 0  # where the last transaction ended
        self._rested = 0.0  # until when the standby is not asked
        self._seen: deque[tuple[float, int]] = deque()  # when the primary was where
        self._written = False
        self._looking: asyncio.Task[None] | None = None
        self.counts = {"standby": 0, "primary": 0}

    async def open(self) -> None:
        """Connect to the standby, when somebody reads; look at the primary from now on."""
        await self._standby.open()
        await self._look()
        self._looking = asyncio.create_task(self._keep_looking(), name="how far the primary is")

    async def close(self) -> None:
        """Disconnect from the standby."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        await self._standby.close()

    def written(self) -> None:
        """Something was written here: what is read next has it."""
        self._written = True

    def rest(self) -> None:
        """The standby has failed; for a while the primary answers."""
        self._rested = time.monotonic() + _REST

    @asynccontextmanager
    async def transaction(
        self, who: Identity = PUBLIC, *, read_only: bool = False
    ) -> AsyncIterator[Connection]:
        """See `Database.transaction`."""
        if not read_only:
            async with self._primary.transaction(who) as conn:
                yield conn
            return
        if self._written:
            self._written = False
            self._least = max(self._least, await self._primary_place() or 0)
        async with contextlib.AsyncExitStack() as stack:
            conn = await self._enter(stack, who)
            yield conn
            self._least = max(self._least, await _place(conn))

    async def _enter(self, stack: contextlib.AsyncExitStack, who: Identity) -> Connection:
        """A transaction on the standby if it can be used, else on the primary."""
        if time.monotonic() >= self._rested:
            trying = contextlib.AsyncExitStack()
            try:
                conn = await trying.enter_async_context(self._standby.transaction(who, read_only=True))
                if await _place(conn) >= max(self._least, self._needed()):
                    stack.push_async_exit(trying.pop_all())
                    self.counts["standby"] += 1
                    return conn
                await trying.aclose()
                self._rested = time.monotonic() + _LOOK_EVERY
            except _AWAY as error:
                with contextlib.suppress(*_AWAY):
                    await trying.aclose()
                log.warning("the standby cannot be read from: %s", ascii(str(error))[:200])
                self.rest()
        self.counts["primary"] += 1
        return await stack.enter_async_context(self._primary.transaction(who, read_only=True))

    def _needed(self) -> int:
        """Where the primary was as many seconds ago as a standby may be behind."""
        old = time.monotonic() - self._lag
        while len(self._seen) > 1 and self._seen[1][0] <= old:
            self._seen.popleft()
        return self._seen[0][1] if self._seen else 0

    async def _primary_place(self) -> int | None:
        """Where the primary is; nothing while it is away."""
        try:
            async with self._primary.transaction(PROGRAM, read_only=True) as conn:
                return await _place(conn)
        except _AWAY:
            return None

    async def _look(self) -> None:
        place = await self._primary_place()
        if place is None:
            return
        if place < self._least:  # another primary, which did not get everything: that is the truth now
            self._least = place
            self._seen.clear()
        self._seen.append((time.monotonic(), place))

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            await self._look()
