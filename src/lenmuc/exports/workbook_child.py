"""Reads one workbook in a process of its own, within limits: bytes come in, cells go out as JSON.

Whoever sends a workbook decides every byte of it. So nothing of it is trusted: parts are counted while
they are unpacked, what could make the parser fetch or multiply is refused, and the rest is packed anew.
"""

import io
import re
import zipfile
import zlib
from xml.etree import ElementTree

import msgspec
import python_calamine

from lenmuc.contained import answer

FILE_LIMIT = 5 * 1024 * 1024
UNPACKED_LIMIT = 64 * 1024 * 1024
ENTRIES = 200
RATIO = 200
"""A part over a megabyte may be this many times larger than it is packed; sheets of text stay under 50."""
_CHUNK = 64 * 1024
_CELLS = 400_000
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_ENCODING = re.compile(rb"""^<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_CELL_NAME = re.compile("([A-Z]{1,3})([0-9]{1,7})")

Cell = str | float | bool | None


class Unreadable(Exception):
    """The file cannot be read; its argument is a key of `workbook_read.SAID`."""


class Read(msgspec.Struct, frozen=True):
    """The cells of each sheet from A1 on, the cells that hold errors; or why it cannot be read."""

    sheets: dict[str, list[list[Cell]]] = {}
    errors: dict[str, list[str]] = {}
    why: str = ""


def _checked_xml(part: bytes) -> bytes:
    """An XML part without a DTD. Raises `Unreadable`; parts in other encodings could hide one."""
    body = part.removeprefix(b"\xef\xbb\xbf")
    declared = _ENCODING.match(body)
    if b"\0" in body or not body.startswith(b"<"):
        raise Unreadable("xml")
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        raise Unreadable("xml")
    if re.search(rb"<!(?:DOCTYPE|ENTITY)", body, re.IGNORECASE):
        raise Unreadable("dtd")
    return part


def unpack(file: bytes) -> dict[str, bytes]:
    """The XML parts of a workbook by name. Raises `Unreadable`; sizes are counted, not believed."""
    if len(file) > FILE_LIMIT:
        raise Unreadable("size")
    if file.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("old")
    if not file.startswith(b"PK"):
        raise Unreadable("kind")
    parts: dict[str, bytes] = {}
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as packed:
            entries = packed.infolist()
            if len(entries) > ENTRIES or len({entry.filename for entry in entries}) < len(entries):
                raise Unreadable("entries")
            for entry in entries:
                if entry.flag_bits & 1:
                    raise Unreadable("old")
                pieces: list[bytes] = []
                size = 0
                with packed.open(entry) as stream:
                    while piece := stream.read(_CHUNK):
                        size += len(piece)
                        total += len(piece)
                        if total > UNPACKED_LIMIT or size > max(1024 * 1024, RATIO * entry.compress_size):
                            raise Unreadable("bomb")
                        pieces.append(piece)
                if entry.filename.endswith((".xml", ".rels")):
                    parts[entry.filename] = _checked_xml(b"".join(pieces))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, zlib.error) as bad:
        raise Unreadable("broken") from bad
    if "xl/workbook.xml" not in parts:
        raise Unreadable("kind")
    return parts


def _repacked(parts: dict[str, bytes]) -> io.BytesIO:
    """The same parts in an archive of our own, so that both readers see the same."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    out.seek(0)
    return out


def _files(parts: dict[str, bytes]) -> dict[str, bytes]:
    """The XML of each sheet by the sheet's name."""
    relations = ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    files = {one.get("Id", ""): one.get("Target", "").lstrip("/").removeprefix("xl/") for one in relations}
    sheets = ElementTree.fromstring(parts["xl/workbook.xml"]).iter(f"{_MAIN}sheet")
    return {
        sheet.get("name", ""): parts.get(f"xl/{files.get(sheet.get(f'{_REL}id', ''), '')}", b"")
        for sheet in sheets
    }


def _odd_cells(content: bytes) -> tuple[dict[str, str], list[str]]:
    """The formulas of a sheet by cell, as the text that was typed, and the cells that hold a bare error."""
    formulas: dict[str, str] = {}
    errors: list[str] = []
    for _, element in ElementTree.iterparse(io.BytesIO(content)):
        if element.tag == f"{_MAIN}c":
            formula = element.find(f"{_MAIN}f")
            name = element.get("r", "")
            if formula is not None and formula.text:
                formulas[name] = f"={formula.text}"
            elif (formula is not None or element.get("t") == "e") and _CELL_NAME.fullmatch(name):
                errors.append(name)
        elif element.tag == f"{_MAIN}row":
            element.clear()
    return formulas, errors[:100]


def _overlaid(rows: list[list[Cell]], formulas: dict[str, str]) -> list[list[Cell]]:
    """The rows with formulas as their own text: nothing is computed, no result that was sent is believed."""
    for name, text in formulas.items():
        place = _CELL_NAME.fullmatch(name)
        if place:
            column = sum((ord(c) - 64) * 26**power for power, c in enumerate(reversed(place[1]))) - 1
            row = int(place[2]) - 1
            if row < len(rows) and column < len(rows[row]):
                rows[row][column] = text
    return rows


def _plain(cell: object) -> Cell:
    if cell is None or isinstance(cell, str | float | bool):
        return cell
    return float(cell) if isinstance(cell, int) else str(cell)


def read(file: bytes) -> Read:
    """The cells of a workbook, or why it cannot be read."""
    try:
        parts = unpack(file)
        book = python_calamine.CalamineWorkbook.from_filelike(_repacked(parts))
        sheets: dict[str, list[list[Cell]]] = {}
        errors: dict[str, list[str]] = {}
        files = _files(parts)
        cells = 0
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            cells += sheet.total_height * sheet.total_width
            if cells > _CELLS:
                raise Unreadable("cells")
            rows = sheet.to_python(skip_empty_area=False)
            formulas, errors[name] = _odd_cells(files[name])
            sheets[name] = _overlaid([[_plain(cell) for cell in row] for row in rows], formulas)
        return Read(sheets, errors)
    except Unreadable as refused:
        return Read(why=str(refused))
    except MemoryError:
        return Read(why="bomb")
    except Exception:  # whatever a parser meets in a stranger's bytes, the person is told the same
        return Read(why="broken")


if __name__ == "__main__":
    answer(lambda file: msgspec.json.encode(read(file)), FILE_LIMIT)
