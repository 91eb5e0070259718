"""Hostile workbooks sent to a running site in turn: all are refused, no memory is kept, others are served."""

import statistics
import threading
import time
from pathlib import Path

import httpx

from tests.exports.test_workbook_read import HOSTILE
from tests.live.site import Browser, Site

GROWTH = 100  # MiB that the program may take more
P95 = 300  # milliseconds within which others are served


class Watcher(threading.Thread):
    """Reads a page every 50 ms, and the memory of the program."""

    def __init__(self, site: Site) -> None:
        super().__init__(daemon=True)
        self._site = site
        self._status = Path(f"/proc/{site.pid}/status")
        self.times: list[float] = []
        self.most = 0.0
        self.over = False

    def memory(self) -> float:
        """MiB of the program itself."""
        lines = self._status.read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))

    def run(self) -> None:
        with httpx.Client(base_url=self._site.address, timeout=20, verify=False) as http:
            while not self.over:
                began = time.monotonic()
                assert http.get("/vi/").status_code == 200
                self.times.append((time.monotonic() - began) * 1000)
                self.most = max(self.most, self.memory())
                time.sleep(0.05)


def send(browser: Browser, file: bytes) -> httpx.Response:
    sent = {"file": ("answers.xlsx", file, "application/octet-stream")}
    return browser.http.post("/vi/work/workbook", data={"csrf": browser.csrf}, files=sent)


def test_hostile_files_are_refused_and_harm_nobody(site: Site) -> None:
    browser = Browser(site)
    browser.sign_in(site.person("staff", "STP"))
    assert send(browser, b"PK no workbook").status_code == 422
    watcher = Watcher(site)
    before = watcher.memory()
    watcher.start()
    statuses = {kind: send(browser, file).status_code for kind, (file, _) in HOSTILE.items()}
    watcher.over = True
    watcher.join(25)
    p95 = statistics.quantiles(watcher.times, n=20)[-1]
    grown = watcher.most - before
    print(f"\n{len(statuses)} hostile files: memory grew by {grown:.0f} MiB; others: p95 {p95:.0f} ms")
    assert set(statuses.values()) <= {413, 422}, statuses
    assert grown <= GROWTH
    assert p95 <= P95
