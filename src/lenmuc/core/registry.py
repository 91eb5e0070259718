"""Rows of a registry become records: what cannot be read with certainty stays unknown and is listed."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec

from lenmuc.core.errors import N_, Message
from lenmuc.core.mappings import (
    ALLOWED,
    ANSWERS,
    BETWEEN,
    COUNTS,
    DATES,
    LISTS,
    TIME_UNITS,
    TIMES,
    Column,
    Mapping,
)  # fmt: skip
from lenmuc.core.services import Service
from lenmuc.core.text import clean_line, forbidden

CODE = re.compile(r"[^\s/?#%\\]{1,60}")
_AGENCY = re.compile(r"[A-Za-z0-9._-]{1,40}")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_GROUPED = re.compile(r"\d{1,3}(?:[.,  ]\d{3})+")
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(\D*)")
_HOURS = {"h": 1.0, "d": 24.0, "wd": 24.0 * 7 / 5, "m": 24.0 * 30}  # only to say which limit is longer
_LONGEST = {"code": 60, "name": 4000, "name_en": 4000, "agency": 40, "field": 300}
_MOST = 2_147_483_647
# Short texts are remembered for each way, so that one that stands in many rows is read once.
_KEPT, _SHORT = 20_000, 200
_TOLD = 1_000  # rows between two words about how far it is

Values = tuple[str, ...]


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row as it was read: its file, its number from 1, and its cells in the order of the columns asked
    for.
    """

    file: str
    number: int
    cells: Sequence[str]


class Note(msgspec.Struct, frozen=True):
    """What was wrong in one cell: the whole row is `refused`, or its value was `repaired` or left unknown."""

    kind: Literal["refused", "repaired"]
    file: str
    row: int
    column: str
    value: str
    why: Message


class Record(msgspec.Struct, frozen=True):
    """A service as the registry has it, who offers it, and what stands beside it. `None`: not known."""

    service: Service
    field_en: str
    agency: str
    agency_name: str
    agency_name_en: str
    filings: int | None
    filings_online: int | None
    declared: int | None
    replaces: tuple[str, ...]
    valid_to: dt.date | None


class _Wrong(Exception):
    """A value that cannot be read, and why."""

    def __init__(self, text: str, value: str, **params: object) -> None:
        self.value, self.message = value, Message(text, params)
        super().__init__(text)


def _count(text: str) -> str:
    if _GROUPED.fullmatch(text):
        return re.sub(r"\D", "", text)
    number = _NUMBER.fullmatch(text)
    if number is None or float(text) != int(float(text)):
        raise _Wrong(N_("this is not a whole number"), text)
    if not 0 <= float(text) <= _MOST:
        raise _Wrong(N_("no such number can be: below 0 or above 2,147,483,647"), text)
    return str(int(float(text)))


def _time(column: Column, units: dict[str, str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        found = _TIME.fullmatch(text)
        unit = ""
        if found:
            unit = (units.get(found[2].strip()) or found[2].strip()) if found[2].strip() else column.unit
        if found is None or unit not in TIME_UNITS:
            raise _Wrong(N_("this is not a number of days, working days, hours or months"), text)
        return f"{float(found[1]) * 7:g} d" if unit == "w" else f"{found[1]} {unit}"

    return read


def _longest(times: Values) -> Values:
    return (max(times, key=lambda t: float(t.split()[0]) * _HOURS[t.split()[1]]),) if times else ()


def _amount(column: Column) -> Callable[[str], str]:
    def read(text: str) -> str:
        return f"{_count(text)} {column.unit}" if column.unit else text

    return read


def _date(column: Column) -> Callable[[str], str]:
    def read(text: str) -> str:
        try:
            return dt.datetime.strptime(text, column.date or "%Y-%m-%d").date().isoformat()
        except ValueError as wrong:
            raise _Wrong(N_("this is not a date in the order that the mapping names"), text) from wrong

    return read


def _one_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise _Wrong(N_("this is none of %(allowed)s"), text, allowed=", ".join(allowed))
        return text

    return read


def _last_step(field: str, column: Column, mapping: Mapping) -> Callable[[str], str] | None:
    if field in COUNTS:
        return _count
    if field in TIMES:
        return _time(column, mapping.table(column.units))
    if field in DATES:
        return _date(column)
    if field == "fee_amounts":
        return _amount(column)
    return _one_of(ALLOWED[field]) if field in ALLOWED else None


class _Way:
    """One `Column`, made ready: the text of a cell in, values out; the same text is read once."""

    def __init__(self, field: str, column: Column, mapping: Mapping, places: dict[str, int]) -> None:
        self.places = tuple(places[name] for name in column.sources if name)
        self.names = tuple(name for name in column.sources if name)
        self.column, self.unknown = column, mapping.unknown
        self.drop = tuple(re.compile(each) for each in column.drop)
        self.find = re.compile(column.find) if column.find else None
        self.codes = mapping.table(column.codes) if column.codes else None
        self.last = _last_step(field, column, mapping)
        self.constant = (column.constant,) if column.constant else ()
        self.longest = field in TIMES
        self.kept: dict[str, tuple[Values, tuple[_Wrong, ...]]] = {}

    def read(self, cells: Sequence[str]) -> tuple[Values, tuple[_Wrong, ...], str]:
        """(values, what was wrong, the column's name)."""
        for place, name in zip(self.places, self.names, strict=True):
            text = cells[place]
            if not text:
                continue
            known = self.kept.get(text)
            if known is None:
                known = self._read(text)
                if len(text) <= _SHORT and len(self.kept) < _KEPT:
                    self.kept[text] = known
            if known[0] or known[1]:
                return (*known, name)
        return self.constant, (), self.names[0] if self.names else ""

    def _parts(self, text: str) -> Iterable[str]:
        for raw in text.split(BETWEEN):
            piece = clean_line(raw)
            if piece in self.unknown:
                continue
            for pattern in self.drop:
                piece = clean_line(pattern.sub(" ", piece))
            found = [piece]
            if self.find is not None:
                found = [hit[1] if hit.re.groups else hit[0] for hit in self.find.finditer(piece)]
            for one in found:
                yield from one.split(self.column.split) if self.column.split else (one,)

    def _read(self, text: str) -> tuple[Values, tuple[_Wrong, ...]]:
        values: list[str] = []
        wrong: list[_Wrong] = []
        column = self.column
        parts = tuple(self._parts(text))
        said = clean_line(text) not in self.unknown
        for part in parts:
            value = part.strip()
            if not value or value in self.unknown:
                continue
            try:
                values += self._value(value)
            except _Wrong as found:
                wrong.append(found)
        if column.counted:
            values = [str(len(values))] if values or (column.zero and said) else []
        if self.longest:
            values = list(_longest(tuple(values)))
        return tuple(dict.fromkeys(values)), tuple(wrong)

    def _value(self, value: str) -> list[str]:
        column = self.column
        if self.codes is not None:
            if value in self.codes:
                value = self.codes[value]
            elif column.otherwise != "keep":
                raise _Wrong(N_("this text is not in the code table of the mapping"), value)
        if not value or column.counted:
            return [value] if value else []
        if column.becomes:
            return [column.becomes]
        bad = forbidden(value)
        if bad:
            raise _Wrong(N_("the character %(character)s may not stand in a text"), value, character=bad)
        return [self.last(value) if self.last else value]


class Reader:
    """Reads the rows of one registry by its mapping. Columns stand in the order of `Mapping.columns`."""

    def __init__(self, mapping: Mapping) -> None:
        places = {name: place for place, name in enumerate(mapping.columns)}
        self.mapping = mapping
        self.ways = [
            (field, field in LISTS, tuple(_Way(field, column, mapping, places) for column in columns))
            for field, columns in mapping.fields.items()
        ]

    def read(self, row: Row) -> tuple[Record | None, list[Note]]:
        """The record of a row, with what was repaired; or no record, with why it was refused."""
        found: dict[str, Values] = {}
        notes: list[Note] = []
        refused = False
        for field, several, ways in self.ways:
            values: Values = ()
            for way in ways:
                more, wrong, column = way.read(row.cells)
                for each in wrong:
                    stops = field in ("code", "name") or (
                        way.codes is not None and way.column.otherwise == "refuse" and field != "declared"
                    )
                    refused |= stops
                    kind: Literal["refused", "repaired"] = "refused" if stops else "repaired"
                    notes.append(Note(kind, row.file, row.number, column, each.value[:200], each.message))
                values = (*values, *more) if several else values or more
            found[field] = tuple(dict.fromkeys(values)) if several else values
        for message, column, value in self._missing(found):
            notes.append(Note("refused", row.file, row.number, column, value[:200], message))
            refused = True
        return (None if refused else _record(found)), notes

    def code_of(self, row: Row) -> Values:
        """The code in a row that was refused, if it can be read."""
        ways = next((ways for field, _, ways in self.ways if field == "code"), ())
        return next((found for way in ways if (found := way.read(row.cells)[0])), ())

    def _missing(self, found: dict[str, Values]) -> Iterable[tuple[Message, str, str]]:
        code, name = (found.get(field, ("",))[:1] or ("",) for field in ("code", "name"))
        if not code[0]:
            yield Message(N_("the row has no code")), "code", ""
        elif not CODE.fullmatch(code[0]):
            yield (
                Message(
                    N_("a code has at most 60 characters, and no blanks or signs that an address cannot hold")
                ),
                "code",
                code[0],
            )
        for agency in found.get("agency", ()):
            if not _AGENCY.fullmatch(agency):
                text = N_("an agency's code has up to 40 letters without marks, digits, dots and hyphens")
                yield Message(text), "agency", agency
        if not name[0]:
            yield Message(N_("the row has no name")), "name", ""
        for field, longest in _LONGEST.items():
            for value in found.get(field, ()) if field != "code" else ():
                if len(value) > longest:
                    text = N_("a text here has at most %(longest)s characters")
                    yield Message(text, {"longest": longest}), field, value


def _record(found: dict[str, Values]) -> Record:
    def text(field: str) -> str:
        return next(iter(found.get(field, ())), "")

    def count(field: str) -> int | None:
        return int(text(field)) if text(field) else None

    def answer(field: str) -> bool | None:
        return {"yes": True, "no": False}.get(text(field)) if field in ANSWERS else None

    service = Service(
        code=text("code"),
        name=text("name"),
        name_en=text("name_en"),
        field=text("field"),
        ministry=text("ministry"),
        tiers=found.get("tiers", ()),
        law_kind=text("law_kind"),
        decision=text("decision"),
        applicants=found.get("applicants", ()),
        channels=found.get("channels", ()),
        time_online=text("time_online"),
        time_post=text("time_post"),
        time_in_person=text("time_in_person"),
        fee_online=text("fee_online"),
        fee_post=text("fee_post"),
        fee_in_person=text("fee_in_person"),
        fee_amounts=found.get("fee_amounts", ()),
        papers=count("papers"),
        forms=count("forms"),
        result=found.get("result", ()),
        has_steps=answer("has_steps"),
        has_conditions=answer("has_conditions"),
        legal=found.get("legal", ()),
    )
    return Record(
        service=service,
        field_en=text("field_en"),
        agency=text("agency"),
        agency_name=text("agency_name"),
        agency_name_en=text("agency_name_en"),
        filings=count("filings"),
        filings_online=count("filings_online"),
        declared=count("declared"),
        replaces=found.get("replaces", ()),
        valid_to=dt.date.fromisoformat(text("valid_to")) if text("valid_to") else None,
    )


class Gathered(msgspec.Struct, frozen=True):
    """All rows of a registry: `found` by code with the row each came from, `refused` the codes of refused
    rows, `total` how many rows there were.
    """

    found: dict[str, tuple[Record, Row]]
    notes: list[Note]
    refused: frozenset[str]
    total: int

    def count(self, kind: str) -> int:
        """How many cells were repaired, or rows refused: a row counts once."""
        if kind == "repaired":
            return sum(note.kind == kind for note in self.notes)
        return len({(note.file, note.row) for note in self.notes if note.kind == kind})


def gathered(reader: Reader, rows: Iterable[Row], seen: Callable[[int], None] = lambda _: None) -> Gathered:
    """Read every row; `seen` is told now and then how many it were.

    Of two rows with one code the mapping says which counts; without a word both are refused.
    """
    found: dict[str, tuple[Record, Row]] = {}
    notes: list[Note] = []
    refused: set[str] = set()
    rule, total = reader.mapping.same_code, 0
    for row in rows:
        total += 1
        if not total % _TOLD:
            seen(total)
        record, said = reader.read(row)
        if said:
            notes += said
        if record is None:
            refused.update(reader.code_of(row))
            continue
        code = record.service.code
        other = found.get(code)
        if other is None and code not in refused:
            found[code] = (record, row)
        elif rule == "refuse":
            notes += [_twin("refused", each, code) for each in ((other[1], row) if other else (row,))]
            found.pop(code, None)
            refused.add(code)
        else:
            notes.append(_twin("repaired", row, code))
            if rule == "last" or other is None:
                found[code] = (record, row)
    seen(total)
    return Gathered(found, notes, frozenset(refused - set(found)), total)


def _twin(kind: Literal["refused", "repaired"], row: Row, code: str) -> Note:
    text = (
        N_("another row has the same code; both are left out")
        if kind == "refused"
        else N_("another row has the same code; the mapping says which of them counts")
    )
    return Note(kind, row.file, row.number, "code", code, Message(text))


def lineage(records: Iterable[Record]) -> list[tuple[str, str, str]]:
    """(old code, new code, renamed / merged / split) as the records say which services they replace."""
    pairs = [(old, r.service.code) for r in records for old in r.replaces if old != r.service.code]
    old, new = (Counter(pair[at] for pair in pairs) for at in (0, 1))
    return [
        (was, now, "split" if old[was] > 1 else "merged" if new[now] > 1 else "renamed") for was, now in pairs
    ]
