"""Reads every row of a registry by its mapping: what was found and wrong, and what the first rows become."""

import hashlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from lenmuc.content.tables import Tables
from lenmuc.core.mappings import POINT, STATED, Mapping
from lenmuc.core.registry import Gathered, Note, Reader, Row, gathered
from lenmuc.core.registry_rows import Record

Seen = Callable[[int], None]


class Sample(msgspec.Struct, frozen=True):
    """What the first rows become, with what was wrong in them and what was found out about the files."""

    rows: tuple[tuple[Row, Record | None], ...]
    notes: tuple[Note, ...]
    said: tuple[str, ...]


class Reading(msgspec.Struct, frozen=True):
    """Files that were read whole. `digest` is of the mapping and the bytes of the files."""

    gathered: Gathered
    sample: Sample
    digest: str


def spelled(record: Record) -> list[tuple[str, str]]:
    """Every field of a record that says something, with its text."""
    service = record.service
    values = [
        *((name, getattr(service, name)) for name in service.__struct_fields__),
        *(
            (name, getattr(record, name))
            for name in record.__struct_fields__
            if name not in ("service", "stated")
        ),
        *((name, getattr(record.stated, name)) for name in STATED),
        *((POINT + name, value) for name, value in record.stated.points.items()),
    ]
    return [
        (name, "; ".join(value) if isinstance(value, tuple) else str(value))
        for name, value in values
        if value not in ("", None, ())
    ]


def digest(mapping: Mapping, files: Sequence[Path]) -> str:
    """Of the mapping and the files together."""
    whole = hashlib.sha256(mapping.digest.encode())
    for file in files:
        with file.open("rb") as stream:
            whole.update(hashlib.file_digest(stream, "sha256").digest())
    return whole.hexdigest()


def _shown(mapping: Mapping, rows: Iterator[Row], said: list[str], number: int) -> tuple[list[Row], Sample]:
    reader = Reader(mapping)
    first = list(itertools.islice(rows, number))
    read = [reader.read(row) for row in first]
    shown = tuple((row, record) for row, (record, _) in zip(first, read, strict=True))
    return first, Sample(shown, tuple(note for _, notes in read for note in notes), tuple(said))


def sample(mapping: Mapping, files: Sequence[Path], number: int) -> Sample:
    """What the first `number` rows of `files` become. Raises `ContentError` for files that cannot be read."""
    tables = Tables(mapping)
    return _shown(mapping, tables.rows(files), tables.said, number)[1]


def read(mapping: Mapping, files: Sequence[Path], seen: Seen = lambda _: None, *, show: int = 0) -> Reading:
    """Every row of `files`, and what the first `show` of them become; `seen` is told how many it were.

    Raises `ContentError` for files that cannot be read.
    """
    tables = Tables(mapping)
    rows = tables.rows(files)
    first, shown = _shown(mapping, rows, tables.said, show)
    found = gathered(Reader(mapping), itertools.chain(first, rows), seen)
    whole = msgspec.structs.replace(shown, said=tuple(tables.said))
    return Reading(found, whole, digest(mapping, files))
