"""Whose account at the provider is whose here: who links it, and who may not."""

from typing import Any

from tests.pages.accounts import PASSWORD, Site, enter, readable
from tests.pages.identity import there_and_back
from tests.pages.provider.shared import HOA, LAN, MINH, link, made, told


async def test_an_account_is_never_made_and_by_hand_no_address_counts(
    site: Site, provider: Any, browser: Any
) -> None:
    before = await site.db.conn.fetchval("SELECT count(*) FROM person")
    for email in (HOA, "nobody@lenmuc.test"):
        provider.claims = {"email": email, "email_verified": True, "roles": ["administrator"]}
        await told(site, await there_and_back(browser, provider), "nobody")
    assert await site.db.conn.fetchval("SELECT count(*) FROM person") == before


async def test_where_it_is_set_a_verified_address_links_once(connection: Any, provider: Any) -> None:
    site = await made(connection, provider, link="email")
    refused: list[tuple[dict[str, Any], str]] = [
        ({"email": HOA}, "unverified"),
        ({"email": HOA, "email_verified": False}, "unverified"),
        ({"email": HOA, "email_verified": "true"}, "unverified"),
        ({"email": "nobody@lenmuc.test", "email_verified": True}, "nobody"),
        ({"email": LAN, "email_verified": True}, "nobody"),  # a planner is linked by hand
        ({"email": MINH, "email_verified": True}, "nobody"),
        ({"email": [HOA], "email_verified": True}, "nobody"),
        ({"email_verified": True}, "nobody"),
    ]
    for provider.claims, why in refused:
        async with site.browser(f"192.0.2.{refused.index((provider.claims, why))}") as browser:
            await told(site, await there_and_back(browser, provider), why)
    provider.claims = {"email": HOA.upper(), "email_verified": True}
    async with site.browser() as browser:
        assert (await there_and_back(browser, provider)).headers["location"] == "/vi/work"
    assert (await site.actions())[:2] == ["sign-in", "provider linked"]
    await site.db.conn.execute("DELETE FROM session")
    provider.claims = {"email": HOA, "email_verified": True, "sub": "another-name-there"}
    async with site.browser() as browser:
        await told(site, await there_and_back(browser, provider), "nobody")


async def test_people_link_their_own_account_against_the_password(
    site: Site, provider: Any, browser: Any
) -> None:
    await enter(browser, HOA)
    readable(await browser.get("/vi/account/provider"))
    page = await site.post(browser, "/vi/account/provider/link", password="wrong")
    assert page.status_code == 422
    readable(page)
    page = await site.post(browser, "/vi/account/provider/link", password=PASSWORD)
    assert page.status_code == 200
    way = next(
        each.get("href") for each in readable(page).iter("a") if (each.get("href") or "").startswith("http:")
    )
    code, state = provider.log_in(way)
    reply = await browser.get("/sign-in/provider/back", params={"code": code, "state": state})
    assert reply.headers["location"] == "/vi/account/provider?done=linked"
    assert "hoa-7" in (await browser.get("/vi/account/provider?done=linked")).text
    async with site.browser() as other:
        assert (await there_and_back(other, provider)).headers["location"] == "/vi/work"
        await site.post(browser, "/vi/account/provider/unlink")
        assert (await other.get("/vi/account")).status_code == 303  # what the link opened has ended
        assert (await browser.get("/vi/account/provider?done=unlinked")).status_code == 200
        assert "failed=nobody" in (await there_and_back(other, provider)).headers["location"]
    assert {"provider linked", "provider unlinked"} <= set(await site.actions())


async def test_a_link_that_somebody_else_began_is_not_made(site: Site, provider: Any, browser: Any) -> None:
    await enter(browser, HOA)
    page = await site.post(browser, "/vi/account/provider/link", password=PASSWORD)
    way = next(
        each.get("href") for each in readable(page).iter("a") if (each.get("href") or "").startswith("http:")
    )
    code, state = provider.log_in(way)
    async with site.browser() as other:
        await enter(other, MINH)
        other.cookies.set("lenmuc-step", browser.cookies["lenmuc-step"])
        reply = await other.get("/sign-in/provider/back", params={"code": code, "state": state})
    assert "failed=over" in reply.headers["location"]
    assert await site.db.conn.fetchval("SELECT count(*) FROM provider_link") == 0


async def test_an_administrator_links_and_unlinks_others(site: Site, provider: Any, browser: Any) -> None:
    await enter(browser, MINH)
    hoa, lan = await site.person(HOA), await site.person(LAN)
    readable(await browser.get(f"/vi/people/{hoa}"))
    for bad in ("", "x" * 256, "a\u202eb"):
        reply = await site.post(browser, f"/vi/people/{hoa}/link", subject=bad)
        assert reply.status_code == 422
    reply = await site.post(browser, f"/vi/people/{hoa}/link", subject="hoa-7")
    assert reply.headers["location"] == f"/vi/people/{hoa}?done=linked"
    assert "hoa-7" in (await browser.get(f"/vi/people/{hoa}?done=linked")).text
    assert (await site.post(browser, f"/vi/people/{lan}/link", subject="hoa-7")).status_code == 422
    own = await site.person(MINH)
    assert (await site.post(browser, f"/vi/people/{own}/link", subject="minh")).status_code == 422
    async with site.browser() as hoas:
        await there_and_back(hoas, provider)
        assert (await hoas.get("/vi/account")).status_code == 200
        assert (await hoas.get(f"/vi/people/{lan}")).status_code == 403
        readable(await browser.get(f"/vi/people/{hoa}/unlink"))
        assert (await site.post(browser, f"/vi/people/{hoa}/unlink")).status_code == 303
        assert (await hoas.get("/vi/account")).status_code == 303
    assert (await site.post(browser, f"/vi/people/{hoa}/unlink")).status_code == 409


async def test_a_one_time_password_does_not_stand_in_the_way_of_the_provider(
    site: Site, provider: Any, browser: Any
) -> None:
    await link(site, provider, HOA)
    await site.db.conn.execute("UPDATE person SET password_until = now() WHERE email = $1", HOA)
    await there_and_back(browser, provider)
    assert (await browser.get("/vi/account")).status_code == 200
