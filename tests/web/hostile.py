"""A browser that has each text of a request hostile first: nothing breaks, nothing comes back alive."""

import csv
import io
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, quote_plus, unquote

import httpx

from tests.web.hostile_strings import Hostile, hostile

LONGEST = 10.0  # seconds of this process for one reply
_HEADERS = (
    "accept-language",
    "if-match",
    "if-none-match",
    "user-agent",
    "referer",
    "idempotency-key",
    "origin",
)
_READ_ONLY = ("GET", "HEAD")
# What may be alive in a page; whether it is, a reader of pages says.
_MARKUP = re.compile("html|[/+]xml")  # workbooks have xml in their names, and are packed
_PERHAPS = re.compile(
    rb"<[^>]{0,20}zq|=zq|=x onerror|(?:javascript|vbscript):|data:text|=[\"']?//zq", re.IGNORECASE
)
_RUNS = re.compile(r"\s*(?:javascript:|vbscript:|data:text|//zq)", re.IGNORECASE)
_TOLD = (b"9801547", b"PostgreSQL 1", b"<class '", b"Traceback (most", b"root:x:0")
_FORMULA = re.compile("[\ufeff ]*[=+\\-@\t\r＝＋－＠].*zq", re.DOTALL)
Change = Callable[[str], httpx.Request]


class _Reader(HTMLParser):
    """Finds tags and attributes that only a hostile text can have brought."""

    def __init__(self) -> None:
        super().__init__()
        self.alive: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        whole = self.get_starttag_text() or ""
        ours = {"href", "src", "action", "formaction", "srcset", "srcdoc"}
        if tag.startswith("zq") or any(
            name.startswith(("on", "zq"))
            or (name == "style" and "zq" in (value or ""))
            or (name in ours and (_RUNS.match(value or "") or (value or "").startswith("zq")))
            for name, value in attrs
        ):
            self.alive.append(whole)

    def handle_comment(self, data: str) -> None:
        if data.startswith("zq"):
            self.alive.append(f"<!--{data}")


def alive(page: str) -> list[str]:
    """What of a hostile text works in a page."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.alive


class Place(NamedTuple):
    """Where a text of a request stands, and the request with another one there."""

    name: str
    change: Change


def as_bytes(text: str) -> bytes:
    """As a program sends it that does not care whether a text can be written."""
    return text.encode("utf-8", "surrogatepass")


def _with(
    request: httpx.Request, body: bytes, *, path: bytes | None = None, header: tuple[str, bytes] | None = None
) -> httpx.Request:
    left_out = {"content-length", header[0] if header else ""}
    headers = [(name, value) for name, value in request.headers.raw if name.decode().lower() not in left_out]
    if header:
        headers.append((header[0].encode(), header[1]))
    made = httpx.Request(request.method, request.url, headers=headers, content=body)
    if path is not None:
        made.extensions["target"] = path
    return made


def _segments(request: httpx.Request, body: bytes) -> Iterator[Place]:
    path, _, query = request.url.raw_path.partition(b"?")
    parts = path.split(b"/")
    for at in range(2, len(parts)):

        def other(text: str, at: int = at) -> httpx.Request:
            there = b"/".join([*parts[:at], quote(as_bytes(text), safe="").encode(), *parts[at + 1 :]])
            return _with(request, body, path=there + (b"?" + query if query else b""))

        yield Place(f"part {at} of the address", other)


def _queries(request: httpx.Request, body: bytes) -> Iterator[Place]:
    path, _, query = request.url.raw_path.partition(b"?")
    for name, _ in parse_qsl(query.decode(), keep_blank_values=True):
        yield Place(
            f"parameter {name}",
            lambda text, name=name: _with(
                request, body, path=path + f"?{name}={quote_plus(as_bytes(text))}".encode()
            ),
        )


def _headers(request: httpx.Request, body: bytes) -> Iterator[Place]:
    for name in _HEADERS:
        yield Place(
            f"header {name}",
            lambda text, name=name: _with(
                request, body, header=(name, re.sub(rb"[\r\n\0]", b"", as_bytes(text)))
            ),
        )


def _fields(request: httpx.Request, body: bytes) -> Iterator[Place]:
    fields = [*parse_qsl(body.decode(), keep_blank_values=True), ("zq", "")]
    for at, (name, _) in enumerate(fields):

        def other(text: str, at: int = at) -> httpx.Request:
            sent = [
                f"{quote_plus(key)}={quote_plus(as_bytes(text) if n == at else value)}"
                for n, (key, value) in enumerate(fields)
                if n == at or key != "zq"
            ]
            return _with(request, "&".join(sent).encode())

        if name != "csrf":
            yield Place(f"field {name}", other)
    yield Place(
        "name of a field",
        lambda text: _with(request, body + b"&" + quote_plus(as_bytes(text)).encode() + b"=zq"),
    )


def _parts(request: httpx.Request, body: bytes) -> Iterator[Place]:
    boundary = b"--" + request.headers["content-type"].partition("boundary=")[2].encode()
    parts = body.split(boundary)
    for at, part in enumerate(parts[1:-1], 1):
        head, _, _ = part.partition(b"\r\n\r\n")

        def other(text: str, at: int = at, head: bytes = head) -> httpx.Request:
            name = re.sub(rb'[\r\n"]', b"", as_bytes(text))
            found = re.search(rb'filename="([^"]*)"', head)
            new = (
                parts[at].replace(found[1], name + b".pdf", 1)
                if found
                else head + b"\r\n\r\n" + as_bytes(text) + b"\r\n"
            )
            return _with(request, boundary.join([*parts[:at], new, *parts[at + 1 :]]))

        if b'name="csrf"' not in head:
            yield Place(f"part {head.decode()!r}", other)


def _values(request: httpx.Request, body: bytes) -> Iterator[Place]:
    value = json.loads(body)
    for name in value:
        yield Place(
            f"value {name}",
            lambda text, name=name: _with(request, json.dumps({**value, name: text}).encode()),
        )
        yield Place(  # digits as a number, anything else as a name
            f"number {name}",
            lambda text, name=name: _with(
                request, b'{"%s":%s}' % (name.encode(), as_bytes(text))
                if text.lstrip("-").isdigit() else json.dumps({**value, text: name}).encode()
            ),
        )  # fmt: skip


def places(request: httpx.Request, body: bytes) -> list[Place]:
    """Every text of a request: its address, headers and body."""
    kind = request.headers.get("content-type", "").partition(";")[0]
    inside = {
        "application/x-www-form-urlencoded": _fields,
        "multipart/form-data": _parts,
        "application/json": _values,
    }.get(kind)
    found = [*_segments(request, body), *_queries(request, body), *_headers(request, body)]
    return found + (list(inside(request, body)) if inside else [])


class Judge:
    """Hands out hostile texts and looks at what comes back. `share`: so many for each place, as 0.1 or 3."""

    def __init__(self, share: float, seed: int = 0) -> None:
        self._texts = hostile(seed)
        self._share = share
        self._credit = 0.0
        self.sent: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.read_back = 0
        self.seconds: list[tuple[float, str]] = []

    def texts(self) -> Iterator[Hostile]:
        """Those for the next place."""
        self._credit += self._share
        while self._credit >= 1:
            self._credit -= 1
            yield next(self._texts)

    def look(self, reply: httpx.Response, where: str, took: float = 0.0) -> None:
        """Nothing broke, and nothing of the text works in the reply."""
        self.statuses[reply.status_code] += 1
        self.seconds.append((took, where))
        said, kind = reply.content, reply.headers.get("content-type", "")
        assert reply.status_code < 500, f"{where}: {reply.status_code}\n{said[:1000]!r}"
        assert took < LONGEST, f"{where}: took {took:.1f} s"
        assert "x-zq" not in reply.headers, f"{where}: a header of the sender's"
        location = reply.headers.get("location", "/")
        assert re.match("/(?!/)", location), f"{where}: leads to {location}"
        if _MARKUP.search(kind) and _PERHAPS.search(said):
            found = alive(said.decode())
            assert not found, f"{where}: comes back alive: {found}"
        if "json" in kind and said:
            try:
                json.loads(said)
            except ValueError as wrong:
                raise AssertionError(f"{where}: no JSON: {wrong}") from wrong
        if "csv" in kind:
            cells = [cell for row in csv.reader(io.StringIO(said.decode("utf-8-sig"))) for cell in row]
            assert not [c for c in cells if _FORMULA.match(c)], f"{where}: a formula"
        told = [words for words in _TOLD if words in said]
        assert not told, f"{where}: tells {told}"


class EachTextIsHostile(httpx.AsyncBaseTransport):
    """Sends a change with each of its texts hostile, undoing each; then as it is.

    What was stored of a hostile text is read: where the reply leads to, and on the page that had the form.
    While `calm`, changes are sent as they are. `done` has what went through, `faults` what was wrong.
    """

    def __init__(self, app: Any, conn: Any, judge: Judge, also_read: tuple[str, ...] = ()) -> None:
        self._app, self._conn, self._judge = app, conn, judge
        self._also_read = also_read
        self._sent = 0
        self._page = "/vi/"
        self.calm = False
        self.done: list[tuple[str, str]] = []
        self.faults: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        if request.method in _READ_ONLY:
            self._page = request.url.raw_path.decode()
        elif not self.calm:
            await self.attack(request, body)
        reply = await self._send(_with(request, body))
        if request.method not in _READ_ONLY and not self.calm:
            where = f"{request.method} {request.url.path}"
            assert reply.status_code < 400, f"{where}: {reply.status_code}\n{(await reply.aread()).decode()}"
            self.done.append((request.method, request.url.path))
        return reply

    async def attack(self, request: httpx.Request, body: bytes) -> None:
        """The same request with one hostile text after the other, in each of its places."""
        for place in places(request, body):
            for text in self._judge.texts():
                undo = self._conn.transaction()
                await undo.start()
                try:
                    await self._one(request, place, text)
                except AssertionError as wrong:
                    self.faults.append(str(wrong))
                finally:
                    await undo.rollback()

    async def _one(self, request: httpx.Request, place: Place, text: Hostile) -> None:
        said = text.text[:60].encode("unicode_escape").decode()
        where = f"{request.method} {request.url.path}, {place.name}, {text.kind} {said}"
        self._judge.sent[text.text] += 1
        began = time.process_time()
        try:
            reply = await self._send(place.change(text.text))
        except Exception as error:
            raise AssertionError(f"{where}: raised {error!r}") from error
        await reply.aread()
        self._judge.look(reply, where, time.process_time() - began)
        if request.method in _READ_ONLY or reply.status_code >= 400:
            return
        self._judge.read_back += 1
        also = self._also_read[self._judge.read_back % len(self._also_read)] if self._also_read else "/vi/"
        for address in {reply.headers.get("location", self._page), self._page, also}:
            page = httpx.Request("GET", request.url.join(address), headers=request.headers)
            for name in ("content-length", "content-type"):
                page.headers.pop(name, None)
            again = await self._send(page)
            await again.aread()
            self._judge.look(again, f"{where}; then {address}")

    async def _send(self, request: httpx.Request) -> httpx.Response:
        # From another address each time: so many tries from one would be held back.
        self._sent += 1
        client = (f"192.0.{self._sent // 256 % 256}.{self._sent % 256}", 4711)
        app = self._app
        if target := request.extensions.get("target"):

            async def app(scope: Any, receive: Any, send: Any) -> None:
                path, _, query = target.partition(b"?")
                plain = unquote(path.decode())
                there = {"raw_path": path, "path": plain, "query_string": query}
                await self._app({**scope, **there}, receive, send)

        return await httpx.ASGITransport(app, client=client).handle_async_request(request)
