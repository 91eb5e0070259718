"""Which operating-system user the embedded server runs as, and how to start a program as that user."""

import os
import pwd
import subprocess
import sys
from pathlib import Path

import msgspec

from lenmuc.store import embedded_child


class CannotStart(Exception):
    """The embedded database cannot run here. The text says why and what to do."""


ELSE = (
    "Either run Lên Mức as an ordinary user, or set LENMUC_DATA to a folder of that user, "
    "or set DATABASE_URL to a PostgreSQL server of your own."
)


class ServerUser(msgspec.Struct, frozen=True):
    """The user of the server: `uid` and `gid` as it sees itself, `owner` as its files are seen outside."""

    way: str
    uid: int
    gid: int
    owner: tuple[int, int]
    clients: tuple[str, ...]
    """Names, as the server sees them, of the users who may connect."""

    def command(self, program: Path, *arguments: str, reach: Path, parent: int = 0) -> list[str]:
        """The command that runs `program` as this user; it ends when the process `parent` ends (Linux)."""
        return [
            sys.executable, "-I", "-S", embedded_child.__file__,
            self.way, str(self.uid), str(self.gid), str(parent), str(reach), str(program), *arguments,
        ]  # fmt: skip

    def give(self, path: Path) -> None:
        """Hand a file or folder we made to the server's user."""
        if os.geteuid() == 0 and self.way != "same":
            os.chown(path, *self.owner, follow_symlinks=False)


def choose_user(data: Path, cluster: Path, postgres: Path) -> ServerUser:
    """The user for the cluster in `cluster`; makes the folder `data` when missing. Raises CannotStart."""
    me = os.geteuid()
    if me != 0:
        # Root too, who could become us anyway: so it can join a server that we run.
        user = ServerUser("same", me, os.getegid(), (me, os.getegid()), (_name(me), _name(0)))
        _make(data, user)
        _refuse_foreign(cluster, me)
        return user
    owner = _owner(cluster)
    tried: list[str] = []
    for user in _candidates(data, owner):
        try:
            fresh = _make(data, user)
        except PermissionError as error:
            tried.append(f"{user.way}: {error}")
            continue
        command = user.command(postgres, "-V", reach=data)
        probe = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if probe.returncode == 0:
            return user
        tried.append((probe.stderr or probe.stdout).strip())
        if fresh:
            data.rmdir()
    raise CannotStart(
        "PostgreSQL does not run as root, and no way to run it as another user is open here "
        f"({'; '.join(tried)}). {ELSE}"
    )


def _candidates(data: Path, owner: int | None) -> list[ServerUser]:
    """The ways to try for root, best first. A cluster that exists keeps its owner."""
    users = []
    if owner != 0:
        entry = _entry(owner) if owner is not None else _ordinary(data)
        if entry is None:
            raise CannotStart(
                f"The data in {data} belong to user number {owner}, who has no name on this machine. {ELSE}"
            )
        ids = (entry.pw_uid, entry.pw_gid)
        # Not `nobody`: programs that have nothing to do with us run under that name.
        names = (_name(0),) if entry.pw_name == "nobody" else (_name(0), entry.pw_name)
        users += [ServerUser(way, *ids, ids, names) for way in ("plain", "read", "override")]
    if owner in (None, 0):
        # Any name but root's will do for root inside, but the overflow user is everybody unknown there.
        inside = next((e for e in pwd.getpwall() if e.pw_uid not in (0, 65534)), None)
        if inside is not None:
            outside = (os.geteuid(), os.getegid())
            users.append(ServerUser("map", inside.pw_uid, inside.pw_gid, outside, (inside.pw_name,)))
    return users


def _ordinary(data: Path) -> pwd.struct_passwd:
    """Owner of the data folder or of the nearest folder above it; `nobody` where that is root."""
    above = next(path for path in (data, *data.parents) if path.exists())
    entry = _entry(above.stat().st_uid)
    if entry is not None and entry.pw_uid != 0:
        return entry
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        raise CannotStart(
            f"PostgreSQL does not run as root, and this machine has no user “nobody”. {ELSE}"
        ) from None


def _entry(uid: int) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        return None


def _name(uid: int) -> str:
    entry = _entry(uid)
    if entry is None:
        raise CannotStart(
            f"PostgreSQL needs the name of user number {uid}, who has no entry in /etc/passwd. {ELSE}"
        )
    return entry.pw_name


def _owner(path: Path) -> int | None:
    try:
        return path.lstat().st_uid
    except FileNotFoundError:
        return None


def _refuse_foreign(cluster: Path, me: int) -> None:
    try:
        owner = _owner(cluster)
    except PermissionError:
        owner = cluster.parent.lstat().st_uid
    if owner not in (None, me):
        whose = _entry(owner)
        name = whose.pw_name if whose is not None else f"number {owner}"
        again = "root, as before" if name == "nobody" else f"“{name}” or as root"
        raise CannotStart(
            f"The data in {cluster.parent} belong to the user “{name}”. "
            f"Start Lên Mức as {again}, or set LENMUC_DATA to a folder of your own."
        )


def _make(data: Path, user: ServerUser) -> bool:
    """Make the data folder, closed to others; was it missing?"""
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        data.mkdir(mode=0o700)
    except FileExistsError:
        return False
    except OSError as error:
        raise CannotStart(
            f"The folder {data} cannot be made ({error.strerror}). Set LENMUC_DATA to one you may write in."
        ) from None
    try:
        user.give(data)
    except PermissionError:
        data.rmdir()
        raise
    return True
