"""Comments at a criterion and work that is given to people: for those of the agency and planners alone."""

import re
from html import unescape
from typing import Any

import pytest

from lenmuc.core.answers import Identity
from lenmuc.store.database import PROGRAM
from tests.conftest import PASSWORD, Visitor, person
from tests.pages.test_agency import CODE, MISSING, field, met, words_of

PLACE = {"criterion": "3.03", "agency": "STP", "service": CODE}
READER = Identity("planner")
THREAD = f"/en/comments?criterion=3.03&agency=STP&service={CODE}"


async def say(visitor: Visitor, text: str, **fields: str) -> Any:
    await visitor.get("/en/account")
    return await visitor.post("/en/comments", **{**PLACE, "text": text, **fields})


async def number_of(db: Any, email: str) -> str:
    async with db.transaction(PROGRAM) as conn:
        return str(await conn.fetchval("SELECT id FROM person WHERE email = $1", email))


async def test_a_comment_is_read_by_the_agency_and_planners_and_counted_in_the_list(
    as_staff: Visitor, as_planner: Visitor
) -> None:
    reply = await say(as_staff, "Đang chờ <b>trục</b> liên thông", back=f"/en/work/{CODE}/3.03")
    assert (reply.status_code, reply.headers["location"].partition("#")[0]) == (303, f"/en/work/{CODE}/3.03")
    assert "Đang chờ &lt;b&gt;trục&lt;/b&gt; liên thông" in (await as_staff.get(f"/en/work/{CODE}/3.03")).text
    assert "1 comment" in words_of((await as_staff.get(f"/en/work/{CODE}")).text)
    assert "trục" in (await as_planner.get(THREAD)).text
    assert (await say(as_planner, "Quý sau có")).status_code == 303
    page = words_of((await as_staff.get(f"/en/work/{CODE}/3.03")).text)
    assert page.index("liên thông Staff STP") < page.index("Quý sau có Planner")


async def test_a_comment_is_taken_back_by_its_writer_alone_and_stays_as_a_trace(
    as_staff: Visitor, as_planner: Visitor, db: Any
) -> None:
    reply = await say(as_staff, "Sai chỗ")
    id = reply.headers["location"].rpartition("-")[2]
    await as_planner.get("/en/account")
    assert (await as_planner.post(f"/en/comments/{id}/withdraw")).status_code == 404
    await as_staff.get("/en/account")
    assert (await as_staff.post(f"/en/comments/{id}/withdraw")).status_code == 303
    assert (await as_staff.post(f"/en/comments/{id}/withdraw")).status_code == 404
    page = await as_planner.get(THREAD)
    assert "Sai chỗ" not in page.text
    assert "A comment by Staff STP was taken back" in words_of(page.text)
    async with db.transaction(READER) as conn:
        assert await conn.fetchval("SELECT text FROM comment WHERE id = $1", int(id)) == "Sai chỗ"
        done = await conn.fetch("SELECT action FROM audit WHERE action LIKE 'comment%' ORDER BY id")
    assert [row["action"] for row in done] == ["comment", "comment withdrawn"]


@pytest.mark.parametrize("text", ["", "   ", "x" * 4_001, "a\x07b"])
async def test_a_comment_that_says_nothing_or_too_much_is_refused(as_staff: Visitor, text: str) -> None:
    reply = await say(as_staff, text)
    assert reply.status_code == 422
    assert 'id="text-error"' in reply.text


async def test_other_agencies_neither_read_nor_write_comments(as_staff: Visitor, visit: Any, db: Any) -> None:
    await say(as_staff, "Chỉ nội bộ")
    ward = visit()
    await ward.sign_in(await person(db, "staff", "X00004"), PASSWORD)
    assert (await ward.get(THREAD)).status_code == 404
    assert (await say(ward, "Tôi đọc được?")).status_code == 404
    public = visit()
    assert (await public.get(THREAD)).status_code == 303
    async with db.transaction(PROGRAM) as conn:
        await conn.execute("SELECT set_config('lenmuc.role', 'staff', true)")
        await conn.execute("SELECT set_config('lenmuc.agency', 'X00004', true)")
        assert await conn.fetchval("SELECT count(*) FROM comment") == 0
        await conn.execute("SELECT set_config('lenmuc.role', 'nobody', true)")
        assert await conn.fetchval("SELECT count(*) FROM comment") == 0


async def give(visitor: Visitor, to: str, version: str = "0", **work: str) -> Any:
    await visitor.get("/en/account")
    return await visitor.post("/en/assignments", person=to, version=version, **(work or {"service": CODE}))


async def test_a_service_is_given_to_a_colleague_and_taken_back_with_who_and_when(
    as_staff: Visitor, db: Any
) -> None:
    lead = await number_of(db, await person(db, "lead", "STP"))
    page = await as_staff.get(f"/en/work/{CODE}")
    assert "Assigned to nobody" in words_of(page.text)
    assert (await give(as_staff, lead, back=f"/en/work/{CODE}", service=CODE)).status_code == 303
    page = await as_staff.get(f"/en/work/{CODE}")
    assert re.search(r"Assigned to Lead STP , by Staff STP on \d+ \w+ \d{4}", words_of(page.text))
    assert field(page.text, "person") == lead
    assert (await give(as_staff, "", version="0")).status_code == 409
    assert (await give(as_staff, "", version="1")).status_code == 303
    assert "Assigned to nobody, by Staff STP" in words_of((await as_staff.get(f"/en/work/{CODE}")).text)
    async with db.transaction(READER) as conn:
        assert await conn.fetchval("SELECT count(*) FROM audit WHERE action = 'assignment'") == 2


async def test_work_is_given_to_people_of_the_same_agency_only(
    as_staff: Visitor, visit: Any, db: Any
) -> None:
    stranger = await number_of(db, await person(db, "staff", "X00004"))
    assert (await give(as_staff, stranger)).status_code == 422
    assert (await give(as_staff, "1e3")).status_code == 422
    assert (await give(as_staff, "", service="9.999999")).status_code == 404
    assert (await give(as_staff, "", service=CODE, criterion="3.03")).status_code == 422
    assert (await give(as_staff, "", criterion="9.99")).status_code == 404
    auditor = visit()
    await auditor.sign_in(await person(db, "auditor"), PASSWORD)
    assert (await give(auditor, "")).status_code == 403


async def test_planners_give_criteria_of_the_portal_to_planners(
    as_planner: Visitor, db: Any, content: Any
) -> None:
    platform = next(c.id for c in content.scheme.criteria if c.scope == "platform")
    me = await number_of(db, "planner@example.org")
    assert (await give(as_planner, me, criterion=platform)).status_code == 303
    assert "Assigned to Planner" in words_of((await as_planner.get("/en/platform")).text)
    assert "Assigned to Planner" in words_of((await as_planner.get(f"/en/platform/{platform}")).text)
    staff = await number_of(db, await person(db, "staff", "STP"))
    assert (await give(as_planner, staff, version="1", criterion=platform)).status_code == 422


async def test_a_reviewer_is_led_to_the_comments_of_each_criterion(
    as_staff: Visitor, as_planner: Visitor
) -> None:
    for criterion in MISSING:
        await met(as_staff, criterion)
    await say(as_staff, "Xin xem biên bản")
    page = await as_staff.get(f"/en/work/{CODE}/submit")
    reply = await as_staff.post(f"/en/work/{CODE}/submit", version=field(page.text, "version"))
    assert reply.status_code == 303
    inbox = (await as_planner.get("/en/review")).text
    address = re.search(r'href="(/en/review/\d+)"', inbox)
    assert address
    review = (await as_planner.get(address[1])).text
    there = re.search(r'href="([^"]+)">1 comment<', review)
    assert there
    assert "Xin xem biên bản" in (await as_planner.get(unescape(there[1]))).text
