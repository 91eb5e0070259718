"""Reads the rows of a file that somebody else made, one after the other: CSV, XLSX, ODS, JSON, JSON lines.

Each may be packed with gzip, zip or tar. What unpacks to far more than it should is refused, and no more than
one row (of a JSON file: the file) is held at a time.
"""

import codecs
import csv
import fnmatch
import gzip
import io
import itertools
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from operator import itemgetter
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import msgspec
import python_calamine

from lenmuc.content.errors import ContentError
from lenmuc.core.errors import N_
from lenmuc.core.mappings import ABOUT_FILE, BETWEEN, Mapping, Source
from lenmuc.core.registry import Row
from lenmuc.core.text import clean_line

MOST_BYTES = 1024 * 1024 * 1024
"""Bytes that one import may unpack to."""
MOST_JSON = 128 * 1024 * 1024
"""Bytes of one JSON document or workbook, which has to be read whole."""
MOST_MEMBERS = 200_000
_RATIO, _FREE = 300, 16 * 1024 * 1024  # unpacked to packed; up to here any ratio
_CELL = 4 * 1024 * 1024
_SAMPLE = 256 * 1024
_CANDIDATES = ",;\t|"
_ENCODINGS = ("utf-8", "windows-1258")
_UNPACK_SHEET = 256 * 1024 * 1024
_BROKEN = N_("the file is broken (%(why)s); fetch it again")
_MEMBERS = N_("more than %(most)s files inside; split it")
_NOT_THROUGHOUT = N_(
    'it is not %(encoding)s throughout (%(why)s); name the encoding in the mapping: [source] encoding = "…"'
)


class _Counted(io.RawIOBase):
    """A stream that refuses to give more than it may."""

    def __init__(self, raw: IO[bytes], name: str, most: int) -> None:
        self._raw, self._name, self._left = raw, name, most

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As much as there is. Raises `ContentError` beyond the limit or for a broken archive."""
        try:
            piece = self._raw.read(len(buffer))
        except (OSError, EOFError, zipfile.BadZipFile, ValueError) as wrong:
            raise ContentError(self._name, "", _BROKEN, why=str(wrong)) from wrong
        except Exception as wrong:
            if type(wrong).__module__ == "zlib":
                raise ContentError(self._name, "", _BROKEN, why=str(wrong)) from wrong
            raise
        self._left -= len(piece)
        if self._left < 0:
            raise ContentError(
                self._name,
                "",
                N_("it unpacks to far more than such a file should; unpack and split it yourself"),
            )
        buffer[: len(piece)] = piece
        return len(piece)


def _counted(raw: IO[bytes], name: str, most: int) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(_Counted(raw, name, most), 256 * 1024))


def _most(packed: int) -> int:
    return min(MOST_BYTES, max(_FREE, packed * _RATIO))


def _wanted(name: str, pattern: str) -> bool:
    last = name.rpartition("/")[2]
    if not last or last.startswith(".") or name.startswith("__MACOSX"):
        return False
    return not pattern or fnmatch.fnmatch(last, pattern) or fnmatch.fnmatch(name, pattern)


def _in_zip(path: Path, pattern: str) -> Iterator[tuple[str, BinaryIO]]:
    left = _most(path.stat().st_size)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise ContentError(path.name, "", _MEMBERS, most=f"{MOST_MEMBERS:,}")
            for member in members:
                if not member.is_dir() and _wanted(member.filename, pattern):
                    with archive.open(member) as opened, _counted(opened, path.name, left) as stream:
                        yield member.filename, stream
                    left -= member.file_size
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as wrong:
        raise ContentError(
            path.name, "", N_("this zip cannot be read (%(why)s); pack it again"), why=str(wrong)
        ) from wrong


def _in_tar(path: Path, pattern: str) -> Iterator[tuple[str, BinaryIO]]:
    try:
        with (
            path.open("rb") as raw,
            closing(_unpacked(raw, path)) as plain,
            tarfile.open(fileobj=plain, mode="r|") as archive,
        ):
            for number, member in enumerate(archive):
                if number > MOST_MEMBERS:
                    raise ContentError(path.name, "", _MEMBERS, most=f"{MOST_MEMBERS:,}")
                inside = archive.extractfile(member) if member.isfile() else None
                if inside is not None and _wanted(member.name, pattern):
                    yield member.name, _counted(inside, path.name, MOST_BYTES)
    except (tarfile.TarError, EOFError) as wrong:
        raise ContentError(path.name, "", _BROKEN, why=str(wrong)) from wrong


def _unpacked(raw: BinaryIO, path: Path) -> BinaryIO:
    packed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    opened = cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if packed else raw
    return _counted(opened, path.name, _most(path.stat().st_size) if packed else MOST_BYTES)


def opened(path: Path, source: Source) -> Iterator[tuple[str, BinaryIO]]:
    """(name, stream) of the file, or of each file in the archive that the mapping's pattern fits.

    Raises `ContentError` for a file that is not there, is broken, or unpacks to too much.
    """
    if not path.is_file():
        raise ContentError(str(path), "", N_("there is no such file; check its name"))
    names = path.name.lower()
    sheets = source.format in ("xlsx", "ods")
    if names.endswith((".tar", ".tar.gz", ".tgz")):
        yield from _in_tar(path, source.files)
    elif names.endswith(".zip") or (zipfile.is_zipfile(path) and not sheets):
        yield from _in_zip(path, source.files)
    else:
        with path.open("rb") as raw, closing(_unpacked(raw, path)) as plain:
            yield path.name, plain


def encoding_of(sample: bytes, whole: bool) -> str:
    """The encoding of a text by its first bytes: by its mark, else UTF-8 if that reads, else Windows-1258."""
    for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
                       (codecs.BOM_UTF16_BE, "utf-16")):  # fmt: skip
        if sample.startswith(mark):
            return name
    if sample[1:40:2].count(0) > 8:
        return "utf-16-le"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, whole)
    except UnicodeDecodeError:
        return _ENCODINGS[1]
    return _ENCODINGS[0]


def delimiter_of(line: str) -> str:
    """The sign between the columns: of comma, semicolon, tab and bar the one that stands there most often."""
    quoted = False
    counts = dict.fromkeys(_CANDIDATES, 0)
    for char in line:
        if char == '"':
            quoted = not quoted
        elif char in counts and not quoted:
            counts[char] += 1
    return max(_CANDIDATES, key=lambda sign: counts[sign])


class Tables:
    """The rows of files as a mapping describes them. `said` tells what was found out about each file."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping, self.source = mapping, mapping.source
        self.columns = mapping.columns
        self.said: list[str] = []

    def rows(self, paths: Sequence[Path]) -> Iterator[Row]:
        """Every row of every file. Raises `ContentError` naming the file and what to do."""
        read = {"csv": self._csv, "json": self._json, "jsonl": self._lines}.get(
            self.source.format, self._sheet
        )
        for path in paths:
            some = False
            for name, stream in opened(path, self.source):
                some = True
                yield from read(name, stream)
            if not some:
                pattern = self.source.files or "*"
                raise ContentError(
                    path.name,
                    "",
                    N_("no file inside fits the pattern %(pattern)s; check it"),
                    pattern=pattern,
                )

    def _text(self, name: str, stream: BinaryIO) -> io.TextIOWrapper:
        buffered = cast(io.BufferedReader, stream)
        sample = buffered.peek(_SAMPLE)[:_SAMPLE] if hasattr(buffered, "peek") else b""
        encoding = self.source.encoding or encoding_of(sample, False)
        try:
            codecs.lookup(encoding)
        except LookupError as wrong:
            raise ContentError(
                name, "", N_("no encoding is called %(name)s; correct the mapping"), name=repr(encoding)
            ) from wrong
        self.said.append(f"{name}: read as {encoding}" + ("" if self.source.encoding else " (found out)"))
        return io.TextIOWrapper(stream, encoding=encoding, newline="")

    def _places(self, name: str, header: Sequence[str]) -> list[int]:
        """Where each column stands; -1 for the name of the file, which is no cell."""
        at = {clean_line(title).lstrip("\ufeff"): place for place, title in reversed(list(enumerate(header)))}
        missing = [column for column in self.columns if column not in at and column != ABOUT_FILE]
        if missing:
            there = ", ".join(clean_line(title) for title in header if title)[:1000]
            raise ContentError(
                name, f"line {self.source.header}",
                N_("there is no column %(missing)s; correct the mapping. The columns are: %(there)s"),
                missing=", ".join(missing), there=there,
            )  # fmt: skip
        return [at.get(column, -1) for column in self.columns]

    def _cut(self, name: str, header: Sequence[str], lines: Iterator[Sequence[str]]) -> Iterator[Row]:
        places = self._places(name, header)
        most = max(places, default=0)
        whole = itemgetter(*places) if len(places) > 1 and min(places) >= 0 else None
        for number, line in enumerate(lines, start=self.source.header + 1):
            if any(line):
                if whole is not None and most < len(line):
                    yield Row(name, number, whole(line))
                    continue
                size = len(line)
                cells = [name if at < 0 else line[at] if at < size else "" for at in places]
                yield Row(name, number, cells)

    def _csv(self, name: str, stream: BinaryIO) -> Iterator[Row]:
        csv.field_size_limit(_CELL)
        text = self._text(name, stream)
        try:
            skipped = list(itertools.islice(text, self.source.header - 1))
            first = text.readline(_CELL)
            delimiter = self.source.delimiter or delimiter_of(first)
            lines = csv.reader(itertools.chain([first], text), delimiter=delimiter)
            header = next(lines, [])
            if not header:
                raise ContentError(name, f"line {len(skipped) + 1}", N_("no column names stand here"))
            yield from self._cut(name, header, lines)
        except UnicodeError as wrong:
            raise ContentError(name, "", _NOT_THROUGHOUT, encoding=text.encoding, why=str(wrong)) from wrong
        except csv.Error as wrong:
            raise ContentError(
                name, "", N_("%(why)s; check the quotation marks of the file"), why=str(wrong)
            ) from wrong

    def _sheet(self, name: str, stream: BinaryIO) -> Iterator[Row]:
        data = _whole(name, stream)
        _check_workbook(name, data)
        try:
            book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
            wanted = self.source.sheet or book.sheet_names[0]
            if wanted not in book.sheet_names:
                there = ", ".join(book.sheet_names)
                raise ContentError(
                    name,
                    "",
                    N_("there is no sheet %(wanted)s; the sheets are %(there)s"),
                    wanted=wanted,
                    there=there,
                )
            sheet = book.get_sheet_by_name(wanted)
        except (python_calamine.CalamineError, IndexError, ValueError) as wrong:
            raise ContentError(
                name, "", N_("this workbook cannot be read (%(why)s); save it again"), why=str(wrong)
            ) from wrong
        lines = iter(sheet.to_python(skip_empty_area=False))
        for _ in range(self.source.header - 1):
            next(lines, None)
        header = [_cell(value) for value in next(lines, [])]
        yield from self._cut(name, header, ([_cell(value) for value in line] for line in lines))

    def _lines(self, name: str, stream: BinaryIO) -> Iterator[Row]:
        steps = _paths(self.columns)
        for number, line in enumerate(self._text(name, stream), start=1):
            if line.strip():
                try:
                    document = msgspec.json.decode(line)
                except (msgspec.DecodeError, RecursionError) as wrong:
                    raise ContentError(
                        name, f"line {number}", N_("%(why)s; correct the line"), why=str(wrong)
                    ) from wrong
                yield Row(name, number, [_cell_at(document, path, name) for path in steps])

    def _json(self, name: str, stream: BinaryIO) -> Iterator[Row]:
        try:
            document = msgspec.json.decode(_whole(name, stream).removeprefix(codecs.BOM_UTF8))
        except (msgspec.DecodeError, RecursionError) as wrong:
            raise ContentError(
                name, "", N_("this is not JSON in UTF-8 (%(why)s); fetch it again"), why=str(wrong)
            ) from wrong
        for step in _steps(self.source.rows) if self.source.rows else ():
            document = _under(document, step)
        records = document if isinstance(document, list) else [document]
        if not all(isinstance(record, dict) for record in records):
            where = self.source.rows or "the top"
            raise ContentError(
                name, where, N_('no records stand here; name the path of the array: rows = "…"')
            )
        paths = _paths(self.columns)
        for number, record in enumerate(records, start=1):
            yield Row(name, number, [_cell_at(record, path, name) for path in paths])


def _whole(name: str, stream: BinaryIO) -> bytes:
    data = stream.read(MOST_JSON + 1)
    if len(data) > MOST_JSON:
        raise ContentError(
            name, "", N_("it is larger than %(most)s MiB; split it, or use JSON lines"), most=MOST_JSON >> 20
        )
    return data


def _check_workbook(name: str, data: bytes) -> None:
    """Unpack a workbook once without keeping it: a bomb is refused before anything reads it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            left = min(_UNPACK_SHEET, max(_FREE, len(data) * _RATIO))
            for member in packed.infolist()[:10_000]:
                with packed.open(member) as raw, _counted(raw, name, left) as stream:
                    while piece := stream.read(1024 * 1024):
                        left -= len(piece)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as wrong:
        raise ContentError(
            name, "", N_("this is no workbook (%(why)s); save it as XLSX or ODS"), why=str(wrong)
        ) from wrong


def _cell(value: object) -> str:
    """The text of one cell; a whole number that a workbook keeps as 5.0 is 5."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def _paths(columns: Sequence[str]) -> list[tuple[str, ...]]:
    return [_steps(column) for column in columns]


def _under(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list):
        if step.isdigit():
            return value[int(step)] if int(step) < len(value) else None
        return [_under(each, step) for each in value]
    return None


def _cell_at(record: Any, path: tuple[str, ...], name: str) -> str:
    """The text at a path of a record; values of lists with `BETWEEN` between them."""
    if path == (ABOUT_FILE,):
        return name
    value = record
    for step in path:
        value = _under(value, step)
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return BETWEEN.join(_cell(each) for each in value if each is not None and each != "")
    return _cell(value)
