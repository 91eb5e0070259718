"""A figure of the whole city against one indexed round trip to the rolled-up table: `figures.py DSN`.

The DSN is of a database with the city loaded, as the owner or the program. Each is the middle of 200
runs in a row on one connection; beside them, the same share counted from the offerings.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable

import asyncpg

from lenmuc.content.everything import load_content
from lenmuc.core.figures import value
from lenmuc.store.tallies import MAIN, tally

ONE = """
SELECT level, sum(offerings), sum(filings), sum(unfiled), sum(counted), sum(silent), sum(online),
       sum(comparable)
FROM tally WHERE scheme = $1 GROUP BY level"""
SCRATCH = "SELECT level, count(*), sum(filings) FROM offering GROUP BY level"


async def main(dsn: str) -> None:
    """Measure and print."""
    figure = load_content().figures["level-3-or-more"]
    conn = await asyncpg.connect(dsn)

    async def answer() -> None:
        value(figure, await tally(conn, MAIN))

    async def round_trip() -> None:
        await conn.fetch(ONE, MAIN)

    async def scratch() -> None:
        await conn.fetch(SCRATCH)

    ways: dict[str, Callable[[], Awaitable[None]]] = {
        "figure": answer, "round trip": round_trip, "from scratch": scratch,
    }  # fmt: skip
    times: dict[str, list[float]] = {name: [] for name in ways}
    # each way in a row of its own runs: the long one would leave the caches cold for whatever comes after it
    for name, way in ways.items():
        for _ in range(200):
            begun = time.perf_counter()
            await way()
            times[name].append(time.perf_counter() - begun)
    middle = {name: statistics.median(found) for name, found in times.items()}
    for name, seconds in middle.items():
        sys.stdout.write(f"{name}: {1000 * seconds:.2f} ms, {seconds / middle['round trip']:.2f} x\n")
    await conn.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
