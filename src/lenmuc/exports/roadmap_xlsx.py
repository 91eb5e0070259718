"""A roadmap as a workbook: summary, items, services by quarter, load, assumptions."""

import io
import math
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import xlsxwriter

from lenmuc.core.errors import N_
from lenmuc.core.roadmap.sentences import pool_words
from lenmuc.exports.roadmap import ILLUSTRATIVE, RoadmapFile, Speaker, name_of, quarters_in_words
from lenmuc.exports.roadmap_csv import COLUMNS, cells, in_order

_ITEM_WIDTHS = (22, 10, 46, 14, 46, 12, 30, 24, 11, 12, 12, 14, 14, 18, 80)
_SERVICE_WIDTH = 60
_TEXT_WIDTH = 110
_A3 = 8  # fifteen columns cannot be read on A4
_LAKE = "#0A4440"
_TITLE = 22.0  # points of a row with a title
_LINE = 13.5  # points that a line of 10 points takes


class _Formats(msgspec.Struct, frozen=True):
    title: Any
    head: Any
    text: Any
    wrap: Any
    number: Any
    days: Any
    percent: Any
    note: Any


class _Book:
    """The workbook while it is written. Text cells are written as text, so nothing is taken for a formula."""

    def __init__(self, book: Any, file: RoadmapFile, speaker: Speaker) -> None:
        self.book = book
        self.file = file
        self.speaker = speaker
        base = {"font_name": "Arial", "font_size": 10, "valign": "top"}

        def made(**more: Any) -> Any:
            return book.add_format({**base, **more})

        self.formats = _Formats(
            title=made(bold=True, font_size=16, font_color=_LAKE),
            head=made(bold=True, font_color="#FFFFFF", bg_color=_LAKE, text_wrap=True, valign="vcenter"),
            text=made(),
            wrap=made(text_wrap=True),
            number=made(num_format="#,##0"),
            days=made(num_format="#,##0.##"),
            percent=made(num_format="0.00%"),
            note=made(italic=True, font_color="#7A5200", text_wrap=True),
        )

    def say(self, text: str, **params: Any) -> str:
        return self.speaker.gettext(text, **params)

    def quarters(self) -> list[str]:
        return quarters_in_words(self.file.view, self.speaker)

    def sheet(self, name: str, widths: Sequence[float], *, landscape: bool = True) -> Any:
        sheet = self.book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        if landscape:
            sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def head(self, sheet: Any, row: int, words: Sequence[str], *, height: float = 32) -> None:
        """A header row, frozen, repeated on every printed page and with a filter."""
        sheet.set_row(row, height)
        for column, text in enumerate(words):
            sheet.write_string(row, column, text, self.formats.head)
        sheet.freeze_panes(row + 1, 1)
        sheet.repeat_rows(row)

    def tall(self, sheet: Any, row: int, texts: Sequence[tuple[object, float]]) -> None:
        """Make a row as high as its longest text, given with its column's width in characters, asks for.

        Programs that do not fit rows by themselves, such as LibreOffice, would print one text over the other.
        """
        lines = max(math.ceil(len(str(text)) / width) for text, width in texts)
        if lines > 1:
            sheet.set_row(row, _LINE * lines)

    def row(self, sheet: Any, row: int, values: Sequence[str | float | int], formats: Sequence[Any]) -> None:
        for column, value in enumerate(values):
            write = sheet.write_string if isinstance(value, str) else sheet.write_number
            write(row, column, value, formats[column])


def write_xlsx(file: RoadmapFile, speaker: Speaker) -> bytes:
    """The bytes of the workbook; the same roadmap and language give the same bytes."""
    out = io.BytesIO()
    opened: Callable[..., Any] = xlsxwriter.Workbook  # its own constructor has no types
    workbook = opened(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    made = file.made.replace(tzinfo=None)
    workbook.set_properties({"title": file.name, "author": "Lên Mức", "created": made})
    book = _Book(workbook, file, speaker)
    _summary(book)
    _items(book)
    _services(book)
    _load(book)
    _assumptions(book)
    workbook.close()
    return out.getvalue()


def _summary(book: _Book) -> None:
    view, formats, say = book.file.view, book.formats, book.say
    sheet = book.sheet(say(N_("Summary")), (34, 14, 16, 16, 16, 16, 20, 20))
    sheet.set_row(0, _TITLE)
    sheet.write_string(0, 0, book.file.name, formats.title)
    scope = name_of(view.names.agencies, book.file.agency, book.speaker) or say(N_("the whole city"))
    facts: tuple[tuple[str, str | float | int, Any], ...] = (
        (say(N_("Checklist")), book.speaker.pick(book.file.scheme), formats.text),
        (say(N_("For")), scope, formats.text),
        (say(N_("Offerings looked at")), view.offerings, formats.number),
        (say(N_("At level 3 or 4 before the plan")), view.before_3, formats.number),
        (say(N_("At level 3 or 4 when the plan is done")), view.last.at_3, formats.number),
        (say(N_("At level 4 before the plan")), view.before_4, formats.number),
        (say(N_("At level 4 when the plan is done")), view.last.at_4, formats.number),
        (say(N_("Work items in the plan")), view.planned, formats.number),
        (say(N_("Work items of all")), len(view.lines), formats.number),
        (say(N_("No plan can be better by more than")), view.gap_percent / 100, formats.percent),
    )
    for at, (words, value, style) in enumerate(facts, start=2):
        book.row(sheet, at, [words, value], [formats.text, style])
    start = len(facts) + 3
    sheet.set_row(start, _TITLE)
    sheet.write_string(start, 0, say(N_("By the end of each quarter")), formats.title)
    illustrative = say(ILLUSTRATIVE)
    book.head(
        sheet,
        start + 1,
        [
            say(N_("Quarter")),
            say(N_("Work items done")),
            say(N_("New at level 3")),
            say(N_("New at level 4")),
            say(N_("At level 3 or 4")),
            say(N_("At level 4")),
            f"{say(N_('Filings a year brought to level 3'))} ({illustrative})",
            f"{say(N_('Filings a year brought to level 4'))} ({illustrative})",
        ],
        height=62,
    )
    sheet.freeze_panes(0, 0)
    for at, (name, step) in enumerate(zip(book.quarters(), view.steps, strict=True), start=start + 2):
        numbers = [step.items, step.new_3, step.new_4, step.at_3, step.at_4, step.filings_3, step.filings_4]
        book.row(sheet, at, [name, *numbers], [formats.text, *[formats.number] * 7])


def _items(book: _Book) -> None:
    formats = book.formats
    sheet = book.sheet(book.say(N_("Work items")), _ITEM_WIDTHS)
    sheet.set_paper(_A3)
    book.head(sheet, 0, [book.say(words) for words in COLUMNS], height=48)
    styles = [formats.text] * len(COLUMNS)
    styles[2] = styles[4] = styles[14] = formats.wrap
    styles[8], styles[11], styles[12] = formats.days, formats.number, formats.number
    lines = in_order(book.file)
    for at, line in enumerate(lines, start=1):
        values = cells(book.file, line, book.speaker)
        book.tall(sheet, at, [(values[column], _ITEM_WIDTHS[column]) for column in (2, 4, 14)])
        book.row(sheet, at, values, styles)
    sheet.autofilter(0, 0, len(lines), len(COLUMNS) - 1)


def _services(book: _Book) -> None:
    view, formats, say = book.file.view, book.formats, book.say
    quarters = book.quarters()
    sheet = book.sheet(
        say(N_("Services by quarter")), (14, _SERVICE_WIDTH, 11, 16, *[12] * (2 * len(quarters) + 2))
    )
    head = [
        say(N_("Service code")),
        say(N_("Service")),
        say(N_("Offerings")),
        f"{say(N_('Filings a year'))} ({say(ILLUSTRATIVE)})",
        say(N_("Brought to level 3")),
        say(N_("Brought to level 4")),
        *(say(N_("Level 3, %(quarter)s"), quarter=name) for name in quarters),
        *(say(N_("Level 4, %(quarter)s"), quarter=name) for name in quarters),
    ]
    book.head(sheet, 0, head, height=48)
    styles = [formats.text, formats.wrap, *[formats.number] * (len(head) - 2)]
    for at, gain in enumerate(view.services, start=1):
        name = name_of(view.names.services, gain.service, book.speaker)
        book.tall(sheet, at, [(name, _SERVICE_WIDTH)])
        counts = [gain.offerings, gain.filings, gain.at_3, gain.at_4, *gain.new_3, *gain.new_4]
        book.row(sheet, at, [gain.service, name, *counts], styles)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(view.services), len(head) - 1)


def _load(book: _Book) -> None:
    view, formats, say = book.file.view, book.formats, book.say
    sheet = book.sheet(say(N_("Load")), (44, 14, 12, 12, 12, 12), landscape=False)
    book.head(
        sheet,
        0,
        [
            say(N_("Who does it")),
            say(N_("Quarter")),
            say(N_("Person-days there are")),
            say(N_("Person-days worked")),
            say(N_("Share in use")),
            say(N_("Work items done")),
        ],
    )
    styles = [formats.text, formats.text, formats.days, formats.days, formats.percent, formats.number]
    at = 0
    for pool in view.pools:
        name = book.speaker.message(pool_words(view, pool.pool))
        for quarter, have, busy, items in zip(book.quarters(), pool.days, pool.busy, pool.items, strict=True):
            at += 1
            busy = round(busy, 4)
            book.row(sheet, at, [name, quarter, have, busy, busy / have if have else 0.0, items], styles)
    sheet.autofilter(0, 0, at, 5)


def _assumptions(book: _Book) -> None:
    sheet = book.sheet(book.say(N_("Assumptions")), (_TEXT_WIDTH,), landscape=False)
    sheet.set_row(0, _TITLE)
    sheet.write_string(0, 0, book.say(N_("What this plan assumes")), book.formats.title)
    for at, each in enumerate(book.file.assumptions, start=2):
        text = book.speaker.message(each)
        book.tall(sheet, at, [(text, _TEXT_WIDTH)])
        sheet.write_string(at, 0, text, book.formats.wrap)
