"""Rows of a registry become records: what cannot be read with certainty stays unknown and is listed."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import msgspec

from lenmuc.core.errors import N_, Message
from lenmuc.core.mappings import ANSWERS, COUNTS, DATES, LISTS, POINT, STATED, Mapping
from lenmuc.core.registry_cells import Values, Way
from lenmuc.core.services import Service
from lenmuc.core.stated import NOTHING, Stated

CODE = re.compile(r"[^\s/?#%\\]{1,60}")
_AGENCY = re.compile(r"[A-Za-z0-9._-]{1,40}")
_LONGEST = {"code": 60, "name": 4000, "name_en": 4000, "agency": 40, "field": 300}
_TOLD = 1_000  # rows between two words about how far it is


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
    stated: Stated = NOTHING


class Reader:
    """Reads the rows of one registry by its mapping. Columns stand in the order of `Mapping.columns`."""

    def __init__(self, mapping: Mapping) -> None:
        places = {name: place for place, name in enumerate(mapping.columns)}
        self.mapping = mapping
        self.record = _Maker(frozenset(mapping.fields), mapping.point_set)
        self.ways = [
            (field, field in LISTS, tuple(Way(field, column, mapping, places) for column in columns))
            for field, columns in mapping.fields.items()
        ]
        self.named = [(field, longest) for field, longest in _LONGEST.items() if field in mapping.fields]

    def read(self, row: Row) -> tuple[Record | None, list[Note]]:
        """The record of a row, with what was repaired; or no record, with why it was refused."""
        found: dict[str, Values] = {}
        notes: list[Note] = []
        refused = False
        cells = row.cells
        for field, several, ways in self.ways:
            values: Values = ()
            for way in ways:
                known = way.kept.get(cells[way.only]) if way.only is not None else None
                if known is not None and known[0] and not known[1]:  # most cells: read before, and well
                    values = (*values, *known[0]) if several and values else values or known[0]
                    continue
                more, wrong, column = way.read(cells)
                for each in wrong:
                    stops = field in ("code", "name") or (
                        way.codes is not None and way.column.otherwise == "refuse" and field != "declared"
                    )
                    refused |= stops
                    kind: Literal["refused", "repaired"] = "refused" if stops else "repaired"
                    notes.append(Note(kind, row.file, row.number, column, each.value[:200], each.message))
                values = (*values, *more) if several and values else values or more
            found[field] = tuple(dict.fromkeys(values)) if len(ways) > 1 and len(values) > 1 else values
        for message, column, value in () if self._whole(found) else self._missing(found):
            notes.append(Note("refused", row.file, row.number, column, value[:200], message))
            refused = True
        return (None if refused else self.record(found)), notes

    def code_of(self, row: Row) -> Values:
        """The code in a row that was refused, if it can be read."""
        ways = next((ways for field, _, ways in self.ways if field == "code"), ())
        return next((found for way in ways if (found := way.read(row.cells)[0])), ())

    def _whole(self, found: dict[str, Values]) -> bool:
        """Whether nothing is missing, too long or without form: asked first, as it holds for most rows."""
        code, name = found["code"], found["name"]
        if not code or not name or not name[0] or not CODE.fullmatch(code[0]):
            return False
        for agency in found.get("agency", ()):
            if not _AGENCY.fullmatch(agency):
                return False
        return all(len(value) <= longest for field, longest in self.named for value in found[field])

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


_SERVICE = Service.__struct_fields__
_BESIDE = tuple(name for name in Record.__struct_fields__ if name not in ("service", "stated"))
_YES = {"yes": True, "no": False}


def _nothing(field: str) -> Any:
    """What a field holds when its column says nothing."""
    if field in LISTS:
        return ()
    return None if field in (*COUNTS, *ANSWERS, *DATES) else ""


class _Maker:
    """Makes records from the values found; what a mapping does not read is set once."""

    def __init__(self, read: frozenset[str], point_set: str) -> None:
        self.point_set = point_set
        self.points = tuple(sorted(name for name in read if name.startswith(POINT)))
        self.beside_it = tuple(name for name in STATED if name in read)
        self.known: dict[tuple[Values, ...], Stated] = {}
        read -= {*self.points, *STATED}
        self.service = {name: _nothing(name) for name in _SERVICE}
        self.beside = {name: _nothing(name) for name in _BESIDE}
        self.lists = tuple(name for name in LISTS if name in read)
        self.answers = tuple(name for name in ANSWERS if name in read)
        self.counts = tuple(name for name in COUNTS if name in read)
        self.dates = tuple(name for name in DATES if name in read)
        self.texts = tuple(read - {*self.lists, *self.answers, *self.counts, *self.dates})

    def __call__(self, found: dict[str, Values]) -> Record:
        """The record of one row."""
        values: dict[str, Any] = {}
        for name in self.texts:
            if found[name]:
                values[name] = found[name][0]
        for name in self.lists:
            values[name] = found[name]
        for name in self.counts:
            if found[name]:
                values[name] = int(found[name][0])
        for name in self.answers:
            if found[name]:
                values[name] = _YES.get(found[name][0])
        for name in self.dates:
            if found[name]:
                values[name] = dt.date.fromisoformat(found[name][0])
        beside = {name: values.pop(name, nothing) for name, nothing in self.beside.items()}
        stated = self.stated(found) if self.points or self.beside_it else NOTHING
        return Record(service=Service(**{**self.service, **values}), **beside, stated=stated)

    def stated(self, found: dict[str, Values]) -> Stated:
        """What the row says beside its record; many rows say the same."""
        said = (*(found[name] for name in self.points), *(found[name] for name in self.beside_it))
        known = self.known.get(said)
        if known is None:
            points = {name.removeprefix(POINT): found[name][0] for name in self.points if found[name]}
            values: dict[str, Any] = {name: found[name] for name in self.beside_it}
            if "online_from" in values:
                values["online_from"] = next(iter(values["online_from"]), "")
            known = Stated(self.point_set if points else "", points, **values)
            self.known[said] = known
        return known


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
