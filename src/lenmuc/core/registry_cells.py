"""One cell of a registry becomes values: dates, counts, times, code tables. The same text is read once."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from lenmuc.core.errors import N_, Message
from lenmuc.core.mappings import (
    BETWEEN,
    COUNTS,
    DATES,
    TIME_UNITS,
    TIMES,
    Column,
    Mapping,
    allowed,
)
from lenmuc.core.text import clean_line, forbidden

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_GROUPED = re.compile(r"\d{1,3}(?:[.,  ]\d{3})+")
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(\D*)")
_HOURS = {"h": 1.0, "d": 24.0, "wd": 24.0 * 7 / 5, "m": 24.0 * 30}  # only to say which limit is longer
_LEVELS = ("0", "1", "2", "3", "4")
_MOST = 2_147_483_647
# Short texts are remembered for each way, so that one that stands in many rows is read once.
_KEPT, _SHORT = 20_000, 200

Values = tuple[str, ...]


@lru_cache(32)
def _pieces(text: str) -> tuple[str, ...]:
    """The values of a cell, each as one line. Several fields are often read from one long cell."""
    return tuple(clean_line(raw) for raw in text.split(BETWEEN))


class Unreadable(Exception):
    """A value that cannot be read, and why."""

    def __init__(self, text: str, value: str, **params: object) -> None:
        self.value, self.message = value, Message(text, params)
        super().__init__(text)


def _count(text: str) -> str:
    if _GROUPED.fullmatch(text):
        return str(int(re.sub(r"\D", "", text)))
    number = _NUMBER.fullmatch(text)
    if number is None or float(text) != int(float(text)):
        why = N_("this is not a whole number: take the rest out with drop, or keep it by find")
        raise Unreadable(why, text)
    if not 0 <= float(text) <= _MOST:
        raise Unreadable(N_("no such number can be: below 0 or above 2,147,483,647"), text)
    return str(int(float(text)))


def _level(text: str) -> str:
    level = _count(text)
    if level not in _LEVELS:
        raise Unreadable(N_("this is none of %(allowed)s"), text, allowed=", ".join(_LEVELS))
    return level


def _time(column: Column, units: dict[str, str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        found = _TIME.fullmatch(text)
        unit = ""
        if found:
            unit = (units.get(found[2].strip()) or found[2].strip()) if found[2].strip() else column.unit
        if found is None or unit not in TIME_UNITS:
            raise Unreadable(N_("this is not a number of days, working days, hours or months"), text)
        number = found[1] if found[1].isascii() else f"{float(found[1]):g}"  # the wide digits of Japan
        return f"{float(number) * 7:g} d" if unit == "w" else f"{number} {unit}"

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
            raise Unreadable(N_("this is not a date in the order that the mapping names"), text) from wrong

    return read


def _one_of(values: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in values:
            raise Unreadable(N_("this is none of %(allowed)s"), text, allowed=", ".join(values))
        return text

    return read


def _last_step(field: str, column: Column, mapping: Mapping) -> Callable[[str], str] | None:
    if field == "declared":
        return _level
    if field in COUNTS:
        return _count
    if field in TIMES:
        return _time(column, mapping.table(column.units))
    if field in DATES:
        return _date(column)
    if field == "fee_amounts":
        return _amount(column)
    values = allowed(field)
    return _one_of(values) if values else None


class Way:
    """One `Column`, made ready: the text of a cell in, values out; the same text is read once."""

    def __init__(self, field: str, column: Column, mapping: Mapping, places: dict[str, int]) -> None:
        self.columns = tuple((places[name], name) for name in column.sources if name)
        self.column = column
        self.drop = tuple(re.compile(each) for each in column.drop)
        self.find = re.compile(column.find) if column.find else None
        self.codes = mapping.table(column.codes) if column.codes else None
        # What a code table of its own translates is known, whatever it means in other columns.
        self.unknown = mapping.unknown - set(self.codes or ())
        self.last = _last_step(field, column, mapping)
        constant = (column.constant,) if column.constant else ()
        self.nothing: tuple[Values, tuple[Unreadable, ...], str] = (
            constant, (), self.columns[0][1] if self.columns else "",
        )  # fmt: skip
        self.longest = field in TIMES
        self.plain = not (self.drop or self.find or column.split or column.codes or self.last) and not (
            column.becomes or column.counted
        )
        self.kept: dict[str, tuple[Values, tuple[Unreadable, ...]]] = {}

    def read(self, cells: Sequence[str]) -> tuple[Values, tuple[Unreadable, ...], str]:
        """(values, what was wrong, the column's name)."""
        for place, name in self.columns:
            text = cells[place]
            if not text:
                continue
            known = self.kept.get(text)
            if known is None:
                known = self._read(text)
                if len(text) <= _SHORT and len(self.kept) < _KEPT:
                    self.kept[text] = known
            if known[0] or known[1]:
                return known[0], known[1], name
        return self.nothing

    def _parts(self, text: str) -> Iterable[str]:
        for piece in _pieces(text):
            if piece in self.unknown:
                continue
            for pattern in self.drop:
                piece = clean_line(pattern.sub(" ", piece))
            found = [piece]
            if self.find is not None:
                found = [hit[1] if hit.re.groups else hit[0] for hit in self.find.finditer(piece)]
            for one in found:
                yield from one.split(self.column.split) if self.column.split else (one,)

    def _read(self, text: str) -> tuple[Values, tuple[Unreadable, ...]]:
        if self.plain and BETWEEN not in text:  # a text as it stands, such as a name
            line = clean_line(text)
            if not line or line in self.unknown:
                return (), ()
            if not forbidden(line):
                return (line,), ()
        values: list[str] = []
        wrong: list[Unreadable] = []
        column = self.column
        parts = tuple(self._parts(text))
        said = not column.zero or clean_line(text) not in self.unknown
        for part in parts:
            value = part.strip()
            if not value or value in self.unknown:
                continue
            try:
                values += self._value(value)
            except Unreadable as found:
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
                table = f"[tables.{column.codes}]" if isinstance(column.codes, str) else "codes"
                why = N_("this text is not in the code table: add it to %(table)s, or set otherwise")
                raise Unreadable(why, value, table=table)
        if not value or column.counted:
            return [value] if value else []
        if column.becomes:
            return [column.becomes]
        bad = forbidden(value)
        if bad:
            raise Unreadable(N_("the character %(character)s may not stand in a text"), value, character=bad)
        return [self.last(value) if self.last else value]
