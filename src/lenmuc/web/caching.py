"""Replies that are the same for everybody: a tag that names their state, kept, packed, and not sent twice.

The tag of a reply is known before it is made: the address, the version of what the public sees, the files of
this program, and the day in Viet Nam, because statuses lapse. So whoever has it already is told so at once,
without a look at the database. Only what carries no token is packed: a packed page gives away the length of
its secrets (BREACH).
"""

import gzip
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar

from lenmuc.settings import LANGUAGES

Header = tuple[bytes, bytes]

_OPTION = "shared"
_LANGUAGE = "/{lang:str}"
PUBLIC: Mapping[str, Any] = {_OPTION: "public"}
"""The option of a route whose reply to the public depends on its address alone: `@get(…, opt=PUBLIC)`."""
EVERYBODY: Mapping[str, Any] = {_OPTION: "everybody"}
"""The option of a route whose reply is the same for those who are signed in as well."""

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
_TEXTS = (b"text/", b"application/json", b"application/ld+json", b"application/xml", b"application/atom+xml",
          b"image/svg+xml", b"application/openapi+json")  # fmt: skip
_REFUSED = re.compile(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)")


def kept_for(options: Mapping[str, Any]) -> str:
    """Who shares a reply of a route with these options, in words."""
    return _KEPT.get(options.get(_OPTION, ""), "by nobody")


class Kept(msgspec.Struct):
    """A reply as it was made, and packed once somebody has wanted it so."""

    headers: list[Header]
    body: bytes
    packed: bytes = b""

    @property
    def size(self) -> int:
        """Bytes that it takes here, nearly."""
        return len(self.body) + len(self.packed) + 1_000


class Asked(msgspec.Struct, frozen=True):
    """A request for a reply that can be shared: where it is kept, the state of what it shows, its tags."""

    key: str
    state: str
    tag: str
    gzip: bool
    seen: str

    def tagged(self, packed: bool) -> str:
        """The ETag; a packed reply is other bytes, so it has another one."""
        return f'"{self.tag}-gz"' if packed else f'"{self.tag}"'

    @property
    def already(self) -> str:
        """The ETag that the asker has of exactly this state, or nothing."""
        given = {part.strip().removeprefix("W/") for part in self.seen.split(",")}
        return next((tag for tag in (self.tagged(True), self.tagged(False)) if tag in given), "")


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


def _paths(app: Litestar, kind: str) -> re.Pattern[str]:
    """The addresses of the routes with that option."""
    found = []
    for route in app.routes:
        if any(handler.opt.get(_OPTION) == kind for handler in getattr(route, "route_handlers", [])):
            path = route.path.rstrip("/")
            language = path.startswith(_LANGUAGE)
            pieces = [re.escape(piece) for piece in re.split(r"\{[^}]*\}", path.removeprefix(_LANGUAGE))]
            found.append((f"/(?:{'|'.join(LANGUAGES)})" if language else "") + "[^/]+".join(pieces) + "/?")
    return re.compile("|".join(found) or r"(?!)")


class Replies:
    """The shared replies of one process. `state` tells the version of what they show; nothing: not known."""

    def __init__(self, app: Litestar, state: Callable[[], Awaitable[str]], limit: int = _LIMIT) -> None:
        self._public = _paths(app, "public")
        self._everybody = _paths(app, "everybody")
        self._state_now = state
        self._state = ""
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[str, Kept] = OrderedDict()

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
        state = await self._state_now()
        if not state:
            return None
        key = f"{path}?{scope.get('query_string', b'').decode('latin-1')}"
        tag = sha256(f"{state} {key}".encode("utf-8", "replace")).hexdigest()[:24]
        wanted = {
            name: value for name, value in scope["headers"] if name in (b"accept-encoding", b"if-none-match")
        }
        accept = wanted.get(b"accept-encoding", b"").decode("latin-1")
        seen = wanted.get(b"if-none-match", b"").decode("latin-1")
        return Asked(key, state, tag, takes_gzip(accept), seen)

    def find(self, asked: Asked) -> Kept | None:
        """The reply, when it is kept in this state."""
        if asked.state != self._state:
            self._kept.clear()
            self._size, self._state = 0, asked.state
            return None
        kept = self._kept.get(asked.key)
        if kept is not None:
            self._kept.move_to_end(asked.key)
        return kept

    def keep(self, asked: Asked, headers: list[Header], body: bytes) -> Kept:
        """Remember a reply that was just made; the ones not asked for lately make room."""
        kept = Kept(headers, body)
        if asked.state == self._state and kept.size * 8 < self._limit:
            before = self._kept.pop(asked.key, None)
            self._size += kept.size - (before.size if before else 0)
            self._kept[asked.key] = kept
            while self._size > self._limit:
                _, old = self._kept.popitem(last=False)
                self._size -= old.size
        return kept

    def sent(self, asked: Asked, kept: Kept) -> tuple[list[Header], bytes]:
        """Headers and body for this asker."""
        kind = next((value for name, value in kept.headers if name == b"content-type"), b"")
        pack = asked.gzip and len(kept.body) >= _WORTH_PACKING and kind.startswith(_TEXTS)
        if pack and not kept.packed:
            kept.packed = gzip.compress(kept.body, 5, mtime=0)
            if asked.key in self._kept:
                self._size += len(kept.packed)
        body = kept.packed if pack else kept.body
        headers = [*kept.headers, (b"etag", asked.tagged(pack).encode())]
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
