"""Every reply that the document promises is given, and looks as promised."""

import re
from typing import Any

import httpx
import pytest

from lenmuc.app import create_app
from lenmuc.settings import Settings
from lenmuc.store.offerings import Offering
from tests.api.conftest import SERVICE, WARD
from tests.api.contract import must_fit, operations
from tests.api.test_health import Broken
from tests.api.test_roadmaps import WISH, publish
from tests.conftest import Visitor, person

API = "/api/v1"
LONG = "a" * 201
# operation: its address, and one that cannot be read
PUBLIC = {
    "list_services": (f"{API}/services", f"{API}/services?q={LONG}"),
    "suggest": (f"{API}/suggestions", f"{API}/suggestions?q={LONG}"),
    "read_service": (f"{API}/services/{SERVICE}", f"{API}/services/{LONG}"),
    "list_agencies": (f"{API}/agencies", f"{API}/agencies?q={LONG}"),
    "read_agency": (f"{API}/agencies/{WARD}", f"{API}/agencies/{LONG}"),
    "list_offerings": (f"{API}/offerings", f"{API}/offerings?page=0"),
    "read_offering": (f"{API}/offerings/{{offering}}", f"{API}/offerings/0"),
    "list_roadmaps": (f"{API}/roadmaps", f"{API}/roadmaps?agency={LONG}"),
    "read_roadmap": (f"{API}/roadmaps/{{roadmap}}", f"{API}/roadmaps/0"),
    "read_problem": (f"{API}/roadmaps/{{roadmap}}/problem", f"{API}/roadmaps/0/problem"),
    "read_solution": (f"{API}/roadmaps/{{roadmap}}/solution", f"{API}/roadmaps/0/solution"),
}


def http_of(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


@pytest.fixture(scope="module")
async def away(content: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The program without its database."""
    settings = Settings(data=tmp_path_factory.mktemp("away"))
    async with http_of(create_app(settings, Broken(ConnectionRefusedError("away")), content)) as http:
        yield http


@pytest.fixture(scope="module")
async def reads_once(content: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The program that lets one address read once."""
    settings = Settings(data=tmp_path_factory.mktemp("narrow"), api_reads=1)
    async with http_of(create_app(settings, Broken(ConnectionRefusedError("away")), content)) as http:
        yield http


@pytest.fixture
async def narrow(reads_once: httpx.AsyncClient) -> httpx.AsyncClient:
    """That program, which has been read."""
    await reads_once.get(API)
    return reads_once


@pytest.mark.parametrize("id", list(PUBLIC))
async def test_every_public_read_answers_as_documented(
    client: Visitor,
    away: httpx.AsyncClient,
    narrow: httpx.AsyncClient,
    offering: Offering,
    roadmap: int,
    db: Any,
    id: str,
) -> None:
    await publish(db, roadmap)
    good, unreadable = (each.format(offering=offering.id, roadmap=roadmap) for each in PUBLIC[id])
    await client.get(good)  # the first search makes the index: what was told before it has another state
    first = await client.get(good)
    seen = [first, await client.get(good, headers={"If-None-Match": first.headers["etag"]})]
    long = f"{good}?q={'x' * 20_000}"
    seen += [await client.get(address) for address in (unreadable, f"{good}?nonsense=1", long)]
    seen += [await away.get(good), await narrow.get(good)]
    if "404" in operations()[id]["responses"]:
        gone = good.replace(SERVICE, "9.9").replace(WARD, "NOWHERE")
        gone = re.sub(rf"/({offering.id}|{roadmap})\b", "/999999999", gone)
        seen.append(await client.get(gone))
    for reply in seen:
        must_fit(reply, id)
    assert {str(reply.status_code) for reply in seen} == set(operations()[id]["responses"])


async def test_reads_of_answers_refuse_as_documented(
    as_ward: Visitor, visit: Any, db: Any, offering: Offering
) -> None:
    administrator = visit()
    await administrator.sign_in(await person(db, "administrator"), "a long pass phrase for tests")
    for id, tail in (("list_answers", "answers"), ("read_answer", "answers/3.01")):
        good = f"{API}/offerings/{offering.id}/{tail}"
        for visitor, address, status in (
            (administrator, good, 403),
            (as_ward, f"{API}/offerings/0/{tail}", 400),
            (as_ward, f"{good}?nonsense=1", 422),
        ):
            assert must_fit(await visitor.get(address), id)["status"] == status


async def test_a_wish_too_large_or_of_another_kind_is_refused_as_documented(as_planner: Visitor) -> None:
    token = {"X-CSRF-Token": as_planner.csrf}
    large = await as_planner.http.post(
        f"{API}/roadmaps", json=WISH | {"name": "x" * 1_100_000}, headers=token
    )
    assert must_fit(large, "compute_roadmap")["status"] == 413
    text = await as_planner.http.post(
        f"{API}/roadmaps", content=b"a roadmap", headers={**token, "Content-Type": "text/plain"}
    )
    assert must_fit(text, "compute_roadmap")["status"] == 415
