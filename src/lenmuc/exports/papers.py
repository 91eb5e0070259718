"""A report put in one language: the same cells for the page, the paper and the workbook."""

import datetime as dt

import msgspec

from lenmuc.core.checklists import Words
from lenmuc.core.errors import N_, Message
from lenmuc.core.figures import Ratio
from lenmuc.core.levels import LEVELS
from lenmuc.core.papers import Cell, Change, Days, LevelChart, Paper, Percent, Section, Table
from lenmuc.exports.roadmap import Speaker

UNKNOWN = N_("not known")
_ROOM = 130  # of 1,000: what a share takes on a phone


class Said(msgspec.Struct, frozen=True):
    """A cell as it is read, and the number behind it, if it is one. `share`: the number is a share of 1."""

    text: str
    number: float | int | None = None
    share: bool = False


class SaidColumn(msgspec.Struct, frozen=True):
    """A column in words; `number`: its cells stand at the right."""

    text: str
    number: bool
    wide: float


class SaidTable(msgspec.Struct, frozen=True):
    """A table in words; see `core.papers.Table`. `links` are empty where rows lead nowhere."""

    caption: str
    columns: tuple[SaidColumn, ...]
    rows: tuple[tuple[Said, ...], ...]
    note: str
    long: bool
    links: tuple[str, ...]


class Piece(msgspec.Struct, frozen=True):
    """A part of a bar: where it begins and how wide it is, of 1,000; `said` where there is room for words."""

    level: int
    start: int
    width: int
    said: str


class SaidBar(msgspec.Struct, frozen=True):
    """A bar in words."""

    name: str
    pieces: tuple[Piece, ...]


class SaidChart(msgspec.Struct, frozen=True):
    """A chart in words: `alt` says what it shows to whoever does not see it; `key` names the levels in it."""

    caption: str
    alt: str
    bars: tuple[SaidBar, ...]
    key: tuple[tuple[int, str], ...]


class SaidSection(msgspec.Struct, frozen=True):
    """A section in words."""

    id: str
    title: str
    text: tuple[str, ...]
    chart: SaidChart | None
    tables: tuple[SaidTable, ...]


class SaidPaper(msgspec.Struct, frozen=True):
    """A report in words, with the words around it that paper and workbook need. `lang` is vi or en."""

    lang: str
    kind: str
    title: str
    owner: str
    made: str
    mark: str
    facts: tuple[tuple[str, Said], ...]
    sections: tuple[SaidSection, ...]
    nation: str
    motto: str
    page: str
    contents: str
    summary: str


def written(paper: Paper, speaker: Speaker) -> SaidPaper:
    """The report in a language."""
    say = speaker.message
    return SaidPaper(
        lang=speaker.code,
        kind=say(paper.kind),
        title=say(paper.title),
        owner=speaker.pick(paper.owner),
        made=say(paper.made),
        mark=say(paper.mark) if paper.mark else "",
        facts=tuple((say(name), cell(value, speaker)) for name, value in paper.facts),
        sections=tuple(said_section(each, speaker) for each in paper.sections),
        nation=speaker.gettext(N_("Socialist Republic of Viet Nam")),
        motto=speaker.gettext(N_("Independence – Freedom – Happiness")),
        page=speaker.gettext(N_("Page")),
        contents=speaker.gettext(N_("Contents")),
        summary=speaker.gettext(N_("Summary")),
    )


def cell(value: Cell, speaker: Speaker) -> Said:
    """One cell: as text, and as a number where it is one."""
    match value:
        case None:
            return Said(speaker.gettext(UNKNOWN))
        case Message():
            return Said(speaker.message(value))
        case Words():
            return Said(speaker.pick(value))
        case str():
            return Said(value)
        case int():
            return Said(speaker.number(value), value)
        case Days(number):
            return Said(speaker.number(number, 0 if number == round(number) else 1), number)
        case Percent(number):
            return Said(f"{speaker.number(number, 1)}%", number / 100, share=True)
        case Change(number, points):
            return Said(_signed(number, points, speaker), number)
        case Ratio():
            if not value.whole:
                return Said(speaker.gettext(UNKNOWN))
            return Said(speaker.share(value.part, value.whole, 1), value.part / value.whole, share=True)
        case dt.date():
            return Said(speaker.date(value))


def _signed(number: float, points: bool, speaker: Speaker) -> str:
    """+12; −0.3 points; 0."""
    said = speaker.number(abs(number), 1 if points else 0)
    sign = "" if not number else "+" if number > 0 else "−"
    if not sign:
        return said
    if points and abs(number) < 0.05:
        said = f"<{speaker.number(0.1, 1)}"
        return f"{sign}{said}"
    return f"{sign}{said}"


def said_section(section: Section, speaker: Speaker) -> SaidSection:
    """One section in a language."""
    return SaidSection(
        section.id,
        speaker.message(section.title),
        tuple(speaker.message(each) for each in section.text),
        _chart(section.chart, speaker) if section.chart else None,
        tuple(_table(each, speaker) for each in section.tables),
    )


def _table(table: Table, speaker: Speaker) -> SaidTable:
    return SaidTable(
        speaker.message(table.caption),
        tuple(SaidColumn(speaker.message(c.words), c.kind == "number", c.wide) for c in table.columns),
        tuple((_named(cell(row[0], speaker)), *(cell(e, speaker) for e in row[1:])) for row in table.rows),
        speaker.message(table.note) if table.note else "",
        table.long,
        table.links,
    )


def _named(first: Said) -> Said:
    """The cell that names a row begins with a capital letter."""
    return msgspec.structs.replace(first, text=first.text[:1].upper() + first.text[1:])


def _chart(chart: LevelChart, speaker: Speaker) -> SaidChart:
    bars, alts = [], []
    for bar in chart.bars:
        whole = sum(bar.counts)
        shares = [speaker.share(count, whole, 1) for count in bar.counts]
        pieces, start = [], 0
        for level in LEVELS:
            end = round(1000 * sum(bar.counts[: level + 1]) / whole)
            if end > start:
                # A piece narrower than this has no room for its share: the table has it.
                pieces.append(Piece(level, start, end - start, shares[level] if end - start >= _ROOM else ""))
            start = end
        name = speaker.message(bar.name)
        bars.append(SaidBar(name, tuple(pieces)))
        alts.append(
            f"{name}: "
            + ", ".join(f"{_level(level, speaker)} {shares[level]}" for level in LEVELS if bar.counts[level])
        )
    caption = speaker.message(chart.caption)
    used = [level for level in LEVELS if any(bar.counts[level] for bar in chart.bars)]
    return SaidChart(
        caption, f"{caption}. {'. '.join(alts)}.", tuple(bars), tuple((n, _level(n, speaker)) for n in used)
    )


def _level(level: int, speaker: Speaker) -> str:
    if not level:
        return speaker.gettext(N_("Below level 1"))
    return speaker.gettext(N_("Level %(number)s"), number=level)
