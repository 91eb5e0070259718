"""Frozen briefings: reopened, corrected, published and taken along as they were."""

import datetime as dt
import io
import re
from html import unescape
from typing import Any

import openpyxl
import pypdf
import pytest

from lenmuc.actions import briefings
from lenmuc.actions.roadmap_view import Views
from lenmuc.core.briefing.state import encode
from lenmuc.core.errors import Conflict, NotFound, Refused
from lenmuc.core.quarters import begin_of
from lenmuc.store import briefings as briefings_store
from lenmuc.store.database import act_as
from tests.conftest import PASSWORD, Visitor, person
from tests.pages.briefings import LATER, NOW, RULES, TODAY, approved_plan, freeze, planner, rise, table
from tests.pages.test_figures import written


async def test_a_quarter_that_lasts_cannot_be_frozen(
    as_planner: Visitor, db: Any, content: Any, connection: Any
) -> None:
    await as_planner.get(f"/vi/briefing/{NOW}")
    assert (await as_planner.get(f"/vi/briefing/{NOW}/freeze")).status_code == 422
    assert (await as_planner.post(f"/vi/briefing/{NOW}/freeze")).status_code == 422
    who = await planner(db)
    for now in (TODAY, LATER - dt.timedelta(days=1)):
        with pytest.raises(Refused):
            await briefings.freeze(db, content, Views(db, content), RULES, who, int(who.person), NOW, now)
    async with db.transaction(who) as conn:
        assert await briefings_store.list_briefings(conn) == []


@pytest.mark.parametrize("name", ["2099Q1", "2026Q5", "latest", f"{NOW}.doc"])
async def test_a_quarter_that_is_not_there_is_not_found(as_planner: Visitor, name: str) -> None:
    assert (await as_planner.get(f"/vi/briefing/{name}")).status_code == 404


async def test_frozen_and_reopened_after_changes_it_is_the_same_to_the_digit(
    as_planner: Visitor, db: Any, content: Any, connection: Any
) -> None:
    await rise(connection)
    who = await planner(db)
    await freeze(db, content, who)
    opened = await briefings.open_frozen(db, who, NOW)
    assert opened
    assert opened.kept
    first = (
        (await as_planner.get(f"/vi/briefing/{NOW}"))
        .text.partition('id="state"')[2]
        .partition('id="since"')[0]
    )
    paper = (await as_planner.get(f"/vi/briefing/{NOW}.pdf")).content

    await connection.execute("UPDATE offering SET level = 4 WHERE agency = 'STP'")
    await connection.execute("UPDATE agency SET name = 'Sở Khác' WHERE code = 'STP'")

    again = await briefings.open_frozen(db, who, NOW)
    assert again
    assert again.kept
    assert again.kept.content == opened.kept.content == encode(again.briefing)
    html = (await as_planner.get(f"/vi/briefing/{NOW}")).text
    assert html.partition('id="state"')[2].partition('id="since"')[0] == first
    assert (await as_planner.get(f"/vi/briefing/{NOW}.pdf")).content == paper
    assert "Sở Khác" not in html
    assert ">khác<" in html  # counted again, the same day gives another figure


async def test_a_quarter_is_frozen_once(db: Any, content: Any) -> None:
    who = await planner(db)
    await freeze(db, content, who)
    with pytest.raises(Conflict):
        await freeze(db, content, who)
    with pytest.raises(NotFound):
        await briefings.correct(db, who, int(who.person), "2020Q1", "", "x")


async def test_nobody_changes_what_was_frozen(db: Any, content: Any, connection: Any) -> None:
    import asyncpg

    who = await planner(db)
    await freeze(db, content, who)
    await act_as(connection, who)
    for deed in (
        "UPDATE briefing SET quarter = '2020Q1'",
        "DELETE FROM briefing",
        "DELETE FROM briefing_note",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with connection.transaction():
                await connection.execute(deed)


async def test_a_snapshot_that_is_not_what_was_frozen_is_not_shown() -> None:
    kept = briefings_store.Kept(1, NOW, b"0" * 32, "", TODAY, False, content=b"{}")
    with pytest.raises(briefings.LenMucError, match="not what was frozen"):
        briefings.read(kept)


async def test_a_correction_is_shown_with_who_wrote_it_and_in_the_files(
    as_planner: Visitor, db: Any, content: Any, connection: Any
) -> None:
    await freeze(db, content, await planner(db))
    address = f"/vi/briefing/{NOW}"
    await as_planner.get(address)
    refused = await as_planner.post(f"{address}/corrections", section="achieved", text=" ")
    assert refused.status_code == 422
    assert 'id="text-error"' in refused.text
    wrong = await as_planner.post(f"{address}/corrections", section="nowhere", text="Sai")
    assert wrong.status_code == 422
    text = "Số dịch vụ lên mức là 12 <b>chứ không phải</b> 15"
    reply = await as_planner.post(f"{address}/corrections", section="achieved", text=text)
    assert reply.status_code == 303
    html = (await as_planner.get(address)).text
    row = table(html, "Các đính chính")[0]
    assert row[1:] == ["Kết quả đạt được", text, "Planner"]
    paper = pypdf.PdfReader(io.BytesIO((await as_planner.get(f"{address}.pdf")).content))
    assert "chứ không phải" in " ".join(page.extract_text() for page in paper.pages)
    noted = await connection.fetchval("SELECT after FROM audit WHERE action = 'briefing corrected'")
    assert noted == {"text": text}


async def test_paper_and_workbook_have_the_cells_of_the_page(
    as_planner: Visitor, db: Any, content: Any, connection: Any
) -> None:
    await rise(connection)
    await approved_plan(db, connection)
    await freeze(db, content, await planner(db))
    html = (await as_planner.get(f"/vi/briefing/{NOW}")).text
    html = html.partition('id="since"')[0]
    book = openpyxl.load_workbook(
        io.BytesIO((await as_planner.get(f"/vi/briefing/{NOW}.xlsx")).content), read_only=True
    )
    cells: dict[Any, Any] = {}
    for sheet in book:
        for row in sheet.iter_rows(values_only=True):
            cells.setdefault(row[0], row)
    paper = pypdf.PdfReader(io.BytesIO((await as_planner.get(f"/vi/briefing/{NOW}.pdf")).content))
    said = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in paper.pages))
    captions = re.findall(r"<caption>(.*?)</caption>", html)
    assert len(captions) >= 8
    for caption in captions:
        for row in table(html, unescape(caption)):
            assert " ".join(row[1:]) in said or all(cell in said for cell in row), row
    for row in table(html, "Dịch vụ theo mức"):
        there = cells[row[0]]
        assert written(there[1]) == row[1]
        assert written(there[5]) == row[5]
    book.close()


async def test_the_paper_has_bookmarks_page_numbers_tags_and_words_for_its_chart(
    as_planner: Visitor, db: Any, connection: Any
) -> None:
    await rise(connection)
    made = (await as_planner.get(f"/vi/briefing/{NOW}.pdf")).content
    reader = pypdf.PdfReader(io.BytesIO(made))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "vi"
    titles = [each.title for each in reader.outline if not isinstance(each, list)]
    assert titles[:3] == ["Tình trạng", "Kết quả đạt được", "So với kế hoạch"]
    last = len(reader.pages)
    assert f"Trang {last} / {last}" in " ".join(reader.pages[-1].extract_text().split())
    alts = [
        str(each["/Alt"]) for each in (reader.get_object(n + 1) for n in range(len(reader.xref[0]) - 1))
        if isinstance(each, dict) and "/Alt" in each
    ]  # fmt: skip
    assert any("Mức 3" in alt for alt in alts)


async def test_opening_a_frozen_briefing_takes_few_queries(
    as_planner: Visitor, db: Any, content: Any, connection: Any
) -> None:
    await freeze(db, content, await planner(db))
    asked: list[str] = []
    connection.add_query_logger(lambda record: asked.append(record.query))
    await as_planner.get(f"/vi/briefing/{NOW}.pdf")
    reading = [query for query in asked if "SAVEPOINT" not in query and "set_config" not in query]
    assert len(reading) <= 5  # the session, and the two of the briefing
    asked.clear()
    await as_planner.get(f"/vi/briefing/{NOW}")
    reading = [query for query in asked if "SAVEPOINT" not in query and "set_config" not in query]
    assert len(reading) <= 12


async def test_an_auditor_reads_and_changes_nothing_and_staff_do_not_read(
    db: Any, visit: Any, as_staff: Visitor
) -> None:
    auditor = visit()
    await auditor.sign_in(await person(db, "auditor"), PASSWORD)
    page = await auditor.get(f"/vi/briefing/{NOW}")
    assert page.status_code == 200
    assert (await auditor.get("/vi/briefing")).status_code == 200
    assert (await auditor.post(f"/vi/briefing/{NOW}/freeze")).status_code == 403
    assert (await as_staff.get(f"/vi/briefing/{NOW}")).status_code == 403


async def test_the_list_offers_each_quarter_since_counting_began(as_planner: Visitor) -> None:
    html = (await as_planner.get("/vi/briefing")).text
    assert re.findall(r'href="/vi/briefing/(\w+)"', html) == [NOW]
    assert begin_of(NOW) <= TODAY.date()


async def test_the_public_reads_a_briefing_when_a_planner_has_published_it_and_no_name(
    as_planner: Visitor, client: Visitor, db: Any, content: Any
) -> None:
    await freeze(db, content, await planner(db))
    assert (await client.get(f"/vi/briefings/{NOW}")).status_code == 404
    assert (await client.get(f"/vi/briefings/{NOW}.pdf")).status_code == 404
    assert "Chưa có báo cáo nào" in (await client.get("/vi/briefings")).text
    await as_planner.get(f"/vi/briefing/{NOW}")
    await as_planner.post(f"/vi/briefing/{NOW}/corrections", section="", text="Thiếu một phường")
    assert (await as_planner.post(f"/vi/briefing/{NOW}/publish")).status_code == 303
    html = (await client.get(f"/vi/briefings/{NOW}")).text
    assert "Thiếu một phường" in html
    assert "Planner" not in html
    assert 'href="/vi/plan/' not in html
    assert f'/vi/briefings/{NOW}"' in (await client.get("/vi/briefings")).text
    assert (await client.get(f"/vi/briefings/{NOW}.xlsx")).status_code == 200
    await as_planner.post(f"/vi/briefing/{NOW}/withdraw")
    assert (await client.get(f"/vi/briefings/{NOW}")).status_code == 404
