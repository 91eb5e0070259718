"""The life of the program: the database opened, the catalogue loaded, the site served, all closed again."""

import asyncio
import contextlib
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import uvicorn

from lenmuc import logs
from lenmuc.actions import accounts, loading, planning
from lenmuc.app import create_app
from lenmuc.content.everything import Content, load_content
from lenmuc.deadlines import connections
from lenmuc.settings import Settings
from lenmuc.store.database import PooledDatabase
from lenmuc.store.embedded import EmbeddedPostgres
from lenmuc.store.migrate import migrate
from lenmuc.tracing import Tracing

Say = Callable[[str], None]


def teller(quiet: bool = False) -> Say:
    """Says each step with the seconds since the start, on standard error."""
    started = time.monotonic()

    def say(text: str) -> None:
        if not quiet:
            print(f"{time.monotonic() - started:6.1f} s  {text}", file=sys.stderr, flush=True)

    return say


@contextlib.asynccontextmanager
async def open_server(settings: Settings, say: Say) -> AsyncIterator[tuple[str, str]]:
    """A PostgreSQL that answers, as it is: the addresses of the owner of the tables and of the program."""
    if settings.embedded:
        say("starting the built-in PostgreSQL")
        async with EmbeddedPostgres(settings.data, say=say) as server:
            yield server.owner_dsn, server.app_dsn
    else:
        say("connecting to the PostgreSQL of DATABASE_URL")
        yield settings.owner_database_url or settings.database_url, settings.database_url


@contextlib.asynccontextmanager
async def open_database(
    settings: Settings, say: Say, watch: Callable[[Any], None] | None = None
) -> AsyncIterator[PooledDatabase]:
    """The database, migrated and ready: the embedded server, or the external one that the settings name."""
    async with open_server(settings, say) as (owner, app):
        await migrate(owner, say=say)
        async with opened(app, watch) as db:
            yield db


@contextlib.asynccontextmanager
async def opened(dsn: str, watch: Callable[[Any], None] | None = None) -> AsyncIterator[PooledDatabase]:
    """A pool on the database of this address, as it is. `watch` is told of every statement."""
    db = PooledDatabase(dsn, watch=watch)
    await db.open()
    try:
        yield db
    finally:
        await db.close()


async def prepare(db: PooledDatabase, content: Content, say: Say) -> None:
    """Load the catalogue when the database does not hold it yet, and tidy up after a sudden end."""
    if not await loading.is_loaded(db, content):
        await loading.load(db, content, say)
    await planning.fail_abandoned(db)


def listen(settings: Settings) -> socket.socket:
    """The socket to serve on, taken before anything slow happens. Raises `OSError` when it is in use."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Connections inherit it. Without it each reply waits 44 ms until its headers are acknowledged.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.bind((settings.host, settings.port))
    return sock


DEMO_AGENCIES = ("STP", "SXD", "X00070")


async def show_demo_people(db: PooledDatabase, renew: bool, say: Say) -> None:
    """Make the people of the demonstration when there are none; their passwords are said this once only."""
    people = await accounts.create_demo_people(db, DEMO_AGENCIES, renew=renew)
    if not people:
        say("demo people exist already; `lenmuc demo --new-passwords` gives them new passwords")
        return
    say("demo people (shown once; this is a demonstration, do not use it with real data):")
    for one in people:
        say(f"    {one.role:<13} {one.agency:<7} {one.email:<32} {one.password}")


async def show_first_code(db: PooledDatabase, settings: Settings, say: Say) -> None:
    """Say how the first account is made, when there is nobody; the code is said this once only."""
    code = await accounts.first_administrator_code(db)
    if code:
        say("nobody has an account yet; this code makes the first administrator, once, within 24 hours:")
        say(f"    {code}   at /{settings.language}/first-administrator")


@contextlib.contextmanager
def traced(settings: Settings) -> Iterator[Tracing | None]:
    """What makes spans, where the settings name a place to send them to. Raises `CannotTrace`."""
    tracing = Tracing.begin(settings.otlp) if settings.otlp else None
    try:
        yield tracing
    finally:
        if tracing is not None:
            tracing.close()


class _Server(uvicorn.Server):
    """Leaves the signals to us: the database has to be stopped after the last reply, not by the interrupt."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(settings: Settings, sock: socket.socket, *, demo: bool, renew: bool, say: Say) -> None:
    """Serve on `sock` until Ctrl-C or SIGTERM. Raises `CannotStart`, `ContentError` before it serves."""
    logs.begin(settings.log)
    with contextlib.closing(sock), traced(settings) as tracing:
        content = await asyncio.to_thread(load_content)
        async with open_database(settings, say, tracing.statement if tracing else None) as db:
            await prepare(db, content, say)
            if demo:
                await show_demo_people(db, renew, say)
            else:
                await show_first_code(db, settings, say)
            app = create_app(settings, db, content)
            config = uvicorn.Config(
                tracing.app(app) if tracing else app, log_config=None, access_log=False, server_header=False,
                timeout_keep_alive=15, timeout_graceful_shutdown=8, http=connections(https=settings.https),
                ws="none",
            )  # fmt: skip
            server = _Server(config)
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, lambda: setattr(server, "should_exit", True))
            say(
                f"ready: http://{settings.host}:{settings.port}/   "
                "(Ctrl-C stops it; what was entered is kept)"
            )
            await server.serve(sockets=[sock])
            say("stopping")
        say("stopped, the data is kept")
