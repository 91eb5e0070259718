"""Rows of a registry become records: a field by one look-up where its cell was read before."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, Final

import msgspec

from lenmuc.core.mappings import ANSWERS, COUNTS, DATES, LISTS, POINT, STATED, Mapping
from lenmuc.core.registry_cells import Values, Way
from lenmuc.core.services import Service
from lenmuc.core.stated import NOTHING, Stated

CODE = re.compile(r"[^\s/?#%\\]{1,60}")
AGENCY = re.compile(r"[A-Za-z0-9._-]{1,40}")
LONGEST = {"code": 60, "name": 4000, "name_en": 4000, "agency": 40, "field": 300}
ODD: Final = object()
"""In the place of a value: something is wrong with the cell, or has to be looked at with care."""
_KEPT, _SHORT = 20_000, 200  # texts that are remembered for each field, and how long they may be
_YES = {"yes": True, "no": False}


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


_SERVICE = Service.__struct_fields__
_BESIDE = tuple(name for name in Record.__struct_fields__ if name not in ("service", "stated"))


def joined(values: Values, more: Values, several: bool) -> Values:
    """The values of one way after those of the ways before: joined for lists, else the first that are any."""
    if not values or not more:
        return values or more
    return tuple(dict.fromkeys((*values, *more))) if several else values


class Maker:
    """Makes records out of the values of fields, which have a place each: those of the service first."""

    def __init__(self, mapping: Mapping) -> None:
        beside = [name for name in mapping.fields if name in STATED or name.startswith(POINT)]
        names = [*_SERVICE, *_BESIDE, *beside]
        self.places = {name: place for place, name in enumerate(names)}
        self.nothing = [self.final(name)(()) for name in names]
        self.beside, self.point_set = beside, mapping.point_set
        self.service, self.whole = len(_SERVICE), len(_SERVICE) + len(_BESIDE)
        self._known: dict[tuple[Any, ...], Stated] = {}

    def final(self, field: str) -> Callable[[Values], Any]:
        """How the values that were found become the value of the field."""
        if field in LISTS:
            return _all
        if field in COUNTS:
            return _number
        if field in ANSWERS:
            return _answer
        return _day if field in DATES else _first

    def record(self, values: list[Any]) -> Record:
        """The record of a row, from one value a place."""
        service, whole = self.service, self.whole
        stated = self._stated(tuple(values[whole:])) if self.beside else NOTHING
        rest: list[Any] = [Service(*values[:service]), *values[service:whole], stated]
        return Record(*rest)

    def of(self, found: dict[str, Values]) -> Record:
        """The same from what was found for each field."""
        values = self.nothing[:]
        for field, some in found.items():
            values[self.places[field]] = self.final(field)(some)
        return self.record(values)

    def _stated(self, values: tuple[Any, ...]) -> Stated:
        """What the row says beside its record; many rows say the same."""
        known = self._known.get(values)
        if known is None:
            named = dict(zip(self.beside, values, strict=True))
            points = {n.removeprefix(POINT): v for n, v in named.items() if n.startswith(POINT) and v}
            rest = {name: value for name, value in named.items() if not name.startswith(POINT)}
            known = self._known[values] = Stated(self.point_set if points else "", points, **rest)
        return known


def _all(values: Values) -> Any:
    return values


def _first(values: Values) -> Any:
    return values[0] if values else ""


def _number(values: Values) -> Any:
    return int(values[0]) if values else None


def _answer(values: Values) -> Any:
    return _YES.get(values[0]) if values else None


def _day(values: Values) -> Any:
    return dt.date.fromisoformat(values[0]) if values else None


class Step:
    """One field of a row: `known` holds its value by the texts of its cells, `key`."""

    def __init__(
        self,
        place: int,
        final: Callable[[Values], Any],
        field: str,
        several: bool,
        ways: tuple[Way, ...],
    ) -> None:
        columns = sorted({place for way in ways for place, _ in way.columns})
        self.key: Callable[[Sequence[str]], Any] = itemgetter(*columns) if columns else _no_cell
        self.place, self.final, self.several, self.ways = place, final, several, ways
        self.needed = field in ("code", "name")
        self.form = {"code": CODE, "agency": AGENCY}.get(field)
        self.longest = LONGEST.get(field)
        self.known: dict[Any, Any] = {}

    def read(self, cells: Sequence[str]) -> Any:
        """The value of the field, `ODD` where there is anything to say about it."""
        values: Values = ()
        for way in self.ways:
            more, wrong, _ = way.read(cells)
            if wrong:
                return ODD
            values = joined(values, more, self.several)
        if not self._fits(values):
            return ODD
        found = self.final(values)
        key = self.key(cells)
        # A code or a name stands in one row only.
        if not self.needed and len(self.known) < _KEPT and sum(map(len, key)) <= _SHORT:
            self.known[key] = found
        return found

    def _fits(self, values: Values) -> bool:
        if self.needed and (not values or not values[0]):
            return False
        if self.longest is not None and any(len(value) > self.longest for value in values):
            return False
        return self.form is None or all(self.form.fullmatch(value) for value in values)


def _no_cell(_: Sequence[str]) -> str:
    return ""
