"""The index: what a query and its conditions leave, and how many each further condition would leave."""

from collections.abc import Mapping, Sequence
from functools import reduce

import msgspec
import numpy as np
import numpy.typing as npt

from lenmuc.core.cursors import Place
from lenmuc.core.search.columns import Column, Counts, Offers, SomeOf, all_counts, one_of, some_of
from lenmuc.core.search.matching import Matcher
from lenmuc.core.search.postings import Docs, Mask
from lenmuc.core.search.words import SearchWords, Thesaurus
from lenmuc.core.services import Field
from lenmuc.core.text import fold

LEVELS = tuple("01234")
_LEVELS_OF = [tuple(level for level in range(5) if bits >> level & 1) for bits in range(32)]
Bits = npt.NDArray[np.uint8]


class Entry(msgspec.Struct, frozen=True):
    """A service as search knows it. `audience` is people, business, organisation; `fee` free, charged or
    unknown; `online` (whether the record names that way to file) yes, no or unknown.
    """

    code: str
    name: str
    name_en: str
    field: str
    tiers: tuple[str, ...]
    audience: tuple[str, ...]
    fee: str
    online: str
    filings: int


class Wanted(msgspec.Struct, frozen=True):
    """What somebody looks for. Empty text and `None` mean no condition; `page` counts from 1.

    `level` is the assessed level, `rung` the level by the scheme of the classes (một phần, toàn trình).
    `verbatim`: these very words, no other spelling.
    """

    text: str = ""
    agency: str = ""
    field: str = ""
    tier: str = ""
    level: int | None = None
    rung: int | None = None
    audience: str = ""
    fee: str = ""
    online: str = ""
    page: int = 1
    verbatim: bool = False

    def conditions(self) -> dict[str, str]:
        """The conditions that are on, by the name of their facet."""
        level = "" if self.level is None else str(self.level)
        rung = "" if self.rung is None else str(self.rung)
        given = {
            "agency": self.agency, "field": self.field, "tier": self.tier, "level": level, "class": rung,
            "audience": self.audience, "fee": self.fee, "online": self.online,
        }  # fmt: skip
        return {name: value for name, value in given.items() if value}


class Hit(msgspec.Struct, frozen=True):
    """A service in a list. `levels` are the assessed levels of its offerings, or of the one asked for."""

    entry: Entry
    levels: tuple[int, ...]

    @property
    def code(self) -> str:
        """The national code."""
        return self.entry.code

    @property
    def name(self) -> str:
        """The Vietnamese name."""
        return self.entry.name

    @property
    def name_en(self) -> str:
        """The English name, empty where there is none."""
        return self.entry.name_en


class Found(msgspec.Struct, frozen=True):
    """One page of services, the number of all that match, the facets, other words as in `Matches`, and how
    many come before the page.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: Counts
    instead: str = ""
    perhaps: str = ""
    loose: bool = False
    first: int = 0


class Suggestion(msgspec.Struct, frozen=True):
    """Something to search for (`code` is empty), or a service to go to."""

    text: str
    text_en: str
    code: str


class Records:
    """What the index holds of the records; it changes only when a catalogue is loaded. Services come by use.

    `offerings` are (service number, agency), in the order in which levels will come.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        fields: Sequence[Field],
        offerings: tuple[Docs, Sequence[str]],
        words: SearchWords,
    ) -> None:
        self.entries = tuple(entries)
        self.fields = {field.code: field for field in fields}
        self.matcher = Matcher(
            [entry.name.removeprefix("Thủ tục ") for entry in self.entries],
            [entry.name_en for entry in self.entries],
            [fold(entry.code) for entry in self.entries],
            Thesaurus(words),
        )
        self.offers = Offers(*offerings, len(self.entries))
        self.columns: dict[str, Column] = {
            "field": one_of([entry.field for entry in self.entries]),
            "tier": some_of([entry.tiers for entry in self.entries]),
            "audience": some_of([entry.audience for entry in self.entries]),
            "fee": one_of([entry.fee for entry in self.entries]),
            "online": one_of([entry.online for entry in self.entries]),
        }


class Index:
    """`records` with the levels as they stand: `levels` and `rungs` are a number an offering, in the order of
    `records`' offerings. A changed level makes a new `Index` on the same `Records`.
    """

    def __init__(self, records: Records, levels: Bits, rungs: Bits) -> None:
        self.records = records
        self._at = {"level": levels[records.offers.order], "class": rungs[records.offers.order]}
        self._columns = {**records.columns, **{name: self._rolled_up(at) for name, at in self._at.items()}}
        self._everything: Counts | None = None

    def __len__(self) -> int:
        return len(self.records.entries)

    def _rolled_up(self, at: Bits) -> SomeOf:
        """The levels of each service's offerings."""
        column = np.zeros(len(self), np.uint16)
        np.bitwise_or.at(
            column, self.records.offers.doc, np.left_shift(1, at.astype(np.uint16)).astype(np.uint16)
        )
        return SomeOf(LEVELS, column)

    def _columns_at(self, agency: str) -> tuple[dict[str, Column], Mask]:
        """The columns as they are for one agency, and which services it offers."""
        offers = self.records.offers
        places = offers.at(agency)
        docs = offers.doc[places]
        offered = np.zeros(len(self), np.bool_)
        offered[docs] = True
        columns: dict[str, Column] = dict(self._columns)
        for name, at in self._at.items():
            column = np.zeros(len(self), np.uint16)
            column[docs] = np.left_shift(1, at[places].astype(np.uint16))
            columns[name] = SomeOf(LEVELS, column)
        return columns, offered

    def find(self, wanted: Wanted, size: int = 20, after: Place = ()) -> Found:
        """One page of what matches, best first; each facet is counted under the other conditions, so that a
        person can change their mind. `after` has the code read last and how many came until it.
        """
        matches = self.records.matcher.match(wanted.text, verbatim=wanted.verbatim)
        conditions = wanted.conditions()
        docs, facets = self._narrowed(matches.docs, conditions, not wanted.text)
        first = self._position(docs, after) if after else (max(wanted.page, 1) - 1) * size
        hits = self.hits(docs[first : first + size].tolist(), wanted.agency)
        return Found(hits, len(docs), facets, matches.instead, matches.perhaps, matches.loose, first)

    def _position(self, docs: Docs, after: Place) -> int:
        """Where the list goes on; a service that has left it counts by its number."""
        code, count = str(after[0]), int(after[1])
        for doc in self.records.matcher.by_code(fold(code)).tolist():
            places = (docs == doc).nonzero()[0]
            if self.records.entries[doc].code == code and len(places):
                return int(places[0]) + 1
        return count

    def _narrowed(self, docs: Docs, conditions: Mapping[str, str], every: bool) -> tuple[Docs, Counts]:
        if not conditions:
            if not every:
                return docs, self._counts(self._columns, docs)
            if self._everything is None:
                self._everything = self._counts(self._columns, docs)
            return docs, self._everything
        columns: Mapping[str, Column] = self._columns
        passing: dict[str, Mask] = {}
        if agency := conditions.get("agency"):
            columns, offered = self._columns_at(agency)
            passing["agency"] = offered[docs]
        for name, value in conditions.items():
            if name != "agency":
                passing[name] = columns[name].mask(value, docs)
        left = docs[reduce(np.logical_and, passing.values())]
        facets = all_counts(
            {name: column for name, column in columns.items() if name not in conditions}, left
        )
        for name in conditions:
            if name != "agency":
                others = [mask for other, mask in passing.items() if other != name]
                facets[name] = columns[name].count(docs[reduce(np.logical_and, others)] if others else docs)
        facets["agency"] = self._by_agency(docs, conditions, passing)
        return left, facets

    def _counts(self, columns: Mapping[str, Column], docs: Docs) -> Counts:
        return {**all_counts(columns, docs), "agency": self.records.offers.count(docs)}

    def _by_agency(
        self, docs: Docs, conditions: Mapping[str, str], passing: Mapping[str, Mask]
    ) -> dict[str, int]:
        """What each agency would leave: levels are those of its own offerings then."""
        offers = self.records.offers
        fixed = [mask for name, mask in passing.items() if name not in (*self._at, "agency")]
        left = docs[reduce(np.logical_and, fixed)] if fixed else docs
        at = [column == int(conditions[name]) for name, column in self._at.items() if name in conditions]
        if not at:
            return offers.count(left)
        mask = np.zeros(len(self), np.bool_)
        mask[left] = True
        return offers.count_at(mask, reduce(np.logical_and, at))

    def hits(self, docs: Sequence[int], agency: str = "") -> tuple[Hit, ...]:
        """The services with these numbers."""
        if not agency:
            bits = self._columns["level"].column[docs].tolist()
            return tuple(
                Hit(self.records.entries[doc], _LEVELS_OF[at]) for doc, at in zip(docs, bits, strict=True)
            )
        offers, levels = self.records.offers, self._at["level"]
        number = offers.number(agency)
        found = []
        for doc in docs:
            at = slice(int(offers.starts[doc]), int(offers.starts[doc + 1]))
            here = levels[at][offers.agency[at] == number]
            found.append(Hit(self.records.entries[doc], tuple(here.tolist())))
        return tuple(found)

    def most_used(self, most: int) -> tuple[Hit, ...]:
        """The services with the most filings a year, among those that anybody offers."""
        starts = self.records.offers.starts
        offered = (np.diff(starts) > 0).nonzero()[0][:most]
        return self.hits(offered.tolist())

    def codes(self, wanted: Wanted) -> list[str]:
        """The codes of every service that matches."""
        docs, _ = self._narrowed(
            self.records.matcher.match(wanted.text, verbatim=wanted.verbatim).docs,
            wanted.conditions(),
            not wanted.text,
        )
        return [self.records.entries[doc].code for doc in docs.tolist()]

    def suggest(self, text: str, most: int = 8) -> tuple[Suggestion, ...]:
        """What somebody may be typing: words that people use, then services, the best first."""
        folded = fold(text)
        if not folded:
            return ()
        terms = self.records.matcher.thesaurus.beginning(folded, 3) if len(folded) > 1 else []
        found = [Suggestion(term, term, "") for term in terms]
        for doc in self.records.matcher.match(text).docs[: most - len(found)].tolist():
            entry = self.records.entries[doc]
            found.append(Suggestion(entry.name, entry.name_en or entry.name, entry.code))
        return tuple(found)
