"""Sheets of inspections stay on one side of paper each, whatever has to stand on them."""

import datetime as dt
from io import BytesIO
from typing import Any

import pypdf

from lenmuc import paths
from lenmuc.core.answers import Answer, Effective
from lenmuc.core.inspections import Check
from lenmuc.exports.inspection_pdf import ROWS, Sheet, write_sheets
from lenmuc.web.language import read_languages

MADE = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
VI = read_languages(paths.locale())["vi"]
LONG = "Thủ tục có tên rất dài theo quyết định công bố, "


def sheet(content: Any, name: str) -> Sheet:
    links = tuple(f"https://example.org/{n:040}" for n in range(9))
    answer = Answer("3.01", "STP", "1.1", "met", "", links, "", 1, "An", MADE)
    checks = tuple(
        Check(criterion, Effective("met", "offering", answer), True)
        for criterion in sorted(content.scheme.criteria, key=lambda c: -len(c.text.vi))[:30]
    )
    return Sheet(
        "Kiểm tra", 1, "Quý I/2027", name, "1.001193", LONG * 3, ("Lý do một", "Lý do hai"), 4, None, checks
    )


def test_the_longest_names_and_answers_fit_on_one_side(content: Any) -> None:
    body = write_sheets([sheet(content, LONG * 22), sheet(content, "Ngắn")], MADE, VI)
    pages = pypdf.PdfReader(BytesIO(body)).pages
    assert len(pages) == 2
    first = pages[0].extract_text()
    assert first.count("Không đạt") == ROWS
    assert "Mức độ này còn dựa vào các tiêu chí" in first


def test_the_same_sheets_give_the_same_bytes(content: Any) -> None:
    sheets = [sheet(content, "A")]
    assert write_sheets(sheets, MADE, VI) == write_sheets(sheets, MADE, VI)
