"""What a test writes is undone only when nothing of it works any more."""

import asyncio
from typing import Any

import pytest

from tests.conftest import UndoneDatabase


async def test_the_end_waits_for_a_transaction_in_the_background_and_lets_no_other_begin(
    connection: Any,
) -> None:
    db, begun, done = UndoneDatabase(connection), asyncio.Event(), []

    async def in_the_background() -> None:
        async with db.transaction() as conn:
            begun.set()
            await conn.execute("SELECT pg_sleep(0.1)")
            done.append(True)

    working = asyncio.create_task(in_the_background())
    await begun.wait()
    await db.end()
    assert done == [True]
    with pytest.raises(AssertionError, match="has ended"):
        async with db.transaction():
            pass
    await working
