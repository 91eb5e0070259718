"""Signing in through an identity provider: who comes in, with one factor or two."""

from typing import Any

from lenmuc.actions.accounts import create_person
from tests.pages import identity
from tests.pages.accounts import PASSWORD, Site, enter, give_code, later, readable, set_up
from tests.pages.identity import there_and_back
from tests.pages.provider.shared import HOA, LAN, link, made, sessions, told
from tests.web.one import with_two_wards


async def test_without_a_provider_there_is_no_button_and_no_route(connection: Any) -> None:
    plain = Site(await with_two_wards(connection))
    await create_person(plain.db, HOA, "Hoa", "staff", "W.1", PASSWORD)
    async with plain.browser() as browser:
        assert "provider" not in (await browser.get("/vi/sign-in?failed=away")).text
        for path in ("/vi/sign-in/provider", "/sign-in/provider/back?code=1&state=2"):
            assert (await browser.get(path)).status_code == 404
        await enter(browser, HOA)
        assert (await browser.get("/vi/account/provider")).status_code == 404
        assert (await plain.post(browser, "/vi/account/provider/link", password=PASSWORD)).status_code == 404


async def test_a_linked_person_comes_in_with_a_new_session(site: Site, provider: Any, browser: Any) -> None:
    await link(site, provider, HOA)
    page = await browser.get("/vi/sign-in?next=/vi/work")
    assert "Đăng nhập bằng Cổng Hà Nội" in page.text
    assert "/vi/sign-in/provider?next=/vi/work" in page.text
    await enter(browser, HOA)
    before = browser.cookies["lenmuc"]
    reply = await there_and_back(browser, provider, "/vi/account?done=x")
    assert (reply.status_code, reply.headers["location"]) == (303, "/vi/account?done=x")
    assert browser.cookies["lenmuc"] != before
    assert await sessions(site) == 1
    page = await browser.get("/vi/account")
    assert "Đã liên kết với tài khoản của bạn" in page.text
    assert (await site.actions())[0] == "sign-in"
    assert (
        await site.db.conn.fetchval("SELECT after->>'by' FROM audit ORDER BY id DESC LIMIT 1") == "provider"
    )


async def test_the_way_there_carries_no_secret_and_cannot_be_guessed(site: Site, browser: Any) -> None:
    seen = set()
    for _ in range(2):
        reply = await browser.get("/vi/sign-in/provider")
        address = reply.headers["location"]
        assert identity.SECRET not in address
        assert browser.cookies["lenmuc-step"] not in address
        cookie = reply.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        seen.add(address)
    assert len(seen) == 2


async def test_nobody_is_led_to_another_site_afterwards(site: Site, provider: Any, browser: Any) -> None:
    await link(site, provider, HOA)
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        reply = await there_and_back(browser, provider, elsewhere)
        assert reply.headers["location"] == "/vi/work"


async def test_a_deactivated_person_stays_outside(site: Site, provider: Any, browser: Any) -> None:
    await link(site, provider, HOA)
    await site.db.conn.execute("UPDATE person SET active = false WHERE email = $1", HOA)
    await told(site, await there_and_back(browser, provider), "nobody")


async def test_failures_close_the_door_for_some_minutes(site: Site, provider: Any, browser: Any) -> None:
    for _ in range(10):
        await told(site, await there_and_back(browser, provider), "nobody")
    assert (await there_and_back(browser, provider)).status_code == 429


async def test_the_own_second_factor_is_asked_for_after_the_provider(site: Site, provider: Any) -> None:
    await link(site, provider, LAN)
    async with site.browser() as browser:
        await enter(browser, LAN)
        app, _ = await set_up(site, browser)
    await later(site)
    await site.db.conn.execute("DELETE FROM session")
    async with site.browser() as browser:
        reply = await there_and_back(browser, provider, "/vi/account")
        assert reply.headers["location"] == "/vi/sign-in/code?next=/vi/account"
        assert await sessions(site) == 0
        page = await browser.get(reply.headers["location"])
        readable(page)
        reply = await give_code(browser, page, app.now())
        assert reply.status_code == 303
        assert (await browser.get("/vi/account")).status_code == 200
    assert await site.db.conn.fetchval("SELECT by_provider AND NOT strong FROM session")


async def test_a_planner_without_a_second_factor_has_to_set_one_up(
    site: Site, provider: Any, browser: Any
) -> None:
    await link(site, provider, LAN)
    provider.claims = {"amr": ["mfa"], "acr": "high"}  # said, but nobody here has said to trust it
    await there_and_back(browser, provider)
    assert (await browser.get("/vi/account")).headers["location"] == "/vi/account/second-factor"


async def test_a_second_factor_at_a_trusted_provider_is_enough(connection: Any, provider: Any) -> None:
    site = await made(connection, provider, strong=("amr:mfa", "acr:high"))
    await link(site, provider, LAN)
    for claims, strong in (
        ({"amr": ["pwd", "mfa"]}, True), ({"acr": "high"}, True), ({"amr": "mfa"}, None),
        ({"amr": ["pwd"]}, False), ({"acr": "mfa"}, False), ({"acr": ["high"]}, False), ({}, False),
    ):  # fmt: skip
        provider.claims = claims
        async with site.browser() as browser:
            reply = await there_and_back(browser, provider)
            if strong is None:  # against the protocol
                assert "failed=untrusted" in reply.headers["location"]
                continue
            assert (await browser.get("/vi/account")).status_code == (200 if strong else 303), claims
