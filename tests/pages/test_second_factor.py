"""The second factor: who needs it, how it is set up, and that a code opens once."""

import asyncio
from typing import Any

import httpx
import pytest

from lenmuc.actions.accounts import create_person
from tests.pages.accounts import PASSWORD, Site, enter, give_code, later, readable, set_up
from tests.web.one import with_two_wards

HOA, LAN = "hoa@lenmuc.test", "lan@lenmuc.test"


@pytest.fixture
async def site(connection: Any) -> Site:
    one = await with_two_wards(connection)
    await create_person(one, HOA, "Nguyễn Thị Hoa", "staff", "W.1", PASSWORD)
    await create_person(one, LAN, "Trần Lan", "planner", "", PASSWORD)
    return Site(one)


async def two(site: Site) -> tuple[httpx.AsyncClient, Any, list[str]]:
    """Lan's browser, her app and her recovery codes."""
    browser = site.browser()
    await enter(browser, LAN)
    app, codes = await set_up(site, browser)
    return browser, app, codes


async def test_a_planner_can_do_nothing_before_the_second_factor(site: Site) -> None:
    browser = site.browser()
    reply = await enter(browser, LAN)
    assert reply.headers["location"] == "/vi/plan"
    for path in ("/vi/account", "/vi/people"):
        reply = await browser.get(path)
        assert (reply.status_code, reply.headers["location"]) == (303, "/vi/account/second-factor")
    reply = await site.post(browser, "/vi/account/sessions/end-others")
    assert reply.headers["location"] == "/vi/account/second-factor"
    readable(await browser.get("/vi/account/second-factor"))
    await set_up(site, browser)
    assert (await browser.get("/vi/account")).status_code == 200
    assert (await browser.get("/vi/people")).status_code == 403


async def test_staff_and_people_of_a_demonstration_may_go_without(site: Site) -> None:
    await create_person(site.db, "demo@lenmuc.test", "Demo", "planner", "", PASSWORD, demo=True)
    for email, said in ((HOA, False), ("demo@lenmuc.test", True)):
        async with site.browser() as browser:
            await enter(browser, email)
            page = await browser.get("/vi/account")
            assert page.status_code == 200
            readable(page)
            assert ("Tài khoản dùng thử" in page.text) == said


async def test_with_a_second_factor_the_password_alone_opens_no_session(site: Site) -> None:
    _, app, _ = await two(site)
    await later(site)
    browser = site.browser()
    page = await enter(browser, LAN)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "set-cookie" not in page.headers
    field = next(each for each in readable(page).iter("input") if each.get("name") == "code")
    assert field.get("autocomplete") == "one-time-code"
    before = await site.db.conn.fetchval("SELECT count(*) FROM session")
    reply = await give_code(browser, page, app.now())
    assert (reply.status_code, reply.headers["location"]) == (303, "/vi/plan")
    assert await site.db.conn.fetchval("SELECT count(*) FROM session") == before + 1
    assert (await browser.get("/vi/account")).status_code == 200
    assert await site.db.conn.fetchval("SELECT count(*) FROM sign_in_step") == 0


async def test_a_code_opens_once(site: Site) -> None:
    _, app, _ = await two(site)
    async with site.browser() as browser:
        page = await enter(browser, LAN)
        reply = await give_code(browser, page, app.now())
        assert reply.status_code == 422
        readable(reply)
    await later(site)
    code = app.now()
    for wanted in (303, 422):
        async with site.browser() as browser:
            assert (await give_code(browser, await enter(browser, LAN), code)).status_code == wanted


async def test_a_code_sent_many_times_at_once_opens_once(site: Site) -> None:
    _, app, _ = await two(site)
    await later(site)
    page = await enter(site.browser(), LAN)
    replies = await asyncio.gather(*(give_code(site.browser(), page, app.now()) for _ in range(4)))
    assert sorted(reply.status_code for reply in replies) == [303, 422, 422, 422]


@pytest.mark.parametrize("away", [-3, -2, 2, 3])
async def test_a_code_of_another_time_is_wrong(site: Site, away: int) -> None:
    _, app, _ = await two(site)
    await later(site, 100)
    page = await enter(site.browser(), LAN)
    now = int(await site.db.conn.fetchval("SELECT extract(epoch FROM clock_timestamp())"))
    assert (await give_code(site.browser(), page, app.at(now + 30 * away))).status_code == 422


@pytest.mark.parametrize(
    "code", ["", "000", "abcdef", "１２３４５６", "12345\ud7ff", "0" * 40, "aaaa-aaaa-aaaa-aaaa"]
)
async def test_what_is_no_code_is_wrong(site: Site, code: str) -> None:
    await two(site)
    page = await enter(site.browser(), LAN)
    reply = await give_code(site.browser(), page, code)
    assert reply.status_code == 422
    assert "Mã này sai hoặc đã dùng" in reply.text


async def test_after_five_wrong_codes_no_code_is_looked_at_for_five_minutes(site: Site) -> None:
    _, app, codes = await two(site)
    await later(site)
    page = await enter(site.browser(), LAN)
    for _ in range(5):
        assert (await give_code(site.browser(), page, "000000")).status_code == 422
    reply = await give_code(site.browser("192.0.2.99"), page, app.now())
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "300")
    assert (await give_code(site.browser(), page, codes[0])).status_code == 429
    await site.db.conn.execute("UPDATE sign_in_attempt SET at = at - interval '5 minutes'")
    assert (await give_code(site.browser(), page, app.now())).status_code == 303


async def test_after_fifty_wrong_codes_in_a_row_only_a_recovery_code_helps(site: Site) -> None:
    _, app, codes = await two(site)
    await later(site)
    await site.db.conn.execute("UPDATE second_factor SET failures = 50")
    page = await enter(site.browser(), LAN)
    assert "50 lần" in (await give_code(site.browser(), page, app.now())).text
    assert (await give_code(site.browser(), page, codes[0])).status_code == 303
    assert await site.db.conn.fetchval("SELECT failures FROM second_factor") == 0


async def test_a_step_is_over_after_ten_minutes_and_when_the_person_left(site: Site) -> None:
    _, app, _ = await two(site)
    await later(site)
    page = await enter(site.browser(), LAN)
    await site.db.conn.execute("UPDATE sign_in_step SET at = at - interval '10 minutes'")
    reply = await give_code(site.browser(), page, app.now())
    assert reply.status_code == 422
    assert "Đã quá lâu" in reply.text
    page = await enter(site.browser(), LAN)
    await site.db.conn.execute("UPDATE person SET active = false")
    assert (await give_code(site.browser(), page, app.now())).status_code == 422
    assert (await site.browser().get("/vi/sign-in/code")).headers["location"] == "/vi/sign-in"


async def test_each_recovery_code_opens_once_and_only_its_hash_is_stored(site: Site) -> None:
    _, _, codes = await two(site)
    assert len(set(codes)) == 10
    stored = await site.db.conn.fetch("SELECT r::text AS all FROM recovery_code r")
    assert len(stored) == 10
    assert not [code for code in codes for row in stored if code.replace("-", "") in row["all"]]
    typed = codes[3].upper().replace("-", " ")
    for wanted in (303, 422):
        page = await enter(site.browser(), LAN)
        assert (await give_code(site.browser(), page, typed)).status_code == wanted
    assert await site.db.conn.fetchval("SELECT count(*) FROM recovery_code") == 9


async def test_new_recovery_codes_take_the_place_of_the_old_ones(site: Site) -> None:
    browser, app, codes = await two(site)
    path = "/vi/account/second-factor/recovery-codes"
    assert (await site.post(browser, path, code="000000")).status_code == 422
    await later(site)
    page = readable(await site.post(browser, path, code=app.now()))
    fresh = {str(each.text) for each in page.iter("code")}
    assert len(fresh) == 10
    assert not fresh & set(codes)
    page_for_code = await enter(site.browser(), LAN)
    assert (await give_code(site.browser(), page_for_code, codes[0])).status_code == 422


async def test_setting_up_renews_the_session_and_ends_all_others(site: Site) -> None:
    other, browser = site.browser(), site.browser()
    await enter(other, HOA)
    await enter(browser, HOA)
    before = browser.cookies["lenmuc"]
    await set_up(site, browser)
    assert browser.cookies["lenmuc"] != before
    assert (await browser.get("/vi/account")).status_code == 200
    assert (await other.get("/vi/account")).status_code == 303
    kept = await site.browser().get("/vi/account", headers={"cookie": f"lenmuc={before}"})
    assert kept.status_code == 303


async def test_the_key_is_shown_as_text_address_and_picture_until_it_is_in_force(site: Site) -> None:
    browser = site.browser()
    await enter(browser, HOA)
    await site.post(browser, "/vi/account/second-factor/begin")
    reply = await browser.get("/vi/account/second-factor")
    page = readable(reply)
    address = next(
        each.get("href") for each in page.iter("a") if each.get("href", "").startswith("otpauth://")
    )
    secret = await site.db.conn.fetchval("SELECT secret FROM second_factor")
    assert f"secret={secret}" in address
    assert 'class="qr__svg"' in reply.text
    assert "style=" not in reply.text
    app, _ = await set_up(site, browser)
    assert app.secret not in (await browser.get("/vi/account/second-factor")).text
    assert (await site.post(browser, "/vi/account/second-factor/begin")).status_code == 409
    assert await site.db.conn.fetchval("SELECT secret FROM second_factor") == app.secret


async def test_changing_the_language_after_a_form_leads_to_a_page(site: Site) -> None:
    browser = site.browser()
    await enter(browser, HOA)
    for step in ("confirm", "recovery-codes", "off"):
        reply = await browser.get(f"/en/account/second-factor/{step}")
        assert reply.headers["location"] == "/en/account/second-factor"


async def test_a_wrong_first_code_puts_nothing_in_force(site: Site) -> None:
    browser = site.browser()
    await enter(browser, HOA)
    await site.post(browser, "/vi/account/second-factor/begin")
    reply = await site.post(browser, "/vi/account/second-factor/confirm", code="000000")
    assert reply.status_code == 422
    readable(reply)
    assert 'class="qr__svg"' in reply.text
    assert (await enter(site.browser(), HOA)).status_code == 303


async def test_staff_may_take_it_away_with_the_password_and_planners_may_not(site: Site) -> None:
    browser = site.browser()
    await enter(browser, HOA)
    await set_up(site, browser)
    path = "/vi/account/second-factor/off"
    reply = await site.post(browser, path, password="not the password")
    assert reply.status_code == 422
    readable(reply)
    assert (await site.post(browser, path, password=PASSWORD)).headers["location"] == "/vi/account?done=off"
    assert (await enter(site.browser(), HOA)).status_code == 303
    planner, _, _ = await two(site)
    assert (await site.post(planner, path, password=PASSWORD)).status_code == 403
    assert {"second factor on", "second factor off"} <= set(await site.actions())


async def test_no_secret_gets_into_the_audit_log(site: Site) -> None:
    _, app, codes = await two(site)
    page = await enter(site.browser(), LAN)
    await give_code(site.browser(), page, "000000")
    await give_code(site.browser(), page, codes[0])
    assert "sign-in code wrong" in await site.actions()
    told = repr(await site.db.conn.fetch("SELECT a::text FROM audit a"))
    assert not [
        secret for secret in (app.secret, codes[0], codes[0].replace("-", ""), PASSWORD) if secret in told
    ]
