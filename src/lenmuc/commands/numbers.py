"""`lenmuc indices`, `counts`: numbers that others count, brought in from CSV."""

import argparse
import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from lenmuc import running
from lenmuc.actions import counts, indices
from lenmuc.actions.brought import Brought
from lenmuc.commands.shared import Commands, Failed, command
from lenmuc.content.everything import load_content
from lenmuc.core.sheets import RowFault
from lenmuc.settings import Settings
from lenmuc.store.database import PROGRAM
from lenmuc.web.reviews import today

_SAID = 50


def told(faults: Sequence[RowFault]) -> str:
    """Every fault on a line of its own, the first of them if there are many."""
    lines = []
    for fault in faults[:_SAID]:
        where = ", ".join(
            [*([f"row {fault.row}"] if fault.row else []), *([fault.column] if fault.column else [])]
        )
        lines.append(f"{where}: {fault.message.text % fault.message.params}" if where else fault.message.text)
    more = [f"and {len(faults) - _SAID:,} more"] if len(faults) > _SAID else []
    return "\n".join(["Nothing was written.", *lines, *more])


def _say(done: Brought, dry: bool) -> None:
    if done.faults:
        raise Failed(told(done.faults))
    print(
        f"{done.rows:,} rows: {done.fresh:,} new, {done.changed:,} changed, {done.unchanged:,} as they stood"
    )
    if dry:
        print("Nothing was written.")


def _indices(arguments: argparse.Namespace) -> None:
    content, file = load_content(), Path(arguments.file).read_bytes()

    async def go() -> Brought:
        async with running.open_database(Settings.read(os.environ), running.teller(quiet=True)) as db:
            year, dry = today().year, arguments.dry_run
            return await indices.bring_in(db, content.indices, PROGRAM, None, file, year, dry=dry)

    _say(asyncio.run(go()), arguments.dry_run)


def _counts(arguments: argparse.Namespace) -> None:
    file = Path(arguments.file).read_bytes()

    async def go() -> Brought:
        async with running.open_database(Settings.read(os.environ), running.teller(quiet=True)) as db:
            return await counts.bring_in(db, None, file, today(), dry=arguments.dry_run)

    _say(asyncio.run(go()), arguments.dry_run)


def add(commands: Commands) -> None:
    """The commands of this file."""
    every = (
        ("indices", _indices, "Bring in values of PCI, PAR INDEX and other indices of provinces.",
         "a CSV; assessments/README.md says its columns"),
        ("counts", _counts, "Bring in filings by service, agency and quarter: online, on time, paid online.",
         "a CSV; catalogue/README.md says its columns"),
    )  # fmt: skip
    for name, act, words, columns in every:
        bring = command(commands, name, act, words)
        bring.add_argument("file", metavar="FILE", help=columns)
        bring.add_argument("--dry-run", action="store_true", help="count what would change, and stop")
