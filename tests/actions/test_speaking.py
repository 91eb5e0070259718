"""The throttle of the public is one for all processes, also when they are asked at the same moment."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from lenmuc.actions.speaking import say
from lenmuc.core.throttle import SHORT, Limit, TooManyPosts
from lenmuc.store.database import PROGRAM, PooledDatabase
from lenmuc.web.reviews import today

ADDRESS, OTHER = "198.51.100.23", "198.51.100.24"


async def nothing(_: Any) -> None:
    """Stores nothing."""


@pytest.fixture
async def processes(city: Any, postgres: Any) -> Any:
    """Two processes, each with its own connections; what they count is forgotten afterwards."""
    found = [PooledDatabase(postgres.app_dsn, size=6) for _ in range(2)]
    for each in found:
        await each.open()
    yield found
    async with found[0].transaction(PROGRAM) as conn:
        await conn.execute("DELETE FROM post_count")
        await conn.execute("DELETE FROM post_key")
    for each in found:
        await each.close()


async def test_two_processes_asked_at_once_let_in_ten_together(processes: list[PooledDatabase]) -> None:
    async def post(number: int) -> str:
        address = OTHER if number % 8 == 0 else ADDRESS
        try:
            await say(processes[number % 2], address, today(), Limit(f"text {number}", 1, 60), nothing)
        except TooManyPosts:
            return "refused"
        return address

    async with asyncio.timeout(30):
        said = Counter(await asyncio.gather(*(post(number) for number in range(72))))
    assert said == {ADDRESS: SHORT.posts, OTHER: 9, "refused": 72 - SHORT.posts - 9}


async def test_one_press_counts_once_also_when_it_is_sent_twice_at_once(
    processes: list[PooledDatabase],
) -> None:
    async with asyncio.timeout(30):
        said = await asyncio.gather(
            *(
                say(processes[number % 2], ADDRESS, today(), Limit("demand 1", 1, 60), nothing)
                for number in range(8)
            )
        )
    assert sorted(said) == [False] * 7 + [True]


async def test_what_was_not_stored_may_be_said_again(processes: list[PooledDatabase]) -> None:
    async def broken(_: Any) -> None:
        raise ConnectionResetError

    same = Limit("demand 1", 1, 60)
    with pytest.raises(ConnectionResetError):
        await say(processes[0], ADDRESS, today(), same, broken)
    assert await say(processes[0], ADDRESS, today(), same, nothing)
