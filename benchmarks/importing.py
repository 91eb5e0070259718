"""National registries brought in, against reading the files and copying the rows: `make bench-import`.

For each registry, in one run on one durable database: its files are read by the plainest means (csv, json)
and every row goes as it is, all columns as text, into a bare table by COPY; then the same files are brought
in by `bring_in`, which is what `lenmuc import` and the page do: read, mapped, checked, compared, written with
offerings, levels, history and counts; and once more, when nothing changes. A second measure: reading the
files, and copying by COPY the rows that bringing them in has left (services, offerings, levels by four
schemes, history) into empty tables with the same keys and indexes.
"""

import asyncio
import csv
import gzip
import io
import json
import os
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import msgspec

from lenmuc.actions.importing import Report, bring_in, mapping_named
from lenmuc.actions.loading import load
from lenmuc.content.everything import Content, load_content
from lenmuc.store.database import PooledDatabase
from lenmuc.store.embedded import EmbeddedPostgres
from lenmuc.store.migrate import migrate
from lenmuc.web.reviews import today

LIMIT = 3.0
FILES = {
    "tthc-2026": "tthc-2026/raw_json_2642.tar.gz",
    "ca-si-2024": "canada/gc_si_2024.csv",
    "jp-2025": "japan/jp_procedures_2025-07-29.csv.gz",
}


class Measured(msgspec.Struct, frozen=True):
    """Seconds: reading alone, reading and copying, reading and copying what is left in the
    end, bringing in, bringing in again; and what was reported."""

    read: float
    plain: float
    same: float
    first: float
    again: float
    report: Report


def plain_rows(path: Path) -> Iterator[list[str]]:
    """The rows of a file with every column as text, the names first."""
    if path.name.endswith(".tar.gz"):
        columns: list[str] = []
        with tarfile.open(path, "r|gz") as archive:
            for member in archive:
                inside = archive.extractfile(member) if member.name.endswith(".json") else None
                if inside is None:
                    continue
                record = json.loads(inside.read())
                if not columns:
                    columns = list(record)
                    yield columns
                yield [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                       for value in (record.get(column) for column in columns)]  # fmt: skip
        return
    with path.open("rb") as raw:
        plain = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
        yield from csv.reader(io.TextIOWrapper(plain, encoding="utf-8-sig", newline=""))


async def plain(dsn: str, path: Path) -> tuple[float, float]:
    """Seconds to read, and to read and copy."""
    begun = time.perf_counter()
    header, *rows = list(plain_rows(path))
    read = time.perf_counter() - begun
    conn = await asyncpg.connect(dsn)
    names = [f"c{number}" for number in range(len(header))]
    await conn.execute(f"CREATE TABLE plain ({', '.join(f'{name} text' for name in names)})")
    await conn.copy_records_to_table("plain", records=rows, columns=names)
    took = time.perf_counter() - begun
    await conn.execute("DROP TABLE plain")
    await conn.close()
    return read, took


async def same_rows(dsn: str, mapping: str) -> float:
    """Seconds to copy the rows of the services that the mapping brought in into tables like ours."""
    conn = await asyncpg.connect(dsn)
    await conn.execute("SET lenmuc.role = 'program'")
    mine = f"SELECT o.id FROM offering o JOIN service s ON s.code = o.service WHERE s.source = '{mapping}'"
    parts = {
        "service": f"SELECT * FROM service WHERE source = '{mapping}'",
        "offering": f"SELECT * FROM offering WHERE id IN ({mine})",
        "level_change": f"SELECT * FROM level_change WHERE offering IN ({mine})",
        "standing": f"SELECT * FROM standing WHERE offering IN ({mine})",
    }
    took = 0.0
    for table, query in parts.items():
        held = io.BytesIO()
        await conn.copy_from_query(query, output=held, format="binary")
        held.seek(0)
        await conn.execute(f"CREATE TABLE same_{table} (LIKE {table} INCLUDING ALL)")
        begun = time.perf_counter()
        await conn.copy_to_table(f"same_{table}", source=held, format="binary")
        took += time.perf_counter() - begun
        await conn.execute(f"DROP TABLE same_{table}")
    await conn.close()
    return took


async def measure(content: Content, id: str, path: Path) -> Measured:
    """One registry, on a database of its own."""
    mapping = mapping_named(content, id)
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedPostgres(Path(folder) / "data") as server:
            await migrate(server.owner_dsn)
            db = PooledDatabase(server.app_dsn)
            await db.open()
            if mapping.place.code == content.catalogue.place.code:
                await load(db, content, say=lambda _: None)
            read, took = await plain(server.owner_dsn, path)
            times, reports = [], []
            for _ in range(2):
                begun = time.perf_counter()
                reports.append(await bring_in(db, content, mapping, [path], today()))
                times.append(time.perf_counter() - begun)
            assert reports[0].run
            assert not reports[1].run
            assert not reports[1].counts.changes
            same = read + await same_rows(server.owner_dsn, id)
            await db.close()
    return Measured(read, took, same, times[0], times[1], reports[0])


async def main(wanted: list[str]) -> None:
    """Measure those that are there, and print."""
    data = Path(os.environ.get("LENMUC_SHARED", "../shared")) / "data"
    content, say = load_content(), sys.stdout.write
    for id, name in FILES.items():
        if not (data / name).is_file() or (wanted and id not in wanted):
            say(f"{id}: left out ({data / name})\n")
            continue
        one = await measure(content, id, data / name)
        report = one.report
        say(f"{id}: {report.total:,} rows, {report.refused} refused, {report.repaired} cells repaired\n")
        say(f"  brought in {one.first:.2f} s; again, nothing changes, {one.again:.2f} s\n")
        for what, seconds in (
            (f"read ({one.read:.2f} s) and copied as they are", one.plain),
            ("read and copied as they are in the end", one.same),
        ):
            ratios = f"{one.first / seconds:.1f} and {one.again / seconds:.1f} times (limit {LIMIT:g})"
            say(f"  {what}: {seconds:.2f} s; {ratios}\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
