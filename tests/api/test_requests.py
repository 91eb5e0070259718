"""What strangers send: every mistake gets a clear answer, none a fault of ours."""

from typing import Any

import httpx
import pytest

from lenmuc.store.offerings import Offering
from tests.api.contract import must_fit
from tests.conftest import Visitor

API = "/api/v1"


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/services?page_size=201", "page_size"),
        ("/services?page_size=0", "page_size"),
        ("/services?page=0", "page"),
        ("/services?page=x", "page"),
        (f"/services?page={2**63}", "page"),
        (f"/services?level={2**64}", "level"),
        ("/services?level=5", "level"),
        ("/services?level=-1", "level"),
        ("/services?tier=galaxy", "tier"),
        ("/services?tier=null", "tier"),
        ("/offerings?level=null", "level"),
        ("/services?q=" + "a" * 201, "q"),
        ("/services?leve=3", "leve"),
        ("/services?level=3&level=4", "level"),
        ("/agencies?q=" + "a" * 201, "q"),
        ("/offerings?page_size=201", "page_size"),
        (f"/offerings/{2**63}", "id"),
        ("/offerings/0", "id"),
        ("/roadmaps?agency=" + "a" * 41, "agency"),
    ],
)
async def test_a_wrong_parameter_is_named(client: Visitor, address: str, field: str) -> None:
    reply = await client.get(API + address)
    assert reply.status_code in (400, 422)
    assert reply.headers["content-type"] == "application/problem+json"
    assert [wrong["field"] for wrong in reply.json()["errors"]] == [field]


@pytest.mark.parametrize(
    "address",
    [
        "/services/no.such", "/agencies/NOWHERE", "/offerings/999999999", "/roadmaps/999999999", "/nothing",
        "/offerings/x", "/offerings/" + "9" * 5000, "/services/1.001193/x", "", "/roadmaps/1/plan",
    ],
)  # fmt: skip
async def test_what_does_not_exist_is_a_problem_and_no_page(client: Visitor, address: str) -> None:
    reply = await client.get(API + address)
    assert reply.status_code in (400, 404)
    assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("query", ["q=%ff", "q=%00", "q=%c3%28", "agency=%ed%a0%80"])
async def test_text_that_is_no_utf8_is_refused(client: Visitor, query: str) -> None:
    assert (await client.get(f"{API}/services?{query}")).status_code == 400


BODIES: dict[str, tuple[bytes, dict[str, str], set[int]]] = {
    "deep JSON": (b"[" * 100_000, {}, {400}),
    "closed deep JSON": (b'{"value":' * 200 + b"1" + b"}" * 200, {}, {400}),
    "no UTF-8": (b'{"value": "\xff\xfe"}', {}, {400}),
    "a lone surrogate": (b'{"value": "unknown", "justification": "\\ud800"}', {}, {400, 422}),
    "NUL": (b'{"value": "unknown", "justification": "\\u0000"}', {}, {400}),
    "a doubled key": (b'{"value": "met", "value": "unknown"}', {}, {400}),
    "a huge number": (b'{"value": 9223372036854775808}', {}, {400}),
    "half of it": (b'{"value": "unk', {}, {400}),
    "nothing": (b"", {}, {400, 415}),
    "a form": (b"value=unknown", {"Content-Type": "application/x-www-form-urlencoded"}, {400, 403, 415}),
    "plain text": (b"unknown", {"Content-Type": "text/plain"}, {415}),
    "another charset": (b"{}", {"Content-Type": "application/json; charset=utf-16"}, {415}),
    "too much": (b'{"justification": "' + b"x" * 1_100_000 + b'"}', {}, {413}),
}


@pytest.mark.parametrize("name", list(BODIES))
async def test_a_body_that_cannot_be_read_is_refused(as_ward: Visitor, offering: Offering, name: str) -> None:
    body, headers, allowed = BODIES[name]
    sent = {"X-CSRF-Token": as_ward.csrf, "If-None-Match": "*", "Content-Type": "application/json", **headers}
    reply = await as_ward.http.put(f"{API}/offerings/{offering.id}/answers/3.01", content=body, headers=sent)
    assert must_fit(reply, "write_answer")["status"] in allowed


async def test_a_method_that_is_not_there_is_said_so(client: Visitor) -> None:
    reply: httpx.Response = await client.http.delete(f"{API}/services")
    assert reply.status_code == 405
    assert reply.headers["content-type"] == "application/problem+json"
    assert "GET" in reply.headers["allow"]


async def test_failures_speak_the_language_that_is_asked_for(client: Visitor) -> None:
    told: set[Any] = set()
    for language in ("vi", "en"):
        reply = await client.get(f"{API}/services/no.such", headers={"Accept-Language": language})
        told.add(reply.json()["status"])
    assert told == {404}


async def test_a_filter_is_known_by_its_name_in_the_address(client: Visitor) -> None:
    reply = await client.get("/api/v1/services?class=2")
    assert reply.status_code == 200, reply.text
    assert reply.json()["total"] < (await client.get("/api/v1/services")).json()["total"]
