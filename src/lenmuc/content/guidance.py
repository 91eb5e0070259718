"""Reads `assessments/guidance/`: why each criterion matters, an example, what a machine could look at."""

from collections.abc import Collection
from pathlib import Path

import msgspec

from lenmuc.content.errors import ContentError
from lenmuc.content.places import read
from lenmuc.core.checklists import Guidance, Sentence


class _Entry(Guidance, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A criterion's guidance as its editor writes it."""

    id: Sentence


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of guidance."""

    criteria: tuple[_Entry, ...]


def load_guidance(folder: Path, criteria: Collection[str]) -> dict[str, Guidance]:
    """Guidance by criterion id, for each of `criteria`.

    Raises `ContentError` with file, line and what to do: bad TOML, an unknown or missing key, a text in one
    language only, an id that stands twice or that no scheme has, and a criterion without guidance.
    """
    found: dict[str, Guidance] = {}
    for path in sorted(folder.glob("*.toml")):
        source = read(path)
        try:
            file = msgspec.toml.decode(source.text, type=_File)
        except msgspec.ValidationError as wrong:
            raise source.explained(str(wrong)) from wrong
        except msgspec.DecodeError as wrong:
            remedy = f"this is not TOML: {wrong}; correct that place"
            raise ContentError(source.file, "", remedy) from wrong
        for number, entry in enumerate(file.criteria):
            if entry.id in found:
                remedy = f"there is guidance for {entry.id} already; join the two"
                raise source.wrong("criteria", number, "id", remedy)
            if entry.id not in criteria:
                remedy = f"no scheme has a criterion {entry.id}; correct the id or take the entry out"
                raise source.wrong("criteria", number, "id", remedy)
            found[entry.id] = entry
    missing = [id for id in criteria if id not in found]
    if missing:
        raise ContentError(folder.name, "", f"guidance is missing for {', '.join(missing)}; write it here")
    return found
