"""Bringing a registry in: rows are copied into staging tables, compared, and written in one transaction."""

import datetime as dt
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

import msgspec

from lenmuc.core.quality import Volume
from lenmuc.core.services import Service
from lenmuc.core.stated import Stated
from lenmuc.core.text import sort_key
from lenmuc.store.queries import Connection, queries

Q = queries("imports")
_FRESH = 2  # in the place of filings, which the offerings will say: 2 new, 1 changed, 0 as it was
MOST_NOTES = 20_000
"""Notes that are kept with a run; there may be more, which are counted."""
_ALWAYS = ("code", "name", "field", "tiers")
_OFFERING = (
    "service", "agency", "filings", "filings_illustrative", "online_filings", "declared", "level", "missing",
)  # fmt: skip


class Counts(msgspec.Struct, frozen=True):
    """What an import does to the services: how many are new, changed, as they were, no longer listed."""

    fresh: int
    changed: int
    unchanged: int
    gone: int

    @property
    def changes(self) -> bool:
        """Whether it changes anything."""
        return bool(self.fresh or self.changed or self.gone)


class Run(msgspec.Struct, frozen=True):
    """An import that was carried out. `by` is empty for the command line."""

    id: int
    mapping: str
    files: tuple[str, ...]
    by: str
    at: dt.datetime
    total: int
    fresh: int
    changed: int
    unchanged: int
    gone: int
    refused: int
    repaired: int


class Ended(msgspec.Struct, frozen=True):
    """When a service ended, or `None`; what took its place, and whose place it took."""

    valid_to: dt.date | None
    became: tuple[str, ...]
    was: tuple[str, ...]


class Offered(msgspec.Struct, frozen=True):
    """A service at an agency as it comes in; the level is what its record alone supports."""

    service: str
    agency: str
    filings: int | None
    filings_illustrative: bool
    online_filings: int | None
    declared: int | None
    level: int
    missing: list[str]


async def known_agencies(conn: Connection) -> set[str]:
    """The codes of the agencies that there are."""
    return {row["code"] for row in await Q.rows(conn, "known_agencies")}


async def stage(
    conn: Connection,
    services: Iterable[tuple[Service, dt.date | None, Stated]],
    offered: Iterable[Offered],
    read: Sequence[str],
    source: str,
    refused: Sequence[str],
    replaced: Sequence[str],
    with_offerings: bool,
) -> Counts:
    """Copy what comes in beside the catalogue and compare. `read` are the fields that the mapping reads,
    `refused` the codes whose rows are there and were refused, `replaced` those whose place others take.
    """
    # Every table here is joined whole, and what was just written has no statistics to say so.
    await conn.execute("SET LOCAL enable_nestloop = off; SET LOCAL jit = off; SET LOCAL work_mem = '64MB'")
    await conn.execute("DROP TABLE IF EXISTS pg_temp.incoming_service, pg_temp.incoming_offering")
    await conn.execute("CREATE TEMP TABLE incoming_service (LIKE service INCLUDING DEFAULTS) ON COMMIT DROP")
    await conn.execute(
        "CREATE TEMP TABLE incoming_offering (LIKE offering INCLUDING DEFAULTS) ON COMMIT DROP"
    )
    await conn.execute("ALTER TABLE incoming_offering DROP COLUMN id")
    # What the mapping does not read is empty in every row, which is what the table begins with.
    columns = [name for name in Service.__struct_fields__ if name in read or name in _ALWAYS]
    record = attrgetter(*columns)
    await conn.copy_records_to_table(
        "incoming_service",
        records=(
            (*record(s), sort_key(s.name.removeprefix("Thủ tục ")), end, said, _FRESH)
            for s, end, said in services
        ),
        columns=[*columns, "sort_key", "valid_to", "stated", "filings"],
    )
    await conn.copy_records_to_table(
        "incoming_offering",
        records=map(attrgetter(*_OFFERING), offered),
        columns=list(_OFFERING),
    )
    # Of what is joined only: looking at every list of texts takes longer than what follows.
    await conn.execute("ANALYZE incoming_service (code), incoming_offering (service, agency)")
    await Q.run(conn, "keep_unread", list(read))
    await Q.run(conn, "keep_uncounted", list(read))
    await Q.run(conn, "keep_replaced", list(replaced))
    await Q.run(conn, "mark_changed")
    await Q.run(conn, "mark_moved", with_offerings)
    counts = await Q.one(conn, "count_incoming", Counts, source, list(refused))
    return counts or Counts(0, 0, 0, 0)


async def write(
    conn: Connection,
    run: int,
    source: str,
    refused: Sequence[str],
    today: dt.date,
    *,
    ends: bool,
    with_offerings: bool,
) -> None:
    """Write what `stage` compared: history first, then records and offerings; what is gone is ended."""
    await Q.run(conn, "remember_changed", run)
    if ends:
        await Q.run(conn, "remember_gone", run, source, list(refused))
        await Q.run(conn, "end_services", source, list(refused), today)
    await Q.run(conn, "write_services", source)
    await Q.run(conn, "own_unchanged", source)
    await Q.run(conn, "write_offerings")
    await end_offerings(conn, today, with_offerings=with_offerings)


async def fresh_codes(conn: Connection) -> set[str]:
    """The codes of the services that this import makes."""
    return {row["code"] for row in await Q.rows(conn, "fresh_codes")}


async def changed_services(conn: Connection) -> list[Service]:
    """The records, as they are now, of the services that this import changes."""
    return await Q.all(conn, "changed_services", Service)


async def end_offerings(conn: Connection, today: dt.date, *, with_offerings: bool) -> None:
    """End the offerings of services that ended, and those that the source no longer has."""
    await Q.run(conn, "end_offerings", with_offerings, today)


async def write_lineage(
    conn: Connection, run: int, pairs: Sequence[tuple[str, str, str]], today: dt.date
) -> None:
    """Remember (old code, new code, renamed / merged / split); the old ones end."""
    old, new, kinds = ([pair[at] for pair in pairs] for at in range(3))
    await Q.run(conn, "write_lineage", old, new, kinds, run)
    await Q.run(conn, "end_replaced", old, today)


async def add_run(
    conn: Connection,
    mapping: str,
    files: Sequence[str],
    digest: str,
    person: int | None,
    total: int,
    counts: Counts,
    refused: int,
    repaired: int,
    notes: Sequence[Any],
) -> int:
    """Keep the report of an import; its id."""
    return int(
        await Q.value(
            conn, "add_run", mapping, list(files), digest, person, total, counts.fresh, counts.changed,
            counts.unchanged, counts.gone, refused, repaired, msgspec.to_builtins(notes[:MOST_NOTES]),
        )
    )  # fmt: skip


async def list_runs(conn: Connection) -> list[Run]:
    """The last imports, the newest first."""
    return await Q.all(conn, "list_runs", Run)


async def find_run(conn: Connection, run: int) -> Run | None:
    """One import."""
    return await Q.one(conn, "find_run", Run, run)


async def ended_service(conn: Connection, code: str) -> Ended | None:
    """Whether a service has ended, and what took its place."""
    return await Q.one(conn, "ended_service", Ended, code)


async def volumes(conn: Connection) -> list[Volume]:
    """Where more came online than in all."""
    return await Q.all(conn, "volumes", Volume)


async def in_force(conn: Connection) -> set[str]:
    """The codes of the services that have not ended."""
    return {row["code"] for row in await Q.rows(conn, "in_force")}
