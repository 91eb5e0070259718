"""Many editors at one answer over HTTP, half through the form and half through the API: nobody overwrites
anybody, and the history tells every edit that was acknowledged, once.
"""

import asyncio
import os
import re
import statistics
import time

import httpx

from tests.live.site import Browser, Site

# The short form runs with every test; LENMUC_EDITORS=50 runs the long one.
EDITORS = int(os.environ.get("LENMUC_EDITORS", "10"))
EDITS = 20 if EDITORS >= 50 else 5
CODE, CRITERION = "2.000823", "3.03"  # of the Department of Justice; no other test here answers it


class Tally:
    """What the editors were told."""

    def __init__(self) -> None:
        self.stored: list[str] = []
        self.conflicts = 0
        self.seconds: list[float] = []


def value_of(name: str) -> str:
    """What an edit says: another value than its neighbours, so that from and to can be told apart."""
    return ("met", "not_met", "unknown")[sum(map(int, re.findall(r"\d+", name))) % 3]


async def by_form(http: httpx.AsyncClient, name: str, tally: Tally) -> None:
    """Opens the page, types, sends; the version travels in a hidden field."""
    address = f"/en/work/{CODE}/{CRITERION}"
    page = (await http.get(address)).text
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    typed = {"csrf": fields["csrf"], "version": fields["version"], "value": value_of(name)}
    typed["justification"] = name
    begun = time.monotonic()
    reply = await http.post(address, data=typed)
    to = reply.headers.get("location", "")
    if "/saving/" in to:  # on a busy machine it takes long: a page tells how far it is, then what came of it
        for _ in range(300):
            await asyncio.sleep(0.2)
            reply = await http.get(to)
            if reply.status_code != 200:
                break
    tally.seconds.append(time.monotonic() - begun)
    if reply.status_code == 303:
        tally.stored.append(name)
    else:
        assert reply.status_code == 409, reply.text
        tally.conflicts += 1


async def by_api(http: httpx.AsyncClient, number: int, name: str, tally: Tally) -> None:
    """Reads the answer, sends another with If-Match."""
    address = f"/api/v1/offerings/{number}/answers/{CRITERION}"
    seen = await http.get(address)
    begun = time.monotonic()
    reply = await http.put(
        address,
        json={"value": value_of(name), "justification": name},
        headers={"If-Match": seen.headers["ETag"], "X-CSRF-Token": seen.headers["X-CSRF-Token"]},
    )
    tally.seconds.append(time.monotonic() - begun)
    if reply.status_code == 200:
        tally.stored.append(name)
    else:
        assert reply.status_code == 412, reply.text
        tally.conflicts += 1


async def edit(site: Site, cookies: httpx.Cookies, number: int) -> tuple[Tally, list[dict[str, object]]]:
    """Everybody at once; then the history, newest first."""
    tally = Tally()
    headers = {"Origin": site.address}
    limits = httpx.Limits(max_connections=60)
    async with httpx.AsyncClient(
        base_url=site.address, cookies=cookies, headers=headers, timeout=60, limits=limits
    ) as http:

        async def editor(who: int) -> None:
            for turn in range(EDITS):
                name = f"editor {who} edit {turn}"
                await (by_form(http, name, tally) if who % 2 else by_api(http, number, name, tally))

        await asyncio.gather(*(editor(who) for who in range(EDITORS)))
        told = await http.get(f"/api/v1/offerings/{number}/answers/{CRITERION}/history")
    return tally, told.json()["items"]


def test_nobody_overwrites_anybody(site: Site) -> None:
    browser = Browser(site)
    browser.sign_in(site.person("staff", "STP"))
    listed = browser.get(f"/api/v1/offerings?service={CODE}&agency=STP").json()["items"]
    first = browser.get(f"/en/work/{CODE}/{CRITERION}")
    browser.submit(first, CRITERION, value="met", justification="the first")
    begun = time.monotonic()
    tally, items = asyncio.run(edit(site, browser.http.cookies, listed[0]["id"]))
    took = time.monotonic() - begun
    history = items[::-1]
    since = [item["why"] for item in history].index("the first") + 1
    assert sorted(str(item["why"]) for item in history[since:]) == sorted(tally.stored), "lost or doubled"
    versions = [item["version"] for item in history]
    assert versions == list(range(versions[0], versions[0] + len(versions))), "not one line"
    assert all(item["became"] == value_of(item["why"]) for item in history[since:]), "not what was sent"
    before = [item["became"] for item in history[:-1]]
    assert [item["was"] for item in history[1:]] == before, "from is not to"
    assert len({item["became"] for item in history}) == 3, "all said the same: from and to show nothing"
    assert len(tally.stored) + tally.conflicts == EDITORS * EDITS
    assert tally.conflicts > 0, "they never met: this shows nothing"
    ranked = sorted(tally.seconds)
    print(
        f"{EDITORS} editors, {EDITORS * EDITS} edits in {took:.1f} s: {len(tally.stored)} stored, "
        f"{tally.conflicts} conflicts, 0 lost, 0 doubled; "
        f"an edit takes {statistics.median(ranked) * 1000:.0f} ms, "
        f"95 % at most {ranked[int(len(ranked) * 0.95)] * 1000:.0f} ms"
    )
