"""Reads the schemes of `assessments/` into core values; refuses a file with a mistake, naming the place."""

import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from lenmuc.content.errors import ContentError
from lenmuc.core.checklists import FACTS, Criterion, Scheme

# Criteria of a narrow scope may be met by work done once further up, never the other way round.
_WIDER = {
    "platform": ("platform",),
    "agency": ("platform", "agency"),
    "service": ("platform", "service"),
    "offering": ("platform", "agency", "service", "offering"),
}
_REMEDIES = (
    ("unknown field", "take the key out or correct its spelling; assessments/README.md lists the keys"),
    ("missing required field", "add the key; texts need both vi and en"),
    ("Invalid enum value", "write one of the values that assessments/README.md lists for this key"),
    ("of length >= 1", "write a text, or at least one entry; it may not be empty"),
    ("> 0", "write a number of person-days above 0"),
)


def load_schemes(folder: Path) -> dict[str, Scheme]:
    """Every `*.toml` of `folder`, by scheme id, in the order of their file names.

    Raises `ContentError` with file, line or key, and what to do, for the first mistake found: bad TOML, a key
    that is unknown or missing, a text in one language only, an id that stands twice, a group, level, fact,
    document or prerequisite that does not exist, prerequisites in a circle, a gap in the levels, days not
    above 0.
    """
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise ContentError(folder.name, "", "no scheme is here; restore at least one .toml file")
    return {scheme.id: scheme for scheme in map(load_scheme, paths)}


def load_scheme(path: Path) -> Scheme:
    """One checked scheme. Raises `ContentError` as `load_schemes` does."""
    try:
        source = path.read_text(encoding="utf-8")
        scheme = msgspec.toml.decode(source, type=Scheme)
    except UnicodeDecodeError as wrong:
        raise ContentError(path.name, f"byte {wrong.start}", "save the file as UTF-8") from wrong
    except msgspec.ValidationError as wrong:
        raise _explained(path.name, source, str(wrong)) from wrong
    except msgspec.DecodeError as wrong:
        raise ContentError(path.name, "", f"this is not TOML: {wrong}; correct that place") from wrong
    _Check(path.name, source, scheme).everything()
    return scheme


def _explained(file: str, source: str, message: str) -> ContentError:
    """A decoder's message, `what - at $.criteria[3].text`, as an editor needs it: line, key and remedy."""
    what, _, path = message.partition(" - at `")
    found = re.match(r"\$\.?(\w+)(?:\[(\d+)\])?\.?(.*)", path.rstrip("`"))
    table, number, key = found.groups() if found else ("", None, "")
    named = re.search(r"field `(\w+)`", what)
    key = ".".join(part for part in (key, named[1] if named else "") if part)
    remedy = next((words for sign, words in _REMEDIES if sign in what), "correct the value")
    if number is None:
        key = ".".join(part for part in (table, key) if part)
        return ContentError(file, _place(source, "", 0, key), f"{what}; {remedy}")
    return ContentError(file, _place(source, table, int(number), key), f"{what}; {remedy}")


def _place(source: str, table: str, number: int, key: str) -> str:
    """`line 12, key text.en`: where entry `number` of `[[table]]`, or the top of the file, has `key`.

    The line is that of the key, else that of the longest beginning of it that is written, else of the entry.
    """
    lines = source.splitlines()
    heads = [at for at, line in enumerate(lines) if line.strip() == f"[[{table}]]"]
    start = heads[number] if number < len(heads) else 0
    end = next((at for at in range(start + 1, len(lines)) if lines[at].startswith("[[")), len(lines))
    steps = re.sub(r"\[.*?\]|\[\.\.\.\]", "", key).split(".") if key else []
    for length in range(len(steps), 0, -1):
        written = re.compile(re.escape(".".join(steps[:length])) + r"\s*[=.]")
        for at in range(start, end):
            if written.match(lines[at].strip()):
                return f"line {at + 1}, key {key}"
    return f"line {start + 1}" + (f", key {key}" if key else "")


class _Check:
    """The rules that one value alone cannot keep; every method raises `ContentError` or returns."""

    def __init__(self, file: str, source: str, scheme: Scheme) -> None:
        self.file, self.source, self.scheme = file, source, scheme

    def everything(self) -> None:
        """Run every check, those first on which the later ones lean."""
        if self.file != f"{self.scheme.id}.toml":
            raise self.wrong("", 0, "id", f"call the file {self.scheme.id}.toml, or change the id")
        if self.scheme.valid_to is not None and self.scheme.valid_to < self.scheme.valid_from:
            raise self.wrong("", 0, "valid_to", "the last day is before valid_from; correct a date")
        self.twice("groups", [group.id for group in self.scheme.groups])
        self.twice("criteria", [criterion.id for criterion in self.scheme.criteria])
        self.levels()
        for number, criterion in enumerate(self.scheme.criteria):
            self.references(number, criterion)
            self.facts(number, criterion)
            self.work(number, criterion)
        self.circles()

    def wrong(self, table: str, number: int, key: str, remedy: str) -> ContentError:
        """The error at entry `number` of `table`; a criterion is also called by its id."""
        place = _place(self.source, table, number, key)
        name = f"criterion {self.scheme.criteria[number].id}: " if table == "criteria" else ""
        return ContentError(self.file, place, name + remedy)

    def twice(self, table: str, ids: list[str]) -> None:
        """Ids stand once."""
        for number, id in enumerate(ids):
            if id in ids[:number]:
                raise self.wrong(table, number, "id", f"the id {id} stands twice; rename or remove one")

    def levels(self) -> None:
        """Levels are 1, 2, 3 …, and each has a defining criterion, or it would be reached by nothing."""
        for number, level in enumerate(self.scheme.levels):
            if level.number != number + 1:
                remedy = f"level {number + 1} should be here; number the levels 1, 2, 3 without a gap"
                raise self.wrong("levels", number, "number", remedy)
            if not self.scheme.at_level(level.number):
                remedy = f'no criterion of role "defines" has level {level.number}; add one or drop the level'
                raise self.wrong("levels", number, "number", remedy)
            self.cited("levels", number, level.basis)

    def cited(self, table: str, number: int, basis: str) -> None:
        """A citation begins with a document of `law`, so that a mistyped number is found."""
        # The space keeps "01/2018/TT" from passing for "01/2018/TT-VPCP".
        if not any(f"{basis} ".startswith(f"{law} ") for law in self.scheme.law):
            raise self.wrong(table, number, "basis", f"“{basis}” begins with no document of the key law")

    def references(self, number: int, criterion: Criterion) -> None:
        """Level, group and documents exist."""
        if not 1 <= criterion.level <= len(self.scheme.levels):
            remedy = f"there is no level {criterion.level}; correct it or add it to [[levels]]"
            raise self.wrong("criteria", number, "level", remedy)
        if criterion.group not in {group.id for group in self.scheme.groups}:
            remedy = f"there is no group {criterion.group}; correct it or add it to [[groups]]"
            raise self.wrong("criteria", number, "group", remedy)
        for basis in criterion.basis:
            self.cited("criteria", number, basis)

    def facts(self, number: int, criterion: Criterion) -> None:
        """Rules ask for facts that exist."""
        for key in ("not_applicable_when", "met_when"):
            for condition in getattr(criterion, key):
                if condition.fact not in FACTS:
                    remedy = f"there is no fact {condition.fact}; the facts are {', '.join(FACTS)}"
                    raise self.wrong("criteria", number, key, remedy)

    def work(self, number: int, criterion: Criterion) -> None:
        """Work is done where it can meet the criterion, after work that exists."""
        work = criterion.work
        if work is None:
            return
        if work.at not in _WIDER[criterion.scope]:
            fitting = " or ".join(_WIDER[criterion.scope])
            remedy = f"work at {work.at} cannot meet a criterion of scope {criterion.scope}; write {fitting}"
            raise self.wrong("criteria", number, "work", remedy)
        for id in work.needs:
            if id not in self.scheme.index:
                remedy = f"it needs {id}, which is not a criterion of this file; correct the id"
                raise self.wrong("criteria", number, "work", remedy)
            first = self.scheme.criterion(id).work
            if first is None:
                remedy = f"it needs {id}, which has no work; give {id} a work or take it out of needs"
                raise self.wrong("criteria", number, "work", remedy)
            if work.at == "platform" and first.at != "platform":
                remedy = f"work done once for the city cannot wait for {id}, which is done at each {first.at}"
                raise self.wrong("criteria", number, "work", remedy)

    def circles(self) -> None:
        """No work waits, over however many steps, for itself."""
        done: set[str] = set()
        for criterion in self.scheme.criteria:
            circle = self._circle((criterion.id,), done)
            if circle:
                number = self.scheme.index[circle[0]]
                remedy = f"the work waits for itself: {' needs '.join(circle)}; take one of them out of needs"
                raise self.wrong("criteria", number, "work", remedy)

    def _circle(self, way: tuple[str, ...], done: set[str]) -> tuple[str, ...]:
        """The circle reached by following `needs` from the end of `way`; `done` was followed before."""
        last = way[-1]
        if last in way[:-1]:
            return way[way.index(last) :]
        work = self.scheme.criterion(last).work
        if last in done or work is None:
            return ()
        found = _first(self._circle((*way, id), done) for id in work.needs)
        done.add(last)
        return found


def _first(circles: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The first that is not empty."""
    return next((circle for circle in circles if circle), ())
