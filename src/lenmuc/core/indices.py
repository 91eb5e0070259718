"""Indices that others publish of provinces: what they are made of, their values by year, ranks. Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

import msgspec

from lenmuc.core.checklists import Confidence, Sentence, Words
from lenmuc.core.text import fold

WHOLE = ""  # the component of an index as a whole
Key = tuple[str, int, str, str]  # index, year, component, province
_PREFIXES = ("tinh ", "thanh pho ", "tp. ", "tp ")


class Component(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of an index, with its highest number of points where that is known."""

    code: Sentence
    name: Words
    confidence: Confidence
    most: Annotated[float, msgspec.Meta(gt=0)] | None = None


class Edition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an index was made up for some years: its parts, and who says so. `most` is that of the whole."""

    id: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{1,40}$")]
    name: Words
    source: str
    confidence: Confidence
    components: tuple[Component, ...]
    most: Annotated[float, msgspec.Meta(gt=0)] | None = None

    def component(self, code: str) -> Component | None:
        """The part of that code."""
        return next((each for each in self.components if each.code == code), None)

    def limit(self, code: str) -> float | None:
        """The highest value of a part, or of the whole, where it is known."""
        part = self.component(code)
        return self.most if code == WHOLE else part.most if part else None


class Index(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An index with its editions, the oldest first. A higher value is the better one in all of them."""

    id: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{1,40}$")]
    order: int
    short: Sentence
    name: Words
    meaning: Words
    keeper: Words
    unit: Words
    editions: tuple[Edition, ...]

    def edition(self, id: str) -> Edition | None:
        """The edition of that id."""
        return next((each for each in self.editions if each.id == id), None)


class Province(msgspec.Struct, frozen=True):
    """A province or city under the centre. `ended`: its last day, where it was joined to another."""

    code: str
    name: str
    name_en: str
    also: tuple[str, ...] = ()
    ended: dt.date | None = None

    def there(self, year: int) -> bool:
        """Whether it was there at the end of `year`: results of a year are about who was there then."""
        return self.ended is None or self.ended.year > year


class Point(msgspec.Struct, frozen=True):
    """One value and the rank as published. Either may be unknown; without both it was taken back."""

    index: str
    version: str
    year: int
    component: str
    province: str
    value: float | None
    rank: int | None
    source: str
    confidence: Confidence

    @property
    def key(self) -> Key:
        """What there is one value of."""
        return self.index, self.year, self.component, self.province

    @property
    def digits(self) -> int:
        """How many decimals the value is written with, at most six."""
        return len(f"{self.value or 0:.6f}".rstrip("0").partition(".")[2])

    @property
    def gone(self) -> bool:
        """Taken back: nothing is said any more."""
        return self.value is None and self.rank is None


class Indices(msgspec.Struct, frozen=True):
    """What is shipped: indices by id in their order, provinces by code, the values to start with."""

    every: dict[str, Index]
    provinces: dict[str, Province]
    points: tuple[Point, ...]


def plain_name(name: str) -> str:
    """A province's name as it is compared: folded, without "tỉnh" or "thành phố"."""
    folded = fold(name)
    return next((folded.removeprefix(each) for each in _PREFIXES if folded.startswith(each)), folded)


def names(provinces: Iterable[Province]) -> dict[str, str]:
    """Code by every name that a file may use."""
    return {
        plain_name(said): each.code
        for each in provinces
        for said in (each.name, each.name_en, each.code.replace("-", " "), *each.also)
    }


def lay_over(shipped: Iterable[Point], imported: Iterable[Point]) -> dict[Key, Point]:
    """What stands: what was brought in replaces what is shipped, and takes it back where it says nothing."""
    found = {point.key: point for point in shipped}
    found |= {point.key: point for point in imported}
    return {key: point for key, point in found.items() if not point.gone}


class Standing(msgspec.Struct, frozen=True):
    """All values of one part in one year. `of` counts the provinces there were; ranks from 1, the same for
    equal values, only where every one of them has a value.
    """

    values: Mapping[str, float]
    of: int
    ranks: Mapping[str, int]

    @property
    def whole(self) -> bool:
        """Whether the value of every province is known."""
        return len(self.values) == self.of

    @property
    def best(self) -> str:
        """The province with the highest value known, the first by code of equals; empty when none is."""
        return min(self.values, key=lambda code: (-self.values[code], code), default="")


def standing(points: Iterable[Point], provinces: Mapping[str, Province], year: int) -> Standing:
    """How the provinces that were there stand, from the `points` of one part of an index in one year."""
    there = {code for code, province in provinces.items() if province.there(year)}
    values = {
        point.province: point.value for point in points if point.value is not None and point.province in there
    }
    ranks: dict[str, int] = {}
    if len(values) == len(there):
        order = sorted(values, key=lambda code: -values[code])
        for place, code in enumerate(order, start=1):
            before = order[place - 2] if place > 1 else ""
            ranks[code] = ranks[before] if before and values[before] == values[code] else place
    return Standing(values, len(there), ranks)


Groups = Mapping[tuple[int, str], Sequence[Point]]


def grouped(points: Iterable[Point]) -> dict[tuple[int, str], list[Point]]:
    """The values of one index by year and part."""
    found: dict[tuple[int, str], list[Point]] = {}
    for point in points:
        found.setdefault((point.year, point.component), []).append(point)
    return found


class Cell(msgspec.Struct, frozen=True):
    """What is known of one province: the value, the rank as published, and the rank that the values give."""

    province: str
    point: Point | None
    counted: int | None

    @property
    def value(self) -> float | None:
        """The value, `None` when not known."""
        return self.point.value if self.point else None


class Compared(msgspec.Struct, frozen=True):
    """One part in one year: ours, the other, and the best known. `known` of `of` provinces have a value."""

    year: int
    version: str
    component: str
    ours: Cell
    other: Cell
    best: Cell
    known: int
    of: int

    @property
    def distance(self) -> float | None:
        """How far ours is below the best known; `None` when either is not known."""
        ours, best = self.ours.value, self.best.value
        return None if ours is None or best is None else best - ours

    @property
    def digits(self) -> int:
        """How many decimals the distance is written with."""
        return max((cell.point.digits for cell in (self.ours, self.best) if cell.point), default=0)


def compare(
    groups: Groups, provinces: Mapping[str, Province], year: int, component: str, ours: str, other: str
) -> Compared:
    """Two provinces and the best of one part in one year; `groups` are of one index."""
    points = groups.get((year, component), ())
    here = {point.province: point for point in points}
    there = standing(points, provinces, year)

    def cell(code: str) -> Cell:
        return Cell(code, here.get(code), there.ranks.get(code))

    version = next((point.version for point in points), "")
    known = len(there.values)
    best = "" if known == 1 and there.best == ours else there.best  # the best of one says nothing
    return Compared(year, version, component, cell(ours), cell(other), cell(best), known, there.of)
