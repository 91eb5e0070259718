"""Files that people send: only where a route says so, only from whoever is signed in, each part counted."""

import re
from typing import Any, TypeVar, cast

import msgspec
from litestar import Litestar
from litestar.connection import Request
from litestar.exceptions import ClientException, HTTPException
from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser

from lenmuc.core.errors import N_, Refused, fault
from lenmuc.web.forms import form_of

FORM_ROOM = 256 * 1024
"""Bytes that the other fields of a form with a file may take, with the frame around them."""
_PARTS = 64
_OPTION = "upload"
_KEY = "lenmuc.upload"
_WITH_FILES = "multipart/form-data"
_BOUNDARY = re.compile(r"""boundary=("?)([0-9A-Za-z'()+_,./:=?-]{1,70})\1""")

T = TypeVar("T", bound=msgspec.Struct)


class File(msgspec.Struct, frozen=True):
    """One file as it was sent. `name` is what the sender calls it, without folders: never a path of ours."""

    field: str
    name: str
    media_type: str
    content: bytes


class Upload(msgspec.Struct, frozen=True):
    """A form with files: its texts in their order, and the files that were chosen."""

    fields: tuple[tuple[str, str], ...] = ()
    files: tuple[File, ...] = ()


class Door(msgspec.Struct, frozen=True):
    """A route that takes files: which addresses, and how many bytes a file may have."""

    path: re.Pattern[str]
    limit: int


def takes_files(limit: int) -> dict[str, Any]:
    """The option of a route that takes files of up to `limit` bytes: `@post(…, opt=takes_files(…))`."""
    return {_OPTION: limit}


def doors(app: Litestar) -> tuple[Door, ...]:
    """Every route of `app` that says it takes files. All others refuse them."""
    found: list[Door] = []
    for route in app.routes:
        handlers = getattr(route, "route_handlers", [])
        limits = [handler.opt[_OPTION] for handler in handlers if _OPTION in handler.opt]
        if limits:
            pieces = (re.escape(piece) for piece in re.split(r"\{[^}]*\}", route.path))
            found.append(Door(re.compile("[^/]+".join(pieces)), max(limits)))
    return tuple(found)


def limit_at(open_doors: tuple[Door, ...], path: str) -> int:
    """How many bytes a file sent to `path` may have; 0 where no route takes files."""
    return next((door.limit for door in open_doors if door.path.fullmatch(path)), 0)


def boundary_of(content_type: str) -> str:
    """The boundary when the content is a form with files, else an empty string. Raises 400 without one."""
    media, _, option = content_type.partition(";")
    if media.strip().lower() != _WITH_FILES:
        return ""
    found = _BOUNDARY.fullmatch(option.strip())
    if found is None:
        raise ClientException
    return found[2]


def read_parts(body: bytes, boundary: str, limit: int) -> Upload:
    """The form in `body`. Raises 400 for what is no such form, 413 for too many parts or one over `limit`."""
    fields: list[tuple[str, str]] = []
    files: list[File] = []
    part: MultipartSegment | None = None
    pieces: list[bytes] = []
    parser = PushMultipartParser(
        boundary, max_segment_count=_PARTS, max_segment_size=limit, content_length=len(body), strict=True
    )
    try:
        with parser:
            for event in parser.parse(body):
                if isinstance(event, MultipartSegment):
                    part, pieces = event, []
                elif event:
                    pieces.append(bytes(event))
                elif part is not None:
                    _keep(part, b"".join(pieces), fields, files)
                    part = None
    except ParserLimitReached as large:
        raise HTTPException(status_code=413) from large
    except (MultipartError, UnicodeError) as unreadable:
        raise ClientException from unreadable
    return Upload(tuple(fields), tuple(files))


def _keep(
    part: MultipartSegment, content: bytes, fields: list[tuple[str, str]], files: list[File]
) -> None:
    field = part.name or ""
    if part.filename is None:
        if len(content) > FORM_ROOM:
            raise HTTPException(status_code=413)
        text = content.decode()
        if "\0" in text or "\0" in field:
            raise ClientException
        fields.append((field, text))
    elif part.filename or content:
        name = re.split(r"[/\\]", part.filename)[-1].strip()[:200]
        files.append(File(field, name, part.content_type or "", content))


def put(scope: dict[str, Any], upload: Upload) -> None:
    """Keep what was sent with the request."""
    scope.setdefault("state", {})[_KEY] = upload


async def read_upload(request: Request[Any, Any, Any], kind: type[T], field: str) -> tuple[T, File]:
    """The texts of the form as a Struct, and its one file.

    Raises `Refused` when no file or more than one was chosen, or when a field breaks a rule of `form_of`.
    """
    upload = cast(Upload, cast(dict[str, Any], request.scope)["state"].get(_KEY, Upload()))
    chosen = [file for file in upload.files if file.field == field]
    if not chosen or not chosen[0].content:
        raise Refused([fault(field, N_("Choose a file first; an empty one does not count."))])
    if len(upload.files) > 1:
        raise Refused([fault(field, N_("Send one file at a time."))])
    return form_of(list(upload.fields), kind), chosen[0]
