"""What goes on in the background is watched while it does, and nothing of it outlives what stops it."""

import asyncio

import pytest

from lenmuc.actions import background
from lenmuc.actions.background import Background, GivenUp, watched


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "BEAT", 0.001)


async def test_a_work_gives_signs_of_life_until_it_is_over() -> None:
    signs, enough = 0, asyncio.Event()

    async def beat() -> bool:
        nonlocal signs
        signs += 1
        if signs == 2:
            raise OSError("the database is away for a moment")
        if signs == 4:
            enough.set()
        return False

    async def work() -> str:
        await enough.wait()
        return "done"

    async with watched(work(), beat) as working:
        assert await working == "done"
    seen = signs
    await asyncio.sleep(0.01)
    assert signs == seen


async def test_who_gives_a_work_up_ends_it() -> None:
    async def beat() -> bool:
        return True

    with pytest.raises(GivenUp):
        async with watched(asyncio.sleep(60), beat) as working:
            await working
    assert working.cancelled()


async def test_what_is_stopped_from_outside_was_not_given_up() -> None:
    async def beat() -> bool:
        return False

    async def work() -> None:
        async with watched(asyncio.sleep(60), beat) as working:
            await working

    here = Background()
    tasks = [here.begin("one", work()), here.begin("two", work())]
    await asyncio.sleep(0.01)
    here.stop("one")
    await asyncio.wait(tasks[:1])
    assert not tasks[1].done()
    await here.close()
    assert all(task.cancelled() for task in tasks)
    await here.wait()
