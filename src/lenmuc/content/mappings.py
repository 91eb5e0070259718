"""Reads mappings: from `catalogue/mappings/` by name, or from a path; a mistake is named by line and key."""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any, Literal

import msgspec

from lenmuc.content.errors import ContentError
from lenmuc.core.errors import N_
from lenmuc.core.mappings import (
    FIELDS,
    FORMATS,
    LANGUAGES,
    POINT,
    TIME_UNITS,
    TIMES,
    Column,
    Declared,
    Known,
    Mapping,
    Place,
    Points,
    allowed,
)
from lenmuc.core.mappings import Source as Files

FOLDER = "mappings"
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_SEE = N_("%(why)s; docs/mappings.md lists what may stand here")


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping as it is written."""

    name: str
    place: Place
    source: Files
    fields: dict[str, Any]
    name_en: str = ""
    terms: str = ""
    unknown: tuple[str, ...] = ()
    tables: dict[str, dict[str, str]] = {}
    pieces: dict[str, str] = {}
    declared: Declared | None = None
    points: Points | None = None
    offered: Literal["agency", "jurisdictions", "nobody"] = "agency"
    same_code: Literal["refuse", "first", "last"] = "refuse"
    ended: Literal["end", "keep"] = "end"


def _line(text: str, key: str) -> str:
    """`line 12, key fields.code`: the line that begins with the last step of the key that is written."""
    steps = key.split(".")
    for word in (key, *reversed(steps)):
        written = re.compile(rf"\s*(\[+\s*)?([\w.]+\.)?\"?{re.escape(word)}\"?\s*[\]=.]")
        for number, line in enumerate(text.splitlines(), start=1):
            if written.match(line):
                return f"line {number}, key {key}"
    return f"key {key}"


_PIECE = re.compile(r"\{\{(\w+)\}\}")


def _joined(column: Column, pieces: dict[str, str]) -> Column:
    """The column with the pieces of patterns that it names put in; one that there is not stays as written."""

    def put_in(pattern: str) -> str:
        for _ in pieces:  # a piece may hold others
            pattern = _PIECE.sub(lambda hit: pieces.get(hit[1], hit[0]), pattern)
        return pattern

    return msgspec.structs.replace(
        column, find=put_in(column.find), drop=tuple(put_in(pattern) for pattern in column.drop)
    )


def _columns(name: str, text: str, key: str, written: Any) -> tuple[Column, ...]:
    ways = written if isinstance(written, list) else [written]
    found: list[Column] = []
    for way in ways:
        try:
            found.append(
                Column(source=way) if isinstance(way, str) else msgspec.convert(way, Column, strict=True)
            )
        except msgspec.ValidationError as wrong:
            raise ContentError(name, _line(text, key), _SEE, why=str(wrong)) from wrong
    return tuple(found)


def _check_column(mapping: Mapping, name: str, text: str, field: str, column: Column) -> None:
    where_from = (
        f"points.fields.{field.removeprefix(POINT)}" if field.startswith(POINT) else f"fields.{field}"
    )

    def wrong(remedy: str, **params: Any) -> ContentError:
        return ContentError(name, _line(text, where_from), remedy, **params)

    if not any(column.sources) and not column.constant:
        raise wrong(N_('name a column, from = "…", or give a constant = "…"'))
    for pattern in (*column.drop, column.find):
        try:
            re.compile(pattern)
        except re.error as bad:
            raise wrong(
                N_("the pattern %(pattern)s cannot be read (%(why)s); correct it"),
                pattern=repr(pattern), why=str(bad),
            ) from bad  # fmt: skip
    for key, table in (("codes", column.codes), ("units", column.units)):
        if isinstance(table, str) and table and table not in mapping.tables:
            raise wrong(
                N_("%(key)s names the table '%(table)s'; write [tables.%(table)s] or correct the name"),
                key=key, table=table,
            )  # fmt: skip
    values = allowed(field)
    for value in (*mapping.table(column.codes).values(), column.becomes, column.constant):
        if values and value and value not in values:
            raise wrong(
                N_("'%(value)s' is none of %(allowed)s; write one of them, or an empty text"),
                value=value, allowed=", ".join(values),
            )  # fmt: skip
    for unit in (*mapping.table(column.units).values(), *([column.unit] if field in TIMES else [])):
        if unit and unit not in TIME_UNITS:
            raise wrong(
                N_("the unit '%(unit)s' is none of %(allowed)s; write one of them"),
                unit=unit, allowed=", ".join(TIME_UNITS),
            )  # fmt: skip


def read_mapping(path: Path, known: Known) -> Mapping:
    """The mapping at `path`; its id is the file's name. `known` is what it may name.

    Raises `ContentError` naming file, line, key and remedy for bad TOML, an unknown or missing key, a field
    that is none, a pattern that cannot be read, a table or scheme that does not exist, a value a field cannot
    have.
    """
    name = path.name
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
        written = tomllib.loads(text)
    except FileNotFoundError as wrong:
        raise ContentError(
            name, "", N_("there is no such mapping; lenmuc import --list names them")
        ) from wrong
    except UnicodeDecodeError as wrong:
        raise ContentError(name, f"byte {wrong.start}", N_("save the file as UTF-8")) from wrong
    except tomllib.TOMLDecodeError as wrong:
        raise ContentError(name, "", N_("%(why)s; correct the line"), why=str(wrong)) from wrong
    try:
        file = msgspec.convert(written, _File, strict=True)
    except msgspec.ValidationError as wrong:
        what, _, at = str(wrong).partition(" - at `$")
        named = re.search(r"field `(\w+)`", what)
        key = ".".join(part for part in (at.strip("`.").strip(), named[1] if named else "") if part)
        raise ContentError(name, _line(text, key), _SEE, why=what) from wrong
    if not _ID.fullmatch(path.stem):
        raise ContentError(name, "", N_("name the file with small letters, digits and hyphens only, .toml"))
    for field in file.fields:
        if field not in FIELDS:
            fields_known = ", ".join(FIELDS)
            raise ContentError(
                name,
                _line(text, f"fields.{field}"),
                N_("no such field; the fields are %(known)s"),
                known=fields_known,
            )
    for needed in ("code", "name"):
        if needed not in file.fields:
            raise ContentError(
                name, "key fields", N_('say which column holds the %(field)s: %(field)s = "…"'), field=needed
            )
    fields = {
        field: tuple(_joined(column, file.pieces) for column in _columns(name, text, f"fields.{field}", ways))
        for field, ways in file.fields.items()
    }
    point_set, points = _points(file.points, name, text, known)
    fields |= {
        point: tuple(_joined(column, file.pieces) for column in ways) for point, ways in points.items()
    }
    mapping = Mapping(
        id=path.stem, name=file.name, name_en=file.name_en or file.name, terms=file.terms, place=file.place,
        source=file.source, fields=fields, unknown=frozenset(file.unknown), tables=file.tables,
        declared=file.declared, point_set=point_set, offered=file.offered, same_code=file.same_code,
        ended=file.ended, digest=hashlib.sha256(raw).hexdigest(),
    )  # fmt: skip
    for field, columns in fields.items():
        for column in columns:
            _check_column(mapping, name, text, field, column)
    _check_whole(mapping, name, text, known.schemes)
    return mapping


def _points(
    written: Points | None, name: str, text: str, known: Known
) -> tuple[str, dict[str, tuple[Column, ...]]]:
    """The set that is answered, and how its points are read, as fields."""
    if written is None:
        return "", {}
    if written.set not in known.points:
        remedy = N_("there is no such set of points; write one of %(known)s")
        raise ContentError(name, _line(text, "points.set"), remedy, known=", ".join(known.points))
    found: dict[str, tuple[Column, ...]] = {}
    for point, ways in written.fields.items():
        if point not in known.points[written.set]:
            remedy = N_("no such field; the fields are %(known)s")
            points = ", ".join(known.points[written.set])
            raise ContentError(name, _line(text, f"points.fields.{point}"), remedy, known=points)
        found[POINT + point] = _columns(name, text, f"points.fields.{point}", ways)
    return written.set, found


def _check_whole(mapping: Mapping, name: str, text: str, schemes: tuple[str, ...]) -> None:
    if mapping.source.format not in FORMATS or mapping.source.header < 1:
        raise ContentError(name, _line(text, "header"), N_("the line with the column names counts from 1"))
    if mapping.place.language not in LANGUAGES:
        where, languages = _line(text, "place.language"), ", ".join(LANGUAGES)
        raise ContentError(name, where, N_("no such language; write one of %(known)s"), known=languages)
    if "declared" in mapping.fields and mapping.declared is None:
        where = _line(text, "fields.declared")
        raise ContentError(
            name, where, N_("say which rules the level column speaks of: [declared] scheme = …")
        )
    if mapping.declared is not None and mapping.declared.scheme not in schemes:
        where, known = _line(text, "declared.scheme"), ", ".join(schemes)
        raise ContentError(
            name, where, N_("no levels are kept by this scheme; write one of %(known)s"), known=known
        )
    if mapping.offered == "agency" and "agency" not in mapping.fields:
        remedy = N_('say which column names the agency, or write offered = "nobody" or "jurisdictions"')
        raise ContentError(name, "key fields", remedy)


def shipped(catalogue: Path, known: Known) -> dict[str, Mapping]:
    """The mappings that come with the program, by id. Raises `ContentError`."""
    paths = sorted((catalogue / FOLDER).glob("*.toml"))
    return {path.stem: read_mapping(path, known) for path in paths}


def at_home(named: str, catalogue: Path) -> Path | None:
    """The file of the mapping that comes with the program under this name, if there is one."""
    path = catalogue / FOLDER / f"{named}.toml"
    return path if _ID.fullmatch(named) and path.is_file() else None


def find_mapping(named: str, catalogue: Path, known: Known) -> Mapping:
    """The mapping called `named`, or the one at that path. Raises `ContentError`."""
    return read_mapping(at_home(named, catalogue) or Path(named), known)
