"""Answers as a workbook over HTTP: downloaded, filled, sent back, compared, damaged in twenty ways."""

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lenmuc.content.everything import load_content
from lenmuc.core.bulk import answerable
from lenmuc.exports.workbook import MEDIA_TYPE
from tests.conftest import Visitor
from tests.pages.bulk import BY_2026, CODE, MISSING, answers, give, hidden, level
from tests.pages.test_agency import words_of


async def downloaded(staff: Visitor, query: str = "level=2", lang: str = "en") -> bytes:
    await staff.get(f"/{lang}/work/workbook")
    reply = await staff.get(f"/{lang}/work/workbook.xlsx?{query}")
    assert reply.status_code == 200
    assert reply.headers["content-type"] == MEDIA_TYPE
    assert reply.headers["content-disposition"].startswith('attachment; filename="lenmuc-STP-')
    return bytes(reply.content)


async def send(staff: Visitor, content: bytes, lang: str = "en", scheme: str = "") -> Any:
    page = await staff.http.get(f"/{lang}/work/workbook")
    csrf = unescape(re.search(r'name="csrf" value="([^"]+)"', page.text)[1])
    files = {"file": ("a.xlsx", content, MEDIA_TYPE)}
    reply = await staff.http.post(
        f"/{lang}/work/workbook", data={"csrf": csrf, "scheme": scheme}, files=files
    )
    staff.csrf = csrf
    return reply


def changed(content: bytes, change: Callable[[Any, Any], None]) -> bytes:
    """The workbook after somebody has worked on it: `change(answers, hidden)`."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book.worksheets[1], book.worksheets[2])
    out = io.BytesIO()
    book.save(out)
    book.close()
    return out.getvalue()


def row_of(sheet: Any, code: str, criterion: str) -> int:
    rows = range(2, sheet.max_row + 1)
    return next(r for r in rows if (sheet.cell(r, 1).value, sheet.cell(r, 3).value) == (code, criterion))


def fill(sheet: Any, _: Any) -> None:
    for criterion in MISSING:
        row = row_of(sheet, CODE, criterion)
        sheet.cell(row, 7).value = "Met"
        sheet.cell(row, 8).value = 2026 if criterion == "3.03" else f"=Đã làm {criterion}"


async def test_a_workbook_sent_back_as_it_was_changes_nothing(as_staff: Visitor, db: Any) -> None:
    await give(as_staff, row=CODE, evidence="https://a.example/1\nhttps://a.example/2")
    content = await downloaded(as_staff)
    for sent in (content, changed(content, lambda *_: None)):
        text = words_of((await send(as_staff, sent)).text)
        assert "The workbook changes 0 answers" in text
        assert "Nothing to store" in text


async def test_a_filled_workbook_is_compared_applied_taken_back_and_may_be_sent_twice(
    as_staff: Visitor, db: Any
) -> None:
    content = changed(await downloaded(as_staff), fill)
    page = await send(as_staff, content, "vi")
    assert page.status_code == 200
    assert "1 dịch vụ" in words_of(page.text)
    assert await answers(db) == {}
    page = await send(as_staff, content)
    assert "The workbook changes 4 answers" in words_of(page.text)
    done = await as_staff.post("/en/work/workbook/apply", **hidden(page.text, "packed", "both"))
    assert done.status_code == 303
    assert (await answers(db))[CODE, "3.03"] == ("met", "2026")
    assert (await answers(db))[CODE, "3.04"] == ("met", "=Đã làm 3.04")
    assert await level(db) == 3
    again = await send(as_staff, content)
    assert "4 rows are stored like that already" in words_of(again.text)
    assert "Nothing to store" in words_of(again.text)
    assert (await as_staff.post(done.headers["location"])).status_code == 303
    assert await answers(db) == {}


async def test_what_others_changed_since_stays_unless_mine_is_chosen(as_staff: Visitor, db: Any) -> None:
    content = changed(await downloaded(as_staff), fill)
    for criterion in ("3.03", "3.04"):
        one = {"value": "not_met", "justification": "Bản kia", "version": "0"}
        assert (await as_staff.post(f"/en/work/{CODE}/{criterion}", **one)).status_code == 303
    page = await send(as_staff, content)
    assert "Changed by you and by others" in words_of(page.text)
    packed = hidden(page.text, "packed", "both")
    done = await as_staff.post("/en/work/workbook/apply", **packed, take=f"{CODE} 3.04")
    assert done.status_code == 303
    given = await answers(db)
    assert given[CODE, "3.03"] == ("not_met", "Bản kia")
    assert given[CODE, "3.04"] == ("met", "=Đã làm 3.04")
    assert given[CODE, "3.05"][0] == "met"


async def test_libreoffice_gives_a_workbook_back_as_it_was(as_staff: Visitor, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed: apt install libreoffice-calc-nogui")
    links = "https://a.example/1\nhttps://a.example/2"
    await give(as_staff, row=CODE, justification="Dòng một\nDòng hai  “ngoặc”", evidence=links)
    (tmp_path / "in.xlsx").write_bytes(await downloaded(as_staff))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    kind = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", "out"]
    command = [office, profile, "--headless", *kind, "in.xlsx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    page = await send(as_staff, (tmp_path / "out/in.xlsx").read_bytes())
    assert page.status_code == 200, words_of(page.text)[:1500]
    text = words_of(page.text)
    assert "The workbook changes 0 answers" in text
    book = openpyxl.load_workbook(tmp_path / "out/in.xlsx")
    assert [sheet.sheet_state for sheet in book.worksheets] == ["visible", "visible", "hidden"]
    assert len(book.worksheets[1].data_validations.dataValidation) == 2
    book.close()


def place(column: str, value: Any, criterion: str = "3.03") -> Callable[[Any, Any], None]:
    """Damage: another value in one cell of a row that is otherwise filled in well."""

    def damage(sheet: Any, hidden: Any) -> None:
        fill(sheet, hidden)
        sheet[f"{column}{row_of(sheet, CODE, criterion)}"].value = value

    return damage


def in_hidden(cell: str, value: Any) -> Callable[[Any, Any], None]:
    def damage(sheet: Any, hidden: Any) -> None:
        fill(sheet, hidden)
        hidden[cell].value = value

    return damage


def no_hidden(sheet: Any, hidden: Any) -> None:
    sheet.parent.remove(hidden)


def renamed(sheet: Any, _: Any) -> None:
    fill(sheet, _)
    sheet.title = "Khác"


def twice(sheet: Any, _: Any) -> None:
    fill(sheet, _)
    row = row_of(sheet, CODE, "3.03")
    for column in range(1, 11):
        sheet.cell(row + 1, column).value = sheet.cell(row, column).value


def column_moved(sheet: Any, _: Any) -> None:
    fill(sheet, _)
    sheet.move_range(f"H1:H{sheet.max_row}", cols=4)


def heading(sheet: Any, _: Any) -> None:
    sheet["G1"].value = "Kết quả"


def broken_link(sheet: Any, _: Any) -> None:
    fill(sheet, _)
    sheet[f"I{row_of(sheet, CODE, '3.04')}"].value = "https://a.example\nkhông phải liên kết"


def obstacle_of_met(sheet: Any, _: Any) -> None:
    fill(sheet, _)
    sheet[f"J{row_of(sheet, CODE, '3.04')}"].value = "There is no money for it"


def half(sheet: Any, _: Any) -> None:
    sheet[f"H{row_of(sheet, CODE, '3.05')}"].value = "chỉ có lý do"


def error_value(sheet: Any, _: Any) -> None:
    fill(sheet, _)
    cell = sheet[f"H{row_of(sheet, CODE, '3.06')}"]
    cell.value, cell.data_type = "#REF!", "e"


ELEVEN = "\n".join(f"https://a.example/{number}" for number in range(11))
DAMAGE = {
    "the hidden sheet is gone": (no_hidden, "", "its hidden sheet “lenmuc” is gone"),
    "another form": (in_hidden("A1", "lenmuc-answers-0"), "", "another form"),
    "another agency": (in_hidden("B1", "SXD"), "", "made for another agency"),
    "another scheme": (in_hidden("C1", "rs-2011"), "", "made for another scheme"),
    "the sheet is renamed": (renamed, "", "The sheet “Answers” is missing"),
    "a column is moved": (column_moved, "H1", "The heading here was “Justification”"),
    "a heading is changed": (heading, "G1", "The heading here was “Answer”"),
    "a version is changed": (in_hidden("C5", "7"), "", "Row 5 of the hidden sheet"),
    "a stored answer is changed": (in_hidden("D6", "met"), "", "Row 6 of the hidden sheet"),
    "a foreign service": (place("A", "1.001193"), "A", "“1.001193” is no service of this workbook"),
    "a service that is not there": (place("A", "9.999999"), "A", "“9.999999” is no service of this workbook"),
    "a criterion that is not there": (place("C", "9.99"), "C", "“9.99” is no criterion of this service"),
    "an id is emptied": (place("C", None), "C", "is no criterion of this service"),
    "a row is there twice": (twice, "A+1", "stand in row"),
    "an answer outside of the list": (place("G", "Có"), "G", "“Có” is none of the answers"),
    "an obstacle outside of the list": (place("J", "Lười"), "J", "“Lười” is none of the obstacles"),
    "met with an obstacle": (obstacle_of_met, "J3.04", "A criterion that is met has no obstacle"),
    "met without a reason": (place("H", None), "H", "Say how the criterion is met"),
    "no link": (broken_link, "I3.04", "Link 2 must be a full address"),
    "too many links": (place("I", ELEVEN), "I", "at most 10 links"),
    "too long": (place("H", "x" * 4001), "H", "Shorten the justification to 4000"),
    "a hidden letter": (place("H", "a\u202eb"), "H", "U+202E"),
    "an answer is missing": (half, "G3.05", "Choose an answer for this row"),
    "an error of the spreadsheet": (error_value, "H3.06", "The cell holds an error"),
}


@pytest.mark.parametrize("kind", DAMAGE)
async def test_each_damage_is_told_by_its_cell_and_nothing_is_stored(
    as_staff: Visitor, db: Any, kind: str
) -> None:
    damage, where, sentence = DAMAGE[kind]
    content = await downloaded(as_staff)
    before = openpyxl.load_workbook(io.BytesIO(content))
    rows = {c: row_of(before.worksheets[1], CODE, c) for c in MISSING}
    before.close()
    page = await send(as_staff, changed(content, damage))
    assert page.status_code == 422
    errors = re.search(r'<div class="errors".*?</div>', page.text, re.S)
    assert errors
    told = [words_of(one) for one in re.findall(r"<li>.*?</li>", errors[0], re.S)]
    assert len(told) == 1, told
    assert sentence in told[0]
    if where:
        row = rows[where[1:]] if where[1:] in rows else rows["3.03"] + where.endswith("+1")
        cell = where if where[1:] == "1" else f"{where[0]}{row}"
        assert told[0].startswith(f"Cell {cell}: ")
    assert await answers(db) == {}


async def test_numbers_that_were_texts_are_mended(as_staff: Visitor, db: Any) -> None:
    def numbers(sheet: Any, _: Any) -> None:
        fill(sheet, _)
        for criterion in MISSING:
            row = row_of(sheet, CODE, criterion)
            sheet.cell(row, 1).value, sheet.cell(row, 3).value = float(CODE), float(criterion)

    page = await send(as_staff, changed(await downloaded(as_staff), numbers))
    assert "The workbook changes 4 answers" in words_of(page.text)


async def test_a_workbook_of_one_language_may_be_sent_back_in_the_other(as_staff: Visitor) -> None:
    def vietnamese(sheet: Any, _: Any) -> None:
        fill(sheet, _)
        for criterion in MISSING:
            sheet.cell(row_of(sheet, CODE, criterion), 7).value = "Đạt"

    content = changed(await downloaded(as_staff, lang="vi"), vietnamese)
    assert "The workbook changes 4 answers" in words_of((await send(as_staff, content)).text)


async def test_a_criterion_that_only_other_rules_have_is_given_shown_and_taken_back(
    as_staff: Visitor, db: Any
) -> None:
    content = load_content()
    own = {c.id for c in answerable(content.schemes[BY_2026])} - set(content.scheme.index)
    assert own
    books = await downloaded(as_staff, f"scheme={BY_2026}")
    sheet = openpyxl.load_workbook(io.BytesIO(books)).worksheets[1]
    service, criterion = next(
        (row[0].value, row[2].value) for row in sheet.iter_rows(min_row=2) if row[2].value in own
    )

    def answer(sheet: Any, _: Any) -> None:
        row = row_of(sheet, service, criterion)
        sheet.cell(row, 7, "Not met")
        sheet.cell(row, 8, "Chưa có")

    found = await send(as_staff, changed(books, answer), scheme=BY_2026)
    assert found.status_code == 200, words_of(found.text)
    names = ("packed", "both", "scheme")
    reply = await as_staff.post("/en/work/workbook/apply", **hidden(found.text, *names))
    assert reply.status_code == 303
    assert (await answers(db))[(service, criterion)] == ("not_met", "Chưa có")
    page = await as_staff.get(reply.headers["location"])
    assert criterion in page.text
    assert (await as_staff.post(reply.headers["location"])).status_code == 303
    assert (service, criterion) not in await answers(db)


async def test_a_workbook_of_other_rules_is_refused_by_name_and_changes_nothing(
    as_staff: Visitor, db: Any
) -> None:
    before, content = await answers(db), load_content()
    main, other = content.scheme.name.en, content.schemes[BY_2026].name.en
    sent = await send(as_staff, await downloaded(as_staff, f"scheme={BY_2026}"))
    assert sent.status_code == 422
    assert f"The workbook was made for “{other}”, not for “{main}”." in words_of(sent.text)
    back = await send(as_staff, await downloaded(as_staff), scheme=BY_2026)
    assert back.status_code == 422
    assert f"The workbook was made for “{main}”, not for “{other}”." in words_of(back.text)
    assert await answers(db) == before
