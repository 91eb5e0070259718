"""Files that people send: each accepted kind is taken, what only claims to be one is refused."""

import io

import pytest

from lenmuc.actions.inspecting import inspect
from tests.core.make_files import DOCX, GOOD, JPG, ODT, PDF, PNG, TXT, XLSX, archive

TYPES = ("[Content_Types].xml", b"")


def why(name: str, content: bytes) -> str:
    """The reason against a file; empty when it is taken."""
    faults = inspect(name, io.BytesIO(content), len(content))
    return faults[0].message.text if faults else ""


@pytest.mark.parametrize("kind", GOOD)
def test_every_documented_kind_is_taken(kind: str) -> None:
    assert why(f"a.{kind}", GOOD[kind]) == ""


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("other", GOOD)
def test_content_of_another_kind_is_refused(kind: str, other: str) -> None:
    alike = {frozenset({"jpg", "jpeg"}), frozenset({"txt", "csv"})}
    if kind != other and frozenset({kind, other}) not in alike:
        assert why(f"a.{kind}", GOOD[other])


RUBBISH = (b"", b"\0", b"PK", b"PK\x05\x06" + b"\0" * 18, b"%PDF-1.7", b"\xff" * 70_000)


@pytest.mark.parametrize("content", RUBBISH)
@pytest.mark.parametrize("kind", GOOD)
def test_rubbish_is_refused(kind: str, content: bytes) -> None:
    if not (kind in ("txt", "csv") and content == b"PK"):
        assert why(f"a.{kind}", content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PDF + archive(("evil.class", b"x" * 99))),
        ("a.jpg", JPG + archive(("evil.class", b"x" * 99))),
        ("a.png", PNG + b"<script>alert(1)</script>"),
        ("a.png", PNG + archive(("evil.class", b"x"))),
        ("a.docx", PDF + DOCX),
        ("a.pdf", b"GIF89a" + PDF),
        ("a.txt", b"<!DOCTYPE html><script>alert(1)</script>"),
        ("a.txt", b"\xef\xbb\xbf  <svg onload=alert(1)>"),
        ("a.csv", b"MZ\x90\0\3"),
        ("a.txt", b"#!/bin/sh\nrm -rf /\n"),
        ("a.docx", archive(("x", b"y"), comment=DOCX)),
    ],
)
def test_a_file_that_is_two_kinds_at_once_is_refused(name: str, content: bytes) -> None:
    assert why(name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", archive(TYPES, ("word/document.xml", b""), ("word/vbaProject.bin", b"x"))),
        ("a.xlsx", archive(TYPES, ("xl/workbook.xml", b""), ("xl/VBAProject.bin", b"x"))),
        (
            "a.odt",
            archive(("mimetype", b"application/vnd.oasis.opendocument.text"), ("Basic/script-lc.xml", b"x")),
        ),
    ],
)
def test_macros_are_refused(name: str, content: bytes) -> None:
    assert "macros" in why(name, content)


def test_a_list_of_contents_that_lies_about_its_size_is_not_followed() -> None:
    for place in range(12, 20):
        damaged = bytearray(DOCX)
        damaged[-22 + place] ^= 0xFF
        assert why("a.docx", bytes(damaged))
    for cut in (1, 10, 22, 60):
        assert why("a.xlsx", XLSX[:-cut])
    assert why("a.odt", ODT[:37] + b"x" + ODT[38:])


def test_a_text_is_read_to_its_end() -> None:
    long = TXT * 40_000
    assert why("a.txt", long) == ""
    assert "UTF-8" in why("a.txt", long + b"\xe1\xba")
    assert "UTF-8" in why("a.txt", "Quyết định".encode("utf-16"))
    assert "cannot be stored" in why("a.txt", long + b"\0")
