"""The people of a site with a provider, and what its tests ask again and again."""

from typing import Any

from lenmuc.actions.accounts import create_person
from tests.pages.accounts import PASSWORD, Site, readable
from tests.pages.identity import IdentityProvider
from tests.web.one import with_two_wards

HOA, LAN, MINH = "hoa@lenmuc.test", "lan@lenmuc.test", "minh@lenmuc.test"


async def made(connection: Any, provider: IdentityProvider, **settings: Any) -> Site:
    one = await with_two_wards(connection)
    await create_person(one, HOA, "Nguyễn Thị Hoa", "staff", "W.1", PASSWORD)
    await create_person(one, LAN, "Lan", "planner", "", PASSWORD)
    await create_person(one, MINH, "Minh", "administrator", "", PASSWORD, demo=True)
    return Site(one, provider.settings(**settings))


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
