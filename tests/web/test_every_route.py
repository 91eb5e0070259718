"""Every route, asked as somebody would: HEAD as GET, and headers that score 120 and more over HTTPS."""

import re
from collections import Counter
from typing import Any

import httpx
import pytest

from lenmuc.app import create_app
from lenmuc.content.everything import Content
from lenmuc.settings import Settings
from lenmuc.web.declared import declarations
from tests.conftest import PASSWORD, Stage, person
from tests.web.scoring import LEAST, parts_of, score

# What stands for a blank of an address, by the beginning of the address and the name of the blank.
BLANKS = {
    "lang": "vi",
    "criterion": "3.01",
    "quarter": "2026Q3",
    "number": "3.01",
    "scheme": "rs-2018",
    "other": "rs-2026",
    "/{lang:str}/schemes id": "rs-2018",
    "/{lang:str}/figures id": "level-3-or-more",
    "/{lang:str}/indices id": "pci",
    "/{lang:str}/agencies code": "STP",
    "/api/v1/agencies code": "STP",
    "/data/agencies code": "STP",
    "/data/agencies name": "STP.json",
    "/data/services name": "1.001193.json",
    "/data/schemes name": "rs-2018.json",
    "/data name": "services.csv",
    "code": "1.001193",
    "/static name": "site.css",
}
# Replies that are read by pages of any site say so; all others belong to this one.
WHOLE = {
    "content-security-policy": 10,
    "x-frame-options": 5,
    "cross-origin-resource-policy": 10,
    "referrer-policy": 5,
}


def address(path: str) -> str:
    def blank(found: re.Match[str]) -> str:
        given = [
            value
            for name, value in BLANKS.items()
            if name == found[1] or (name.split()[-1] == found[1] and path.startswith(name.split()[0]))
        ]
        return given[0] if given else "1"

    return re.sub(r"\{(\w+):\w+\}", blank, path)


@pytest.fixture
def https(stage: Stage, db: Any, content: Content, tmp_path: Any) -> Any:
    """The whole program as it is behind HTTPS."""
    stage.now = db
    yield create_app(Settings(data=tmp_path, https=True, public_lag=0), stage, content, look_every=0)
    stage.now = None


def judge(reply: httpx.Response) -> None:
    headers = {name.lower(): value for name, value in reply.headers.items()}
    cookies = reply.headers.get_list("set-cookie")
    where = f"{reply.request.method} {reply.request.url.path} {reply.status_code}"
    assert score(headers, cookies) >= LEAST, f"{where}: {parts_of(headers, cookies)}"
    assert len(headers["x-request-id"]) == 16, where
    assert headers["strict-transport-security"] == "max-age=63072000; includeSubDomains", where
    assert headers.get("access-control-allow-origin", "*") == "*", f"{where}: an origin is echoed"
    assert "access-control-allow-credentials" not in headers, where
    kind = headers.get("content-type", "")
    assert not kind.startswith("text/") or "charset=utf-8" in kind, f"{where}: {kind}"
    assert reply.status_code < 500 or reply.status_code == 503, f"{where}: {reply.text[:500]}"


async def test_head_answers_as_get_does_and_headers_score_on_every_route(https: Any, db: Any) -> None:
    seen: Counter[int] = Counter()
    transport = httpx.ASGITransport(https)
    paths = [one.path for one in declarations(https.inner) if not one.changes]
    assert len(paths) > 150
    async with httpx.AsyncClient(transport=transport, base_url="https://lenmuc.test") as http:
        for path in [*paths, "/nothing", "/api/nothing", "/vi/nothing", "/data/nothing", "/healthz/x"]:
            get, head = [await http.request(method, address(path)) for method in ("GET", "HEAD")]
            judge(get)
            judge(head)
            assert (head.status_code, head.content) == (get.status_code, b""), path
            assert head.headers.get("content-type") == get.headers.get("content-type"), path
            seen[get.status_code] += 1
        signed = await http.post(
            "/vi/sign-in", data={"email": await person(db, "planner"), "password": PASSWORD}
        )
        judge(signed)
        for path in paths:
            reply = await http.head(address(path))
            judge(reply)
            seen[reply.status_code] += 1
            rule = reply.headers["cache-control"]
            assert "no-store" in rule or "public" in rule, f"{path}: {rule}"
    assert seen[200] > 120, seen


async def test_refusals_and_failures_score_too(https_site: Any) -> None:
    for path in ("/vi/fails/bug", "/vi/fails/busy", "/api/v1/fails/bug", "/vi/open%00", "/api/v1/secret"):
        judge_failure = await https_site.browser.get(path)
        headers = {name.lower(): value for name, value in judge_failure.headers.items()}
        assert score(headers, []) >= LEAST, path
    for method, path in (("POST", "/vi/open"), ("PUT", "/vi/nothing"), ("DELETE", "/api/v1/secret")):
        reply = await https_site.browser.request(method, path)
        headers = {name.lower(): value for name, value in reply.headers.items()}
        assert score(headers, []) >= LEAST, (method, path)


async def test_nothing_of_the_inside_is_served(https_site: Any) -> None:
    for path in (
        "/.git/config",
        "/.env",
        "/static/",
        "/static/../pyproject.toml",
        "/docs",
        "/schema",
        "/debug",
    ):
        reply = await https_site.browser.get(path)
        assert reply.status_code in (400, 404), path
    for method in ("TRACE", "CONNECT"):
        reply = await https_site.browser.request(method, "/vi/open")
        assert reply.status_code in (400, 405), method
        judge(reply)


@pytest.mark.parametrize("name", [*WHOLE, "strict-transport-security", "x-content-type-options"])
def test_a_header_that_is_missing_costs_what_the_rules_say(name: str) -> None:
    whole = {
        "content-security-policy": "default-src 'none'; script-src 'self'; frame-ancestors 'none'",
        "strict-transport-security": "max-age=63072000; includeSubDomains",
        "x-frame-options": "DENY",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
    }
    assert score(whole, []) == 130
    assert score(whole, ["__Host-lenmuc=x; Secure; HttpOnly; SameSite=Lax"]) == 135
    assert score(whole, ["lenmuc=x; HttpOnly"]) == 60
    rest = {each: value for each, value in whole.items() if each != name}
    expected = {
        "content-security-policy": 75,
        "strict-transport-security": 80,
        "x-content-type-options": 125,
        "x-frame-options": 130,
        "cross-origin-resource-policy": 120,
        "referrer-policy": 125,
    }
    assert score(rest, []) == expected[name]
