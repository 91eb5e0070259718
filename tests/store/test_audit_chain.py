"""The chain of the audit log: it grows with each commit, and whatever somebody does to it shows."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from lenmuc.actions.auditing import SAID, head, said, verify
from lenmuc.cli import main
from lenmuc.core.answers import Identity
from lenmuc.core.chain import START, Break, Head, Link, Verified, Walk
from lenmuc.store import audit
from lenmuc.store.database import PooledDatabase
from lenmuc.store.embedded import APP, OWNER, EmbeddedPostgres
from lenmuc.store.migrate import migrate, migrations

PLANNER = Identity(role="planner")


@pytest.fixture
async def superuser(postgres: EmbeddedPostgres, blank: str) -> AsyncIterator[Any]:
    """Somebody at whom no rule of a database of its own stops."""
    server = await asyncpg.connect(postgres.dsn("postgres", "postgres"))
    await server.execute("DROP DATABASE IF EXISTS chain WITH (FORCE)")
    await server.execute(f"CREATE DATABASE chain OWNER {OWNER} TEMPLATE {blank}")
    admin = await asyncpg.connect(postgres.dsn("postgres", "chain"))
    await admin.execute("SET session_replication_role = replica")  # no trigger stops them either
    yield admin
    await admin.close()
    await server.execute("DROP DATABASE chain WITH (FORCE)")
    await server.close()


@pytest.fixture
async def log(postgres: EmbeddedPostgres, superuser: Any) -> AsyncIterator[PooledDatabase]:
    """A log of ten entries."""
    db = PooledDatabase(postgres.dsn(APP, "chain"), size=20)
    await db.open()
    for number in range(1, 11):
        await write(db, number)
    yield db
    await db.close()


async def write(db: PooledDatabase, number: int) -> None:
    async with db.transaction(PLANNER) as conn:
        before = {"value": "met", "justification": f'đã có "{number}"\\'} if number % 2 else None
        await audit.record(
            conn, person=number, agency="STP", action="answer", target=f"C.{number}", before=before, after={}
        )


async def found(db: PooledDatabase, noted: bytes = b"") -> Break | None:
    return (await verify(db, noted)).first


async def test_an_untouched_log_is_whole_and_its_head_is_in_it(log: PooledDatabase) -> None:
    noted = (await head(log)).hash
    await write(log, 11)
    ends = await head(log)
    assert ends.place == ends.last == 11
    assert await verify(log, noted) == Verified(11, 11, ends.hash)


async def test_no_entry_is_linked_when_its_deed_is_undone(log: PooledDatabase) -> None:
    async def undone() -> None:
        async with log.transaction(PLANNER) as conn:
            await audit.record(conn, person=1, action="answer", target="undone")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await undone()
    assert await verify(log) == Verified(10, 10, (await head(log)).hash)


async def test_many_writers_at_once_make_one_chain(log: PooledDatabase) -> None:
    await asyncio.gather(*(write(log, number) for number in range(200)))
    whole = await verify(log)
    assert (whole.links, whole.intact, whole.first) == (210, 210, None)


@pytest.mark.parametrize(
    "change",
    [
        "target = 'C.99'",
        "before = 'null'",
        "after = '{\"a\": 1}'",
        "at = at + interval '1 microsecond'",
        "person = NULL",
        "agency = ''",
        "action = 'publish'",
    ],
)
async def test_a_changed_entry_is_found(log: PooledDatabase, superuser: Any, change: str) -> None:
    await superuser.execute(f"UPDATE audit SET {change} WHERE target = 'C.4'")
    broken = await verify(log)
    assert (broken.links, broken.intact) == (10, 9)
    assert broken.first == Break("changed", 4, 4)


async def test_a_deleted_entry_is_found(log: PooledDatabase, superuser: Any) -> None:
    await superuser.execute("DELETE FROM audit WHERE id = 5")
    assert await found(log) == Break("missing", 5, 5)


async def test_an_entry_deleted_with_its_link_is_found(log: PooledDatabase, superuser: Any) -> None:
    await superuser.execute("DELETE FROM audit WHERE id = 5; DELETE FROM audit_link WHERE place = 5")
    assert await found(log) == Break("lost", 5)


async def test_two_entries_with_exchanged_contents_are_found(log: PooledDatabase, superuser: Any) -> None:
    await superuser.execute(
        "UPDATE audit a SET at = b.at, person = b.person, target = b.target, before = b.before "
        "FROM audit b WHERE (a.id, b.id) IN ((3, 7), (7, 3))"
    )
    assert await found(log) == Break("moved", 3, 3)


async def test_two_exchanged_places_are_found(log: PooledDatabase, superuser: Any) -> None:
    await superuser.execute(
        "UPDATE audit_link SET place = -place WHERE place IN (3, 7);"
        "UPDATE audit_link SET place = 10 + place WHERE place < 0"
    )
    assert await found(log) == Break("moved", 3, 7)


CUT = "DELETE FROM audit WHERE id > 8; DELETE FROM audit_link WHERE place > 8"
HIDE = "UPDATE audit_head SET place = 8, hash = (SELECT hash FROM audit_link WHERE place = 8)"


async def test_a_cut_end_is_found(log: PooledDatabase, superuser: Any) -> None:
    await superuser.execute(CUT)
    assert await found(log) == Break("cut", 9)


async def test_a_cut_end_that_was_hidden_is_found_by_who_noted_the_head(
    log: PooledDatabase, superuser: Any
) -> None:
    noted = (await head(log)).hash
    await superuser.execute(f"{CUT}; {HIDE}")
    assert await found(log) is None, "nobody can see this from inside"
    assert await found(log, noted) == Break("unknown head", 8)


async def test_a_head_set_back_is_found(log: PooledDatabase, superuser: Any) -> None:
    await superuser.execute(HIDE)
    assert await found(log) == Break("head", 10)


async def test_an_entry_beside_the_chain_is_found(log: PooledDatabase, superuser: Any) -> None:
    await superuser.execute("INSERT INTO audit (action, target) VALUES ('answer', 'C.1')")
    assert await found(log) == Break("beside", 11, 11)


async def test_another_function_in_the_database_does_not_fool_the_check(
    log: PooledDatabase, superuser: Any
) -> None:
    await superuser.execute(
        "CREATE OR REPLACE FUNCTION audit_text(e audit) RETURNS bytea "
        "LANGUAGE sql AS $$ SELECT '\\x00'::bytea $$"
    )
    await write(log, 11)
    assert await found(log) == Break("changed", 11, 11)


FORBIDDEN = [
    "UPDATE audit SET target = ''",
    "DELETE FROM audit",
    "TRUNCATE audit",
    "INSERT INTO audit_link (place, entry, hash) VALUES (99, 99, sha256(''))",
    "UPDATE audit_link SET place = 0",
    "DELETE FROM audit_link",
    "TRUNCATE audit_link",
    "UPDATE audit_head SET place = 0",
    "DELETE FROM audit_head",
    "TRUNCATE audit_head",
    "ALTER TABLE audit DISABLE TRIGGER audit_chain",
    "SELECT audit_append(e) FROM audit e LIMIT 1",
    "SET session_replication_role = replica",
]


@pytest.mark.parametrize("sql", FORBIDDEN)
async def test_the_program_can_only_add(log: PooledDatabase, sql: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with log.transaction(PLANNER) as conn:
            await conn.execute(sql)
    assert await found(log) is None


@pytest.mark.parametrize("sql", [sql for sql in FORBIDDEN[:7] if not sql.startswith("INSERT")])
async def test_the_owner_cannot_change_it_by_mistake(
    postgres: EmbeddedPostgres, log: PooledDatabase, sql: str
) -> None:
    owner = await asyncpg.connect(postgres.dsn(OWNER, "chain"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only grows"):
        await owner.execute(sql)
    await owner.close()


async def test_entries_from_before_the_chain_are_linked_by_the_migration(
    postgres: EmbeddedPostgres, superuser: Any, tmp_path: Any
) -> None:
    await superuser.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION lenmuc_owner")
    for step in migrations().iterdir():
        if step.name[:4].isdigit() and step.name < "0006":
            (tmp_path / step.name).write_bytes(step.read_bytes())
    owner = postgres.dsn(OWNER, "chain")
    await migrate(owner, tmp_path)
    await superuser.execute(
        "INSERT INTO audit (action, target) SELECT 'answer', n::text FROM generate_series(1, 7) n"
    )
    await migrate(owner)
    db = PooledDatabase(postgres.dsn(APP, "chain"))
    await db.open()
    await write(db, 8)
    assert await verify(db) == Verified(8, 8, (await head(db)).hash)
    await db.close()


async def test_the_command_says_what_is_wrong_and_ends_with_an_error(
    postgres: EmbeddedPostgres, log: PooledDatabase, superuser: Any, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres.dsn(APP, "chain"))
    monkeypatch.setenv("LENMUC_OWNER_DATABASE_URL", postgres.dsn(OWNER, "chain"))
    await asyncio.to_thread(main, ["audit", "head"])
    noted = capsys.readouterr().out.split()[0]
    assert noted == (await head(log)).hash.hex()
    await asyncio.to_thread(main, ["audit", "verify", "--head", noted])
    assert "10 entries in the chain, 10 of them as they were written" in capsys.readouterr().out
    await superuser.execute("UPDATE audit SET person = 1 WHERE id = 6")
    with pytest.raises(SystemExit) as ended:
        await asyncio.to_thread(main, ["audit", "verify"])
    assert "entry 6 (place 6) is not what was written" in str(ended.value.code)
    # the first check stands in the log itself
    assert "11 entries in the chain, 10 of them as they were written" in capsys.readouterr().out
    async with log.transaction(Identity("auditor")) as conn:
        last = await audit.last_walk(conn)
    assert last is not None
    assert last.action == "audit broken"
    assert "entry 6 (place 6)" in last.after["fault"]
    with pytest.raises(SystemExit) as ended:
        await asyncio.to_thread(main, ["audit", "verify", "--head", "no hash"])
    assert ended.value.code == 2


def test_an_empty_log_is_whole() -> None:
    assert Walk().end(Head(0, START, 0)) == Verified(0, 0, START)


def test_everything_that_can_be_wrong_has_a_sentence() -> None:
    for what in SAID:
        assert said(Break(what, 3, 4))
    walk = Walk()
    walk.step(Link(1, 1, b"", "text"))
    assert walk.end(Head(1, b"", 1)).first == Break("changed", 1, 1)
