"""Reads `assessments/figures/`: the passport of each figure, one file each."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from lenmuc.content.errors import ContentError
from lenmuc.content.places import Source, read
from lenmuc.core.checklists import Scheme
from lenmuc.core.figures import Figure

# What each measure counts from; a passport that names less would hide where a figure comes from.
_NEEDS: Mapping[str, frozenset[str]] = {
    "levels": frozenset({"levels"}),
    "reached": frozenset({"levels"}),
    "silent": frozenset({"levels", "online_filings"}),
    "online": frozenset({"levels", "filings", "online_filings"}),
    "verified": frozenset({"levels", "reviews"}),
    "lapsed": frozenset({"levels", "reviews"}),
    "quarterly": frozenset({"counts"}),
    "parts": frozenset(),
}


def load_figures(folder: Path, schemes: Mapping[str, Scheme]) -> dict[str, Figure]:
    """Every figure by id, in the order that they are shown.

    Raises `ContentError` with file, line and what to do: bad TOML, an unknown or missing key, a text in one
    language only, an id that is not the name of its file, a scheme, level or figure that does not exist, an
    input that the measure counts from and the passport does not name.
    """
    sources: dict[str, Source] = {}
    figures: list[Figure] = []
    for path in sorted(folder.glob("*.toml")):
        source = read(path)
        try:
            figure = msgspec.toml.decode(source.text, type=Figure)
        except msgspec.ValidationError as wrong:
            raise source.explained(str(wrong)) from wrong
        except msgspec.DecodeError as wrong:
            raise ContentError(source.file, "", f"this is not TOML: {wrong}; correct that place") from wrong
        if figure.id != path.stem:
            raise source.wrong("", 0, "id", f"the file is called {path.stem}; give both the same name")
        sources[figure.id] = source
        figures.append(figure)
    figures.sort(key=lambda figure: (figure.order, figure.id))
    found = {figure.id: figure for figure in figures}
    for figure in figures:
        _check(sources[figure.id], figure, found, schemes)
    return found


def _check(
    source: Source, figure: Figure, every: Mapping[str, Figure], schemes: Mapping[str, Scheme]
) -> None:
    if (figure.measure == "quarterly") != bool(figure.column):
        raise source.wrong("", 0, "column", "a figure has a column exactly when its measure is quarterly")
    scheme = schemes.get(figure.scheme)
    if figure.measure == "quarterly" and figure.scheme:
        raise source.wrong("", 0, "scheme", "filings of a quarter go by no scheme; take the key out")
    if scheme is None and figure.measure != "quarterly":
        raise source.wrong("", 0, "scheme", f"there is no scheme {figure.scheme}; correct the id")
    if scheme is not None and figure.level > len(scheme.levels):
        raise source.wrong("", 0, "level", f"{figure.scheme} has no level {figure.level}; correct the number")
    lacking = _NEEDS[figure.measure] - set(figure.inputs)
    if lacking:
        raise source.wrong("", 0, "inputs", f"it counts from {', '.join(sorted(lacking))} too; name them")
    if (figure.of == "eligible") and "answers" not in figure.inputs:
        raise source.wrong("", 0, "inputs", "what is eligible follows from answers; name them")
    if (figure.measure == "parts") != bool(figure.parts):
        raise source.wrong("", 0, "measure", "a figure has parts exactly when its measure is parts")
    for number, part in enumerate(figure.parts):
        unknown = [id for id in part.figures if id not in every or id == figure.id]
        if unknown:
            remedy = f"there is no figure {unknown[0]} to speak of it; correct the id"
            raise source.wrong("parts", number, "figures", remedy)
        if not part.figures and part.missing is None:
            remedy = "no figure speaks of this part; say in `missing` what nobody has given us"
            raise source.wrong("parts", number, "missing", remedy)
