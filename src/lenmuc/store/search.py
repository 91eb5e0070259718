"""The search index, read from the tables and kept as new as they are."""

import asyncio
import time
from collections.abc import Sequence
from math import isfinite

import asyncpg
import numpy as np

from lenmuc.core.search.index import Bits, Entry, Index, Records
from lenmuc.core.search.postings import Docs
from lenmuc.core.search.words import SearchWords
from lenmuc.core.services import Field, audience, pays
from lenmuc.store.catalogue import all_fields
from lenmuc.store.changes import Changes, Version
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.queries import Connection, queries

Q = queries("search")
PAGE_SIZE = 20
PATIENCE = 0.3
"""Seconds that somebody waits for a newer index; one that takes longer is renewed behind the scenes."""
_SHARE, _LONGEST = 10, 1.0
"""While levels change again and again, renewing takes a tenth of the time; none is older than a second."""
_PAYS = {True: "charged", False: "free", None: "unknown"}


def _entry(row: asyncpg.Record) -> Entry:
    channels = row["channels"]
    fee = pays(channels, row["fee_online"], row["fee_post"], row["fee_in_person"])
    online = "unknown" if not channels else "yes" if "online" in channels else "no"
    return Entry(
        row["code"],
        row["name"],
        row["name_en"],
        row["field"],
        tuple(row["tiers"]),
        audience(row["applicants"]),
        _PAYS[fee],
        online,
        row["filings"],
    )


def _records(
    rows: Sequence[asyncpg.Record],
    fields: Sequence[Field],
    offered: Sequence[asyncpg.Record],
    words: SearchWords,
) -> Records:
    entries = [_entry(row) for row in rows]
    place = {entry.code: number for number, entry in enumerate(entries)}
    docs: Docs = np.fromiter((place[row["service"]] for row in offered), np.int32, len(offered))
    return Records(entries, fields, (docs, [row["agency"] for row in offered]), words)


async def read_records(conn: Connection, words: SearchWords) -> Records:
    """What the index holds of the records, out of the tables."""
    rows = await Q.rows(conn, "entries")
    fields = await all_fields(conn)
    offered = await Q.rows(conn, "offered")
    return await asyncio.to_thread(_records, rows, fields, offered, words)


def _digits(text: str) -> Bits:
    return np.frombuffer(text.encode("ascii"), np.uint8) - 48


async def read_levels(conn: Connection, scheme: str) -> tuple[Bits, Bits]:
    """The assessed level of every offering, and its level by `scheme`: 9 where that is not known."""
    return _digits(await Q.value(conn, "levels")), _digits(await Q.value(conn, "rungs", scheme))


def _looked_at(task: asyncio.Task[Index]) -> None:
    """A renewal that failed is tried again by whoever searches next; its error is theirs to see."""
    if not task.cancelled():
        task.exception()


class Finder:
    """The index of one process. `scheme` is the one whose levels are the classes (một phần, toàn trình).

    The first to ask after a change waits until the index is renewed, or, when that takes longer than people
    like to wait, is answered from the one before while it is renewed. So are those who ask right after a
    renewal whose levels have changed once more.
    """

    def __init__(
        self,
        db: Database,
        changes: Changes,
        words: SearchWords,
        scheme: str,
        *,
        patience: float = PATIENCE,
    ) -> None:
        self._db = db
        self._changes = changes
        self._words = words
        self._scheme = scheme
        self._records: tuple[str, Records] | None = None
        self._index: tuple[str, Index] | None = None
        self._patience = patience
        self._seconds = {"records": 0.0, "levels": 0.0}  # how long the last renewal of each took
        self._not_before = 0.0
        self._turn = asyncio.Lock()
        self._behind: asyncio.Task[Index] | None = None

    def version(self) -> str:
        """Which state of the levels is searched now; empty before the first search."""
        return self._index[0] if self._index else ""

    async def index(self) -> Index:
        """The index as the tables are now, at most a second old where another process wrote."""
        version = await self._changes.now()
        held = self._index
        if held is not None and held[0] == version.levels:
            return held[1]
        kind = "levels" if self._records and self._records[0] == version.records else "records"
        if held is not None and kind == "levels" and time.monotonic() < self._not_before:
            return held[1]
        if held is not None and self._seconds[kind] > self._patience:
            if self._behind is None or self._behind.done():
                self._behind = asyncio.create_task(self._renew(version))
                self._behind.add_done_callback(_looked_at)
            return held[1]
        try:
            return await self._renew(version)
        except asyncpg.TransactionRollbackError:  # a standby gives up a long read for what it has to replay
            return await self._renew(version)

    async def _renew(self, version: Version) -> Index:
        async with self._turn:
            if self._index is not None and self._index[0] == version.levels:
                return self._index[1]
            started = time.monotonic()
            async with self._db.transaction(PROGRAM, read_only=True) as conn:
                held = self._records
                records = held[1] if held and held[0] == version.records else None
                levels = await read_levels(conn, self._scheme)
                if records is None or len(records.offers.order) != len(levels[0]):
                    records = await read_records(conn, self._words)
                    levels = await read_levels(conn, self._scheme)
            index = Index(records, *levels)
            self._records, self._index = (version.records, records), (version.levels, index)
            took = time.monotonic() - started
            kind = "levels" if held and records is held[1] else "records"
            self._seconds[kind] = took
            if kind == "levels" and isfinite(self._patience):
                self._not_before = time.monotonic() + min(_SHARE * took, _LONGEST)
            return index
