"""Which services a query finds, best first, and what it may have meant when it finds none.

A service's number is its place by use, so every group of matches is ascending already: nothing is sorted.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from lenmuc.core.search.postings import NOTHING, Docs, Postings, common, joined
from lenmuc.core.search.words import (
    Reading,
    Segment,
    Thesaurus,
    has_marks,
    near,
    query_words,
    slips,
    toned,
)
from lenmuc.core.text import fold

_CODE = re.compile(r"\d+(\.[\w.]*)?")
_FEW = 5  # with fewer matches than this, other spellings are tried as well
_MOST = 0.5  # share of a query, weighed by how rare its words are, that a loose match has to hold
_LEAST_TYPED = (
    3  # from so many letters on, one word alone is taken as typed to its end when there is such a word
)


class Matches(msgspec.Struct, frozen=True):
    """The services, best first. `instead`: other words that were searched, because these find nothing;
    `perhaps`: other words that would find more; `loose`: no service holds all the words, these hold most.
    """

    docs: Docs
    instead: str = ""
    perhaps: str = ""
    loose: bool = False


class Matcher:
    """Texts and codes of the services, ready to be searched. Not to be changed after it is made.

    `names` are the legal names, `others` their other names, `codes` the national codes; each by the
    service's number.
    """

    def __init__(
        self,
        names: Sequence[str],
        others: Sequence[str],
        codes: Sequence[str],
        thesaurus: Thesaurus,
    ) -> None:
        self.size = len(names)
        self._names = names
        texts = ((doc, fold(name).split()) for each in (names, others) for doc, name in enumerate(each))
        self.postings = Postings(texts, self.size)
        self.toned = Postings(((doc, toned(name)) for doc, name in enumerate(names)), self.size)
        self.thesaurus = thesaurus
        # a query of so many words that stand side by side in the name is the name
        cores = np.fromiter(map(thesaurus.core, names), np.uint16, self.size)
        self._lengths = (*np.split(self.postings.lengths, 2), cores)
        order = sorted(range(self.size), key=codes.__getitem__)
        self._codes = [codes[doc] for doc in order]
        self._code_docs = np.array(order, np.int32)
        self._known = frozenset((*self.postings.words, *thesaurus.words))

    # one reading ----------------------------------------------------------------------------------

    def _phrase(self, words: Segment, open: bool) -> Docs:
        """Services that hold the words side by side; `open`: the last one may go on."""
        postings = self.postings
        if len(words) == 1:
            return postings.beginning(words[0]) if open else postings.word(words[0])
        found = postings.pair(*words[:2]) if len(words) > 2 or not open else postings.pair_beginning(*words)
        for place in range(1, len(words) - 1):
            if not len(found):
                return NOTHING
            last = open and place == len(words) - 2
            beside = postings.pair_beginning if last else postings.pair
            found = common(found, beside(words[place], words[place + 1]))
        return found

    def _phrases(self, reading: Reading) -> Docs:
        found: Docs | None = None
        for place, segment in enumerate(reading.segments):
            last = reading.open and place == len(reading.segments) - 1
            docs = self._phrase(segment, last)
            found = docs if found is None else common(found, docs)
            if not len(found):
                return NOTHING
        return NOTHING if found is None else found

    def _all_words(self, reading: Reading) -> Docs:
        words = reading.words
        if not reading.open:
            return self.postings.all_of(words)
        going_on = self.postings.beginning(words[-1])
        return self.postings.all_of(words[:-1], going_on) if len(words) > 1 else going_on

    def _exact(self, words: Segment, phrase: Docs) -> Docs:
        same = [lengths[phrase] == len(words) for lengths in self._lengths]
        return phrase[np.logical_or.reduce(same)]

    def _as_typed(self, text: str) -> Docs:
        """Services that hold the words side by side with the very marks that somebody typed."""
        words = toned(text)
        if not has_marks(text) or not words:
            return NOTHING
        if len(words) == 1:
            return self.toned.word(words[0])
        found = self.toned.pair(words[0], words[1])
        for first, second in zip(words[1:], words[2:], strict=False):
            found = common(found, self.toned.pair(first, second))
        return found

    def by_code(self, text: str) -> Docs:
        """Services whose code begins with `text`; of longer national forms (1.001193.000.00.00.H26) the
        first part counts.
        """
        short = ".".join(text.split(".")[:2])
        low, high = bisect_left(self._codes, short), bisect_right(self._codes, short + "\U0010ffff")
        return np.sort(self._code_docs[low:high])

    # a whole query --------------------------------------------------------------------------------

    def _groups(self, words: Segment, text: str) -> tuple[list[Docs], bool]:
        """Matches in groups, best first, and whether anything stands there as a phrase."""
        whole = Reading((words,))
        phrase = self._phrase(words, open=False)
        synonyms = self.thesaurus.readings(words)
        meant = [self._phrases(reading) for reading in synonyms]
        strong = bool(len(phrase)) or any(len(docs) for docs in meant)
        alone = len(words) == 1 and len(words[0]) < _LEAST_TYPED
        groups = [self._exact(words, phrase), common(phrase, self._as_typed(text))]
        for reading, docs in zip(synonyms, meant, strict=True):
            groups += [self._exact(reading.words, docs), docs]
        groups.append(phrase)
        if not strong or alone:  # perhaps the last word is not typed to its end
            whole = Reading((words,), open=True)
            opened = self._phrase(words, open=True)
            strong = strong or bool(len(opened))
            groups.append(opened)
        groups += [self._all_words(reading) for reading in synonyms]
        groups.append(self._all_words(whole))
        return groups, strong

    def match(self, text: str, *, verbatim: bool = False) -> Matches:
        """The services that `text` finds; without words, all. `verbatim`: these very words."""
        words = query_words(text)
        if not words:
            return Matches(np.arange(self.size, dtype=np.int32))
        if len(words) == 1 and _CODE.fullmatch(words[0]):
            return self._match_code(words[0])
        if verbatim:
            phrase = self._phrase(words, open=False)
            return Matches(joined([phrase, self.postings.all_of(words)], self.size))
        groups, strong = self._groups(words, text)
        fewer = self.thesaurus.without_ignored(words)
        if not strong and fewer != words:
            more, strong = self._groups(fewer, "")
            groups = [*more, *groups] if strong else [*groups, *more]
        docs = joined(groups, self.size)
        if strong or len(docs) >= _FEW:
            return Matches(docs)
        spelled, other = self._spelled(words, fewer)
        if other and not len(docs):
            return Matches(spelled, instead=self._written(other, spelled))
        if other:
            return Matches(joined([docs, spelled], self.size), perhaps=self._written(other, spelled))
        return Matches(docs) if len(docs) else Matches(self._most_words(fewer), loose=True)

    def _match_code(self, code: str) -> Matches:
        docs = joined([self.by_code(code), self.postings.word(code)], self.size)
        if len(docs) or len(code) < _LEAST_TYPED:
            return Matches(docs)
        for other in slips(code, "0123456789."):
            found = self.by_code(other)
            if 0 < len(found) < _FEW:
                return Matches(found, instead=self._codes_of(found))
        return Matches(NOTHING)

    def _codes_of(self, docs: Docs) -> str:
        return self._codes[int((self._code_docs == docs[0]).argmax())]

    def _respelled(self, words: Segment) -> Iterator[tuple[str, Segment]]:
        """The words with one of them another way; those that nobody knows are changed first."""
        unknown = [place for place, word in enumerate(words) if word not in self._known]
        for place in unknown[:1] or range(len(words)):
            if len(words[place]) >= 2:
                for other in near(words[place], self._known):
                    yield other, (*words[:place], other, *words[place + 1 :])

    def _spelled(self, *queries: Segment) -> tuple[Docs, Segment]:
        """One slip of the finger away: what is a term that people use, else what stands there as a phrase
        with the changed word in it, the commonest first; no words: there is nothing.
        """
        best: tuple[tuple[int, int], Segment] | None = None
        for words in dict.fromkeys(queries):
            for changed, other in self._respelled(words):
                readings = self.thesaurus.readings(other)
                sizes = [len(self._phrases(reading)) for reading in readings if _holds(reading, changed)]
                sizes.append(len(self._phrase(other, open=False)))
                term = " ".join(other) in self.thesaurus.terms
                rank = (2 if term else int(any(sizes[:-1])), sum(sizes))
                if any(sizes) and (best is None or rank > best[0]):
                    best = rank, other
        if best is None:
            return NOTHING, ()
        groups, _ = self._groups(best[1], "")
        return joined(groups, self.size), best[1]

    def _written(self, words: Segment, docs: Docs) -> str:
        """The words with their marks: as people write the term, or as the first name writes them."""
        text = " ".join(words)
        if text in self.thesaurus.terms or not len(docs):
            return self.thesaurus.terms.get(text, text)
        written = self._names[int(docs[0])].lower().split()
        folded = [fold(word) for word in written]
        for place in range(len(folded)):
            if tuple(folded[place : place + len(words)]) == words:
                return " ".join(written[place : place + len(words)]).strip(",.;:()")
        return text

    def _most_words(self, words: Segment) -> Docs:
        """Services that hold most of what was asked for; a rare word says more than a common one."""
        readings = [*self.thesaurus.readings(words), Reading(tuple((word,) for word in words))]
        best: list[Docs] = []
        for reading in readings:
            score = np.zeros(self.size, np.float32)
            most = 0.0
            for segment in reading.segments:
                choice = (
                    [segment]
                    if segment[0] in self._known
                    else [(other,) for other in near(segment[0], self._known)]
                )
                docs = joined([self._phrase(each, open=False) for each in choice], self.size)
                weight = math.log2(1 + self.size / (1 + len(docs)))
                most += weight
                score[docs] += weight
            highest = float(score.max(initial=0.0))
            if highest >= most * _MOST and highest:
                best.append((score >= highest - 0.01).nonzero()[0].astype(np.int32))
        return joined(best, self.size)


def _holds(reading: Reading, changed: str) -> bool:
    """Whether the changed word is part of a term, or stands beside others: alone it may be anything."""
    return changed not in reading.words or any(changed in each and len(each) > 1 for each in reading.segments)
