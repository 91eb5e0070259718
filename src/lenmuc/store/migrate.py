"""Brings the schema of a database up to this program: forward only, each step whole or not at all.

The steps are `migrations/0001_….sql`, `0002_….sql` and so on; a published step never changes.
`migrations/grants.sql`, when there is one, is no step: it says what the role `lenmuc_app` may do, and runs
again after new steps or when it was edited, on databases that have that role.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import re
from collections.abc import Callable
from importlib.resources.abc import Traversable

import asyncpg
import msgspec

from lenmuc.store.embedded import APP

OLDEST = 13
_LOCK = 0x4C656E4D7563
"""The letters LenMuc as a number: our advisory lock in this database."""
_STEP = re.compile(r"[0-9]{4}_[a-z0-9_]+\.sql")
GRANTS = "grants.sql"
_TABLE = """
CREATE TABLE IF NOT EXISTS migration (
    name text PRIMARY KEY,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""

# The owner of the tables reads every row for a backup, and only then: a forced policy leaves rows out unsaid.
_BACKUP_READS = """
DO $$
DECLARE
    guarded regclass;
BEGIN
    FOR guarded IN
        SELECT c.oid FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relrowsecurity
          AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'backup_read')
    LOOP
        EXECUTE format('CREATE POLICY backup_read ON %s FOR SELECT TO CURRENT_USER '
                       'USING (acting_role() = ''backup'')', guarded);
    END LOOP;
END $$
"""


class CannotMigrate(Exception):
    """The schema and the program do not fit. The text says which step and what to do; nothing was changed."""


class Step(msgspec.Struct, frozen=True):
    """One file."""

    name: str
    sql: str
    sha256: str


def _quiet(_: str) -> None:
    """Says nothing."""


def migrations() -> Traversable:
    """The folder of the steps that this program brings."""
    return importlib.resources.files("lenmuc.store") / "migrations"


async def migrate(
    dsn_owner: str, folder: Traversable | None = None, say: Callable[[str], None] = _quiet
) -> list[str]:
    """Apply the steps that are missing; returns their names. Several programs may do so at the same time.

    `dsn_owner` is the role that owns the tables; with a single role it is the program's as well. Raises
    CannotMigrate, asyncpg.PostgresError when a step fails (it is undone), OSError without a server."""
    db = await asyncpg.connect(dsn_owner)
    try:
        await take_turn(db, say)
        return await migrate_on(db, folder, say)
    finally:
        # The end of the connection gives the lock back, also when we are cancelled in the middle.
        await db.close(timeout=5)


async def take_turn(db: asyncpg.Connection[asyncpg.Record], say: Callable[[str], None] = _quiet) -> None:
    """Wait until no other program changes this database; until the connection ends. Raises CannotMigrate."""
    await _suitable(db)
    if not await db.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
        say("Another Lên Mức is changing the database; waiting for it.")
        await db.execute("SELECT pg_advisory_lock($1)", _LOCK)


async def migrate_on(
    db: asyncpg.Connection[asyncpg.Record],
    folder: Traversable | None = None,
    say: Callable[[str], None] = _quiet,
    *,
    most: int | None = None,
) -> list[str]:
    """`migrate` on a connection that has taken its turn; with `most`, no further than that many steps."""
    folder = folder if folder is not None else migrations()
    await db.execute("SET client_min_messages = warning")
    await db.execute(_TABLE)
    known = await applied_steps(db)
    missing = missing_steps(read_steps(folder)[:most], known)
    for step in missing:
        say(f"Changing the database: {step.name}")
        async with db.transaction():
            await db.execute(step.sql)
            await db.execute("INSERT INTO migration (name, sha256) VALUES ($1, $2)", step.name, step.sha256)
    if most is None:
        granted = await db.fetchval("SELECT sha256 FROM migration WHERE name = $1", GRANTS)
        await _grant(db, folder, granted, changed=bool(missing))
        await db.execute(_BACKUP_READS)
    return [step.name for step in missing]


async def applied_steps(db: asyncpg.Connection[asyncpg.Record]) -> dict[str, str]:
    """The steps that this database has, by name, with the SHA-256 of their text."""
    rows = await db.fetch("SELECT name, sha256 FROM migration WHERE name <> $1 ORDER BY name", GRANTS)
    return {row["name"]: row["sha256"] for row in rows}


def read_steps(folder: Traversable) -> list[Step]:
    """The steps of a folder in their order. Raises CannotMigrate for a name or number out of order."""
    steps = [
        _read(file)
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".sql") and file.name != GRANTS
    ]
    numbers = [step.name[:4] for step in steps]
    for position, step in enumerate(steps, start=1):
        if not _STEP.fullmatch(step.name) or int(step.name[:4]) != position:
            raise CannotMigrate(
                f"Migration {step.name} should be number {position:04d} with a name in small letters, "
                f"such as {position:04d}_people.sql; found: {', '.join(numbers)}."
            )
    return steps


def _read(file: Traversable) -> Step:
    # A checkout may have other line ends; that is not another step.
    text = file.read_bytes().replace(b"\r\n", b"\n")
    return Step(file.name, text.decode("utf-8"), hashlib.sha256(text).hexdigest())


def missing_steps(steps: list[Step], applied: dict[str, str]) -> list[Step]:
    """The steps still to apply. Raises CannotMigrate when the database is no earlier state of ours."""
    ours = {step.name for step in steps}
    unknown = sorted(applied.keys() - ours)
    if unknown:
        last = steps[-1].name if steps else "none"
        raise CannotMigrate(
            f"The database is newer than this program: it has {', '.join(unknown)}, "
            f"and the program ends with {last}. "
            "Start the newer program, or restore a backup from before the upgrade."
        )
    for step in steps:
        if step.name in applied and applied[step.name] != step.sha256:
            raise CannotMigrate(
                f"Migration {step.name} was edited after it had been applied to this database. "
                "Put the published file back, and write the change as a new migration."
            )
    missing = [step for step in steps if step.name not in applied]
    if missing != steps[len(applied) :]:
        raise CannotMigrate(
            f"Migration {missing[0].name} was never applied, but later ones were. "
            "Put the published files back, or restore a backup of the database."
        )
    return missing


async def _suitable(db: asyncpg.Connection[asyncpg.Record]) -> None:
    version = db.get_server_version()
    if version.major < OLDEST:
        raise CannotMigrate(
            f"The database server is PostgreSQL {version.major}; Lên Mức needs {OLDEST} or newer."
        )
    encoding = await db.fetchval("SHOW server_encoding")
    if encoding != "UTF8":
        raise CannotMigrate(
            f"The database is encoded in {encoding}. "
            "Make one with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0."
        )


async def _grant(
    db: asyncpg.Connection[asyncpg.Record], folder: Traversable, known: str | None, *, changed: bool
) -> None:
    file = folder / GRANTS
    if not file.is_file():
        return
    grants = _read(file)
    if grants.sha256 == known and not changed:
        return
    if not await db.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1 AND rolname <> current_user", APP):
        return
    async with db.transaction():
        await db.execute(grants.sql)
        await db.execute(
            "INSERT INTO migration (name, sha256) VALUES ($1, $2) "
            "ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256, applied_at = now()",
            GRANTS,
            grants.sha256,
        )
