"""What people say for what the law says: `catalogue/synonyms.toml`, every mistake named by its key."""

import tomllib
from pathlib import Path

import msgspec

from lenmuc.content.errors import ContentError
from lenmuc.core.search.words import SearchWords
from lenmuc.core.text import fold

_SHAPE = 'write [[synonym]] with say = ["…"] and means = ["…"]'


def load_words(path: Path) -> SearchWords:
    """Read and check the file.

    Raises `ContentError` naming the key for what is not TOML, a key that nobody knows, a term or a meaning
    without words, and a term that leads to two places.
    """
    try:
        words = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), SearchWords)
    except OSError as wrong:
        raise ContentError(path.name, "", "the file is missing; an empty one will do") from wrong
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise ContentError(path.name, "", f"{wrong}; see catalogue/README.md") from wrong
    except msgspec.ValidationError as wrong:
        text, _, key = str(wrong).partition(" - at ")
        raise ContentError(path.name, key.strip("`").removeprefix("$."), f"{text}; {_SHAPE}") from wrong
    _check(path.name, words)
    return words


def _check(file: str, words: SearchWords) -> None:
    seen: dict[str, str] = {}
    for number, synonym in enumerate(words.synonym):
        key = f"synonym[{number}]"
        for name, texts in (("say", synonym.say), ("means", synonym.means)):
            if not texts or not all(fold(text) for text in texts):
                raise ContentError(file, f"{key}.{name}", f"there are no words; {_SHAPE}")
        for term in synonym.say:
            before = seen.setdefault(fold(term), key)
            if before != key:
                raise ContentError(
                    file, f"{key}.say", f"“{term}” stands in {before} as well; join the two, or remove one"
                )
    for name, texts in (("ignore", words.ignore), ("lead", words.lead)):
        if not all(fold(text) for text in texts):
            raise ContentError(file, name, "there are no words in one of the texts; remove it")
