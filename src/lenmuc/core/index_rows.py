"""Rows of a file into values of indices: every rule that a row has to keep. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

from lenmuc.core.checklists import Confidence
from lenmuc.core.errors import N_, Message
from lenmuc.core.indices import WHOLE, Indices, Key, Point, names, plain_name
from lenmuc.core.sheets import RowFault, SheetRow, decimal, whole_number

COLUMNS = ("index", "version", "year", "province", "value", "source", "confidence")
OPTIONAL = ("component", "rank")
FIRST_YEAR = 2005  # the oldest of these indices
TAKEN_BACK = "-"
_CONFIDENCES = get_args(Confidence)


def read_points(
    rows: Sequence[SheetRow], indices: Indices, known: Iterable[Point], latest: int
) -> tuple[list[Point], list[RowFault]]:
    """The values of a file, or what is wrong with each row. `known` is what stands already.

    `latest` is the last year that a value may be of. A value of "-" takes back what stood there.
    """
    reader = _Rows(indices, latest)
    for stood in known:
        reader.versions[stood.index, stood.year] = stood.version, 0
    points: list[Point] = []
    first: dict[Key, int] = {}
    for row in rows:
        point = reader.point(row)
        if point is None:
            continue
        before = first.setdefault(point.key, row.number)
        if before != row.number:
            text = N_("Row %(row)s already gives this value: same index, year, component and province.")
            reader.say(row, "province", text, row=before)
        points.append(point)
    return ([], reader.faults) if reader.faults else (points, [])


class _Rows:
    def __init__(self, indices: Indices, latest: int) -> None:
        self.indices = indices
        self.latest = latest
        self.names = names(indices.provinces.values())
        self.versions: dict[tuple[str, int], tuple[str, int]] = {}
        self.faults: list[RowFault] = []

    def say(self, at: SheetRow, where: str, text: str, **params: object) -> None:
        self.faults.append(RowFault(at.number, where, Message(text, params)))

    def point(self, row: SheetRow) -> Point | None:
        """The value of a row; `None` when something is wrong with it, which is said."""
        before = len(self.faults)
        cells = row.cells
        index = self.indices.every.get(cells["index"])
        if index is None:
            known = ", ".join(self.indices.every)
            self.say(row, "index", N_("There is no index of this name. There are: %(names)s."), names=known)
            return None
        edition = index.edition(cells["version"])
        if edition is None:
            known = ", ".join(each.id for each in index.editions)
            self.say(row, "version", N_("This index has no such version. It has: %(names)s."), names=known)
            return None
        year = whole_number(cells["year"], self.latest)
        if year is None or year < FIRST_YEAR:
            text = N_("Write a year from %(first)s to %(last)s.")
            self.say(row, "year", text, first=FIRST_YEAR, last=self.latest)
            return None
        version, said = self.versions.setdefault((index.id, year), (edition.id, row.number))
        if version != edition.id:
            text = (
                N_("Row %(row)s has version %(version)s for this year; a year has one version.")
                if said
                else N_("What stands already has version %(version)s for this year; a year has one version.")
            )
            self.say(row, "version", text, version=version, row=said)
        component = cells.get("component", WHOLE)
        if component and edition.component(component) is None:
            known = ", ".join(each.code for each in edition.components) or "–"
            text = N_("This version has no such component. Leave it empty, or write one of: %(names)s.")
            self.say(row, "component", text, names=known)
        province = self.names.get(plain_name(cells["province"]), "")
        if not province:
            self.say(row, "province", N_("There is no province of this name."))
        elif not self.indices.provinces[province].there(year):
            self.say(row, "province", N_("This province was no longer there at the end of that year."))
        value, rank = self._number(row, edition.limit(component)), self._rank(row, year)
        if cells["value"] == TAKEN_BACK and rank is not None:
            self.say(row, "rank", N_("Leave the rank empty where the value is taken back."))
        elif cells["value"] == "" and cells.get("rank", "") == "":
            self.say(row, "value", N_("Write a value, or a rank, or - to take back what stood here."))
        confidence = next((each for each in _CONFIDENCES if each == cells["confidence"]), None)
        if confidence is None:
            text = N_("Write one of: %(names)s.")
            self.say(row, "confidence", text, names=", ".join(_CONFIDENCES))
        elif not cells["source"] and confidence != "memory":
            self.say(row, "source", N_("Say where the value was read."))
        if confidence is None or len(self.faults) > before:
            return None
        return Point(
            index.id, edition.id, year, component, province, value, rank, cells["source"], confidence
        )

    def _number(self, row: SheetRow, most: float | None) -> float | None:
        text = row.cells["value"]
        if text in ("", TAKEN_BACK):
            return None
        value = decimal(text)
        if value is None:
            self.say(row, "value", N_("Write a number such as 93.31, without marks between thousands."))
        elif most is not None and value > most:
            self.say(row, "value", N_("The highest value here is %(most)s."), most=most)
        return value

    def _rank(self, row: SheetRow, year: int) -> int | None:
        text = row.cells.get("rank", "")
        if not text:
            return None
        of = sum(each.there(year) for each in self.indices.provinces.values())
        rank = whole_number(text, of)
        if not rank:
            self.say(row, "rank", N_("Write a whole number from 1 to %(of)s, or leave it empty."), of=of)
        return rank


def changed(points: Iterable[Point], standing: Mapping[Key, Point]) -> tuple[list[Point], int, int]:
    """Which of `points` say something other than what stands: (these, how many are new, unchanged)."""
    differing: list[Point] = []
    fresh = unchanged = 0
    for point in points:
        before = standing.get(point.key)
        if before == point or (before is None and point.gone):
            unchanged += 1
        else:
            differing.append(point)
            fresh += before is None
    return differing, fresh, unchanged
