"""The account pages and the people pages behind the real gate, on a database whose changes are undone."""

import re
from pathlib import Path
from typing import Any

import html5lib
import httpx
import pyotp
from litestar import Litestar
from litestar.di import Provide

from lenmuc.actions.provider import Provider
from lenmuc.pages import account, people
from lenmuc.settings import Settings
from lenmuc.settings_outside import ProviderSettings
from lenmuc.store import audit as audit_store
from lenmuc.web.setup import wire

PASSWORD = "mật khẩu đủ dài"
OTHER = "trâu ơi ta bảo trâu này"


class Site:
    """The program; each browser is somebody else's."""

    def __init__(self, db: Any, provider: ProviderSettings | None = None) -> None:
        self.db = db
        wiring = wire(Settings(data=Path("unused"), url="http://lenmuc.test", provider=provider), db)
        asked = Provider(provider, "http://lenmuc.test") if provider else None

        async def the_provider() -> Provider | None:
            return asked

        app = Litestar(
            route_handlers=[*wiring.handlers, *account.handlers, *people.handlers],
            exception_handlers=wiring.exception_handlers,
            guards=wiring.guards,
            dependencies={**wiring.dependencies, "provider": Provide(the_provider)},
            logging_config=None,
            openapi_config=None,
        )
        self.gate = wiring.gate(app)

    def browser(self, address: str = "192.0.2.7") -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.gate, client=(address, 4711)), base_url="http://lenmuc.test"
        )

    async def person(self, email: str) -> int:
        found: int = await self.db.conn.fetchval("SELECT id FROM person WHERE email = $1", email)
        return found

    async def csrf(self, browser: httpx.AsyncClient) -> str:
        """The token that the forms of this browser carry."""
        page = await browser.get("/vi/account/password")
        found = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert found, page.text
        return found[1]

    async def post(self, browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
        """Send a form of somebody who is signed in."""
        return await browser.post(path, data={**fields, "csrf": await self.csrf(browser)})

    async def actions(self) -> list[str]:
        """What the audit log says was done, newest first."""
        await self.db.conn.execute("SELECT set_config('lenmuc.role', 'auditor', true)")
        return [entry.action for entry in await audit_store.latest(self.db.conn)]


async def enter(browser: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await browser.post("/vi/sign-in", data={"email": email, "password": password})


async def give_code(browser: httpx.AsyncClient, page: httpx.Response, code: str) -> httpx.Response:
    """Answer the page that asks for a code."""
    step = re.search(r'name="step" value="([^"]+)"', page.text)
    assert step, page.text
    return await browser.post("/vi/sign-in/code", data={"step": step[1], "code": code})


async def set_up(site: Site, browser: httpx.AsyncClient) -> tuple[pyotp.TOTP, list[str]]:
    """Give the browser's person a second factor: the app and the recovery codes."""
    assert (await site.post(browser, "/vi/account/second-factor/begin")).status_code == 303
    page = readable(await browser.get("/vi/account/second-factor"))
    secret = next(each.text for each in page.iter("code")).replace(" ", "")
    app = pyotp.TOTP(secret)
    reply = await site.post(browser, "/vi/account/second-factor/confirm", code=app.now())
    assert reply.status_code == 200, reply.text
    return app, [str(each.text) for each in readable(reply).iter("code")]


async def later(site: Site, steps: int = 1) -> None:
    """As if so many half minutes had passed since the last code."""
    await site.db.conn.execute("UPDATE second_factor SET last_step = last_step - $1", steps)


def readable(reply: httpx.Response) -> Any:
    """The page, which must be HTML without a fault, with one heading that the title begins with."""
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(reply.text)
    (heading,) = page.iter("h1")
    title = page.findtext(".//title")
    assert title.removeprefix("Lỗi: ").startswith("".join(heading.itertext()))
    return page
