"""A backup while people work: everything of one moment, and into an empty database all of it or nothing."""

import asyncio
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from lenmuc.actions import auditing
from lenmuc.store import backup
from lenmuc.store.backup_file import CannotRestore, Manifest, Reading, Writing
from lenmuc.store.database import PooledDatabase
from lenmuc.store.embedded import APP, OWNER, EmbeddedPostgres
from lenmuc.store.migrate import CannotMigrate, migrations

SMALL = """
INSERT INTO agency (code, name, kind, tier, valid_from, sort_key, folded)
    VALUES ('STP', 'Sở Tư pháp', 'department', 'province', '2020-01-01', 'so', 'so');
INSERT INTO field (code, name, sort_key) VALUES ('HT', E'Hộ tịch\\\\ \\t"x"\\n', 'ho');
INSERT INTO service (code, name, field, tiers, sort_key)
    VALUES ('1.001193', 'Đăng ký khai sinh', 'HT', '{commune}', 'dang');
INSERT INTO offering (service, agency) SELECT '1.001193', 'STP';
INSERT INTO person (email, name, role, agency, password_hash)
    VALUES ('a@example.org', 'An', 'staff', 'STP', 'x');
INSERT INTO session (token_hash, person, csrf) VALUES ('\\x00', 1, 'c');
INSERT INTO evidence (criterion, agency, service, kind, title, name, media_type, size, sha256, person)
    VALUES ('3.05', 'STP', '1.001193', 'file', 'T', 'a.pdf', 'application/pdf', 300000, repeat('0', 64), 1);
INSERT INTO evidence_chunk SELECT 1, 'STP', 0, decode(repeat('00ff5c0a', 75000), 'hex');
INSERT INTO answer (criterion, agency, service, value, version, person, pieces)
    VALUES ('3.05', 'STP', '1.001193', 'met', 1, 1, '{1}');
INSERT INTO audit (person, agency, action, target, after)
    SELECT 1, 'STP', 'answer', 'C.' || n, '{"a": 1}' FROM generate_series(1, 50) n;
"""
EVERY = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
)


@pytest.fixture
async def admin(postgres: EmbeddedPostgres, blank: str) -> AsyncIterator[Any]:
    """The superuser of the server, with two databases to play with: `kept` has rows, `empty` has none."""
    db = await asyncpg.connect(postgres.dsn("postgres", "postgres"))
    for name, of in (("kept", blank), ("empty", "template1")):
        await db.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await db.execute(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {of}")
    kept = await asyncpg.connect(postgres.dsn("postgres", "kept"))
    await kept.execute(SMALL)
    await kept.close()
    yield db
    for name in ("kept", "empty"):
        await db.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await db.close()


@pytest.fixture
def kept(postgres: EmbeddedPostgres, admin: Any) -> str:
    return postgres.dsn(OWNER, "kept")


@pytest.fixture
def empty(postgres: EmbeddedPostgres, admin: Any) -> str:
    return postgres.dsn(OWNER, "empty")


async def restore(dsn: str, file: Path) -> Manifest:
    reading = backup.check(file)
    try:
        return await backup.restore(dsn, reading, lambda _: None)
    finally:
        reading.close()


async def rows(postgres: EmbeddedPostgres, database: str) -> dict[str, int]:
    db = await asyncpg.connect(postgres.dsn("postgres", database))
    try:
        names = [row[0] for row in await db.fetch(EVERY)]
        return {name: await db.fetchval(f'SELECT count(*) FROM "{name}"') for name in names}
    finally:
        await db.close()


async def schema(postgres: EmbeddedPostgres, database: str) -> list[tuple[str, ...]]:
    """Constraints, triggers, policies and forced tables, as the catalogue of PostgreSQL has them."""
    asked = """
        WITH ours AS (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r')
        SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid), '' FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT tgrelid::regclass::text, tgname::text, tgenabled::text, ''
            FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT relname::text, relrowsecurity::text, relforcerowsecurity::text, ''
            FROM pg_class JOIN ours USING (oid)
        UNION ALL SELECT polrelid::regclass::text, polname::text, pg_get_expr(polqual, polrelid),
            polroles::text FROM pg_policy
        UNION ALL SELECT attrelid::regclass::text, attname::text, attnum::text, attidentity::text
            FROM pg_attribute JOIN ours ON ours.oid = attrelid
    """
    db = await asyncpg.connect(postgres.dsn("postgres", database))
    try:
        return sorted(tuple(str(cell) for cell in row) for row in await db.fetch(asked))
    finally:
        await db.close()


async def test_what_was_backed_up_is_what_is_restored(
    postgres: EmbeddedPostgres, kept: str, empty: str, tmp_path: Path
) -> None:
    made = await backup.save(kept, tmp_path / "a.zip")
    await restore(empty, tmp_path / "a.zip")
    again = await backup.save(empty, tmp_path / "b.zip")
    assert again.fingerprint == made.fingerprint
    assert (again.audit_place, again.audit_head) == (made.audit_place, made.audit_head) != (0, "")
    assert again.sequences == made.sequences
    was, is_now = await rows(postgres, "kept"), await rows(postgres, "empty")
    # Every row of every table, whatever row-level security hides; nobody stays signed in.
    assert is_now == {**was, "session": 0}
    assert was["evidence_chunk"] == was["answer"] == 1
    assert was["audit"] == was["audit_link"] == 50
    assert await schema(postgres, "empty") == await schema(postgres, "kept")


async def test_the_restored_audit_log_is_whole_and_goes_on(
    postgres: EmbeddedPostgres, kept: str, empty: str, tmp_path: Path
) -> None:
    await backup.save(kept, tmp_path / "a.zip")
    await restore(empty, tmp_path / "a.zip")
    db = PooledDatabase(postgres.dsn(APP, "empty"))
    await db.open()
    try:
        whole = await auditing.verify(db)
        assert (whole.links, whole.first) == (50, None)
        async with db.transaction(auditing.READER) as conn:
            await conn.execute("INSERT INTO audit (action, target) VALUES ('x', 'y')")
        assert (await auditing.verify(db)).links == 51
    finally:
        await db.close()


async def test_every_table_with_rules_for_rows_lets_a_backup_read_it(kept: str) -> None:
    db = await asyncpg.connect(kept)
    try:
        hidden = await db.fetch(
            "SELECT relname FROM pg_class c WHERE relrowsecurity AND NOT EXISTS (SELECT FROM pg_policy p "
            "WHERE p.polrelid = c.oid AND p.polname = 'backup_read')"
        )
        assert hidden == []
        assert {table.name for table in await backup._tables(db)}.isdisjoint(backup.LEFT_OUT)
        assert {row[0] for row in await db.fetch(EVERY)} >= set(backup.LEFT_OUT)
    finally:
        await db.close()


async def test_only_the_owner_of_the_tables_reads_them_as_a_backup(
    postgres: EmbeddedPostgres, kept: str
) -> None:
    db = await asyncpg.connect(postgres.dsn(APP, "kept"))
    try:
        async with db.transaction():
            await db.execute("SELECT set_config('lenmuc.role', 'backup', true)")
            assert await db.fetchval("SELECT count(*) FROM answer") == 0
    finally:
        await db.close()


async def test_a_table_that_would_be_read_in_part_stops_the_backup(kept: str, tmp_path: Path) -> None:
    db = await asyncpg.connect(kept)
    await db.execute("DROP POLICY backup_read ON answer")
    await db.close()
    with pytest.raises(CannotMigrate, match="could not read all of answer"):
        await backup.save(kept, tmp_path / "a.zip")
    assert list(tmp_path.iterdir()) == []


async def test_a_backup_is_of_one_moment(
    postgres: EmbeddedPostgres, kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = await asyncpg.connect(postgres.dsn("postgres", "kept"))
    copy, done = backup._copy, []

    async def copy_and_write(db: Any, table: Any, write: Any) -> Any:
        done.append(table.name)
        await writer.execute("INSERT INTO audit (action, target) VALUES ('meanwhile', $1)", table.name)
        return await copy(db, table, write)

    monkeypatch.setattr(backup, "_copy", copy_and_write)
    made = await backup.save(kept, tmp_path / "a.zip")
    await writer.close()
    counts = {table.name: table.rows for table in made.tables}
    assert len(done) > 20
    assert counts["audit"] == counts["audit_link"] == made.audit_place == 50


async def test_a_backup_replaces_no_file_and_only_its_owner_may_read_it(kept: str, tmp_path: Path) -> None:
    await backup.save(kept, tmp_path / "a.zip")
    assert stat.S_IMODE((tmp_path / "a.zip").stat().st_mode) == 0o600
    before = (tmp_path / "a.zip").read_bytes()
    with pytest.raises(FileExistsError):
        await backup.save(kept, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.zip"]


async def test_any_program_for_zip_files_opens_a_backup(kept: str, tmp_path: Path) -> None:
    await backup.save(kept, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as opened:
        assert opened.testzip() is None
        assert "Đăng ký khai sinh" in opened.read("tables/service.copy").decode()


async def test_an_existing_installation_is_left_alone(
    postgres: EmbeddedPostgres, kept: str, tmp_path: Path
) -> None:
    await backup.save(kept, tmp_path / "a.zip")
    before = await rows(postgres, "kept")
    with pytest.raises(CannotRestore, match="not empty"):
        await restore(kept, tmp_path / "a.zip")
    assert await rows(postgres, "kept") == before


async def test_every_flipped_byte_and_every_cut_is_noticed(kept: str, tmp_path: Path) -> None:
    await backup.save(kept, tmp_path / "a.zip")
    good, bad = (tmp_path / "a.zip").read_bytes(), tmp_path / "bad.zip"
    places = [*range(0, len(good), max(1, len(good) // 150)), *range(len(good) - 80, len(good))]
    for place in places:
        bad.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        with pytest.raises(CannotRestore):
            Reading(bad)
        bad.write_bytes(good[:place])
        with pytest.raises(CannotRestore):
            Reading(bad)
    bad.write_bytes(good + b"x")
    with pytest.raises(CannotRestore, match="damaged"):
        Reading(bad)


def rewritten(source: Path, to: Path, **changes: Any) -> Path:
    """A backup with another manifest, sealed as if it had been written so."""
    reading, writing = Reading(source), Writing(to)
    for table in reading.manifest.tables:
        with writing.table(table.name) as member:
            for piece in reading.rows(table.name):
                member.write(piece)
    writing.finish(msgspec.structs.replace(reading.manifest, **changes))
    reading.close()
    return to


async def test_a_backup_of_a_newer_program_is_refused_before_anything_is_touched(
    postgres: EmbeddedPostgres, kept: str, empty: str, tmp_path: Path
) -> None:
    made = await backup.save(kept, tmp_path / "a.zip")
    newer = rewritten(
        tmp_path / "a.zip", tmp_path / "b.zip", steps={**made.steps, "0999_later.sql": "0" * 64}
    )
    with pytest.raises(CannotRestore, match="does not fit this program"):
        await restore(empty, newer)
    format = rewritten(tmp_path / "a.zip", tmp_path / "c.zip", format=2)
    with pytest.raises(CannotRestore, match="newer Lên Mức"):
        await restore(empty, format)
    assert await rows(postgres, "empty") == {}


@pytest.mark.parametrize("major", ["13.22", "19.1"])
async def test_a_backup_from_another_major_version_of_postgresql_is_restored_as_any_other(
    postgres: EmbeddedPostgres, kept: str, empty: str, tmp_path: Path, major: str
) -> None:
    await backup.save(kept, tmp_path / "a.zip")
    await restore(empty, rewritten(tmp_path / "a.zip", tmp_path / "b.zip", postgres=major))
    assert await rows(postgres, "empty") == {**await rows(postgres, "kept"), "session": 0}


async def test_rows_that_are_not_those_of_the_manifest_are_not_kept(
    postgres: EmbeddedPostgres, kept: str, empty: str, tmp_path: Path
) -> None:
    made = await backup.save(kept, tmp_path / "a.zip")
    other = [msgspec.structs.replace(table, sha256="0" * 64) for table in made.tables]
    with pytest.raises(CannotRestore, match="Nothing was kept"):
        await restore(empty, rewritten(tmp_path / "a.zip", tmp_path / "b.zip", tables=other))
    assert await rows(postgres, "empty") == {}


async def test_a_backup_of_an_earlier_program_is_brought_up_to_this_one(
    postgres: EmbeddedPostgres, kept: str, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = tmp_path / "later"
    later.mkdir()
    for file in migrations().iterdir():
        if file.name.endswith(".sql"):
            (later / file.name).write_bytes(file.read_bytes())
    steps = len(list(later.glob("0*.sql")))
    (later / f"{steps + 1:04d}_later.sql").write_text(
        "ALTER TABLE answer ADD COLUMN later integer NOT NULL DEFAULT 7;"
        "CREATE TABLE later (answer bigint PRIMARY KEY REFERENCES answer);"
        "INSERT INTO later SELECT id FROM answer"
    )
    await backup.save(kept, tmp_path / "a.zip")
    monkeypatch.setattr("lenmuc.store.migrate.migrations", lambda: later)
    monkeypatch.setattr(backup, "migrations", lambda: later)
    await restore(empty, tmp_path / "a.zip")
    db = await asyncpg.connect(postgres.dsn("postgres", "empty"))
    try:
        assert await db.fetchval("SELECT later FROM answer") == 7
    finally:
        await db.close()


async def test_a_backup_of_nothing_is_refused(empty: str, tmp_path: Path) -> None:
    with pytest.raises(CannotMigrate, match="nothing to back up"):
        await backup.save(empty, tmp_path / "a.zip")


KILLED = """
import asyncio, os, sys, signal
from pathlib import Path
from lenmuc.store import backup
what, dsn, file, after = sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
copy, seen = backup._copy, 0

async def die(*given):
    global seen
    seen += 1
    if seen > after:
        os.kill(os.getpid(), signal.SIGKILL)
    return await copy(*given)

backup._copy = die
if what == "save":
    asyncio.run(backup.save(dsn, file))
else:
    asyncio.run(backup.restore(dsn, backup.check(file), print))
"""


def killed(what: str, dsn: str, file: Path, after: int) -> None:
    command = [sys.executable, "-c", KILLED, what, dsn, str(file), str(after)]
    source = Path(backup.__file__).parents[2]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(source)}, capture_output=True, timeout=60
    )
    assert done.returncode == -9, done.stderr


async def test_kill_9_in_the_middle_leaves_no_backup_and_no_half_restore(
    postgres: EmbeddedPostgres, kept: str, empty: str, tmp_path: Path
) -> None:
    for after in (0, 5, 20):
        await asyncio.to_thread(killed, "save", kept, tmp_path / "a.zip", after)
        assert not (tmp_path / "a.zip").exists()
    made = await backup.save(kept, tmp_path / "a.zip")
    assert [file.name for file in tmp_path.iterdir()] == ["a.zip"]
    for after in (0, 5, 20):
        await asyncio.to_thread(killed, "restore", empty, tmp_path / "a.zip", after)
        assert await rows(postgres, "empty") == {}
    assert (await restore(empty, tmp_path / "a.zip")).fingerprint == made.fingerprint
