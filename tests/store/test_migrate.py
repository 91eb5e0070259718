"""Migrations: forward only, whole or not at all, one at a time."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from lenmuc.store.embedded import APP, OWNER, EmbeddedPostgres
from lenmuc.store.migrate import CannotMigrate, migrate, migrations


@pytest.fixture
async def empty(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    """The owner's address of a fresh database."""
    admin = await asyncpg.connect(postgres.dsn("postgres", "postgres"))
    await admin.execute("DROP DATABASE IF EXISTS trial WITH (FORCE)")
    await admin.execute(f"CREATE DATABASE trial OWNER {OWNER}")
    yield postgres.dsn(OWNER, "trial")
    await admin.execute("DROP DATABASE trial WITH (FORCE)")
    await admin.close()


def write(folder: Path, **steps: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, sql in steps.items():
        (folder / f"{name.removeprefix('m')}.sql").write_text(sql)
    return folder


async def fetch(dsn: str, sql: str) -> list[object]:
    db = await asyncpg.connect(dsn)
    try:
        return [row[0] for row in await db.fetch(sql)]
    finally:
        await db.close()


async def test_steps_are_applied_once_in_order(empty: str, tmp_path: Path):
    steps = write(tmp_path / "m", m0001_a="CREATE TABLE a (n int)", m0002_b="ALTER TABLE a ADD m int")
    assert await migrate(empty, steps) == ["0001_a.sql", "0002_b.sql"]
    assert await migrate(empty, steps) == []
    write(steps, m0003_c="INSERT INTO a VALUES (1, 2); INSERT INTO a VALUES (3, 4)")
    assert await migrate(empty, steps) == ["0003_c.sql"]
    assert await fetch(empty, "SELECT name FROM migration ORDER BY name") == [
        "0001_a.sql",
        "0002_b.sql",
        "0003_c.sql",
    ]


async def test_a_failing_step_leaves_nothing_and_the_earlier_ones_stay(empty: str, tmp_path: Path):
    steps = write(
        tmp_path / "m", m0001_a="CREATE TABLE a (n int)", m0002_b="CREATE TABLE b (n int); SELECT 1/0"
    )
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(empty, steps)
    assert await fetch(empty, "SELECT name FROM migration") == ["0001_a.sql"]
    assert await fetch(empty, "SELECT to_regclass('b')") == [None]
    write(steps, m0002_b="CREATE TABLE b (n int)")
    assert await migrate(empty, steps) == ["0002_b.sql"]


async def test_programs_that_start_together_migrate_once(empty: str, tmp_path: Path):
    sql = "SELECT pg_sleep(0.1); CREATE TABLE t%d (n int)"
    steps = write(tmp_path / "m", **{f"m{n:04d}_t": sql % n for n in range(1, 4)})
    done = await asyncio.gather(*(migrate(empty, steps) for _ in range(6)))
    assert sorted(len(names) for names in done) == [0, 0, 0, 0, 0, 3]


async def test_an_edited_step_is_refused(empty: str, tmp_path: Path):
    steps = write(tmp_path / "m", m0001_a="CREATE TABLE a (n int)")
    await migrate(empty, steps)
    write(steps, m0001_a="CREATE TABLE a (n bigint)", m0002_b="CREATE TABLE b (n int)")
    with pytest.raises(CannotMigrate, match=r"0001_a\.sql was edited"):
        await migrate(empty, steps)
    assert await fetch(empty, "SELECT to_regclass('b')") == [None]


async def test_other_line_ends_are_no_edit(empty: str, tmp_path: Path):
    steps = write(tmp_path / "m", m0001_a="CREATE TABLE a (\n n int\n)")
    await migrate(empty, steps)
    (steps / "0001_a.sql").write_bytes(b"CREATE TABLE a (\r\n n int\r\n)")
    assert await migrate(empty, steps) == []


async def test_a_newer_database_is_refused(empty: str, tmp_path: Path):
    steps = write(tmp_path / "m", m0001_a="CREATE TABLE a (n int)", m0002_b="CREATE TABLE b (n int)")
    await migrate(empty, steps)
    (steps / "0002_b.sql").unlink()
    with pytest.raises(CannotMigrate, match="newer than this program"):
        await migrate(empty, steps)


async def test_a_step_slipped_in_behind_is_refused(empty: str, tmp_path: Path):
    steps = write(tmp_path / "m", m0001_a="CREATE TABLE a (n int)", m0002_b="CREATE TABLE b (n int)")
    await migrate(empty, steps)
    assert await fetch(empty, "DELETE FROM migration WHERE name = '0001_a.sql' RETURNING name") == [
        "0001_a.sql"
    ]
    with pytest.raises(CannotMigrate, match="never applied"):
        await migrate(empty, steps)


@pytest.mark.parametrize("name", ["0002_second", "first", "0001_Capital"])
async def test_a_wrong_name_is_refused(empty: str, tmp_path: Path, name: str):
    with pytest.raises(CannotMigrate, match="should be number 0001"):
        await migrate(empty, write(tmp_path / "m", **{name: "SELECT 1"}))


async def test_grants_run_again_after_new_steps_and_when_edited(empty: str, tmp_path: Path):
    count = "UPDATE runs SET n = n + 1"
    steps = write(tmp_path / "m", m0001_a="CREATE TABLE runs AS SELECT 0 AS n", grants=count)
    await migrate(empty, steps)
    await migrate(empty, steps)
    assert await fetch(empty, "SELECT n FROM runs") == [1]
    write(steps, grants=count + " WHERE true")
    await migrate(empty, steps)
    write(steps, m0002_b="CREATE TABLE b (n int)")
    await migrate(empty, steps)
    assert await fetch(empty, "SELECT n FROM runs") == [3]


async def test_the_programs_own_steps_fit_a_fresh_database(empty: str):
    assert await migrate(empty) == sorted(
        file.name for file in migrations().iterdir() if file.name[0].isdigit() and file.name.endswith(".sql")
    )


async def test_a_server_with_a_single_role_needs_no_grants(postgres: EmbeddedPostgres, empty: str):
    admin = await asyncpg.connect(postgres.dsn("postgres", "postgres"))
    await admin.execute(f"ALTER DATABASE trial OWNER TO {APP}")
    await admin.close()
    own = postgres.dsn(APP, "trial")
    assert await migrate(own)
    assert await migrate(own) == []
    assert "grants.sql" not in await fetch(own, "SELECT name FROM migration")


KILLED = """
import asyncio, sys
from pathlib import Path
from lenmuc.store.migrate import migrate
asyncio.run(migrate(sys.argv[1], Path(sys.argv[2]), lambda said: print(said, flush=True)))
"""


async def test_kill_9_in_the_middle_of_a_step_leaves_the_steps_before_it_and_is_repeated(
    empty: str, tmp_path: Path
):
    steps = write(
        tmp_path / "m",
        m0001_a="CREATE TABLE a (n int)",
        m0002_b="CREATE TABLE b (n int); SELECT pg_sleep(2); CREATE TABLE c (n int)",
    )
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, empty, str(steps), stdout=asyncio.subprocess.PIPE
    )
    assert program.stdout is not None
    while b"0002_b" not in (said := await asyncio.wait_for(program.stdout.readline(), 30)):
        assert said, "it ended by itself"
    await asyncio.sleep(0.3)
    program.kill()
    await program.wait()
    # The second program waits until the server has noticed, and then does what is left.
    assert await migrate(empty, steps) == ["0002_b.sql"]
    assert await fetch(empty, "SELECT count(*) FROM migration") == [2]
