"""My account: another password, and the sessions I see and end."""

from typing import Any

import pytest

from lenmuc.actions.accounts import create_person
from tests.pages.accounts import OTHER, PASSWORD, Site, enter, readable, set_up
from tests.web.one import with_two_wards

HOA = "hoa@lenmuc.test"


@pytest.fixture
async def site(connection: Any) -> Site:
    one = await with_two_wards(connection)
    await create_person(one, HOA, "Nguyễn Thị Hoa", "staff", "W.1", PASSWORD)
    await create_person(one, "nam@lenmuc.test", "Nam", "lead", "W.1", PASSWORD)
    return Site(one)


@pytest.fixture
async def browser(site: Site) -> Any:
    async with site.browser() as browser:
        await enter(browser, HOA)
        yield browser


async def change(site: Site, browser: Any, old: str, new: str, again: str) -> Any:
    return await site.post(browser, "/vi/account/password", old=old, new=new, again=again)


async def test_a_new_password_ends_the_other_sessions_and_renews_this_one(site: Site, browser: Any) -> None:
    elsewhere = site.browser()
    await enter(elsewhere, HOA)
    before = browser.cookies["lenmuc"]
    reply = await change(site, browser, PASSWORD, OTHER, OTHER)
    assert (reply.status_code, reply.headers["location"]) == (303, "/vi/account?done=password")
    assert browser.cookies["lenmuc"] != before
    assert (await browser.get("/vi/account?done=password")).status_code == 200
    assert (await elsewhere.get("/vi/account")).status_code == 303
    assert (await enter(site.browser(), HOA)).status_code == 422
    assert (await enter(site.browser(), HOA, OTHER)).status_code == 303
    assert "password changed" in await site.actions()


@pytest.mark.parametrize(
    ("old", "new", "again", "field"),
    [
        ("wrong password here", OTHER, OTHER, "old"),
        (PASSWORD, OTHER, OTHER + "x", "again"),
        (PASSWORD, "fourteen chars", "fourteen chars", "new"),
        (PASSWORD, "a" * 1001, "a" * 1001, "new"),
        (PASSWORD, "dichvucong2026!!", "dichvucong2026!!", "new"),
        (PASSWORD, "Nguyễn Thị Hoa 1985", "Nguyễn Thị Hoa 1985", "new"),
        (PASSWORD, PASSWORD, PASSWORD, "new"),
    ],
)
async def test_a_password_that_cannot_be_is_refused_at_its_field(
    site: Site, browser: Any, old: str, new: str, again: str, field: str
) -> None:
    reply = await change(site, browser, old, new, again)
    assert reply.status_code == 422
    page = readable(reply)
    (box,) = [each for each in page.iter("div") if each.get("role") == "alert"]
    assert box.find(".//a").get("href") == f"#{field}"
    assert (await enter(site.browser(), HOA)).status_code == 303


async def test_with_a_second_factor_eight_characters_are_enough(site: Site, browser: Any) -> None:
    short = "Xk9!mQ2z"
    assert (await change(site, browser, PASSWORD, short, short)).status_code == 422
    await set_up(site, browser)
    assert (await change(site, browser, PASSWORD, short, short)).status_code == 303
    reply = await site.post(browser, "/vi/account/second-factor/off", password=short)
    assert reply.status_code == 422
    assert "15" in reply.text


async def test_the_old_password_cannot_be_guessed_from_a_session(site: Site, browser: Any) -> None:
    for _ in range(10):
        assert (await change(site, browser, "wrong password here", OTHER, OTHER)).status_code == 422
    assert (await change(site, browser, PASSWORD, OTHER, OTHER)).status_code == 429


async def test_i_see_my_sessions_and_no_others_and_end_them(site: Site, browser: Any) -> None:
    second, third, stranger = site.browser(), site.browser(), site.browser()
    for each in (second, third):
        await enter(each, HOA)
    await enter(stranger, "nam@lenmuc.test")
    page = readable(await browser.get("/vi/account"))
    assert len(list(page.find(".//tbody"))) == 3
    assert "".join(page.itertext()).count("Phiên này") == 1
    ends = [each.get("action") for each in page.iter("form") if each.get("action", "").endswith("/end")]
    assert len(ends) == 2
    assert (await site.post(browser, ends[0])).headers["location"] == "/vi/account?done=session"
    assert (await site.post(browser, ends[0])).status_code == 404
    living = [await each.get("/vi/account") for each in (second, third)]
    assert sorted(reply.status_code for reply in living) == [200, 303]
    theirs = await site.db.conn.fetchval(
        "SELECT s.id FROM session s JOIN person p ON p.id = s.person WHERE p.email = 'nam@lenmuc.test'"
    )
    assert (await site.post(browser, f"/vi/account/sessions/{theirs}/end")).status_code == 404
    assert (await site.post(browser, "/vi/account/sessions/99999999999999999999/end")).status_code == 404
    assert (await site.post(browser, "/vi/account/sessions/end-others")).status_code == 303
    assert (await second.get("/vi/account")).status_code == 303
    assert (await third.get("/vi/account")).status_code == 303
    assert (await stranger.get("/vi/account")).status_code == 200
    assert {"session ended", "other sessions ended"} <= set(await site.actions())


async def test_a_stranger_has_no_account_page(site: Site) -> None:
    reply = await site.browser().get("/vi/account")
    assert reply.headers["location"] == "/vi/sign-in?next=/vi/account"
