"""The life of the program: the database opened, the catalogue loaded, the site served, all closed again."""

import asyncio
import contextlib
import gc
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
import uvloop

from lenmuc import logs
from lenmuc.actions import accounts, loading, planning
from lenmuc.app import create_app
from lenmuc.content.everything import Content, load_content
from lenmuc.deadlines import connections
from lenmuc.processes import Processes, gone, listen
from lenmuc.settings import Settings
from lenmuc.store.database import PooledDatabase
from lenmuc.store.embedded import EmbeddedPostgres
from lenmuc.store.migrate import migrate
from lenmuc.store.replicas import Readers
from lenmuc.tracing import Tracing

Say = Callable[[str], None]
Watch = Callable[[Any], None] | None
_CONNECTIONS = 48  # to the database, of all processes together; the built-in one takes 60


def teller(quiet: bool = False) -> Say:
    """Says each step with the seconds since the start, on standard error."""
    started = time.monotonic()

    def say(text: str) -> None:
        if not quiet:
            with contextlib.suppress(OSError):  # a full disk under the log is no reason to stop
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
async def open_database(settings: Settings, say: Say) -> AsyncIterator[PooledDatabase]:
    """The database, migrated and ready: the embedded server, or the external one that the settings name."""
    async with open_server(settings, say) as (owner, app):
        await migrate(owner, say=say)
        async with opened(app) as db:
            yield db


@contextlib.asynccontextmanager
async def opened(dsn: str, watch: Watch = None, processes: int = 1) -> AsyncIterator[PooledDatabase]:
    """A pool on the database of this address, as it is. `watch` is told of every statement; so many
    processes share what the built-in server takes.
    """
    db = PooledDatabase(dsn, watch=watch, size=max(3, min(10, _CONNECTIONS // processes)))
    await db.open()
    try:
        yield db
    finally:
        await db.close()


@contextlib.asynccontextmanager
async def open_readers(settings: Settings, db: PooledDatabase, watch: Watch) -> AsyncIterator[Readers | None]:
    """What reads from a standby, where the settings name one."""
    if not settings.read_database_url:
        yield None
        return
    readers = Readers(db, PooledDatabase(settings.read_database_url, timeout=2.0, watch=watch))
    await readers.open()
    try:
        yield readers
    finally:
        await readers.close()


async def prepare(db: PooledDatabase, content: Content, say: Say) -> None:
    """Load the catalogue when the database does not hold it yet, and tidy up after a sudden end."""
    if not await loading.is_loaded(db, content):
        await loading.load(db, content, say)
    await planning.fail_abandoned(db)


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

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    def stop(self) -> None:
        """Take no more connections, let what is in flight end."""
        self.should_exit = True


@contextlib.asynccontextmanager
async def _server(
    settings: Settings, dsn: str, content: Content, ready: Callable[[], None]
) -> AsyncIterator[_Server]:
    """The program with its server, for one process, told by signals to stop."""
    with traced(settings) as tracing:
        watch = tracing.statement if tracing else None
        async with (
            opened(dsn, watch, settings.processes) as db,
            open_readers(settings, db, watch) as readers,
        ):
            # One of several takes nothing before it can search: the others answer meanwhile.
            app = create_app(settings, db, content, warm=settings.processes > 1, readers=readers)
            config = uvicorn.Config(
                tracing.app(app) if tracing else app, log_config=None, access_log=False, server_header=False,
                timeout_keep_alive=15, timeout_graceful_shutdown=8, http=connections(https=settings.https),
                ws="none",
            )  # fmt: skip
            server = _Server(config, ready)
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, server.stop)
            yield server


async def serve(settings: Settings, sock: socket.socket, *, demo: bool, renew: bool, say: Say) -> None:
    """Serve on `sock` until Ctrl-C or SIGTERM. Raises `CannotStart`, `ContentError` before it serves.

    With several processes `sock` only holds the address: each of them has a socket of its own.
    """
    logs.begin(settings.log)

    def ready() -> None:
        many = f" by {settings.processes} processes" if settings.processes > 1 else ""
        say(f"ready: http://{settings.host}:{settings.port}/{many}   "
            "(Ctrl-C stops it; what was entered is kept)")  # fmt: skip

    with contextlib.closing(sock):
        content = await asyncio.to_thread(load_content)
        async with open_server(settings, say) as (owner, app):
            await migrate(owner, say=say)
            async with opened(app) as db:
                await prepare(db, content, say)
                if demo:
                    await show_demo_people(db, renew, say)
                else:
                    await show_first_code(db, settings, say)
            if settings.processes == 1:
                async with _server(settings, app, content, ready) as server:
                    await server.serve(sockets=[sock])
            else:
                del content  # the children have their own
                await _serve_by_many(settings, app, ready, say)
            say("stopping")
        say("stopped, the data is kept")


async def _serve_by_many(settings: Settings, dsn: str, ready: Callable[[], None], say: Say) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with traced(settings):
        pass  # what keeps the children from starting is said here, once
    with tempfile.TemporaryDirectory(prefix="lenmuc-") as board:
        given = (msgspec.structs.replace(settings, board=Path(board)), dsn)
        await Processes(child, given, settings.processes, say).run(stop, ready)


def child(pipe: Connection, settings: Settings, dsn: str) -> None:
    """One of several processes: serves until it is told to stop, or its parent is no more."""
    logs.begin(settings.log)
    uvloop.run(_child(pipe, settings, dsn))


async def _child(pipe: Connection, settings: Settings, dsn: str) -> None:
    def ready() -> None:
        # What stands now stays: looking through it again would take the collector as long as many replies.
        gc.collect()
        gc.freeze()
        pipe.send("ready")

    async with _server(settings, dsn, load_content(), ready) as server:
        alone = asyncio.create_task(gone(pipe))
        alone.add_done_callback(lambda _: server.stop())
        with contextlib.closing(listen(settings.host, settings.port, shared=True)) as sock:
            await server.serve(sockets=[sock])
        alone.cancel()
