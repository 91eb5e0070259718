"""What a request may carry: its size, its kind, and that it can be read at all."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any
from urllib.parse import unquote_plus, unquote_to_bytes

from litestar.exceptions import ClientException, HTTPException

from lenmuc.web.access import header

LIMIT = 1024 * 1024
SECONDS = 30.0
TARGET_LIMIT = 8 * 1024
_FIELDS_LIMIT = 2_000
_DEPTH_LIMIT = 32
_FORM = "application/x-www-form-urlencoded"

Receive = Callable[[], Awaitable[Any]]


def must_be_readable(scope: dict[str, Any]) -> None:
    """Raise 400 or 414 for an address that is too long, holds NUL, or is no UTF-8; 400 unless it names one
    host. Source: RFC 9112, 3.2.
    """
    if sum(name.lower() == b"host" for name, _ in scope["headers"]) != 1 and scope["http_version"] != "1.0":
        raise ClientException
    path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogateescape")
    query: bytes = scope.get("query_string", b"")
    if len(path) + len(query) > TARGET_LIMIT:
        raise HTTPException(status_code=414)
    for part in (path, query):
        plain = unquote_to_bytes(part)
        if b"\0" in plain:
            raise ClientException
        try:
            plain.decode()
        except UnicodeDecodeError as unreadable:
            raise ClientException from unreadable


async def body_pieces(
    scope: dict[str, Any], receive: Receive, *, limit: int = LIMIT, seconds: float = SECONDS
) -> AsyncGenerator[bytes, None]:
    """The body piece by piece. Raises 413 as soon as it is known to be over `limit` bytes, 408 when it
    dawdles.
    """
    headers = scope["headers"]
    if header(headers, b"content-encoding").lower() not in ("", "identity"):
        raise HTTPException(status_code=415)
    announced = header(headers, b"content-length")
    if announced and (not announced.isascii() or not announced.isdigit()):
        raise ClientException
    if announced and (len(announced) > 15 or int(announced) > limit):
        raise HTTPException(status_code=413)
    late_at = asyncio.get_running_loop().time() + seconds
    size = 0
    more = True
    while more:
        try:
            async with asyncio.timeout_at(late_at):
                event = await receive()
        except TimeoutError as late:
            raise HTTPException(status_code=408) from late
        if event["type"] == "http.disconnect":
            raise ClientException
        piece: bytes = event.get("body", b"")
        size += len(piece)
        if size > limit:
            raise HTTPException(status_code=413)
        more = event.get("more_body", False)
        yield piece


async def read_body(
    scope: dict[str, Any], receive: Receive, *, limit: int = LIMIT, seconds: float = SECONDS
) -> bytes:
    """The whole body. Raises as `body_pieces`."""
    pieces = body_pieces(scope, receive, limit=limit, seconds=seconds)
    async with contextlib.aclosing(pieces):
        return b"".join([piece async for piece in pieces])


def kind_of(headers: list[tuple[bytes, bytes]], body: bytes) -> str:
    """form, json, or an empty string for an empty body. Raises 415 for any other kind."""
    media, _, rest = header(headers, b"content-type").lower().partition(";")
    media = media.strip()
    if not body and media in ("", _FORM):
        return "form" if media else ""
    charset = rest.partition("charset=")[2].strip(' "')
    if charset not in ("", "utf-8", "utf8"):
        raise HTTPException(status_code=415)
    if media == _FORM:
        return "form"
    if media == "application/json" or (media.startswith("application/") and media.endswith("+json")):
        return "json"
    raise HTTPException(status_code=415)


def form_fields(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form in their order, read once as UTF-8. Raises 400 or 413."""
    if body.count(b"&") >= _FIELDS_LIMIT:
        raise HTTPException(status_code=413)
    fields: list[tuple[str, str]] = []
    try:
        for piece in body.decode().split("&") if body else []:
            name, _, value = piece.partition("=")
            fields.append((unquote_plus(name, errors="strict"), unquote_plus(value, errors="strict")))
    except UnicodeDecodeError as unreadable:
        raise ClientException from unreadable
    if any("\0" in name or "\0" in value for name, value in fields):
        raise ClientException
    return fields


def without_field(body: bytes, name: bytes) -> bytes:
    """The form without one field, everything else byte for byte."""
    return b"&".join(
        piece for piece in body.split(b"&") if unquote_to_bytes(piece.partition(b"=")[0]) != name
    )


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def must_be_json(body: bytes) -> None:
    """Raise 400 unless the body is UTF-8 JSON, at most 32 deep, without doubled keys and without NUL."""
    try:
        # Numbers stay text here: their size is for whoever uses them to judge.
        value = json.loads(body.decode(), object_pairs_hook=_no_twins, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as unreadable:
        raise ClientException from unreadable
    level = [value]
    for _ in range(_DEPTH_LIMIT + 1):
        inner: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                inner.extend(item)
                inner.extend(item.values())
            elif isinstance(item, list):
                inner.extend(item)
            elif isinstance(item, str) and "\0" in item:
                raise ClientException
        level = inner
        if not level:
            return
    raise ClientException


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands over the body once, and then what else arrives."""
    given = False

    async def again() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
