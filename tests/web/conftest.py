"""A small site behind the real gate: a page of each kind, on a database whose changes are undone."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
from litestar import Litestar, Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from lenmuc.actions import accounts
from lenmuc.core.answers import Identity
from lenmuc.core.errors import Busy, Conflict, Impossible, NotAllowed, NotFound, Refused, fault
from lenmuc.pages import account
from lenmuc.settings import Settings
from lenmuc.store.database import Database
from lenmuc.web.access import anyone, needs, signed_in
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.setup import wire
from lenmuc.web.uploads import read_upload, takes_files
from lenmuc.web.visits import Visit
from tests.web.one import OneConnection, with_two_wards

PASSWORD = "đúng là mật khẩu dài"
ERRORS: dict[str, Exception] = {
    "missing": NotFound("There is no such page."),
    "not-allowed": NotAllowed("This may not be done."),
    "conflict": Conflict("Somebody else was faster"),
    "refused": Refused([fault("name", "This field is missing.")]),
    "impossible": Impossible("It cannot be."),
    "busy": Busy("Try again."),
    "bug": ValueError("secret of the inside"),
    "away": asyncpg.ConnectionDoesNotExistError("secret of the inside"),
    "broke": asyncpg.InternalClientError("secret of the inside"),
    "cut": ConnectionRefusedError("secret of the inside"),
    "twice": asyncpg.UniqueViolationError("secret of the inside"),
    "not-yours": asyncpg.InsufficientPrivilegeError("secret of the inside"),
    "group": ExceptionGroup("secret of the inside", [NotFound("There is no such page.")]),
}


FOR_TESTS = does(nothing="made for tests", limits=())


class NameForm(msgspec.Struct, frozen=True):
    name: str
    count: int = 0
    links: tuple[str, ...] = ()


class Thing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: int
    text: str = ""


@get("/{lang:str}/open", guards=[anyone], sync_to_thread=False)
def open_page() -> Response[str]:
    return Response("<p>open</p>", media_type="text/html")


@get("/{lang:str}/inside", guards=[needs("planner")], sync_to_thread=False)
def planners_page(who: NamedDependency[Identity]) -> Response[str]:
    return Response(f"{who.role} {who.person}", media_type="text/plain")


@post("/{lang:str}/change", guards=[signed_in], opt=FOR_TESTS)
async def change(request: Request[Any, Any, Any], visit: NamedDependency[Visit]) -> Response[Any]:
    form = await read_form(request, NameForm)
    return Response(msgspec.to_builtins(form))


@post("/{lang:str}/feedback", guards=[anyone], opt=FOR_TESTS)
async def feedback(request: Request[Any, Any, Any]) -> Response[Any]:
    return Response(msgspec.to_builtins(await read_form(request, NameForm)))


@post("/{lang:str}/files/{shelf:str}", guards=[signed_in], opt=takes_files(100_000) | FOR_TESTS)
async def take_file(request: Request[Any, Any, Any], shelf: FromPath[str]) -> Response[Any]:
    form, file = await read_upload(request, NameForm, "file")
    said = msgspec.to_builtins(form)
    return Response({"shelf": shelf, "form": said, "name": file.name, "size": len(file.content)})


@get("/{lang:str}/fails/{kind:str}", guards=[anyone], sync_to_thread=False)
def fails_page(kind: FromPath[str]) -> None:
    raise ERRORS[kind]


@get("/api/v1/fails/{kind:str}", guards=[anyone], sync_to_thread=False)
def fails_api(kind: FromPath[str]) -> None:
    raise ERRORS[kind]


@get("/api/v1/secret", guards=[needs("administrator")], sync_to_thread=False)
def secret() -> str:
    return "secret"


@put("/api/v1/things", guards=[anyone], opt=FOR_TESTS)
async def put_thing(data: JSONBody[Thing], db: NamedDependency[Database]) -> Thing:
    async with db.transaction() as conn:
        await conn.fetchval("SELECT $1::bigint", data.number)
        await conn.fetchval("SELECT $1::text", data.text)
    return data


@put("/api/v1/mine", guards=[signed_in], opt=FOR_TESTS)
async def put_mine(data: JSONBody[Thing]) -> Thing:
    return data


@get("/api/v1/number/{number:int}", guards=[anyone])
async def number(number: FromPath[int], db: NamedDependency[Database]) -> str:
    async with db.transaction() as conn:
        return str(await conn.fetchval("SELECT $1::bigint", number))


@get("/api/v1/text", guards=[anyone])
async def text(q: FromQuery[str], db: NamedDependency[Database]) -> str:
    async with db.transaction() as conn:
        return str(await conn.fetchval("SELECT $1::text", q))


HANDLERS = [
    *(open_page, planners_page, change, feedback, take_file, fails_page),
    *(fails_api, secret, put_thing, put_mine, number, text),
    *account.handlers,
]


class Site:
    """The program and a browser in front of it."""

    def __init__(self, db: Any, settings: Settings) -> None:
        self.db = db
        self.settings = settings
        self.wiring = wire(settings, db)
        self.app = Litestar(
            route_handlers=[*self.wiring.handlers, *HANDLERS],
            exception_handlers=self.wiring.exception_handlers,
            guards=self.wiring.guards,
            dependencies=self.wiring.dependencies,
            logging_config=None,
            openapi_config=None,
        )
        self.gate = self.wiring.gate(self.app, body_seconds=0.3)
        self.base = f"{'https' if settings.https else 'http'}://lenmuc.test"
        self.browser = self.new_browser()

    def new_browser(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.gate, client=("192.0.2.7", 4711))
        return httpx.AsyncClient(transport=transport, base_url=self.base)

    async def person(self, role: str = "planner", agency: str = "", email: str = "") -> str:
        """The e-mail address of a new person whose password is PASSWORD."""
        email = email or f"{role}@lenmuc.test"
        await accounts.create_person(self.db, email, f"Người {role}", role, agency, PASSWORD, demo=True)
        return email

    async def enter(self, role: str = "planner", agency: str = "") -> str:
        """Sign the browser in as somebody new; the token that forms carry."""
        email = await self.person(role, agency)
        reply = await self.browser.post("/vi/sign-in", data={"email": email, "password": PASSWORD})
        assert reply.status_code == 303, reply.text
        csrf: str = await self.db.conn.fetchval("SELECT csrf FROM session ORDER BY created DESC LIMIT 1")
        return csrf


@pytest.fixture
async def one(connection: Any) -> OneConnection:
    return await with_two_wards(connection)


@pytest.fixture
async def site(one: OneConnection) -> AsyncIterator[Site]:
    """The site over plain HTTP."""
    made = Site(one, Settings(data=Path("unused")))
    async with made.browser:
        yield made


@pytest.fixture
async def https_site(one: OneConnection) -> AsyncIterator[Site]:
    """The site over HTTPS."""
    made = Site(one, Settings(data=Path("unused"), https=True))
    async with made.browser:
        yield made
