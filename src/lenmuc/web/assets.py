"""Style sheet, scripts and icons: read once, addressed with their digest, kept by browsers for a year."""

import gzip
import mimetypes
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from litestar import Response, get
from litestar.connection import Request
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from lenmuc.core.errors import N_, NotFound
from lenmuc.web.access import anyone

_YEAR = "public, max-age=31536000, immutable"
_FIVE_MINUTES = "public, max-age=300"
_TEXTS = {".css", ".js", ".svg", ".json", ".txt", ".html", ".webmanifest"}


class Asset(msgspec.Struct, frozen=True):
    """One file: its bytes plain and, where that is smaller, packed."""

    media_type: str
    digest: str
    plain: bytes
    packed: bytes


def _read(path: Path) -> Asset:
    plain = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    text = path.suffix in _TEXTS
    packed = gzip.compress(plain, 9, mtime=0) if text else b""
    return Asset(
        kind,
        sha256(plain).hexdigest()[:12],
        plain,
        packed if len(packed) < len(plain) else b"",
    )


class Assets:
    """The files of one folder, by their path within it."""

    def __init__(self, folder: Path) -> None:
        self.by_name = {
            path.relative_to(folder).as_posix(): _read(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.is_symlink() and not path.name.startswith(".")
        }

    def address(self, name: str) -> str:
        """Where a page finds the file: its address changes with its content. Raises `KeyError`."""
        return f"/static/{name}?v={self.by_name[name].digest}"

    def handler(self) -> HTTPRouteHandler:
        """The route that serves the files."""

        @get("/static/{name:path}", guards=[anyone], sync_to_thread=False, include_in_schema=False)
        def static(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
            asset = self.by_name.get(name.removeprefix("/"))
            if asset is None:
                raise NotFound(N_("There is no such file."))
            tag = f'"{asset.digest}"'
            headers = {
                "Cache-Control": _YEAR if request.query_params.get("v") == asset.digest else _FIVE_MINUTES,
                "ETag": tag,
                "Vary": "Accept-Encoding",
            }
            if request.headers.get("if-none-match") == tag:
                return Response(b"", status_code=304, headers=headers, media_type=asset.media_type)
            if asset.packed and "gzip" in request.headers.get("accept-encoding", ""):
                headers["Content-Encoding"] = "gzip"
                return Response(asset.packed, headers=headers, media_type=asset.media_type)
            return Response(asset.plain, headers=headers, media_type=asset.media_type)

        return static
