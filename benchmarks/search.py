"""Search over HTTP against Datasette 0.65 with FTS5 and facets, on the same rows: `make bench-search`."""

import argparse
import asyncio
import contextlib
import json
import os
import random
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import msgspec
import uvloop

from benchmarks.load import Load, Measured
from lenmuc.actions.loading import digest
from lenmuc.content.everything import Content, load_content
from lenmuc.core.services import Service, audience, has_fee
from lenmuc.core.text import fold
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store.database import PROGRAM

FACETS = ("field", "tier", "level", "agency", "audience", "fee", "online")
CONNECTIONS = 32
Row = tuple[Service, str, int, int]
"""A service, the agency that offers it, its level, and filings a year."""


def rows(content: Content, count: int) -> Iterator[Row]:
    """Made-up services, the same at every run: real names, each with a few words of another real name."""
    chance = random.Random(20261122)
    services = content.catalogue.services
    tiers = {"province": [], "commune": []}  # type: dict[str, list[str]]
    for agency in content.catalogue.agencies:
        tiers[agency.tier].append(agency.code)
    words = [service.name.split() for service in services]
    for number in range(count):
        base = chance.choice(services)
        other = chance.choice(words)
        start = chance.randrange(max(1, len(other) - 2))
        name = " ".join([*base.name.split()[:40], *other[start : start + chance.randint(2, 5)]])
        tier = chance.choice([each for each in base.tiers if each in tiers] or ["province"])
        service = msgspec.structs.replace(
            base, code=f"{number // 1_000_000 + 1}.{number % 1_000_000:06}", name=name, tiers=(tier,),
            applicants=base.applicants[:1],
        )  # fmt: skip
        yield (
            service,
            chance.choice(tiers[tier]),
            chance.choices(range(5), (1, 2, 9, 5, 3))[0],
            int(10 * chance.paretovariate(1.1)),
        )


def queries(content: Content, count: int) -> list[str]:
    """Different searches of two or three words that stand side by side in a real name."""
    chance = random.Random(7)
    # words that both cut alike: FTS5 parts 1.5 in two, and the program leaves out "thủ tục" in front
    names = [
        fold(service.name.removeprefix("Thủ tục ")).replace(".", " ").split()
        for service in content.catalogue.services
    ]
    found: dict[str, None] = {}
    while len(found) < count:
        name = chance.choice(names)
        length = chance.randint(2, 3)
        if len(name) > length:
            start = chance.randrange(len(name) - length)
            words = name[start : start + length]
            if all(word.isalpha() for word in words) and words[:2] != ["thu", "tuc"]:
                found[" ".join(words)] = None
    return list(found)


async def fill(data: Path, content: Content, count: int) -> None:
    """The rows in the product's own database."""
    from lenmuc.store.database import PooledDatabase
    from lenmuc.store.embedded import EmbeddedPostgres
    from lenmuc.store.migrate import migrate

    async with EmbeddedPostgres(data, say=lambda _: None) as server:
        await migrate(server.owner_dsn)
        db = PooledDatabase(server.app_dsn)
        await db.open()
        async with db.transaction(PROGRAM) as conn:
            await conn.execute("SET LOCAL statement_timeout = 0")
            await catalogue_store.load_agencies(conn, content.catalogue.agencies)
            await catalogue_store.load_fields(conn, content.catalogue.fields)
            batch = 100_000
            made = rows(content, count)
            for _ in range(0, count, batch):
                part = [row for _, row in zip(range(batch), made, strict=False)]
                await catalogue_store.load_services(conn, [service for service, *_ in part])
                await conn.execute("DROP TABLE incoming_service")
                offered = ((s.code, agency, use, True, level, []) for s, agency, level, use in part)
                await catalogue_store.load_offerings(conn, offered, content.scheme.id)
                await conn.execute("DROP TABLE incoming_offering")
            await catalogue_store.record_loading(conn, content.catalogue.place.code, digest(content))
        await db.close()


def fill_sqlite(path: Path, content: Content, count: int) -> None:
    """The same rows for Datasette: names folded, because FTS5 leaves đ as it is."""
    db = sqlite3.connect(path)
    db.execute(
        "CREATE TABLE services (id INTEGER PRIMARY KEY, code TEXT, name TEXT, folded TEXT, field TEXT,"
        " tier TEXT, level INTEGER, agency TEXT, audience TEXT, fee TEXT, online TEXT)"
    )
    fees = {True: "charged", False: "free", None: "unknown"}
    db.executemany(
        "INSERT INTO services VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (s.code, s.name, f"{fold(s.name)} {fold(s.name_en)}", s.field, s.tiers[0], level, agency,
             ";".join(audience(s.applicants)), fees[has_fee(s)], "yes" if "online" in s.channels else "no")
            for s, agency, level, _ in rows(content, count)
        ),
    )  # fmt: skip
    for column in FACETS:
        db.execute(f"CREATE INDEX services_{column} ON services ({column})")
    db.execute(
        'CREATE VIRTUAL TABLE services_fts USING fts5 (folded, content="services", content_rowid="id")'
    )
    db.execute("INSERT INTO services_fts (services_fts) VALUES ('rebuild')")
    db.execute("ANALYZE")
    db.commit()
    db.close()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextlib.contextmanager
def running(command: Sequence[str], port: int, path: str, **env: str) -> Iterator[int]:
    """A server until the end of the block; its process number."""
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(command, env={**os.environ, **env}, stderr=nowhere, stdout=nowhere)
    try:
        begun = time.monotonic()
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{port}{path}", timeout=300) as reply:
                    reply.read()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() - begun > 600:
                    raise
                time.sleep(0.2)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def memory(pid: int) -> float:
    """Resident memory in MiB, of the processes that it has started as well."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):  # it ends while we look
            said = dict(line.split(":", 1) for line in path.read_text().splitlines() if ":" in line)
            ours = path.parent.name == str(pid) or said["PPid"].strip() == str(pid)
            if ours and said["Name"].strip() != "postgres":
                total += int(said.get("VmRSS", "0").split()[0])
    return total / 1024


def ask(port: int, path: str) -> Any:
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=120) as reply:
        return json.load(reply)


def ours(query: str) -> str:
    return f"/api/v1/services?q={quote(query)}"


def theirs(query: str) -> str:
    facets = "".join(f"&_facet={name}" for name in FACETS)
    return f"/bench/services.json?_search={quote(query)}&_size=20{facets}"


async def measure(
    port: int, addresses: Sequence[str], seconds: float, connections: int = CONNECTIONS
) -> Measured:
    return await Load(port, addresses, seconds, connections).run()


def say(name: str, found: Measured) -> None:
    print(
        f"  {name:<34} {found.per_second:>9,.1f} requests/s   p50 {found.quantile(0.5):7.2f} ms   "
        f"p99 {found.quantile(0.99):8.2f} ms   ({found.count} requests, {found.failed} failed)", flush=True,
    )  # fmt: skip


def of_lenmuc(
    folder: Path, content: Content, count: int, wanted: list[str], seconds: float, processes: int
) -> dict[str, Any]:
    """What the product does with so many rows; the totals of the first searches for comparison."""
    data = folder / f"lenmuc-{count}"
    begun = time.monotonic()
    asyncio.run(fill(data, content, count))
    print(f"{count:,} services, Lên Mức by {processes} processes", end=" ")
    print(f"(loaded in {time.monotonic() - begun:.0f} s)", flush=True)
    port = free_port()
    command = [sys.executable, "-m", "lenmuc", "serve", "--processes", str(processes)]
    env = {"LENMUC_DATA": str(data), "LENMUC_PORT": str(port), "LENMUC_API_READS": "0"}
    with running(command, port, "/api/v1/services?page_size=1", **env) as pid:
        before = memory(pid)
        unseen = uvloop.run(measure(port, [ours(query) for query in wanted], 3600))
        say("searches not seen before", unseen)
        again = uvloop.run(measure(port, [ours(query) for query in wanted[:10]] * 100_000, seconds))
        say("ten searches again and again", again)
        typed = [query[:end] for query in wanted[:400] for end in range(2, len(query), 3)]
        typed = [f"/api/v1/suggestions?q={quote(each)}" for each in dict.fromkeys(typed)]
        suggested = uvloop.run(measure(port, typed, 3600, 1))
        say("suggestions, one after the other", suggested)
        totals = [ask(port, f"{ours(query)}&exact=true")["total"] for query in wanted[:50]]
        print(f"  memory {memory(pid):,.0f} MiB ({before:,.0f} before the searches)")
    return {"unseen": unseen, "again": again, "suggested": suggested, "totals": totals}


def of_datasette(
    folder: Path, program: str, content: Content, count: int, wanted: list[str], seconds: float
) -> dict[str, Any]:
    """What Datasette does with the same rows and the first of the same searches."""
    path = folder / "bench.db"
    fill_sqlite(path, content, count)
    print(f"{count:,} services, Datasette", flush=True)
    port = free_port()
    command = [program, "serve", "-i", str(path), "--port", str(port)]
    limits = {"facet_time_limit_ms": 60_000, "sql_time_limit_ms": 60_000, "suggest_facets": 0}
    for name, value in limits.items():
        command += ["--setting", name, str(value)]
    with running(command, port, "/bench.json") as pid:
        unseen = uvloop.run(measure(port, [theirs(query) for query in wanted], seconds * 3))
        say("searches not seen before", unseen)
        again = uvloop.run(measure(port, [theirs(query) for query in wanted[:10]] * 10_000, seconds * 3))
        say("ten searches again and again", again)
        totals = [ask(port, theirs(query))["filtered_table_rows_count"] for query in wanted[:50]]
        print(f"  memory {memory(pid):,.0f} MiB")
    return {"unseen": unseen, "again": again, "totals": totals}


def main() -> None:
    """Print what was measured and the ratios; stop when the two find different numbers of services."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--rows", type=int, default=120_000)
    given.add_argument("--more", type=int, default=0, help="a larger catalogue as well, such as 1000000")
    given.add_argument("--processes", type=int, default=2, help="of Lên Mức; Datasette has one")
    given.add_argument("--queries", type=int, default=6_000)
    given.add_argument("--seconds", type=float, default=10)
    given.add_argument("--datasette", default=".cache/datasette/bin/datasette")
    asked = given.parse_args()
    content = load_content()
    wanted = queries(content, asked.queries)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        mine = of_lenmuc(folder, content, asked.rows, wanted, asked.seconds, asked.processes)
        other = of_datasette(folder, asked.datasette, content, asked.rows, wanted, asked.seconds)
        pairs = zip(wanted, mine["totals"], other["totals"], strict=False)
        different = [(query, one, two) for query, one, two in pairs if one != two]
        assert not different, f"the two find different numbers of services: {different}"
        for name in ("unseen", "again"):
            ratio = mine[name].per_second / other[name].per_second
            print(f"{name}: {ratio:.1f} times the requests a second of Datasette")
        if asked.more:
            large = of_lenmuc(folder, content, asked.more, wanted, asked.seconds, asked.processes)
            growth = mine["unseen"].per_second / large["unseen"].per_second
            print(f"{asked.more / asked.rows:.1f} times the rows: a search costs {growth:.2f} times as much")
    print(f"median of all totals: {statistics.median(mine['totals'])}")


if __name__ == "__main__":
    main()
