"""Evidence: its dates and names, and when it has expired."""

import datetime as dt
import unicodedata

import pytest

from lenmuc.core.evidence import (
    NAME_LIMIT,
    Piece,
    PieceForm,
    clean_name,
    date_of,
    dates_of,
    name_faults,
    plain_name,
    worst,
)

TODAY = dt.date(2026, 11, 22)


def piece(expires: dt.date | None = None, effective: dt.date | None = None) -> Piece:
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    return Piece(1, "link", "Quyết định", "https://x.vn", "", "", 0, "", effective, expires, "A", at)


def wrong(effective: str = "", expires: str = "") -> list[tuple[str, str]]:
    _, faults = dates_of(PieceForm("T", "https://x.vn", effective, expires), TODAY)
    return [(fault.field, fault.message.text) for fault in faults]


@pytest.mark.parametrize("text", ["2026-03-12", "12/3/2026", "12/03/2026", "12.3.2026", " 12-3-2026 "])
def test_a_date_may_be_written_as_people_here_write_it(text: str) -> None:
    assert date_of(text) == dt.date(2026, 3, 12)


@pytest.mark.parametrize("text", ["31/2/2026", "2026", "tomorrow", "12/3/26", "2026-13-01", "0000-01-01"])
def test_what_is_no_date_is_said_at_its_field(text: str) -> None:
    assert [field for field, _ in wrong(effective=text)] == ["effective"]
    assert [field for field, _ in wrong(expires=text)] == ["expires"]


def test_evidence_ends_after_it_begins_and_not_before_today_in_sensible_years() -> None:
    assert wrong("1/1/2026", "31/12/2026") == []
    assert wrong("", "22/11/2026") == []
    assert wrong() == []
    assert "after the first day" in wrong("31/12/2026", "31/12/2026")[0][1]
    assert "after the first day" in wrong("1/1/2027", "31/12/2026")[0][1]
    assert "expired already" in wrong("", "21/11/2026")[0][1]
    assert "year" in wrong("1/1/1944", "")[0][1]
    assert "year" in wrong("", "1/1/2101")[0][1]
    assert [field for field, _ in wrong("1/1/1800", "x")] == ["effective", "expires"]


def test_evidence_holds_on_its_last_day_and_has_expired_on_the_next() -> None:
    last = piece(expires=TODAY)
    assert last.standing(TODAY) == "soon"
    assert last.standing(TODAY + dt.timedelta(days=1)) == "expired"
    assert last.standing(TODAY - dt.timedelta(days=60)) == "soon"
    assert last.standing(TODAY - dt.timedelta(days=61)) == ""
    assert piece().standing(TODAY) == ""
    assert piece(effective=TODAY + dt.timedelta(days=1)).standing(TODAY) == "later"


def test_of_several_pieces_the_worst_is_said() -> None:
    late, soon = piece(TODAY - dt.timedelta(days=1)), piece(TODAY)
    assert worst((piece(), soon, late), TODAY) == "expired"
    assert worst((piece(), soon), TODAY) == "soon"
    assert worst((piece(),), TODAY) == worst((), TODAY) == ""


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Quyết định.pdf", "Quyết định.pdf"),
        (unicodedata.normalize("NFD", "Quyết định.pdf"), "Quyết định.pdf"),
        ("C:\\Users\\Lan\\tệp.pdf", "tệp.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("..pdf", "pdf"),
        ("/", ""),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("a\0b.pdf", "ab.pdf"),
        ('a"b<c>|?*.pdf', "a_b_c____.pdf"),
        ("fdp.\u202egnp.exe.pdf", "fdp.gnp.exe.pdf"),
        ("  nhiều   chỗ trống .pdf ", "nhiều chỗ trống.pdf"),
        (".htaccess.pdf", "htaccess.pdf"),
    ],
)
def test_a_name_is_kept_without_folders_controls_or_marks_of_direction(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


def test_a_long_name_keeps_its_ending() -> None:
    name = clean_name("ế" * 400 + ".docx")
    assert len(name) == NAME_LIMIT
    assert name.endswith("ế.docx")


def test_old_programs_get_a_name_in_plain_letters() -> None:
    assert plain_name("Quyết định số 123/QĐ.PDF") == "quyet-dinh-so-123-qd.pdf"
    assert plain_name("\u6587.pdf").isascii()
    assert plain_name("….pdf") == "file.pdf"


NAMES = ("a.exe", "a.pdf.exe", "a.svg", "a.html", "a.zip", "a.docm", "pdf", ".pdf", "")


@pytest.mark.parametrize("name", NAMES)
def test_only_the_documented_kinds_are_taken(name: str) -> None:
    assert name_faults(clean_name(name))


def test_the_ending_may_be_in_capitals() -> None:
    assert name_faults("SCAN.PDF") == []
