"""What comes in by tens of thousands of rows is compared by joining it whole, never looked up row by row."""

from typing import Any

import pytest

from lenmuc.store.database import PROGRAM
from lenmuc.store.imports import Q, stage

COMPARING = sorted(name for name, query in Q.by_name.items() if " incoming_" in query.sql)


async def plan(conn: Any, sql: str) -> str:
    """How the server would run a statement whose parameters it does not know."""
    await conn.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    await conn.execute(f"PREPARE asked AS {sql}")
    number = await conn.fetchval(
        "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'asked'"
    )
    given = f"({', '.join(['NULL'] * number)})" if number else ""
    rows = await conn.fetch(f"EXPLAIN EXECUTE asked {given}")
    await conn.execute("DEALLOCATE asked")
    return "\n".join(row[0] for row in rows)


@pytest.mark.parametrize("name", COMPARING)
async def test_no_row_that_came_in_is_looked_up_by_itself(name: str, db: Any) -> None:
    async with db.transaction(PROGRAM) as conn:
        await stage(conn, [], [], ["name"], "x", [], [], with_offerings=True)
        found = await plan(conn, Q.by_name[name].sql)
    assert "EXISTS(SubPlan" not in found, found
