"""The version of what the public sees: every table takes part or is named here as nobody's business."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest

from lenmuc.store import search
from lenmuc.store.changes import Changes
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
    try:
        for _ in range(3):
            async with conn.transaction():
                await conn.execute("UPDATE offering SET level = level WHERE service = '1.001193'")
        before = await Q.all(conn, "versions", Counted)
        await Q.run(conn, "sum_up")
        after = await Q.all(conn, "versions", Counted)
    finally:
        await conn.close()
    assert _version(after) == _version(before)
    assert sum(one.rows for one in after) < sum(one.rows for one in before)


async def test_levels_that_change_again_and_again_are_renewed_a_tenth_of_the_time(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def records(*_: object) -> Any:
        return SimpleNamespace(offers=SimpleNamespace(order=[0]))

    async def levels(*_: object) -> Any:
        await asyncio.sleep(0.02)
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
    second = await finder.index()
    assert second is not first, "the first change shows at once"
    await another_level(3)
    assert await finder.index() is second
    assert 0.1 < finder._not_before - time.monotonic() < 1.01
    finder._not_before = 0
    assert await finder.index() is not second
