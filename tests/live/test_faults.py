"""The database killed under a site that is used, and a site told to stop in the middle of its work."""

import os
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import httpx

from tests.live.site import Browser, Site

HEAL = 15.0  # seconds, on a machine on which other tests run too


class Reader(threading.Thread):
    """Asks for pages, each on a connection of its own, and notes what came back."""

    def __init__(self, site: Site, path: str) -> None:
        super().__init__(daemon=True)
        self._address = f"{site.address}{path}"
        self.seen: Counter[object] = Counter()
        self.cut: list[str] = []
        self.over = False

    def run(self) -> None:
        while not self.over:
            try:
                self.seen[httpx.get(self._address, timeout=20, verify=False).status_code] += 1
            except (httpx.ConnectError, httpx.ReadError):
                self.seen["refused"] += 1  # nobody took the connection any more
            except httpx.RemoteProtocolError as cut:
                if "without sending a response" not in str(cut):
                    self.cut.append(str(cut))
                self.seen["refused"] += 1


def postmaster(site: Site) -> int:
    return int(next(site.data.rglob("postmaster.pid")).read_text().splitlines()[0])


def answered(site: Site, path: str) -> int:
    return httpx.get(f"{site.address}{path}", timeout=20, verify=False).status_code


def test_a_killed_database_comes_back_by_itself_and_nobody_sees_an_error_of_ours(tmp_path: Path) -> None:
    with Site(tmp_path / "data") as site:
        browser = Browser(site)
        browser.sign_in(site.person("staff", "STP"))
        readers = [
            Reader(site, path) for path in ("/vi/services?q=khai+sinh", "/api/v1/offerings", "/readyz")
        ]
        for reader in readers:
            reader.start()
        took = []
        for _ in range(3):
            time.sleep(1)
            assert answered(site, "/readyz") == 200
            os.kill(postmaster(site), signal.SIGKILL)
            began = time.monotonic()
            time.sleep(0.05)
            while answered(site, "/readyz") != 200:
                assert time.monotonic() - began < 30, site.log.read_text()
                time.sleep(0.05)
            took.append(time.monotonic() - began)
            # The session is still there, and so is everything else.
            assert browser.get("/vi/work").status_code == 200
        for reader in readers:
            reader.over = True
            reader.join(25)
        seen = sum((reader.seen for reader in readers), Counter())
        print(f"\n3 kills of the database: ready again after {max(took):.1f} s at most; replies {dict(seen)}")
        assert set(seen) <= {200, 304, 503}, site.log.read_text()[-20_000:]
        assert seen[200] > 10
        assert max(took) <= HEAL


def test_a_site_told_to_stop_ends_what_it_began_and_exits_well(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    site.start()
    readers = [Reader(site, "/vi/services") for _ in range(6)]
    for reader in readers:
        reader.start()
    time.sleep(1)
    began = time.monotonic()
    assert site.stop(signal.SIGTERM) == 0
    took = time.monotonic() - began
    for reader in readers:
        reader.over = True
        reader.join(25)
    print(f"\nstopped after {took:.1f} s; replies {dict(sum((r.seen for r in readers), Counter()))}")
    assert [reader.cut for reader in readers] == [[]] * 6
    assert all(reader.seen[200] for reader in readers)
    assert not any(500 in reader.seen for reader in readers)
    assert took <= 12
