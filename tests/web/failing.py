"""A database whose n-th call fails, and a browser that has every change fail at each of its calls first."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx

from lenmuc.core.answers import Identity
from lenmuc.store.database import PUBLIC, act_as
from tests.conftest import UndoneDatabase

_CALLS = {"fetch", "fetchrow", "fetchval", "execute", "executemany", "copy_records_to_table"}
_READ_ONLY = ("GET", "HEAD")
# Trying counts, whatever comes of it: that is what holds back who guesses or floods.
_TRIES = {"sign_in_attempt", "post_count", "post_key"}


class FailingDatabase(UndoneDatabase):
    """As the real one, until `fail_at` is set: that call fails, and whatever its transaction asks after it.

    Calls are counted from 1 over all transactions. Opening a transaction and its commit count as one each.
    `kept`: the transactions that may have stored something, since `arm`.
    """

    def __init__(self, conn: Any) -> None:
        super().__init__(conn)
        self.fail_at = 0
        self.calls = 0
        self.kept = 0

    @property
    def failed(self) -> bool:
        """Whether the call that was to fail has come."""
        return 0 < self.fail_at <= self.calls

    def arm(self, number: int) -> None:
        """From now on the call with this number fails; 0: none does."""
        self.fail_at, self.calls, self.kept = number, 0, 0

    def count(self) -> None:
        """One more call. Raises what the driver raises when the server is gone."""
        self.calls += 1
        if self.calls == self.fail_at:
            raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    @asynccontextmanager
    async def transaction(self, who: Identity = PUBLIC, *, read_only: bool = False) -> AsyncIterator[Any]:
        async with self._turn, self._conn.transaction():
            self.count()
            await act_as(self._conn, who)
            line = _Line(self._conn, self)
            yield line
            if line.gone:
                raise asyncpg.InterfaceError("connection is closed")
            self.count()
        # What only reads is held to it by the server.
        self.kept += not read_only


class _Line:
    """The connection of one transaction: after one failure nothing gets through."""

    def __init__(self, conn: Any, counted: FailingDatabase) -> None:
        self._conn, self._counted = conn, counted
        self.gone = False

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._conn, name)
        if name not in _CALLS:
            return found

        async def call(*args: Any, **options: Any) -> Any:
            if self.gone:
                raise asyncpg.InterfaceError("connection is closed")
            try:
                self._counted.count()
            except asyncpg.ConnectionDoesNotExistError:
                self.gone = True
                raise
            return await found(*args, **options)

        return call


async def fingerprint(conn: Any) -> dict[str, str]:
    """By table: how many rows there are, and a sum over their contents.

    Of large tables it is the sum over the transactions that wrote the rows, which changes when a row does.
    """
    tables = await conn.fetch(
        "SELECT c.relname AS name, c.reltuples > 5000 AS large FROM pg_class c"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1"
    )
    parts = [
        f"SELECT '{t['name']}', count(*) || ' ' || coalesce("
        f"sum({'t.xmin::text::numeric' if t['large'] else 'hashtextextended(t::text, 0)'}), 0) "
        f"FROM {t['name']} t"
        for t in tables
        if t["name"] not in _TRIES
    ]
    acting = await conn.fetchval("SELECT current_setting('lenmuc.role', true)")
    found: dict[str, str] = {}
    for role in ("auditor", "program"):  # the audit log is read by auditors alone
        await conn.execute("SELECT set_config('lenmuc.role', $1, true)", role)
        for name, said in await conn.fetch(" UNION ALL ".join(parts)):
            found[f"{name}, seen by the {role}"] = said
    await conn.execute("SELECT set_config('lenmuc.role', $1, true)", acting or "")
    return found


async def newest_of_log(conn: Any, most: int = 200) -> dict[int, str]:
    """The newest entries of the audit log: what was done, by their numbers."""
    acting = await conn.fetchval("SELECT current_setting('lenmuc.role', true)")
    await conn.execute("SELECT set_config('lenmuc.role', 'auditor', true)")
    rows = await conn.fetch("SELECT id, action FROM audit ORDER BY id DESC LIMIT $1", most)
    await conn.execute("SELECT set_config('lenmuc.role', $1, true)", acting or "")
    return {row["id"]: row["action"] for row in rows}


class EachCallFails(httpx.AsyncBaseTransport):
    """Sends a change again and again, each time with the next call to the database failing, until none fails.

    Whatever the failure, the reply is 503 and nothing is stored; then the change goes through as if nothing
    had been. `done` has what went through: method, path, how many calls it took; `noted` what the audit log
    says of each. While `calm`, nothing fails.
    """

    def __init__(self, app: Any, db: FailingDatabase, conn: Any) -> None:
        self._app, self._db, self._conn = app, db, conn
        self._sent = 0
        self.calm = False
        self.done: list[tuple[str, str, int]] = []
        self.noted: list[tuple[str, tuple[str, ...]]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        if self.calm or request.method in _READ_ONLY:
            return await self._send(request, body)
        where = f"{request.method} {request.url.path}"
        before = await fingerprint(self._conn)
        last = await newest_of_log(self._conn)
        number = 0
        while True:
            number += 1
            self._db.arm(number)
            try:
                reply = await self._send(request, body)
                failed, kept = self._db.failed, self._db.kept
            finally:
                self._db.arm(0)
            if not failed:
                break
            text = (await reply.aread()).decode()
            assert reply.status_code == 503, f"{where}, call {number}: {reply.status_code}\n{text[:2000]}"
            await self._conn.execute("DELETE FROM sign_in_attempt")
            if kept:
                now = await fingerprint(self._conn)
                changed = {name: (before[name], now[name]) for name in now if now[name] != before[name]}
                assert not changed, f"{where}, call {number}: stored although it failed: {changed}"
        assert reply.status_code < 400, f"{where}: {reply.status_code}\n{(await reply.aread()).decode()}"
        assert number > 1, f"{where} asked the database nothing"
        self.done.append((request.method, request.url.path, number - 1))
        entries = await newest_of_log(self._conn)
        self.noted.append((where, tuple(action for id, action in entries.items() if id not in last)))
        return reply

    async def _send(self, request: httpx.Request, body: bytes) -> httpx.Response:
        again = httpx.Request(request.method, request.url, headers=request.headers, content=body)
        # From another address each time: so many tries from one would be held back.
        self._sent += 1
        client = (f"192.0.{self._sent // 256}.{self._sent % 256}", 4711)
        return await httpx.ASGITransport(self._app, client=client).handle_async_request(again)
