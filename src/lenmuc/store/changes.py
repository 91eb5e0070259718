"""The version of what the public sees: asked for at most once a second, kept current for one's own writes."""

import asyncio
import time
from hashlib import sha256

import asyncpg
import msgspec

from lenmuc.core.errors import Busy
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.queries import queries

Q = queries("changes")
SECONDS = 1.0
_MANY_ROWS = 500
_PATIENCE = 2.0
"""Seconds in which a known version is renewed; what the public saw last is shown for longer than that."""
AWAY = (Busy, OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""How a database is away: silent (a `TimeoutError` is an `OSError`), gone, or with no connection free."""


class Counted(msgspec.Struct, frozen=True):
    """How often one kind of thing has changed, in which transaction last, and in how many rows it says so."""

    kind: str
    times: int
    last: int
    rows: int


class Version(msgspec.Struct, frozen=True):
    """What tells one state from another: of the records, of the levels as well, and of everything public."""

    records: str
    levels: str
    everything: str


def _version(counted: list[Counted]) -> Version:
    parts = {one.kind: f"{one.times}.{one.last}" for one in counted}
    everything = " ".join(f"{kind} {part}" for kind, part in parts.items())
    return Version(
        parts.get("records", ""),
        f"{parts.get('records', '')} {parts.get('levels', '')}",
        sha256(everything.encode()).hexdigest()[:16],
    )


class Changes:
    """Looks at most every `seconds`. While the database is away, the last known version stands."""

    def __init__(self, db: Database, seconds: float = SECONDS) -> None:
        self._db = db
        self._seconds = seconds
        self._version: Version | None = None
        self._due = 0.0
        self._turn = asyncio.Lock()

    async def now(self) -> Version:
        """The version. Raises what the database raises when it is away and none is known."""
        version = self._version
        if version is not None and time.monotonic() < self._due:
            return version
        async with self._turn:
            if self._version is not None and time.monotonic() < self._due:
                return self._version
            self._due = time.monotonic() + self._seconds
            known = self._version is not None
            try:
                async with asyncio.timeout(_PATIENCE if known else None):
                    self._version = await self._look()
            except AWAY:
                if not known:
                    raise
                self._due = time.monotonic() + self._seconds  # those who wait for their turn do not try again
            assert self._version is not None
            return self._version

    def forget(self) -> None:
        """Somebody has written something here: the next one to ask looks again."""
        self._due = 0.0

    async def _look(self) -> Version:
        async with self._db.transaction(PROGRAM, read_only=True) as conn:
            counted = await Q.all(conn, "versions", Counted)
        if sum(one.rows for one in counted) > _MANY_ROWS:
            async with self._db.transaction(PROGRAM) as conn:
                await Q.run(conn, "sum_up")
        return _version(counted)
