"""Reads the schemes of `assessments/` into core values; refuses a file with a mistake, naming the place."""

from pathlib import Path

import msgspec

from lenmuc.content.errors import ContentError
from lenmuc.content.locks import LOCK, check_locks, lock_file
from lenmuc.content.places import read
from lenmuc.content.scheme_checks import check
from lenmuc.content.sharing import Joined, SchemeFile
from lenmuc.core.checklists import Scheme


def load_schemes(folder: Path) -> dict[str, Scheme]:
    """Every scheme of `folder` by id, the oldest law first; of two of one day, the longer checklist first.

    Raises `ContentError` with file, line or key, and what to do, for the first mistake found: bad TOML, a key
    that is unknown or missing, a text in one language only, an id that stands twice, a group, level, fact,
    document, prerequisite or shared criterion that does not exist, prerequisites in a circle, a gap in the
    levels, days not above 0, a published file that was altered (see `locks`).
    """
    files = _Folder(folder)
    if not files.names:
        raise ContentError(folder.name, "", "no scheme is here; restore at least one .toml file")
    schemes = [files.scheme(name) for name in files.names]
    check_locks(folder, files.sources)
    schemes.sort(key=lambda scheme: (scheme.valid_from, -len(scheme.criteria), scheme.id))
    return {scheme.id: scheme for scheme in schemes}


def load_scheme(path: Path) -> Scheme:
    """One checked scheme, with what it shares from files beside it. Raises as `load_schemes` does."""
    return _Folder(path.parent).scheme(path.stem)


def lock(folder: Path) -> list[str]:
    """Lock every scheme that is not locked yet and return their ids; from then on these files cannot change.

    Raises `ContentError` as `load_schemes` does: what has a mistake is not published.
    """
    load_schemes(folder)
    return lock_file(folder)


class _Folder:
    """The files of one folder, each read once. `sources` tells from which others a scheme takes criteria."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names = [path.stem for path in sorted(folder.glob("*.toml")) if path.name != LOCK]
        self.sources: dict[str, tuple[str, ...]] = {}
        self._read: dict[str, Scheme] = {}

    def scheme(self, name: str, way: tuple[str, ...] = ()) -> Scheme:
        """The scheme called `name`; `way` are the files that ask for it to share from it."""
        if name not in self._read:
            self._read[name] = self._load(name, way)
        return self._read[name]

    def _load(self, name: str, way: tuple[str, ...]) -> Scheme:
        path = self.folder / f"{name}.toml"
        source = read(path)
        try:
            file = msgspec.toml.decode(source.text, type=SchemeFile)
        except msgspec.ValidationError as wrong:
            raise source.explained(str(wrong)) from wrong
        except msgspec.DecodeError as wrong:
            raise ContentError(path.name, "", f"this is not TOML: {wrong}; correct that place") from wrong
        way = (*way, name)
        for number, block in enumerate(file.shared):
            if block.from_ in way:
                circle = " from ".join((*way[way.index(block.from_) :], block.from_))
                raise source.wrong("shared", number, "from", f"it takes criteria from itself: {circle}")
            if block.from_ not in self.names:
                remedy = f"there is no {block.from_}.toml beside this file; correct the name"
                raise source.wrong("shared", number, "from", remedy)
        self.sources[name] = tuple(dict.fromkeys(block.from_ for block in file.shared))
        joined = Joined(source, file, lambda other: self.scheme(other, way))
        check(joined)
        return joined.scheme
