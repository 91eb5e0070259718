"""A CSV that somebody sends: read whole, each mistake named by its row and column. Pure."""

import csv
from collections.abc import Sequence

import msgspec

from lenmuc.core.errors import N_, Message
from lenmuc.core.text import clean_line, forbidden

_BETWEEN = ",;\t"
_LONGEST = 500  # characters of one cell


class RowFault(msgspec.Struct, frozen=True):
    """One thing wrong: the row as a spreadsheet numbers it (1: the headings; 0: the file), and the column."""

    row: int
    column: str
    message: Message


class SheetRow(msgspec.Struct, frozen=True):
    """A row with its cells by column, trimmed; columns that the file leaves out are empty."""

    number: int
    cells: dict[str, str]


def row_fault(row: int, column: str, text: str, **params: object) -> RowFault:
    """A `RowFault` in one call."""
    return RowFault(row, column, Message(text, params))


def read_sheet(
    content: bytes, needed: Sequence[str], optional: Sequence[str] = (), most: int = 500_000
) -> tuple[list[SheetRow], list[RowFault]]:
    """The rows of a CSV in UTF-8 with commas, semicolons or tabs between, or what is wrong with it as a file.

    The first row names the columns, in any order. Rows without any text are passed over.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [row_fault(0, "", N_("The file is not written in UTF-8. Save it as CSV UTF-8."))]
    head = text.partition("\n")[0]
    between = max(_BETWEEN, key=head.count)
    rows = csv.reader(text.splitlines(keepends=True), delimiter=between, strict=True)
    try:
        names = [clean_line(name).casefold() for name in next(rows, [])]
        faults = _headings(names, needed, optional)
        if faults:
            return [], faults
        found: list[SheetRow] = []
        for cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            number = rows.line_num
            if len(cells) != len(names):
                text = N_("This row has %(count)s cells and the headings are %(wanted)s.")
                faults.append(row_fault(number, "", text, count=len(cells), wanted=len(names)))
                continue
            faults += _unfit(number, names, cells)
            found.append(
                SheetRow(number, {name: clean_line(cell) for name, cell in zip(names, cells, strict=True)})
            )
            if len(found) > most:
                return [], [
                    row_fault(0, "", N_("The file has more than %(most)s rows. Split it."), most=most)
                ]
    except csv.Error:
        fault = row_fault(
            rows.line_num, "", N_("This row cannot be read as CSV: look at its quotation marks.")
        )
        return [], [fault]
    if not found and not faults:
        faults.append(row_fault(0, "", N_("The file has no rows below its headings.")))
    return found, faults


def _headings(names: list[str], needed: Sequence[str], optional: Sequence[str]) -> list[RowFault]:
    faults = [row_fault(1, name, N_("This column is missing.")) for name in needed if name not in names]
    for place, name in enumerate(names):
        if name not in needed and name not in optional:
            faults.append(row_fault(1, name[:60], N_("There is no such column here.")))
        elif name in names[:place]:
            faults.append(row_fault(1, name, N_("This column stands twice.")))
    return faults


def _unfit(number: int, names: list[str], cells: list[str]) -> list[RowFault]:
    faults = []
    for name, cell in zip(names, cells, strict=True):
        bad = forbidden(cell)
        if bad:
            faults.append(row_fault(number, name, N_("The character %(code)s may not stand here."), code=bad))
        elif len(cell) > _LONGEST:
            text = N_("At most %(most)s characters may stand here.")
            faults.append(row_fault(number, name, text, most=_LONGEST))
    return faults


def whole_number(text: str, most: int) -> int | None:
    """A number without sign, blanks or marks between thousands, up to `most`; `None` for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        return None
    number = int(text)
    return number if number <= most else None


def decimal(text: str) -> float | None:
    """12.5 or 12,5: digits with at most one mark; `None` for anything else, thousands marks too."""
    plain = text.replace(",", ".")
    whole, _, rest = plain.partition(".")
    digits = (whole + rest).isascii() and whole.isdigit() and (rest.isdigit() or plain == whole)
    return float(plain) if digits and len(whole) <= 9 and len(rest) <= 6 else None
