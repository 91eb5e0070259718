"""`lenmuc backup`, `restore`, `doctor`: keeping an installation whole."""

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path

import asyncpg

from lenmuc import doctor, running
from lenmuc.commands.shared import Commands, command
from lenmuc.core.deeds import Action
from lenmuc.core.errors import LenMucError
from lenmuc.settings import Settings
from lenmuc.store import audit as audit_store
from lenmuc.store import backup
from lenmuc.store.backup_file import CannotRestore, Manifest
from lenmuc.store.database import PROGRAM
from lenmuc.store.embedded import CannotStart
from lenmuc.store.embedded_files import Layout


def _backup(arguments: argparse.Namespace) -> None:
    settings, file, began = Settings.read(os.environ), Path(arguments.file).absolute(), time.monotonic()
    if arguments.check:
        _check_backup(settings, file)
        return

    async def go() -> Manifest:
        async with running.open_server(settings, running.teller(quiet=True)) as (owner, app):
            kept = await backup.save(owner, file)
            await _note(app, "backup made", file, kept)
            return kept

    kept = asyncio.run(go())
    size = file.stat().st_size / 1024**2
    _say_kept(f"{arguments.file}: {size:.1f} MiB in {time.monotonic() - began:.1f} s,", kept)


def _check_backup(settings: Settings, file: Path) -> None:
    """Whole or not, and noted where there is an installation: a backup may be checked on any machine."""

    async def note(action: Action, kept: Manifest | None) -> None:
        if settings.embedded and not Layout(settings.data).cluster.exists():
            return
        try:
            async with running.open_server(settings, running.teller(quiet=True)) as (_, app):
                await _note(app, action, file, kept)
        except (CannotStart, OSError, asyncpg.PostgresError) as away:
            print(f"This could not be noted in the audit log: {away}", file=sys.stderr)

    try:
        reading = backup.check(file)
    except CannotRestore:
        asyncio.run(note("backup damaged", None))
        raise
    reading.close()
    _say_kept(f"{file} is whole, of {reading.manifest.at}:", reading.manifest)
    asyncio.run(note("backup checked", reading.manifest))


async def _note(app: str, action: Action, file: Path, kept: Manifest | None) -> None:
    """In the audit log, after the moment of the backup: it is no part of it. A backup without its line is
    whole all the same.
    """
    after = {"name": file.name, "bytes": file.stat().st_size}
    if kept is not None:
        after |= {"moment": kept.at, "fingerprint": kept.fingerprint, "head": kept.audit_head}
    try:
        async with running.opened(app) as db, db.transaction(PROGRAM) as conn:
            await audit_store.record(conn, person=None, action=action, target="backup", after=after)
    except (LenMucError, OSError, asyncpg.PostgresError) as away:
        print(f"This could not be noted in the audit log: {away}", file=sys.stderr)


def _restore(arguments: argparse.Namespace) -> None:
    settings, say, began = Settings.read(os.environ), running.teller(), time.monotonic()
    # Whatever is wrong with the file is said before a folder is made or a server is started.
    reading = backup.check(Path(arguments.file))

    async def go() -> Manifest:
        async with running.open_server(settings, say) as (owner, _):
            return await backup.restore(owner, reading, say)

    try:
        kept = asyncio.run(go())
    finally:
        reading.close()
    _say_kept(f"{arguments.file} restored in {time.monotonic() - began:.1f} s:", kept)
    print("Everybody signs in again. `lenmuc audit verify` walks along the whole audit log.")


def _say_kept(words: str, kept: Manifest) -> None:
    print(f"{words} {kept.rows} rows in {len(kept.tables)} tables")
    print(f"fingerprint  {kept.fingerprint}")
    print(f"audit log    {kept.audit_head}  {kept.audit_place} entries")


def _doctor(_: argparse.Namespace) -> None:
    if not doctor.report(os.environ):
        sys.exit(1)


def add(commands: Commands) -> None:
    """The commands of this file."""
    keep = command(
        commands, "backup", _backup, "Write everything to a file while people work; it replaces no file."
    )
    keep.add_argument("file", metavar="FILE")
    keep.add_argument("--check", action="store_true", help="look whether an existing backup is whole instead")
    back = command(commands, "restore", _restore, "Put a backup into an empty installation.")
    back.add_argument("file", metavar="FILE")
    command(
        commands,
        "doctor",
        _doctor,
        "Say what is wrong with this installation, and what to do; exit code 1 if so.",
    )
