"""`lenmuc load`, `import`, `check`: what the catalogue holds."""

import argparse
import asyncio
import os
import sys
from collections import Counter
from pathlib import Path

from lenmuc import paths, running
from lenmuc.actions import importing, loading, recounting
from lenmuc.commands.shared import Commands, Failed, command
from lenmuc.content import reading
from lenmuc.content.everything import load_content
from lenmuc.content.locks import drafts
from lenmuc.content.points import FOLDER as POINTS
from lenmuc.content.points import lock_points
from lenmuc.content.schemes import lock
from lenmuc.core.quality import Flaw
from lenmuc.core.registry import Note
from lenmuc.settings import Settings
from lenmuc.store import recounts
from lenmuc.web.reviews import today


def _load(_: argparse.Namespace) -> None:
    async def go() -> loading.Loaded:
        say = running.teller()
        content = load_content()
        async with running.open_database(Settings.read(os.environ), say) as db:
            return await loading.load(db, content, say)

    done = asyncio.run(go())
    print(
        f"{done.services} services, {done.agencies} agencies, {done.offerings} offerings "
        f"in {done.seconds:.1f} s"
    )


def _check_data() -> None:
    async def go() -> list[Flaw]:
        async with running.open_database(Settings.read(os.environ), running.teller(quiet=True)) as db:
            return await importing.data_flaws(db)

    found = asyncio.run(go())
    for flaw in found:
        what = flaw.what.text % flaw.what.params
        print(f"{flaw.rule}: {', '.join(flaw.services)}: {what}. {flaw.remedy.text}.")
    counts = Counter(flaw.rule for flaw in found)
    print(", ".join(f"{number:,} {rule}" for rule, number in counts.items()) or "Nothing was found.")


def _check_stored() -> None:
    settings, schemes = Settings.read(os.environ), load_content().kept

    async def go() -> list[recounting.Found]:
        async with running.open_server(settings, running.teller(quiet=True)) as (owner, app):
            async with recounts.one_moment(owner) as conn:
                found = await recounting.recount(conn, schemes)
            async with running.opened(app) as db:
                await recounting.note(db, found)
            return found

    found = asyncio.run(go())
    for one in found:
        rows, example = one.differ.rows, one.differ.example
        print(f"{one.what}: " + (f"{rows:,} rows differ, one of them {example}" if rows else "as stored"))
    if any(one.differ.rows for one in found):
        raise Failed(
            "What is stored is not what follows from the records and the answers: tell us, and send this."
        )


def _check(arguments: argparse.Namespace) -> None:
    if arguments.data:
        _check_data()
        return
    if arguments.stored:
        _check_stored()
        return
    content = load_content()
    folder = paths.assessments()
    if arguments.lock:
        for id in (*lock(folder), *lock_points(folder / POINTS, content.schemes)):
            print(f"{id}: locked; from now on its file cannot change")
    for scheme in content.schemes.values():
        print(f"{scheme.id}: {len(scheme.criteria)} criteria, {len(scheme.levels)} levels")
    catalogue = content.catalogue
    print(f"catalogue: {len(catalogue.services)} services, {len(catalogue.agencies)} agencies")
    for id in (*drafts(folder), *drafts(folder / POINTS)):
        print(f"{id}: a draft, which may still change; lenmuc check --lock publishes it")


def _told(note: Note) -> str:
    """One line about one cell."""
    why = note.why.text % note.why.params
    value = f" {note.value!r}" if note.value else ""
    return f"{note.kind}: {note.file}, row {note.row}, {note.column}{value}: {why}"


def _import(arguments: argparse.Namespace) -> None:
    content = load_content()
    if arguments.list:
        for mapping in importing.mappings(content).values():
            print(f"{mapping.id:<12} {mapping.name_en} ({mapping.source.format})")
        return
    if not arguments.mapping or not arguments.files:
        raise Failed("Name a mapping and at least one file; lenmuc import --list names the mappings.")
    mapping = importing.mapping_named(content, arguments.mapping)
    files = [Path(name) for name in arguments.files]
    if arguments.sample:
        _sample(reading.sample(mapping, files, arguments.sample))
        return

    def seen(rows: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{rows:,} rows read", end="", file=sys.stderr, flush=True)

    async def go() -> importing.Report:
        say = running.teller()
        async with running.open_database(Settings.read(os.environ), say) as db:
            return await importing.bring_in(
                db, content, mapping, files, today(), dry=arguments.dry_run, seen=seen, say=say
            )

    _report(asyncio.run(go()), arguments.dry_run)


def _report(done: importing.Report, dry: bool) -> None:
    for line in done.said:
        print(line, file=sys.stderr)
    for note in done.notes:
        print(_told(note))
    counts = done.counts
    print(
        f"{done.total:,} rows: {counts.fresh:,} new, {counts.changed:,} changed, "
        f"{counts.unchanged:,} unchanged, {counts.gone:,} gone, "
        f"{done.refused:,} refused; {done.repaired:,} cells repaired"
    )
    if dry:
        print("Nothing was written.")
    elif not done.run:
        print("Nothing changed.")
    else:
        print(f"Written as import {done.run}.")


def _sample(shown: reading.Sample) -> None:
    for line in shown.said:
        print(line, file=sys.stderr)
    for row, record in shown.rows:
        print(f"\n{row.file}, row {row.number}" + ("" if record else ": refused"))
        for name, value in reading.spelled(record) if record else ():
            print(f"  {name:<16} {value}")
    for note in shown.notes:
        print(_told(note))
    print("\nNothing was written.")


def _rows(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 1000):
        raise argparse.ArgumentTypeError("write a number of rows from 1 to 1000")
    return int(text)


def add(commands: Commands) -> None:
    """The commands of this file."""
    command(commands, "load", _load, "Load the catalogue files into the database.")
    bring = command(
        commands, "import", _import, "Bring in a registry from files, as a mapping describes them."
    )
    bring.add_argument("mapping", metavar="MAPPING", nargs="?", help="its name, or the path of a .toml file")
    bring.add_argument("files", metavar="FILE", nargs="*", help="CSV, XLSX, ODS, JSON; also packed")
    bring.add_argument("--dry-run", action="store_true", help="count what would change, and stop")
    bring.add_argument("--list", action="store_true", help="name the mappings that come with the program")
    bring.add_argument(
        "--sample", type=_rows, default=0, metavar="N", help="show what the first N rows become and stop"
    )
    check = command(commands, "check", _check, "Check the schemes and catalogue files without a database.")
    check.add_argument(
        "--data", action="store_true", help="name what is wrong with the records that are loaded"
    )
    check.add_argument(
        "--stored", action="store_true", help="work out every stored level and count again and compare"
    )
    check.add_argument(
        "--lock", action="store_true", help="publish draft schemes: their files cannot change then"
    )
