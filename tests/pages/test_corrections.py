"""Reports by the public: nothing shows before moderation, the agency answers, the clock is seen."""

import datetime as dt
import re
from typing import Any

import httpx
import pytest

from lenmuc.core.corrections import WORKING_DAYS
from lenmuc.store import mail as mail_store
from lenmuc.store.database import PROGRAM
from lenmuc.web.access import anyone
from lenmuc.web.reviews import today
from tests.conftest import PASSWORD, Visitor, person

CODE, AGENCY = "2.000815", "STP"
PAGE = f"/vi/services/{CODE}"
SECRET = "Zyxwvu không nộp được hồ sơ"
ANSWER = "Qponml đã sửa biểu mẫu"


@pytest.fixture
async def offered(db: Any) -> str:
    """The code of a service of the Department of Justice."""
    async with db.transaction() as conn:
        return str(
            await conn.fetchval("SELECT min(service) FROM offering WHERE agency = $1 AND level < 3", AGENCY)
        )


async def report(db: Any, service: str, text: str = SECRET, day: dt.date | None = None) -> int:
    """A report that waits for moderation; its number."""
    async with db.transaction(PROGRAM) as conn:
        return int(
            await conn.fetchval(
                "INSERT INTO correction (service, agency, level, criterion, text, day)"
                " VALUES ($1, $2, 2, '3.01', $3, $4) RETURNING id",
                service, AGENCY, text, day or today(),
            )
        )  # fmt: skip


async def decided(planner: Visitor, id: int, step: str, **more: str) -> httpx.Response:
    """A planner opens it and decides."""
    page = await planner.get(f"/vi/corrections/{id}")
    version = re.search(r'name="version" value="(\d+)"', page.text)
    assert version
    return await planner.post(f"/vi/corrections/{id}/decision", version=version[1], step=step, **more)


async def answered(staff: Visitor, id: int, text: str = ANSWER) -> httpx.Response:
    """Somebody of the agency opens it and answers."""
    page = await staff.get(f"/vi/corrections/{id}")
    version = re.search(r'name="version" value="(\d+)"', page.text)
    assert version
    return await staff.post(f"/vi/corrections/{id}/answer", version=version[1], answer=text)


def public_addresses(program: Any, service: str, number: int) -> list[str]:
    """Every address that anybody may read, filled in for one offering."""
    values = {"lang": "vi", "code": service, "service": service, "agency": AGENCY, "id": str(number)}
    found = []
    for route in program.inner.routes:
        for handler in getattr(route, "route_handlers", []):
            if "GET" in handler.http_methods and anyone in handler.resolve_guards():
                found.append(re.sub(r"\{(\w+)(:\w+)?\}", lambda m: values.get(m[1], "1"), route.path))
    pages = (f"services/{service}?agency={AGENCY}", f"agencies/{AGENCY}")
    files = (
        "offerings.csv", "services.jsonl", "services.csv", f"services/{service}.csv",
        f"services/{service}.jsonld",
        f"services/{service}.ttl", f"services/{service}/changes.atom", f"agencies/{AGENCY}/changes.atom",
    )  # fmt: skip
    found += [f"/en/services/{service}", f"/api/v1/agencies/{AGENCY}"]
    return sorted({*found, *(f"/vi/{page}" for page in pages), *(f"/data/{file}" for file in files)})


async def test_what_is_not_accepted_shows_on_no_public_page_api_feed_or_file(
    client: Visitor, as_planner: Visitor, as_staff: Visitor, db: Any, program: Any, offered: str
) -> None:
    async with db.transaction() as conn:
        number = await conn.fetchval(
            "SELECT id FROM offering WHERE service = $1 AND agency = $2", offered, AGENCY
        )
    addresses = public_addresses(program, offered, number)
    read: dict[str, int] = {}

    async def seen() -> set[str]:
        found = set()
        for address in addresses:
            reply = await client.get(address)
            read[address] = reply.status_code
            if "Zyxwvu" in reply.text or "Qponml" in reply.text:
                found.add(address)
        for who in (as_planner, as_staff):  # who may read it elsewhere does not find it there either
            html = (await who.get(f"/vi/services/{offered}?agency={AGENCY}")).text
            assert ("Zyxwvu" in html) == bool(found)
        return found

    id = await report(db, offered)
    assert (await answered(as_staff, id)).status_code == 303
    assert await seen() == set()
    assert sum(status == 200 for status in read.values()) > 40, read
    await decided(as_planner, id, "refuse", why="unclear")
    assert await seen() == set()
    await decided(as_planner, id, "accept")
    shown = await seen()
    assert f"/vi/services/{offered}" in shown
    assert {address.partition("?")[0][3:] for address in shown} == {f"/services/{offered}"}
    await decided(as_planner, id, "withdraw", why="other", note="Theo yêu cầu")
    assert await seen() == set()


async def test_a_question_shows_with_the_answer_of_the_agency(
    client: Visitor, as_planner: Visitor, as_staff: Visitor, db: Any, offered: str
) -> None:
    sent = await client.post(
        f"/vi/services/{offered}/wrong",
        agency=AGENCY, criterion="3.01", text=f"{SECRET}\n<script>alert(1)</script>",
    )  # fmt: skip
    assert sent.status_code == 303
    assert "không ai biết bạn" in (await client.get(sent.headers["location"])).text.lower()
    queue = await as_planner.get("/vi/corrections")
    id = int(re.findall(r"/vi/corrections/(\d+)", queue.text)[0])
    assert (await decided(as_planner, id, "accept")).status_code == 303
    page = (await client.get(f"/vi/services/{offered}?agency={AGENCY}")).text
    assert SECRET in page
    assert "<script>alert" not in page
    assert "Chưa trả lời, hạn chót" in page
    assert (await answered(as_staff, id)).status_code == 303
    page = (await client.get(f"/vi/services/{offered}?agency={AGENCY}")).text
    assert ANSWER in page
    assert "(đúng hạn)" in page


async def test_typed_text_comes_back_with_what_is_wrong_with_it(client: Visitor, offered: str) -> None:
    for text, said in (
        ("x" * 1_001, "rút ngắn còn 1000 ký tự"),
        ("Sai\x1b rồi", "U+001B"),
        ("  ", "Hãy viết"),
    ):
        reply = await client.post(f"/vi/services/{offered}/wrong", agency=AGENCY, text=text)
        assert reply.status_code == 422
        assert said in reply.text
        assert text.strip("\x1b ")[:3] in reply.text
    reply = await client.post(f"/vi/services/{offered}/wrong", agency=AGENCY, text="Sai", criterion="9.99")
    assert 'href="#criterion"' in reply.text


async def test_what_waits_too_long_is_said_in_the_queue_and_in_public(
    client: Visitor, as_planner: Visitor, as_staff: Visitor, db: Any, offered: str
) -> None:
    late = await report(db, offered, day=today() - dt.timedelta(days=2 * WORKING_DAYS))
    await report(db, offered, "Còn hạn")
    assert "1 phản ánh đã quá hạn trả lời" in (await as_staff.get("/vi/corrections")).text
    assert "1 phản ánh đã quá hạn trả lời" in (await as_planner.get("/vi/corrections")).text
    await decided(as_planner, late, "accept")
    assert "Chưa trả lời: hạn ngày" in (await client.get(f"/vi/services/{offered}")).text


async def test_another_agency_neither_sees_nor_answers_it(
    visit: Any, as_planner: Visitor, db: Any, offered: str
) -> None:
    id = await report(db, offered)
    await decided(as_planner, id, "accept")
    other = visit()
    await other.sign_in(await person(db, "staff", "X00070"), PASSWORD)
    assert SECRET not in (await other.get("/vi/corrections")).text
    assert (await other.get(f"/vi/corrections/{id}")).status_code == 404
    assert (await other.post(f"/vi/corrections/{id}/answer", version="2", answer="Sai")).status_code in (
        403,
        404,
    )
    assert (await other.post(f"/vi/corrections/{id}/decision", version="2", step="refuse")).status_code == 403


async def test_an_agency_does_not_moderate_and_a_planner_does_not_answer(
    as_planner: Visitor, as_staff: Visitor, db: Any, offered: str
) -> None:
    id = await report(db, offered)
    assert (
        await as_staff.post(f"/vi/corrections/{id}/decision", version="1", step="accept")
    ).status_code == 403
    assert (await as_planner.post(f"/vi/corrections/{id}/answer", version="1", answer="x")).status_code == 403


async def test_two_who_decide_at_once_meet(
    as_planner: Visitor, as_staff: Visitor, db: Any, offered: str
) -> None:
    id = await report(db, offered)
    await answered(as_staff, id)
    reply = await as_planner.post(
        f"/vi/corrections/{id}/decision", version="1", step="refuse", why="abuse", note="Ghi"
    )
    assert reply.status_code == 409
    assert ">Ghi</textarea>" in reply.text.replace("\n", "")
    reply = await as_staff.post(f"/vi/corrections/{id}/answer", version="1", answer="Trả lời khác")
    assert reply.status_code == 409
    assert "Trả lời khác" in reply.text
    assert ANSWER in reply.text, "what the other wrote is shown too"


async def test_personal_data_is_erased_and_stands_in_no_log(
    as_planner: Visitor, db: Any, offered: str
) -> None:
    id = await report(db, offered, "Tôi là Nguyễn Văn A, 0912345678")
    await decided(as_planner, id, "refuse", why="personal")
    async with db.transaction(PROGRAM) as conn:
        assert await conn.fetchval("SELECT text FROM correction WHERE id = $1", id) == ""
        await conn.execute("SELECT set_config('lenmuc.role', 'planner', true)")
        log = str([dict(row) for row in await conn.fetch("SELECT * FROM audit")])
    assert "correction refused" in log
    assert "0912345678" not in log
    page = await as_planner.get(f"/vi/corrections/{id}")
    assert "đã được xóa" in page.text
    assert 'value="accept"' not in page.text
    assert (
        await as_planner.post(f"/vi/corrections/{id}/decision", version="2", step="accept")
    ).status_code == 403


async def test_a_refusal_without_a_reason_comes_back(as_planner: Visitor, db: Any, offered: str) -> None:
    id = await report(db, offered)
    reply = await decided(as_planner, id, "refuse", note="Ghi chú của tôi")
    assert reply.status_code == 422
    assert "Hãy chọn lý do." in reply.text
    assert "Ghi chú của tôi" in reply.text


async def test_the_leads_hear_of_a_report_that_was_accepted(
    as_planner: Visitor, db: Any, offered: str
) -> None:
    await person(db, "lead", AGENCY)
    async with db.transaction(PROGRAM) as conn:
        await mail_store.switch(conn, True)
    id = await report(db, offered)
    await decided(as_planner, id, "accept")
    async with db.transaction(PROGRAM) as conn:
        rows = await conn.fetch("SELECT kind, about FROM mail_event")
    assert [(row["kind"], row["about"]["correction"]) for row in rows] == [("correction", id)]
    assert SECRET not in str(rows[0]["about"])
