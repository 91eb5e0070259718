"""Which services hold a word, a beginning of a word, or two words side by side: sorted arrays of numbers."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Docs = npt.NDArray[np.int32]
"""Numbers of services, ascending. A service's number is its place by use, the most used first."""
Mask = npt.NDArray[np.bool_]

NOTHING: Docs = np.empty(0, np.int32)
_KEPT = 512  # beginnings of words whose services are remembered
_DENSE = 32  # a word in more than one service of so many is also kept as a mask


def _grouped(
    keys: npt.NDArray[np.int64], docs: Docs
) -> tuple[npt.NDArray[np.int64], Docs, npt.NDArray[np.int64]]:
    """Distinct keys ascending, and for each its distinct docs ascending, as slices of one array."""
    order = np.lexsort((docs, keys))
    keys, docs = keys[order], docs[order]
    new = np.ones(len(keys), np.bool_)
    new[1:] = (keys[1:] != keys[:-1]) | (docs[1:] != docs[:-1])
    keys, docs = keys[new], docs[new]
    distinct, starts = np.unique(keys, return_index=True)
    return distinct, docs, np.append(starts, len(docs)).astype(np.int64)


class Postings:
    """Words of many short texts, each text belonging to one service. Not to be changed after it is made.

    `texts` are (service number, its words); a service may have several texts, and words side by side are
    those of one text.
    """

    def __init__(self, texts: Iterable[tuple[int, Sequence[str]]], size: int) -> None:
        self.size = size
        seen: dict[str, int] = {}
        words, owners, counts = array("i"), array("i"), array("i")
        for doc, text_words in texts:
            words.extend([seen.setdefault(word, len(seen)) for word in text_words])
            owners.append(doc)
            counts.append(len(text_words))
        self.words: list[str] = sorted(seen)
        self.number = {word: place for place, word in enumerate(self.words)}
        order = np.fromiter((self.number[word] for word in seen), np.int64, len(seen))
        flat = order[np.frombuffer(words, np.int32)] if words else np.empty(0, np.int64)
        self.lengths = np.array(counts, np.uint16)
        """Words of each text, in the order in which the texts came."""
        owner = np.repeat(np.array(owners, np.int32), self.lengths)
        text = np.repeat(np.arange(len(owners), dtype=np.int32), self.lengths)
        _, self._docs, self._starts = _grouped(flat, owner)
        beside = text[1:] == text[:-1]
        pairs = ((flat[:-1] << 32) | flat[1:])[beside]
        self._pairs, self._pair_docs, self._pair_starts = _grouped(pairs, owner[1:][beside])
        self._by_prefix: dict[tuple[int, int, int], Docs] = {}
        self._masks: dict[int, Mask] = {}

    def __contains__(self, word: str) -> bool:
        return word in self.number

    def word(self, word: str) -> Docs:
        """The services that hold the whole word."""
        place = self.number.get(word)
        return NOTHING if place is None else self._docs[self._starts[place] : self._starts[place + 1]]

    def _range(self, prefix: str) -> tuple[int, int]:
        return bisect_left(self.words, prefix), bisect_right(self.words, prefix + "\U0010ffff")

    def beginning(self, prefix: str) -> Docs:
        """The services that hold a word with this beginning."""
        low, high = self._range(prefix)
        return self._union(-1, low, high, self._docs, self._starts)

    def pair(self, first: str, second: str) -> Docs:
        """The services that hold the two words side by side."""
        places = self.number.get(first), self.number.get(second)
        if places[0] is None or places[1] is None:
            return NOTHING
        key = (places[0] << 32) | places[1]
        place = int(self._pairs.searchsorted(key))
        if place == len(self._pairs) or self._pairs[place] != key:
            return NOTHING
        return self._pair_docs[self._pair_starts[place] : self._pair_starts[place + 1]]

    def pair_beginning(self, first: str, prefix: str) -> Docs:
        """The services that hold `first` and beside it a word with this beginning."""
        place = self.number.get(first)
        if place is None:
            return NOTHING
        words = self._range(prefix)
        low, high = (int(self._pairs.searchsorted((place << 32) | end)) for end in words)
        return self._union(place, low, high, self._pair_docs, self._pair_starts)

    def _union(self, kind: int, low: int, high: int, docs: Docs, starts: npt.NDArray[np.int64]) -> Docs:
        if high - low <= 1:
            return docs[starts[low] : starts[high]] if high > low else NOTHING
        key = (kind, low, high)
        found = self._by_prefix.get(key)
        if found is None:
            seen = np.zeros(self.size, np.bool_)
            seen[docs[starts[low] : starts[high]]] = True
            found = seen.nonzero()[0].astype(np.int32)
            if len(self._by_prefix) >= _KEPT:
                self._by_prefix.clear()
            self._by_prefix[key] = found
        return found

    def all_of(self, words: Iterable[str], also: Docs | None = None) -> Docs:
        """The services that hold every one of the words, and are among `also` where it is given."""
        places = []
        for word in words:
            place = self.number.get(word)
            if place is None:
                return NOTHING
            places.append(place)
        lists = [(int(self._starts[p + 1] - self._starts[p]), p) for p in dict.fromkeys(places)]
        lists.sort()
        found = also
        for length, place in lists:
            docs = self._docs[self._starts[place] : self._starts[place + 1]]
            if found is None:
                found = docs
            elif length * _DENSE > self.size:
                found = found[self._mask(place, docs)[found]]
            else:
                found = common(found, docs)
            if not len(found):
                return NOTHING
        return NOTHING if found is None else found

    def _mask(self, place: int, docs: Docs) -> Mask:
        mask = self._masks.get(place)
        if mask is None:
            mask = np.zeros(self.size, np.bool_)
            mask[docs] = True
            self._masks[place] = mask
        return mask

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays take, without what is remembered on the way."""
        arrays = (self._docs, self._starts, self._pairs, self._pair_docs, self._pair_starts)
        return sum(array.nbytes for array in arrays)


def common(one: Docs, other: Docs) -> Docs:
    """What two ascending arrays share, ascending."""
    if len(one) > len(other):
        one, other = other, one
    if not len(one):
        return NOTHING
    place = other.searchsorted(one)
    place[place == len(other)] = 0
    shared: Docs = one[other[place] == one]
    return shared


def joined(groups: Sequence[Docs], size: int) -> Docs:
    """The groups one after the other, each service where it stands first."""
    groups = [group for group in groups if len(group)]
    if len(groups) <= 1:
        return groups[0] if groups else NOTHING
    seen = np.zeros(size, np.bool_)
    kept = []
    for group in groups:
        fresh = group[~seen[group]]
        seen[fresh] = True
        kept.append(fresh)
    return np.concatenate(kept)
