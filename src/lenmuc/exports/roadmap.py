"""What every file of a roadmap is made from, and the words that more than one of them uses."""

import datetime as dt
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from lenmuc.core.checklists import Words
from lenmuc.core.errors import N_, Message
from lenmuc.core.quarters import begin_of, is_quarter, last_day
from lenmuc.core.roadmap.sentences import quarter_words
from lenmuc.core.roadmap.view import Line, RoadmapView

ILLUSTRATIVE = N_("illustrative figures")


class Speaker(Protocol):
    """The language of a file: `lenmuc.web.language.Language` is one."""

    @property
    def code(self) -> str:
        """vi or en."""
        ...

    def gettext(self, text: str, /, **params: Any) -> str:
        """A source sentence in this language."""
        ...

    def message(self, message: Message) -> str:
        """A sentence of `core` in this language."""
        ...

    def pick(self, words: Words) -> str:
        """A text of the checklists in this language."""
        ...

    def number(self, value: int | float, decimals: int = 0) -> str:
        """A number as this language writes it."""
        ...

    def share(self, part: int | float, whole: int | float, decimals: int = 0) -> str:
        """`part` of `whole` in per cent."""
        ...

    def date(self, day: dt.date) -> str:
        """A day as this language writes it; a moment is read in Viet Nam time."""
        ...


class RoadmapFile(msgspec.Struct, frozen=True):
    """A finished roadmap to be written. `made` is when it was computed; `scheme` the checklist it plans by.

    `assumptions` are sentences that belong to every reading of the plan; `problem` and `solution` are the two
    stored JSON files, byte for byte; `planned_for` the agency that a plan is of, where it is of one; `place`
    what the whole city is called.
    """

    name: str
    made: dt.datetime
    scheme: Words
    view: RoadmapView
    assumptions: tuple[Message, ...]
    problem: bytes
    solution: bytes
    planned_for: str = ""
    place: Words | None = None

    @property
    def agency(self) -> str:
        """The agency whose plan, or part of a plan, it is; empty: the whole city's."""
        return self.view.agency or self.planned_for


Writer = Callable[[RoadmapFile, Speaker], bytes]


def name_of(names: Any, code: str, speaker: Speaker) -> str:
    """The name behind a code, or the code itself; nothing for nothing."""
    words = names.get(code)
    return speaker.pick(words) if isinstance(words, Words) else code


def quarters_in_words(view: RoadmapView, speaker: Speaker) -> list[str]:
    """The quarters as they stand at the head of a column: Quý I/2027, Q1 2027."""
    names = [speaker.message(quarter_words(name)) for name in view.quarters]
    return [name[:1].upper() + name[1:] for name in names]


def days_of(quarter: str) -> tuple[dt.date, dt.date] | None:
    """First and last day of a quarter such as 2027Q1; None for a name that is not a quarter's."""
    return (begin_of(quarter), last_day(quarter)) if is_quarter(quarter) else None


def quarter_of(view: RoadmapView, line: Line) -> str:
    """The quarter in which an item is done, as 2027Q1; empty when it is not in the plan."""
    return "" if line.quarter is None else view.quarters[line.quarter]
