"""Signing in and out, as a person with a browser goes through it."""

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import html5lib
import httpx
import pytest
from argon2 import PasswordHasher
from litestar import Litestar

from lenmuc.actions.accounts import (
    FAILURES_ALLOWED,
    PASSWORDS,
    Passwords,
    create_demo_people,
    create_person,
    token_hash,
)
from lenmuc.actions.passwords import USUAL
from lenmuc.core.errors import Busy, Refused
from lenmuc.pages import account
from lenmuc.settings import Settings
from lenmuc.store import audit as audit_store
from lenmuc.store.database import PooledDatabase
from lenmuc.web.setup import wire
from tests.web.one import OneConnection, with_two_wards

PASSWORD = "mật khẩu đủ dài"
WRONG = "mật khẩu nhớ nhầm"


class Site:
    def __init__(self, db: Any) -> None:
        self.db = db
        wiring = wire(Settings(data=Path("unused")), db)
        app = Litestar(
            route_handlers=[*wiring.handlers, *account.handlers],
            exception_handlers=wiring.exception_handlers,
            guards=wiring.guards,
            dependencies=wiring.dependencies,
            logging_config=None,
            openapi_config=None,
        )
        self.gate = wiring.gate(app)

    def browser(self, address: str = "192.0.2.7") -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.gate, client=(address, 4711)), base_url="http://lenmuc.test"
        )


async def enter(
    browser: httpx.AsyncClient, email: str, password: str = PASSWORD, lang: str = "vi"
) -> httpx.Response:
    return await browser.post(f"/{lang}/sign-in", data={"email": email, "password": password})


@pytest.fixture
async def site(connection: Any) -> Site:
    one: OneConnection = await with_two_wards(connection)
    await create_person(one, "hoa@lenmuc.test", "Nguyễn Thị Hoa", "staff", "W.1", PASSWORD)
    await create_person(one, "lan@lenmuc.test", "Trần Lan", "planner", "", PASSWORD, demo=True)
    return Site(one)


@pytest.fixture
async def browser(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    async with site.browser() as browser:
        yield browser


@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_the_form_can_be_used_by_people_and_by_password_managers(browser: Any, lang: str) -> None:
    reply = await browser.get(f"/{lang}/sign-in?next=/{lang}/plan")
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(reply.text)
    title, heading = page.findtext(".//title"), page.findtext(".//h1")
    assert title.startswith(heading)
    fields = {field.get("name"): field for field in page.findall(".//main//input")}
    assert fields["email"].get("autocomplete") == "username"
    assert fields["password"].get("autocomplete") == "current-password"
    assert fields["password"].get("type") == "password"
    assert fields["next"].get("value") == f"/{lang}/plan"
    labels = {label.get("for") for label in page.findall(".//main//label")}
    assert {fields["email"].get("id"), fields["password"].get("id")} <= labels


async def test_staff_begin_at_their_services_and_planners_at_the_plan(site: Site) -> None:
    for email, home in (("hoa@lenmuc.test", "/vi/work"), ("LAN@lenmuc.test ", "/vi/plan")):
        async with site.browser() as browser:
            reply = await enter(browser, email)
            assert (reply.status_code, reply.headers["location"]) == (303, home)
            assert reply.headers["cache-control"] == "no-store"
            assert (await browser.get("/vi/sign-in")).headers["location"] == home


async def test_a_wrong_password_is_told_above_the_form_with_the_address_kept(browser: Any) -> None:
    reply = await enter(browser, "hoa@lenmuc.test", WRONG)
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(reply.text)
    assert reply.status_code == 422
    assert page.findtext(".//title").startswith("Lỗi: ")
    (box,) = [each for each in page.iter("div") if each.get("role") == "alert"]
    link = box.find(".//a")
    assert link.get("href") == "#email"
    (email,) = [each for each in page.iter("input") if each.get("name") == "email"]
    assert email.get("id") == "email"
    assert email.get("value") == "hoa@lenmuc.test"
    assert email.get("aria-invalid") == "true"
    assert WRONG not in reply.text
    assert "set-cookie" not in reply.headers


async def test_nobody_learns_which_addresses_have_an_account(site: Site) -> None:
    async def told(email: str) -> str:
        async with site.browser() as browser:
            reply = await enter(browser, email, WRONG)
            text = reply.text.replace(email, "").replace(reply.headers["x-request-id"], "")
            return f"{reply.status_code} {text}"

    await site.db.conn.execute("UPDATE person SET active = false WHERE email LIKE 'lan@%'")
    known, unknown, left = [await told(f"{name}@lenmuc.test") for name in ("hoa", "nobody", "lan")]
    assert known == unknown == left


@pytest.fixture
def in_earnest() -> Iterator[None]:
    """Hashes cost what they cost outside the tests."""
    cheap = PASSWORDS._hasher
    PASSWORDS.take(USUAL)
    yield
    PASSWORDS.take(cheap)


@pytest.mark.usefixtures("in_earnest")
async def test_an_unknown_address_costs_the_same_work(
    site: Site, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    work: list[str] = []
    verify = PASSWORDS._verify

    def noted(password: str, stored: str) -> bool:
        work.append(stored.rpartition("p=1$")[0] + "p=1")
        return verify(password, stored)

    monkeypatch.setattr(PASSWORDS, "_verify", noted)
    await enter(browser, "hoa@lenmuc.test", WRONG)
    await enter(browser, "nobody@lenmuc.test", WRONG)
    await enter(browser, "no address at all", WRONG)
    assert work == ["$argon2id$v=19$m=19456,t=2,p=1"] * 3


async def test_the_right_password_of_somebody_who_left_is_wrong(site: Site, browser: Any) -> None:
    await site.db.conn.execute("UPDATE person SET active = false")
    assert (await enter(browser, "hoa@lenmuc.test")).status_code == 422


async def test_a_password_is_verified_exactly_as_sent_but_for_composition(browser: Any) -> None:
    decomposed = unicodedata.normalize("NFD", PASSWORD)
    assert (await enter(browser, "hoa@lenmuc.test", PASSWORD.upper())).status_code == 422
    assert (await enter(browser, "hoa@lenmuc.test", PASSWORD + " ")).status_code == 422
    assert (await enter(browser, "hoa@lenmuc.test", decomposed)).status_code == 303


async def test_after_ten_failures_the_address_is_closed_even_for_the_right_password(site: Site) -> None:
    for place in range(FAILURES_ALLOWED):
        async with site.browser(f"192.0.2.{place}") as browser:
            assert (await enter(browser, "hoa@lenmuc.test", WRONG)).status_code == 422
    async with site.browser("192.0.2.99") as browser:
        reply = await enter(browser, "hoa@lenmuc.test")
        assert reply.status_code == 429
        assert reply.headers["retry-after"] == "300"
        assert "năm phút" in reply.text
        assert (await enter(browser, "lan@lenmuc.test")).status_code == 303
        browser.cookies.clear()
        await site.db.conn.execute("UPDATE sign_in_attempt SET at = at - interval '5 minutes'")
        assert (await enter(browser, "hoa@lenmuc.test")).status_code == 303


async def test_after_ten_failures_from_one_place_that_place_is_closed(site: Site, browser: Any) -> None:
    for place in range(FAILURES_ALLOWED):
        assert (await enter(browser, f"nobody{place}@lenmuc.test", WRONG)).status_code == 422
    assert (await enter(browser, "hoa@lenmuc.test")).status_code == 429
    headers = {
        "x-forwarded-for": "198.51.100.1",
        "forwarded": "for=198.51.100.1",
        "x-real-ip": "198.51.100.1",
    }
    again = await browser.post(
        "/vi/sign-in", data={"email": "hoa@lenmuc.test", "password": PASSWORD}, headers=headers
    )
    assert again.status_code == 429
    async with site.browser("192.0.2.99") as elsewhere:
        assert (await enter(elsewhere, "hoa@lenmuc.test")).status_code == 303


async def test_signing_in_rightly_uses_up_no_attempt(browser: Any) -> None:
    for _ in range(FAILURES_ALLOWED + 2):
        browser.cookies.clear()
        assert (await enter(browser, "hoa@lenmuc.test")).status_code == 303


async def test_attempts_sent_at_once_are_all_counted(postgres: Any) -> None:
    db = PooledDatabase(postgres.app_dsn, size=5)
    await db.open()
    email = "many-at-once@lenmuc.test"
    try:
        await create_person(db, email, "Nhiều lần", "planner", "", PASSWORD)
        site = Site(db)
        async with site.browser("203.0.113.1") as browser:
            replies = await asyncio.gather(*(enter(browser, email, WRONG) for _ in range(25)))
        statuses = sorted(reply.status_code for reply in replies)
        assert statuses == [422] * FAILURES_ALLOWED + [429] * (25 - FAILURES_ALLOWED)
    finally:
        await db.close()
        owner = await asyncpg.connect(postgres.owner_dsn)
        await owner.execute("DELETE FROM person WHERE email = $1", email)
        await owner.execute("DELETE FROM sign_in_attempt")
        await owner.close()


async def test_each_signing_in_begins_a_new_session_and_ends_the_old_one(site: Site, browser: Any) -> None:
    await enter(browser, "lan@lenmuc.test")
    first = browser.cookies["lenmuc"]
    csrf = await site.db.conn.fetchval("SELECT csrf FROM session")
    form = {"email": "hoa@lenmuc.test", "password": PASSWORD, "csrf": csrf}
    assert (await browser.post("/vi/sign-in", data=form)).status_code == 303
    second = browser.cookies["lenmuc"]
    assert first != second
    rows = await site.db.conn.fetch("SELECT token_hash, csrf FROM session")
    assert [row["token_hash"] for row in rows] == [token_hash(second)]
    assert rows[0]["csrf"] != csrf


async def test_a_token_chosen_by_somebody_else_is_never_taken_over(browser: Any) -> None:
    planted = "A" * 43
    browser.cookies.set("lenmuc", planted)
    await enter(browser, "lan@lenmuc.test")
    assert planted not in [cookie.value for cookie in browser.cookies.jar if cookie.domain == "lenmuc.test"]


async def test_signing_out_ends_the_session_on_the_server(site: Site, browser: Any) -> None:
    await enter(browser, "lan@lenmuc.test")
    token = browser.cookies["lenmuc"]
    csrf = await site.db.conn.fetchval("SELECT csrf FROM session")
    assert (await browser.post("/vi/sign-out")).status_code == 403
    reply = await browser.post("/vi/sign-out", data={"csrf": csrf})
    assert (reply.status_code, reply.headers["location"]) == (303, "/vi/")
    assert "Max-Age=0" in reply.headers["set-cookie"]
    assert "cache" in reply.headers["clear-site-data"]
    assert "lenmuc" not in browser.cookies
    assert await site.db.conn.fetchval("SELECT count(*) FROM session") == 0
    kept = await browser.get("/vi/sign-in", headers={"cookie": f"lenmuc={token}"})
    assert kept.status_code == 200
    assert (await browser.post("/vi/sign-out")).headers["location"] == "/vi/"


async def test_nobody_is_signed_out_by_a_link(browser: Any) -> None:
    await enter(browser, "lan@lenmuc.test")
    assert (await browser.get("/vi/sign-out")).status_code == 405


@pytest.mark.parametrize("next", ["//evil.test", "https://evil.test/", "/\\evil.test", "javascript:alert(1)"])
async def test_signing_in_leads_to_no_other_site(browser: Any, next: str) -> None:
    page = (await browser.get("/vi/sign-in", params={"next": next})).text
    assert 'name="next" value=""' in page
    form = {"email": "lan@lenmuc.test", "password": PASSWORD, "next": next}
    assert (await browser.post("/vi/sign-in", data=form)).headers["location"] == "/vi/plan"


async def test_each_step_leaves_its_entry_and_no_secret(site: Site, browser: Any) -> None:
    await enter(browser, "lan@lenmuc.test", WRONG)
    await enter(browser, WRONG, PASSWORD)
    await enter(browser, "lan@lenmuc.test")
    token = browser.cookies["lenmuc"]
    csrf = await site.db.conn.fetchval("SELECT csrf FROM session")
    await browser.post("/vi/sign-out", data={"csrf": csrf})
    await site.db.conn.execute("SELECT set_config('lenmuc.role', 'administrator', true)")
    entries = await audit_store.latest(site.db.conn)
    lan = await site.db.conn.fetchval("SELECT id FROM person WHERE email = 'lan@lenmuc.test'")
    assert [(entry.action, entry.person) for entry in entries[:4]] == [
        ("sign-out", lan),
        ("sign-in", lan),
        ("sign-in failed", None),
        ("sign-in failed", lan),
    ]
    assert [entry.action for entry in entries[4:6]] == ["person created"] * 2
    assert entries[1].after == {"client": "192.0.2.7"}
    told = repr(entries[:6])
    assert not [secret for secret in (PASSWORD, WRONG, token, csrf, "argon2") if secret in told]


@pytest.mark.usefixtures("in_earnest")
async def test_a_hash_made_at_less_cost_is_renewed_at_the_next_signing_in(site: Site, browser: Any) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    await site.db.conn.execute("UPDATE person SET password_hash = $1", weak)
    assert (await enter(browser, "lan@lenmuc.test")).status_code == 303
    stored = await site.db.conn.fetchval("SELECT password_hash FROM person WHERE email = 'lan@lenmuc.test'")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    browser.cookies.clear()
    assert (await enter(browser, "lan@lenmuc.test")).status_code == 303


async def test_more_people_than_can_be_served_are_told_to_come_back() -> None:
    passwords = Passwords(workers=1, queue=3, patience=30)
    attempts = [asyncio.create_task(passwords.matches(WRONG, None)) for _ in range(8)]
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(result is False for result in results) == 3
    assert sum(isinstance(result, Busy) for result in results) == 5
    with pytest.raises(Busy):
        await Passwords(workers=1, patience=0.0001).matches(WRONG, None)


@pytest.mark.parametrize(
    ("person", "field"),
    [
        (("no-address", "Lan", "planner", "", PASSWORD), "email"),
        (("a\u202e@lenmuc.test", "Lan", "planner", "", PASSWORD), "email"),
        (("lan2@lenmuc.test", " ", "planner", "", PASSWORD), "name"),
        (("lan2@lenmuc.test", "Lan\0", "planner", "", PASSWORD), "name"),
        (("lan2@lenmuc.test", "Lan", "king", "", PASSWORD), "role"),
        (("lan2@lenmuc.test", "Lan", "planner", "W.1", PASSWORD), "agency"),
        (("lan2@lenmuc.test", "Lan", "staff", "", PASSWORD), "agency"),
        (("lan2@lenmuc.test", "Lan", "staff", "W.nowhere", PASSWORD), "agency"),
        (("lan2@lenmuc.test", "Lan", "planner", "", "fourteen chars"), "password"),
        (("LAN@lenmuc.test", "Lan", "planner", "", PASSWORD), "email"),
    ],
)
async def test_an_account_that_cannot_be_is_refused_by_its_field(site: Site, person: Any, field: str) -> None:
    before = await site.db.conn.fetchval("SELECT count(*) FROM person")
    with pytest.raises(Refused) as refused:
        await create_person(site.db, *person)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert await site.db.conn.fetchval("SELECT count(*) FROM person") == before


async def test_demo_people_are_made_once_and_can_sign_in(site: Site) -> None:
    made = await create_demo_people(site.db, ["W.1", "W.2"])
    assert [(person.role, person.agency) for person in made] == [
        ("planner", ""),
        ("planner", ""),
        ("administrator", ""),
        ("auditor", ""),
        ("staff", "W.1"),
        ("lead", "W.1"),
        ("staff", "W.2"),
        ("lead", "W.2"),
    ]
    assert len({person.password for person in made}) == 8
    assert all(len(person.password) >= 15 for person in made)
    stored = await site.db.conn.fetchval("SELECT count(*) FROM person WHERE demo AND email LIKE '%.example'")
    assert stored == 8
    for person in made:
        async with site.browser() as browser:
            assert (await enter(browser, person.email, person.password)).status_code == 303
    assert await create_demo_people(site.db, ["W.1", "W.2"]) == []
    renewed = await create_demo_people(site.db, ["W.1", "W.2"], renew=True)
    assert [person.email for person in renewed] == [person.email for person in made]
    assert await site.db.conn.fetchval("SELECT count(*) FROM session") == 0
    async with site.browser("192.0.2.8") as browser:
        assert (await enter(browser, made[0].email, made[0].password)).status_code == 422
        assert (await enter(browser, renewed[0].email, renewed[0].password)).status_code == 303
