"""A report as a workbook: a summary, then one sheet for each section with tables."""

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import xlsxwriter

from lenmuc.core.papers import Paper
from lenmuc.exports.papers import Said, SaidPaper, SaidSection, written
from lenmuc.exports.roadmap import Speaker

_LAKE = "#0A4440"
_NAME = 14.0  # characters that a column of width 1 has
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


class _Book:
    """The workbook while it is written. Text is written as text, so nothing is taken for a formula."""

    def __init__(self, book: Any) -> None:
        self.book = book
        base = {"font_name": "Arial", "font_size": 10, "valign": "top"}

        def made(**more: Any) -> Any:
            return book.add_format({**base, **more})

        self.title = made(bold=True, font_size=16, font_color=_LAKE)
        self.caption = made(bold=True, font_size=12, font_color=_LAKE)
        self.head = made(bold=True, font_color="#FFFFFF", bg_color=_LAKE, text_wrap=True, valign="vcenter")
        self.text = made(text_wrap=True)
        self.right = made(align="right")
        self.number = made(num_format="#,##0.##")
        self.whole = made(num_format="#,##0")
        self.share = made(num_format="0.0%")
        self.note = made(italic=True, text_wrap=True)

    def put(self, sheet: Any, row: int, column: int, cell: Said, *, number: bool) -> None:
        """A number as a number, anything else as the text that a page shows."""
        if cell.number is None:
            sheet.write_string(row, column, cell.text, self.right if number else self.text)
        elif cell.share:
            sheet.write_number(row, column, cell.number, self.share)
        else:
            style = self.whole if isinstance(cell.number, int) else self.number
            sheet.write_number(row, column, cell.number, style)


def write_xlsx(paper: Paper, speaker: Speaker, made: dt.datetime) -> bytes:
    """The bytes of the workbook; the same report, language and moment give the same bytes."""
    said = written(paper, speaker)
    out = io.BytesIO()
    opened: Callable[..., Any] = xlsxwriter.Workbook  # its own constructor has no types
    workbook = opened(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"title": said.title, "author": "Lên Mức", "created": made.replace(tzinfo=None)})
    book = _Book(workbook)
    _summary(book, said)
    for section in said.sections:
        if section.tables:
            _sheet(book, section)
    workbook.close()
    return out.getvalue()


def _opened(book: _Book, name: str) -> Any:
    sheet = book.book.add_worksheet(name.translate(_FORBIDDEN)[:31].strip())
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    return sheet


def _summary(book: _Book, said: SaidPaper) -> None:
    """Title, facts, and the sentences of every section."""
    sheet = _opened(book, said.summary)
    sheet.set_column(0, 0, 70)
    sheet.set_column(1, 1, 30)
    sheet.write_string(0, 0, said.title, book.title)
    sheet.write_string(1, 0, f"{said.owner} – {said.made}", book.text)
    if said.mark:
        sheet.write_string(2, 0, said.mark, book.note)
    row = 4
    for name, value in said.facts:
        sheet.write_string(row, 0, name, book.text)
        book.put(sheet, row, 1, value, number=True)
        row += 1
    for section in said.sections:
        if section.text:
            row += 1
            sheet.write_string(row, 0, section.title, book.caption)
            for sentence in section.text:
                row += 1
                sheet.write_string(row, 0, sentence, book.text)
            row += 1


def _sheet(book: _Book, section: SaidSection) -> None:
    """The tables of a section, one below the other; the first column as wide as its widest table wants."""
    sheet = _opened(book, section.title)
    widths: dict[int, float] = {}
    for table in section.tables:
        for at, column in enumerate(table.columns):
            widths[at] = max(widths.get(at, 0.0), _NAME * column.wide)
    for at, width in widths.items():
        sheet.set_column(at, at, width)
    row = 0
    for table in section.tables:
        sheet.write_string(row, 0, table.caption, book.caption)
        head = row + 1
        sheet.set_row(head, 32)
        for at, column in enumerate(table.columns):
            sheet.write_string(head, at, column.text, book.head)
        for place, cells in enumerate(table.rows, start=head + 1):
            for at, cell in enumerate(cells):
                book.put(sheet, place, at, cell, number=table.columns[at].number)
        row = head + len(table.rows) + 1
        if table.note:
            sheet.write_string(row, 0, table.note, book.note)
            row += 1
        row += 1
