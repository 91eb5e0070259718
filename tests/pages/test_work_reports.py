"""Work of the approved roadmap: why it is late, that it is finished; a level moves by the answer alone."""

import re
from collections.abc import Callable
from typing import Any

from tests.conftest import PASSWORD, Visitor, person
from tests.pages.test_planner import AGENCY, rows_of, words_of
from tests.pages.test_scenarios import computed, scenario


async def approved(planner: Visitor) -> int:
    """An approved roadmap of one agency whose first quarters are over."""
    address = await scenario(planner, first_quarter="2026Q1", quarters="8")
    number, _ = await computed(planner, address)
    assert (await planner.post(f"/en/plan/{number}/approve")).status_code == 303
    return number


async def due(planner: Visitor, number: int) -> str:
    """The first planned item that the agency itself does for one service."""
    rows = rows_of(await planner.get(f"/en/plan/{number}.csv"))
    found = [row["Work item"] for row in rows if row["Done in quarter"] == "2026Q1"]
    return next(each for each in found if "#" in each and row_of(rows, each)["Who does it"] != "Central team")


def row_of(rows: list[dict[str, str]], item: str) -> dict[str, str]:
    return next(row for row in rows if row["Work item"] == item)


async def say(visitor: Visitor, number: int, item: str, says: str, **typed: str) -> Any:
    """Open an item and send one of its forms."""
    page = (await visitor.get(page_of(number, item))).text
    version = re.search(r'name="version" value="(\d+)"', page)
    hidden = {"item": item, "says": says, "version": version[1] if version else "0"}
    return await visitor.post(f"/en/plan/{number}/work", **{**hidden, **typed})


def page_of(number: int, item: str) -> str:
    return f"/en/plan/{number}/work?item={item.replace('#', '%23')}"


async def staff_of(db: Any, visit: Callable[[], Visitor], agency: str) -> Visitor:
    visitor = visit()
    await visitor.sign_in(await person(db, "staff", agency), PASSWORD)
    return visitor


async def test_an_agency_says_why_its_work_is_late_and_planners_read_it_where_late_work_is_listed(
    db: Any, as_planner: Visitor, visit: Callable[[], Visitor]
) -> None:
    number = await approved(as_planner)
    item = await due(as_planner, number)
    staff = await staff_of(db, visit, AGENCY)
    listed = await staff.get("/en/work/plan")
    assert f"/plan/{number}/work?item={item.replace('#', '%23')}" in listed.text
    for typed, field in (
        ({"cause": "", "text": "x"}, "cause"),
        ({"cause": "no_budget", "text": " "}, "text"),
        ({"cause": "weather", "text": "x"}, "cause"),
    ):
        reply = await say(staff, number, item, "late", **typed)
        assert reply.status_code == 422
        assert f'href="#{field}"' in reply.text
    text = "Hai biên chế chưa được giao"
    assert (await say(staff, number, item, "late", cause="no_budget", text=text)).status_code == 303
    assert text in words_of((await staff.get("/en/work/plan")).text)
    assert text in words_of((await as_planner.get(f"/en/plan/{number}/follow")).text)
    late = await as_planner.post(
        f"/en/plan/{number}/work", item=item, says="late", cause="other", text="Trễ", version="0"
    )
    assert late.status_code == 409
    assert "Trễ" in late.text
    assert (await say(as_planner, number, item, "late", cause="law", text="Chờ nghị định")).status_code == 303
    page = words_of((await staff.get(page_of(number, item))).text)
    assert page.index("Chờ nghị định") < page.index(text), "the history keeps both, the newest first"
    assert (await say(staff, number, item, "withdrawn")).status_code == 303
    assert "Chờ nghị định" not in words_of((await as_planner.get(f"/en/plan/{number}/follow")).text)


async def test_finished_work_asks_for_evidence_and_moves_no_level_by_itself(
    db: Any, as_planner: Visitor, visit: Callable[[], Visitor]
) -> None:
    number = await approved(as_planner)
    item = await due(as_planner, number)
    criterion, _, service = item.partition("@")[0].partition("#")
    staff = await staff_of(db, visit, AGENCY)
    levels = "SELECT level FROM offering WHERE agency = $1 AND service = $2"
    async with db.transaction() as conn:
        before = await conn.fetchval(levels, AGENCY, service)
    reply = await say(staff, number, item, "finished", note="Chạy từ hôm qua")
    assert reply.status_code == 303
    assert reply.headers["location"] == f"/en/work/{service}/{criterion}"
    async with db.transaction() as conn:
        assert await conn.fetchval(levels, AGENCY, service) == before
    said = words_of((await as_planner.get(f"/en/plan/{number}/follow")).text)
    assert "Reported as finished; the criterion is not answered as met." in said
    assert "the criteria of 0 are met" in said
    answer = reply.headers["location"]
    page = await staff.get(answer)
    version = re.search(r'name="version" value="(\d+)"', page.text)
    assert version
    met = {"value": "met", "justification": "Quyết định 12/QĐ", "version": version[1]}
    assert (await staff.post(answer, **met)).status_code == 303
    page_words = words_of((await staff.get(page_of(number, item))).text)
    assert "Answered as met; not verified by a reviewer" in page_words
    assert "Submit the checklist for review" in page_words
    said = words_of((await as_planner.get(f"/en/plan/{number}/follow")).text)
    assert "the criteria of 1 are met" in said
    assert "A reviewer has verified 0 of them everywhere." in said
    assert "Answered as met; not verified by a reviewer" in said
    late = await say(staff, number, item, "late", cause="other", text="Vẫn chậm")
    assert late.status_code == 422


async def test_nobody_reports_on_the_work_of_another_agency(
    db: Any, as_planner: Visitor, as_staff: Visitor, client: Visitor
) -> None:
    number = await approved(as_planner)
    item = await due(as_planner, number)
    assert (await as_staff.get(page_of(number, item))).status_code == 404
    assert (await as_staff.get("/en/work/plan")).status_code == 200  # nothing planned for it
    await as_staff.get("/en/work")
    reply = await as_staff.post(f"/en/plan/{number}/work", item=item, says="finished")
    assert reply.status_code == 404
    assert (await say(as_planner, number, item, "finished")).status_code == 403
    assert (await as_planner.get(page_of(number, "9.99"))).status_code == 404
    assert (await client.get(page_of(number, item))).status_code == 303
