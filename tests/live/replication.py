"""A primary and a standby of the built-in PostgreSQL, with real streaming replication between them."""

import asyncio
import os
import pwd
import subprocess
import time
from pathlib import Path

import asyncpg

from lenmuc.store import embedded_files as files
from lenmuc.store.embedded import APP, DATABASE, OWNER, SUPERUSER
from lenmuc.store.embedded_user import ServerUser, choose_user
from tests.made import copy_city

ENV = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.environ.get("PATH", os.defpath)}


class Server:
    """One server on the cluster below `data`, where only its owner and root may connect."""

    def __init__(self, data: Path, user: ServerUser) -> None:
        self.layout = files.Layout(data)
        self.user = user
        self.sockets = str(files.socket_folder(self.layout, user))
        self._process: subprocess.Popen[bytes] | None = None

    def address(self, role: str = SUPERUSER, database: str = DATABASE) -> str:
        """Where to connect to."""
        return f"postgresql://{role}@/{database}?host={self.sockets}&port={files.PORT}&sslmode=disable"

    async def start(self, **options: str) -> None:
        """Start it and wait until it takes connections."""
        rules = "local all all peer map=lenmuc\nlocal replication all peer map=lenmuc\n"
        (self.layout.cluster / "pg_hba.conf").write_text(rules)
        roles = (SUPERUSER, OWNER, APP)
        names = {*self.user.clients, pwd.getpwuid(self.user.uid).pw_name}  # the standby comes as the latter
        (self.layout.cluster / "pg_ident.conf").write_text(
            "".join(f'lenmuc "{name}" {role}\n' for name in sorted(names) for role in roles)
        )
        given = {"listen_addresses": "", "unix_socket_directories": self.sockets, "fsync": "off", **options}
        settings = [part for name, value in given.items() for part in ("-c", f"{name}={value}")]
        command = self.user.command(
            files.program("postgres"), "-D", str(self.layout.cluster), *settings,
            reach=self.layout.cluster, parent=os.getpid(),
        )  # fmt: skip
        log = files.open_owned(self.layout.log, self.user, os.O_WRONLY | os.O_APPEND)
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=ENV, start_new_session=True
        )
        os.close(log)
        until = time.monotonic() + 60
        while (found := files.postmaster(self.layout)) is None or not found.ready:
            assert self._process.poll() is None, self.layout.log.read_text()
            assert time.monotonic() < until
            await asyncio.sleep(0.02)

    async def ask(self, question: str, *given: object) -> object:
        """One value, asked as the superuser."""
        conn = await asyncpg.connect(self.address())
        try:
            return await conn.fetchval(question, *given)
        finally:
            await conn.close()

    def kill(self) -> None:
        """The machine is gone: the server and all that it had begun, with nothing said."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, 9)
            self._process.wait(10)


def primary(data: Path) -> Server:
    """A server with the city in it, not started yet."""
    copy_city(data)
    layout = files.Layout(data)
    return Server(data, choose_user(data, layout.cluster, files.program("postgres")))


def copied(source: Server, data: Path) -> Server:
    """A standby of a running primary, made by pg_basebackup and not started yet."""
    data.mkdir(mode=0o700)
    source.user.give(data)
    layout = files.Layout(data)
    command = source.user.command(
        files.program("pg_basebackup"), "-D", str(layout.cluster), "-d", source.address(),
        "--write-recovery-conf", "--checkpoint=fast", "--no-sync", reach=data,
    )  # fmt: skip
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=ENV)
    assert done.returncode == 0, done.stderr
    return Server(data, source.user)


def several(role: str, *servers: Server, wanted: str) -> str:
    """The address of whichever of several servers is `wanted`."""
    hosts = ",".join(server.sockets for server in servers)
    ports = ",".join(str(files.PORT) for _ in servers)
    return f"postgresql://{role}@/{DATABASE}?host={hosts}&port={ports}&target_session_attrs={wanted}"
