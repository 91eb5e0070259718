"""What a file is, by its bytes: a form to fill in, or something that only looks like one."""

import io
import re
import zipfile
from pathlib import Path

import pypdf
import pytest
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from lenmuc.contained import Limits
from lenmuc.outside import form_child
from lenmuc.outside.form_child import Form, look
from lenmuc.outside.forms import SAID, look_at_form


def pdf(*fields: tuple[str, int], password: str = "") -> bytes:
    """A PDF of one page with fields (type, flags)."""
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    if fields:
        made = ArrayObject()
        for number, (kind, flags) in enumerate(fields):
            field = DictionaryObject(
                {
                    NameObject("/FT"): NameObject(kind),
                    NameObject("/T"): TextStringObject(f"f{number}"),
                    NameObject("/Ff"): NumberObject(flags),
                }
            )
            made.append(writer._add_object(field))
        form = DictionaryObject({NameObject("/Fields"): made})
        writer._root_object[NameObject("/AcroForm")] = writer._add_object(form)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def packed(**parts: str) -> bytes:
    """A ZIP file of these parts; `__` in a name stands for a slash, `_dot_` for a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def docx(body: str, settings: str = "<w:settings/>") -> bytes:
    return packed(word__document_dot_xml=f"<w:document>{body}</w:document>", word__settings_dot_xml=settings)


def odt(body: str, kind: str = "text") -> bytes:
    return packed(mimetype=f"application/vnd.oasis.opendocument.{kind}", content_dot_xml=body)


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
FILES: list[tuple[bytes, Form]] = [
    (pdf(("/Tx", 0), ("/Btn", 0), ("/Ch", 0)), Form("pdf-form", 3)),
    (pdf(("/Tx", 1)), Form("pdf-flat")),  # read-only fields are nothing to fill in
    (pdf(("/Sig", 0)), Form("pdf-flat")),
    (pdf(), Form("pdf-flat")),
    (pdf(("/Tx", 0), password="secret"), Form("pdf-locked")),
    (b"%PDF-1.7\nbroken", Form("broken")),
    (docx('<w:sdt><w:t>x</w:t></w:sdt><w:ffData w:a="b"/>'), Form("word", 2)),
    (docx("<w:t>Họ và tên: ……</w:t>"), Form("word")),
    (docx("<w:drawing/>"), Form("word-picture")),
    (
        docx("<w:t>x</w:t>", '<w:documentProtection w:edit="readOnly" w:enforcement="1"/>'),
        Form("word-locked"),
    ),
    (odt("<text:p>Họ và tên</text:p>"), Form("word")),
    (odt("<form:text />"), Form("word", 1)),
    (odt("<draw:frame/>"), Form("word-picture")),
    (odt("", "spreadsheet"), Form("sheet")),
    (odt("", "presentation"), Form("other")),
    (packed(xl__workbook_dot_xml="<workbook/>"), Form("sheet")),
    (packed(anything="x"), Form("other")),
    (b"PK\x03\x04broken", Form("broken")),
    (OLD + "WordDocument".encode("utf-16-le"), Form("old-word")),
    (OLD + "Workbook".encode("utf-16-le"), Form("sheet")),
    (OLD, Form("other")),
    (b"{\\rtf1\\ansi x}", Form("rtf")),
    (b"\x89PNG\r\n\x1a\nxxxx", Form("picture")),
    (b"\xff\xd8\xff\xe0xxxx", Form("picture")),
    (b"\n <!DOCTYPE html><title>x</title>", Form("page")),
    (b"", Form("empty")),
    (b" \n", Form("empty")),
    (b"just text", Form("other")),
]


@pytest.mark.parametrize(("file", "wanted"), FILES)
def test_a_file_is_what_its_bytes_are(file: bytes, wanted: Form) -> None:
    assert look(file) == wanted


def test_every_kind_has_its_words_and_is_met_by_a_file() -> None:
    named = set(re.findall(r'Form\("([\w-]+)"', Path(form_child.__file__).read_text(encoding="utf-8")))
    named |= {"old-word", "other"}
    assert named | {"sheet"} == set(SAID)
    assert set(SAID) - {wanted.kind for _, wanted in FILES} == {"pdf-xfa"}


def test_an_xfa_form_stays_open() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(("/Sig", 0))))
    acro = writer._root_object["/AcroForm"].get_object()
    assert isinstance(acro, DictionaryObject)
    acro[NameObject("/XFA")] = ArrayObject()
    out = io.BytesIO()
    writer.write(out)
    assert look(out.getvalue()) == Form("pdf-xfa")


async def test_the_file_is_read_in_another_process_and_the_finding_says_what_it_is() -> None:
    found = await look_at_form(pdf(("/Tx", 0)))
    assert (found.result, found.reason % found.params) == ("passed", "It is a PDF to fill in; fields: 1.")
    assert (await look_at_form(pdf())).result == "failed"


async def test_a_part_that_unpacks_to_too_much_is_not_read() -> None:
    bomb = docx("<w:t>" + " " * 60_000_000 + "</w:t>")
    assert len(bomb) < 100_000
    assert (await look_at_form(bomb)).result == "inconclusive"


async def test_a_reader_that_takes_too_long_makes_it_inconclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lenmuc.contained.USUAL", Limits(longest=0.0))
    assert (await look_at_form(pdf())).result == "inconclusive"
