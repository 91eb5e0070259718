"""The facts that facets count: a column a facet, with how many services each value would leave."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from lenmuc.core.search.postings import Docs, Mask

FACETS = ("field", "tier", "level", "class", "agency", "audience", "fee", "online")
Counts = dict[str, dict[str, int]]


class OneOf(msgspec.Struct, frozen=True):
    """A column with one value a service."""

    values: tuple[str, ...]
    column: npt.NDArray[np.uint16]

    def mask(self, value: str, docs: Docs) -> Mask:
        """Which of `docs` have the value; none has a value that nobody knows."""
        place = self.values.index(value) if value in self.values else len(self.values)
        found: Mask = self.column[docs] == place
        return found

    def count(self, docs: Docs) -> dict[str, int]:
        """Services by value, without the values that none has."""
        counts = np.bincount(self.column[docs], minlength=len(self.values)).tolist()
        return {value: count for value, count in zip(self.values, counts, strict=True) if count and value}


class SomeOf(msgspec.Struct, frozen=True):
    """A column with several of at most 16 values a service, a bit each."""

    values: tuple[str, ...]
    column: npt.NDArray[np.uint16]

    def mask(self, value: str, docs: Docs) -> Mask:
        """Which of `docs` have the value."""
        bit = 1 << self.values.index(value) if value in self.values else 0
        found: Mask = (self.column[docs] & bit) != 0
        return found

    def count(self, docs: Docs) -> dict[str, int]:
        """Services by value, without the values that none has."""
        sets = np.bincount(self.column[docs])
        used = [(bits, int(sets[bits])) for bits in sets.nonzero()[0].tolist()]
        counts = [
            (value, sum(count for bits, count in used if bits >> place & 1))
            for place, value in enumerate(self.values)
        ]
        return {value: count for value, count in counts if count}


Column = OneOf | SomeOf


def one_of(values: Sequence[str]) -> OneOf:
    """A column out of a value for each service."""
    distinct = tuple(sorted(set(values)))
    place = {value: number for number, value in enumerate(distinct)}
    return OneOf(distinct, np.fromiter((place[value] for value in values), np.uint16, len(values)))


def some_of(values: Sequence[Sequence[str]]) -> SomeOf:
    """A column out of the values of each service. Raises `ValueError` for more than 16 distinct ones."""
    distinct = tuple(sorted({value for several in values for value in several}))
    if len(distinct) > 16:
        raise ValueError(f"too many values for one column: {distinct}")
    bit = {value: 1 << number for number, value in enumerate(distinct)}
    return SomeOf(
        distinct, np.fromiter((sum({bit[v] for v in several}) for several in values), np.uint16, len(values))
    )


class Offers:
    """Who offers what: the offerings of all services, those of one service beside each other.

    Services offered by the same agencies share a set, so that counting by agency costs a look at each set.
    """

    def __init__(self, docs: Docs, agencies: Sequence[str], size: int) -> None:
        self.agencies = tuple(sorted(set(agencies)))
        place = {agency: number for number, agency in enumerate(self.agencies)}
        numbers = np.fromiter((place[agency] for agency in agencies), np.int32, len(agencies))
        self.order = np.lexsort((numbers, docs))  # from the order they came in to that of services
        self.agency = numbers[self.order]
        self.doc = docs[self.order]
        self.starts = np.searchsorted(self.doc, np.arange(size + 1)).astype(np.int64)
        sets: dict[bytes, int] = {}
        self.set_of = np.fromiter(
            (
                sets.setdefault(self.agency[self.starts[doc] : self.starts[doc + 1]].tobytes(), len(sets))
                for doc in range(size)
            ),
            np.int32,
            size,
        )
        self.member = np.zeros((len(sets), len(self.agencies)), np.int32)
        for members, number in sets.items():
            self.member[number, np.frombuffer(members, np.int32)] = 1

    def number(self, agency: str) -> int:
        """Which agency it is, or -1."""
        return self.agencies.index(agency) if agency in self.agencies else -1

    def at(self, agency: str) -> npt.NDArray[np.int64]:
        """Where the offerings of an agency are; those of a service beside each other, so ascending."""
        places: npt.NDArray[np.int64] = (self.agency == self.number(agency)).nonzero()[0]
        return places

    def count(self, docs: Docs) -> dict[str, int]:
        """How many of `docs` each agency offers."""
        sets = np.bincount(self.set_of[docs], minlength=len(self.member))
        used = sets.nonzero()[0]
        return self._named(sets[used] @ self.member[used])

    def count_at(self, mask: Mask, which: Mask) -> dict[str, int]:
        """How many services of `mask` each agency offers in one of the offerings `which`."""
        chosen = self.agency[which & mask[self.doc]]
        return self._named(np.bincount(chosen, minlength=len(self.agencies)))

    def _named(self, counts: npt.NDArray[np.int64]) -> dict[str, int]:
        return {a: count for a, count in zip(self.agencies, counts.tolist(), strict=True) if count}


def all_counts(columns: Mapping[str, Column], docs: Docs) -> Counts:
    """Every column counted over the same services."""
    return {name: column.count(docs) for name, column in columns.items()}
