"""kill -9 in the middle of an import of 10,000 rows: it is there whole, or nothing of it; and again changes
nothing.
"""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from lenmuc.store.embedded import EmbeddedPostgres
from lenmuc.store.embedded_files import Layout
from tests.made import copy_city

# The short form runs with every test; `make faults` runs the long one.
CYCLES = max(1, int(os.environ.get("LENMUC_KILLS", "1")) // 5)
TO_THE_END = 10  # every so many kills the import is repeated until it is there
ROWS = 10_000
MAPPING = """\
name = "A long list"
[place]
code = "H26"
name = "Thành phố Hà Nội"
name_en = "Hà Nội City"
[source]
format = "csv"
[fields]
code = "code"
name = "name"
field = "field"
agency = "agency"
time_in_person = { from = "days", unit = "wd" }
filings = "filings"
"""


def command(data: Path, folder: Path) -> subprocess.Popen[bytes]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LENMUC_", "PG"))}
    kept.pop("DATABASE_URL", None)
    return subprocess.Popen(
        [sys.executable, "-m", "lenmuc", "import", str(folder / "long-list.toml"), str(folder / "list.csv")],
        env={**kept, "LENMUC_DATA": str(data)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def write_list(folder: Path, version: int) -> None:
    """A list whose every row differs from that of another version, at agencies that some share."""
    agencies = ("STP", "SXD", "K1", "K2", "K3")
    rows = [
        f"8.{n:06},Cấp giấy số {n} lần {version},Hộ tịch,{agencies[n % 5]},{n % 30 + 1},{n}\n"
        for n in range(ROWS)
    ]
    (folder / "list.csv").write_text(
        "code,name,field,agency,days,filings\n" + "".join(rows), encoding="utf-8"
    )


def wait_for_the_transaction(process: subprocess.Popen[bytes], data: Path) -> None:
    """Until the rows are copied beside the catalogue: files of temporary tables tell."""
    base, begun = Layout(data).cluster / "base", time.monotonic()
    while not next(base.glob("*/t[0-9]*_[0-9]*"), None):
        assert process.poll() is None
        assert time.monotonic() - begun < 60
        time.sleep(0.02)


def kill(process: subprocess.Popen[bytes], data: Path) -> None:
    """The program and its database, at once."""
    pid_file = next(data.rglob("postmaster.pid"), None)
    os.killpg(process.pid, signal.SIGKILL)
    if pid_file is not None:
        with contextlib.suppress(OSError, ValueError, IndexError):
            os.kill(int(pid_file.read_text().splitlines()[0]), signal.SIGKILL)
    process.communicate(timeout=20)


async def stored(data: Path, version: int) -> dict[str, int]:
    """What of this version is in the database: nothing, or all of it."""
    async with EmbeddedPostgres(data) as server:
        conn = await asyncpg.connect(server.owner_dsn)
        try:
            await conn.execute("SELECT set_config('lenmuc.role', 'program', false)")
            name = f"% lần {version}"
            return {
                "services": await conn.fetchval("SELECT count(*) FROM service WHERE name LIKE $1", name),
                "offerings": await conn.fetchval(
                    "SELECT count(*) FROM current_offering o JOIN service s ON s.code = o.service"
                    " WHERE s.name LIKE $1", name,
                ),
                "runs": await conn.fetchval("SELECT count(*) FROM import_run"),
                "counted": await conn.fetchval("SELECT sum(offerings)::int FROM tally WHERE scheme = ''"),
                "in force": await conn.fetchval("SELECT count(*) FROM current_offering"),
            }  # fmt: skip
        finally:
            await conn.close()


@pytest.mark.timeout(300 + 120 * CYCLES)
async def sent_twice(data: Path, folder: Path) -> list[str]:
    """What two programs say that bring in the same list at once, on a database that runs beside them."""
    async with EmbeddedPostgres(data):
        both = [command(data, folder) for _ in range(2)]
        told = await asyncio.gather(*(asyncio.to_thread(each.communicate, timeout=240) for each in both))
    said = [out.decode() for out, _ in told]
    assert [each.returncode for each in both] == [0, 0], said
    return said


def test_an_import_that_is_killed_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    chance = random.Random(20261122)
    data = tmp_path / "data"
    copy_city(data)
    (tmp_path / "long-list.toml").write_text(MAPPING, encoding="utf-8")
    write_list(tmp_path, 0)
    begun = time.monotonic()
    whole = command(data, tmp_path)
    out, _ = whole.communicate(timeout=120)
    took = time.monotonic() - begun
    assert whole.returncode == 0, out.decode()
    assert f"{ROWS:,} new" in out.decode()
    runs, lost = 1, 0
    for version in range(1, CYCLES + 1):
        write_list(tmp_path, version)
        process = command(data, tmp_path)
        wait_for_the_transaction(process, data)
        time.sleep(chance.uniform(0, took / 3))
        kill(process, data)
        found = asyncio.run(stored(data, version))
        assert found["services"] in (0, ROWS), found
        assert found["offerings"] == found["services"], found
        assert found["runs"] == runs + (found["services"] == ROWS), found
        assert found["counted"] == found["in force"], found
        lost += found["services"] == 0
        runs = found["runs"]
        if version % TO_THE_END == 0 or version == CYCLES:
            # Sent twice at once: one of the two writes it, the other finds nothing to do.
            said = asyncio.run(sent_twice(data, tmp_path))
            wrote = [f"{ROWS:,} changed" in words for words in said]
            assert wrote.count(True) == (not found["services"]), said
            assert ["Nothing changed" in words for words in said] == [not one for one in wrote], said
            runs += wrote.count(True)
            whole_now = {**found, "services": ROWS, "offerings": ROWS, "runs": runs}
            assert asyncio.run(stored(data, version)) == whole_now
    print(
        f"\n{CYCLES} kills in an import of {ROWS:,} rows ({took:.1f} s) in {time.monotonic() - begun:.0f} s: "
        f"{lost} undone, {CYCLES - lost} whole"
    )
