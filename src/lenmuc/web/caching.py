"""Replies that are the same for everybody: a tag that names their state, kept, packed, and not sent twice.

The tag of a reply is known before it is made: the address and the state of what the public sees (`states`).
So whoever has it already is told so at once, without a look at the database. A reply that is about one
service or agency stays, with its tag, while only others change. Only what carries no token is packed: a
packed page gives away the length of its secrets (BREACH).
"""

import asyncio
import gzip
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import msgspec
from litestar import Litestar

from lenmuc.settings import LANGUAGES
from lenmuc.store.changes import Place
from lenmuc.web.states import State, States

Header = tuple[bytes, bytes]

_OPTION = "shared"
_LANGUAGE = "/{lang:str}"
PUBLIC: Mapping[str, Any] = {_OPTION: "public"}
"""The option of a route whose reply to the public depends on its address alone: `@get(…, opt=PUBLIC)`."""
EVERYBODY: Mapping[str, Any] = {_OPTION: "everybody"}
"""The option of a route whose reply is the same for those who are signed in as well."""
OF_SERVICE: Mapping[str, Any] = {"of": ("service", "code")}
"""What a shared reply says as well when it hangs on no offerings but those of the service in its address."""
OF_AGENCY: Mapping[str, Any] = {"of": ("agency", "code")}
"""The same for the offerings of the agency in its address."""
OF_AGENCY_ASKED: Mapping[str, Any] = {"of": ("agency", "?agency")}
"""The same for an agency that may be asked for after the question mark."""

PAGES = b"public, max-age=0, s-maxage=10, must-revalidate"
"""Browsers ask each time and mostly hear that nothing is new; a shared cache may answer for ten seconds."""
FOR_EVERYBODY: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, RateLimit, RateLimit-Policy",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=60",
}
"""Kept for a minute, and read without credentials by pages of any site: nothing in them is anybody's own."""
_KEPT = {"public": "shared by the public", "everybody": "shared by everybody"}
_LIMIT = 48 * 1024 * 1024
_WORTH_PACKING = 600
_PACKING = 3  # the level of gzip
_TEXTS = (b"text/", b"application/json", b"application/ld+json", b"application/xml", b"application/atom+xml",
          b"image/svg+xml", b"application/openapi+json")  # fmt: skip
_REFUSED = re.compile(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)")


def kept_for(options: Mapping[str, Any]) -> str:
    """Who shares a reply of a route with these options, in words."""
    return _KEPT.get(options.get(_OPTION, ""), "by nobody")


class Made(msgspec.Struct):
    """A whole reply before any of it goes out."""

    status: int
    headers: list[Header]
    body: bytes


class Kept(msgspec.Struct):
    """A reply as it was made, and packed once somebody has wanted it so; then only the packed form stays.

    It shows `place` alone in `state`, under `tag`; when it was `seen` last it was still right.
    """

    headers: list[Header]
    body: bytes
    place: Place | None
    state: State
    tag: str
    seen: float
    packed: bytes = b""

    @property
    def size(self) -> int:
        """Bytes that it takes here, nearly."""
        return len(self.body) + len(self.packed) + 1_000

    def tagged(self, packed: bool) -> str:
        """The ETag; a packed reply is other bytes, so it has another one."""
        return _tagged(self.tag, packed)


def _tagged(tag: str, packed: bool) -> str:
    return f'"{tag}-gz"' if packed else f'"{tag}"'


class Asked(msgspec.Struct, frozen=True):
    """A request for a reply that can be shared: where it is kept, what it is about, the state it is to be of,
    its tag if it is made now, whether it may be packed, and the tags that the asker has.
    """

    key: str
    place: Place | None
    state: State
    tag: str
    gzip: bool
    seen: str

    def already(self, tag: str) -> str:
        """The ETag with `tag` that the asker has, or nothing."""
        given = {part.strip().removeprefix("W/") for part in self.seen.split(",")}
        return next((each for each in (_tagged(tag, True), _tagged(tag, False)) if each in given), "")


def takes_gzip(accept: str) -> bool:
    """Whether an Accept-Encoding header takes gzip."""
    accept = accept.lower()
    return "gzip" in accept and not _REFUSED.search(accept)


def stamp(*folders: Path, also: Iterable[str] = ()) -> str:
    """What tells one state of the program's files from another."""
    total = sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix not in (".pyc", ".mo"):
                total.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    for text in also:
        total.update(text.encode() + b"\0")
    return total.hexdigest()


def _pattern(path: str, named: str = "") -> str:
    """A route's addresses as a pattern, with the parameter `named` as its group `code`."""
    path = path.rstrip("/")
    language = path.startswith(_LANGUAGE)
    pattern = f"/(?:{'|'.join(LANGUAGES)})" if language else ""
    for number, piece in enumerate(re.split(r"\{([^}]*)\}", path.removeprefix(_LANGUAGE))):
        if number % 2:
            pattern += "(?P<code>[^/]+)" if named and piece.startswith(f"{named}:") else "[^/]+"
        else:
            pattern += re.escape(piece)
    return pattern + "/?"


def _paths(app: Litestar, kind: str) -> re.Pattern[str]:
    """The addresses of the routes with that option."""
    found = [
        _pattern(route.path)
        for route in app.routes
        if any(handler.opt.get(_OPTION) == kind for handler in getattr(route, "route_handlers", []))
    ]
    return re.compile("|".join(found) or r"(?!)")


class Places:
    """What each address is about, by the options of the routes."""

    def __init__(self, app: Litestar) -> None:
        self._rules: list[tuple[re.Pattern[str], str, str]] = []
        for route in app.routes:
            for handler in getattr(route, "route_handlers", []):
                if "of" in handler.opt and "GET" in handler.http_methods:
                    kind, name = handler.opt["of"]
                    pattern = _pattern(route.path, "" if name.startswith("?") else name)
                    self._rules.append((re.compile(pattern), kind, name))

    def of(self, path: str, query: str) -> Place | None:
        """The only place whose offerings a reply hangs on; nothing when it may hang on any."""
        for pattern, kind, name in self._rules:
            if found := pattern.fullmatch(path):
                if not name.startswith("?"):
                    return Place(kind, found["code"])
                given = parse_qs(query).get(name[1:], [])
                return Place(kind, given[0]) if len(given) == 1 else None
        return None


class Replies:
    """The shared replies of one process. `states` tells the state that is to be shown."""

    def __init__(
        self,
        app: Litestar,
        states: States,
        limit: int = _LIMIT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._public = _paths(app, "public")
        self._everybody = _paths(app, "everybody")
        self._places = Places(app)
        self._states = states
        self._limit = limit
        self._clock = clock
        self._size = 0
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._making: dict[str, tuple[State, asyncio.Future[Kept | None]]] = {}

    def for_everybody(self, path: str) -> bool:
        """Whether it makes no difference who asks."""
        return self._everybody.fullmatch(path) is not None

    def policy(self, path: str) -> list[Header]:
        """What a reply at this path says about keeping it and sharing it, when it says nothing else."""
        if not self.for_everybody(path):
            return [(b"cache-control", PAGES), (b"vary", b"Cookie, Accept-Encoding")]
        given = ((name.lower().encode(), value.encode()) for name, value in FOR_EVERYBODY.items())
        return [*given, (b"vary", b"Accept-Encoding")]

    async def asked(self, scope: Mapping[str, Any], token: str) -> Asked | None:
        """What a request asks for when its reply can be shared; `token` is that of its session."""
        path = scope["path"]
        if scope["method"] not in ("GET", "HEAD"):
            return None
        if not self.for_everybody(path) and (token or self._public.fullmatch(path) is None):
            return None
        state = await self._states.now(signed_in=bool(token))
        if state is None:
            return None
        query = scope.get("query_string", b"").decode("latin-1")
        key = f"{path}?{query}"
        tag = sha256(f"{state.name} {key}".encode("utf-8", "replace")).hexdigest()[:24]
        wanted = {
            name: value for name, value in scope["headers"] if name in (b"accept-encoding", b"if-none-match")
        }
        accept = wanted.get(b"accept-encoding", b"").decode("latin-1")
        seen = wanted.get(b"if-none-match", b"").decode("latin-1")
        return Asked(key, self._places.of(path, query), state, tag, takes_gzip(accept), seen)

    def find(self, asked: Asked) -> Kept | None:
        """The reply, when it is kept and still right."""
        kept = self._kept.get(asked.key)
        if kept is None or not self._states.same(kept.place, kept.state, asked.state):
            return None
        if asked.state.number >= kept.state.number and asked.state.index >= kept.state.index:
            kept.state = asked.state
        kept.seen = self._clock()
        self._kept.move_to_end(asked.key)
        return kept

    async def get(self, asked: Asked, make: Callable[[], Awaitable[Made]]) -> Kept | Made:
        """The reply. When it has to be made, one request at a time makes it: those who come meanwhile get the
        one from before, if it was right as lately as the public may be behind, or wait for the new one. What
        must not be shared is made for each.
        """
        kept = self.find(asked)
        if kept is not None:
            return kept
        making = self._making.get(asked.key)
        if making is not None and self._states.same(asked.place, making[0], asked.state):
            before = self._kept.get(asked.key)
            if (
                before is not None
                and before.state.frame == asked.state.frame
                and self._clock() - before.seen < self._states.lag
            ):
                return before
            done = await asyncio.shield(making[1])
            return done if done is not None else await make()
        return await self._make(asked, make)

    async def _make(self, asked: Asked, make: Callable[[], Awaitable[Made]]) -> Kept | Made:
        mine = (asked.state, asyncio.get_running_loop().create_future())
        self._making[asked.key] = mine
        kept = None
        try:
            made = await make()
            if made.status == 200 and may_be_shared(made.headers):
                kept = self.keep(asked, shareable(made.headers), made.body)
            return kept or made
        finally:
            mine[1].set_result(kept)
            if self._making.get(asked.key) is mine:
                del self._making[asked.key]

    def keep(self, asked: Asked, headers: list[Header], body: bytes) -> Kept:
        """Remember a reply that was just made; the ones not asked for lately make room."""
        kept = Kept(headers, body, asked.place, asked.state, asked.tag, self._clock())
        if kept.size * 8 < self._limit:
            before = self._kept.pop(asked.key, None)
            self._size += kept.size - (before.size if before else 0)
            self._kept[asked.key] = kept
            self._make_room()
        return kept

    def _make_room(self) -> None:
        while self._size > self._limit:
            _, old = self._kept.popitem(last=False)
            self._size -= old.size

    def sent(self, asked: Asked, kept: Kept) -> tuple[list[Header], bytes]:
        """Headers and body for this asker."""
        kind = next((value for name, value in kept.headers if name == b"content-type"), b"")
        pack = asked.gzip and (kept.packed or len(kept.body) >= _WORTH_PACKING) and kind.startswith(_TEXTS)
        if pack and not kept.packed:
            before = kept.size
            kept.packed, kept.body = gzip.compress(kept.body, _PACKING, mtime=0), b""
            if self._kept.get(asked.key) is kept:
                self._size += kept.size - before
        body = kept.packed if pack else kept.body or gzip.decompress(kept.packed)
        headers = [*kept.headers, (b"etag", kept.tagged(bool(pack)).encode())]
        if pack:
            headers.append((b"content-encoding", b"gzip"))
        return [*headers, (b"content-length", str(len(body)).encode())], body


def may_be_shared(headers: Iterable[Header]) -> bool:
    """Whether a reply sets no cookie and does not forbid to keep it."""
    return not any(
        name.lower() == b"set-cookie" or (name.lower() == b"cache-control" and b"no-store" in value)
        for name, value in headers
    )


def shareable(headers: Iterable[Header]) -> list[Header]:
    """The headers of a reply that was just made, as they are kept: how long for, and what it depends on."""
    dropped = (b"content-length", b"etag", b"vary")
    kept = [(name.lower(), value) for name, value in headers if name.lower() not in dropped]
    if any(name == b"cache-control" and b"public" in value for name, value in kept):
        return [*kept, (b"vary", b"Accept-Encoding")]
    kept = [(name, value) for name, value in kept if name != b"cache-control"]
    return [*kept, (b"cache-control", PAGES), (b"vary", b"Cookie, Accept-Encoding")]
