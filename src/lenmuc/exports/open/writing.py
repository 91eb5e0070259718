"""Rows of a table as CSV, JSON lines and XLSX, some at a time: a table of any length needs little memory.

CSV: UTF-8 with a byte order mark, comma, CRLF (RFC 4180); several values in one cell are parted by `; `.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

import msgspec
import xlsxwriter

from lenmuc.exports.open.tables import Table
from lenmuc.exports.roadmap_csv import harmless

Rows = Iterable[Sequence[Any]]
_ROWS_OF_A_SHEET = 1_048_575  # beside the head; source: Excel specifications and limits


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return harmless("; ".join(str(each) for each in value))
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return harmless(value) if isinstance(value, str) else value


def csv_head(table: Table) -> bytes:
    """The byte order mark and the names of the columns."""
    return b"\xef\xbb\xbf" + csv_rows([table.names])


def csv_rows(rows: Rows) -> bytes:
    """Rows of CSV."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode()


def jsonl_rows(table: Table, rows: Rows) -> bytes:
    """One JSON object a line; null is not known."""
    names = table.names
    return b"".join(msgspec.json.encode(dict(zip(names, row, strict=True))) + b"\n" for row in rows)


class Sheet:
    """A workbook with one sheet, written to `file` row by row."""

    def __init__(self, table: Table, file: BinaryIO) -> None:
        self._book = xlsxwriter.Workbook(
            file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self._sheet = self._book.add_worksheet(table.name)
        bold = self._book.add_format({"bold": True})
        for place, column in enumerate(table.columns):
            self._sheet.set_column(place, place, 40 if "name" in column.name else 16)
            self._sheet.write_string(0, place, column.name, bold)
        self._sheet.freeze_panes(1, 0)
        self._next = 1

    def add(self, rows: Rows) -> None:
        """Write rows below the last one. Raises `ValueError` when a sheet cannot hold them."""
        for row in rows:
            if self._next > _ROWS_OF_A_SHEET:
                raise ValueError("a sheet holds 1,048,576 rows")
            for place, value in enumerate(row):
                cell = value if isinstance(value, bool) else _cell(value)
                if cell != "":
                    self._sheet.write(self._next, place, cell)
            self._next += 1

    def finish(self) -> None:
        """Close the workbook; its bytes stand in the file."""
        self._book.close()
