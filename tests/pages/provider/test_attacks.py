"""Signing in through an identity provider: every way in which nobody may."""

import time
from typing import Any

import pytest

from lenmuc.actions import provider_wire
from tests.pages import identity
from tests.pages.accounts import Site, enter
from tests.pages.identity import CLIENT, there_and_back
from tests.pages.provider.shared import HOA, link, told


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
