"""What is rolled up equals what is counted from scratch, on the loaded city, however a level moves."""

import datetime as dt
from typing import Any

import asyncpg
import pytest

from lenmuc.actions.answering import answer
from lenmuc.content.everything import Content
from lenmuc.core.answers import AnswerForm, Identity, Target
from lenmuc.store.tallies import tally, tally_changes
from tests.conftest import person

SCRATCH = """
WITH here AS (
    SELECT '' AS scheme, agency, level, filings, online_filings FROM offering
    UNION ALL
    SELECT s.scheme, o.agency, s.level, o.filings, o.online_filings
    FROM standing s JOIN offering o ON o.id = s.offering
)
SELECT scheme, agency, level, count(*) AS offerings, coalesce(sum(filings), 0) AS filings,
       count(*) - count(filings) AS unfiled, count(online_filings) AS counted,
       count(*) FILTER (WHERE online_filings = 0) AS silent,
       coalesce(sum(online_filings) FILTER (WHERE filings IS NOT NULL), 0) AS online,
       coalesce(sum(filings) FILTER (WHERE online_filings IS NOT NULL), 0) AS comparable
FROM here GROUP BY scheme, agency, level
"""
ROLLED = """
SELECT scheme, agency, level, offerings, filings, unfiled, counted, silent, online, comparable FROM tally
WHERE offerings <> 0
"""
DAYS = """
SELECT scheme, agency, level, sum(offerings) AS offerings, sum(filings) AS filings, sum(unfiled) AS unfiled,
       sum(counted) AS counted, sum(silent) AS silent, sum(online) AS online, sum(comparable) AS comparable
FROM tally_day GROUP BY scheme, agency, level HAVING sum(offerings) <> 0
"""


async def rows(connection: Any, sql: str) -> set[tuple[Any, ...]]:
    return {
        tuple(int(v) if not isinstance(v, str) else v for v in row) for row in await connection.fetch(sql)
    }


async def assert_equal_to_scratch(connection: Any) -> None:
    scratch = await rows(connection, SCRATCH)
    assert await rows(connection, ROLLED) == scratch
    assert await rows(connection, DAYS) == scratch


async def test_the_loaded_city_is_rolled_up_as_it_is(db: Any, connection: Any) -> None:
    await assert_equal_to_scratch(connection)
    assert sum(c.offerings for c in (await tally(connection, "")).values()) == await connection.fetchval(
        "SELECT count(*) FROM offering"
    )


async def test_moved_levels_and_changed_filings_are_rolled_up_in_the_same_transaction(
    db: Any, connection: Any
) -> None:
    await connection.execute("UPDATE offering SET level = 3 WHERE id % 7 = 0")
    await connection.execute(
        "UPDATE standing SET level = level + 1 WHERE offering % 5 = 0 AND scheme = 'rs-2023'"
    )
    await connection.execute("UPDATE offering SET online_filings = id % 3, filings = NULL WHERE id % 11 = 0")
    await connection.execute("UPDATE offering SET online_filings = 4 WHERE id % 13 = 0")
    await assert_equal_to_scratch(connection)


async def test_answers_that_raise_levels_are_rolled_up_by_every_scheme(
    db: Any, connection: Any, content: Content
) -> None:
    email = await person(db, "planner")
    someone = await connection.fetchval("SELECT id FROM person WHERE email = $1", email)
    before = await rows(connection, ROLLED)
    platform = [c.id for c in content.scheme.criteria if c.scope == "platform" and c.role == "defines"]
    for criterion in platform:
        await answer(
            db,
            content.kept,
            Identity("planner", str(someone)),
            someone,
            criterion,
            Target(),
            AnswerForm("met", "Seen"),
        )
    code = await connection.fetchval(
        "SELECT service FROM offering WHERE agency = 'STP' AND level = 2 AND cardinality(missing) > 0 LIMIT 1"
    )
    for criterion in await connection.fetchval(
        "SELECT missing FROM offering WHERE agency = 'STP' AND service = $1", code
    ):
        scope = content.scheme.criterion(criterion).scope
        target = Target(
            "STP" if scope in ("agency", "offering") else "", code if scope in ("service", "offering") else ""
        )
        who = Identity("staff" if target.agency else "planner", str(someone), target.agency)
        await answer(db, content.kept, who, someone, criterion, target, AnswerForm("met", "Seen"))
    assert await rows(connection, ROLLED) != before
    await assert_equal_to_scratch(connection)


async def test_a_change_that_is_undone_leaves_no_trace(db: Any, connection: Any) -> None:
    before = await rows(connection, ROLLED)
    undo = connection.transaction()
    await undo.start()
    await connection.execute("UPDATE offering SET level = 4")
    assert await rows(connection, ROLLED) != before
    await undo.rollback()
    assert await rows(connection, ROLLED) == before


async def test_nobody_writes_what_is_rolled_up_by_hand(db: Any, connection: Any) -> None:
    for statement in ("UPDATE tally SET offerings = 0", "DELETE FROM tally_day", "SELECT tally_put(NULL)"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with connection.transaction():
                await connection.execute(statement)


async def test_a_past_day_is_told_as_the_history_of_levels_has_it(postgres: Any, db: Any) -> None:
    """Days are moved back on both sides, as the superuser of the server; nothing of it is kept."""
    admin = await asyncpg.connect(postgres.dsn("postgres", "lenmuc"))
    undo = admin.transaction()
    await undo.start()
    try:
        await admin.execute("UPDATE tally_day SET day = day - 100")
        await admin.execute("UPDATE level_change SET at = at - interval '100 days'")
        await admin.execute(
            "WITH moved AS (UPDATE offering SET level = 4 WHERE agency = 'STP' AND level = 2 RETURNING id)"
            "INSERT INTO level_change (offering, scheme, from_level, to_level, cause)"
            " SELECT id, 'rs-2018', 2, 4, 'test' FROM moved"
        )
        day = dt.date.today() - dt.timedelta(days=30)
        expected = {
            row["level"]: row["offerings"]
            for row in await admin.fetch(
                "SELECT level, count(*) AS offerings"
                " FROM (SELECT DISTINCT ON (c.offering) c.to_level AS level"
                " FROM level_change c JOIN offering o ON o.id = c.offering"
                " WHERE c.scheme = 'rs-2018' AND o.agency = 'STP' AND c.at < $1"
                " ORDER BY c.offering, c.at DESC, c.id DESC) last GROUP BY level",
                dt.datetime.combine(
                    day + dt.timedelta(days=1), dt.time(), dt.timezone(dt.timedelta(hours=7))
                ),
            )
        }
        then = await tally(admin, "", "STP", day)
        assert {level: counts.offerings for level, counts in then.items()} == expected
        assert 2 in expected
        now = await tally(admin, "", "STP")
        assert 2 not in now
        assert len({change.day for change in await tally_changes(admin, "", "STP")}) == 2
    finally:
        await undo.rollback()
        await admin.close()
