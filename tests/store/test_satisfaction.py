"""Ratings are counted as they come in, as a count from scratch has them; nobody reads a running quarter."""

import datetime as dt
import random
from typing import Any

import asyncpg
import pytest

from lenmuc.core.answers import Identity
from lenmuc.core.satisfaction import CONTENTS, ENOUGH, Rating, quarter_of
from lenmuc.store.database import PROGRAM
from lenmuc.store.satisfaction import add_rating, by_agency, of_service
from lenmuc.web.reviews import today

_VALUES = ", ".join(f"('{name}', {name})" for name in CONTENTS)
SCRATCH = f"""
WITH cell AS (
    SELECT service, agency, date_trunc('quarter', day::timestamp)::date AS quarter, content,
           count(*) FILTER (WHERE step = 3) AS very, count(*) FILTER (WHERE step = 2) AS satisfied,
           count(*) FILTER (WHERE step = 1) AS unsatisfied, count(*) AS n
    FROM rating CROSS JOIN LATERAL (VALUES {_VALUES}) c (content, step)
    WHERE step IS NOT NULL GROUP BY 1, 2, 3, 4
)
SELECT agency, quarter, content, sum(very)::int, sum(satisfied)::int, sum(unsatisfied)::int,
       coalesce(sum(very) FILTER (WHERE n >= {ENOUGH}), 0)::int,
       coalesce(sum(satisfied) FILTER (WHERE n >= {ENOUGH}), 0)::int,
       coalesce(sum(unsatisfied) FILTER (WHERE n >= {ENOUGH}), 0)::int
FROM cell GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
PUT = """
INSERT INTO rating (service, agency, day, overall, convenience, timeliness, attitude)
SELECT * FROM unnest($1::text[], $2::text[], $3::date[], $4::int[], $5::int[], $6::int[], $7::int[])
"""
FIRST = quarter_of(today()).first


async def test_what_is_counted_equals_a_count_from_scratch(db: Any) -> None:
    dice = random.Random(5)
    days = [FIRST - dt.timedelta(days=n) for n in (1, 80, 100, 300)]
    async with db.transaction(PROGRAM) as conn:
        places = await conn.fetch(
            "(SELECT service, agency FROM offering WHERE id % 4000 = 0)"
            " UNION ALL (SELECT service, agency FROM offering WHERE agency = 'STP' ORDER BY 1 LIMIT 9)"
        )
        for size in (1, 1, 2, 3, 40, 1, 150, 4, 1, 60):
            rows = [
                (*dice.choice(places), dice.choice(days), dice.randint(1, 3),
                 *(dice.choice((None, 1, 2, 3)) for _ in range(3)))
                for _ in range(size)
            ]  # fmt: skip
            await conn.execute(PUT, *(list(column) for column in zip(*rows, strict=True)))
            counted = [tuple(row) for row in await conn.fetch("SELECT * FROM rating_sum ORDER BY 1, 2, 3")]
            assert counted == [tuple(row) for row in await conn.fetch(SCRATCH)]
        assert any(row[3] + row[4] + row[5] > sum(row[6:]) > 0 for row in counted), (
            "some are seen, some are not"
        )


async def test_the_running_quarter_is_counted_and_read_by_nobody(db: Any) -> None:
    async with db.transaction() as conn:
        service = await conn.fetchval("SELECT min(service) FROM offering WHERE agency = 'STP'")
        for _ in range(7):
            await add_rating(conn, service, "STP", Rating(3, attitude=1))
    for role in ("public", "staff", "lead", "planner", "administrator", "auditor"):
        async with db.transaction(Identity(role, "1", "STP")) as conn:
            for table in ("rating", "rating_tally", "rating_sum"):
                assert await conn.fetchval(f"SELECT count(*) FROM {table}") == 0, (role, table)
    async with db.transaction(PROGRAM) as conn:
        assert await conn.fetchval("SELECT very FROM rating_tally WHERE content = 'overall'") == 7
        assert await by_agency(conn, FIRST - dt.timedelta(days=400)) == {}
        assert await of_service(conn, service, "", FIRST - dt.timedelta(days=400)) == {}


@pytest.mark.parametrize("role", ["public", "staff", "planner", "administrator"])
async def test_nobody_speaks_for_the_public_or_of_another_day(db: Any, role: str) -> None:
    for table, more in (("rating", ", agency, overall"), ("demand", "")):
        values = ", 'STP', 3" if more else ""
        async with db.transaction(Identity(role, "1", "STP")) as conn:
            service = await conn.fetchval("SELECT min(service) FROM offering WHERE agency = 'STP'")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.transaction(Identity(role, "1", "STP")) as conn:
                await conn.execute(
                    f"INSERT INTO {table} (service, day{more}) VALUES ($1, $2{values})",
                    service,
                    FIRST - dt.timedelta(days=1),
                )


async def test_nobody_changes_what_was_counted(db: Any) -> None:
    for table in ("rating", "demand", "rating_tally", "rating_sum"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.transaction(PROGRAM) as conn:
                await conn.execute(f"DELETE FROM {table}")
