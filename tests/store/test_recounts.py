"""What follows from other rows is worked out again: a whole database is found right, and each fault is
named.
"""

import asyncio
from pathlib import Path

import asyncpg

from lenmuc.actions.recounting import SAID, recount
from lenmuc.content.everything import Content
from lenmuc.store.embedded import EmbeddedPostgres
from tests.made import copy_city

FAULTS = {
    "levels by rs-2018": "UPDATE offering SET missing = '{3.05}' WHERE id = (SELECT max(id) FROM offering)",
    "levels by rs-2023": "UPDATE standing SET missing = '{9.99}' WHERE scheme = 'rs-2023'"
    " AND offering = (SELECT min(offering) FROM standing)",
    SAID["services"]: "UPDATE service SET filings = filings + 1 WHERE code = '1.013852'",
    SAID["tallies"]: "UPDATE tally_day SET silent = silent + 1 WHERE agency = 'STP'",
    SAID["counts"]: "INSERT INTO count_tally SELECT 'STP', '2026-01-01', 1, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0",
    SAID["ratings"]: "INSERT INTO rating_tally VALUES ('1.013852', 'STP', '2026-01-01', 'overall', 1, 0, 0)",
    SAID["names"]: "UPDATE service SET sort_key = 'z' WHERE code = '1.013852'",
}


async def test_a_whole_database_is_as_it_is_worked_out_again_and_each_fault_is_named(
    tmp_path: Path, content: Content
) -> None:
    # A city of its own: tests with several writers at once leave rows behind in the one that is shared.
    await asyncio.to_thread(copy_city, tmp_path / "data")
    async with EmbeddedPostgres(tmp_path / "data", durable=False) as server:
        admin = await asyncpg.connect(server.dsn("postgres", "lenmuc"))
        try:
            assert not [one for one in await recount(admin, content.kept) if one.differ.rows]
            for fault in FAULTS.values():
                await admin.execute(fault)
            found = {one.what: one.differ for one in await recount(admin, content.kept)}
            assert {what for what, differ in found.items() if differ.rows} == FAULTS.keys()
            assert found[SAID["services"]].example == "1.013852"
        finally:
            await admin.close()
