"""Other words for a search that found nothing, out of the words that there are."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from itertools import islice, product

from lenmuc.core.text import fold

_NEAR = 0.6  # share of letters two words have in common, as difflib counts; below it suggestions look random
_NEAREST = 4
# Beginnings of words that are confused in writing because one region or another says them alike.
_ALIKE = (("tr", "ch"), ("gi", "d"), ("x", "s"), ("r", "d"), ("n", "l"))
_SUGGESTIONS = 12


def vocabulary(texts: Iterable[str]) -> frozenset[str]:
    """Every folded word of these texts that does not begin with a figure."""
    return frozenset(word for text in texts for word in fold(text).split() if not word[0].isdigit())


def other_words(text: str, known: Collection[str]) -> tuple[str, ...]:
    """Searches to try in place of `text`, folded, the likeliest first; none of them need find anything.

    Each unknown word gives way to one that sounds alike (x for s, n for l), then to near ones, or is left
    out when none is near; after that `text` stands without one of its words.
    """
    words = fold(text).split()[:10]
    nearest = [(word,) if word in known else tuple(_nearest(word, known)) for word in words]
    spelled = (" ".join(word for word in choice if word) for choice in product(*nearest))
    shorter = (" ".join(words[:place] + words[place + 1 :]) for place in reversed(range(len(words))))
    tried = [*islice(spelled, _SUGGESTIONS), *shorter]
    given = " ".join(words)
    return tuple(dict.fromkeys(other for other in tried if other and other != given))[:_SUGGESTIONS]


def _sound(word: str) -> str:
    """What people hear: pairs that one region or another says alike are written one way."""
    for written, alike in _ALIKE:
        if word.startswith(written):
            word = alike + word[len(written) :]
            break
    return word.replace("y", "i")


def _nearest(word: str, known: Collection[str]) -> list[str]:
    sound = _sound(word)
    # of equally near words the first in the alphabet, so that the same question has the same answer
    alike = sorted(each for each in known if abs(len(each) - len(word)) <= 2)
    heard = [each for each in alike if _sound(each) == sound]
    near = get_close_matches(word, alike, n=_NEAREST, cutoff=_NEAR)
    near.sort(key=lambda each: len(each) != len(word))
    return list(dict.fromkeys([*heard, *near]))[:_NEAREST] or [""]
