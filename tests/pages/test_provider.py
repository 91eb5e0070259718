"""Signing in through an identity provider: who comes in, and every way in which nobody may."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from lenmuc.actions import provider_wire
from lenmuc.actions.accounts import create_person
from tests.pages import identity
from tests.pages.accounts import PASSWORD, Site, enter, give_code, later, readable, set_up
from tests.pages.identity import CLIENT, IdentityProvider, there_and_back
from tests.web.one import with_two_wards

HOA, LAN, MINH = "hoa@lenmuc.test", "lan@lenmuc.test", "minh@lenmuc.test"


@pytest.fixture
def provider() -> Any:
    provider = IdentityProvider()
    yield provider
    provider.close()


async def made(connection: Any, provider: IdentityProvider, **settings: Any) -> Site:
    one = await with_two_wards(connection)
    await create_person(one, HOA, "Nguyễn Thị Hoa", "staff", "W.1", PASSWORD)
    await create_person(one, LAN, "Lan", "planner", "", PASSWORD)
    await create_person(one, MINH, "Minh", "administrator", "", PASSWORD, demo=True)
    return Site(one, provider.settings(**settings))


@pytest.fixture
async def site(connection: Any, provider: IdentityProvider) -> Site:
    return await made(connection, provider)


@pytest.fixture
async def browser(site: Site) -> AsyncIterator[Any]:
    async with site.browser() as browser:
        yield browser


async def link(site: Site, provider: IdentityProvider, email: str, subject: str = "hoa-7") -> None:
    await site.db.conn.execute(
        "INSERT INTO provider_link (issuer, subject, person) VALUES ($1, $2, $3)",
        provider.issuer, subject, await site.person(email),
    )  # fmt: skip


async def sessions(site: Site) -> int:
    found: int = await site.db.conn.fetchval("SELECT count(*) FROM session")
    return found


async def told(site: Site, reply: Any, why: str) -> None:
    """The person is led to the sign-in page, which says why; nobody is signed in, and the log has it."""
    assert reply.status_code == 303
    assert reply.headers["location"].startswith(f"/vi/sign-in?failed={why}"), reply.headers["location"]
    page = await site.browser().get(reply.headers["location"])
    readable(page)
    assert "Bạn chưa đăng nhập" in page.text
    assert await sessions(site) == 0


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


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"nonce": "another"}, "untrusted"),
        ({"nonce": None}, "untrusted"),
        ({"aud": "another-client"}, "untrusted"),
        ({"aud": ["another-client"]}, "untrusted"),
        ({"aud": [CLIENT, "another-client"]}, "untrusted"),
        ({"aud": [CLIENT, "another-client"], "azp": "another-client"}, "untrusted"),
        ({"aud": "another-client", "azp": CLIENT}, "untrusted"),
        ({"aud": None}, "untrusted"),
        ({"iss": "https://another.example"}, "untrusted"),
        ({"sub": None}, "untrusted"),
        ({"sub": ""}, "untrusted"),
        ({"sub": 7}, "untrusted"),
        ({"exp": int(time.time()) - 120}, "clock"),
        ({"exp": None}, "untrusted"),
        ({"exp": "tomorrow"}, "untrusted"),
        ({"iat": int(time.time()) + 900}, "clock"),
        ({"nbf": int(time.time()) + 900}, "clock"),
        ({"at_hash": "wrong"}, "untrusted"),
        ({"sub": "somebody-else"}, "nobody"),
    ],
)
async def test_a_token_that_is_not_meant_for_us_now_lets_nobody_in(
    site: Site, provider: Any, browser: Any, claims: dict[str, Any], why: str
) -> None:
    await link(site, provider, HOA)
    provider.claims = claims
    await told(site, await there_and_back(browser, provider), why)
    assert (await site.actions())[0] == "sign-in failed"


@pytest.mark.parametrize(
    "sign",
    [
        identity.unsigned,
        identity.with_public_key_as_secret,
        identity.with_another_key,
        identity.with_the_next_key,
        lambda claims: identity.IdentityProvider.rightly(claims)[:-6] + "AAAAAA",
        lambda claims: "no token at all",
        lambda claims: "e30.e30.e30",
        lambda claims: "x" * 40_000,
    ],
)
async def test_a_signature_that_is_not_the_providers_lets_nobody_in(
    site: Site, provider: Any, browser: Any, sign: Any
) -> None:
    await link(site, provider, HOA)
    provider.sign = sign
    await told(site, await there_and_back(browser, provider), "untrusted")


async def test_a_changed_key_of_the_provider_is_found(site: Site, provider: Any, browser: Any) -> None:
    await link(site, provider, HOA)
    assert (await there_and_back(browser, provider)).headers["location"] == "/vi/work"
    provider.keys, provider.sign = [identity.NEXT_KEY], identity.with_the_next_key
    assert (await there_and_back(browser, provider)).headers["location"] == "/vi/work"
    assert provider.asked.count("/realm/keys") == 2
    assert provider.asked.count("/realm/.well-known/openid-configuration") == 1


async def test_a_wrong_state_lets_nobody_in(site: Site, provider: Any, browser: Any) -> None:
    await link(site, provider, HOA)
    code, _ = provider.log_in((await browser.get("/vi/sign-in/provider")).headers["location"])
    reply = await browser.get("/sign-in/provider/back", params={"code": code, "state": "another"})
    await told(site, reply, "over")
    assert "/realm/token" not in provider.asked


async def test_the_way_back_of_another_browser_lets_nobody_in(
    site: Site, provider: Any, browser: Any
) -> None:
    await link(site, provider, HOA)
    code, state = provider.log_in((await browser.get("/vi/sign-in/provider")).headers["location"])
    async with site.browser() as victim:
        back = {"code": code, "state": state}
        await told(site, await victim.get("/sign-in/provider/back", params=back), "over")
        await victim.get("/vi/sign-in/provider")
        await told(site, await victim.get("/sign-in/provider/back", params=back), "over")
    assert "/realm/token" not in provider.asked


async def test_a_code_of_another_sign_in_does_not_fit_the_verifier(
    site: Site, provider: Any, browser: Any
) -> None:
    await link(site, provider, HOA)
    stolen, _ = provider.log_in((await site.browser().get("/vi/sign-in/provider")).headers["location"])
    _, state = provider.log_in((await browser.get("/vi/sign-in/provider")).headers["location"])
    reply = await browser.get("/sign-in/provider/back", params={"code": stolen, "state": state})
    await told(site, reply, "over")


async def test_a_way_back_works_once_and_for_ten_minutes(site: Site, provider: Any, browser: Any) -> None:
    await link(site, provider, HOA)
    code, state = provider.log_in((await browser.get("/vi/sign-in/provider")).headers["location"])
    back = {"code": code, "state": state}
    assert (await browser.get("/sign-in/provider/back", params=back)).headers["location"] == "/vi/work"
    assert (await browser.get("/sign-in/provider/back", params=back)).headers[
        "location"
    ] == "/vi/sign-in?failed=over"
    assert provider.asked.count("/realm/token") == 1
    await site.db.conn.execute("DELETE FROM session")
    code, state = provider.log_in((await browser.get("/vi/sign-in/provider")).headers["location"])
    await site.db.conn.execute("UPDATE provider_step SET at = at - interval '11 minutes'")
    await told(
        site, await browser.get("/sign-in/provider/back", params={"code": code, "state": state}), "over"
    )


@pytest.mark.parametrize(("said", "required"), [("https://another.example", False), ("", True)])
async def test_a_reply_of_another_issuer_lets_nobody_in(
    site: Site, provider: Any, browser: Any, said: str, required: bool
) -> None:
    await link(site, provider, HOA)
    provider.more = {"authorization_response_iss_parameter_supported": required}
    code, state = provider.log_in((await browser.get("/vi/sign-in/provider")).headers["location"])
    params = {"code": code, "state": state, **({"iss": said} if said else {})}
    await told(site, await browser.get("/sign-in/provider/back", params=params), "untrusted")
    assert "/realm/token" not in provider.asked


@pytest.mark.parametrize(
    ("error", "why"), [("access_denied", "refused"), ("login_required", "refused"), ("server_error", "away")]
)
async def test_a_refusal_of_the_provider_is_told_in_our_words(
    site: Site, provider: Any, browser: Any, error: str, why: str
) -> None:
    _, state = provider.log_in((await browser.get("/vi/sign-in/provider?next=/vi/work")).headers["location"])
    params = {"error": error, "error_description": "<b>call this number</b>", "state": state}
    reply = await browser.get("/sign-in/provider/back", params=params)
    await told(site, reply, why)
    assert "next=/vi/work" in reply.headers["location"]
    assert "number" not in (await browser.get(reply.headers["location"])).text


@pytest.mark.parametrize(
    "answer",
    [
        lambda: (500, b"{}"),
        lambda: (200, b"<html>"),
        lambda: (200, b"[]"),
        lambda: (200, b'{"issuer": 7}'),
        lambda: (200, b"x" * (provider_wire.LARGEST + 1)),
        lambda: (302, b"http://169.254.169.254/"),
    ],
)
async def test_a_provider_that_talks_nonsense_counts_as_away(
    site: Site, provider: Any, browser: Any, answer: Any
) -> None:
    provider.answers["/realm/.well-known/openid-configuration"] = answer
    await told(site, await browser.get("/vi/sign-in/provider"), "away")


async def test_a_provider_that_is_away_or_silent_leaves_the_password(
    site: Site, provider: Any, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_wire, "SECONDS_SILENT", 0.1)
    path = "/realm/.well-known/openid-configuration"
    provider.answers[path] = lambda: (time.sleep(0.4), (200, b"{}"))[1]
    await told(site, await browser.get("/vi/sign-in/provider"), "away")
    provider.close()
    await told(site, await browser.get("/vi/sign-in/provider"), "away")
    assert (await enter(browser, HOA)).status_code == 303


async def test_another_issuers_description_and_plain_http_are_not_trusted(
    site: Site, provider: Any, browser: Any
) -> None:
    for more in (
        {"issuer": "https://another.example"},
        {"token_endpoint": "ftp://x/"},
        {"jwks_uri": "file:///etc"},
    ):
        provider.more = more
        await told(site, await browser.get("/vi/sign-in/provider"), "untrusted")


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
