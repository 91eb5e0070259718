"""Bringing somebody else's registry in: read it by its mapping, show what would happen, then do it."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import msgspec

from lenmuc import paths
from lenmuc.content.everything import Content
from lenmuc.content.mappings import find_mapping, shipped
from lenmuc.content.tables import Tables
from lenmuc.core.mappings import Mapping
from lenmuc.core.registry import Note, Reader, Record, Row


class Sample(msgspec.Struct, frozen=True):
    """What the first rows become: nothing is written for it."""

    rows: tuple[tuple[Row, Record | None], ...]
    notes: tuple[Note, ...]
    said: tuple[str, ...]


def mappings(content: Content) -> dict[str, Mapping]:
    """The mappings that come with the program. Raises `ContentError` when one has a mistake."""
    return shipped(paths.catalogue(), (content.scheme.id,))


def mapping_named(content: Content, named: str) -> Mapping:
    """The shipped mapping of that name, or the one at that path. Raises `ContentError`."""
    return find_mapping(named, paths.catalogue(), (content.scheme.id,))


def sample(mapping: Mapping, files: Sequence[Path], number: int) -> Sample:
    """What the first `number` rows of `files` become. Raises `ContentError` for files that cannot be read."""
    tables, reader = Tables(mapping), Reader(mapping)
    shown: list[tuple[Row, Record | None]] = []
    notes: list[Note] = []
    for row in itertools.islice(tables.rows(files), number):
        record, said = reader.read(row)
        shown.append((row, record))
        notes += said
    return Sample(tuple(shown), tuple(notes), tuple(tables.said))


def spelled(record: Record) -> list[tuple[str, str]]:
    """Every field of a record that says something, with its text."""
    service = record.service
    values = [
        *((name, getattr(service, name)) for name in service.__struct_fields__),
        *((name, getattr(record, name)) for name in record.__struct_fields__ if name != "service"),
    ]
    return [
        (name, "; ".join(value) if isinstance(value, tuple) else str(value))
        for name, value in values
        if value not in ("", None, ())
    ]
