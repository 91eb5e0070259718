"""What tests may ask for. Only a test that asks for the database starts it: those of `core` run without."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from lenmuc.actions.loading import load
from lenmuc.content.everything import Content, load_content
from lenmuc.core.answers import Identity
from lenmuc.store.database import PUBLIC, PooledDatabase, act_as, prepare_connection

if TYPE_CHECKING:
    from lenmuc.store.embedded import EmbeddedPostgres


@pytest.fixture(scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator["EmbeddedPostgres"]:
    """One server for the whole run, with our schema in it."""
    from lenmuc.store.embedded import EmbeddedPostgres
    from lenmuc.store.migrate import migrate

    async with EmbeddedPostgres(tmp_path_factory.mktemp("data"), durable=False, say=print) as server:
        await migrate(server.owner_dsn)
        yield server


@pytest.fixture
async def connection(postgres: "EmbeddedPostgres") -> AsyncIterator[Any]:
    """A connection as the role of the program; whatever the test does on it is undone."""
    import asyncpg

    db = await asyncpg.connect(postgres.app_dsn)
    undo = db.transaction()
    await undo.start()
    try:
        yield db
    finally:
        await undo.rollback()
        await db.close()


class UndoneDatabase:
    """A `Database` on one connection whose transactions are savepoints of one that is rolled back."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self, who: Identity = PUBLIC, *, read_only: bool = False) -> AsyncIterator[Any]:
        async with self._turn, self._conn.transaction():
            await act_as(self._conn, who)
            yield self._conn


@pytest.fixture(scope="session")
def content() -> Content:
    """The published files, read once."""
    return load_content()


@pytest.fixture(scope="session")
async def city(postgres: "EmbeddedPostgres", content: Content) -> Content:
    """Hà Nội, loaded once into the server; tests change it inside transactions that are undone."""
    db = PooledDatabase(postgres.app_dsn)
    await db.open()
    try:
        await load(db, content, say=lambda _: None)
    finally:
        await db.close()
    return content


@pytest.fixture
async def db(city: Content, connection: Any) -> UndoneDatabase:
    """The loaded city; whatever the test writes is undone."""
    await prepare_connection(connection)
    return UndoneDatabase(connection)
