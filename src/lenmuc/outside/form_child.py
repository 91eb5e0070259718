"""Looks into one file in a process of its own: is it a form that somebody can fill in on a screen?"""

import io
import re
import zipfile

import msgspec
import pypdf

from lenmuc.contained import answer

FILE_LIMIT = 10 * 1024 * 1024
_PART_LIMIT = 16 * 1024 * 1024
_ENTRIES = 500
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_WORD = "WordDocument".encode("utf-16-le")
_OLD_SHEET = "Workbook".encode("utf-16-le")
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM")
_WORD_FIELDS = re.compile(rb"<w:(?:sdt|ffData)[ />]")
_ODT_FIELDS = re.compile(rb"<form:(?:text|textarea|checkbox|radio|combobox|listbox|formatted-text|date)[ />]")
_WORD_TEXT = re.compile(rb"<w:t[ >]")
_ODT_TEXT = re.compile(rb"<text:(?:p|h)[^/>]*>[^<]*\S")
_READ_ONLY = re.compile(rb"<w:documentProtection[^>]*w:edit=\"readOnly\"[^>]*w:enforcement=\"(?:1|true|on)\"")


class Form(msgspec.Struct, frozen=True):
    """What a file is: `kind` is a key of `forms.SAID`; `fields` counts the places to fill in."""

    kind: str
    fields: int = 0


def _pdf(file: bytes) -> Form:
    reader = pypdf.PdfReader(io.BytesIO(file), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        return Form("pdf-locked")
    fields = reader.get_fields() or {}
    fillable = sum(
        field.get("/FT") in ("/Tx", "/Btn", "/Ch") and not int(field.get("/Ff", 0)) & 1
        for field in fields.values()
    )
    if fillable:
        return Form("pdf-form", fillable)
    root = reader.trailer["/Root"]
    acro = root.get("/AcroForm") if hasattr(root, "get") else None
    if acro is not None and "/XFA" in acro.get_object():
        return Form("pdf-xfa")
    return Form("pdf-flat" if len(reader.pages) else "broken")


def _part(packed: zipfile.ZipFile, name: str) -> bytes:
    """One part, counted while it is unpacked. Raises `ValueError` when it is too large."""
    with packed.open(name) as stream:
        content = stream.read(_PART_LIMIT + 1)
    if len(content) > _PART_LIMIT:
        raise ValueError(name)
    return content


def _zipped(file: bytes) -> Form:
    with zipfile.ZipFile(io.BytesIO(file)) as packed:
        names = set(packed.namelist())
        if len(names) > _ENTRIES:
            return Form("broken")
        if "word/document.xml" in names:
            text = _part(packed, "word/document.xml")
            settings = _part(packed, "word/settings.xml") if "word/settings.xml" in names else b""
            if _READ_ONLY.search(settings):
                return Form("word-locked")
            fields = len(_WORD_FIELDS.findall(text))
            return Form("word", fields) if fields or _WORD_TEXT.search(text) else Form("word-picture")
        if "xl/workbook.xml" in names:
            return Form("sheet")
        if "mimetype" in names and "content.xml" in names:
            return _open_document(packed)
    return Form("other")


def _open_document(packed: zipfile.ZipFile) -> Form:
    kind = _part(packed, "mimetype")[:200].strip()
    if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return Form("sheet")
    if not kind.startswith(b"application/vnd.oasis.opendocument.text"):
        return Form("other")
    text = _part(packed, "content.xml")
    fields = len(_ODT_FIELDS.findall(text))
    return Form("word", fields) if fields or _ODT_TEXT.search(text) else Form("word-picture")


def look(file: bytes) -> Form:
    """What the file is. Names and declared types are not believed, its bytes are."""
    head = file[:1024].lstrip()
    try:
        if not file.strip():
            return Form("empty")
        if len(file) > FILE_LIMIT:
            return Form("broken")
        if b"%PDF-" in file[:1024]:
            return _pdf(file)
        if file.startswith(b"PK\x03\x04"):
            return _zipped(file)
        if file.startswith(_OLD_OFFICE):
            old_word = _OLD_WORD in file
            return Form("old-word" if old_word else "sheet" if _OLD_SHEET in file else "other")
        if head.startswith(b"{\\rtf"):
            return Form("rtf")
        if file.startswith(_PICTURES):
            return Form("picture")
        if re.match(rb"<(?:!doctype\s+html|html|head|\?xml[^>]*>\s*<!doctype html)", head, re.IGNORECASE):
            return Form("page")
        return Form("other")
    except Exception:  # whatever a parser meets in a stranger's bytes, the person is told the same
        return Form("broken")


if __name__ == "__main__":
    answer(lambda file: msgspec.json.encode(look(file)), FILE_LIMIT)
