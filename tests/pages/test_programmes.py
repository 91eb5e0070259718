"""The pages of programmes, targets and tasks; their values are counted again by queries of their own."""

import datetime as dt
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from lenmuc.core.answers import Identity
from lenmuc.core.programme_forms import ProgrammeSaid
from lenmuc.paths import locale
from lenmuc.store import mail as mail_store
from lenmuc.store import programmes as programmes_store
from lenmuc.store.database import PROGRAM
from lenmuc.store.mail import Event
from lenmuc.web.language import read_languages
from lenmuc.web.mailing import sentence
from lenmuc.web.reviews import today
from tests.conftest import PASSWORD, Visitor, person
from tests.pages.test_figures import raise_some, share, written

NOW = today()
PLANNER = Identity("planner")


def typed(day: dt.date) -> str:
    return f"{day:%d/%m/%Y}"


PROGRAMME = {
    "name": "Chương trình <2026>", "name_en": "Programme <2026>", "basis": "QĐ 1/QĐ-UBND\nKH 2/KH-UBND",
    "first_day": typed(NOW - dt.timedelta(days=100)), "last_day": typed(NOW + dt.timedelta(days=400)),
}  # fmt: skip
TARGET = {
    "name": "Mức 3 trở lên", "name_en": "Level 3 or above", "library": "", "figure": "level-3-or-more",
    "counted": "services", "sense": "at_least", "unit": "percent", "amount": "82,5", "scope": "",
    "document": "KH 2/KH-UBND", "due": typed(NOW + dt.timedelta(days=400)),
}  # fmt: skip
TASK = {
    "name": "Nối cổng thanh toán", "agency": "STP", "due": typed(NOW + dt.timedelta(days=9)),
    "proof": "Biên bản nghiệm thu",
}  # fmt: skip


def words_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def section(html: str, id: str) -> str:
    found = re.search(rf'<section class="target" id="target-{id}".*?</section>', html, re.S)
    assert found, f"no target {id}"
    return words_of(found[0])


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="(\d+)"', html)
    assert found, name
    return found[1]


async def programme_of(db: Any) -> int:
    """A programme that the public sees."""
    await person(db, "planner")
    said = ProgrammeSaid("Chương trình", "", "QĐ 1", NOW - dt.timedelta(days=9), NOW + dt.timedelta(days=90))
    async with db.transaction(PLANNER) as conn:
        someone = await conn.fetchval("SELECT min(id) FROM person")
        id = await programmes_store.add_programme(conn, said, someone)
        await programmes_store.publish_programme(conn, id, True, someone, 1)
    return id


async def send(visitor: Visitor, address: str, /, **fields: str) -> Any:
    """Open a form and send it, with the version or step that stands in it."""
    page = (await visitor.get(address)).text
    for name in ("version", "last"):
        if f'name="{name}"' in page and name not in fields:
            fields[name] = hidden(page, name)
    return await visitor.post(address, **fields)


async def begun(planner: Visitor) -> str:
    """A new programme; its address."""
    reply = await send(planner, "/vi/programmes/new", **PROGRAMME)
    assert reply.status_code == 303, words_of(reply.text)
    return str(reply.headers["location"]).partition("?")[0]


async def target(planner: Visitor, programme: str, **changes: str) -> str:
    reply = await send(planner, f"{programme}/targets/new", **{**TARGET, **changes})
    assert reply.status_code == 303, words_of(reply.text)
    return str(reply.headers["location"]).rpartition("target-")[2]


async def task(planner: Visitor, programme: str, **changes: str) -> str:
    reply = await send(planner, f"{programme}/tasks/new", **{**TASK, **changes})
    assert reply.status_code == 303, words_of(reply.text)
    html = (await planner.get(programme)).text
    return max(re.findall(r"/vi/tasks/(\d+)", html), key=int)


async def test_each_value_on_the_page_is_what_a_count_of_offerings_gives(
    as_planner: Visitor, client: Visitor, connection: Any
) -> None:
    await raise_some(connection)
    programme = await begun(as_planner)
    ids = {
        scope: await target(as_planner, programme, scope=scope)
        for scope in ("", "agency:STP", "tier:commune", "tier:province")
    }
    four = await target(
        as_planner, programme, figure="level-4", unit="count", amount="500", counted="filings"
    )
    await publish(as_planner, programme)
    html = (await client.get(programme)).text
    for scope, id in ids.items():
        part, whole = await connection.fetchrow(
            "SELECT count(*) FILTER (WHERE o.level >= 3), count(*) FROM offering o, agency a"
            " WHERE a.code = o.agency AND $1 IN ('', 'agency:' || o.agency, 'tier:' || a.tier)",
            scope,
        )
        shown = section(html, id)
        assert f"{share(part, whole)} {written(part)} trên {written(whole)}" in shown.replace(" Hôm nay", "")
        assert "Ít nhất 82,5%" in shown or "ít nhất 82,5%" in shown
    part, whole = await connection.fetchrow(
        "SELECT sum(filings) FILTER (WHERE level = 4), sum(filings) FROM offering"
    )
    assert f"{written(part)} trên {written(whole)}" in section(html, four)
    assert "Số liệu minh họa" in html


async def publish(planner: Visitor, programme: str) -> None:
    reply = await send(planner, f"{programme}/publish")
    assert reply.status_code == 303


async def test_the_public_reads_what_is_published_and_never_the_tasks(
    as_planner: Visitor, client: Visitor
) -> None:
    programme = await begun(as_planner)
    id = await target(as_planner, programme)
    number = await task(as_planner, programme)
    assert (await client.get(programme)).status_code == 404
    assert "2026&gt;" not in (await client.get("/vi/programmes")).text

    await publish(as_planner, programme)

    html = (await client.get(programme)).text
    assert "Chương trình &lt;2026&gt;" in html
    assert f"target-{id}" in html
    assert TASK["name"] not in html
    assert "Nhiệm vụ" not in words_of(html)
    assert "/targets/" not in html
    assert "2026&gt;" in (await client.get("/vi/programmes")).text
    assert "Programme &lt;2026&gt;" in (await client.get(programme.replace("/vi/", "/en/"))).text
    assert (await client.get(f"/vi/tasks/{number}")).status_code == 303  # to sign in

    assert (await send(as_planner, f"{programme}/hide")).status_code == 303
    assert (await client.get(programme)).status_code == 404


async def test_a_wrong_form_keeps_what_was_typed_and_names_the_field(as_planner: Visitor) -> None:
    reply = await send(as_planner, "/vi/programmes/new", **{**PROGRAMME, "last_day": "31/02/2027"})
    assert reply.status_code == 422
    assert 'value="31/02/2027"' in reply.text
    assert "last_day-error" in reply.text
    programme = await begun(as_planner)
    reply = await send(as_planner, f"{programme}/targets/new", **{**TARGET, "amount": "820"})
    assert reply.status_code == 422
    assert "amount-error" in reply.text
    reply = await send(as_planner, f"{programme}/tasks/new", **{**TASK, "agency": ""})
    assert reply.status_code == 422
    assert "agency-error" in reply.text
    assert TASK["proof"] in reply.text


async def test_who_was_slower_is_told_and_loses_nothing(as_planner: Visitor) -> None:
    programme = await begun(as_planner)
    id = await target(as_planner, programme)
    number = await task(as_planner, programme)
    changes = (
        (f"{programme}/change", {**PROGRAMME, "name": "Tên của tôi"}),
        (f"{programme}/targets/{id}", {**TARGET, "name": "Tên của tôi"}),
        (f"{programme}/tasks/{number}", {**TASK, "name": "Tên của tôi"}),
    )
    for address, fields in changes:
        assert (await send(as_planner, address, **{**fields, "name": "Tên người khác"})).status_code == 303
        late = await send(as_planner, address, **fields, version="1")
        assert late.status_code == 409, address
        assert 'value="Tên của tôi"' in late.text
        assert hidden(late.text, "version") == "2"
        assert (await as_planner.post(address, **fields, version="2")).status_code == 303
    for address in (f"{programme}/publish", f"{programme}/targets/{id}/withdraw",
                    f"{programme}/tasks/{number}/withdraw"):  # fmt: skip
        assert (await send(as_planner, address, version="1")).status_code == 409, address
        assert (await send(as_planner, address)).status_code == 303
    html = (await as_planner.get(programme)).text
    assert f"target-{id}" not in html
    assert f"/tasks/{number}" not in html
    assert (await as_planner.get(f"{programme}/targets/{id}")).status_code == 404
    assert (await as_planner.get(f"/vi/tasks/{number}")).status_code == 404


async def test_a_target_of_the_library_comes_with_its_figure_or_says_what_is_missing(
    as_planner: Visitor, content: Any
) -> None:
    programme = await begun(as_planner)
    library = (await as_planner.get(f"{programme}/library")).text
    assert set(re.findall(r"\?library=([a-z0-9-]+)", library)) == set(content.targets)
    form = (await as_planner.get(f"{programme}/targets/new?library=used-2023")).text
    assert '<option value="no-online-filings" selected>' in form
    assert 'name="amount" type="text" value="20"' in form
    unmeasured = content.targets["satisfied-2026"]
    id = await target(
        as_planner, programme, library=unmeasured.id, figure="", name=unmeasured.name.vi, amount="95"
    )
    shown = section((await as_planner.get(programme)).text, id)
    assert "Chưa xác định được" in shown
    assert unmeasured.missing.vi in shown


async def test_a_task_goes_from_the_planner_to_the_agency_and_back(
    as_planner: Visitor, as_staff: Visitor, connection: Any
) -> None:
    programme = await begun(as_planner)
    number = await task(as_planner, programme)
    other = await task(as_planner, programme, agency="SXD", name="Việc của sở khác")
    here = f"/vi/tasks/{number}"
    mine = (await as_staff.get("/vi/tasks")).text
    assert TASK["name"] in mine
    assert "Việc của sở khác" not in mine
    assert (await as_staff.get(f"/vi/tasks/{other}")).status_code == 404
    assert "Việc của sở khác" not in (await as_staff.get(programme)).text

    assert (await send(as_staff, here, kind="reported", text="")).status_code == 422
    assert (await send(as_staff, here, kind="reported", text="x", link="nơi nào")).status_code == 422
    assert (await send(as_staff, here, kind="accepted", text="Tự nhận")).status_code == 403
    assert (await send(as_planner, here, kind="reported", text="Thay")).status_code == 403
    assert (await send(as_planner, here, kind="accepted", last="0")).status_code == 422
    reply = await send(
        as_staff, here, kind="reported", text="Đã nối <b>xong</b>", link="https://example.org/bien-ban"
    )
    assert reply.status_code == 303
    seen = (await as_planner.get(here)).text
    assert "Đã nối &lt;b&gt;xong" in seen
    assert 'href="https://example.org/bien-ban"' in seen
    assert "chờ quyết định" in words_of((await as_planner.get("/vi/tasks")).text)

    assert (await send(as_planner, here, kind="returned", text="")).status_code == 422
    assert (await send(as_planner, here, kind="returned", text="Thiếu chữ ký")).status_code == 303
    assert "Thiếu chữ ký" in (await as_staff.get(here)).text
    old = await send(as_staff, here, kind="reported", text="Bản cũ", last="0")
    assert old.status_code == 409
    assert "Bản cũ" in old.text
    assert (await send(as_staff, here, kind="reported", text="Đã ký")).status_code == 303
    assert (await send(as_planner, here, kind="accepted", text="")).status_code == 303
    assert (
        await send(as_staff, here, kind="reported", text="Lại", last=await last(as_planner, here))
    ).status_code == 422
    assert "Đã xong" in words_of((await as_staff.get("/vi/tasks")).text)

    # the connection acts for the agency still, which reads what concerns it
    log = await connection.fetch("SELECT action, agency FROM audit ORDER BY id")
    assert [row["action"] for row in log if row["action"].startswith("task")] == [
        "task", "task reported", "task returned", "task reported", "task accepted",
    ]  # fmt: skip
    assert {row["agency"] for row in log if row["action"].startswith("task ")} == {"STP"}


async def test_mail_tells_the_agency_of_a_task_and_the_planner_of_its_report(
    as_planner: Visitor, as_staff: Visitor, db: Any
) -> None:
    await person(db, "staff", "SXD")
    async with db.transaction(PROGRAM) as conn:
        await mail_store.switch(conn, True)
    number = await task(as_planner, await begun(as_planner))
    here = f"/vi/tasks/{number}"
    await send(as_staff, here, kind="reported", text="Xong")
    await send(as_planner, here, kind="returned", text="Thiếu chữ ký")
    await send(as_staff, here, kind="reported", text="Đã ký")
    await send(as_planner, here, kind="accepted")

    async with db.transaction(PROGRAM) as conn:
        rows = await conn.fetch(
            "SELECT p.role, p.agency, p.id AS person, e.id, e.kind, e.about, e.at FROM mail_event e"
            " JOIN person p ON p.id = e.person ORDER BY e.id"
        )
    assert [(row["role"], row["agency"], row["kind"]) for row in rows] == [
        ("staff", "STP", "task_given"),
        ("planner", None, "task_reported"),
        ("staff", "STP", "task_returned"),
        ("planner", None, "task_reported"),
        ("staff", "STP", "task_accepted"),
    ]
    languages = read_languages(locale())
    events = [Event(row["id"], row["kind"], row["about"], row["at"]) for row in rows]
    told = [sentence(event, languages["vi"], "https://lenmuc.example") for event in events]
    assert told[0][0] == f"Cơ quan của bạn được giao nhiệm vụ “{TASK['name']}”, hạn {TASK['due']}."
    assert told[1][0].startswith("Sở Tư pháp ")
    assert {address for _, address in told} == {f"https://lenmuc.example{here}"}


async def last(visitor: Visitor, address: str) -> str:
    return hidden((await visitor.get(address)).text, "last")


async def test_late_tasks_stand_first_and_say_by_how_much(as_planner: Visitor, connection: Any) -> None:
    programme = await begun(as_planner)
    for ago, agency in ((-5, "STP"), (3, "SXD"), (8, "SXD")):
        due = typed(NOW - dt.timedelta(days=ago))
        await task(as_planner, programme, agency=agency, due=due, name=f"Việc {ago}")
    said = words_of((await as_planner.get(programme)).text)
    assert said.index("Việc 8") < said.index("Việc 3") < said.index("Việc -5")
    assert "Quá hạn 8 ngày" in said
    assert "Quá hạn 3 ngày" in said
    assert "2 quá hạn" in said


async def test_an_auditor_reads_and_changes_nothing(
    as_planner: Visitor, db: Any, visit: Callable[[], Visitor]
) -> None:
    programme = await begun(as_planner)
    number = await task(as_planner, programme)
    auditor = visit()
    await auditor.sign_in(await person(db, "auditor"), PASSWORD)
    html = (await auditor.get(programme)).text
    assert TASK["name"] in html
    assert f"{programme}/targets/new" not in html
    page = (await auditor.get(f"/vi/tasks/{number}")).text
    assert "<textarea" not in page
    assert (await auditor.post(f"/vi/tasks/{number}", kind="accepted")).status_code == 403
    said = words_of((await auditor.get("/vi/audit")).text)
    assert "Giao hoặc sửa một nhiệm vụ" in said
    assert f"Nhiệm vụ số {number}" in said
    assert "Lập hoặc sửa chương trình" in said


async def test_without_any_programme_the_pages_say_so(as_staff: Visitor, client: Visitor) -> None:
    assert "Chưa có chương trình nào" in (await client.get("/vi/programmes")).text
    assert "There is no programme so far" in (await client.get("/en/programmes")).text
    assert "Chưa giao nhiệm vụ nào" in (await as_staff.get("/vi/tasks")).text
    assert 'href="/vi/tasks"' in (await as_staff.get("/vi/work")).text


@pytest.mark.parametrize("path", ["programmes/99", "programmes/99999999999999999999"])
async def test_what_is_not_there_is_not_found(client: Visitor, path: str) -> None:
    assert (await client.get(f"/vi/{path}")).status_code == 404
