"""A backup of the whole database at one moment while it is in use, and its way back into an empty one.

Only COPY through the driver: no program of PostgreSQL, whose version would have to fit that of the server.
"""

import datetime as dt
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import msgspec

from lenmuc import __version__
from lenmuc.store.backup_file import (
    FORMAT,
    CannotRestore,
    KeptSequence,
    KeptTable,
    Manifest,
    Reading,
    Writing,
    counted,
    fingerprint,
)
from lenmuc.store.migrate import (
    GRANTS,
    CannotMigrate,
    applied_steps,
    migrate_on,
    migrations,
    missing_steps,
    read_steps,
    take_turn,
)

Say = Callable[[str], None]
if TYPE_CHECKING:  # the driver's classes take a parameter in its type stubs only
    Conn = asyncpg.Connection[asyncpg.Record]
else:
    Conn = asyncpg.Connection

LEFT_OUT = (
    "session",
    "sign_in_attempt",
    "sign_in_step",
    "provider_step",
    "post_key",
    "post_count",
    "saving",
    "sent_form",
)
"""Not kept: a restored site must not revive a session that had ended; everybody signs in again. How much an
address has sent is nobody's to keep."""

# COPY writes text as these say; both sides of a comparison have to say the same.
_FORM = {
    "timezone": "UTC", "datestyle": "ISO, YMD", "intervalstyle": "postgres", "extra_float_digits": "1",
    "bytea_output": "hex", "application_name": "lenmuc backup", "statement_timeout": "0",
}  # fmt: skip
_TABLES = """
SELECT c.relname::text AS name,
       (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
       (SELECT string_agg(
            quote_ident(a.attname) || CASE WHEN a.attcollation <> 0 THEN ' COLLATE "C"' ELSE '' END,
            ', ' ORDER BY array_position(i.indkey::int2[], a.attnum))
        FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey::int2[])
        WHERE i.indrelid = c.oid AND i.indisprimary) AS key,
       c.relrowsecurity AND NOT EXISTS (
           SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'backup_read') AS hidden
FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' ORDER BY 1
"""
_SEQUENCES = """
SELECT c.relname::text AS name, quote_ident(c.relname) AS quoted FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'S' ORDER BY 1
"""
_LINKS = """
SELECT conrelid::regclass::text AS place, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS words
FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2
"""
_FORCED = """
SELECT oid::regclass::text AS place FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relforcerowsecurity ORDER BY 1
"""


class _Table(msgspec.Struct, frozen=True):
    name: str
    columns: list[str]
    key: str | None
    hidden: bool


async def _tables(db: Conn) -> list[_Table]:
    rows = await db.fetch(_TABLES)
    return [_Table(**dict(row)) for row in rows if row["name"] not in LEFT_OUT]


def _in_order(table: _Table) -> str:
    columns = ", ".join(f'"{column}"' for column in table.columns)
    source = f'SELECT {columns} FROM "{table.name}"'
    # The grants are given anew by each program; they are no content.
    source += f" WHERE name <> '{GRANTS}'" if table.name == "migration" else ""
    return f"{source} ORDER BY {table.key or columns}"


async def _copy(db: Conn, table: _Table, write: Callable[[bytes], object]) -> KeptTable:
    through, digest = counted(write)

    async def take(piece: bytes) -> None:
        through(piece)

    told = await db.copy_from_query(_in_order(table), output=take)
    return KeptTable(table.name, table.columns, int(told.split()[-1]), digest())


async def save(dsn_owner: str, file: Path) -> Manifest:
    """Write the state of one moment to `file`, which must not exist; people go on working meanwhile.

    Raises `FileExistsError`, `OSError`, `CannotMigrate` when the database is none of ours.
    """
    db = await asyncpg.connect(dsn_owner, server_settings=_FORM)
    try:
        async with db.transaction(isolation="repeatable_read", readonly=True):
            await db.execute("SELECT set_config('lenmuc.role', 'backup', true)")
            if await db.fetchval("SELECT to_regclass('migration')") is None:
                raise CannotMigrate("There is nothing to back up: the database has no tables of Lên Mức.")
            tables = await _tables(db)
            hidden = [table.name for table in tables if table.hidden]
            if hidden:
                raise CannotMigrate(
                    f"A backup could not read all of {', '.join(hidden)}. Bring the database up to this "
                    "program first: lenmuc migrate"
                )
            writing = Writing(file)
            try:
                manifest = await _write(db, tables, writing)
                writing.finish(manifest)
            except BaseException:
                writing.give_up()
                raise
        return manifest
    finally:
        await db.close(timeout=5)


async def _write(db: Conn, tables: list[_Table], writing: Writing) -> Manifest:
    moment = await db.fetchval("SELECT now()")
    kept = []
    for table in tables:
        with writing.table(table.name) as member:
            kept.append(await _copy(db, table, member.write))
    place, head = await _head(db)
    return Manifest(
        format=FORMAT, program=__version__, postgres=str(await db.fetchval("SHOW server_version")),
        at=moment.astimezone(dt.UTC).isoformat(), steps=await applied_steps(db), tables=kept,
        sequences=[await _sequence(db, row["name"], row["quoted"]) for row in await db.fetch(_SEQUENCES)],
        audit_place=place, audit_head=head,
    )  # fmt: skip


async def _sequence(db: Conn, name: str, quoted: str) -> KeptSequence:
    last = await db.fetchval(f"SELECT last_value FROM {quoted}")
    return KeptSequence(name, last, await db.fetchval(f"SELECT is_called FROM {quoted}"))


async def _head(db: Conn) -> tuple[int, str]:
    row = await db.fetchrow("SELECT place, encode(hash, 'hex') AS hash FROM audit_head")
    return (row["place"], row["hash"]) if row else (0, "")


def check(file: Path) -> Reading:
    """Open a backup that this program can restore, for reading. Raises `CannotRestore`, `OSError`."""
    reading = Reading(file)
    try:
        missing_steps(read_steps(migrations()), reading.manifest.steps)
    except CannotMigrate as newer:
        reading.close()
        raise CannotRestore(
            f"{file} does not fit this program: it was made by Lên Mức {reading.manifest.program}, with "
            f"{len(reading.manifest.steps)} migrations. Restore it with that version, or a newer one."
        ) from newer
    return reading


async def restore(dsn_owner: str, reading: Reading, say: Say) -> Manifest:
    """Put a backup into an empty database: all of it, or nothing. Raises `CannotRestore`, OSError.

    The steps that the backup had come first, then the rows, then the steps that are newer: a backup of an
    earlier program is brought up like its database would have been.
    """
    manifest = reading.manifest
    db = await asyncpg.connect(dsn_owner, server_settings=_FORM)
    try:
        await take_turn(db, say)
        async with db.transaction():
            there = [table.name for table in await _tables(db)]
            if there:
                raise CannotRestore(
                    f"The database is not empty: it has {len(there)} tables. A backup is restored into a new "
                    "one only: name a new folder by LENMUC_DATA, or an empty database by DATABASE_URL."
                )
            await migrate_on(db, most=len(manifest.steps))
            await _fill(db, reading, say)
            # What a trigger or a later step would write has to come after the comparison.
            await migrate_on(db, say=say)
        return manifest
    finally:
        await db.close(timeout=5)


async def _fill(db: Conn, reading: Reading, say: Say) -> None:
    manifest = reading.manifest
    links, forced = await db.fetch(_LINKS), await db.fetch(_FORCED)
    tables = {table.name: table for table in await _tables(db)}
    if tables.keys() != {kept.name for kept in manifest.tables}:
        raise CannotRestore("The tables in the backup are not those of its migrations. Nothing was touched.")
    for link in links:
        await db.execute(f"ALTER TABLE {link['place']} DROP CONSTRAINT {link['name']}")
    for place in forced:
        await db.execute(f"ALTER TABLE {place['place']} NO FORCE ROW LEVEL SECURITY")
    for name in tables:
        # The log of deeds would chain its entries a second time.
        await db.execute(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
        await db.execute(f'DELETE FROM "{name}"')
    found = []
    for kept in manifest.tables:
        say(f"restoring {kept.name}: {kept.rows} rows")
        await db.copy_to_table(kept.name, source=_pieces(reading, kept.name), columns=kept.columns)
        found.append(await _copy(db, tables[kept.name], lambda _: None))
    if fingerprint(found) != manifest.fingerprint or await _head(db) != (
        manifest.audit_place,
        manifest.audit_head,
    ):
        raise CannotRestore("The restored rows are not those of the backup. Nothing was kept.")
    for name in tables:
        await db.execute(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')
    for place in forced:
        await db.execute(f"ALTER TABLE {place['place']} FORCE ROW LEVEL SECURITY")
    for link in links:
        await db.execute(f"ALTER TABLE {link['place']} ADD CONSTRAINT {link['name']} {link['words']}")
    for one in manifest.sequences:
        await db.execute(
            "SELECT setval(quote_ident($1::text)::regclass, $2, $3)", one.name, one.last, one.called
        )


async def _pieces(reading: Reading, table: str) -> AsyncIterator[bytes]:
    for piece in reading.rows(table):
        yield piece
