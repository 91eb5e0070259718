"""The second wall: every table that holds what belongs to an agency, or waits for somebody, is behind it."""

from typing import Any

import asyncpg

from tests.conftest import forget_log

# What everybody may read, or what the program alone looks up on the way to an identity.
OPEN = {"offering", "person", "agency", "tally", "tally_day", "count_tally"}
ALSO = {"mail_event", "programme", "demand", "post_count", "post_key", "kept_reply", "sent_form"}
_WALLS = """
    SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced,
           EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) AS policy,
           EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'agency') AS tenant
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
    WHERE c.relkind = 'r'
"""


async def test_every_table_of_an_agency_forces_its_policies_on_everybody(postgres: Any) -> None:
    conn = await asyncpg.connect(postgres.app_dsn)
    rows = await conn.fetch(_WALLS)
    await conn.close()
    wanted = {row["name"] for row in rows if row["tenant"]} - OPEN | ALSO
    assert {"answer", "review", "remark", "roadmap", "audit"} <= wanted
    assert wanted - {row["name"] for row in rows if row["forced"] and row["policy"]} == set()


async def test_who_says_no_identity_sees_no_row(city: Any, postgres: Any) -> None:
    owner = await asyncpg.connect(postgres.dsn("postgres", "lenmuc"))
    conn = await asyncpg.connect(postgres.app_dsn)
    try:
        await owner.execute("INSERT INTO audit (action, target) VALUES ('a deed', 'a thing')")
        assert await owner.fetchval("SELECT count(*) FROM audit") > 0
        for row in await conn.fetch(_WALLS):
            if row["forced"]:
                assert await conn.fetchval(f'SELECT count(*) FROM "{row["name"]}"') == 0, row["name"]
    finally:
        await conn.close()
        await owner.close()
        await forget_log(postgres)
