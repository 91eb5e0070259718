"""kill -9 while answers are written, of the program, of its database, of both: what was acknowledged is there
afterwards, whole and once.
"""

import asyncio
import os
import random
import threading
import time
from collections import Counter
from itertools import cycle, islice
from pathlib import Path

import asyncpg
import httpx

from lenmuc.store.embedded import EmbeddedPostgres
from tests.live.site import Browser, Site, command

# The short form runs with every test; `make faults` runs the long one. A fifth of the kills are in imports.
CYCLES = max(3, int(os.environ.get("LENMUC_KILLS", "3")) * 4 // 5)
WHAT = ("program", "database", "both", "program")
WRITERS = 4
AT_LEAST = 60  # acknowledged writes before each kill


class Writer(threading.Thread):
    """One of the staff who answers one criterion of one service again and again until the site is gone.

    Each change has its key; `version` is the one that was acknowledged last.
    """

    def __init__(
        self, site: Site, cookie: httpx.Cookies, csrf: str, address: str, before: str, pause: float = 0.0
    ) -> None:
        super().__init__(daemon=True)
        self._client = httpx.Client(base_url=site.address, cookies=cookie, timeout=10, verify=False)
        self._pause = pause
        site.open_windows.append(self._client)
        self._log = site.log
        self._csrf = csrf
        self._address = address
        self.acknowledged = before
        self.tried = before
        self.headers: dict[str, str] = {}
        self.version = 0
        self.writes = 0
        self.over = False

    def run(self) -> None:
        self.version = number(self._client.get(self._address).headers.get("ETag", ""))
        count = 0
        while not self.over:
            count += 1
            self.tried = f"{self._address} {count} {time.monotonic_ns()}"
            seen = {"If-Match": f'"{self.version}"'} if self.version else {"If-None-Match": "*"}
            self.headers = {"Idempotency-Key": self.tried, **seen}
            try:
                reply = self.send(self._client, self._csrf)
            except httpx.TransportError:
                return
            if reply.status_code == 503:
                return
            if reply.status_code not in (200, 201):
                raise AssertionError(f"{reply.status_code} {reply.text}\n{self._log.read_text()[-9000:]}")
            self.acknowledged = self.tried
            self.writes += 1
            self.version = number(reply.headers["ETag"])
            time.sleep(self._pause)

    def send(self, client: httpx.Client, csrf: str) -> httpx.Response:
        """The last change, under its key."""
        body = {"value": "met", "justification": self.tried}
        return client.put(self._address, json=body, headers={**self.headers, "X-CSRF-Token": csrf})


def staff(site: Site) -> Browser:
    browser = Browser(site)
    browser.sign_in(site.person("staff", "STP"))
    return browser


def number(tag: str) -> int:
    return int(tag.strip('"') or 0)


async def versions(data: Path) -> list[tuple[int, int]]:
    """Of each answer of the agency: its version, and how many entries the audit log has of it."""
    async with EmbeddedPostgres(data) as server:
        db = await asyncpg.connect(server.owner_dsn)
        try:
            await db.execute("SELECT set_config('lenmuc.role', 'backup', false)")
            found = await db.fetch(
                "SELECT version, (SELECT count(*) FROM audit WHERE action = 'answer'"
                " AND target = concat_ws(' ', criterion, 'offering', service, a.agency))"
                " FROM answer a WHERE a.agency = 'STP' AND service <> ''"
            )
            return [tuple(row) for row in found]
        finally:
            await db.close()


def test_every_acknowledged_answer_survives_kill_9_of_program_and_database(tmp_path: Path) -> None:
    chance = random.Random(20261122)
    began, kills, total, unknown = time.monotonic(), Counter[str](), 0, 0
    with Site(tmp_path / "data") as site:
        browser = staff(site)
        offerings = browser.get("/api/v1/offerings?agency=STP&level=2&page_size=10").json()["items"]
        addresses = [f"/api/v1/offerings/{one['id']}/answers/3.05" for one in offerings[:WRITERS]]
        said, csrf = dict.fromkeys(addresses, ""), browser.csrf
        for what in islice(cycle(WHAT), CYCLES):
            # The session outlives the kills too.
            writers = [Writer(site, browser.http.cookies, csrf, a, said[a]) for a in addresses]
            for writer in writers:
                writer.start()
            waited = time.monotonic()
            while sum(writer.writes for writer in writers) < AT_LEAST:
                assert time.monotonic() - waited < 60, site.log.read_text()
                time.sleep(0.01)
            time.sleep(chance.uniform(0.0, 0.3))
            site.kill(what)
            for writer in writers:
                writer.join(30)
                assert not writer.is_alive()
            if what == "database":
                site.wait()
            else:
                site.start()
            for address, writer in zip(addresses, writers, strict=True):
                reply = browser.get(address)
                found = (reply.json().get("justification", ""), number(reply.headers.get("ETag", "")))
                # The last write may have been committed without its reply getting out.
                one_more = found == (writer.tried, writer.version + 1)
                assert one_more or found == (writer.acknowledged, writer.version)
                unknown += one_more
                # So it is sent again under its key: done by now, once, whether it had been or not.
                again = writer.send(browser.http, csrf)
                assert again.status_code in (200, 201), again.text
                assert number(again.headers["ETag"]) == writer.version + 1
                said[address] = writer.tried
                total += writer.writes + 1
            kills[what] += 1
        assert "rows differ" not in command(site.data, "check", "--stored")
        assert "is whole" in command(site.data, "audit", "verify")
    stored = asyncio.run(versions(site.data))
    assert len(stored) == WRITERS
    assert all(version == entries for version, entries in stored), stored
    assert sum(version for version, _ in stored) == total
    killed = ", ".join(f"{count} of {what}" for what, count in kills.items())
    print(
        f"\n{CYCLES} kills ({killed}) in {time.monotonic() - began:.0f} s: {total} acknowledged, 0 lost, "
        f"0 doubled, one entry in the audit log for each; {unknown} had been stored without their reply"
    )
