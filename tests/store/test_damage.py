"""A byte of a data file that is not what was written: it is noticed, never shown."""

import asyncio
import os
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from lenmuc import doctor
from lenmuc.settings import Settings
from lenmuc.store import backup
from lenmuc.store.embedded import EmbeddedPostgres
from lenmuc.store.embedded_files import Layout
from lenmuc.web.errors import status_of
from tests.made import copy_city


async def test_a_flipped_byte_is_refused_and_the_doctor_reports_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await asyncio.to_thread(copy_city, data)
    async with EmbeddedPostgres(data, durable=False) as server:
        place = await value(server, "SELECT pg_relation_filepath('offering')")
        whole = await value(server, "SELECT sum(cardinality(missing)) FROM offering")
    flip(Layout(data).cluster / place, 3 * 8192 + 5000)
    async with EmbeddedPostgres(data, durable=False) as server:
        assert await value(server, "SELECT count(*) FROM service") > 1_000
        with pytest.raises(asyncpg.DataCorruptedError) as noticed:
            await value(server, "SELECT sum(cardinality(missing)) FROM offering")
        assert status_of(noticed.value) == 503
        with pytest.raises(asyncpg.DataCorruptedError):
            await backup.save(server.owner_dsn, tmp_path / "kept.zip")
        assert not (tmp_path / "kept.zip").exists()
        await asyncio.sleep(1.1)  # the server gathers its counts once a second
        told = await doctor.database(Settings(data=data))
    assert [one.what for one in told if one.state == "wrong"] == ["pages"]
    flip(Layout(data).cluster / place, 3 * 8192 + 5000)
    async with EmbeddedPostgres(data, durable=False) as server:
        assert await value(server, "SELECT sum(cardinality(missing)) FROM offering") == whole


async def value(server: EmbeddedPostgres, sql: str) -> Any:
    db = await asyncpg.connect(server.dsn("postgres", "lenmuc"))
    try:
        return await db.fetchval(sql)
    finally:
        await db.close()


def flip(file: Path, place: int) -> None:
    """Turn one byte over; done twice, the file is as it was."""
    with file.open("r+b") as there:
        there.seek(place)
        byte = there.read(1)[0]
        there.seek(place)
        there.write(bytes([byte ^ 0xFF]))
        there.flush()
        os.fsync(there.fileno())
