"""Becomes the user the database server may run as, then turns into the given program.

Run as a script, `python -I -S embedded_child.py WAY UID GID PARENT REACH PROGRAM ARGUMENT…`, because little
is safe between fork and exec in a program with threads; so it imports nothing of ours. PostgreSQL refuses to
run as root. A clone made by root may stand below folders only root can enter; their permissions are never
loosened, so WAY is one of

same       stay who we are
plain      become UID and GID
read       the same, keeping the one capability to pass and read folders of others (CAP_DAC_READ_SEARCH)
override   the same with CAP_DAC_OVERRIDE, which containers have more often
map        a user namespace in which root is called UID, where root may not become anybody else

PARENT is the process whose end ends the program too (0: none); REACH must be a folder the program can enter.
Ends with 125 when the way is closed here.
"""

import ctypes
import os
import signal
import sys

CLOSED = 125
CAPABILITIES = {"override": 1, "read": 2}
WAYS = ("plain", "read", "override", "map")

_PR_SET_PDEATHSIG = 1
_PR_SET_SECUREBITS = 28
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_CAPABILITY_VERSION_3 = 0x20080522
_CLONE_NEWUSER = 0x10000000


def _must(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _prctl(libc: ctypes.CDLL, *values: int) -> None:
    """All five arguments are given: the kernel refuses some calls when the unused ones are not zero."""
    _must(libc.prctl(*(ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:5])))


def _become(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def _become_keeping(libc: ctypes.CDLL, uid: int, gid: int, capability: int) -> None:
    # Without this bit access(2), which PostgreSQL asks about its own program file, ignores what we keep.
    _prctl(libc, _PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP)
    _become(uid, gid)
    bit = 1 << capability
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    # Twice: the lower and the upper 32 capabilities, each as effective, permitted, inheritable.
    sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    _must(libc.capset(header, sets))
    _prctl(libc, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability)


def _rename_root(libc: ctypes.CDLL, uid: int, gid: int) -> None:
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    _must(libc.unshare(_CLONE_NEWUSER))
    for name, text in (
        ("setgroups", "deny"),
        ("gid_map", f"{gid} {outer_gid} 1"),
        ("uid_map", f"{uid} {outer_uid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def _prepare(way: str, uid: int, gid: int, parent: int) -> None:
    linux = sys.platform == "linux"
    if way == "plain" and not linux:
        _become(uid, gid)
    if not linux:
        if way in ("read", "override", "map"):
            raise OSError("only on Linux")
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if way == "plain":
        _become(uid, gid)
    elif way in CAPABILITIES:
        _become_keeping(libc, uid, gid, CAPABILITIES[way])
    elif way == "map":
        _rename_root(libc, uid, gid)
    _prctl(libc, _PR_SET_NO_NEW_PRIVS, 1)
    if parent:
        # After the change of user, which clears it. SIGINT is PostgreSQL's quick and clean stop.
        _prctl(libc, _PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:
            raise OSError("the parent has ended already")


def main(arguments: list[str]) -> None:
    """Does not return: the process becomes the program or ends."""
    way, uid, gid, parent, reach, *program = arguments
    try:
        _prepare(way, int(uid), int(gid), int(parent))
        os.chdir("/")
        os.umask(0o077)
        for path in (reach, program[0]):
            if not os.access(path, os.X_OK):
                raise PermissionError(f"{path} cannot be reached")
        # Python ignores these two, and what is ignored stays ignored in the program.
        for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(ignored, signal.SIG_DFL)
        os.execv(program[0], program)
    except OSError as error:
        print(f"{way}: {error}", file=sys.stderr)
        raise SystemExit(CLOSED) from None


if __name__ == "__main__":
    main(sys.argv[1:])
