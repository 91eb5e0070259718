"""What holds for every request and every reply, whoever answers it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from litestar import get

from lenmuc.core.errors import Refused
from lenmuc.web.assets import Assets
from lenmuc.web.bodies import form_fields
from lenmuc.web.declared import undeclared
from lenmuc.web.forms import form_of

JSON = {"content-type": "application/json"}


class NameForm(msgspec.Struct, frozen=True):
    name: str
    count: int = 0
    links: tuple[str, ...] = ()


EVERY_KIND = [
    "/vi/open",
    "/vi/nothing",
    "/api/v1/nothing",
    "/vi/fails/bug",
    "/vi/inside",
    "/static/site.css",
    "/",
]


@pytest.mark.parametrize("path", EVERY_KIND)
async def test_every_reply_carries_the_security_headers(site: Any, path: str) -> None:
    headers = (await site.browser.get(path)).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    for part in ("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "object-src 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["permissions-policy"]
    assert len(headers["x-request-id"]) == 16
    assert "strict-transport-security" not in headers


@pytest.mark.parametrize("path", EVERY_KIND)
async def test_over_https_every_reply_asks_for_https_from_then_on(https_site: Any, path: str) -> None:
    reply = await https_site.browser.get(path)
    assert reply.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"


@pytest.mark.parametrize("path", [*EVERY_KIND, "/vi/sign-in"])
async def test_the_public_gets_no_cookie(site: Any, path: str) -> None:
    assert "set-cookie" not in (await site.browser.get(path)).headers


async def test_nothing_is_kept_of_what_a_signed_in_person_sees(site: Any) -> None:
    before = await site.browser.get("/vi/open")
    await site.enter()
    after = await site.browser.get("/vi/open")
    assert before.headers["cache-control"] == "no-cache"
    assert before.headers["vary"] == after.headers["vary"] == "Cookie"
    assert after.headers["cache-control"] == "private, no-store"
    assert "public" in (await site.browser.get("/static/site.css")).headers["cache-control"]


@pytest.mark.parametrize("path", ["/vi/open", "/vi/nothing", "/static/site.css", "/api/v1/text?q=a"])
async def test_head_answers_as_get_does_without_the_body(site: Any, path: str) -> None:
    full, head = await site.browser.get(path), await site.browser.head(path)
    assert head.status_code == full.status_code
    assert head.headers["content-type"] == full.headers["content-type"]
    assert head.headers["content-length"] == full.headers["content-length"]
    assert head.content == b""
    assert full.content


async def test_a_wrong_method_is_told_which_ones_there_are(site: Any) -> None:
    reply = await site.browser.post("/vi/open")
    assert reply.status_code == 405
    assert {"GET", "HEAD"} <= set(reply.headers["allow"].split(", "))


async def test_a_large_body_is_refused_before_it_is_read(site: Any) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 100_000_000:
            sent += 65_536
            yield b"a" * 65_536

    reply = await _raw(site, "POST", "/vi/feedback", [(b"content-length", b"2000000")], endless())
    assert (reply, sent) == (413, 0)
    reply = await _raw(site, "POST", "/vi/feedback", [], endless())
    assert reply == 413
    assert sent <= 1024 * 1024 + 2 * 65_536


async def test_a_body_that_dawdles_is_cut(site: Any) -> None:
    async def slow() -> Any:
        for _ in range(100):
            await asyncio.sleep(0.1)
            yield b"a"

    assert await _raw(site, "POST", "/vi/feedback", [], slow()) == 408


async def test_no_byte_of_a_body_follows_the_headers_of_a_head(site: Any) -> None:
    got: list[bytes] = []
    assert await _raw(site, "HEAD", "/vi/nothing", [], _none(), got) == 404
    assert b"".join(got) == b""
    assert await _raw(site, "GET", "/vi/nothing", [], _none(), got) == 404
    assert b"".join(got)


async def _none() -> Any:
    yield b""


async def _raw(
    site: Any,
    method: str,
    path: str,
    headers: list[tuple[bytes, bytes]],
    parts: Any,
    got: list[bytes] | None = None,
) -> int:
    statuses: list[int] = []
    source = aiter(parts)

    async def receive() -> Any:
        return {"type": "http.request", "body": await anext(source), "more_body": True}

    async def send(event: Any) -> None:
        if event["type"] == "http.response.start":
            statuses.append(event["status"])
        elif got is not None:
            got.append(event["body"])

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [
            (b"host", b"lenmuc.test"),
            (b"content-type", b"application/x-www-form-urlencoded"),
            *headers,
        ],
        "client": ("192.0.2.7", 1),
        "scheme": "http",
        "server": ("lenmuc.test", 80),
        "root_path": "",
        "http_version": "1.1",
    }
    await site.gate(scope, receive, send)
    return statuses[0]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("multipart/form-data; boundary=a", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded; charset=utf-16", 415),
        ("application/x-www-form-urlencoded; charset=UTF-8", 201),
        ("application/x-msgpack", 415),
    ],
)
async def test_only_forms_and_json_in_utf8_are_read(site: Any, kind: str, status: int) -> None:
    reply = await site.browser.post("/vi/feedback", content=b"name=a", headers={"content-type": kind})
    assert reply.status_code == status


async def test_a_packed_body_is_refused(site: Any) -> None:
    headers = {**JSON, "content-encoding": "gzip"}
    assert (await site.browser.put("/api/v1/things", content=b"x", headers=headers)).status_code == 415


@pytest.mark.parametrize(
    "path",
    ["/vi/open%00", "/vi/a%FFb", "/api/v1/text?q=%00", "/api/v1/text?q=%FF", "/api/v1/text?q=%C3%28"],
)
async def test_an_address_that_cannot_be_read_is_refused(site: Any, path: str) -> None:
    assert (await site.browser.get(path)).status_code == 400


async def test_an_address_is_decoded_once(site: Any) -> None:
    assert (await site.browser.get("/api/v1/text?q=%2500")).text == "%00"


async def test_a_long_address_is_refused(site: Any) -> None:
    assert (await site.browser.get("/api/v1/text?q=" + "a" * 9_000)).status_code == 414


@pytest.mark.parametrize(
    "body",
    [
        b'{"number":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"number":' + b"[" * 40 + b"]" * 40 + b"}",
        b'{"number":1,"text":"\xff"}',
        b'{"number":1,"number":2}',
        b'{"number":1,"status":"verified"}',
        b'{"number":9223372036854775808}',
        b'{"number":' + b"9" * 100_000 + b"}",
        b'{"number":1,"text":"a\\u0000b"}',
        b'{"number":1,"text":"\\ud800"}',
        b'{"number":1e400}',
        b'{"number":NaN}',
        b"",
        b"null",
        b"\xef\xbb\xbf{}",
    ],
    ids=lambda body: body[:24].decode("latin-1"),
)
async def test_json_that_cannot_be_used_is_the_senders_fault(site: Any, body: bytes) -> None:
    reply = await site.browser.put("/api/v1/things", content=body, headers=JSON)
    assert reply.status_code in (400, 415, 422), reply.text
    assert reply.headers["content-type"] == "application/problem+json"


async def test_json_that_can_be_used_arrives_whole(site: Any) -> None:
    body = json.dumps({"number": 2**63 - 1, "text": "Ưỡn ẹo \\u0000 {[" * 20}).encode()
    reply = await site.browser.put("/api/v1/things", content=body, headers=JSON)
    assert reply.status_code == 200
    assert reply.json() == json.loads(body)


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**400])
async def test_a_number_in_an_address_may_be_too_large_but_never_breaks_anything(
    site: Any, number: int
) -> None:
    assert 400 <= (await site.browser.get(f"/api/v1/number/{number}")).status_code < 500


@pytest.mark.parametrize("body", [b"name=%00", b"name=%FF", b"name=\xff", b"name=a&" + b"x=1&" * 3_000])
async def test_a_form_that_cannot_be_read_is_refused(site: Any, body: bytes) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert (await site.browser.post("/vi/feedback", content=body, headers=headers)).status_code in (400, 413)


async def test_a_form_arrives_as_it_was_typed(site: Any) -> None:
    form = {"name": "Nguyễn + Ánh & 100% = đủ", "count": "12", "links": ["a", "b"]}
    reply = await site.browser.post("/vi/feedback", data=form)
    assert reply.json() == {"name": form["name"], "count": 12, "links": ["a", "b"]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("name=a&role=administrator", "role"),
        ("name=a&name=b", "name"),
        ("count=1", "name"),
        ("name=a&count=x", "count"),
        ("name=a&count=" + "9" * 5_000, "count"),
    ],
)
async def test_a_form_with_a_wrong_field_is_refused_by_its_name(site: Any, body: str, field: str) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert (await site.browser.post("/vi/feedback", content=body, headers=headers)).status_code == 422
    with pytest.raises(Refused) as refused:
        form_of(form_fields(body.encode()), NameForm)
    assert [fault.field for fault in refused.value.faults] == [field]


async def test_the_number_of_a_request_is_ours_and_new_each_time(site: Any) -> None:
    replies = [await site.browser.get("/vi/open", headers={"x-request-id": "theirs"}) for _ in range(2)]
    numbers = {reply.headers["x-request-id"] for reply in replies}
    assert len(numbers) == 2
    assert "theirs" not in numbers


async def test_a_file_is_addressed_by_its_content_and_kept_for_a_year(site: Any) -> None:
    address = site.wiring.templates._by_language["vi"].globals["asset"]("site.css")
    reply = await site.browser.get(address)
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert reply.headers["content-type"] == "text/css; charset=utf-8"
    assert reply.headers["content-encoding"] == "gzip"
    plain = await site.browser.get("/static/site.css", headers={"accept-encoding": "identity"})
    assert plain.content == reply.content
    assert plain.headers["cache-control"] == "public, max-age=300"
    again = await site.browser.get(address, headers={"if-none-match": reply.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["../pyproject.toml", "%2e%2e/pyproject.toml", "none.css", "/etc/passwd"])
async def test_only_files_of_the_folder_are_served(site: Any, path: str) -> None:
    assert (await site.browser.get(f"/static/{path}")).status_code == 404


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "site.css").write_text("body{}")
    (tmp_path / "static" / "link.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "static" / ".hidden").write_text("secret")
    assert list(Assets(tmp_path / "static").by_name) == ["site.css"]


async def test_files_are_served_while_the_database_is_away(site: Any) -> None:
    await site.enter()
    site.db.gone = True
    assert (await site.browser.get("/static/site.css")).status_code == 200
    assert (await site.browser.get("/vi/open")).status_code == 503


async def test_the_front_door_leads_to_the_language_of_the_browser(site: Any) -> None:
    async def leads_to(accept: str) -> str:
        reply: httpx.Response = await site.browser.get("/", headers={"accept-language": accept})
        assert reply.status_code == 302
        return reply.headers["location"]

    assert await leads_to("") == "/vi/"
    assert await leads_to("en-GB,en;q=0.8") == "/en/"
    assert await leads_to("fr,en;q=0.5,vi;q=0.7") == "/vi/"
    assert await leads_to("fr") == "/vi/"


async def test_an_unknown_language_has_no_pages(site: Any) -> None:
    assert (await site.browser.get("/en/open")).status_code == 200
    assert (await site.browser.get("/fr/open")).status_code == 404


async def test_every_route_says_who_may_use_it(site: Any) -> None:
    @get("/forgotten", sync_to_thread=False)
    def forgotten() -> None: ...

    assert undeclared(site.app) == []
    site.app.register(forgotten)
    assert undeclared(site.app) == ["GET /forgotten does not say guards=[…]: who may use it"]
