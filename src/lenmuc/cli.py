"""The command line: `lenmuc demo`, `serve`, `migrate`, `load`, `import`, `check`, `checks`, `plan`, `user`,
`audit`, `backup`, `restore`, `doctor`.
"""

import argparse
import asyncio
import datetime as dt
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import asyncpg

from lenmuc import __version__, doctor, paths, running
from lenmuc.actions import accounts, auditing, checking, importing, loading, planfile
from lenmuc.content.errors import ContentError
from lenmuc.content.everything import load_content
from lenmuc.content.locks import drafts
from lenmuc.content.schemes import lock
from lenmuc.core.chain import Head, Verified
from lenmuc.core.checks import RESULTS
from lenmuc.core.errors import Impossible, LenMucError, Refused
from lenmuc.core.quality import Flaw
from lenmuc.core.registry import Note
from lenmuc.outside.fetching import Fetcher
from lenmuc.settings import BadSetting, Settings
from lenmuc.store import backup
from lenmuc.store.backup_file import CannotRestore, Manifest
from lenmuc.store.database import PROGRAM
from lenmuc.store.embedded import CannotStart
from lenmuc.store.migrate import CannotMigrate


class Failed(Exception):
    """A command cannot go on; the text says why and what to do."""


def _serve(arguments: argparse.Namespace) -> None:
    settings = Settings.read(os.environ)
    try:
        listening = running.listen(settings)
    except OSError as taken:
        raise Failed(
            f"Port {settings.port} on {settings.host} is in use ({taken.strerror}). "
            f"Stop the other program, or choose another port: LENMUC_PORT={settings.port + 1} make run"
        ) from taken
    demo = arguments.command == "demo"
    renew = demo and arguments.new_passwords
    asyncio.run(running.serve(settings, listening, demo=demo, renew=renew, say=running.teller()))


def _migrate(_: argparse.Namespace) -> None:
    async def go() -> None:
        async with running.open_database(Settings.read(os.environ), running.teller()):
            pass

    asyncio.run(go())
    print("The database is up to date.")


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


def _check(arguments: argparse.Namespace) -> None:
    if arguments.data:
        _check_data()
        return
    content = load_content()
    folder = paths.assessments()
    if arguments.lock:
        for id in lock(folder):
            print(f"{id}: locked; from now on its file cannot change")
    for scheme in content.schemes.values():
        print(f"{scheme.id}: {len(scheme.criteria)} criteria, {len(scheme.levels)} levels")
    catalogue = content.catalogue
    print(f"catalogue: {len(catalogue.services)} services, {len(catalogue.agencies)} agencies")
    for id in drafts(folder):
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
        _sample(importing.sample(mapping, files, arguments.sample))
        return

    def seen(rows: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{rows:,} rows read", end="", file=sys.stderr, flush=True)

    async def go() -> importing.Report:
        say = running.teller()
        async with running.open_database(Settings.read(os.environ), say) as db:
            today = dt.date.today()
            return await importing.bring_in(
                db, content, mapping, files, today, dry=arguments.dry_run, seen=seen, say=say
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


def _sample(shown: importing.Sample) -> None:
    for line in shown.said:
        print(line, file=sys.stderr)
    for row, record in shown.rows:
        print(f"\n{row.file}, row {row.number}" + ("" if record else ": refused"))
        for name, value in importing.spelled(record) if record else ():
            print(f"  {name:<16} {value}")
    for note in shown.notes:
        print(_told(note))
    print("\nNothing was written.")


def _checks(arguments: argparse.Namespace) -> None:
    settings, say = Settings.read(os.environ), running.teller()
    wanted = checking.Wanted(arguments.agency, arguments.service, arguments.limit)

    async def go() -> checking.Done:
        content = load_content()
        async with running.open_database(settings, say) as db:
            run = await checking.start(db, settings.checks, PROGRAM, None, wanted)
            say(f"looking at records and at most {wanted.links} links; Ctrl-C stops, what was found is kept")
            return await checking.carry_out(db, content, Fetcher(), run, wanted)

    done = asyncio.run(go())
    counts = ", ".join(f"{done.counts.get(result, 0)} {result}" for result in RESULTS)
    print(f"{done.state}; new findings: {counts}")


def _plan(arguments: argparse.Namespace) -> None:
    if arguments.schema:
        sys.stdout.buffer.write(planfile.schema(arguments.schema))
        return
    if arguments.problem is None:
        raise Failed("Name the problem file, or - for standard input: lenmuc plan problem.json")
    text = sys.stdin.buffer.read() if arguments.problem == "-" else Path(arguments.problem).read_bytes()
    stopping = False

    def stop(number: int, frame: object) -> None:
        nonlocal stopping
        if stopping:
            raise KeyboardInterrupt
        stopping = True
        print("Stopping with the best plan so far; once more to stop at once.", file=sys.stderr)

    before = signal.signal(signal.SIGINT, stop)
    try:
        plan = planfile.plan(
            text,
            progress=lambda line: print(line, file=sys.stderr),
            seconds=arguments.time_limit,
            gap=arguments.gap,
            stop=lambda: stopping,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    if arguments.output:
        Path(arguments.output).write_bytes(plan)
    else:
        sys.stdout.buffer.write(plan)


def _user(arguments: argparse.Namespace) -> None:
    password = accounts.new_password()

    async def go() -> None:
        async with running.open_database(Settings.read(os.environ), running.teller(quiet=True)) as db:
            await accounts.create_person(
                db, arguments.email, arguments.name, arguments.role, arguments.agency, password
            )

    asyncio.run(go())
    print(f"{arguments.email} may sign in with this password, shown once: {password}")


def _audit_head(_: argparse.Namespace) -> None:
    async def go() -> Head:
        async with running.open_database(Settings.read(os.environ), running.teller(quiet=True)) as db:
            return await auditing.head(db)

    head = asyncio.run(go())
    print(f"{head.hash.hex()}  {head.place} entries")


def _audit_verify(arguments: argparse.Namespace) -> None:
    async def go() -> Verified:
        async with running.open_database(Settings.read(os.environ), running.teller(quiet=True)) as db:
            found = await auditing.verify(db, arguments.head)
            await auditing.note(db, found)
            return found

    found = asyncio.run(go())
    print(f"{found.links} entries in the chain, {found.intact} of them as they were written")
    if found.first:
        raise Failed(f"The audit log is broken: {auditing.said(found.first)}.")
    print(f"The audit log is whole. Its head: {found.head.hex()}")


def _backup(arguments: argparse.Namespace) -> None:
    settings, file, began = Settings.read(os.environ), Path(arguments.file).absolute(), time.monotonic()
    if arguments.check:
        reading = backup.check(file)
        reading.close()
        _say_kept(f"{arguments.file} is whole, of {reading.manifest.at}:", reading.manifest)
        return

    async def go() -> Manifest:
        async with running.open_server(settings, running.teller(quiet=True)) as (owner, _):
            return await backup.save(owner, file)

    kept = asyncio.run(go())
    size = file.stat().st_size / 1024**2
    _say_kept(f"{arguments.file}: {size:.1f} MiB in {time.monotonic() - began:.1f} s,", kept)


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


def _hash(text: str) -> bytes:
    if len(text) != 64:
        raise ValueError(text)
    return bytes.fromhex(text)


def _rows(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 1000):
        raise argparse.ArgumentTypeError("write a number of rows from 1 to 1000")
    return int(text)


def _links(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 <= int(text[:9]) <= 100_000):
        raise argparse.ArgumentTypeError("write a whole number up to 100000")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lenmuc",
        description="Which online level each public service has, what is missing, what to do first.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, act: Callable[[argparse.Namespace], None], words: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=words, description=words)
        made.set_defaults(act=act)
        return made

    demo = command("demo", _serve, "Serve with Hà Nội loaded and demonstration people made.")
    demo.add_argument(
        "--new-passwords", action="store_true", help="give the demonstration people new passwords"
    )
    command("serve", _serve, "Serve with what the database holds.")
    command("migrate", _migrate, "Bring the database schema up to this program.")
    command("load", _load, "Load the catalogue files into the database.")
    bring = command("import", _import, "Bring in a registry from files, as a mapping describes them.")
    bring.add_argument("mapping", metavar="MAPPING", nargs="?", help="its name, or the path of a .toml file")
    bring.add_argument("files", metavar="FILE", nargs="*", help="CSV, XLSX, ODS, JSON; also packed")
    bring.add_argument("--dry-run", action="store_true", help="count what would change, and stop")
    bring.add_argument("--list", action="store_true", help="name the mappings that come with the program")
    bring.add_argument(
        "--sample", type=_rows, default=0, metavar="N", help="show what the first N rows become and stop"
    )
    check = command("check", _check, "Check the schemes and catalogue files without a database.")
    check.add_argument(
        "--data", action="store_true", help="name what is wrong with the records that are loaded"
    )
    check.add_argument(
        "--lock", action="store_true", help="publish draft schemes: their files cannot change then"
    )
    checks = command(
        "checks", _checks, "Look at records and links; findings are proposals (needs LENMUC_CHECKS=on)."
    )
    checks.add_argument("what", choices=["run"])
    checks.add_argument(
        "--agency", default="", metavar="CODE", help="answers and services of this agency only"
    )
    checks.add_argument("--service", default="", metavar="CODE", help="this service only")
    checks.add_argument(
        "--limit", type=_links, default=checking.MOST_LINKS, metavar="N", help="links at most"
    )
    plan = command("plan", _plan, "Compute a roadmap from a problem file (JSON) alone.")
    plan.add_argument(
        "problem", metavar="PROBLEM", nargs="?", help="the problem file, or - for standard input"
    )
    plan.add_argument("--time-limit", metavar="SECONDS", type=float, help="instead of the file's own")
    plan.add_argument("--gap", metavar="SHARE", type=float, help="stop when proven so near to the best")
    plan.add_argument(
        "--schema", nargs="?", const="problem", choices=sorted(planfile.FILES),
        help="print the JSON Schema of the problem file (or of the solution file) and stop",
    )  # fmt: skip
    plan.add_argument(
        "-o", "--output", metavar="FILE", help="write the solution there instead of printing it"
    )
    user = command("user", _user, "Make an account; its password is printed once.")
    user.add_argument("email")
    user.add_argument("--name", required=True)
    user.add_argument("--role", required=True, choices=accounts.ROLES)
    user.add_argument("--agency", default="", help="the agency's code, for staff and leads")
    keep = command("backup", _backup, "Write everything to a file while people work; it replaces no file.")
    keep.add_argument("file", metavar="FILE")
    keep.add_argument("--check", action="store_true", help="look whether an existing backup is whole instead")
    back = command("restore", _restore, "Put a backup into an empty installation.")
    back.add_argument("file", metavar="FILE")
    command("doctor", _doctor, "Say what is wrong with this installation, and what to do; exit code 1 if so.")
    _audit_commands(commands)
    return parser


def _audit_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    words = "Check that nobody has changed the audit log."
    audit = commands.add_parser("audit", help=words, description=words)
    below = audit.add_subparsers(required=True, metavar="COMMAND")
    words = "Print the hash at which the log ends now. Keep it where nobody of this machine can change it."
    below.add_parser("head", help=words, description=words).set_defaults(act=_audit_head)
    words = "Walk along the whole log and name the first entry that is not as it was written."
    verify = below.add_parser("verify", help=words, description=words)
    verify.add_argument(
        "--head", type=_hash, default=b"", metavar="HASH", help="a kept head: it has to be in the log"
    )
    verify.set_defaults(act=_audit_verify)


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command. Exit code 0: done; 1: a clear error on standard error; 2: the command line is
    wrong.
    """
    arguments = _parser().parse_args(argv)
    try:
        arguments.act(arguments)
    except Refused as refused:
        lines = [f"{f.field}: {f.message.text % f.message.params}" for f in refused.faults]
        sys.exit("\n".join([str(refused), *lines]))
    except Impossible as impossible:
        lines = [cause.text % cause.params for cause in impossible.causes]
        sys.exit("\n".join([f"lenmuc: {impossible}", *lines]))
    except (
        Failed,
        LenMucError,
        BadSetting,
        ContentError,
        CannotStart,
        CannotMigrate,
        CannotRestore,
        FileNotFoundError,
        FileExistsError,
    ) as wrong:
        sys.exit(f"lenmuc: {wrong}")
    except (OSError, asyncpg.PostgresError) as wrong:
        sys.exit(f"lenmuc: the database cannot be reached or used: {wrong}")
    except KeyboardInterrupt:
        sys.exit(130)
