"""What hundreds of programs in tests have in common is made for the first of them only.

Nobody changes words, templates or files there, and another folder is another key. A program of its own took
0.16 s of processor time, of which this leaves 0.05 s, and compiled each template it showed again.
"""

import functools
from pathlib import Path

from lenmuc.web import setup
from lenmuc.web.compiled import Compiled
from lenmuc.web.language import Language

_KEPT = Path(__file__).parents[1] / ".cache" / "tests"  # compiled templates, for the next run too


class Languages(dict[str, Language]):
    """Languages that can be a key: these and no others."""

    __hash__ = object.__hash__


def make_once() -> None:
    """From now on, in this process."""
    read = setup.read_languages

    @functools.cache
    def read_languages(folder: Path) -> Languages:
        return Languages(read(folder))

    setup.read_languages = read_languages

    @functools.cache
    def compiled(data: Path, stamp: str) -> Compiled:
        return Compiled(_KEPT, stamp)

    setup.Compiled = compiled
    setup.Assets = functools.cache(setup.Assets)
    setup.Templates = functools.cache(setup.Templates)
    setup.stamp = functools.cache(setup.stamp)
