"""What tests may ask for. Only a test that asks for the database starts it: those of `core` run without."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

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
