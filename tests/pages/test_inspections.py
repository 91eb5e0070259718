"""Inspections as planners plan them: look at a sample, keep it, visit, write findings, see who was right."""

import re
from html import unescape
from typing import Any

import pytest

from tests.conftest import Visitor
from tests.pages.test_agency import field

ASKED = {
    "name": "Kiểm tra năm 2027", "agency": "", "first_quarter": "2027Q1", "quarters": "2", "visits": "4",
    "controls": "1", "most": "2", "seed": "12-345",
}  # fmt: skip


async def make_suspects(connection: Any) -> int:
    """Services at level 4 which nobody files online; how many."""
    await connection.execute("UPDATE offering SET level = 4, online_filings = 0 WHERE id % 4000 = 0")
    return int(await connection.fetchval("SELECT count(*) FROM offering WHERE level = 4"))


def shown(html: str) -> list[str]:
    """The services and agencies of the visits on a page, in their order."""
    return re.findall(r'<p class="small soft">(.*? · [\d.]+)</p>', html)


async def look(planner: Visitor, **changed: str) -> Any:
    return await planner.get("/vi/inspections/new", params={**ASKED, **changed})


async def keep(planner: Visitor, **changed: str) -> str:
    """The address of a plan that was looked at and kept."""
    page = await look(planner, **changed)
    digest = field(page.text, "digest")
    reply = await planner.post("/vi/inspections", **{**ASKED, **changed}, digest=digest)
    assert reply.status_code == 303, reply.text
    return str(reply.headers["location"])


async def first_visit(planner: Visitor, plan: str) -> str:
    found = re.search(rf'href="({plan}/visits/\d+)"', (await planner.get(plan)).text)
    assert found
    return found[1]


async def made(planner: Visitor, plan: str) -> str:
    """The first visit of a plan, after it took place."""
    visit = await first_visit(planner, plan)
    page = await planner.get(visit)
    done = await planner.post(
        visit, version=field(page.text, "version"), state="visited", day="2026-01-05", note=""
    )
    assert done.status_code == 303
    return visit


async def test_what_is_kept_is_what_was_looked_at(as_planner: Visitor, connection: Any) -> None:
    suspected = await make_suspects(connection)
    page = (await look(as_planner)).text
    assert len(shown(page)) == 8
    assert f"trong đó {suspected} dịch vụ cần xem lại" in page
    assert page.count("Đối chứng: chọn ở nơi không có dấu hiệu") == 2
    plan = await keep(as_planner)
    assert shown((await as_planner.get(plan)).text) == shown(page)
    again = re.search(r'href="(/vi/inspections/new\?[^"]+)"', (await as_planner.get(plan)).text)
    assert again
    assert shown((await as_planner.get(unescape(again[1]))).text) == shown(page)
    assert plan in (await as_planner.get("/vi/inspections")).text


async def test_a_sample_from_other_records_is_not_kept(as_planner: Visitor, connection: Any) -> None:
    await make_suspects(connection)
    digest = field((await look(as_planner)).text, "digest")
    await connection.execute("UPDATE offering SET level = 4, online_filings = 0 WHERE id % 4001 = 0")
    reply = await as_planner.post("/vi/inspections", **ASKED, digest=digest)
    assert reply.status_code == 409
    assert "đã thay đổi từ lúc bạn xem" in reply.text
    assert await connection.fetchval("SELECT count(*) FROM inspection_plan") == 0
    assert field(reply.text, "digest") != digest


@pytest.mark.parametrize(
    ("name", "value"), [("controls", "0"), ("visits", "many"), ("seed", ""), ("nobody", "x")]
)
async def test_what_cannot_be_drawn_is_said_at_its_field(as_planner: Visitor, name: str, value: str) -> None:
    reply = await look(as_planner, **{name: value})
    assert reply.status_code == 422
    assert f'href="#{name}"' in reply.text


async def test_a_finding_stands_at_the_criterion_and_moves_no_level(
    as_planner: Visitor, connection: Any
) -> None:
    await make_suspects(connection)
    visit = await made(as_planner, await keep(as_planner))
    service, agency = await connection.fetchrow(
        "SELECT service, agency FROM inspection_visit WHERE day IS NOT NULL"
    )
    level = await connection.fetchval(
        "SELECT level FROM offering WHERE service = $1 AND agency = $2", service, agency
    )
    reply = await as_planner.post(
        f"{visit}/findings", criterion="3.05", holds="no", text="Không nộp được tệp đính kèm"
    )
    assert reply.status_code == 303
    page = unescape((await as_planner.get(visit)).text)
    assert "Kết quả: không đạt" in page
    assert "Không nộp được tệp đính kèm" in page
    thread = await as_planner.get(f"/vi/comments?criterion=3.05&agency={agency}&service={service}")
    assert "Kết quả kiểm tra: không đạt" in thread.text
    assert level == await connection.fetchval(
        "SELECT level FROM offering WHERE service = $1 AND agency = $2", service, agency
    )
    plan = (await as_planner.get(visit.partition("/visits")[0])).text
    assert "1 tiêu chí không đạt" in plan
    assert "1 trên 1" in plan


async def test_a_finding_is_said_in_full_and_after_the_visit(as_planner: Visitor, connection: Any) -> None:
    await make_suspects(connection)
    plan = await keep(as_planner)
    visit = await first_visit(as_planner, plan)
    early = await as_planner.post(f"{visit}/findings", criterion="3.05", holds="no", text="x")
    assert early.status_code == 409
    await made(as_planner, plan)
    empty = await as_planner.post(f"{visit}/findings", criterion="3.05", text="")
    assert empty.status_code == 422
    assert 'href="#holds"' in empty.text
    assert 'href="#text"' in empty.text
    unknown = await as_planner.post(f"{visit}/findings", criterion="9.99", holds="no", text="x")
    assert unknown.status_code == 404


async def test_two_who_say_what_became_of_a_visit_do_not_overwrite_each_other(
    as_planner: Visitor, connection: Any
) -> None:
    await make_suspects(connection)
    visit = await made(as_planner, await keep(as_planner))
    late = await as_planner.post(visit, version="1", state="dropped", day="", note="Hoãn")
    assert late.status_code == 409
    assert "Người khác đã thay đổi" in late.text
    future = await as_planner.post(visit, version="2", state="visited", day="2099-01-01", note="")
    assert future.status_code == 422
    assert 'href="#day"' in future.text


async def test_sheets_are_one_side_of_paper_for_each_visit(as_planner: Visitor, connection: Any) -> None:
    from io import BytesIO

    import pypdf

    await make_suspects(connection)
    plan = await keep(as_planner)
    one = await as_planner.get(f"{await first_visit(as_planner, plan)}/sheet.pdf")
    assert one.headers["content-type"] == "application/pdf"
    assert len(pypdf.PdfReader(BytesIO(one.content)).pages) == 1
    quarter = await as_planner.get(f"{plan}/sheets.pdf?quarter=1")
    pages = pypdf.PdfReader(BytesIO(quarter.content)).pages
    assert len(pages) == 4
    assert "PHIẾU KIỂM TRA" in pages[0].extract_text().upper()
    assert (await as_planner.get(f"{plan}/sheets.pdf?quarter=7")).status_code == 404


async def test_the_agency_to_be_visited_reads_no_plan(as_staff: Visitor) -> None:
    assert (await as_staff.get("/vi/inspections")).status_code == 403


async def test_nobody_has_planned_yet(as_planner: Visitor) -> None:
    assert "Chưa có kế hoạch kiểm tra" in (await as_planner.get("/vi/inspections")).text
    assert (await as_planner.get("/vi/inspections/999999")).status_code == 404
