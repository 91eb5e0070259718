"""Rows of a registry become records: what cannot be read with certainty stays unknown and is listed."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec

from lenmuc.core.errors import N_, Message
from lenmuc.core.mappings import LISTS, Mapping
from lenmuc.core.registry_cells import Values, Way
from lenmuc.core.registry_rows import AGENCY, CODE, LONGEST, ODD, Maker, Record, Step, joined

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


class Reader:
    """Reads the rows of one registry by its mapping. Columns stand in the order of `Mapping.columns`.

    Most cells were read before and well: they become the value of their field by one look-up. A row in which
    anything is odd is read again with care, for what has to be said about it.
    """

    def __init__(self, mapping: Mapping) -> None:
        places = {name: place for place, name in enumerate(mapping.columns)}
        self.mapping = mapping
        self.ways = [
            (field, field in LISTS, tuple(Way(field, column, mapping, places) for column in columns))
            for field, columns in mapping.fields.items()
        ]
        self.named = [(field, longest) for field, longest in LONGEST.items() if field in mapping.fields]
        self.maker = Maker(mapping)
        self.steps = [
            Step(self.maker.places[field], self.maker.final(field), field, several, ways)
            for field, several, ways in self.ways
        ]

    def read(self, row: Row) -> tuple[Record | None, list[Note]]:
        """The record of a row, with what was repaired; or no record, with why it was refused."""
        values = self.maker.nothing[:]
        cells = row.cells
        for step in self.steps:
            value = step.known.get(step.key(cells), ODD)
            if value is ODD:
                value = step.read(cells)
                if value is ODD:
                    return self._with_care(row)
            values[step.place] = value
        return self.maker.record(values), []

    def _with_care(self, row: Row) -> tuple[Record | None, list[Note]]:
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
                values = joined(values, more, several)
            found[field] = values
        for message, column, value in self._missing(found):
            notes.append(Note("refused", row.file, row.number, column, value[:200], message))
            refused = True
        return (None if refused else self.maker.of(found)), notes

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
            if not AGENCY.fullmatch(agency):
                text = N_("an agency's code has up to 40 letters without marks, digits, dots and hyphens")
                yield Message(text), "agency", agency
        if not name[0]:
            yield Message(N_("the row has no name")), "name", ""
        for field, longest in LONGEST.items():
            for value in found.get(field, ()) if field != "code" else ():
                if len(value) > longest:
                    text = N_("a text here has at most %(longest)s characters")
                    yield Message(text, {"longest": longest}), field, value


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
