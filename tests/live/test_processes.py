"""Two processes on one port: what one is told both know, and one that is killed is missed by nobody."""

import contextlib
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.live.site import Browser, Site
from tests.live.test_faults import Reader, answered

TOKEN = "a token of many letters"
EVERY = 24  # new connections; that all of them meet the same of two processes happens once in 8 million times


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("pair") / "data"
    with Site(data, LENMUC_PROCESSES="2", LENMUC_METRICS_TOKEN=TOKEN.replace(" ", "-")) as site:
        yield site


def serving(site: Site) -> set[int]:
    """The processes that listen on the port of the site."""
    wanted = f":{site.port:04X}"
    inodes = {
        line.split()[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[1].endswith(wanted) and line.split()[3] == "0A"
    }
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ends while we look
            if f"PPid:\t{site.pid}\n" in (process / "status").read_text():
                files = {os.readlink(file) for file in (process / "fd").iterdir()}
                if files & {f"socket:[{inode}]" for inode in inodes}:
                    found.add(int(process.name))
    return found


def until_two(site: Site) -> set[int]:
    begun = time.monotonic()
    while len(found := serving(site)) < 2:
        assert time.monotonic() - begun < 60, site.log.read_text()
        time.sleep(0.1)
    return found


def count(site: Site) -> int:
    """Questions whether it lives that the site says it answered."""
    headers = {"Authorization": f"Bearer {TOKEN.replace(' ', '-')}"}
    told = httpx.get(f"{site.address}/metrics", headers=headers, timeout=20).text
    return sum(map(int, re.findall(r'lenmuc_requests_total\{kind="watch".*\} (\d+)', told)))


def test_the_figures_are_those_of_both(pair: Site) -> None:
    until_two(pair)
    time.sleep(1.5)  # each tells once a second
    before = count(pair)
    for _ in range(EVERY):
        assert answered(pair, "/healthz") == 200
    begun = time.monotonic()
    while count(pair) != before + EVERY:
        assert time.monotonic() - begun < 10
        time.sleep(0.2)


def test_what_one_is_told_all_show_within_two_seconds(pair: Site) -> None:
    until_two(pair)
    browser = Browser(pair)
    browser.sign_in(pair.person("staff", "STP"))
    code = pair.own_service("STP")
    page = f"/vi/services/{code}?agency=STP"
    before = httpx.get(f"{pair.address}{page}", timeout=20).headers["etag"]
    form = browser.get(f"/vi/work/{code}/1.05")
    done = browser.submit(form, "/1.05", value="not_met", justification="Chưa niêm yết")
    assert done.status_code == 200
    time.sleep(2)
    tags = {httpx.get(f"{pair.address}{page}", timeout=20).headers["etag"] for _ in range(EVERY)}
    assert len(tags) == 1
    assert before not in tags


def test_a_wrong_password_counts_whoever_is_asked(pair: Site) -> None:
    until_two(pair)
    seen = []
    for _ in range(12):
        browser = Browser(pair)
        form = browser.get("/vi/sign-in")
        seen.append(browser.submit(form, "/sign-in", email="x@example.org", password="wrong").status_code)
    assert seen == [422] * 10 + [429] * 2


def test_one_that_is_killed_is_started_again_and_all_end_together(pair: Site) -> None:
    before = until_two(pair)
    reader = Reader(pair, "/vi/services?q=khai+sinh")
    reader.start()
    time.sleep(0.5)
    os.kill(min(before), signal.SIGKILL)
    time.sleep(1)
    after = until_two(pair)
    assert len(after - before) == 1
    reader.over = True
    reader.join(30)
    # What was being answered, and what the dying listener was handed before the kernel closed it.
    assert reader.seen.pop("refused", 0) <= 5
    assert set(reader.seen) == {200}
    assert not reader.cut
    assert pair.stop(signal.SIGTERM) == 0
    assert not any(Path(f"/proc/{process}").exists() for process in after)
