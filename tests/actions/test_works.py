"""Work that takes longer than a page is seen from every process, and by nobody else."""

import asyncio
from typing import Any

import pytest

from lenmuc.actions import works
from lenmuc.actions.levels import Progress
from lenmuc.actions.works import Told, Works
from tests.conftest import person


async def until(works: Works, id: str, of: int, wanted: Any) -> Any:
    for _ in range(200):
        found = await works.elsewhere(id, of)
        if found is not None and wanted(found):
            return found
        await asyncio.sleep(0.01)
    raise AssertionError("it was not told")


async def test_another_process_sees_how_far_it_is_and_then_the_page_that_follows(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(works, "_BEAT", 0.01)
    email = await person(db, "planner")
    async with db.transaction() as conn:
        planner = await conn.fetchval("SELECT id FROM person WHERE email = $1", email)
    here, there = Works(db), Works(db)
    go_on = asyncio.Event()

    async def slow(progress: Progress) -> str:
        progress(1, 4)
        await go_on.wait()
        return "/vi/platform"

    work = here.begin(planner, slow, None)

    async def reply() -> Told:
        return Told(303, await work.outcome)

    await here.announce(work, reply)
    assert there.find(work.id, planner) is None
    assert (await until(there, work.id, planner, lambda found: found.parts)).done == 1
    assert await there.elsewhere(work.id, planner + 1) is None
    go_on.set()
    told = await until(there, work.id, planner, lambda found: found.status)
    assert (told.status, told.location) == (303, "/vi/platform")
    await here.close()
