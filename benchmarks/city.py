"""A city under an open load, as the public, programs and its officers make it: `make bench-load`.

Hà Nội with 100,000 answers, served by `lenmuc serve` with its own durable PostgreSQL. Of the requests, 60 %
are public pages, 20 % searches, 15 % JSON, 5 % answers written by 50 people who are signed in. They leave on
schedule, 200 a second, whatever the replies do.
"""

import argparse
import asyncio
import http.client
import itertools
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from urllib.parse import quote, urlencode

import asyncpg
import msgspec
import uvloop

from benchmarks.open_load import Asked, OpenLoad
from benchmarks.search import free_port, memory, queries, running
from lenmuc.actions import accounts
from lenmuc.actions.levels import recompute
from lenmuc.actions.loading import load
from lenmuc.content.everything import Content, load_content
from lenmuc.core.answers import Target
from lenmuc.store.database import PROGRAM, PooledDatabase
from lenmuc.store.embedded import EmbeddedPostgres
from lenmuc.store.migrate import migrate

RATE, ANSWERS, PEOPLE = 200.0, 100_000, 50
PASSWORD = "a long pass phrase for this measurement"
LIMITS = {0.5: 15.0, 0.99: 150.0, 0.999: 500.0}  # milliseconds
SHARES = {"page": 60, "search": 20, "json": 15, "write": 5}
WRITTEN = "3.05"
WELL = {200, 201, 304}
PLACES = """
SELECT agency, min(id) AS id FROM current_offering WHERE level = 2
GROUP BY agency ORDER BY count(*) DESC LIMIT $1"""
SEED = """
INSERT INTO answer (criterion, agency, service, value, justification, version, person)
SELECT c, o.agency, o.service,
       (ARRAY['met', 'met', 'not_met', 'unknown'])[1 + abs(hashtext(o.id || c) % 4)],
       'Đã xem hồ sơ của quý trước', 1, $1
FROM current_offering o CROSS JOIN unnest($2::text[]) c
WHERE hashtextextended(o.id || c, 7) % 29 = 0
LIMIT $3"""
OWN = """
INSERT INTO answer (criterion, agency, service, value, justification, version, person)
SELECT $1, agency, service, 'met', 'Đã xem', 1, $2 FROM current_offering WHERE id = ANY ($3)"""
OFFERED = "SELECT service, agency FROM current_offering ORDER BY hashint8(id) LIMIT 5000"


class Officer(msgspec.Struct):
    """Somebody who is signed in, the answer they change again and again, and its last version."""

    address: str
    cookie: str
    csrf: str
    etag: str = ""
    busy: bool = False


class Made(msgspec.Struct, frozen=True):
    """What was seeded: people with one offering of theirs each, and some pairs of service and agency."""

    people: list[tuple[str, int]]
    offered: list[tuple[str, str]]


async def seed(data: Path, content: Content) -> Made:
    """Load the city, its answers and its people."""
    scheme = content.scheme
    criteria = [c.id for c in scheme.criteria if c.scope == "offering" and c.id != WRITTEN]
    async with EmbeddedPostgres(data) as server:
        await migrate(server.owner_dsn)
        db = PooledDatabase(server.app_dsn)
        await db.open()
        await load(db, content, say=lambda _: None)
        admin = await asyncpg.connect(server.dsn("postgres", "lenmuc"))
        rows = await admin.fetch(PLACES, PEOPLE)
        people, patient = [], accounts.Passwords(patience=600)
        for row in rows:
            email = f"{row['agency'].lower()}@lenmuc.example"
            one = await accounts.create_person(
                db, email, f"Officer {row['agency']}", "staff", row["agency"], PASSWORD, demo=True,
                passwords=patient,
            )  # fmt: skip
            people.append((email, row["id"]))
        # No review stands on these answers yet, so nothing has to hear of each.
        await admin.execute("SET session_replication_role = replica")
        await admin.execute(SEED, one.id, criteria, ANSWERS)
        await admin.execute(OWN, WRITTEN, one.id, [offering for _, offering in people])
        await admin.execute("RESET session_replication_role")
        async with db.transaction(PROGRAM) as conn:
            await conn.execute("SET LOCAL statement_timeout = 0")
            await recompute(conn, content.kept, Target(), "seeded")
        await admin.execute("VACUUM ANALYZE")
        counts = await admin.fetchrow(
            "SELECT (SELECT count(*) FROM current_offering), (SELECT count(*) FROM answer),"
            " (SELECT count(DISTINCT agency) FROM current_offering)"
        )
        offered = [(row["service"], row["agency"]) for row in await admin.fetch(OFFERED)]
        await admin.close()
        await db.close()
    print("{:,} offerings, {:,} answers, {} agencies".format(*counts), flush=True)
    return Made(people, offered)


def signed_in(port: int, email: str, offering: int) -> Officer:
    """Sign in as a browser does; what is needed to write."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    form = urlencode({"email": email, "password": PASSWORD})
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{port}"}
    line.request("POST", "/vi/sign-in", form, kind)
    reply = line.getresponse()
    reply.read()
    assert reply.status == 303, reply.status
    cookie = (reply.getheader("set-cookie") or "").partition(";")[0]
    address = f"/api/v1/offerings/{offering}/answers/{WRITTEN}"
    line.request("GET", address, headers={"Cookie": cookie})
    reply = line.getresponse()
    reply.read()
    return Officer(address, cookie, reply.getheader("X-CSRF-Token") or "", reply.getheader("ETag") or "")


class Mix:
    """The next request, by the shares; the same ones at every run."""

    def __init__(self, port: int, content: Content, made: Made, officers: list[Officer]) -> None:
        self._chance = random.Random(20261122)
        self._host = f" HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n"
        self._origin = f"Origin: http://127.0.0.1:{port}\r\n"
        self._offered = made.offered
        self._searches = itertools.cycle(queries(content, 5_000))
        self._officers = itertools.cycle(officers)
        self._count = len(officers)
        self._number = 0
        self.skipped = 0

    def __call__(self) -> Asked:
        """One request that is ready to leave."""
        [kind] = self._chance.choices(list(SHARES), list(SHARES.values()))
        if kind == "write":
            return self._write()
        address = {"page": self._page, "search": self._search, "json": self._json}[kind]()
        return Asked(kind, f"GET {address}{self._host}\r\n".encode())

    def _page(self) -> str:
        code, agency = self._chance.choice(self._offered)
        lang = self._chance.choice(("vi", "vi", "vi", "en"))
        return f"/{lang}" + self._chance.choices(
            ("/", f"/services/{code}", f"/services/{code}?agency={agency}", f"/agencies/{agency}",
             "/agencies", "/figures", "/roadmaps", "/schemes/rs-2018", "/services"),
            (20, 30, 15, 12, 5, 5, 5, 3, 5),
        )[0]  # fmt: skip

    def _search(self) -> str:
        return f"/vi/services?q={quote(next(self._searches))}"

    def _json(self) -> str:
        code, agency = self._chance.choice(self._offered)
        return self._chance.choice(
            (f"/api/v1/services/{code}", f"/api/v1/offerings?agency={agency}", f"/api/v1/agencies/{agency}",
             f"/api/v1/services?q={quote(next(self._searches))}", f"/api/v1/suggestions?q={code[:3]}")
        )  # fmt: skip

    def _write(self) -> Asked:
        officer = next((o for o in itertools.islice(self._officers, self._count) if not o.busy), None)
        if officer is None:  # all fifty wait: this one comes as a page instead, and is told of in the end
            self.skipped += 1
            return Asked("page", f"GET {self._page()}{self._host}\r\n".encode())
        self._number += 1
        body = msgspec.json.encode({
            "value": ("met", "not_met")[self._number % 2], "justification": f"Đã xem lần {self._number}",
        })  # fmt: skip
        seen = f"If-Match: {officer.etag}\r\n" if officer.etag else "If-None-Match: *\r\n"
        officer.busy = True

        def told(status: int, head: bytes) -> None:
            officer.busy = False
            found = re.search(rb"\r\netag: ([^\r]+)", head)
            if status in (200, 201) and found:
                officer.etag = found[1].decode()

        head = (
            f"PUT {officer.address}{self._host}{self._origin}{seen}Cookie: {officer.cookie}\r\n"
            f"X-CSRF-Token: {officer.csrf}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return Asked("write", head.encode() + body, told)


def processor(pid: int) -> dict[str, float]:
    """Seconds of the processor so far: of the program in all its processes, and of its database."""
    tick = os.sysconf("SC_CLK_TCK")
    used, parents, database = dict[int, float](), dict[int, int](), set[int]()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                name, _, rest = (folder / "stat").read_text().rpartition(")")
            except OSError:
                continue
            told, one = rest.split(), int(folder.name)
            database |= {one} if "(postgres" in name else set()
            used[one] = sum(map(int, told[11:15])) / tick
            parents[one] = int(told[1])
    below, todo = {pid}, {pid}
    while todo:
        todo = {child for child, parent in parents.items() if parent in todo}
        below |= todo
    return {
        "program": sum(used[one] for one in below - database),
        "database": sum(used[one] for one in below & database),
    }


def quantile(times: list[float], share: float) -> float:
    """The milliseconds within which that share was answered; `times` ascend."""
    return times[min(len(times) - 1, int(share * len(times)))]


def told(load: OpenLoad, used: dict[str, float], skipped: int) -> None:
    """The table, and whether the limits hold."""
    failed = [one.kind for one in load.replies if one.status not in WELL]
    print(f"  {'':<15}{'requests':>9}{'p50':>9}{'p95':>9}{'p99':>9}{'p99.9':>9}{'most':>9} ms   errors")
    for kind in (*SHARES, "never answered", "all"):
        replies = [one for one in load.replies if kind in ("all", one.kind)]
        if replies:
            times = sorted(one.milliseconds for one in replies)
            shown = "".join(f"{quantile(times, share):9.1f}" for share in (0.5, 0.95, 0.99, 0.999, 1))
            errors = len(failed) if kind == "all" else failed.count(kind)
            print(f"  {kind:<15}{len(replies):>9}{shown}      {errors}")
    for (kind, status), count in Counter(
        (one.kind, one.status) for one in load.replies if one.status not in WELL
    ).items():
        print(f"  {kind}: {count} replies {status}")
    count = len(load.replies)
    parts = ", ".join(f"{1000 * seconds / count:.2f} ms {name}" for name, seconds in used.items())
    print(f"  a request costs {1000 * sum(used.values()) / count:.2f} ms of processor time: {parts}")
    late = sorted(load.late)
    print(f"  the generator left late by {quantile(late, 0.99):.1f} ms at p99, {late[-1]:.1f} ms at most;")
    print(f"  at most {load.most} requests were open at once; {skipped} writes found all people waiting")
    times = sorted(one.milliseconds for one in load.replies)
    for share, limit in LIMITS.items():
        got = quantile(times, share)
        print(f"  p{100 * share:g}: {got:.1f} ms, {got / limit:.2f} of the limit of {limit:g} ms")


def main() -> None:
    """Seed, serve, warm up for a few seconds, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--folder", type=Path, help="where the city stays, for another run")
    given = parser.parse_args()
    content = load_content()
    with tempfile.TemporaryDirectory() as passing:
        folder, port = given.folder or Path(passing), free_port()
        data, kept = folder / "data", folder / "made.json"
        if not kept.exists():
            folder.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(msgspec.json.encode(asyncio.run(seed(data, content))))
        made = msgspec.json.decode(kept.read_bytes(), type=Made)
        env = {"LENMUC_DATA": str(data), "LENMUC_PORT": str(port), "LENMUC_API_READS": "0"}
        with running([sys.executable, "-m", "lenmuc", "serve"], port, "/api/v1/services?q=x", **env) as pid:
            mix = Mix(port, content, made, [signed_in(port, *one) for one in made.people])
            uvloop.run(OpenLoad(port, given.rate / 4, min(10, given.seconds), mix).run())
            load_, before, begun = (
                OpenLoad(port, given.rate, given.seconds, mix),
                processor(pid),
                time.monotonic(),
            )
            uvloop.run(load_.run())
            used = {name: seconds - before[name] for name, seconds in processor(pid).items()}
            took = time.monotonic() - begun
            print(
                f"{given.rate:g} requests/s, {given.seconds:g} s (took {took:.0f} s); {memory(pid):.0f} MiB"
            )
            told(load_, used, mix.skipped)


if __name__ == "__main__":
    main()
