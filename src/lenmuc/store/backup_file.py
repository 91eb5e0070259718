"""The file of a backup: a zip of what every table holds, a manifest, and at its end the hash of every byte.

Any zip program opens it; `tables/<name>.copy` is PostgreSQL's own text form, so that the content outlives us.
"""

import contextlib
import hashlib
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import msgspec

FORMAT = 1
_SEAL = b"sha256:"
_LENGTH = len(_SEAL) + 64
_PIECE = 1024 * 1024


class CannotRestore(Exception):
    """A backup is not used. The text says why; nothing was touched."""


class KeptTable(msgspec.Struct, frozen=True):
    """One table: its columns in the order of the file, its rows, and the SHA-256 of their text."""

    name: str
    columns: list[str]
    rows: int
    sha256: str


class KeptSequence(msgspec.Struct, frozen=True):
    """Where the numbering of a table stands."""

    name: str
    last: int
    called: bool


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says of itself."""

    format: int
    program: str
    """The version of Lên Mức that wrote it."""
    postgres: str
    at: str
    """UTC, ISO 8601: the moment whose state it holds."""
    steps: dict[str, str]
    """The migrations that the database had, with the SHA-256 of their text."""
    tables: list[KeptTable]
    sequences: list[KeptSequence]
    audit_place: int
    audit_head: str

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables)

    @property
    def fingerprint(self) -> str:
        """One hash over the name, the number of rows and the content of every table."""
        return fingerprint(self.tables)


def fingerprint(tables: list[KeptTable]) -> str:
    """Equal for two databases exactly when their kept tables hold the same rows."""
    lines = sorted(f"{table.name} {table.rows} {table.sha256}\n" for table in tables)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


class Writing:
    """A backup in the making: `file` gets its name only when it is whole and on the disk.

    Raises `FileExistsError` when there is such a file already: a backup never replaces another.
    """

    def __init__(self, file: Path) -> None:
        if file.exists():
            raise FileExistsError(f"{file} exists already; a backup never replaces a file.")
        self._file = file
        self._part = file.with_name(f"{file.name}.part")
        self._part.unlink(missing_ok=True)
        descriptor = os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        self._open = os.fdopen(descriptor, "w+b")
        self._zip = zipfile.ZipFile(self._open, "w", zipfile.ZIP_DEFLATED, compresslevel=1)

    def table(self, name: str) -> IO[bytes]:
        """Where the rows of a table are written to; closed before the next one is opened."""
        return self._zip.open(f"tables/{name}.copy", "w", force_zip64=True)

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest and the seal, and give the file its name."""
        self._zip.writestr("manifest.json", msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        self._zip.comment = _SEAL + b"0" * 64
        self._zip.close()
        size = self._open.tell()
        seal = _hash(self._open, size - _LENGTH)
        self._open.seek(size - 64)
        self._open.write(seal.encode())
        self._open.flush()
        os.fsync(self._open.fileno())
        self._open.close()
        self._part.rename(self._file)
        _remember_folder(self._file.parent)

    def give_up(self) -> None:
        """Leave nothing behind."""
        with contextlib.suppress(OSError, ValueError):  # a member may be open, the disk full: it goes anyway
            self._zip.close()
        self._open.close()
        self._part.unlink(missing_ok=True)


class Reading:
    """A backup whose every byte has been compared with its seal. Raises `CannotRestore`, `OSError`."""

    def __init__(self, file: Path) -> None:
        self._open = file.open("rb")
        try:
            _must_be_sealed(self._open, file)
            self._zip = zipfile.ZipFile(self._open)
            raw = self._zip.read("manifest.json")
            kept = msgspec.json.decode(raw, type=dict[str, msgspec.Raw]).get("format", msgspec.Raw(b"0"))
            if msgspec.json.decode(kept, type=int) > FORMAT:
                raise CannotRestore(f"{file} was made by a newer Lên Mức. Restore it with that one.")
            self.manifest = msgspec.json.decode(raw, type=Manifest)
        except (zipfile.BadZipFile, KeyError, msgspec.MsgspecError) as wrong:
            self._open.close()
            raise CannotRestore(f"{file} is not a backup of Lên Mức.") from wrong
        except BaseException:
            self._open.close()
            raise

    def rows(self, table: str) -> Iterator[bytes]:
        """The rows of a table in pieces."""
        with self._zip.open(f"tables/{table}.copy") as member:
            while piece := member.read(_PIECE):
                yield piece

    def close(self) -> None:
        """Close the file."""
        self._open.close()


def counted(write: Callable[[bytes], object]) -> tuple[Callable[[bytes], None], Callable[[], str]]:
    """`write` that also hashes what passes, and what gives the hash at the end."""
    seen = hashlib.sha256()

    def through(piece: bytes) -> None:
        seen.update(piece)
        write(piece)

    return through, seen.hexdigest


def _hash(file: IO[bytes], length: int) -> str:
    seen = hashlib.sha256()
    file.seek(0)
    while length > 0 and (piece := file.read(min(_PIECE, length))):
        seen.update(piece)
        length -= len(piece)
    return seen.hexdigest()


def _must_be_sealed(file: IO[bytes], path: Path) -> None:
    begins = file.read(2)
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _LENGTH))
    seal = file.read()
    if begins != b"PK":
        raise CannotRestore(f"{path} is not a backup of Lên Mức.")
    # Hashed up to the label, so that no byte of the file is outside.
    if not seal.startswith(_SEAL) or seal[len(_SEAL) :] != _hash(file, size - _LENGTH).encode():
        raise CannotRestore(f"{path} is damaged or incomplete: these are not the bytes that were written.")


def _remember_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
