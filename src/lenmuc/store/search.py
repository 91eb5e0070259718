"""The search index, read from the tables and kept as new as they are."""

import asyncio
import time
from collections.abc import Sequence
from math import isfinite

import asyncpg
import msgspec
import numpy as np
import numpy.typing as npt

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
_FEW = 2_000
"""Levels of so many offerings are read one by one; more come with those of all."""
Ids = npt.NDArray[np.int64]
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


async def read_records(conn: Connection, words: SearchWords) -> tuple[Records, Ids]:
    """What the index holds of the records, out of the tables; and the number of each offering, ascending."""
    rows = await Q.rows(conn, "entries")
    fields = await all_fields(conn)
    offered = await Q.rows(conn, "offered")
    ids: Ids = np.fromiter((row["id"] for row in offered), np.int64, len(offered))
    return await asyncio.to_thread(_records, rows, fields, offered, words), ids


def _digits(text: str) -> Bits:
    return np.frombuffer(text.encode("ascii"), np.uint8) - 48


async def read_levels(conn: Connection, scheme: str) -> tuple[Bits, Bits]:
    """The assessed level of every offering, and its level by `scheme`: 9 where that is not known."""
    return _digits(await Q.value(conn, "levels")), _digits(await Q.value(conn, "rungs", scheme))


class _Held(msgspec.Struct, frozen=True):
    """An index with what it was made of, and which version that was."""

    version: Version
    records: Records
    ids: Ids
    levels: tuple[Bits, Bits]
    index: Index


async def renew_levels(conn: Connection, scheme: str, held: _Held, moved: Sequence[int]) -> tuple[Bits, Bits]:
    """The levels that are held, with those of the offerings that moved read anew."""
    levels, rungs = (bits.copy() for bits in held.levels)
    for row in await Q.rows(conn, "levels_of", scheme, moved):
        place = int(np.searchsorted(held.ids, row["id"]))
        if held.ids[place : place + 1].tolist() == [row["id"]]:  # not one that came just now
            levels[place], rungs[place] = row["level"], row["rung"]
    return levels, rungs


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
        self._held: _Held | None = None
        self._patience = patience
        self._seconds = {"records": 0.0, "levels": 0.0}  # how long the last renewal of each took
        self._not_before = 0.0
        self._turn = asyncio.Lock()
        self._behind: asyncio.Task[Index] | None = None

    def version(self) -> Version | None:
        """Which state of the records and levels is searched now; nothing before the first search."""
        return self._held.version if self._held else None

    async def index(self) -> Index:
        """The index as the tables are now, at most a second old where another process wrote."""
        version = await self._changes.now()
        held = self._held
        if held is not None and held.version.levels == version.levels:
            return held.index
        kind = "levels" if held and held.version.records == version.records else "records"
        if held is not None and kind == "levels" and time.monotonic() < self._not_before:
            return held.index
        if held is not None and self._seconds[kind] > self._patience:
            if self._behind is None or self._behind.done():
                self._behind = asyncio.create_task(self._renew(version))
                self._behind.add_done_callback(_looked_at)
            return held.index
        try:
            return await self._renew(version)
        except asyncpg.TransactionRollbackError:  # a standby gives up a long read for what it has to replay
            return await self._renew(version)

    async def _renew(self, version: Version) -> Index:
        async with self._turn:
            held = self._held
            if held is not None and held.version.levels == version.levels:
                return held.index
            started = time.monotonic()
            known = held if held and held.version.records == version.records else None
            moved = self._changes.journal.offerings(held.version.number) if held else None
            async with self._db.transaction(PROGRAM, read_only=True) as conn:
                if known is not None and moved is not None and len(moved) <= _FEW:
                    records, ids = known.records, known.ids
                    levels = await renew_levels(conn, self._scheme, known, moved)
                else:
                    levels = await read_levels(conn, self._scheme)
                    if known is None or len(known.ids) != len(levels[0]):
                        records, ids = await read_records(conn, self._words)
                        levels = await read_levels(conn, self._scheme)
                        known = None
                    else:
                        records, ids = known.records, known.ids
            index = Index(records, *levels)
            self._held = _Held(version, records, ids, levels, index)
            took = time.monotonic() - started
            kind = "records" if known is None else "levels"
            self._seconds[kind] = took
            if kind == "levels" and isfinite(self._patience):
                self._not_before = time.monotonic() + min(_SHARE * took, _LONGEST)
            return index
