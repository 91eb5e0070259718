"""Connections to PostgreSQL: one pool, every transaction opened with the identity it acts for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol, runtime_checkable

import asyncpg
import msgspec

from lenmuc.core.answers import Identity
from lenmuc.core.errors import N_, Busy
from lenmuc.store.queries import Connection

_ACT_AS = "SELECT set_config('lenmuc.role', $1, true), set_config('lenmuc.agency', $2, true)"
_BEGIN = f"{_ACT_AS}, set_config('statement_timeout', $3, true)"
_BEGIN_SECONDS = 5.0
# What one statement may take, as the server counts it; the driver gives up after 60 s as well.
_READING, _WRITING = "20s", "65s"
PROGRAM = Identity(role="program")  # what the program itself does: loading, recomputing levels
PUBLIC = Identity()


@runtime_checkable  # the framework checks what it hands to handlers
class Database(Protocol):
    """What handlers ask for: a transaction that acts for somebody."""

    def transaction(
        self, who: Identity = PUBLIC, *, read_only: bool = False
    ) -> AbstractAsyncContextManager[Connection]:
        """A connection inside a transaction; committed at the end, undone by an exception."""
        ...


async def prepare_connection(conn: Any) -> None:
    """jsonb goes in and out as Python values."""
    await conn.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        # The binary form, which COPY needs, is the text behind the number of its version.
        encoder=lambda value: b"\x01" + msgspec.json.encode(value),
        decoder=lambda raw: msgspec.json.decode(raw[1:]),
        format="binary",
    )


async def act_as(conn: Connection, who: Identity) -> None:
    """Tell row-level security who acts, for this transaction only."""
    await conn.execute(_ACT_AS, who.role, who.agency)


class Within:
    """A `Database` inside one transaction: what is written through it stands or falls with that."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    @asynccontextmanager
    async def transaction(
        self, who: Identity = PUBLIC, *, read_only: bool = False
    ) -> AsyncIterator[Connection]:
        """See `Database.transaction`. What only reads is not held to it here."""
        async with self._conn.transaction():
            await act_as(self._conn, who)
            yield self._conn


async def _no_reset(conn: Any) -> None:
    """Nothing to reset: settings are local to transactions, which saves a round trip a checkout."""


class PooledDatabase:
    """A pool on one DSN. `timeout` is how many seconds a connection is waited for at most; `watch` is told of
    every statement when it has ended.

    Of several hosts each new connection goes to the one that takes writes, or to a standby, as the DSN says.
    """

    def __init__(
        self, dsn: str, *, size: int = 10, timeout: float = 10.0, watch: Callable[[Any], None] | None = None
    ) -> None:
        self._dsn = dsn
        self._watch = watch
        self._size = size
        self._timeout = timeout
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def open(self) -> None:
        """Connect. Raises `OSError` or `asyncpg.PostgresError` when the server is not there."""
        self._pool = await asyncpg.create_pool(
            self._dsn,
            min_size=0,
            max_size=self._size,
            init=self._prepare,
            reset=_no_reset,
            command_timeout=60,
            timeout=5,
            server_settings={
                "application_name": "lenmuc",
                "timezone": "UTC",
                # Who waits for a row that somebody holds is told so; who forgets a transaction is cut off.
                "lock_timeout": "30s",
                "idle_in_transaction_session_timeout": "120s",
            },
        )

    async def _prepare(self, conn: Any) -> None:
        await prepare_connection(conn)
        if self._watch is not None:
            conn.add_query_logger(self._watch)

    async def close(self) -> None:
        """Close every connection; what is running is cut after a few seconds."""
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None

    @asynccontextmanager
    async def transaction(
        self, who: Identity = PUBLIC, *, read_only: bool = False
    ) -> AsyncIterator[Connection]:
        """See `Database.transaction`. Raises `Busy` when no connection comes free in time."""
        if self._pool is None:
            raise Busy(N_("The service is starting. Try again in a moment."))
        try:
            conn = await self._pool.acquire(timeout=self._timeout)
        except TimeoutError as late:
            raise Busy(N_("Many people are here at the moment. Try again in a minute.")) from late
        except asyncpg.TargetServerAttributeNotMatched as none:
            raise Busy(N_("The database cannot answer now. Try again in a moment.")) from none
        # A server that does not even begin is away: nobody waits longer for it than for a connection.
        late_start = asyncio.get_running_loop().call_later(_BEGIN_SECONDS, conn.terminate)
        transaction = conn.transaction(readonly=read_only)
        try:
            await transaction.start()
            try:
                await conn.execute(_BEGIN, who.role, who.agency, _READING if read_only else _WRITING)
                late_start.cancel()
                yield conn
            except (TimeoutError, asyncio.CancelledError):
                conn.terminate()  # to undo it in order could take as long again; the server does it by itself
                raise
            except BaseException:
                if not conn.is_closed():
                    await transaction.rollback()
                raise
            await transaction.commit()
        except asyncpg.ReadOnlySQLTransactionError:
            if not read_only:  # another server takes the writes now: connect anew
                await self._pool.expire_connections()
            raise
        finally:
            late_start.cancel()
            await self._pool.release(conn, timeout=_BEGIN_SECONDS)
