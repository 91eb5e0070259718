"""Files that people send: only where a route says so, only from whoever is signed in, each part counted.

A file goes to a temporary one without a name while it arrives, so that memory does not grow with it, and
nothing stays when the program is killed.
"""

import contextlib
import re
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from hashlib import sha256
from typing import Any, BinaryIO, TypeVar, cast

import msgspec
from litestar import Litestar
from litestar.connection import Request
from litestar.exceptions import ClientException, HTTPException
from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser

from lenmuc.core.errors import N_, Refused, TooLarge, fault
from lenmuc.settings import Settings
from lenmuc.web.access import header
from lenmuc.web.bodies import Receive, body_pieces
from lenmuc.web.forms import form_of

FORM_ROOM = 256 * 1024
"""Bytes that the other fields of a form with a file may take, with the frame around them."""
_SMALL = 1024 * 1024  # up to here a file stays in memory
_SLOWEST = 100 * 1024  # bytes a second; who sends a large file more slowly is cut off
_PARTS = 64
_OPTION = "upload"
_KEY = "lenmuc.upload"
_WITH_FILES = "multipart/form-data"
_BOUNDARY = re.compile(r"""boundary=("?)([0-9A-Za-z'()+_,./:=?-]{1,70})\1""")

T = TypeVar("T", bound=msgspec.Struct)
Limit = int | Callable[[Settings], int]


class File(msgspec.Struct, frozen=True):
    """One file as it was sent. `name` is what the sender calls it, without folders: never a path of ours.

    `body` holds its bytes and is closed with the request; `over` says that they went beyond `limit` and were
    thrown away.
    """

    field: str
    name: str
    media_type: str
    body: BinaryIO
    size: int
    sha256: str
    limit: int
    over: bool = False

    @property
    def content(self) -> bytes:
        """All its bytes at once: for small files."""
        self.body.seek(0)
        return self.body.read()


class Upload(msgspec.Struct, frozen=True):
    """A form with files: its texts in their order, and the files that were chosen."""

    fields: tuple[tuple[str, str], ...] = ()
    files: tuple[File, ...] = ()
    bodies: contextlib.ExitStack = msgspec.field(default_factory=contextlib.ExitStack)


class Door(msgspec.Struct, frozen=True):
    """A route that takes files: which addresses, and how many bytes a file may have."""

    path: re.Pattern[str]
    limit: int


def takes_files(limit: Limit) -> dict[str, Any]:
    """The option of a route that takes files of up to `limit` bytes: `@post(…, opt=takes_files(…))`."""
    return {_OPTION: limit}


def evidence_limit(settings: Settings) -> int:
    """How many bytes a file of evidence may have in this installation."""
    return settings.evidence_mib * 1024 * 1024


def doors(app: Litestar, settings: Settings) -> tuple[Door, ...]:
    """Every route of `app` that says it takes files. All others refuse them."""
    found: list[Door] = []
    for route in app.routes:
        handlers = getattr(route, "route_handlers", [])
        limits = [handler.opt[_OPTION] for handler in handlers if _OPTION in handler.opt]
        if limits:
            pieces = (re.escape(piece) for piece in re.split(r"\{[^}]*\}", route.path))
            most = max(limit(settings) if callable(limit) else limit for limit in limits)
            found.append(Door(re.compile("[^/]+".join(pieces)), most))
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


def _without_a_name() -> AbstractContextManager[Any]:
    return tempfile.SpooledTemporaryFile(max_size=_SMALL)


class _Part:
    """One part of a form while it arrives."""

    def __init__(self, segment: MultipartSegment, limit: int, bodies: contextlib.ExitStack) -> None:
        self.segment = segment
        self.is_file = segment.filename is not None
        self.limit = limit if self.is_file else FORM_ROOM
        self.size = 0
        self.digest = sha256()
        self.body = cast(BinaryIO, bodies.enter_context(_without_a_name()))

    def take(self, piece: bytes) -> None:
        """One piece more. What goes beyond the limit is counted and not kept. Raises 413 for a text."""
        self.size += len(piece)
        if self.size <= self.limit:
            self.digest.update(piece)
            self.body.write(piece)
        elif self.is_file:
            self.body.truncate(0)
        else:
            raise HTTPException(status_code=413)

    def text(self) -> tuple[str, str]:
        """The field and what was typed into it."""
        self.body.seek(0)
        field, text = self.segment.name or "", self.body.read().decode()
        if "\0" in text or "\0" in field:
            raise ClientException
        return field, text

    def file(self) -> File:
        """The file, whole."""
        name = re.split(r"[/\\]", self.segment.filename or "")[-1].strip()[:400]
        over = self.size > self.limit
        return File(
            self.segment.name or "", name, self.segment.content_type or "", self.body, self.size,
            self.digest.hexdigest(), self.limit, over,
        )  # fmt: skip


async def receive_form(
    scope: dict[str, Any], receive: Receive, boundary: str, limit: int, seconds: float
) -> Upload:
    """The form that arrives. Raises 400 for what is no such form, 408 when it dawdles, 413 for too many parts
    or far too many bytes; a file a little over `limit` is read to its end, so that its form can say so.
    """
    most = 2 * limit + FORM_ROOM
    announced = header(scope["headers"], b"content-length")
    if announced.isascii() and announced.isdigit() and int(announced[:18]) > most:
        raise TooLarge(N_("A file here may have at most %(limit)s MiB."), limit=_mebibytes(limit))
    fields: list[tuple[str, str]] = []
    files: list[File] = []
    part: _Part | None = None
    parser = PushMultipartParser(boundary, max_segment_count=_PARTS, strict=True)
    arriving = body_pieces(scope, receive, limit=most, seconds=seconds + limit / _SLOWEST)
    try:
        with contextlib.ExitStack() as bodies:
            async with contextlib.aclosing(arriving):
                async for chunk in arriving:
                    for event in parser.parse(chunk) if chunk else ():
                        if isinstance(event, MultipartSegment):
                            part = _Part(event, limit, bodies)
                        elif part is not None and event:
                            part.take(bytes(event))
                        elif part is not None and not part.is_file:
                            fields.append(part.text())
                        elif part is not None and (part.segment.filename or part.size):
                            files.append(part.file())
            for _ in parser.parse(b""):  # says when the form is not whole
                pass
            return Upload(tuple(fields), tuple(files), bodies.pop_all())
    except ParserLimitReached as large:
        raise HTTPException(status_code=413) from large
    except (MultipartError, UnicodeError) as unreadable:
        raise ClientException from unreadable


def _mebibytes(size: int) -> str:
    return f"{size / (1024 * 1024):.3g}"


def put(scope: dict[str, Any], upload: Upload) -> None:
    """Keep what was sent with the request."""
    scope.setdefault("state", {})[_KEY] = upload


def close(scope: dict[str, Any]) -> None:
    """Let go of the files of a request that is answered."""
    if _KEY in scope["state"]:
        cast(Upload, scope["state"][_KEY]).bodies.close()


def was_uploaded(request: Request[Any, Any, Any]) -> bool:
    """Whether the request carried a form with files, and not a plain one."""
    return _KEY in cast(dict[str, Any], request.scope)["state"]


def uploaded(request: Request[Any, Any, Any], kind: type[T], field: str) -> tuple[T, File | None]:
    """The texts of the form as a Struct, and its file, if one was chosen; it may be `over` its limit.

    Raises `Refused` for more than one file, or when a field breaks a rule of `form_of`.
    """
    upload = cast(Upload, cast(dict[str, Any], request.scope)["state"].get(_KEY, Upload()))
    chosen = [file for file in upload.files if file.field == field]
    if len(upload.files) > 1:
        raise Refused([fault(field, N_("Send one file at a time."))])
    return form_of(list(upload.fields), kind), chosen[0] if chosen else None


def uploaded_files(
    request: Request[Any, Any, Any], kind: type[T], *several: str
) -> tuple[T, dict[str, list[File]]]:
    """The texts of the form as a Struct, and its files by field; the fields in `several` hold more than one.

    Raises `Refused` for a second file elsewhere or when a field breaks a rule of `form_of`, `TooLarge` for a
    file over the limit.
    """
    upload = cast(Upload, cast(dict[str, Any], request.scope)["state"].get(_KEY, Upload()))
    found: dict[str, list[File]] = {}
    for file in upload.files:
        if file.over:
            raise TooLarge(N_("A file here may have at most %(limit)s MiB."), limit=_mebibytes(file.limit))
        if file.field in found and file.field not in several:
            raise Refused([fault(file.field, N_("Send one file at a time."))])
        found.setdefault(file.field, []).append(file)
    return form_of(list(upload.fields), kind), found


async def read_upload(request: Request[Any, Any, Any], kind: type[T], field: str) -> tuple[T, File]:
    """The texts of the form as a Struct, and its one file.

    Raises as `uploaded`, `Refused` when no file was chosen, `TooLarge` for one over the limit.
    """
    form, file = uploaded(request, kind, field)
    if file is None or not file.size:
        raise Refused([fault(field, N_("Choose a file first; an empty one does not count."))])
    if file.over:
        raise TooLarge(N_("A file here may have at most %(limit)s MiB."), limit=_mebibytes(file.limit))
    return form, file
