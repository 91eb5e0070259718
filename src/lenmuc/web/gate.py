"""The gate around the whole program: every request comes in through it and every reply goes out through it.

It is plain ASGI outside the framework, because the framework's own hooks run neither for addresses that no
route knows nor for replies to failures.
"""

import hmac
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar.exceptions import MethodNotAllowedException

from lenmuc.core.errors import N_, NotFound, SignInNeeded
from lenmuc.core.throttle import READS
from lenmuc.settings import Settings
from lenmuc.store.database import Database
from lenmuc.web import templating, twice, uploads, visits
from lenmuc.web import watching as watching_of
from lenmuc.web.access import (
    SAFE_METHODS,
    cookie_token,
    header,
    must_be_our_page,
    must_carry_token,
    session_of,
)
from lenmuc.web.bodies import (
    SECONDS,
    Receive,
    form_fields,
    kind_of,
    must_be_json,
    must_be_readable,
    read_body,
    replay,
    without_field,
)
from lenmuc.web.caching import Made, Replies
from lenmuc.web.errors import Reply, tell
from lenmuc.web.headers import Header, complete
from lenmuc.web.language import Language, asked_for, of_path
from lenmuc.web.rates import Rates
from lenmuc.web.requests import Board
from lenmuc.web.templating import Templates
from lenmuc.web.uploads import Door
from lenmuc.web.visits import Visit
from lenmuc.web.watching import Watching

Scope = dict[str, Any]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]

# Answered without looking at the session: the same for all, and needed when the database is away.
_FOR_ALL = ("/static/", "/healthz", "/readyz")
METRICS = "/metrics"
_CSRF = "csrf"


class Gate:
    """`app` behind sessions, limits, proof of origin, security headers and one way of telling failures.

    `written` is called after each change. With `rest`, replies for everybody are read from a standby; it is
    called when one fails, which is then made once more from the primary.
    """

    def __init__(
        self,
        app: App,
        settings: Settings,
        db: Database,
        languages: dict[str, Language],
        templates: Templates,
        *,
        doors: tuple[Door, ...] = (),
        replies: Replies | None = None,
        written: Callable[[], None] = lambda: None,
        rest: Callable[[], None] | None = None,
        body_seconds: float = SECONDS,
        watching: Watching | None = None,
    ) -> None:
        self._app = app
        self._settings = settings
        self._db = db
        self._languages = languages
        self._templates = templates
        self._doors = doors
        self._replies = replies
        self._written = written
        self._rest = rest
        self._body_seconds = body_seconds
        floor = settings.disk_floor_mib * 1024**2 if settings.embedded else 0
        board = Board(settings.board) if settings.board else None
        self._watching = watching or Watching(settings.data, floor, board=board)
        self._answers = twice.Answers()
        self._rates = Rates(msgspec.structs.replace(READS, posts=settings.api_reads))

    @property
    def inner(self) -> App:
        """The program behind the gate, for looking at its routes. Nothing may be served without the gate."""
        return self._app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass on what is not HTTP: the start and the end of the program."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        scope = {**scope, "state": dict(scope.get("state") or {})}
        visits.put(scope, self._visit(scope))
        templating.put(scope, self._templates)
        watching_of.put(scope, self._watching)
        out = _Out(send, scope, https=self._settings.https, bodiless=scope["method"] == "HEAD")
        began = time.monotonic()
        self._watching.enter()
        try:
            must_be_readable(scope)
            self._rates.count(scope, out.also)
            if scope["path"] == METRICS:
                await out.reply(self._figures(scope), close=False)
                return
            self._watching.must_have_room(visits.of_scope(scope))
            if await self._share(scope, receive, out):
                return
            await self._recognise(scope)
            if scope["method"] not in SAFE_METHODS:
                receive = await self._receive_change(scope, receive)
            if scope["method"] == "HEAD":
                scope["method"] = "GET"
            await self._app(scope, receive, twice.noting(scope, self._db, out.send))
            if scope["method"] not in SAFE_METHODS:
                self._written()
        except Exception as error:
            if out.started:
                raise
            await out.reply(self._tell(error, scope), close=scope["method"] not in SAFE_METHODS)
        finally:
            uploads.close(scope)
            self._watching.leave(visits.of_scope(scope), out.status, time.monotonic() - began)

    def _figures(self, scope: Scope) -> Reply:
        """The figures for who knows the token of `LENMUC_METRICS_TOKEN`; for others there is nothing here."""
        wanted = f"Bearer {self._settings.metrics_token}".encode()
        given = header(scope["headers"], b"authorization").encode("latin-1")
        if not self._settings.metrics_token or not hmac.compare_digest(given, wanted):
            raise NotFound(N_("There is no such page."))
        if scope["method"] not in ("GET", "HEAD"):
            raise MethodNotAllowedException(headers={"Allow": "GET"})
        kind = {"content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store"}
        return Reply(200, kind, self._watching.figures().encode())

    def _visit(self, scope: Scope) -> Visit:
        headers = scope["headers"]
        path = scope["path"]
        code = of_path(path) or asked_for(header(headers, b"accept-language"), self._settings.language)
        return Visit(
            request_id=secrets.token_hex(8),
            method=scope["method"],
            path=path,
            query=scope.get("query_string", b"").decode("latin-1"),
            language=self._languages[code],
        )

    async def _share(self, scope: Scope, receive: Receive, out: "_Out") -> bool:
        """Answer with a reply that is the same for all, made now or before; False when it is no such one."""
        replies = self._replies
        token = cookie_token(scope["headers"], self._settings.https)
        asked = await replies.asked(scope, token) if replies is not None else None
        if replies is None or asked is None:
            return False
        kept = replies.find(asked)
        if already := asked.already(kept.tag if kept is not None else asked.tag):
            await out.send_whole(304, [*replies.policy(scope["path"]), (b"etag", already.encode())], b"")
            return True
        reply = kept or await replies.get(asked, lambda: self._make_shared(scope, receive))
        if isinstance(reply, Made):
            await out.send_whole(reply.status, reply.headers, reply.body)
        else:
            await out.send_whole(200, *replies.sent(asked, reply))
        return True

    async def _make_shared(self, scope: Scope, receive: Receive) -> Made:
        made = await self._make(scope, receive, shared=self._rest is not None)
        if made.status >= 500 and self._rest is not None:
            self._rest()
            made = await self._make(scope, receive, shared=False)
        return made

    async def _make(self, scope: Scope, receive: Receive, *, shared: bool) -> Made:
        taking = _Taking()
        asked = {**scope, "method": "GET", "state": dict(scope["state"])}
        if shared:
            visits.share(asked)
        await self._app(asked, receive, taking.send)
        return Made(taking.status, taking.headers, bytes(taking.body))

    async def _recognise(self, scope: Scope) -> None:
        token = cookie_token(scope["headers"], self._settings.https)
        if token and not scope["path"].startswith(_FOR_ALL):
            session = await session_of(self._db, token)
            visits.put(scope, msgspec.structs.replace(visits.of_scope(scope), session=session))

    async def _receive_change(self, scope: Scope, receive: Receive) -> Receive:
        """Everything that an unsafe request must pass; its body without the token, ready to be read."""
        self._watching.must_have_disk()
        headers = scope["headers"]
        must_be_our_page(headers, self._settings.https)
        given = [value.decode("latin-1") for name, value in headers if name.lower() == b"x-csrf-token"]
        limit = uploads.limit_at(self._doors, scope["path"])
        boundary = uploads.boundary_of(header(headers, b"content-type")) if limit else ""
        if boundary:
            await self._receive_files(scope, receive, boundary, limit, given)
            return replay(b"", receive)
        body = await read_body(scope, receive, seconds=self._body_seconds)
        kind = kind_of(headers, body)
        keys: list[str] = []
        if kind == "form":
            fields = form_fields(body)
            given += [value for name, value in fields if name == _CSRF]
            keys += [value for name, value in fields if name == twice.FIELD]
            body = without_field(without_field(body, _CSRF.encode()), twice.FIELD.encode())
        elif kind == "json":
            must_be_json(body)
        must_carry_token(visits.of_scope(scope).session, given)
        self._begin(scope, keys, [body])
        length = (b"content-length", str(len(body)).encode())
        kept = [pair for pair in headers if pair[0].lower() not in (b"content-length", b"transfer-encoding")]
        scope["headers"] = [*kept, length]
        return replay(body, receive)

    async def _receive_files(
        self, scope: Scope, receive: Receive, boundary: str, limit: int, given: list[str]
    ) -> None:
        """A form with files, read once and kept with the request. Nothing is read for strangers."""
        session = visits.of_scope(scope).session
        if session is None:
            raise SignInNeeded(N_("This is for people with an account. Sign in to go on."))
        sent = await uploads.receive_form(scope, receive, boundary, limit, self._body_seconds)
        rest = tuple(pair for pair in sent.fields if pair[0] not in (_CSRF, twice.FIELD))
        uploads.put(scope, msgspec.structs.replace(sent, fields=rest))
        must_carry_token(session, [*given, *(value for name, value in sent.fields if name == _CSRF)])
        keys = [value for name, value in sent.fields if name == twice.FIELD]
        files = (text for file in sent.files for text in (file.field, file.name, file.sha256))
        self._begin(scope, keys, [*(text for pair in rest for text in pair), *files])

    def _begin(self, scope: Scope, keys: list[str], content: list[bytes] | list[str]) -> None:
        visit = visits.of_scope(scope)
        said = (visit.method, visit.address, *content)
        twice.begin(scope, self._answers, visit.request_id, visit.session, keys, said)

    def _tell(self, error: Exception, scope: Scope) -> Reply:
        return answer_failure(error, scope, self._templates)


def answer_failure(error: Exception, scope: Scope, templates: Templates) -> Reply:
    """The answer to a failure of the request in `scope`."""
    headers = scope["headers"]
    return tell(
        error,
        visits.of_scope(scope),
        templates,
        if_match=bool(header(headers, b"if-match"))
        # A first answer says so, and finds one there: the same failed condition. Source: RFC 9110, 13.1.2.
        or (scope["method"] not in SAFE_METHODS and bool(header(headers, b"if-none-match"))),
        referer=header(headers, b"referer"),
    )


class _Taking:
    """Takes a whole reply before any of it goes out."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()

    async def send(self, event: dict[str, Any]) -> None:
        """One event of the reply."""
        if event["type"] == "http.response.start":
            self.status, self.headers = event["status"], list(event.get("headers", []))
        elif event["type"] == "http.response.body":
            self.body += event.get("body", b"")


class _Out:
    """The way out of one request: headers completed, no body for HEAD."""

    def __init__(self, send: Send, scope: Scope, *, https: bool, bodiless: bool) -> None:
        self._send = send
        self._scope = scope
        self._https = https
        self._bodiless = bodiless
        self.started = False
        self.status = 0
        self.also: list[Header] = []

    async def send(self, event: dict[str, Any]) -> None:
        """Pass on one event of the reply."""
        if event["type"] == "http.response.start":
            self.started = True
            self.status = event["status"]
            visit = visits.of_scope(self._scope)
            headers = complete(
                [*event.get("headers", []), *self.also],
                request_id=visit.request_id,
                signed_in=visit.session is not None,
                https=self._https,
            )
            event = {**event, "headers": headers}
        elif event["type"] == "http.response.body" and self._bodiless:
            event = {**event, "body": b""}
        await self._send(event)

    async def send_whole(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        """Send a reply whose headers and body are there."""
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body, "more_body": False})

    async def reply(self, reply: Reply, *, close: bool) -> None:
        """Send a finished answer; and `close` the connection if its request may be unread."""
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()]
        headers.append((b"content-length", str(len(reply.body)).encode()))
        if close:
            headers.append((b"connection", b"close"))
        await self.send_whole(reply.status, headers, reply.body)
