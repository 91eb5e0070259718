"""kill -9 of everything while answers are written: what was acknowledged is there afterwards, whole and
once.
"""

import os
import random
import threading
import time
from pathlib import Path

import httpx

from tests.live.site import Browser, Site

# The short form runs with every test; `make faults` runs the long one.
CYCLES = int(os.environ.get("LENMUC_KILLS", "2"))
WRITERS = 4


class Writer(threading.Thread):
    """One of the staff who answers one criterion of one service again and again until the site is gone."""

    def __init__(
        self, site: Site, cookie: httpx.Cookies, csrf: str, address: str, before: str, pause: float = 0.0
    ) -> None:
        super().__init__(daemon=True)
        self._client = httpx.Client(base_url=site.address, cookies=cookie, timeout=5, verify=False)
        self._pause = pause
        site.open_windows.append(self._client)
        self._csrf = csrf
        self._address = address
        self.acknowledged = before
        self.tried = before
        self.headers: dict[str, str] = {}
        self.version = 0
        self.writes = 0

    def run(self) -> None:
        etag = self._client.get(self._address).headers.get("ETag", "")
        number = 0
        while True:
            number += 1
            self.tried = f"{self._address} {number} {time.monotonic_ns()}"
            self.headers = {
                "Idempotency-Key": self.tried,
                **({"If-Match": etag} if etag else {"If-None-Match": "*"}),
            }
            try:
                reply = self.send(self._client, self._csrf)
            except httpx.TransportError:
                return
            if reply.status_code not in (200, 201):
                raise AssertionError(f"{reply.status_code} {reply.text}")
            self.acknowledged = self.tried
            self.writes += 1
            etag = reply.headers["ETag"]
            self.version = int(etag.strip('"'))
            time.sleep(self._pause)

    def send(self, client: httpx.Client, csrf: str) -> httpx.Response:
        """The last change, under its key."""
        body = {"value": "met", "justification": self.tried}
        return client.put(self._address, json=body, headers={**self.headers, "X-CSRF-Token": csrf})


def staff(site: Site) -> Browser:
    browser = Browser(site)
    browser.sign_in(site.person("staff", "STP"))
    return browser


def test_every_acknowledged_answer_survives_kill_9_of_everything(tmp_path: Path) -> None:
    chance = random.Random(20261122)
    with Site(tmp_path / "data") as site:
        browser = staff(site)
        offerings = browser.get("/api/v1/offerings?agency=STP&level=2&page_size=10").json()["items"]
        addresses = [f"/api/v1/offerings/{one['id']}/answers/3.05" for one in offerings[:WRITERS]]
        said = dict.fromkeys(addresses, "")
        total = 0
        for _ in range(CYCLES):
            browser = staff(site)
            writers = [Writer(site, browser.http.cookies, browser.csrf, a, said[a]) for a in addresses]
            for writer in writers:
                writer.start()
            time.sleep(chance.uniform(0.2, 0.9))
            site.kill()
            for writer in writers:
                writer.join(20)
            site.start()
            browser = staff(site)
            for address, writer in zip(addresses, writers, strict=True):
                stored = browser.get(address).json()
                found = stored.get("justification", "")
                # the last write may have been committed without its reply getting out
                assert found in (writer.acknowledged, writer.tried)
                assert writer.writes > 0
                # so it is sent again under its key: done by now, once, whether it had been or not
                again = writer.send(browser.http, browser.csrf)
                assert again.status_code in (200, 201), again.text
                assert again.headers["ETag"] == f'"{writer.version + 1}"'
                stored = browser.get(address).json()
                assert (stored["justification"], stored["version"]) == (writer.tried, writer.version + 1)
                said[address] = writer.tried
            total += sum(writer.writes for writer in writers)
        assert "rows differ" not in command(site.data, "check", "--stored")
        print(f"\n{CYCLES} kills, {total} acknowledged answers, 0 lost")
