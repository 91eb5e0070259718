"""`lenmuc checks`: what a machine can see of the answers."""

import argparse
import asyncio
import os

from lenmuc import running
from lenmuc.actions import checking
from lenmuc.commands.shared import Commands, command
from lenmuc.content.everything import load_content
from lenmuc.core.checks import RESULTS
from lenmuc.outside.fetching import Fetcher
from lenmuc.settings import Settings
from lenmuc.store.database import PROGRAM


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


def _links(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 <= int(text[:9]) <= 100_000):
        raise argparse.ArgumentTypeError("write a whole number up to 100000")
    return int(text)


def add(commands: Commands) -> None:
    """The command of this file."""
    checks = command(
        commands,
        "checks",
        _checks,
        "Look at records and links; findings are proposals (needs LENMUC_CHECKS=on).",
    )
    checks.add_argument("what", choices=["run"])
    checks.add_argument(
        "--agency", default="", metavar="CODE", help="answers and services of this agency only"
    )
    checks.add_argument("--service", default="", metavar="CODE", help="this service only")
    checks.add_argument(
        "--limit", type=_links, default=checking.MOST_LINKS, metavar="N", help="links at most"
    )
