"""The whole program while its database, or the network before it, fails in every way that a test can make:
503 with the time to come back, pages that are kept go on, nothing is lost or doubled, and it heals by itself.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from lenmuc.actions import accounts
from lenmuc.app import create_app
from lenmuc.content.everything import Content
from lenmuc.settings import Settings
from lenmuc.store import database
from lenmuc.store.database import PooledDatabase
from lenmuc.store.embedded import EmbeddedPostgres
from tests.conftest import PASSWORD, Visitor
from tests.made import copy_city
from tests.web.proxy import NARROW, Proxy

KEPT, NEVER_SEEN = "/vi/services?q=khai+sinh", "/vi/services?q="


class Town:
    """A program of its own on a database of its own, with a network between them."""

    def __init__(self, server: EmbeddedPostgres, content: Content, folder: Path) -> None:
        self.server = server
        self.proxy = Proxy(f"{server._sockets}/.s.PGSQL.5432")
        self._content, self._folder = content, folder

    async def open(self) -> None:
        await self.proxy.start()
        address = f"postgresql://lenmuc_app@127.0.0.1:{self.proxy.port}/lenmuc?sslmode=disable"
        self.db = PooledDatabase(address, size=4, timeout=0.5)
        await self.db.open()
        self.app = create_app(Settings(data=self._folder), self.db, self._content, look_every=0.1)
        transport = httpx.ASGITransport(self.app)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")
        self.signed_in = Visitor(httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000"))
        await accounts.create_person(self.db, "a@example.org", "An", "staff", "STP", PASSWORD, demo=True)
        await self.signed_in.sign_in("a@example.org", PASSWORD)
        assert (await self.http.get(KEPT)).status_code == 200
        listed = await self.http.get("/api/v1/offerings?agency=STP&level=2&page_size=20")
        self.offerings = [one["id"] for one in listed.json()["items"]]

    async def close(self) -> None:
        await self.http.aclose()
        await self.signed_in.http.aclose()
        await self.db.close()
        await self.proxy.close()

    async def look(self, path: str) -> tuple[int, float]:
        """Status and seconds; what is no 200 says when to come back."""
        began = time.monotonic()
        reply = await self.http.get(path)
        assert reply.status_code == 200 or reply.headers["retry-after"], reply.text
        return reply.status_code, time.monotonic() - began

    async def heals(self) -> None:
        began = time.monotonic()
        while (await self.http.get("/readyz")).status_code != 200:
            assert time.monotonic() - began < 15
            await asyncio.sleep(0.05)

    def answer(self, offering: int, key: str) -> Any:
        """Send one answer, or send it again."""
        return self.signed_in.http.put(
            f"/api/v1/offerings/{offering}/answers/3.05",
            json={"value": "met", "justification": key},
            headers={"X-CSRF-Token": self.signed_in.csrf, "If-None-Match": "*", "Idempotency-Key": key},
        )

    async def stored(self, offering: int) -> tuple[int, str]:
        """How many entries the audit log has of the answer, and what it says."""
        said = (await self.signed_in.http.get(f"/api/v1/offerings/{offering}/answers/3.05")).json()
        admin = await asyncpg.connect(self.server.dsn("postgres", "lenmuc"))
        try:
            entries: int = await admin.fetchval(
                "SELECT count(*) FROM audit e JOIN offering o ON o.id = $1 AND e.action = 'answer'"
                " AND e.target = concat_ws(' ', '3.05', 'offering', o.service, o.agency)",
                offering,
            )
        finally:
            await admin.close()
        return entries, said.get("justification", "")


@pytest.fixture(scope="module")
async def town(content: Content, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    folder = tmp_path_factory.mktemp("away")
    await asyncio.to_thread(copy_city, folder / "data")
    async with EmbeddedPostgres(folder / "data", durable=False) as server:
        town = Town(server, content, folder)
        await town.open()
        yield town
        await town.close()


@pytest.mark.parametrize("mode", ["refuse", "reset", "silent"])
async def test_a_network_that_fails_is_told_and_kept_pages_go_on(
    town: Town, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_BEGIN_SECONDS", 0.5)
    monkeypatch.setattr("lenmuc.store.changes._PATIENCE", 0.3)
    await town.proxy.become(mode)
    kept = [await town.look(KEPT) for _ in range(3)]
    others = await asyncio.gather(*(town.look(f"{NEVER_SEEN}{mode}+{n}") for n in range(8)))
    assert [status for status, _ in kept] == [200] * 3
    assert {status for status, _ in others} == {503}
    assert max(seconds for _, seconds in (*kept, *others)) < 6
    await town.proxy.become("pass")
    await town.heals()
    assert (await town.look(f"{NEVER_SEEN}{mode}+0"))[0] == 200


async def test_a_slow_network_is_slow_and_nothing_else(town: Town) -> None:
    await town.proxy.become("slow")
    assert (await town.look(f"{NEVER_SEEN}slow"))[0] == 200
    await town.proxy.become("pass")


async def test_a_narrow_network_is_slow_and_nothing_else(town: Town) -> None:
    await town.proxy.become("narrow")
    began = time.monotonic()
    kept, other, written = await asyncio.gather(
        town.look(KEPT), town.look(f"{NEVER_SEEN}narrow"), town.answer(town.offerings[-1], "narrow")
    )
    took = time.monotonic() - began
    await town.proxy.become("pass")
    print(f"\n{town.proxy.carried} bytes at {NARROW} a second in {took:.1f} s")
    assert (kept[0], other[0], written.status_code) == (200, 200, 201)
    assert await town.stored(town.offerings[-1]) == (1, "narrow")
    assert town.proxy.carried > NARROW / 4, "nothing was held up"
    assert took >= town.proxy.carried / NARROW


async def test_when_the_reply_to_a_commit_is_lost_sending_it_again_tells_the_truth(town: Town) -> None:
    stored_without_a_reply = 0
    for number, offering in enumerate(town.offerings[:10]):
        key = f"lost-{number}"
        await town.proxy.become("lose the reply to COMMIT", after=number)
        reply = await town.answer(offering, key)
        await town.proxy.become("pass")
        await town.heals()
        if reply.status_code == 201:
            break  # it takes fewer transactions than that
        assert (reply.status_code, bool(reply.headers["retry-after"])) == (503, True)
        found = await town.stored(offering)
        assert found in ((0, ""), (1, key))
        stored_without_a_reply += found[0]
        again = await town.answer(offering, key)
        assert (again.status_code, again.headers["etag"]) == (201, '"1"')
        assert await town.stored(offering) == (1, key)
        # Without the key, the version that was seen keeps it from being done twice.
        assert (await town.answer(offering, f"other-{number}")).status_code == 412
    else:
        raise AssertionError("every reply was lost")
    assert stored_without_a_reply


async def test_sessions_that_are_ended_one_by_one_cost_one_request_each_at_most(town: Town) -> None:
    seen: Counter[int] = Counter()
    over = False

    async def read() -> None:
        while not over:
            status, _ = await town.look("/readyz")
            seen[status] += 1

    readers = [asyncio.create_task(read()) for _ in range(3)]
    admin = await asyncpg.connect(town.server.dsn("postgres", "lenmuc"))
    ended = 0
    for _ in range(6):
        await asyncio.sleep(0.15)
        ended += await admin.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity"
            " WHERE usename = 'lenmuc_app' AND pid <> pg_backend_pid() LIMIT 1) one"
        )
    await admin.close()
    over = True
    await asyncio.gather(*readers)
    assert ended > 3
    assert set(seen) <= {200, 503}
    assert seen[503] <= ended
    assert seen[200] > ended


async def test_with_a_hot_table_locked_and_no_connection_free_kept_pages_go_on(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lenmuc.store.changes._PATIENCE", 0.3)
    admin = await asyncpg.connect(town.server.dsn("postgres", "lenmuc"))
    async with admin.transaction():
        await admin.execute("LOCK TABLE answer IN ACCESS EXCLUSIVE MODE")
        waiting = [asyncio.create_task(town.answer(one, f"locked-{one}")) for one in town.offerings[12:18]]
        await asyncio.sleep(1.0)
        kept = await asyncio.gather(*(town.look(KEPT) for _ in range(5)))
        other = await town.look(f"{NEVER_SEEN}locked")
    await admin.close()
    replies = await asyncio.gather(*waiting)
    assert {status for status, _ in kept} == {200}
    assert other[0] == 503
    assert {reply.status_code for reply in replies} == {201, 503}
    for offering, reply in zip(town.offerings[12:18], replies, strict=True):
        stored = (1, f"locked-{offering}") if reply.status_code == 201 else (0, "")
        assert await town.stored(offering) == stored


async def test_a_statement_that_takes_too_long_is_cut_by_the_server(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_READING", "50ms")
    with pytest.raises(asyncpg.QueryCanceledError):
        async with town.db.transaction(read_only=True) as conn:
            await conn.execute("SELECT pg_sleep(5)")
    async with town.db.transaction() as conn:
        assert await conn.fetchval("SHOW statement_timeout") == "65s"
