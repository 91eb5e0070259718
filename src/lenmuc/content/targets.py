"""Reads `assessments/targets/published.toml`: the targets that documents have set, to choose from."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from lenmuc.content.errors import ContentError
from lenmuc.content.places import read
from lenmuc.core.figures import Figure
from lenmuc.core.programmes import LibraryTarget, ways

NAME = "published.toml"


class _Library(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    targets: tuple[LibraryTarget, ...]


def load_targets(folder: Path, figures: Mapping[str, Figure]) -> dict[str, LibraryTarget]:
    """Every target of the library by id, in the order of the file; none without the file.

    Raises `ContentError` with file, line and what to do: bad TOML, an unknown or missing key, an id that is
    there twice, no day and no words for it, a figure that does not exist or does not count so, and a target
    that says neither what measures it nor what is missing, or both.
    """
    path = folder / NAME
    if not path.is_file():
        return {}
    source = read(path)
    try:
        targets = msgspec.toml.decode(source.text, type=_Library).targets
    except msgspec.ValidationError as wrong:
        raise source.explained(str(wrong)) from wrong
    except msgspec.DecodeError as wrong:
        raise ContentError(source.file, "", f"this is not TOML: {wrong}; correct that place") from wrong
    found: dict[str, LibraryTarget] = {}
    for number, target in enumerate(targets):
        if target.id in found:
            raise source.wrong("targets", number, "id", f"{target.id} is there twice; give one another id")
        if (target.due is None) == (target.when is None):
            raise source.wrong("targets", number, "due", "give either the last day or words for it")
        if (target.measured is None) == (target.missing is None):
            remedy = "say either what measures it or, in `missing`, what nobody has given us"
            raise source.wrong("targets", number, "measured", remedy)
        if target.measured is not None:
            figure = figures.get(target.measured.figure)
            if figure is None:
                remedy = f"there is no figure {target.measured.figure}; correct the id"
                raise source.wrong("targets", number, "measured", remedy)
            if target.measured.counted not in ways(figure):
                remedy = f"{figure.id} does not count {target.measured.counted}; correct `counted`"
                raise source.wrong("targets", number, "measured", remedy)
        found[target.id] = target
    return found
