"""Pages of figures and the desk of the whole city against one indexed read: `make bench-desk`.

The program is asked as a server asks it, behind its gate, without a socket. A page is measured as it comes
again (nothing has changed) and as it is made anew (after a change); the desk by somebody signed in. Beside
them the counts alone, which are rolled up, and the same from the offerings. The middle of many runs each.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg

from lenmuc.actions import accounts
from lenmuc.actions.loading import load
from lenmuc.app import create_app
from lenmuc.content.everything import load_content
from lenmuc.settings import Settings
from lenmuc.store.database import PROGRAM, PooledDatabase
from lenmuc.store.embedded import EmbeddedPostgres
from lenmuc.store.migrate import migrate
from lenmuc.store.tallies import MAIN, tally

ONE = """
SELECT level, sum(offerings), sum(filings), sum(unfiled), sum(counted), sum(silent), sum(online),
       sum(comparable)
FROM tally WHERE scheme = $1 GROUP BY level"""
SCRATCH = "SELECT level, count(*), sum(filings) FROM offering GROUP BY level"
PASSWORD = "a long pass phrase for this measurement"
RUNS, ANEW = 300, 7


Headers = list[tuple[bytes, bytes]]


async def ask(app: Any, path: str, headers: Headers, body: bytes = b"") -> tuple[int, dict[bytes, bytes]]:
    """One request as a server passes it on: (status, headers)."""
    where, _, query = path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1",
        "method": "POST" if body else "GET",
        "scheme": "http", "path": where, "raw_path": where.encode(), "query_string": query.encode(),
        "root_path": "", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000), "state": {},
        "headers": [(b"host", b"127.0.0.1:8000"), *headers],
    }  # fmt: skip
    sent: list[dict[str, Any]] = []
    given = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return given.pop() if given else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"])


async def signed_in(app: Any) -> Headers:
    """The cookie of a planner who has just signed in."""
    form = f"email=p@lenmuc.example&password={PASSWORD.replace(' ', '+')}".encode()
    headers = [
        (b"content-type", b"application/x-www-form-urlencoded"),
        (b"content-length", str(len(form)).encode()),
        (b"origin", b"http://127.0.0.1:8000"),
    ]
    status, found = await ask(app, "/vi/sign-in", headers, form)
    assert status == 303, status
    return [(b"cookie", found[b"set-cookie"].partition(b";")[0])]


async def middle(way: Callable[[], Awaitable[object]], runs: int) -> float:
    """The middle of `runs` times, in seconds."""
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        await way()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


async def main() -> None:
    """Load, measure, print."""
    content, say = load_content(), sys.stdout.write
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedPostgres(Path(folder) / "data") as server:
            await migrate(server.owner_dsn)
            db = PooledDatabase(server.app_dsn)
            await db.open()
            await load(db, content, say=lambda _: None)
            await accounts.create_person(db, "p@lenmuc.example", "P", "planner", "", PASSWORD, demo=True)
            app = create_app(Settings(data=Path(folder)), db, content)
            cookie = await signed_in(app)
            conn = await asyncpg.connect(server.app_dsn)

            async def change() -> None:
                async with db.transaction(PROGRAM) as changing:
                    await changing.execute("UPDATE offering SET declared = declared WHERE id = 1")

            def page(path: str, headers: Headers) -> Callable[[], Awaitable[object]]:
                async def once() -> None:
                    status, _ = await ask(app, path, headers)
                    assert status == 200, (path, status)

                return once

            async def one() -> None:
                await conn.fetch(ONE, MAIN)

            async def value_of() -> None:
                await tally(conn, MAIN)

            async def scratch() -> None:
                await conn.fetch(SCRATCH)

            for way in (one, value_of, scratch):
                await middle(way, 20)
            # twice with other work between them: whatever else the machine does must not flatter the ratios
            first = await middle(one, RUNS)
            took = await middle(value_of, RUNS)
            base = min(first, await middle(one, RUNS))
            say(f"one indexed read of the rolled-up table: {1000 * base:.2f} ms\n")
            say(f"counts of a figure: {1000 * took:.2f} ms, {took / base:.1f} x\n")
            took = await middle(scratch, RUNS)
            say(f"the same from the offerings: {1000 * took:.2f} ms, {took / base:.1f} x\n")
            pages = (
                ("/vi/figures/level-3-or-more", []), ("/vi/figures/level-3-or-more?agency=STP", []),
                ("/vi/figures/level-distribution", []), ("/vi/figures", []), ("/vi/desk", cookie),
            )  # fmt: skip
            for path, headers in pages:
                once = page(path, headers)
                anew = []
                for _ in range(ANEW):
                    await change()
                    await asyncio.sleep(1.05)  # a process looks for changes of others once a second
                    anew.append(await middle(once, 1))
                again = await middle(once, RUNS)
                made = statistics.median(anew)
                say(
                    f"{path}: again {1000 * again:.2f} ms, {again / base:.1f} x; "
                    f"anew {1000 * made:.1f} ms, {made / base:.0f} x\n"
                )
            await conn.close()
            await db.close()


if __name__ == "__main__":
    asyncio.run(main())
