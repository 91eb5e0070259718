"""The version of what the public sees: asked for at most once a second, kept current for one's own writes.

Versions that one process has seen are numbered in their order, and it remembers which number touched which
service and agency last: what shows others is still as it was.
"""

import asyncio
import time
from collections.abc import Iterable
from hashlib import sha256

import asyncpg
import msgspec

from lenmuc.core.errors import Busy
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.queries import Connection, queries

Q = queries("changes")
SECONDS = 1.0
_MANY_ROWS, _STAY = 500, 200
"""So many rows are summed up but for the newest, which other processes may not have seen."""
_PATIENCE = 2.0
"""Seconds in which a known version is renewed; what the public saw last is shown for longer than that."""
AWAY = (Busy, OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""How a database is away: silent (a `TimeoutError` is an `OSError`), gone, or with no connection free."""


class Counted(msgspec.Struct, frozen=True):
    """How often one kind of thing has changed, in which transaction last, and in how many rows it says so.

    `fresh` of the times were not seen before; they `touched` some offerings alone, unless they are `wide`.
    `snapshot` says what was seen now.
    """

    kind: str
    times: int
    last: int
    rows: int
    fresh: int = 0
    wide: bool = True
    touched: tuple[tuple[int, ...], ...] = ()
    snapshot: str = ""


class Version(msgspec.Struct, frozen=True):
    """What tells one state from another: of the records, of the levels as well, and of everything public.

    `number` counts the versions that this process has seen.
    """

    records: str
    levels: str
    everything: str
    number: int = 0


class Place(msgspec.Struct, frozen=True):
    """What a reply is about: a `service` or an `agency`, by its code; no other offerings than these."""

    kind: str
    code: str


def _version(counted: list[Counted]) -> Version:
    parts = {one.kind: f"{one.times}.{one.last}" for one in counted}
    everything = " ".join(f"{kind} {part}" for kind, part in parts.items())
    return Version(
        parts.get("records", ""),
        f"{parts.get('records', '')} {parts.get('levels', '')}",
        sha256(everything.encode()).hexdigest()[:16],
    )


class Journal:
    """Which version touched what last, of those that this process has seen."""

    def __init__(self) -> None:
        self._wide = 0
        self._places: dict[Place, int] = {}
        self._offerings: dict[int, int] = {}

    def note(self, number: int, touched: Iterable[tuple[int, str, str]] | None) -> None:
        """Version `number` touched these offerings (id, service, agency) alone; nothing: anything."""
        if touched is None:
            self._wide = number
            self._places.clear()
            self._offerings.clear()
            return
        for id, service, agency in touched:
            self._offerings[id] = number
            self._places[Place("service", service)] = self._places[Place("agency", agency)] = number

    def touched(self, place: Place, since: int) -> bool:
        """Whether anything of that place may have changed after version `since`."""
        return max(self._wide, self._places.get(place, 0)) > since

    def offerings(self, since: int) -> list[int] | None:
        """The offerings that may have changed after version `since`; nothing: any of them."""
        if self._wide > since:
            return None
        return [id for id, number in self._offerings.items() if number > since]


class Changes:
    """Looks at most every `seconds`. While the database is away, the last known version stands."""

    def __init__(self, db: Database, seconds: float = SECONDS) -> None:
        self._db = db
        self._seconds = seconds
        self._version: Version | None = None
        self._due = 0.0
        self._turn = asyncio.Lock()
        self._times: dict[str, int] = {}
        self._snapshot: str | None = None
        self.journal = Journal()

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
            counted = await Q.all(conn, "versions", Counted, self._snapshot)
            version, known = _version(counted), self._version
            if known is not None and msgspec.structs.replace(version, number=known.number) == known:
                version = known
            else:
                version = msgspec.structs.replace(version, number=known.number + 1 if known else 1)
                self.journal.note(version.number, await self._touched(conn, counted) if known else None)
        self._times = {one.kind: one.times for one in counted}
        self._snapshot = counted[0].snapshot if counted else None
        if sum(one.rows for one in counted) > _MANY_ROWS:
            async with self._db.transaction(PROGRAM) as conn:
                await Q.run(conn, "sum_up", _STAY)
        return version

    async def _touched(self, conn: Connection, counted: list[Counted]) -> list[tuple[int, str, str]] | None:
        # Rows that were summed up before they were seen here say no more what they touched.
        if any(one.wide or one.times - self._times.get(one.kind, 0) != one.fresh for one in counted):
            return None
        if {one.kind for one in counted} < set(self._times):
            return None
        ids = {id for one in counted for some in one.touched for id in some}
        rows = await Q.rows(conn, "places", list(ids)) if ids else []
        if len(rows) < len(ids):  # one has ended meanwhile
            return None
        return [(row["id"], row["service"], row["agency"]) for row in rows]
