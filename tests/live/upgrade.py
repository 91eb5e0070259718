"""`make upgrade-drill FROM=revision`: an earlier program, people at work in it, and this one on its data.

The tables are brought up while the earlier program still runs and answers; nothing that it stored is lost.
"""

import asyncio
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import asyncpg

from lenmuc.store.backup import LEFT_OUT
from lenmuc.store.embedded import EmbeddedPostgres
from tests.live import site as sites
from tests.live.site import Browser, Site, command
from tests.live.test_kill import Writer, staff

TOP = Path(__file__).parents[2]
OURS = {*LEFT_OUT, "migration"}
_COLUMNS = """
SELECT c.relname::text AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     AND a.attgenerated = ''
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' GROUP BY 1 ORDER BY 1
"""
Contents = dict[str, tuple[list[str], int, str]]


async def contents(data: Path, like: Contents | None = None) -> Contents:
    """Of each table its columns, its rows and a hash over them; `like`: the columns that it had then."""
    found: Contents = {}
    async with EmbeddedPostgres(data) as server:
        db = await asyncpg.connect(server.dsn("postgres", "lenmuc"))
        for row in await db.fetch(_COLUMNS):
            if row["name"] in OURS or (like is not None and row["name"] not in like):
                continue
            columns = like[row["name"]][0] if like else row["columns"]
            quoted = ", ".join(f'"{column}"' for column in columns)
            lines: list[bytes] = []

            async def take(piece: bytes, lines: list[bytes] = lines) -> None:
                lines.append(piece)

            await db.copy_from_query(f'SELECT {quoted} FROM "{row["name"]}"', output=take)
            rows = sorted(b"".join(lines).splitlines())
            found[row["name"]] = (columns, len(rows), hashlib.sha256(b"\n".join(rows)).hexdigest())
        await db.close()
    return found


def work(site: Site, browser: Browser, seconds: float) -> dict[str, str]:
    """Some of the staff answer for so long; by address, what each was acknowledged last."""
    listed = browser.get("/api/v1/offerings?agency=STP&level=2&page_size=4").json()["items"]
    addresses = [f"/api/v1/offerings/{one['id']}/answers/3.05" for one in listed]
    writers = [Writer(site, browser.http.cookies, browser.csrf, address, "", 0.05) for address in addresses]
    for writer in writers:
        writer.start()
    time.sleep(seconds)
    assert all(writer.is_alive() and writer.writes for writer in writers), "the program refused an answer"
    for writer in writers:
        writer.over = True
        writer.join(20)
    return {address: writer.acknowledged for address, writer in zip(addresses, writers, strict=True)}


def drill(revision: str, folder: Path) -> None:
    sites.PATIENCE = 300  # the earlier program loads everything first
    tree = folder / "earlier"
    tree.mkdir()
    packed = subprocess.run(
        ["git", "-C", str(TOP), "archive", revision], capture_output=True, check=True
    ).stdout
    subprocess.run(["tar", "-x", "-C", str(tree)], input=packed, check=True)
    site = Site(folder / "data", loaded=False)
    site.start(tree)
    browser = staff(site)
    said = work(site, browser, 3)
    before = asyncio.run(contents(site.data))
    print(f"{revision}: {sum(rows for _, rows, _ in before.values())} rows in {len(before)} tables")
    command(site.data, "migrate")  # while the earlier program runs
    after = asyncio.run(contents(site.data, before))
    lost = [name for name in before if after.get(name) != before[name]]
    assert not lost, f"not as they were: {lost}"
    print("brought up beside the running earlier program: every table as it was")
    for path in ("/vi/", "/vi/services?q=khai+sinh", "/vi/figures", "/api/v1/services", "/vi/work"):
        assert browser.get(path).status_code == 200, path
    said |= work(site, browser, 3)
    print("the earlier program reads and writes on the new tables")
    site.stop()
    site.start()
    browser = staff(site)
    for address, newest in said.items():
        assert browser.get(address).json()["justification"] == newest
    for path in ("/vi/", "/vi/services?q=khai+sinh", "/vi/figures", "/api/v1/services", "/vi/work"):
        assert browser.get(path).status_code == 200, path
    assert "rows differ" not in command(site.data, "check", "--stored")
    assert "is whole" in command(site.data, "audit", "verify")
    file = folder / "kept.zip"
    kept = command(site.data, "backup", str(file))
    site.stop()
    restored = command(folder / "restored", "restore", str(file))
    assert kept.split("fingerprint")[1].split()[0] == restored.split("fingerprint")[1].split()[0]
    print(
        "this program shows all of it; levels, counts and audit log are right; backup and restore are equal"
    )


if __name__ == "__main__":
    os.environ.pop("DATABASE_URL", None)
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        drill(sys.argv[1] if len(sys.argv) > 1 else "HEAD~1", Path(made))
