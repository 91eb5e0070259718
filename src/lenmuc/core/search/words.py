"""What a query may mean: other names for the same thing, words that say nothing, and slips of the finger."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence

import msgspec

from lenmuc.core.text import fold

Segment = tuple[str, ...]
"""Words that stand side by side in the legal name."""
_MOST_WORDS = 12
_MOST_READINGS = 8
_LETTERS = "abcdeghiklmnopqrstuvxyfjwz"
_BRACKETS = re.compile(r"\([^()]*\)")
_TONES = {"\u0300", "\u0309", "\u0303", "\u0301", "\u0323"}


class Synonym(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What people say, and the words of legal names that it leads to, the likeliest first."""

    say: tuple[str, ...]
    means: tuple[str, ...]


class SearchWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What helps to find: synonyms, words to `ignore`, and what names begin with without saying more."""

    synonym: tuple[Synonym, ...] = ()
    ignore: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()


class Reading(msgspec.Struct, frozen=True):
    """One way to read a query. `open` says that its last word may not be typed to its end."""

    segments: tuple[Segment, ...]
    open: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """All words, in order."""
        return tuple(word for segment in self.segments for word in segment)


class Thesaurus:
    """The synonyms, looked up by the folded words of a query."""

    def __init__(self, given: SearchWords) -> None:
        self._means: dict[Segment, tuple[Segment, ...]] = {}
        self.terms: dict[str, str] = {}  # folded: as people write it
        for synonym in given.synonym:
            for term in synonym.say:
                key = tuple(fold(term).split())
                means = tuple(tuple(fold(words).split()) for words in synonym.means)
                self._means[key] = (*self._means.get(key, ()), *means)
                self.terms.setdefault(" ".join(key), term)
        self._ignored = {tuple(fold(words).split()) for words in given.ignore}
        self._leads = sorted((tuple(fold(words).split()) for words in given.lead), key=len, reverse=True)
        self._longest = max(map(len, (*self._means, *self._ignored)), default=0)
        self._sorted = sorted(self.terms)
        self.words = frozenset(word for key in (*self._means, *self._ignored) for word in key)

    def readings(self, words: Sequence[str]) -> list[Reading]:
        """The query with each known term, the longest first, replaced by what it means; empty: there is none.

        What stands between two terms stays as it is. Of several meanings each gives a reading.
        """
        parts = list(self._parts(words, self._means))
        if not any(found for _, found in parts):
            return []
        readings: list[tuple[Segment, ...]] = [()]
        for segment, found in parts:
            choice = self._means[segment] if found else (segment,)
            readings = [(*before, each) for before in readings for each in choice][:_MOST_READINGS]
        return [Reading(each) for each in readings]

    def without_ignored(self, words: Sequence[str]) -> tuple[str, ...]:
        """The words but those that say nothing about a service; all of them where nothing would be left."""
        kept: list[str] = []
        for segment, found in self._parts(words, self._ignored):
            if not found:
                kept += segment
        return tuple(kept) or tuple(words)

    def core(self, name: str) -> int:
        """How many words of a legal name say what it is about: without brackets and without its lead."""
        words = tuple(fold(_BRACKETS.sub(" ", name)).split())
        lead = next((lead for lead in self._leads if words[: len(lead)] == lead), ())
        return len(words) - len(lead)

    def _parts(self, words: Sequence[str], known: Collection[Segment]) -> Iterator[tuple[Segment, bool]]:
        """The words cut into known terms and what stands between them."""
        between: list[str] = []
        place = 0
        while place < len(words):
            for length in range(min(self._longest, len(words) - place), 0, -1):
                term = tuple(words[place : place + length])
                if term in known:
                    if between:
                        yield tuple(between), False
                        between = []
                    yield term, True
                    place += length
                    break
            else:
                between.append(words[place])
                place += 1
        if between:
            yield tuple(between), False

    def beginning(self, text: str, most: int) -> list[str]:
        """Terms that begin with the folded `text`, as people write them."""
        place = bisect_left(self._sorted, text)
        found = []
        for folded in self._sorted[place : place + most]:
            if not folded.startswith(text):
                break
            found.append(self.terms[folded])
        return found


def query_words(text: str) -> tuple[str, ...]:
    """The folded words of a query, at most twelve."""
    return tuple(fold(text).split()[:_MOST_WORDS])


def toned(text: str) -> tuple[str, ...]:
    """The words of `text` with their marks, each tone at the end of its word: hòa and hoà are the same."""
    kept = "".join(
        mark if mark.isalnum() or unicodedata.combining(mark) else " "
        for mark in unicodedata.normalize("NFD", text).casefold()
    )
    return tuple(
        "".join(mark for mark in word if mark not in _TONES)
        + "".join(mark for mark in word if mark in _TONES)
        for word in kept.split()
    )


def has_marks(text: str) -> bool:
    """Whether somebody typed Vietnamese marks."""
    return any(ord(char) > 0x7F for char in text)


def slips(word: str, letters: str = _LETTERS) -> Iterator[str]:
    """Every spelling one slip away: two letters changed about, one left out, another one, one too many."""
    halves = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    for head, tail in halves:
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        if tail:
            yield head + tail[1:]
            for letter in letters:
                yield head + letter + tail[1:]
        for letter in letters:
            yield head + letter + tail


def near(word: str, known: Collection[str]) -> list[str]:
    """Known words one slip away, each once."""
    return list(dict.fromkeys(each for each in slips(word) if each in known and each != word))
