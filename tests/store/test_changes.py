"""The version of what the public sees: every table takes part or is named here as nobody's business."""

import asyncio
import time
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from lenmuc.core.answers import Identity
from lenmuc.store import search
from lenmuc.store.changes import Changes, Place
from lenmuc.store.database import PooledDatabase, act_as, prepare_connection
from lenmuc.store.search import Finder

# What no public page shows.
PRIVATE = {
    "estimate",
    "study",
    "assignment", "audit", "audit_head", "audit_link", "catalogue", "check_run", "comment",
    "demand", "evidence", "evidence_chunk", "finding", "first_administrator",
    "import_job", "import_run", "inspection_finding", "inspection_plan",
    "inspection_visit", "kept_reply", "mail_event", "mail_state", "mail_switch", "migration", "person",
    "post_count", "post_key", "provider_link", "provider_step", "public_change", "recovery_code",
    "remark", "round_notice", "saving", "scenario", "second_factor", "sent_form", "service_history",
    "service_lineage", "session", "sign_in_attempt", "sign_in_step", "task", "task_report",
    "withdrawn_answer", "work_report",
}  # fmt: skip
# What triggers keep in step with tables that take part.
COUNTED = {"tally", "tally_day", "count_tally"}
# What shows from the first day of the next quarter, by the day that is part of every tag.
QUARTERLY = {"rating", "rating_sum", "rating_tally"}


async def test_a_change_of_any_public_table_is_noted(connection: Any) -> None:
    tables = {
        row["table_name"]
        for row in await connection.fetch(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
    }
    noted = {
        row["name"]
        for row in await connection.fetch(
            "SELECT tgrelid::regclass::text AS name FROM pg_trigger WHERE tgname LIKE 'public_change%'"
        )
    }
    assert tables - noted == PRIVATE | COUNTED | QUARTERLY, (
        "what public pages show needs the trigger; other tables stand here"
    )
    assert not noted & PRIVATE


async def test_each_kind_of_change_makes_a_new_version_of_what_it_touches(db: Any) -> None:
    changes = Changes(db, 0)
    first = await changes.now()
    assert await changes.now() == first
    async with db.transaction() as conn:
        await conn.execute("UPDATE offering SET level = 4, missing = '{}' WHERE agency = 'STP'")
    moved = await changes.now()
    assert moved.records == first.records
    assert moved.levels != first.levels
    assert moved.everything != first.everything
    async with db.transaction() as conn:
        await conn.execute("UPDATE service SET filings = filings + 1, levels = '{4}' WHERE code = '1.001193'")
    assert await changes.now() == moved  # rolled up, not changed
    async with db.transaction() as conn:
        await conn.execute("UPDATE service SET name = 'Khác' WHERE code = '1.001193'")
    assert (await changes.now()).records != first.records


async def test_between_two_looks_the_version_stands_unless_something_was_written_here(db: Any) -> None:
    changes = Changes(db, 60)
    first = await changes.now()
    async with db.transaction() as conn:
        await conn.execute("UPDATE offering SET level = 4, missing = '{}' WHERE agency = 'STP'")
    assert await changes.now() == first
    changes.forget()
    assert await changes.now() != first


async def test_old_rows_are_summed_up_without_a_new_version(db: Any, postgres: Any) -> None:
    import asyncpg

    from lenmuc.store.changes import Counted, Q, _version

    conn = await asyncpg.connect(postgres.app_dsn)
    await prepare_connection(conn)
    try:
        for _ in range(3):
            async with conn.transaction():
                await conn.execute("UPDATE offering SET level = level WHERE service = '1.001193'")
        before = await Q.all(conn, "versions", Counted, None)
        await Q.run(conn, "sum_up", 0)
        after = await Q.all(conn, "versions", Counted, None)
    finally:
        await conn.close()
    assert _version(after) == _version(before)
    assert sum(one.rows for one in after) < sum(one.rows for one in before)


async def test_levels_that_change_again_and_again_are_renewed_a_tenth_of_the_time(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def records(*_: object) -> Any:
        return object(), [1]

    async def levels(*_: object) -> Any:
        await asyncio.sleep(0.1)
        return [1], [1]

    async def another_level(level: int) -> None:
        async with db.transaction() as conn:
            await conn.execute("UPDATE offering SET level = $1, missing = '{}' WHERE agency = 'STP'", level)

    monkeypatch.setattr(search, "read_records", records)
    monkeypatch.setattr(search, "read_levels", levels)
    monkeypatch.setattr(search, "Index", lambda *_: object())
    finder: Any = Finder(db, Changes(db, 0), SimpleNamespace(), "", patience=60)
    first = await finder.index()
    await another_level(4)
    began = time.monotonic()
    second = await finder.index()
    assert second is not first, "the first change shows at once"
    await another_level(3)
    assert await finder.index() is second
    assert began + 0.5 < finder._not_before < time.monotonic() + 1.01
    finder._not_before = 0
    assert await finder.index() is not second


ONE = "UPDATE offering SET level = level WHERE service = $1 AND agency = 'X00070'"
BIRTH, OTHER = Place("service", "1.001193"), Place("service", "1.000894")


@pytest.fixture
async def committed(city: Any, postgres: Any) -> AsyncIterator[PooledDatabase]:
    """The server without a transaction around it: what is written here leaves everything as it was."""
    database = PooledDatabase(postgres.app_dsn)
    await database.open()
    yield database
    await database.close()


async def written(db: Any, statement: str, *args: object) -> None:
    async with db.transaction() as conn:
        await conn.execute(statement, *args)


async def test_a_change_of_one_offering_touches_its_service_and_its_agency_alone(committed: Any) -> None:
    changes = Changes(committed, 0)
    first = (await changes.now()).number
    await written(committed, ONE, BIRTH.code)
    second = (await changes.now()).number
    assert second == first + 1
    assert changes.journal.touched(BIRTH, first)
    assert changes.journal.touched(Place("agency", "X00070"), first)
    assert not changes.journal.touched(BIRTH, second)
    assert not changes.journal.touched(OTHER, first)
    async with committed.transaction(read_only=True) as conn:
        id = await conn.fetchval(
            "SELECT id FROM offering WHERE service = $1 AND agency = 'X00070'", BIRTH.code
        )
    assert changes.journal.offerings(first) == [id]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE agency SET name = name WHERE code = 'STP'",
        "UPDATE offering SET level = level WHERE service = '1.001193'",  # 126 wards
    ],
)
async def test_a_change_of_more_touches_everything(committed: Any, statement: str) -> None:
    changes = Changes(committed, 0)
    first = (await changes.now()).number
    await written(committed, statement)
    await changes.now()
    assert changes.journal.touched(OTHER, first)
    assert changes.journal.offerings(first) is None


async def test_changes_that_were_summed_up_before_they_were_seen_touch_everything(committed: Any) -> None:
    from lenmuc.store.changes import Q

    changes = Changes(committed, 0)
    first = (await changes.now()).number
    for _ in range(2):
        await written(
            committed,
            "UPDATE offering SET level = level WHERE service = $1 AND agency = 'X00070'",
            BIRTH.code,
        )
    async with committed.transaction() as conn:
        await Q.run(conn, "sum_up", 0)
    await changes.now()
    assert changes.journal.touched(OTHER, first)


async def test_a_statement_that_meets_no_row_changes_nothing(committed: Any) -> None:
    changes = Changes(committed, 0)
    first = await changes.now()
    await written(committed, "UPDATE offering SET level = level WHERE service = 'none'")
    assert await changes.now() == first


@pytest.mark.parametrize(("agency", "few"), [("X00070", True), ("", False)])
async def test_an_answer_names_the_offering_it_is_for_unless_it_is_for_many(
    db: Any, as_staff: Any, agency: str, few: bool
) -> None:
    async with db.transaction() as conn:
        await conn.execute("DELETE FROM public_change WHERE transaction = pg_current_xact_id()")
        role = "staff" if few else "planner"
        await act_as(conn, Identity(role=role, agency=agency))
        await conn.execute(
            "INSERT INTO answer (criterion, agency, service, value, justification, version, person)"
            " SELECT '3.05', $1, $2, 'met', 'x', 1, min(id) FROM person",
            agency,
            BIRTH.code,
        )
        noted = await conn.fetchval(
            "SELECT offerings FROM public_change WHERE kind = 'other' AND transaction = pg_current_xact_id()"
        )
        wanted = await conn.fetch(
            "SELECT id FROM offering WHERE service = $1 AND agency = $2", BIRTH.code, agency
        )
    assert noted == ([row["id"] for row in wanted] if few else None)


async def test_few_levels_that_moved_are_read_alone_and_are_those_of_all(
    committed: Any, content: Any
) -> None:
    changes = Changes(committed, 0)
    finder: Any = Finder(committed, changes, content.catalogue.words, content.classes.id, patience=60)
    await finder.index()
    await written(committed, ONE, BIRTH.code)
    held = finder._held
    assert await finder.index() is not held.index
    assert all((new == old).all() for new, old in zip(finder._held.levels, held.levels, strict=True))
    moved = held.levels[0].copy()
    moved[3] = 7  # as if that one had moved since
    stale = msgspec.structs.replace(held, levels=(moved, held.levels[1]))
    async with committed.transaction(read_only=True) as conn:
        levels, _ = await search.renew_levels(conn, content.classes.id, stale, [int(held.ids[3]), 10**12])
    assert (levels == held.levels[0]).all()
