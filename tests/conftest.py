"""What tests may ask for. Only a test that asks for the database starts it: those of `core` run without."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from argon2 import PasswordHasher
from hypothesis import settings

from lenmuc.actions import accounts
from lenmuc.content.everything import Content, load_content
from lenmuc.core.answers import Identity
from lenmuc.settings import Settings
from lenmuc.store.database import PUBLIC, act_as, prepare_connection
from tests.once import make_once

if TYPE_CHECKING:
    from lenmuc.store.embedded import EmbeddedPostgres

# A thousand people sign in here; what a hash costs in earnest is looked at where passwords are.
accounts.PASSWORDS.take(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))

make_once()

# Made-up cases are the same each time, and none fails because the machine was slow just then.
settings.register_profile("steady", deadline=None, derandomize=True, database=None)
settings.load_profile("steady")


@pytest.fixture(scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator["EmbeddedPostgres"]:
    """One server for the whole run, with our schema and Hà Nội in it."""
    from lenmuc.store.embedded import EmbeddedPostgres
    from tests.made import copy_city

    data = tmp_path_factory.mktemp("server") / "data"
    await asyncio.to_thread(copy_city, data)
    async with EmbeddedPostgres(data, durable=False, say=print) as server:
        yield server


@pytest.fixture(scope="session")
async def blank(postgres: "EmbeddedPostgres") -> str:
    """The name of a database with our schema and nothing in it, for copies in a third of the time."""
    import asyncpg

    from lenmuc.store.embedded import OWNER
    from lenmuc.store.migrate import migrate

    admin = await asyncpg.connect(postgres.dsn("postgres", "postgres"))
    await admin.execute(f"CREATE DATABASE blank OWNER {OWNER}")
    await migrate(postgres.dsn(OWNER, "blank"))
    await admin.close()
    return "blank"


@pytest.fixture
async def connection(postgres: "EmbeddedPostgres") -> AsyncIterator[Any]:
    """A connection as the role of the program; whatever the test does on it is undone."""
    import asyncpg

    db = await asyncpg.connect(postgres.app_dsn)
    undo = db.transaction()
    await undo.start()
    try:
        yield db
    finally:
        try:
            await undo.rollback()
        finally:  # one that stays open keeps its locks, and each test after it waits for them
            await db.close(timeout=10)


async def forget_log(postgres: "EmbeddedPostgres") -> None:
    """Empty the audit log after a test with real transactions: only the server's superuser can."""
    import asyncpg

    admin = await asyncpg.connect(postgres.dsn("postgres", "lenmuc"))
    await admin.execute(
        "SET session_replication_role = replica; TRUNCATE audit, audit_link;"
        "UPDATE audit_head SET place = 0, hash = sha256(convert_to('Lên Mức', 'UTF8'))"
    )
    await admin.close()


class UndoneDatabase:
    """A `Database` on one connection whose transactions are savepoints of one that is rolled back."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn
        self._turn = asyncio.Lock()
        self._over = False

    @asynccontextmanager
    async def transaction(self, who: Identity = PUBLIC, *, read_only: bool = False) -> AsyncIterator[Any]:
        async with self._turn:
            assert not self._over, "a test has ended and its program still works"
            async with self._conn.transaction():
                await act_as(self._conn, who)
                yield self._conn

    async def end(self) -> None:
        """Wait for what works in the background and is in the middle of a transaction; no other begins."""
        async with self._turn:
            self._over = True


@pytest.fixture(scope="session")
def content() -> Content:
    """The published files, read once."""
    return load_content()


@pytest.fixture(scope="session")
def city(postgres: "EmbeddedPostgres", content: Content) -> Content:
    """Hà Nội, loaded before into the server; tests change it inside transactions that are undone."""
    return content


@pytest.fixture
async def db(city: Content, connection: Any) -> AsyncIterator[UndoneDatabase]:
    """The loaded city; whatever the test writes is undone."""
    await prepare_connection(connection)
    undone = UndoneDatabase(connection)
    yield undone
    await undone.end()


class Visitor:
    """A browser without a screen: keeps its cookie, finds the form's token, follows nothing by itself."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.http = client
        self.csrf = ""

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """Open a page; its form token, if any, is kept for the next `post`."""
        reply = await self.http.get(path, **options)
        found = re.search(r'name="csrf" value="([^"]+)"', reply.text)
        if found:
            self.csrf = found[1]
        return reply

    async def post(self, path: str, **fields: Any) -> httpx.Response:
        """Send a form with the token of the last page that had one."""
        data = {**fields, **({"csrf": self.csrf} if self.csrf else {})}
        return await self.http.post(path, data=data)

    async def sign_in(self, email: str, password: str) -> httpx.Response:
        """Sign in as a person would; the cookie is kept."""
        await self.get("/vi/sign-in")
        reply = await self.post("/vi/sign-in", email=email, password=password)
        await self.get("/vi/")
        return reply


class Stage:
    """A `Database` that is, for each test, the one of that test: the program itself is made once."""

    def __init__(self) -> None:
        self.now: UndoneDatabase | None = None

    def transaction(self, who: Identity = PUBLIC, *, read_only: bool = False) -> Any:
        assert self.now is not None, "a test has ended and its program still works"
        return self.now.transaction(who, read_only=read_only)


@pytest.fixture(scope="session")
def stage() -> Stage:
    """Where the database of the running test stands."""
    return Stage()


@pytest.fixture(scope="session")
def program(stage: Stage, content: Content, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The whole program, made once: its templates are compiled once too."""
    from lenmuc.app import create_app

    settings = Settings(data=tmp_path_factory.mktemp("program"), api_reads=1_000_000, public_lag=0)
    return create_app(settings, stage, content, look_every=0)


@pytest.fixture
async def app(program: Any, stage: Stage, db: UndoneDatabase) -> AsyncIterator[Any]:
    """The whole program on the loaded city."""
    stage.now = db
    yield program
    stage.now = None


@pytest.fixture
async def visit(app: Any) -> AsyncIterator[Callable[[], Visitor]]:
    """Makes visitors, each with a browser of their own."""
    async with contextlib.AsyncExitStack() as stack:
        clients = [
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000")
            for _ in range(4)
        ]
        for client in clients:
            await stack.enter_async_context(client)
        yield lambda: Visitor(clients.pop())


PASSWORD = "a long pass phrase for tests"


async def person(db: Any, role: str, agency: str = "") -> str:
    """An account of a demonstration, which may go without a second factor; its e-mail address."""
    email = f"{role}{agency}@example.org".lower()
    await accounts.create_person(
        db, email, f"{role.title()} {agency}".strip(), role, agency, PASSWORD, demo=True
    )
    return email


@pytest.fixture
async def client(visit: Callable[[], Visitor]) -> Visitor:
    """The public."""
    return visit()


@pytest.fixture
async def as_staff(db: Any, visit: Callable[[], Visitor]) -> Visitor:
    """Somebody of the Department of Justice (STP), signed in."""
    visitor = visit()
    await visitor.sign_in(await person(db, "staff", "STP"), PASSWORD)
    return visitor


@pytest.fixture
async def as_planner(db: Any, visit: Callable[[], Visitor]) -> Visitor:
    """A planner, signed in."""
    visitor = visit()
    await visitor.sign_in(await person(db, "planner"), PASSWORD)
    return visitor
