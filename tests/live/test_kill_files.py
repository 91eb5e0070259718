"""kill -9 of everything while files are sent: a file is there whole, or nothing of it is."""

import os
import random
import re
import threading
import time
from hashlib import sha256
from pathlib import Path

import httpx

from tests.live.site import Browser, Site

SENDERS = 3
SIZE = 3 * 1024 * 1024


class Sender(threading.Thread):
    """One of the staff who sends file after file to one criterion of one service until the site is gone."""

    def __init__(self, site: Site, browser: Browser, code: str) -> None:
        super().__init__(daemon=True)
        self._client = httpx.Client(base_url=site.address, cookies=browser.http.cookies, timeout=20)
        site.open_windows.append(self._client)
        self._csrf = browser.csrf
        self._place = f"/en/work/{code}/3.05"
        self.tried: set[str] = set()
        self.acknowledged: set[str] = set()

    def run(self) -> None:
        try:
            while True:
                page = self._client.get(self._place).text
                form = page[page.index("multipart/form-data") :]
                found = re.search(r'name="version" value="(\d+)"', form)
                assert found
                content = b"%PDF-1.7\n" + os.urandom(SIZE) + b"\n%%EOF\n"
                digest = sha256(content).hexdigest()
                self.tried.add(digest)
                fields = {"title": digest, "value": "met", "version": found[1], "csrf": self._csrf}
                reply = self._client.post(
                    f"{self._place}/evidence", data=fields, files={"file": ("a.pdf", content)}
                )
                if reply.status_code != 303:
                    return  # the answer holds all the evidence that it may
                self.acknowledged.add(digest)
        except httpx.TransportError:
            return

    def stored(self, browser: Browser) -> dict[str, str]:
        """What the page says is there: hash as it was sent, and hash of what is handed out."""
        page = browser.get(self._place).text
        page = page[page.index('id="evidence-pieces"') :] if 'id="evidence-pieces"' in page else ""
        rows = re.findall(r'href="/evidence/(\d+)">([0-9a-f]{64})<', page)
        return {title: sha256(browser.get(f"/evidence/{id}").content).hexdigest() for id, title in rows}


def staff(site: Site) -> Browser:
    browser = Browser(site)
    browser.sign_in(site.person("staff", "STP"))
    return browser


def test_a_file_is_there_whole_or_not_at_all_after_kill_9_of_everything(tmp_path: Path) -> None:
    chance = random.Random(20261122)
    with Site(tmp_path / "data") as site:
        browser = staff(site)
        offerings = browser.get("/api/v1/offerings?agency=STP&level=2&page_size=10").json()["items"]
        senders = [Sender(site, browser, one["service"]["code"]) for one in offerings[:SENDERS]]
        for sender in senders:
            sender.start()
        time.sleep(chance.uniform(2.0, 4.0))
        site.kill()
        for sender in senders:
            sender.join(30)
        site.start()
        browser = staff(site)
        for sender in senders:
            assert sender.acknowledged
            stored = sender.stored(browser)
            assert all(title == digest for title, digest in stored.items())
            # the last one may have been committed without its reply getting out
            assert sender.acknowledged <= stored.keys() <= sender.tried
        sent = sum(len(sender.acknowledged) for sender in senders)
        print(f"\n{sent} acknowledged files of {SIZE // 1024 // 1024} MiB, 0 lost, 0 in part")
