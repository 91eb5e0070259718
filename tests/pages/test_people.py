"""Administrators and the accounts of others; the first administrator; what auditors and leads may do."""

import re
from typing import Any

import asyncpg
import httpx
import pytest

from lenmuc.actions import people as people_actions
from lenmuc.actions.accounts import create_person, first_administrator_code
from lenmuc.core.answers import Identity
from lenmuc.core.errors import NotAllowed
from tests.pages.accounts import OTHER, PASSWORD, Site, enter, readable, set_up
from tests.web.one import with_two_wards

HOA, ADMIN = "hoa@lenmuc.test", "admin@lenmuc.test"


@pytest.fixture
async def site(connection: Any) -> Site:
    one = await with_two_wards(connection)
    await create_person(one, HOA, "Nguyễn Thị Hoa", "staff", "W.1", PASSWORD)
    await create_person(one, ADMIN, "Quản trị", "administrator", "", PASSWORD, demo=True)
    await create_person(one, "audit@lenmuc.test", "Kiểm tra", "auditor", "", PASSWORD)
    return Site(one)


@pytest.fixture
async def admin(site: Site) -> Any:
    async with site.browser() as browser:
        assert (await enter(browser, ADMIN)).headers["location"] == "/vi/people"
        yield browser


def shown(reply: httpx.Response) -> str:
    """The one-time password on the page."""
    return next(str(each.text) for each in readable(reply).iter("code"))


async def test_a_new_person_signs_in_with_the_password_shown_once_and_chooses_another(
    site: Site, admin: Any
) -> None:
    readable(await admin.get("/vi/people/new"))
    form = {"email": " Nam@lenmuc.test", "name": "Nam", "role": "lead", "agency": "W.1"}
    made = await site.post(admin, "/vi/people/new", **form)
    assert (made.status_code, made.headers["cache-control"]) == (201, "private, no-store")
    password = shown(made)
    page = await admin.get(f"/vi/people/{await site.person('nam@lenmuc.test')}")
    assert password not in page.text
    readable(page)
    async with site.browser() as browser:
        assert (await enter(browser, "nam@lenmuc.test", password)).status_code == 303
        assert (await browser.get("/vi/account")).headers["location"] == "/vi/account/password"
        readable(await browser.get("/vi/account/password"))
        assert (
            await site.post(browser, "/vi/account/password", old=password, new=OTHER, again=OTHER)
        ).headers["location"] == "/vi/work"
        assert (await browser.get("/vi/account")).status_code == 200
    assert (await enter(site.browser(), "nam@lenmuc.test", password)).status_code == 422


async def test_a_one_time_password_is_over_after_a_day(site: Site, admin: Any) -> None:
    hoa = await site.person(HOA)
    readable(await admin.get(f"/vi/people/{hoa}/password"))
    password = shown(await site.post(admin, f"/vi/people/{hoa}/password"))
    await site.db.conn.execute("UPDATE person SET password_until = password_until - interval '24 hours'")
    reply = await enter(site.browser(), HOA, password)
    assert reply.status_code == 422
    assert "hết hạn" in reply.text


@pytest.mark.parametrize("deed", ["leave", "password", "second-factor"])
async def test_what_hurts_is_asked_for_once_more_and_ends_the_sessions_at_once(
    site: Site, admin: Any, deed: str
) -> None:
    theirs = site.browser()
    await enter(theirs, HOA)
    await set_up(site, theirs)
    path = f"/vi/people/{await site.person(HOA)}/{deed}"
    readable(await admin.get(path))
    assert (await theirs.get("/vi/account")).status_code == 200
    reply = await site.post(admin, path)
    assert reply.status_code in (200, 303)
    assert (await theirs.get("/vi/account")).headers["location"].startswith("/vi/sign-in")
    assert (await enter(site.browser(), HOA)).status_code == 422
    left = await site.db.conn.fetchval("SELECT count(*) FROM second_factor")
    assert left == (0 if deed == "second-factor" else 1)


async def test_somebody_who_left_can_be_let_in_again(site: Site, admin: Any) -> None:
    hoa = await site.person(HOA)
    assert (await site.post(admin, f"/vi/people/{hoa}/leave")).status_code == 303
    assert (await site.post(admin, f"/vi/people/{hoa}/leave")).status_code == 409
    readable(await admin.get(f"/vi/people/{hoa}?done=leave"))
    assert (await site.post(admin, f"/vi/people/{hoa}/return")).status_code == 303
    assert (await enter(site.browser(), HOA)).status_code == 303
    assert [
        action
        for action in await site.actions()
        if action.startswith("person ") and action != "person created"
    ] == ["person reactivated", "person deactivated"]


async def test_another_role_ends_the_sessions_and_another_name_does_not(site: Site, admin: Any) -> None:
    theirs = site.browser()
    await enter(theirs, HOA)
    path = f"/vi/people/{await site.person(HOA)}"
    await site.post(admin, path, name="Hoa Nguyễn", role="staff", agency="W.1")
    assert (await theirs.get("/vi/account")).status_code == 200
    reply = await site.post(admin, path, name="Hoa Nguyễn", role="staff", agency="W.2")
    assert reply.headers["location"].endswith("?done=changed")
    assert (await theirs.get("/vi/account")).status_code == 303
    assert await site.db.conn.fetchval("SELECT agency FROM person WHERE email = $1", HOA) == "W.2"
    assert "person changed" in await site.actions()


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": HOA}, "email"),
        ({"name": " "}, "name"),
        ({"role": "king"}, "role"),
        ({"role": "auditor"}, "agency"),
        ({"agency": ""}, "agency"),
        ({"agency": "W.nowhere"}, "agency"),
        ({"agency": "\u202e"}, "agency"),
    ],
)
async def test_an_account_that_cannot_be_is_told_at_its_field(
    site: Site, admin: Any, form: dict[str, str], field: str
) -> None:
    right = {"email": "moi@lenmuc.test", "name": "Người mới", "role": "staff", "agency": "W.1"}
    reply = await site.post(admin, "/vi/people/new", **{**right, **form})
    assert reply.status_code == 422
    (box,) = [each for each in readable(reply).iter("div") if each.get("role") == "alert"]
    assert f"#{field}" in [each.get("href") for each in box.iter("a")]


async def test_nobody_deactivates_or_changes_their_own_account(site: Site, admin: Any) -> None:
    me = await site.person(ADMIN)
    assert "/vi/account" in (await admin.get(f"/vi/people/{me}")).text
    for path, form in (
        ("", {"name": "x", "role": "auditor", "agency": ""}),
        ("/leave", {}),
        ("/password", {}),
    ):
        reply = await site.post(admin, f"/vi/people/{me}{path}", **form)
        assert reply.status_code == 422
        readable(reply)
    assert (await admin.get("/vi/people")).status_code == 200


async def test_a_person_who_does_not_exist_is_not_found(site: Site, admin: Any) -> None:
    hoa = await site.person(HOA)
    for path in ("0", "999999", "99999999999999999999", f"{hoa}/nothing"):
        assert (await admin.get(f"/vi/people/{path}")).status_code == 404
        assert (await site.post(admin, f"/vi/people/{path}", name="x", role="auditor")).status_code == 404


async def test_the_list_is_found_by_name_address_and_agency(site: Site, admin: Any) -> None:
    async def found(text: str) -> int:
        reply = await admin.get("/vi/people", params={"q": text})
        return len(re.findall(r'<a href="/vi/people/\d+">', reply.text))

    assert [await found(text) for text in ("", "nguyen thi hoa", "HOA@", "phuong thu", "nobody")] == [
        3,
        1,
        1,
        1,
        0,
    ]
    readable(await admin.get("/vi/people?q=nobody"))


async def test_an_administrator_whose_role_was_taken_a_moment_ago_changes_nothing(site: Site) -> None:
    who = Identity("administrator", str(await site.person(ADMIN)))
    await site.db.conn.execute("UPDATE person SET role = 'auditor' WHERE email = $1", ADMIN)
    with pytest.raises(NotAllowed):
        await people_actions.set_active(site.db, who, await site.person(HOA), False)
    with pytest.raises(NotAllowed):
        await people_actions.create(site.db, who, "x@lenmuc.test", "X", "administrator", "")


async def test_an_auditor_sees_the_people_and_changes_nothing(site: Site) -> None:
    async with site.browser() as browser:
        await enter(browser, "audit@lenmuc.test")
        hoa = await site.person(HOA)
        assert "/vi/people/new" not in (await browser.get("/vi/people")).text
        page = await browser.get(f"/vi/people/{hoa}")
        assert page.status_code == 200
        assert "<form" not in page.text.partition("<main")[2]
        assert (await site.post(browser, f"/vi/people/{hoa}/leave")).status_code == 403
        assert (await site.post(browser, "/vi/people/new", email="x@y.vn", name="x")).status_code == 403


async def test_the_database_lets_leads_answer_for_their_agency_and_auditors_only_read(site: Site) -> None:
    conn, hoa = site.db.conn, await site.person(HOA)
    insert = "INSERT INTO answer (criterion, agency, value, version, person) VALUES ($1, $2, 'met', 1, $3)"
    async with site.db.transaction(Identity("lead", str(hoa), "W.1")):
        await conn.execute(insert, "3.01", "W.1", hoa)
    for who, agency in (
        (Identity("lead", str(hoa), "W.1"), "W.2"),
        (Identity("lead", str(hoa), "W.1"), ""),
        (Identity("auditor", str(hoa)), "W.1"),
        (Identity("auditor", str(hoa)), ""),
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with site.db.transaction(who):
                await conn.execute(insert, "3.02", agency, hoa)
    count = "SELECT count(*) FROM answer"
    seen = []
    for who in (Identity("auditor"), Identity("lead", "1", "W.1"), Identity("lead", "1", "W.2"), Identity()):
        async with site.db.transaction(who):
            seen.append(await conn.fetchval(count))
            touched = (
                await conn.execute("UPDATE answer SET value = 'not_met'") if who.role == "auditor" else ""
            )
            assert touched in ("", "UPDATE 0")
    assert seen == [1, 1, 0, 0]


async def test_the_first_administrator_is_made_with_the_printed_code_once(connection: Any) -> None:
    site = Site(await with_two_wards(connection))
    await connection.execute("DELETE FROM first_administrator")
    browser = site.browser()
    assert (await browser.get("/vi/first-administrator")).status_code == 404
    old = await first_administrator_code(site.db)
    code = await first_administrator_code(site.db)
    assert code
    assert code not in repr(await connection.fetch("SELECT f::text FROM first_administrator f"))
    readable(await browser.get("/vi/first-administrator"))
    assert "/vi/first-administrator" in (await browser.get("/vi/sign-in")).text
    form = {"code": code, "name": "Quản trị", "email": "first@lenmuc.test", "password": OTHER}
    for wrong in ({"code": old}, {"code": "x"}, {"password": "short"}, {"email": "x"}):
        reply = await browser.post("/vi/first-administrator", data={**form, **wrong})
        assert reply.status_code == 422
        readable(reply)
    reply = await browser.post("/vi/first-administrator", data={**form, "code": code.upper()})
    assert reply.headers["location"] == "/vi/sign-in"
    assert (await browser.post("/vi/first-administrator", data=form)).status_code == 404
    assert await first_administrator_code(site.db) is None
    assert "/vi/first-administrator" not in (await browser.get("/vi/sign-in")).text
    await enter(browser, "first@lenmuc.test", OTHER)
    assert (await browser.get("/vi/people")).headers["location"] == "/vi/account/second-factor"


async def test_the_first_code_is_over_after_a_day_and_cannot_be_guessed(connection: Any) -> None:
    site = Site(await with_two_wards(connection))
    code = await first_administrator_code(site.db)
    form = {"code": "x", "name": "Quản trị", "email": "first@lenmuc.test", "password": OTHER}
    browser = site.browser()
    statuses = [(await browser.post("/vi/first-administrator", data=form)).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    await connection.execute("UPDATE first_administrator SET at = at - interval '24 hours'")
    reply = await site.browser("192.0.2.9").post("/vi/first-administrator", data={**form, "code": code})
    assert reply.status_code == 404
