"""Forms with files: where they are let in, from whom, how much, and that a broken one is refused."""

import asyncio
import tempfile
import time
from typing import Any

import pytest

DOOR = "/vi/files/a"
KIND = "multipart/form-data; boundary=b"


def form(*parts: tuple[str, bytes], end: bytes = b"--") -> bytes:
    """A form with files, written by hand: (what stands after form-data, content) for each part."""
    body = b"".join(
        b"--b\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + content + b"\r\n"
        for head, content in parts
    )
    return body + b"--b" + end + b"\r\n"


async def send(site: Any, body: bytes, path: str = DOOR, kind: str = KIND) -> Any:
    return await site.browser.post(path, content=body, headers={"content-type": kind})


async def test_a_file_arrives_with_the_texts_of_its_form(site: Any) -> None:
    csrf = await site.enter()
    content = bytes(range(256)) * 300 + b"\r\n--c\r\n"
    reply = await site.browser.post(
        DOOR, data={"name": "Đơn", "count": "3", "csrf": csrf}, files={"file": ("C:\\x\\tệp.xlsx", content)}
    )
    assert reply.status_code == 201, reply.text
    assert reply.json() == {
        "shelf": "a",
        "form": {"name": "Đơn", "count": 3, "links": []},
        "name": "tệp.xlsx",
        "size": len(content),
    }


@pytest.mark.parametrize("path", ["/vi/change", "/vi/feedback", "/vi/files", "/vi/files/a/b", "/vi/sign-in"])
async def test_no_other_route_takes_files(site: Any, path: str) -> None:
    await site.enter()
    assert (await send(site, form(('name="name"', b"x")), path)).status_code == 415


async def test_nothing_is_read_for_strangers(site: Any) -> None:
    reply = await send(site, b"not even a form" * 10_000)
    assert reply.status_code == 303
    assert "/sign-in" in reply.headers["location"]


@pytest.mark.parametrize("token", [None, "wrong", "twice"])
async def test_a_form_with_a_file_needs_the_token_of_the_session_once(site: Any, token: str | None) -> None:
    csrf = await site.enter()
    given = {None: [], "wrong": [b"wrong"], "twice": [csrf.encode()] * 2}[token]
    parts = [('name="csrf"', one) for one in given]
    reply = await send(site, form(('name="name"', b"x"), ('name="file"; filename="f"', b"x"), *parts))
    assert reply.status_code == 403


async def test_a_file_over_the_limit_of_its_route_is_refused(site: Any) -> None:
    csrf = await site.enter()
    rest = (('name="csrf"', csrf.encode()), ('name="name"', b"x"))
    for size, status in ((100_000, 201), (100_001, 413), (500_000, 413)):
        body = form(*rest, ('name="file"; filename="f"', b"x" * size))
        assert (await send(site, body)).status_code == status, size


async def test_too_many_parts_are_refused(site: Any) -> None:
    csrf = await site.enter()
    many = [('name="links"', b"x")] * 64
    assert (await send(site, form(('name="csrf"', csrf.encode()), *many))).status_code == 413


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", form(('name="name"', b"x"))),
        ("multipart/form-data; boundary=", form(('name="name"', b"x"))),
        ("multipart/form-data; boundary=b; charset=utf-16", form(('name="name"', b"x"))),
        ("multipart/form-data; boundary=b", form(('name="name"', b"x"), end=b"")),
        ("multipart/form-data; boundary=b", form(('name="name"', b"x"))[:-9]),
        ("multipart/form-data; boundary=b", form(('name="name"', b"\xff"))),
        ("multipart/form-data; boundary=b", form(('name="name"', b"a\0b"))),
        ("multipart/form-data; boundary=b", form(("x", b"no name"))),
        ("multipart/form-data; boundary=b", b"name=x"),
        ("multipart/form-data; boundary=b", b""),
    ],
)
async def test_a_broken_form_is_refused(site: Any, kind: str, body: bytes) -> None:
    await site.enter()
    assert (await send(site, body, kind=kind)).status_code in (400, 403)


@pytest.mark.parametrize(
    "files",
    [
        [],
        [('name="file"; filename=""', b"")],
        [('name="file"; filename="f"', b"")],
        [('name="other"; filename="f"', b"x")],
        [('name="file"; filename="f"', b"x")] * 2,
    ],
)
async def test_exactly_one_file_is_wanted(site: Any, files: list[tuple[str, bytes]]) -> None:
    csrf = await site.enter()
    reply = await send(site, form(('name="csrf"', csrf.encode()), ('name="name"', b"x"), *files))
    assert reply.status_code == 422


async def test_a_plain_form_at_a_route_for_files_is_asked_for_a_file(site: Any) -> None:
    csrf = await site.enter()
    assert (await site.browser.post(DOOR, data={"csrf": csrf, "name": "x"})).status_code == 422


async def cut_off(site: Any, csrf: str, parts: list[bytes], last: dict[str, Any]) -> list[dict[str, Any]]:
    """Send the beginning of a form with a file, then `last`; the events of the reply."""
    waiting = [{"type": "http.request", "body": part, "more_body": True} for part in parts] + [last]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if waiting:
            return waiting.pop(0)
        await asyncio.sleep(60)
        raise AssertionError("nobody reads so long")

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    cookie = "; ".join(f"{name}={value}" for name, value in site.browser.cookies.items())
    headers = {"host": "lenmuc.test", "content-type": KIND, "cookie": cookie, "x-csrf-token": csrf}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": DOOR, "raw_path": DOOR.encode(), "root_path": "", "query_string": b"",
        "server": ("lenmuc.test", 80), "client": ("192.0.2.7", 1),
        "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }  # fmt: skip
    await site.gate(scope, receive, send)
    return sent


BEGUN = [b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n', *[b"x" * 40_000] * 2]


@pytest.mark.parametrize(
    ("last", "status"),
    [({"type": "http.disconnect"}, 400), ({"type": "http.request", "body": b"", "more_body": False}, 400)],
)
async def test_a_connection_that_breaks_in_the_middle_of_a_file_leaves_nothing(
    site: Any, monkeypatch: pytest.MonkeyPatch, last: dict[str, Any], status: int
) -> None:
    made = []
    make = tempfile.SpooledTemporaryFile

    def kept(**options: Any) -> Any:
        made.append(make(**options))
        return made[-1]

    csrf = await site.enter()
    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", kept)
    sent = await cut_off(site, csrf, BEGUN, last)
    assert [event["status"] for event in sent if event["type"] == "http.response.start"] == [status]
    assert made
    assert all(one.closed for one in made)


async def test_a_sender_who_stops_in_the_middle_is_cut_off(site: Any) -> None:
    csrf = await site.enter()
    begun = time.monotonic()
    sent = await cut_off(site, csrf, BEGUN[:-1], {"type": "http.request", "body": b"x", "more_body": True})
    assert sent[0]["status"] == 408
    assert time.monotonic() - begun < 10


async def test_files_of_a_request_are_let_go_when_it_is_answered(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    make = tempfile.SpooledTemporaryFile

    def kept(**options: Any) -> Any:
        made.append(make(**options))
        return made[-1]

    csrf = await site.enter()
    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", kept)
    for token, status in ((csrf, 201), ("wrong", 403)):
        file = ('name="file"; filename="f"', b"x")
        body = form(('name="csrf"', token.encode()), ('name="name"', b"x"), file)
        assert (await send(site, body)).status_code == status
    assert len(made) == 6
    assert all(one.closed for one in made)
