"""The disk of the built-in database is filled to the brim under a site in use, and is given room again.

The data stand in a small file system of their own in memory, which only root can mount. The floor that holds
writers back in time is off: PostgreSQL itself runs into the wall, first with a table, then with its log.
"""

import asyncio
import errno
import io
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from lenmuc.running import teller
from lenmuc.store.embedded import DATABASE, SUPERUSER
from lenmuc.store.embedded_files import Layout
from tests.live.site import Browser, Site, command

SIZE = "600m"
KEPT, NEVER_SEEN = "/vi/services?q=khai+sinh", "/vi/services?q=cap+lai+"
PATIENCE = 60.0
_MIB = 1024**2


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk. Skips where none can be mounted."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0755", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)  # whoever is still in there may leave first


def fill(disk: Path) -> Path:
    """Take every byte that is left; the file that holds them."""
    ballast = disk / "ballast"
    with ballast.open("ab", buffering=0) as file:
        for size in (_MIB, 4096, 1):
            while True:
                try:
                    file.write(bytes(size))
                except OSError:
                    break
    return ballast


async def next_piece_of_log(data: Path) -> None:
    """Have PostgreSQL begin new files of its log until it cannot, as many changes would."""
    sockets = (Layout(data).cluster / "postmaster.pid").read_text().splitlines()[4]
    db = await asyncpg.connect(f"postgresql://{SUPERUSER}@/{DATABASE}?host={sockets}&port=5432")
    try:
        for _ in range(100):
            await db.execute("SELECT pg_switch_wal(), pg_logical_emit_message(false, 'a', repeat('a', 9000))")
    finally:
        db.terminate()


class Writer:
    """One of the staff who comments on a service; what was acknowledged is noted."""

    def __init__(self, site: Site) -> None:
        self.browser = Browser(site)
        self.browser.sign_in(site.person("staff", "STP"))
        self.service = site.own_service("STP")
        self.csrf = self.browser.csrf
        self.acknowledged: list[str] = []
        self.told: Counter[int] = Counter()
        self.words = ""

    def write(self) -> int:
        """One comment of nearly 4,000 letters; the status."""
        text = f"{len(self.acknowledged)} {time.monotonic_ns()} ".ljust(3_900, "á")
        fields = {"criterion": "3.05", "agency": "STP", "service": self.service, "text": text}
        reply = self.browser.http.post(
            "/vi/comments", data={**fields, "csrf": self.csrf}, follow_redirects=False
        )
        self.told[reply.status_code] += 1
        if reply.status_code == 303:
            self.acknowledged.append(text.strip())
        else:
            self.words = reply.text
        return reply.status_code


async def comments(data: Path) -> tuple[list[str], int]:
    """What is stored, and how many comments the audit log knows."""
    sockets = (Layout(data).cluster / "postmaster.pid").read_text().splitlines()[4]
    db = await asyncpg.connect(f"postgresql://{SUPERUSER}@/{DATABASE}?host={sockets}&port=5432")
    try:
        found = await db.fetch("SELECT text FROM comment")
        logged = await db.fetchval("SELECT count(*) FROM audit WHERE action = 'comment'")
        return [row["text"].strip() for row in found], logged
    finally:
        await db.close()


def test_a_full_disk_is_told_and_survived_and_nothing_acknowledged_is_lost(disk: Path) -> None:
    with Site(disk / "data", LENMUC_DISK_FLOOR_MIB="0") as site:
        writer = Writer(site)
        for _ in range(20):
            assert writer.write() == 303
        assert httpx.get(f"{site.address}{KEPT}").status_code == 200
        ballast = fill(disk)
        # First the table cannot grow: the server lives, others read.
        began = time.monotonic()
        while writer.write() == 303:
            assert time.monotonic() - began < PATIENCE
        assert "Đĩa sắp đầy" in writer.words, writer.words
        for path in (KEPT, f"{NEVER_SEEN}1"):
            assert httpx.get(f"{site.address}{path}", timeout=20).status_code == 200
        # Then its log: the server stops, and cannot start until there is room.
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            asyncio.run(next_piece_of_log(site.data))
        seen = Counter(
            httpx.get(f"{site.address}{path}", timeout=20).status_code
            for _ in range(5)
            for path in (KEPT, f"{NEVER_SEEN}2", "/readyz")
        )
        writer.write()
        assert set(seen) <= {200, 503}, site.log.read_text()[-5_000:]
        assert set(writer.told) == {303, 503}, writer.words
        assert seen[503], "the server did not stop"
        assert httpx.get(f"{site.address}/healthz", timeout=20).status_code == 200
        ballast.unlink()
        began = time.monotonic()
        site.wait()
        took = time.monotonic() - began
        assert writer.write() == 303, writer.words
        assert "is whole" in command(site.data, "audit", "verify")
        stored, logged = asyncio.run(comments(site.data))
    assert set(writer.acknowledged) <= set(stored)
    assert len(stored) == len(set(stored)) == logged
    print(
        f"\n{len(writer.acknowledged)} acknowledged, {len(stored)} stored; pages meanwhile {dict(seen)}; "
        f"ready {took:.1f} s after there was room"
    )


def test_what_the_program_says_is_lost_when_its_log_is_full_and_the_program_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, text)

    monkeypatch.setattr(sys, "stderr", Full())
    teller()("The database has stopped by itself; starting it again.")
