"""Papers that a database of the state already holds, told by the words of a dossier's row. Pure.

Nobody may be asked for what is in a database that its owner has opened (Decree 224/2026/NĐ-CP Art. 18.4).
The rules are written in `catalogue/once-only.toml`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

import msgspec

from lenmuc.core.checklists import Sentence, Words
from lenmuc.core.text import fold

Phrases = Annotated[tuple[Sentence, ...], msgspec.Meta(min_length=1)]
_NUMBERING = re.compile(r"^(?:[ivx]{1,4}|[a-z]\d?|\d{1,2})\s")  # "a)", "(ii)", "b1.", "01", folded


class Database(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A database of the state, and the law that orders it; `memory`: the law was not read here."""

    code: Sentence
    name: Words
    basis: Phrases
    confidence: Literal["verified", "memory"]


class Paper(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A paper that a database holds, and how the rows that ask for it begin."""

    code: Sentence
    database: Sentence
    name: Words
    begins: Phrases


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file: words that may stand first (`lead`), that rule a row out (`unless`), that say that the record
    itself spares the paper where the database answers (`spares`), and databases with their papers.
    """

    lead: Phrases
    unless: tuple[Sentence, ...]
    spares: tuple[Sentence, ...]
    database: tuple[Database, ...]
    paper: tuple[Paper, ...]


class Held(msgspec.Struct, frozen=True):
    """A row that asks for a paper; `spared`: only where the database gives nothing."""

    paper: str
    spared: bool


class Reader:
    """`Rules` made ready for many rows."""

    def __init__(self, rules: Rules) -> None:
        self._lead = tuple(f"{phrase} " for phrase in _longest_first(map(fold, rules.lead)))
        self._unless = tuple(f" {fold(text)} " for text in rules.unless)
        self._spares = tuple(f" {fold(text)} " for text in rules.spares)
        begins = {fold(text): paper.code for paper in rules.paper for text in paper.begins}
        self._begins = tuple((f"{phrase} ", begins[phrase]) for phrase in _longest_first(begins))

    def head(self, row: str) -> str:
        """The folded row from the first word that names something, with a blank at its end."""
        text = f"{fold(row)} "
        while True:
            first = next((phrase for phrase in self._lead if text.startswith(phrase)), None)
            numbered = _NUMBERING.match(text) if first is None else None
            if first is None and numbered is None:
                return text
            text = text[len(first) if first is not None else numbered.end() if numbered else 0 :]

    def read(self, row: str) -> Held | None:
        """The paper of some database that `row` asks for, or `None`."""
        head, whole = self.head(row), f" {fold(row)} "
        paper = next((code for phrase, code in self._begins if head.startswith(phrase)), None)
        if paper is None or any(phrase in whole for phrase in self._unless):
            return None
        return Held(paper, any(phrase in whole for phrase in self._spares))


def _longest_first(phrases: Iterable[str]) -> list[str]:
    return sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase))


class Asked(msgspec.Struct, frozen=True):
    """How many rows of a service's dossier ask for a paper; of these, how many the record itself spares."""

    service: str
    paper: str
    rows: int
    spared: int


class Filed(msgspec.Struct, frozen=True):
    """A service with its offerings in force and their filings a year; `counted`: offerings whose filings are
    known; `illustrative`: some of these are made up.
    """

    service: str
    name: str
    name_en: str
    offerings: int
    filings: int
    counted: int
    illustrative: bool


class Share(msgspec.Struct, frozen=True):
    """What asks for the papers of one database, each service once. `spared`: services whose record spares
    every such paper where the database answers; `papers`: services by paper, the most first.
    """

    database: str
    services: tuple[str, ...]
    spared: int
    offerings: int
    filings: int
    counted: int
    papers: tuple[tuple[str, int], ...]


def by_database(rules: Rules, asked: Iterable[Asked], filed: Mapping[str, Filed]) -> list[Share]:
    """A share for each database, the one with the most filings first; only services in `filed` count."""
    owner = {paper.code: paper.database for paper in rules.paper}
    found: dict[str, list[Asked]] = {database.code: [] for database in rules.database}
    for each in asked:
        if each.service in filed:
            found[owner[each.paper]].append(each)
    shares = [_share(code, rows, filed) for code, rows in found.items()]
    return sorted(shares, key=lambda share: (-share.filings, -share.offerings, share.database))


def _share(database: str, rows: list[Asked], filed: Mapping[str, Filed]) -> Share:
    services = sorted(
        {each.service for each in rows}, key=lambda code: (-filed[code].filings, -filed[code].offerings, code)
    )
    still = {each.service for each in rows if each.rows > each.spared}
    papers: dict[str, set[str]] = {}
    for each in rows:
        papers.setdefault(each.paper, set()).add(each.service)
    return Share(
        database,
        tuple(services),
        len(services) - len(still),
        sum(filed[code].offerings for code in services),
        sum(filed[code].filings for code in services),
        sum(filed[code].counted for code in services),
        tuple((code, len(papers[code])) for code in sorted(papers, key=lambda one: (-len(papers[one]), one))),
    )
