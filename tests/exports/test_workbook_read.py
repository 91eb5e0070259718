"""Workbooks from strangers: bombs, entities and broken files are refused in a process with limits."""

import io
import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from lenmuc.contained import Limits
from lenmuc.exports import workbook_child
from lenmuc.exports.workbook_child import ENTRIES, FILE_LIMIT
from lenmuc.exports.workbook_read import SAID, read_sheets


def workbook() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("A")
    sheet.write_string(0, 0, "mức")
    sheet.write_formula(1, 0, "=1+1", None, 2)
    sheet.write_formula(2, 0, '=HYPERLINK("http://a.example","x")', None, "Met")
    sheet.write_number(3, 0, 1.5)
    book.close()
    return out.getvalue()


def repacked(change: dict[str, bytes], *, more: int = 0, level: int = 9) -> bytes:
    """A workbook with some parts replaced or added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook())) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as new,
    ):
        for name in old.namelist():
            if name not in change:
                new.writestr(name, old.read(name))
        for name, content in change.items():
            new.writestr(name, content)
        for number in range(more):
            new.writestr(f"xl/media/{number}.xml", b"<a/>")
    return out.getvalue()


def lying(file: bytes, size: int) -> bytes:
    """The archive with every declared unpacked size replaced by a small one."""
    out = bytearray(file)
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        for found in re.finditer(re.escape(mark), file):
            out[found.start() + place : found.start() + place + 4] = size.to_bytes(4, "little")
    return bytes(out)


SHEET = "xl/worksheets/sheet1.xml"
SPREAD = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
BOMB = b"<worksheet " + SPREAD + b"><!--" + b" " * 40_000_000 + b"--></worksheet>"
DTD = b'<!DOCTYPE w [<!ENTITY a "aaaaaaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
ELSEWHERE = b'<!doctype w [<!entity b PUBLIC "x" "file:///etc/passwd">]>'
PARAMETER = b'<!DOCTYPE w [<!ENTITY % p SYSTEM "http://127.0.0.1:1/p.dtd"> %p;]>'
LAUGHS = b'<!DOCTYPE z [<!ENTITY y "ha"><!ENTITY z "&y;&y;&y;&y;&y;&y;&y;&y;">]>'
INCLUDED = (
    b"<worksheet " + SPREAD + b' xmlns:xi="http://www.w3.org/2001/XInclude"><sheetData><row r="1">'
    b'<c r="A1" t="inlineStr"><is><t><xi:include href="file:///etc/passwd" parse="text"/></t></is></c>'
    b"</row></sheetData></worksheet>"
)
FAR = (
    b"<worksheet "
    + SPREAD
    + b'><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
    + (b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>')
)
HOSTILE = {
    "too many bytes": (b"PK" + b"x" * FILE_LIMIT, {"size"}),
    "no workbook": ("Mã,Tên\n".encode(), {"kind"}),
    "nothing": (b"", {"kind"}),
    "an old file or one with a password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, {"old"}),
    "cut off": (workbook()[:900], {"broken"}),
    "no parts of a workbook": (repacked({}).replace(b"xl/workbook.xml", b"xl/workbouk.xml"), {"kind"}),
    "too many parts": (repacked({}, more=ENTRIES), {"entries"}),
    "a part that is packed too well": (repacked({SHEET: BOMB}), {"bomb"}),
    "a part that lies about its size": (lying(repacked({SHEET: BOMB}), 100), {"bomb", "broken"}),
    "parts that are many bytes together": (
        repacked({f"xl/media/{n}.xml": b"<a>" + bytes(range(32, 59)) * 35_000 for n in range(75)}),
        {"bomb"},
    ),
    "a cell far out": (repacked({SHEET: FAR}), {"bomb", "cells"}),
    "a DTD": (repacked({SHEET: b"<?xml version='1.0'?>" + DTD + b"<worksheet>&a;</worksheet>"}), {"dtd"}),
    "a DTD among the relations": (repacked({"_rels/.rels": DTD + b"<a>&b;</a>"}), {"dtd"}),
    "an entity from elsewhere": (repacked({SHEET: ELSEWHERE + b"<worksheet>&b;</worksheet>"}), {"dtd"}),
    "a DTD from elsewhere": (repacked({SHEET: b'<!DOCTYPE w SYSTEM "http://x.example/x"><w/>'}), {"dtd"}),
    "a parameter entity": (repacked({"xl/sharedStrings.xml": PARAMETER + b"<sst/>"}), {"dtd"}),
    "entities within entities": (repacked({"xl/styles.xml": LAUGHS + b"<a>&z;</a>"}), {"dtd"}),
    "a DTD in UTF-16": (repacked({SHEET: (DTD + b"<worksheet/>").decode().encode("utf-16")}), {"xml"}),
    "a DTD in UTF-7": (
        repacked({SHEET: b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>'}),
        {"xml"},
    ),
    "XML that is none": (repacked({SHEET: b"<worksheet"}), {"broken"}),
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_file_is_refused_with_its_reason(kind: str) -> None:
    file, reasons = HOSTILE[kind]
    read = await read_sheets(file)
    assert read.why in reasons
    assert read.why in SAID
    assert not read.sheets


async def test_a_formula_is_read_as_the_text_that_was_typed() -> None:
    read = await read_sheets(workbook())
    assert read.sheets == {"A": [["mức"], ["=1+1"], ['=HYPERLINK("http://a.example","x")'], [1.5]]}
    assert read.why == ""


async def test_nothing_is_included_from_elsewhere() -> None:
    read = await read_sheets(repacked({SHEET: INCLUDED}))
    assert "root:" not in str(read)


async def test_the_child_ends_when_it_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lenmuc.contained.USUAL", Limits(longest=0.0))
    assert (await read_sheets(workbook())).why == "bomb"


def test_every_reason_has_its_words() -> None:
    source = Path(workbook_child.__file__).read_text(encoding="utf-8")
    reasons = set(re.findall(r'Unreadable\("(\w+)"\)', source)) | set(re.findall(r'why="(\w+)"', source))
    assert reasons == set(SAID)
