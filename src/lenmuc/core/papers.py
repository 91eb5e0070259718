"""A report as sections of text, charts and tables: written once, shown as a page, on paper and as a
workbook.
"""

import datetime as dt
from typing import Literal, TypeAlias

import msgspec

from lenmuc.core.checklists import Words
from lenmuc.core.errors import Message
from lenmuc.core.figures import Ratio


class Days(msgspec.Struct, frozen=True):
    """Person-days."""

    number: float


class Percent(msgspec.Struct, frozen=True):
    """A share that is given in per cent, 0–100."""

    number: float


class Change(msgspec.Struct, frozen=True):
    """A difference with its sign; `points`: in percentage points."""

    number: float
    points: bool = False


Cell: TypeAlias = Message | Words | str | int | Days | Percent | Change | Ratio | dt.date | None
"""What stands in a table. `None` is "not known"; an empty text is nothing to say. A `Ratio` is a share."""
Kind = Literal["text", "number"]


class Column(msgspec.Struct, frozen=True):
    """One column of a table. `wide`: how much of the width it wants beside the others."""

    words: Message
    kind: Kind = "number"
    wide: float = 1.0


def column(text: str, kind: str = "number", wide: float = 1.0) -> Column:
    """A column whose words need no values."""
    return Column(Message(text), "text" if kind == "text" else "number", wide)


class Table(msgspec.Struct, frozen=True):
    """Rows below their columns; the first cell of a row names it. `long`: a page folds it.

    `links` lead from the rows to pages of the site (without the language), in the order of the rows.
    """

    caption: Message
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: Message | None = None
    long: bool = False
    links: tuple[str, ...] = ()


class LevelBar(msgspec.Struct, frozen=True):
    """One bar: how many offerings stand at level 0 … 4."""

    name: Message
    counts: tuple[int, ...]


class LevelChart(msgspec.Struct, frozen=True):
    """Bars that are 100 % wide, one below the other; the table that follows has the same counts."""

    caption: Message
    bars: tuple[LevelBar, ...]


class Section(msgspec.Struct, frozen=True):
    """A part of a report with its heading. `id` is its anchor."""

    id: str
    title: Message
    text: tuple[Message, ...] = ()
    chart: LevelChart | None = None
    tables: tuple[Table, ...] = ()


class Paper(msgspec.Struct, frozen=True):
    """A whole report. `mark` stands beside the title of what is no final state; `facts` open it."""

    kind: Message
    title: Message
    owner: Words
    made: Message
    mark: Message | None
    facts: tuple[tuple[Message, Cell], ...]
    sections: tuple[Section, ...]
