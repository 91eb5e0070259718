"""Replies that are the same for everybody: tags before work, nothing of anybody, new as soon as promised."""

import asyncio
import gzip
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from lenmuc.app import create_app
from lenmuc.settings import Settings
from lenmuc.web.access import anyone
from tests.conftest import Visitor
from tests.pages.briefings import published_briefing
from tests.pages.test_programmes import programme_of
from tests.pages.test_public import published
from tests.pages.test_registry import obstacle

BIRTH = "1.001193"
OFFERING = "{offering}"
# each kind of shared reply, by the route that makes it
KINDS = {
    "/{lang:str}": "/vi/",
    "/{lang:str}/services": "/vi/services?q=khai+sinh",
    "/{lang:str}/services/{code:str}": f"/vi/services/{BIRTH}",
    "/{lang:str}/services/{code:str}/rate": f"/vi/services/{BIRTH}/rate",
    "/{lang:str}/services/{code:str}/wrong": f"/en/services/{BIRTH}/wrong",
    "/{lang:str}/services/{code:str}/thanks": f"/vi/services/{BIRTH}/thanks?said=need",
    "/{lang:str}/agencies": "/en/agencies",
    "/{lang:str}/agencies/{code:str}": "/vi/agencies/STP",
    "/{lang:str}/schemes": "/vi/schemes",
    "/{lang:str}/schemes/{id:str}": "/en/schemes/rs-2018",
    "/{lang:str}/schemes/{id:str}/{number:str}": "/vi/schemes/rs-2018/3.01",
    "/{lang:str}/schemes/{id:str}/compare/{other:str}": "/vi/schemes/rs-2018/compare/rs-2026",
    "/{lang:str}/registry": "/vi/registry",
    "/{lang:str}/roadmaps": "/vi/roadmaps",
    "/{lang:str}/roadmaps/{name:str}": "/vi/roadmaps/{roadmap}",
    "/{lang:str}/roadmaps/{id:int}/timeline": "/vi/roadmaps/{roadmap}/timeline",
    "/{lang:str}/roadmaps/{id:int}/concentration": "/vi/roadmaps/{roadmap}/concentration",
    "/{lang:str}/briefings": "/vi/briefings",
    "/{lang:str}/briefings/{name:str}": "/vi/briefings/{briefing}",
    "/{lang:str}/programmes": "/vi/programmes",
    "/{lang:str}/programmes/{id:int}": "/vi/programmes/{programme}",
    "/{lang:str}/api": "/vi/api",
    "/{lang:str}/open-data": "/en/open-data",
    "/{lang:str}/figures": "/vi/figures",
    "/{lang:str}/figures/{id:str}": "/vi/figures/level-3-or-more?agency=STP",
    "/{lang:str}/indices": "/vi/indices",
    "/{lang:str}/indices/{id:str}": "/vi/indices/pci",
    "/{lang:str}/indices/{id:str}/series.csv": "/vi/indices/pci/series.csv",
    "/api/v1/services": "/api/v1/services?q=khai%20sinh",
    "/api/v1/services/{code:str}": f"/api/v1/services/{BIRTH}",
    "/api/v1/suggestions": "/api/v1/suggestions?q=khai",
    "/api/v1/agencies": "/api/v1/agencies",
    "/api/v1/agencies/{code:str}": "/api/v1/agencies/STP",
    "/api/v1/offerings": "/api/v1/offerings?agency=STP",
    "/api/v1/offerings/{id:int}": f"/api/v1/offerings/{OFFERING}",
    "/api/v1/roadmaps": "/api/v1/roadmaps",
    "/api/v1/roadmaps/{id:int}": "/api/v1/roadmaps/{roadmap}",
    "/api/v1/openapi.json": "/api/v1/openapi.json",
}


class Counting:
    """A `Database` that counts its transactions."""

    def __init__(self, db: Any) -> None:
        self._db = db
        self.count = 0

    @asynccontextmanager
    async def transaction(self, *who: Any, **options: Any) -> AsyncIterator[Any]:
        self.count += 1
        async with self._db.transaction(*who, **options) as conn:
            yield conn


@asynccontextmanager
async def another_process(
    db: Any, content: Any, tmp_path: Any, seconds: float, lag: int = 0
) -> AsyncIterator[tuple[httpx.AsyncClient, Counting]]:
    """The program once more on the same tables, looking for changes every so many seconds."""
    counting = Counting(db)
    settings = Settings(data=tmp_path, public_lag=lag)
    app = create_app(settings, counting, content, look_every=seconds)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client, counting


def test_every_shared_route_is_tried(program: Any) -> None:
    shared = {
        route.path
        for route in program.inner.routes
        if any(handler.opt.get("shared") for handler in getattr(route, "route_handlers", []))
    }
    assert shared == set(KINDS)


def test_what_anyone_may_read_is_shared_or_named_here(program: Any) -> None:
    own = {
        "/", "/api", "/static/{name:path}", "/healthz", "/readyz", "/{lang:str}/first-administrator",
        "/{lang:str}/sign-in", "/{lang:str}/sign-in/code", "/{lang:str}/sign-in/provider",
        "/sign-in/provider/back", "/api/v1/roadmaps/{id:int}/problem", "/api/v1/roadmaps/{id:int}/solution",
        "/robots.txt", "/sitemap.xml",
    }  # fmt: skip
    open_to_all = {
        route.path
        for route in program.inner.routes
        for handler in getattr(route, "route_handlers", [])
        if "GET" in handler.http_methods and anyone in handler.resolve_guards()
    }
    # Open data is made while it is sent, with tags of its own: tests/pages/test_open_data.py.
    assert {path for path in open_to_all - set(KINDS) if not path.startswith("/data/")} == own


@pytest.mark.parametrize("route", KINDS)
async def test_a_shared_reply_is_tagged_kept_packed_and_carries_no_cookie(
    client: Visitor, db: Any, content: Any, route: str
) -> None:
    names = {"roadmap": str(await published(db)) if "{roadmap}" in KINDS[route] else ""}
    names["briefing"] = await published_briefing(db, content) if "{briefing}" in KINDS[route] else ""
    names["programme"] = str(await programme_of(db)) if "{programme}" in KINDS[route] else ""
    if route == "/{lang:str}/registry":
        await obstacle(db, BIRTH)
    async with db.transaction() as conn:
        names["offering"] = str(await conn.fetchval("SELECT min(id) FROM offering"))
    address = KINDS[route].format(**names)
    await client.get("/vi/services")  # after this the index is there, which is part of the state
    plain = await client.http.get(address, headers={"Accept-Encoding": "identity"})
    assert plain.status_code == 200
    assert re.fullmatch(r'"[0-9a-f]{24}"', plain.headers["etag"])
    assert "public" in plain.headers["cache-control"]
    assert "set-cookie" not in plain.headers
    assert "Accept-Encoding" in plain.headers["vary"]
    assert plain.headers.get_list("vary") == [plain.headers["vary"]]
    if not address.startswith("/api/") or "roadmaps" in address:
        assert "Cookie" in plain.headers["vary"]

    same = await client.http.get(
        address, headers={"If-None-Match": plain.headers["etag"], "Accept-Encoding": "identity"}
    )
    assert (same.status_code, same.content) == (304, b"")
    for name in ("etag", "cache-control", "vary"):
        assert same.headers[name] == plain.headers[name], name

    head = await client.http.head(address, headers={"Accept-Encoding": "identity"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == plain.headers["etag"]
    assert int(head.headers["content-length"]) == len(plain.content)

    packed = await client.http.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.content == plain.content  # the client unpacks it
    if len(plain.content) >= 600:
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.headers["etag"] != plain.headers["etag"]
        assert int(packed.headers["content-length"]) < len(plain.content)
        assert len(gzip.compress(plain.content)) < len(plain.content)


async def test_who_has_it_is_told_without_a_look_at_the_database(
    db: Any, content: Any, tmp_path: Any
) -> None:
    async with another_process(db, content, tmp_path, 60) as (client, counting):
        first = await client.get("/vi/services?q=khai+sinh")
        again = await client.get("/vi/services?q=khai+sinh", headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 200  # the index was made on the way, so the state has a new name
        before = counting.count
        kept = await client.get("/vi/services?q=khai+sinh")
        tag = f"W/{kept.headers['etag']}"
        same = await client.get("/vi/services?q=khai+sinh", headers={"If-None-Match": tag})
        assert same.status_code == 304
        assert counting.count == before


async def test_nothing_of_somebody_signed_in_is_kept_or_packed(as_staff: Visitor, client: Visitor) -> None:
    for address in ("/vi/", "/vi/services?q=khai+sinh", "/vi/agencies/STP"):
        before = await client.get(address)
        theirs = await as_staff.get(address, headers={"If-None-Match": before.headers["etag"]})
        assert theirs.status_code == 200
        assert theirs.headers["cache-control"] == "private, no-store"
        assert "etag" not in theirs.headers
        assert "content-encoding" not in theirs.headers
        assert as_staff.csrf in theirs.text
        after = await client.get(address)
        assert as_staff.csrf not in after.text
        assert after.headers["etag"] == before.headers["etag"]


async def test_a_reply_that_fails_is_not_kept(client: Visitor) -> None:
    gone = await client.get("/vi/services/9.999999")
    assert gone.status_code == 404
    assert "etag" not in gone.headers


async def test_forms_with_a_token_are_not_packed(client: Visitor) -> None:
    page = await client.http.get("/vi/sign-in", headers={"Accept-Encoding": "gzip"})
    assert page.status_code == 200
    assert "content-encoding" not in page.headers


def at_level_4(html: str) -> bool:
    """Whether the list of services says that there is one at level 4."""
    return "level=4" in html


async def raise_one(db: Any) -> None:
    async with db.transaction() as conn:
        await conn.execute("UPDATE offering SET level = 4, missing = '{}' WHERE service = $1", BIRTH)


async def test_search_shows_a_level_that_another_process_changed_within_two_seconds(
    db: Any, content: Any, tmp_path: Any
) -> None:
    async with another_process(db, content, tmp_path, 1, lag=1) as (client, _):
        assert not at_level_4((await client.get("/vi/services?q=khai+sinh")).text)
        await raise_one(db)
        begun = time.monotonic()
        while not at_level_4((await client.get("/vi/services?q=khai+sinh")).text):
            assert time.monotonic() - begun < 2
            await asyncio.sleep(0.05)


async def test_what_is_written_here_shows_here_at_once(db: Any, content: Any, tmp_path: Any) -> None:
    async with another_process(db, content, tmp_path, 60) as (client, _):
        assert not at_level_4((await client.get("/api/v1/services?level=4")).text.replace('"total":0', ""))
        await raise_one(db)
        assert (await client.get("/api/v1/services?level=4")).json()["total"] == 0
        await client.post("/vi/sign-in", data={"email": "nobody@example.org", "password": "x"})
        for _ in range(400):  # the first to ask may be answered while the index is renewed
            if (await client.get("/api/v1/services?level=4")).json()["total"]:
                return
            await asyncio.sleep(0.05)
        pytest.fail("the level is not shown")
