"""A primary and a standby with streaming replication: who reads where, and what is left when one dies."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest

from lenmuc.app import create_app
from lenmuc.content.everything import Content
from lenmuc.settings import Settings
from lenmuc.store.database import PROGRAM, PooledDatabase
from lenmuc.store.embedded import APP
from lenmuc.store.replicas import Readers
from tests.live.replication import Server, copied, primary, several

OTHER = {"away": "2.000823", "giving up": "1.013852"}
BIRTH = "/api/v1/services/1.001193"
NAME = "UPDATE service SET name = $1 WHERE code = '1.001193'"


class Pair:
    """Two servers and the program on them, in this process."""

    def __init__(self, first: Server, second: Server, db: PooledDatabase, readers: Readers) -> None:
        self.first, self.second, self.db, self.readers = first, second, db, readers
        self.http: httpx.AsyncClient

    async def write(self, name: str) -> None:
        """Change what everybody sees, as the program does; it is acknowledged when this is over."""
        async with self.db.transaction(PROGRAM) as conn:
            await conn.execute(NAME, name)

    async def shown(self) -> str:
        """What everybody sees."""
        reply = await self.http.get(BIRTH)
        assert reply.status_code == 200, reply.text
        return str(reply.json()["name"])

    async def until_shown(self, name: str, seconds: float = 10) -> float:
        """Wait until everybody sees it; how long that took."""
        begun = time.monotonic()
        while await self.shown() != name:
            assert time.monotonic() - begun < seconds, self.readers.counts
            await asyncio.sleep(0.05)
        return time.monotonic() - begun


@pytest.fixture(scope="module")
async def pair(tmp_path_factory: pytest.TempPathFactory, content: Content) -> AsyncIterator[Pair]:
    folder = tmp_path_factory.mktemp("two")
    folder.chmod(0o755)
    first = await asyncio.to_thread(primary, folder / "a")
    second: Server | None = None
    try:
        await first.start()
        second = await asyncio.to_thread(copied, first, folder / "b")
        await second.start()
        await first.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
        await first.ask("SELECT pg_reload_conf()")
        db = PooledDatabase(several(APP, first, second, wanted="read-write"))
        readers = Readers(db, PooledDatabase(several(APP, first, second, wanted="prefer-standby"), timeout=2))
        await db.open()
        await readers.open()
        pair = Pair(first, second, db, readers)
        app = create_app(
            Settings(data=folder / "site", public_lag=0), db, content, readers=readers, look_every=0.2
        )
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as pair.http:
            yield pair
        await readers.close()
        await db.close()
    finally:
        for server in (first, second):
            if server is not None:
                server.kill()


async def counted(pair: Pair, act: Callable[[], Awaitable[Any]]) -> tuple[int, int]:
    """Transactions on the standby and on the primary while something is done."""
    before = dict(pair.readers.counts)
    await act()
    after = pair.readers.counts
    return after["standby"] - before["standby"], after["primary"] - before["primary"]


async def test_the_public_reads_from_the_standby_and_sees_there_what_was_written(pair: Pair) -> None:
    assert await pair.second.ask("SELECT pg_is_in_recovery()")
    await pair.shown()
    await pair.write("Viết ở máy chính")
    standby, first = await counted(pair, lambda: pair.until_shown("Viết ở máy chính", 2))
    assert standby >= 1
    assert first == 0


async def test_what_was_written_here_is_read_at_once_though_the_standby_is_behind(pair: Pair) -> None:
    # What it replays waits; what it has received is acknowledged all the same.
    await pair.second.ask("SELECT pg_wal_replay_pause()")
    try:
        await pair.write("Chưa tới bản sao")
        pair.readers.written()
        await asyncio.sleep(0.25)
        _, first = await counted(pair, pair.shown)
        assert first >= 1
        assert await pair.shown() == "Chưa tới bản sao"
    finally:
        await pair.second.ask("SELECT pg_wal_replay_resume()")


async def test_a_standby_that_falls_behind_is_not_read_from_until_it_has_caught_up(pair: Pair) -> None:
    await asyncio.sleep(1.2)  # until it is asked again, and again has everything
    pair.readers._lag = 0.5
    await pair.second.ask("SELECT pg_wal_replay_pause()")
    try:
        await pair.write("Bản sao đứng lại")
        assert await pair.until_shown("Bản sao đứng lại") > 0.4
    finally:
        await pair.second.ask("SELECT pg_wal_replay_resume()")
    await asyncio.sleep(1.2)
    await pair.write("Bản sao theo kịp")
    standby, _ = await counted(pair, lambda: pair.until_shown("Bản sao theo kịp"))
    assert standby >= 1


class GivingUp:
    """A connection whose reads a standby cuts off, as it does for what it has to replay."""

    def __init__(self, conn: Any) -> None:
        self.fetchval = conn.fetchval

    async def fetchrow(self, *_: Any) -> Any:
        raise asyncpg.SerializationError("canceling statement due to conflict with recovery")


@pytest.mark.parametrize("kind", ["away", "giving up"])
async def test_what_the_standby_does_not_answer_the_primary_does(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    whole = pair.readers._standby.transaction

    @asynccontextmanager
    async def faulty(*who: Any, **options: Any) -> AsyncIterator[Any]:
        if kind == "away":
            raise ConnectionResetError("the standby is away")
        async with whole(*who, **options) as conn:
            yield GivingUp(conn)

    await pair.write(f"Bản sao: {kind}")
    await pair.until_shown(f"Bản sao: {kind}")
    monkeypatch.setattr(pair.readers._standby, "transaction", faulty)
    pair.readers._rested = 0
    reply = await pair.http.get(f"/api/v1/services/{OTHER[kind]}")
    assert reply.status_code == 200
    assert pair.readers._rested > time.monotonic()
    pair.readers._rested = 0


async def test_when_the_primary_dies_and_the_standby_is_promoted_nothing_acknowledged_is_lost(
    pair: Pair,
) -> None:
    acknowledged = ""
    for number in range(20):
        name = f"Ghi lần {number}"
        await pair.write(name)
        acknowledged = name
    pair.first.kill()
    assert await pair.shown()  # reading goes on
    with pytest.raises(Exception, match="."):
        await pair.write("Không ai nhận")
    begun = time.monotonic()
    # A new primary waits for no standby: there is none yet.
    await pair.second.ask("ALTER SYSTEM RESET synchronous_standby_names")
    assert await pair.second.ask("SELECT pg_promote()")
    assert await pair.second.ask("SELECT name FROM service WHERE code = '1.001193'") == acknowledged
    while True:
        try:
            await pair.write(acknowledged + "!")
            break
        except Exception:
            assert time.monotonic() - begun < 20
            await asyncio.sleep(0.05)
    await pair.until_shown(acknowledged + "!")
