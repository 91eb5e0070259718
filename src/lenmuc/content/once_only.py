"""Reads `catalogue/once-only.toml` and `held-papers.csv`: which services ask for what a database holds."""

import csv
from pathlib import Path

import msgspec

from lenmuc.content.errors import ContentError
from lenmuc.content.places import Source, read
from lenmuc.core.once_only import Asked, Rules
from lenmuc.core.text import fold

RULES, ASKED = "once-only.toml", "held-papers.csv"


class OnceOnly(msgspec.Struct, frozen=True):
    """The rules, what they found in the records, and the services whose record lists its papers."""

    rules: Rules
    asked: tuple[Asked, ...]
    listed: frozenset[str]


def load_rules(folder: Path) -> Rules:
    """The rules of `folder`.

    Raises `ContentError` with file, line and what to do: bad TOML, an unknown or missing key, a code that
    stands twice, a paper of no database, a beginning that two papers have.
    """
    source = read(folder / RULES)
    try:
        rules = msgspec.toml.decode(source.text, type=Rules)
    except msgspec.ValidationError as wrong:
        raise source.explained(str(wrong)) from wrong
    except msgspec.DecodeError as wrong:
        raise ContentError(source.file, "", f"this is not TOML: {wrong}; correct that place") from wrong
    _check(source, rules)
    return rules


def _check(source: Source, rules: Rules) -> None:
    databases: set[str] = set()
    for number, database in enumerate(rules.database):
        if database.code in databases:
            raise source.wrong("database", number, "code", "the code stands twice; give each its own")
        databases.add(database.code)
    papers: set[str] = set()
    begins: dict[str, str] = {}
    for number, paper in enumerate(rules.paper):
        if paper.code in papers:
            raise source.wrong("paper", number, "code", "the code stands twice; give each its own")
        papers.add(paper.code)
        if paper.database not in databases:
            remedy = f"no [[database]] has the code {paper.database}; correct one of the two"
            raise source.wrong("paper", number, "database", remedy)
        for phrase in paper.begins:
            if not fold(phrase):
                raise source.wrong("paper", number, "begins", "one of the texts has no words", phrase)
            before = begins.setdefault(fold(phrase), paper.code)
            if before != paper.code:
                remedy = f"“{phrase}” begins {before} as well; a row can ask for one of the two only"
                raise source.wrong("paper", number, "begins", remedy, phrase)


def load_once_only(folder: Path, listed: frozenset[str]) -> OnceOnly:
    """Rules and findings; `listed`: the services of the catalogue whose record lists its papers.

    Raises `ContentError` as `load_rules` does, and for a row of the findings that names no such service or
    paper or has no count.
    """
    rules = load_rules(folder)
    papers = {paper.code for paper in rules.paper}
    path = folder / ASKED
    if not path.is_file():
        raise ContentError(ASKED, "", "the file is missing; restore it or build it (catalogue/README.md)")
    found: list[Asked] = []
    with path.open(encoding="utf-8", newline="") as lines:
        for number, cells in enumerate(csv.DictReader(lines), start=2):
            try:
                row = msgspec.convert(cells, Asked, strict=False)
            except msgspec.ValidationError as wrong:
                raise ContentError(ASKED, f"row {number}", f"{wrong}; build the file again") from wrong
            if row.paper not in papers or row.service not in listed or not 0 <= row.spared <= row.rows:
                remedy = "no such paper, or no such service with a list of papers; build the file again"
                raise ContentError(ASKED, f"row {number}", remedy)
            found.append(row)
    return OnceOnly(rules, tuple(found), listed)
