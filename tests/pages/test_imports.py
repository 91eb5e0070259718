"""A registry brought in on a page: shown before anything is written, written whole, its report kept."""

import asyncio
import datetime as dt
import gzip
import os
import re
from collections.abc import AsyncIterator, Callable
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from lenmuc.actions.import_jobs import Chosen, Importer, Sent
from lenmuc.contained import Limits
from lenmuc.content import reading_child
from lenmuc.content.everything import Content
from lenmuc.core.answers import Identity
from lenmuc.pages import import_reports
from lenmuc.store.database import PROGRAM
from tests.actions.test_importing import HEAD, MAPPING, ONE, TODAY, TWO
from tests.conftest import PASSWORD, Visitor, person
from tests.pages.test_agency import words_of

MANY = 25


@pytest.fixture
async def admin(db: Any, visit: Callable[[], Visitor]) -> Visitor:
    """An administrator, signed in."""
    visitor = visit()
    await visitor.sign_in(await person(db, "administrator"), PASSWORD)
    return visitor


@pytest.fixture(autouse=True)
async def at_rest() -> AsyncIterator[None]:
    """A test ends when nothing is at work any more."""
    yield
    for task in [task for task in asyncio.all_tasks() if task.get_name().startswith("import ")]:
        task.cancel()
        await asyncio.wait([task], timeout=20)


async def send(admin: Visitor, files: list[tuple[str, bytes]], lang: str = "en", **typed: str) -> Any:
    page = await admin.http.get(f"/{lang}/imports")
    admin.csrf = unescape(re.findall(r'name="csrf" value="([^"]+)"', page.text)[-1])
    parts = [("files", (name, content, "text/csv")) for name, content in files]
    toml = typed.pop("toml", "")
    if toml:
        parts.append(("toml", ("our-list.toml", toml.encode(), "text/plain")))
    data = {"csrf": admin.csrf, "mapping": "", "name": "", "text": "", **typed}
    return await admin.http.post(f"/{lang}/imports", data=data, files=parts)


async def settled(admin: Visitor, where: str) -> Any:
    """The page of an import when it is no longer at work."""
    for _ in range(2_000):
        reply = await admin.get(where)
        if 'http-equiv="refresh"' not in reply.text:
            return reply
        await asyncio.sleep(0.05)
    raise AssertionError(f"{where} is still at work")


def csv_of(*lines: str) -> bytes:
    return (HEAD + "".join(lines)).encode()


async def value(db: Any, sql: str, *args: Any) -> Any:
    async with db.transaction(PROGRAM) as conn:
        return await conn.fetchval(sql, *args)


async def deeds(db: Any) -> list[str]:
    async with db.transaction(Identity(role="auditor")) as conn:
        rows = await conn.fetch("SELECT action FROM audit WHERE action LIKE 'import%' ORDER BY id")
    return [row["action"] for row in rows]


async def test_a_list_is_shown_then_written_and_its_report_stays(admin: Visitor, db: Any) -> None:
    sent = await send(admin, [("list.csv", csv_of(ONE, TWO, ",no code,,,,,,\n"))], toml=MAPPING)
    assert sent.status_code == 303, words_of(sent.text)
    where = sent.headers["location"]
    shown = await settled(admin, where)
    text = words_of(shown.text)
    assert "Waits for your decision" in text
    assert "Cấp giấy mới" in text
    assert "5 working days" in text
    assert "list.csv, row 4" in text
    assert "the row has no code" in text
    assert await value(db, "SELECT count(*) FROM service WHERE code LIKE '9.00000%'") == 0
    listed = await admin.get(f"{where}/cells.csv")
    assert listed.content.startswith(b"\xef\xbb\xbfFile,Row,Column")
    assert "list.csv,3,days,soon,The value is left unknown" in listed.text
    done = await admin.post(f"{where}/confirm")
    assert done.status_code == 303
    over = await settled(admin, where)
    assert over.status_code == 303, words_of(over.text)
    report = words_of((await admin.get(over.headers["location"])).text)
    assert "It is written" in report
    assert "the row has no code" in report
    assert "Administrator" in report
    assert await value(db, "SELECT count(*) FROM service WHERE code LIKE '9.00000%'") == 2
    by = "SELECT p.role FROM import_run r JOIN person p ON p.id = r.person"
    assert await value(db, by) == "administrator"
    assert await deeds(db) == ["import sent", "import"]
    home = words_of((await admin.get("/vi/imports")).text)
    assert "our-list" in home
    again = await send(admin, [("list.csv", csv_of(ONE, TWO))], toml=MAPPING)
    page = await settled(admin, again.headers["location"])
    assert "there is nothing to write" in words_of(page.text)
    assert "/confirm" not in page.text


async def test_the_words_are_those_of_the_page(admin: Visitor) -> None:
    lines = csv_of(ONE, ",x,,,,,,\n")
    sent = await send(admin, [("a.csv.gz", gzip.compress(lines))], lang="vi", name="our-list", text=MAPPING)
    text = words_of((await settled(admin, sent.headers["location"])).text)
    assert "Chờ bạn quyết định" in text
    assert "dòng không có mã" in text
    assert "5 ngày làm việc" in text


async def test_what_is_dropped_is_gone_with_its_files(admin: Visitor, db: Any) -> None:
    sent = await send(admin, [("list.csv", csv_of(ONE))], toml=MAPPING)
    where = sent.headers["location"]
    await settled(admin, where)
    assert (await admin.post(f"{where}/drop")).status_code == 303
    assert "Dropped; nothing was written" in words_of((await admin.get(where)).text)
    assert (await admin.post(f"{where}/confirm")).status_code == 409
    assert (await admin.post(f"{where}/drop")).status_code == 409
    assert await deeds(db) == ["import sent", "import dropped"]


async def test_what_is_missing_or_wrong_is_said_beside_its_field(admin: Visitor) -> None:
    good = [("list.csv", csv_of(ONE))]
    for files, typed, said in (
        ([], {"toml": MAPPING}, "Choose the files of the registry"),
        (good, {}, "Choose a mapping, or give one of your own"),
        (good, {"mapping": "../../etc/passwd"}, "Choose a mapping, or give one of your own"),
        (good, {"name": "x", "text": "fields ="}, "The mapping has a mistake"),
        (good, {"name": "Bad Name", "text": MAPPING}, "name the file with small letters"),
        (
            good,
            {"name": "x", "text": MAPPING.replace('code = "code"', 'codde = "code"')},
            "codde: no such field",
        ),
    ):
        reply = await send(admin, files, **typed)
        assert reply.status_code == 422, said
        assert said in words_of(reply.text)


async def test_a_mapping_with_a_mistake_comes_back_to_be_mended(admin: Visitor) -> None:
    wrong = MAPPING.replace('unit = "wd"', 'unit = "days"')
    reply = await send(admin, [("list.csv", csv_of(ONE))], lang="vi", toml=wrong)
    assert reply.status_code == 422
    text = words_of(reply.text)
    assert re.search(r"dòng \d+, khóa fields.time_in_person", text)
    assert 'value="our-list"' in reply.text
    assert 'unit = "days"' in unescape(reply.text)


async def test_a_file_that_cannot_be_read_says_where_and_what_to_do(admin: Visitor) -> None:
    for name, content, said in (
        ("list.csv", "mã,tên\n1,2\n".encode(), "list.csv, line 1: there is no column code, name"),
        ("a.csv.gz", gzip.compress(csv_of(ONE) * 500)[:300], "a.csv.gz: the file is broken"),
        ("a.csv.gz", gzip.compress(csv_of(ONE) + b" " * 60_000_000), "it unpacks to far more"),
    ):
        sent = await send(admin, [(name, content)], toml=MAPPING)
        text = words_of((await settled(admin, sent.headers["location"])).text)
        assert "Failed; nothing was written" in text
        assert said in text


async def test_a_pattern_that_never_ends_does_not_hold_up_the_site(
    admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_child, "LIMITS", Limits(memory=3 << 30, longest=3.0))
    bad = MAPPING.replace('name = "name"', "name = { from = \"name\", find = '(a+)+$' }")
    assert bad != MAPPING
    sent = await send(admin, [("list.csv", csv_of(f"1.1,{'a' * 60}b,x,STP,,,,\n"))], toml=bad)
    clock = asyncio.get_running_loop().time()
    assert (await admin.get("/en/imports")).status_code == 200
    assert asyncio.get_running_loop().time() - clock < 2
    text = words_of((await settled(admin, sent.headers["location"])).text)
    assert "was stopped; split the file" in text


async def test_bad_cells_are_paged_and_can_be_filtered(
    admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_reports, "PAGE_SIZE", 10)
    lines = [f"9.1{n:05},Cấp giấy,Hộ tịch,STP,soon,,,\n" for n in range(MANY)]
    sent = await send(admin, [("list.csv", csv_of(*lines, ",x,,,,,,\n"))], toml=MAPPING)
    where = sent.headers["location"]
    text = words_of((await settled(admin, where)).text)
    assert f"{MANY + 1} cells" in text
    assert "Page 1 of 3" in text
    last = words_of((await admin.get(f"{where}?page=3")).text)
    assert "the row has no code" in last
    assert (await admin.get(f"{where}?page=4")).status_code == 404
    refused = words_of((await admin.get(f"{where}?kind=refused")).text)
    assert "1 cell" in refused
    rows = (await admin.get(f"{where}/cells.csv")).text.strip().splitlines()
    assert len(rows) == MANY + 2


async def test_no_cell_of_the_file_is_a_formula(admin: Visitor) -> None:
    sent = await send(admin, [("list.csv", csv_of("9.1,Tên,x,STP,=1+1,,,\n"))], toml=MAPPING)
    where = sent.headers["location"]
    await settled(admin, where)
    assert ",'=1+1," in (await admin.get(f"{where}/cells.csv")).text


async def test_a_catalogue_that_changed_meanwhile_is_shown_anew(
    db: Any, content: Content, tmp_path: Path
) -> None:
    await person(db, "administrator")
    number = await value(db, "SELECT max(id) FROM person")
    who = Identity(role="administrator", person=str(number))
    importer = Importer(db, content, tmp_path)
    chosen = Chosen("our-list", MAPPING)
    id = await importer.take(db, who, number, chosen, [Sent("list.csv", BytesIO(csv_of(ONE, TWO)))], TODAY)
    await importer.wait()
    assert (await importer.find(who, id)).state == "ready"
    async with db.transaction(PROGRAM) as conn:
        await conn.execute(
            "INSERT INTO service (code, name, field, tiers, source, sort_key)"
            " VALUES ('9.000003', 'x', 'ho-tich', '{province}', 'our-list', 'x')"
        )
    await importer.confirm(db, who, number, id, TODAY)
    await importer.wait()
    job = await importer.find(who, id)
    assert (job.state, job.moved) == ("ready", True)
    assert job.report is not None
    assert job.report.counts.gone == 1
    assert await value(db, "SELECT count(*) FROM import_run") == 0
    assert (tmp_path / "imports" / str(id)).is_dir()
    await importer.confirm(db, who, number, id, TODAY)
    await importer.wait()
    assert (await importer.find(who, id)).state == "done"
    assert list((tmp_path / "imports").iterdir()) == []


async def test_what_died_or_waits_too_long_is_given_up(db: Any, content: Content, tmp_path: Path) -> None:
    await person(db, "administrator")
    number = await value(db, "SELECT max(id) FROM person")
    importer = Importer(db, content, tmp_path)
    for folder in ("7", "new-old"):
        (tmp_path / "imports" / folder).mkdir(parents=True)
    os.utime(tmp_path / "imports" / "new-old", (0, 0))
    add = """INSERT INTO import_job (mapping, files, person, state, seen)
        VALUES ('x', '{}', $1, $2, now() - $3::interval)"""
    async with db.transaction(PROGRAM) as conn:
        await conn.execute(add, number, "writing", dt.timedelta(minutes=3))
        await conn.execute(add, number, "ready", dt.timedelta(days=2))
        await conn.execute(add, number, "ready", dt.timedelta(hours=2))
    await importer.tidy()
    async with db.transaction(PROGRAM) as conn:
        states = [row["state"] for row in await conn.fetch("SELECT state FROM import_job ORDER BY id")]
    assert states == ["failed", "dropped", "ready"]
    assert list((tmp_path / "imports").iterdir()) == []


async def test_an_auditor_reads_along_and_others_do_not(
    db: Any, visit: Callable[[], Visitor], admin: Visitor
) -> None:
    sent = await send(admin, [("list.csv", csv_of(ONE))], toml=MAPPING)
    await settled(admin, sent.headers["location"])
    auditor, planner = visit(), visit()
    await auditor.sign_in(await person(db, "auditor"), PASSWORD)
    await planner.sign_in(await person(db, "planner"), PASSWORD)
    page = await auditor.get(sent.headers["location"])
    assert page.status_code == 200
    assert "<form" not in page.text.partition("<main")[2]
    assert (await auditor.post(f"{sent.headers['location']}/confirm")).status_code == 403
    assert (await planner.get("/en/imports")).status_code == 403
