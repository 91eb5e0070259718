"""The workbook of answers as a file: what to do, the answers to fill in, and what was downloaded, hidden."""

import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
import xlsxwriter

from lenmuc.core.checklists import Criterion, Words
from lenmuc.core.errors import N_, Message
from lenmuc.core.workbook import (
    BLOCKER,
    COLUMNS,
    EVIDENCE,
    HIDDEN,
    JUSTIFICATION,
    VALUE,
    Head,
    Row,
    hidden_rows,
)

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = (14, 44, 10, 52, 8, 18, 18, 52, 44, 34)
_LAKE = "#0A4440"
_OPEN = "#FFF9E5"
_LISTS = 10  # the column of the hidden sheet from which the words of the drop-downs stand
_STEPS = (
    N_("Fill in the pale yellow columns: answer, justification, links to evidence, obstacle."),
    N_("Choose the answer and the obstacle from the lists that open in the cells."),
    N_("“Met” needs a justification or a link. One link a line, beginning with https://."),
    N_("An obstacle says why a criterion cannot be met now. One that is met has none."),
    N_("Rows that you leave as they are change nothing. Rows may be removed, not added."),
    N_("Save as .xlsx and send the file on the page from which you downloaded it."),
    N_("You then see what was downloaded, what is stored now and what you wrote, before anything is stored."),
    N_("All answers are stored together or none. They can be taken back together afterwards."),
)


class Speaker(Protocol):
    """The language of a file: `lenmuc.web.language.Language` is one."""

    def gettext(self, text: str, /, **params: Any) -> str:
        """A source sentence in this language."""
        ...

    def message(self, message: Message) -> str:
        """A sentence of `core` in this language."""
        ...

    def pick(self, words: Words) -> str:
        """A text of the checklists in this language."""
        ...


class Line(msgspec.Struct, frozen=True):
    """A row of the workbook with what is shown beside it: names, and what counts there now."""

    row: Row
    service: str
    criterion: Criterion
    counts: str


class Book(msgspec.Struct, frozen=True):
    """What a workbook is made of. `values` and `blockers` give the words of the drop-downs by code."""

    agency: str
    agency_name: str
    scheme: str
    scheme_name: Words
    made: dt.datetime
    about: tuple[Message, ...]
    lines: tuple[Line, ...]
    values: Mapping[str, str]
    blockers: Mapping[str, str]


def write_workbook(book: Book, speaker: Speaker) -> bytes:
    """The bytes of the workbook. Every text is written as text, so that nothing is taken for a formula."""
    out = io.BytesIO()
    opened: Callable[..., Any] = xlsxwriter.Workbook  # its own constructor has no types
    file = opened(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    file.set_properties({"author": "Lên Mức", "created": book.made.replace(tzinfo=None)})
    answers_name = speaker.gettext(N_("Answers"))
    _read_me(file, book, speaker)
    _answers(file, book, speaker, answers_name)
    _hidden(file, book, speaker, answers_name)
    file.close()
    return out.getvalue()


def _format(file: Any, **more: Any) -> Any:
    return file.add_format({"font_name": "Arial", "font_size": 10, "valign": "top", **more})


def _read_me(file: Any, book: Book, speaker: Speaker) -> None:
    sheet = file.add_worksheet(speaker.gettext(N_("Read me first")))
    wrap = _format(file, text_wrap=True)
    sheet.set_column(0, 0, 100)
    title = speaker.gettext(N_("Answers of %(agency)s"), agency=book.agency_name)
    sheet.write_string(0, 0, title, _format(file, bold=True, font_size=16, font_color=_LAKE, text_wrap=True))
    texts = [speaker.pick(book.scheme_name), *(speaker.message(one) for one in book.about), ""]
    texts += [f"{number}. {speaker.gettext(text)}" for number, text in enumerate(_STEPS, start=1)]
    for at, text in enumerate(texts, start=1):
        sheet.write_string(at, 0, text, wrap)
    sheet.protect()


def _answers(file: Any, book: Book, speaker: Speaker, name: str) -> None:
    sheet = file.add_worksheet(name)
    head = _format(file, bold=True, font_color="#FFFFFF", bg_color=_LAKE, text_wrap=True, valign="vcenter")
    locked = _format(file, text_wrap=True, num_format="@")
    frame = {"bg_color": _OPEN, "border": 1, "border_color": "#D9D2B8"}
    open_ = _format(file, text_wrap=True, num_format="@", locked=False, **frame)
    for column, (width, text) in enumerate(zip(_WIDTHS, COLUMNS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, speaker.gettext(text), head)
    sheet.set_row(0, 32)
    sheet.freeze_panes(1, 3)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for at, line in enumerate(book.lines, start=1):
        form, criterion = line.row.form, line.criterion
        shown = (
            line.row.service,
            line.service,
            line.row.criterion,
            speaker.pick(criterion.text),
            str(criterion.level),
            line.counts,
        )
        for column, text in enumerate(shown):
            sheet.write_string(at, column, text, locked)
        sheet.set_row(at, _height([*shown, "", form.justification, "\n".join(form.evidence)]))
        asked = {
            VALUE: book.values.get(form.value, ""),
            JUSTIFICATION: form.justification,
            EVIDENCE: "\n".join(form.evidence),
            BLOCKER: book.blockers.get(form.blocker, ""),
        }
        for column, text in asked.items():
            if text:
                sheet.write_string(at, column, text, open_)
            else:
                sheet.write_blank(at, column, None, open_)
    last = max(1, len(book.lines))
    for column, words in ((VALUE, book.values), (BLOCKER, book.blockers)):
        sheet.data_validation(1, column, last, column, _choice(column, words, speaker))
    sheet.autofilter(0, 0, last, len(COLUMNS) - 1)
    allowed = ("autofilter", "format_columns", "format_rows", "sort", "delete_rows")
    sheet.protect("", {"select_locked_cells": True, **dict.fromkeys(allowed, True)})
    sheet.activate()


def _height(texts: Sequence[str]) -> float:
    """The height in points at which a row shows its texts, up to eight lines: not every reader finds it."""
    lines = (
        sum(1 + len(line) // int(width) for line in text.split("\n"))
        for text, width in zip(texts, _WIDTHS, strict=False)
    )
    return 14.0 * min(8, max(lines))


def _choice(column: int, words: Mapping[str, str], speaker: Speaker) -> dict[str, Any]:
    """A drop-down; its words stand on the hidden sheet, because a list in a cell ends at 255 letters."""
    letter = chr(ord("A") + _LISTS + (column == BLOCKER))
    return {
        "validate": "list",
        "source": f"={HIDDEN}!${letter}$1:${letter}${len(words)}",
        "error_title": speaker.gettext(N_("Not in the list")),
        "error_message": speaker.gettext(N_("Choose one from the list, or leave the cell empty.")),
    }


def _hidden(file: Any, book: Book, speaker: Speaker, name: str) -> None:
    sheet = file.add_worksheet(HIDDEN)
    columns = tuple(speaker.gettext(text) for text in COLUMNS)
    head = Head(book.agency, book.scheme, name, columns)
    rows: Sequence[Sequence[str]] = hidden_rows(head, [line.row for line in book.lines])
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            if text:
                sheet.write_string(at, column, text)
    for column, words in enumerate((book.values, book.blockers), start=_LISTS):
        for at, text in enumerate(words.values()):
            sheet.write_string(at, column, text)
    sheet.protect()
    sheet.hide()
