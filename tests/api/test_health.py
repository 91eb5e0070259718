"""Alive, and ready."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from lenmuc.api import health
from lenmuc.app import create_app
from lenmuc.settings import Settings
from tests.api.contract import must_fit
from tests.conftest import Visitor


async def test_it_is_alive_and_ready(client: Visitor) -> None:
    must_fit(await client.get("/healthz"), "alive")
    told = must_fit(await client.get("/readyz"), "ready")
    assert told["place"]


class Broken:
    """A database that is away, or does not answer."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    @asynccontextmanager
    async def transaction(self, *_: Any, **__: Any) -> Any:
        if self.error:
            raise self.error
        await asyncio.sleep(60)
        yield None


@pytest.mark.parametrize("error", [ConnectionRefusedError("away"), None], ids=["away", "silent"])
async def test_without_its_database_it_is_alive_but_not_ready(
    content: Any, tmp_path: Path, error: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_PATIENCE", 0.05)
    app: Any = create_app(Settings(data=tmp_path), Broken(error), content)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as http:
        must_fit(await http.get("/healthz"), "alive")
        reply = await http.get("/readyz", headers={"Cookie": f"lenmuc={'a' * 43}"})
        assert must_fit(reply, "ready")["status"] == 503
        assert reply.headers["retry-after"]


async def test_without_a_catalogue_it_is_not_ready(client: Visitor, connection: Any, db: Any) -> None:
    async def nothing(_: Any) -> None:
        return None

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(health, "loaded_catalogue", nothing)
        assert must_fit(await client.get("/readyz"), "ready")["status"] == 503
