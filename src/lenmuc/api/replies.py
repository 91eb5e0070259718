"""How the API answers: for everybody or for one person, pages of a list, and the failures it declares."""

import asyncio
import gzip
import re
from hashlib import sha256
from typing import Annotated, Any, TypeVar, cast
from urllib.parse import parse_qsl, urlencode

import msgspec
from litestar import Response
from litestar.connection import Request
from litestar.datastructures import ResponseHeader
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, PathParameter, QueryParameter

from lenmuc.api.types.problems import ProblemOut
from lenmuc.api.types.shared import NamedOut
from lenmuc.core import cursors
from lenmuc.core.errors import N_, Refused, fault
from lenmuc.web.access import header
from lenmuc.web.caching import FOR_EVERYBODY
from lenmuc.web.errors import PROBLEM
from lenmuc.web.visits import AnyConnection, visit_of

AnyRequest = Request[Any, Any, Any]
T = TypeVar("T")

BIGGEST = 2**53 - 1  # every program that reads JSON holds whole numbers up to here exactly
Code = Annotated[str, PathParameter(min_length=1, max_length=60, description=N_("The code."))]
Number = Annotated[int, PathParameter(ge=1, le=BIGGEST, description=N_("The number."))]
Page = Annotated[int, QueryParameter(ge=1, le=1_000_000, description=N_("The page, counted from 1."))]
PageSize = Annotated[int, QueryParameter(ge=1, le=200, description=N_("The most entries on a page."))]
Cursor = Annotated[
    str | None,
    QueryParameter(
        max_length=cursors.LONGEST,
        description=N_("Where to go on: next of the reply before, empty to begin. Instead of page."),
    ),
]
Words = Annotated[
    str, QueryParameter(max_length=200, description=N_("Words to find, with or without diacritics."))
]

Token = Annotated[
    str | None,
    HeaderParameter(
        name="X-CSRF-Token",
        max_length=200,
        description=N_("The token that replies to signed-in people carry under this name."),
    ),
]

FROM_0 = {"minimum": 0}  # the framework leaves a bound of 0 out of the document
ETAG = ResponseHeader(name="ETag", documentation_only=True, description="Send it in If-None-Match.")
LINK = ResponseHeader(
    name="Link",
    documentation_only=True,
    description="first and next; by page numbers prev and last too (RFC 8288).",
)
_READABLE = {name: value for name, value in FOR_EVERYBODY.items() if name != "Cache-Control"}
_MEANING = {
    400: N_("A parameter or the body cannot be read; errors names it"),
    401: N_("Nobody is signed in"),
    403: N_("The person may not do this, or the X-CSRF-Token is missing or old"),
    404: N_("There is no such thing, or it is not for this person to see"),
    409: N_("The same Idempotency-Key is being worked on; Retry-After says when to send it again"),
    412: N_("Somebody else has changed it since: read it again"),
    413: N_("More was sent than is accepted"),
    414: N_("The address is too long"),
    415: N_("The body is not JSON in UTF-8"),
    422: N_("What was sent breaks a rule; errors names the fields"),
    428: N_("If-Match is missing: say which version was read"),
    503: N_("The database cannot answer now; Retry-After says when to try again"),
}


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The failures that an operation declares; 414 and 503 can always happen."""
    return {
        status: ResponseSpec(
            ProblemOut, description=_MEANING[status], media_type=PROBLEM, generate_examples=False
        )
        for status in (*statuses, 414, 503)
    }


_KNOWN: dict[Any, dict[str, bool]] = {}  # the parameters of each operation, found out once


async def known_query(connection: AnyConnection, handler: BaseRouteHandler) -> None:
    """A guard: every parameter after the question mark is one of the operation's and is given once.

    A filter with a typing error would otherwise answer with everything. Raises `Refused`.
    """
    known = _KNOWN.get(handler.fn)
    if known is None:
        known = _KNOWN[handler.fn] = {
            parameter.kwarg_definition.name or name: parameter.is_optional
            for name, parameter in handler.parsed_fn_signature.parameters.items()
            if isinstance(parameter.kwarg_definition, QueryParameter)
        }
    faults = []
    seen: set[str] = set()
    for name, value in parse_qsl(visit_of(connection).query, keep_blank_values=True):
        if name not in known:
            faults.append(fault(name[:60], N_("There is no such parameter here.")))
        elif known[name] and value == "null":  # the framework would take the word for "no condition"
            faults.append(fault(name, N_("This value is not possible here.")))
        elif name in seen:
            faults.append(fault(name, N_("This parameter may be given once only.")))
        seen.add(name)
    if faults:
        raise Refused(faults[:20])


def _unchanged(request: AnyRequest, tag: str) -> bool:
    given = header(request.scope["headers"], b"if-none-match")
    return given == "*" or tag in {part.strip().removeprefix("W/") for part in given.split(",")}


def _tagged(request: AnyRequest, body: bytes, headers: dict[str, str]) -> Response[bytes]:
    tag = f'"{sha256(body).hexdigest()[:20]}"'
    headers = {**headers, "ETag": tag}
    if _unchanged(request, tag):
        return Response(b"", status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def for_all(request: AnyRequest, value: T, *, link: str = "") -> Response[T]:
    """A reply that is the same for everybody: kept for a minute, readable from every site."""
    headers = dict(FOR_EVERYBODY)
    if link:
        headers["Link"] = link
    return cast(Response[T], _tagged(request, msgspec.json.encode(value), headers))


def for_visitor(request: AnyRequest, value: T, *, link: str = "") -> Response[T]:
    """A reply that depends on who asks; one who is signed in also gets the token that changes must carry."""
    csrf = visit_of(request).csrf
    # A page of another site never gets it: it may not send the cookie along and read the reply.
    headers = {"X-CSRF-Token": csrf} if csrf else _READABLE
    headers = {**headers, "Vary": "Cookie", **({"Link": link} if link else {})}
    return cast(Response[T], _tagged(request, msgspec.json.encode(value), headers))


async def packed_file(request: AnyRequest, packed: bytes) -> Response[Any]:
    """A stored JSON file, sent gzipped to whoever takes it so."""
    headers = {"Vary": "Cookie, Accept-Encoding"}
    if not visit_of(request).csrf:
        headers |= _READABLE
    if "gzip" in request.headers.get("accept-encoding", "").lower():
        return _tagged(request, packed, {**headers, "Content-Encoding": "gzip"})
    return _tagged(request, await asyncio.to_thread(gzip.decompress, packed), headers)


def place_of(request: AnyRequest, cursor: str | None, of: str) -> cursors.Place:
    """The place after which a list goes on; empty for its beginning. Raises `Refused`."""
    if cursor is not None and "page" in dict(parse_qsl(visit_of(request).query, keep_blank_values=True)):
        raise Refused([fault("page", N_("Send a page or a cursor, not both."))])
    return cursors.read(cursor, of) if cursor else ()


def cursor_links(request: AnyRequest, following: str | None) -> str:
    """The Link header of a list that is read by cursors."""
    visit = visit_of(request)
    kept = [p for p in parse_qsl(visit.query, keep_blank_values=True) if p[0] not in ("cursor", "page")]
    wanted = {"first": "", **({"next": following} if following else {})}
    return ", ".join(
        f'<{visit.path}?{urlencode([*kept, ("cursor", value)])}>; rel="{name}"'
        for name, value in wanted.items()
    )


def page_links(request: AnyRequest, page: int, page_size: int, total: int) -> str:
    """The Link header of one page. Source: RFC 8288."""
    last = max(1, -(-total // page_size))
    visit = visit_of(request)
    kept = urlencode([p for p in parse_qsl(visit.query, keep_blank_values=True) if p[0] != "page"])
    address = f"{visit.path}?{kept}{'&' if kept else ''}page="
    wanted = {"first": 1, "prev": min(page - 1, last), "next": page + 1 if page < last else 0, "last": last}
    return ", ".join(f'<{address}{number}>; rel="{name}"' for name, number in wanted.items() if number >= 1)


_VERSION = re.compile(r'"([1-9][0-9]{0,8})"')


def version_seen(request: AnyRequest) -> int:
    """The version that a change was made from: of If-Match, or 0 for `If-None-Match: *`.

    Raises 428 when the request names none, and 412 for a tag that was never ours.
    """
    given = request.headers.get("if-match", "").strip()
    if not given or given == "*":
        if not given and request.headers.get("if-none-match", "").strip() == "*":
            return 0
        raise HTTPException(status_code=428)
    found = _VERSION.fullmatch(given)
    if found is None:
        raise HTTPException(status_code=412)
    return int(found[1])


def named(code: str, name: str, name_en: str) -> NamedOut:
    """Code and names; an English name that nobody gave is null."""
    return NamedOut(code, name, name_en or None)
