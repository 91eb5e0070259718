"""Reads the sets of points of registries, `assessments/points/`; a mistake is named with its place."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from lenmuc.content.errors import ContentError
from lenmuc.content.locks import LOCK, check_locks, lock_file
from lenmuc.content.places import read
from lenmuc.core.checklists import Scheme
from lenmuc.core.points import PointSet

FOLDER = "points"


def load_points(folder: Path, schemes: Mapping[str, Scheme]) -> dict[str, PointSet]:
    """Every set of points by id. Raises `ContentError`, also for a published file that was altered."""
    paths = [path for path in sorted(folder.glob("*.toml")) if path.name != LOCK]
    found = [_load(path, schemes) for path in paths]
    check_locks(folder, {})
    return {each.id: each for each in found}


def lock_points(folder: Path, schemes: Mapping[str, Scheme]) -> list[str]:
    """Lock every set that is not locked yet and return their ids. Raises as `load_points` does."""
    load_points(folder, schemes)
    return lock_file(folder)


def _load(path: Path, schemes: Mapping[str, Scheme]) -> PointSet:
    source = read(path)
    try:
        points = msgspec.toml.decode(source.text, type=PointSet)
    except msgspec.ValidationError as wrong:
        raise source.explained(str(wrong)) from wrong
    except msgspec.DecodeError as wrong:
        raise ContentError(path.name, "", f"this is not TOML: {wrong}; correct that place") from wrong
    if points.id != path.stem:
        raise source.wrong("", 0, "id", f"the file is called {path.name}; write the same here")
    scheme = schemes.get(points.scheme)
    if scheme is None:
        raise source.wrong("", 0, "scheme", f"there is no such scheme; these are: {', '.join(schemes)}")
    for number, point in enumerate(points.points):
        if point.id in points.ids[:number]:
            raise source.wrong("points", number, "id", f"{point.id} stands twice; give each its own")
    for number, each in enumerate(points.implies):
        if each.point not in points.ids:
            raise source.wrong("implies", number, "point", f"there is no point {each.point}")
        place = scheme.index.get(each.criterion)
        if place is None or not scheme.defining >> place & 1:
            remedy = f"{each.criterion} decides no level of {scheme.id}; name a criterion that does"
            raise source.wrong("implies", number, "criterion", remedy)
    return points
