"""Sessions, roles, and proof that a change was asked for by one of our own pages."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from lenmuc.web.visits import own_path

FOREIGN = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://evil.test"},
    {"origin": "null"},
    {"origin": "http://lenmuc.test.evil.test"},
    {"origin": "https://lenmuc.test"},
    {"sec-fetch-site": "same-origin", "origin": "http://evil.test"},
]
OURS = [{}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {"origin": "http://lenmuc.test"}]


async def test_a_stranger_is_led_to_the_sign_in_page_and_back_afterwards(site: Any) -> None:
    reply = await site.browser.get("/vi/inside?quarter=1&q=%C4%91")
    assert reply.status_code == 303
    to = urlsplit(reply.headers["location"])
    assert to.path == "/vi/sign-in"
    assert parse_qs(to.query) == {"next": ["/vi/inside?quarter=1&q=%C4%91"]}
    email = await site.person("planner")
    form = {"email": email, "password": "đúng là mật khẩu dài", "next": parse_qs(to.query)["next"][0]}
    reply = await site.browser.post("/vi/sign-in", data=form)
    assert reply.headers["location"] == "/vi/inside?quarter=1&q=%C4%91"
    assert (await site.browser.get("/vi/inside")).status_code == 200


async def test_a_stranger_who_sent_a_form_comes_back_to_the_page_of_the_form(site: Any) -> None:
    headers = {"referer": "http://lenmuc.test/vi/open?a=b"}
    reply = await site.browser.post("/vi/change", data={"name": "a"}, headers=headers)
    assert reply.status_code == 303
    assert reply.headers["location"] == "/vi/sign-in?next=/vi/open%3Fa%3Db"


async def test_a_program_without_a_session_gets_401_and_json(site: Any) -> None:
    reply = await site.browser.get("/api/v1/secret")
    assert reply.status_code == 401
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["www-authenticate"]
    assert "location" not in reply.headers


@pytest.mark.parametrize(
    ("role", "agency", "status"), [("planner", "", 200), ("staff", "W.1", 403), ("administrator", "", 403)]
)
async def test_a_page_is_for_the_roles_it_names(site: Any, role: str, agency: str, status: int) -> None:
    await site.enter(role, agency)
    assert (await site.browser.get("/vi/inside")).status_code == status


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_no_change_is_taken_from_another_site_not_even_with_the_token(
    site: Any, headers: dict[str, str]
) -> None:
    csrf = await site.enter()
    reply = await site.browser.post("/vi/change", data={"name": "a", "csrf": csrf}, headers=headers)
    assert reply.status_code == 403


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_nobody_is_signed_in_from_another_site(site: Any, headers: dict[str, str]) -> None:
    form = {"email": await site.person(), "password": "đúng là mật khẩu dài"}
    reply = await site.browser.post("/vi/sign-in", data=form, headers=headers)
    assert reply.status_code == 403
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize("headers", OURS, ids=str)
async def test_a_change_from_our_own_page_is_taken(site: Any, headers: dict[str, str]) -> None:
    csrf = await site.enter()
    reply = await site.browser.post("/vi/change", data={"name": "a", "csrf": csrf}, headers=headers)
    assert reply.json() == {"name": "a", "count": 0, "links": []}


@pytest.mark.parametrize("csrf", [None, "", "wrong", "đ", "%00", "\ud800", "two"], ids=repr)
async def test_a_form_without_the_token_of_the_session_changes_nothing(site: Any, csrf: str | None) -> None:
    right = await site.enter()
    given = {"csrf": [right, right] if csrf == "two" else (csrf or "").encode("utf-8", "replace").decode()}
    data = {"name": "a"} | ({} if csrf is None else given)
    reply = await site.browser.post("/vi/change", data=data)
    assert reply.status_code == 403


async def test_the_token_of_another_session_is_worth_nothing(site: Any) -> None:
    theirs = await site.enter("planner")
    site.browser.cookies.clear()
    await site.enter("administrator")
    assert (await site.browser.post("/vi/change", data={"name": "a", "csrf": theirs})).status_code == 403


async def test_a_program_with_a_cookie_shows_the_token_in_a_header(site: Any) -> None:
    csrf = await site.enter()
    body = {"number": 1}
    assert (await site.browser.put("/api/v1/mine", json=body)).status_code == 403
    for wrong in ("", "wrong", "\u0111".encode()):
        reply = await site.browser.put("/api/v1/mine", json=body, headers={"x-csrf-token": wrong})
        assert reply.status_code == 403
    assert (
        await site.browser.put("/api/v1/mine", json=body, headers={"x-csrf-token": csrf})
    ).status_code == 200


async def test_the_cookie_over_https_belongs_to_this_host_alone(https_site: Any) -> None:
    email = await https_site.person()
    form = {"email": email, "password": "đúng là mật khẩu dài"}
    reply = await https_site.browser.post("/vi/sign-in", data=form)
    name, _, rest = reply.headers["set-cookie"].partition("=")
    assert name == "__Host-lenmuc"
    assert {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"} <= set(rest.split("; "))
    assert "Domain" not in rest
    assert (await https_site.browser.get("/vi/inside")).status_code == 200


async def test_the_cookie_over_http_has_every_flag_it_can_have(site: Any) -> None:
    form = {"email": await site.person(), "password": "đúng là mật khẩu dài"}
    cookie = (await site.browser.post("/vi/sign-in", data=form)).headers["set-cookie"]
    assert cookie.startswith("lenmuc=")
    assert {"Path=/", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))


async def test_a_cookie_without_the_prefix_is_not_looked_at_over_https(https_site: Any) -> None:
    await https_site.enter()
    token = https_site.browser.cookies["__Host-lenmuc"]
    other = https_site.new_browser()
    assert (await other.get("/vi/inside", headers={"cookie": f"lenmuc={token}"})).status_code == 303
    assert (await other.get("/vi/inside", headers={"cookie": f"__Host-lenmuc={token}"})).status_code == 200


async def test_a_session_ends_after_thirty_idle_minutes_and_after_twelve_hours(site: Any) -> None:
    await site.enter()

    async def moved(column: str, age: str) -> int:
        await site.db.conn.execute("UPDATE session SET seen = now(), created = now()")
        await site.db.conn.execute(f"UPDATE session SET {column} = now() - interval '{age}'")
        status: int = (await site.browser.get("/vi/inside")).status_code
        return status

    assert await moved("seen", "29 minutes") == 200
    assert await moved("seen", "31 minutes") == 303
    assert await moved("created", "11 hours 59 minutes") == 200
    assert await moved("created", "12 hours 1 minute") == 303


async def test_a_session_in_use_is_noted_at_most_once_a_minute(site: Any) -> None:
    await site.enter()

    async def noted(age: str) -> bool:
        await site.db.conn.execute(f"UPDATE session SET seen = now() - interval '{age}'")
        await site.browser.get("/vi/open")
        moved: bool = await site.db.conn.fetchval("SELECT seen = now() FROM session")
        return moved

    assert await noted("2 minutes")
    assert not await noted("50 seconds")


async def test_the_session_of_somebody_who_left_is_worth_nothing(site: Any) -> None:
    await site.enter()
    await site.db.conn.execute("UPDATE person SET active = false")
    assert (await site.browser.get("/vi/inside")).status_code == 303


async def test_without_the_database_nobody_is_taken_for_the_public_or_for_anybody(site: Any) -> None:
    await site.enter()
    site.db.gone = True
    reply = await site.browser.get("/vi/inside")
    assert reply.status_code == 503
    assert reply.headers["retry-after"]


@pytest.mark.parametrize(
    "cookie", ["lenmuc=", "lenmuc=short", "lenmuc=" + "é" * 43, "lenmuc=" + "a" * 44, "other=1"]
)
async def test_a_cookie_that_is_not_of_ours_costs_no_query(site: Any, cookie: str) -> None:
    reply = await site.browser.get("/vi/open", headers={"cookie": cookie.encode()})
    assert reply.status_code == 200
    assert site.db.used == 0


async def test_only_the_digest_of_a_session_is_stored(site: Any) -> None:
    await site.enter()
    token = site.browser.cookies["lenmuc"]
    rows = await site.db.conn.fetch("SELECT s::text AS all FROM session s")
    assert len(rows) == 1
    assert token not in rows[0]["all"]
    assert token.encode().hex() not in rows[0]["all"]


@pytest.mark.parametrize("address", ["/", "/vi/plan", "/vi/services?q=%C4%91&level=3", "/vi/a:b", "/en/x#y"])
def test_a_path_of_this_site_may_be_gone_back_to(address: str) -> None:
    assert own_path(address) == address


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            "vi/plan",
            "//evil.test",
            "///evil.test",
            "/\\evil.test",
            "\\/evil.test",
            "https://evil.test/vi/",
        ),
        *(
            "/\t/evil.test",
            "/\n/evil.test",
            "javascript:alert(1)",
            " /vi/",
            "/vi/\r\nset-cookie:a=b",
            "/" + "a" * 3000,
        ),
    ],
)
def test_nobody_is_sent_to_another_site(address: str) -> None:
    assert own_path(address) == ""
