"""Which format an address or an Accept header asks for, and how its file is handed out."""

from collections.abc import AsyncIterator, Collection, Mapping
from hashlib import sha256
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.response import Stream

from lenmuc import __version__
from lenmuc.core.errors import N_, NotFound
from lenmuc.exports.open.dcat import MEDIA
from lenmuc.store.changes import Changes
from lenmuc.web.reviews import today
from lenmuc.web.visits import visit_of

AnyRequest = Request[Any, Any, Any]
NO_FILE = N_("There is no such file. The page “Open data” lists what there is.")
HTML = "html"
OPEN: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Content-Disposition",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=60",
}
"""Read by pages of every site: nothing in open data belongs to anybody."""
_ACCEPTED = {
    **{media: ending for ending, media in MEDIA.items()},
    "application/x-ndjson": "jsonl",
    "application/json": "jsonld",
    "text/html": HTML,
    "application/xhtml+xml": HTML,
}


class Asked(msgspec.Struct, frozen=True):
    """What an address asks for: the name without its ending, the ending, and whether Accept decided it."""

    name: str
    ending: str
    by_accept: bool


def _by_accept(accept: str, possible: Collection[str], otherwise: str) -> str:
    """The ending that an Accept header likes best among `possible`. Source: RFC 9110, 12.5.1."""
    best, found = 0.0, otherwise
    for part in accept[:1_000].split(","):
        kind, *params = (piece.strip() for piece in part.split(";"))
        ending = _ACCEPTED.get(kind.lower(), "")
        weights = [p.partition("=")[2] for p in params if p.lower().startswith("q=")]
        try:
            weight = float(weights[0]) if weights else 1.0
        except ValueError:
            continue
        if ending in possible and weight > best:
            best, found = weight, ending
    return found


def asked(request: AnyRequest, name: str, possible: Collection[str], otherwise: str) -> Asked:
    """What is asked for; `possible` may hold `html`, for which Accept alone can ask."""
    before, dot, ending = name.rpartition(".")
    if dot and before and ending in possible and ending != HTML:
        return Asked(before, ending, False)
    return Asked(name, _by_accept(request.headers.get("accept", ""), possible, otherwise), True)


def must_be(condition: object) -> None:
    """Raises `NotFound` for a file that there is not."""
    if not condition:
        raise NotFound(NO_FILE)


def to_page(path: str) -> Response[None]:
    """The page about a thing, for whoever asked for HTML. Source: W3C, Cool URIs for the Semantic Web."""
    return Response(None, status_code=303, headers={**OPEN, "Location": path, "Vary": "Accept"})


def _tag(request: AnyRequest, state: str) -> str:
    address, accept = visit_of(request).address, request.headers.get("accept", "")
    return f'W/"{sha256(f"{__version__} {state} {address} {accept}".encode()).hexdigest()[:20]}"'


async def state_of(changes: Changes) -> str:
    """What tells one state of everything public from another; statuses lapse as days pass."""
    return f"{(await changes.now()).everything} {today()}"


def handed_out(
    request: AnyRequest,
    found: Asked,
    pieces: AsyncIterator[bytes],
    *,
    media: str = "",
    state: str = "",
    file_name: str = "",
) -> Response[Any]:
    """The file, piece by piece; nothing is made for HEAD or for whoever has this `state` of it already.

    A state is what tells one content from another; without one there is no ETag.
    """
    headers = dict(OPEN)
    if found.by_accept:
        headers["Vary"] = "Accept"
    if file_name:
        headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    if state:
        headers["ETag"] = tag = _tag(request, state)
        given = request.headers.get("if-none-match", "")
        if tag.removeprefix("W/") in {part.strip().removeprefix("W/") for part in given.split(",")}:
            return Response(b"", status_code=304, headers=headers)
    media = media or MEDIA[found.ending]
    if visit_of(request).method == "HEAD":
        return Response(b"", headers=headers, media_type=media)
    return Stream(pieces, headers=headers, media_type=media)


async def one_piece(body: bytes) -> AsyncIterator[bytes]:
    """A small file."""
    yield body
