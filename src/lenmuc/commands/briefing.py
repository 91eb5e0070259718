"""`lenmuc briefing`: the state of a quarter, frozen or as a draft, and the closing review of a term."""

import argparse
import asyncio
import datetime as dt
import os
from pathlib import Path

from lenmuc import paths, running
from lenmuc.actions import briefings
from lenmuc.actions.counting import COUNTER
from lenmuc.actions.roadmap_view import Views
from lenmuc.commands.shared import Commands, Failed, command
from lenmuc.content.everything import load_content
from lenmuc.core.briefing.closing import closing
from lenmuc.core.papers import Paper
from lenmuc.core.quarters import is_quarter
from lenmuc.exports.formats import PAPER_FORMATS
from lenmuc.exports.papers import written
from lenmuc.settings import LANGUAGES, Settings
from lenmuc.store.database import PROGRAM
from lenmuc.web.language import HANOI, read_language
from lenmuc.web.reviews import rules_of


def _briefing(arguments: argparse.Namespace) -> None:
    for quarter in (arguments.quarter, arguments.since):
        if quarter and not is_quarter(quarter):
            raise Failed(f"{quarter} is no quarter: write it as 2026Q4.")
    report, moment = asyncio.run(made(arguments))
    language = read_language(paths.locale(), arguments.language)
    for ending, name in (("pdf", arguments.pdf), ("xlsx", arguments.xlsx)):
        if name:
            Path(name).write_bytes(PAPER_FORMATS[ending].write(report, language, moment))
    said = written(report, language)
    print(f"{said.title} – {said.mark}" if said.mark else said.title)
    print(said.made)
    for fact, value in said.facts:
        print(f"{fact}: {value.text}")


async def made(arguments: argparse.Namespace) -> tuple[Paper, dt.datetime]:
    """The report that is asked for, and the moment when it was counted. Raises as `actions.briefings`
    does.
    """
    settings, say = Settings.read(os.environ), running.teller(quiet=True)
    content, now = load_content(), dt.datetime.now(HANOI)
    async with running.open_database(settings, say) as db:
        if arguments.since:
            opened = await briefings.open_term(db, COUNTER, arguments.since, arguments.quarter)
            notes = {each.briefing.quarter: each.corrections() for each in opened}
            return closing([each.briefing for each in opened], notes), opened[-1].briefing.made
        views, rules = Views(db, content), rules_of(settings)
        if arguments.freeze:
            await briefings.freeze(db, content, views, rules, PROGRAM, None, arguments.quarter, now)
        found = await briefings.open_briefing(db, content, views, rules, COUNTER, arguments.quarter, now)
        return found.paper(), found.briefing.made


def add(commands: Commands) -> None:
    """The command of this file."""
    briefing = command(
        commands,
        "briefing",
        _briefing,
        "A quarter against the one before and the plan, as it was frozen or as a draft.",
    )
    briefing.add_argument("quarter", metavar="QUARTER", help="such as 2026Q4")
    briefing.add_argument(
        "--freeze",
        action="store_true",
        help="keep it for ever; only when the quarter has ended, and only once",
    )
    briefing.add_argument(
        "--since", metavar="QUARTER", help="the closing review from this frozen quarter to the other"
    )
    briefing.add_argument("--pdf", metavar="FILE", help="write it as PDF")
    briefing.add_argument("--xlsx", metavar="FILE", help="write it as a workbook")
    briefing.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0], help="of what is written")
