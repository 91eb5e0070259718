"""Reads `assessments/indices/`: what each index is made of, the provinces, the values to start with."""

import csv
import datetime as dt
import io
from pathlib import Path

import msgspec

from lenmuc.content.errors import ContentError
from lenmuc.content.places import read
from lenmuc.core.index_rows import COLUMNS, OPTIONAL, read_points
from lenmuc.core.indices import Index, Indices, Province
from lenmuc.core.sheets import read_sheet

_LAST = 2100  # nobody publishes results of a later year in a file of the program


def load_indices(folder: Path) -> Indices:
    """Every index in its order, the provinces, the starting values.

    Raises `ContentError` with file, line and what to do: bad TOML, an unknown or missing key, an id that is
    not the name of its file, a part that stands twice, a row of `series.csv` that breaks a rule of imports.
    """
    found: list[Index] = []
    for path in sorted(folder.glob("*.toml")):
        source = read(path)
        try:
            index = msgspec.toml.decode(source.text, type=Index)
        except msgspec.ValidationError as wrong:
            raise source.explained(str(wrong)) from wrong
        except msgspec.DecodeError as wrong:
            raise ContentError(source.file, "", f"this is not TOML: {wrong}; correct that place") from wrong
        if index.id != path.stem:
            raise source.wrong("", 0, "id", f"the file is called {path.stem}; give both the same name")
        for number, edition in enumerate(index.editions):
            codes = [each.code for each in edition.components]
            if len(set(codes)) < len(codes):
                raise source.wrong("editions", number, "components", "a code stands twice; give each its own")
        found.append(index)
    found.sort(key=lambda index: (index.order, index.id))
    indices = Indices({index.id: index for index in found}, _provinces(folder / "provinces.csv"), ())
    series = folder / "series.csv"
    rows, faults = read_sheet(series.read_bytes(), COLUMNS, OPTIONAL)
    if not faults:
        points, faults = read_points(rows, indices, (), _LAST)
    if faults:
        first = faults[0]
        what = first.message.text % first.message.params
        raise ContentError(series.name, f"row {first.row}, {first.column}", what)
    return msgspec.structs.replace(indices, points=tuple(points))


def _provinces(path: Path) -> dict[str, Province]:
    found: dict[str, Province] = {}
    for row, cells in enumerate(csv.DictReader(io.StringIO(read(path).text)), start=2):
        try:
            ended = dt.date.fromisoformat(cells["ended"]) if cells["ended"] else None
            also = tuple(name for name in cells["also"].split(";") if name)
            province = Province(cells["code"], cells["name"], cells["name_en"], also, ended)
        except (KeyError, ValueError) as wrong:
            raise ContentError(path.name, f"row {row}", f"{wrong}; correct the cell") from wrong
        if province.code in found:
            raise ContentError(path.name, f"row {row}", f"{province.code} stands twice; remove one")
        found[province.code] = province
    return found
