"""The command line: `lenmuc COMMAND`; what each command does is in `commands`."""

import argparse
import sys
from collections.abc import Sequence

import asyncpg

from lenmuc import __version__
from lenmuc.commands import briefing, keeping, links, numbers, people, plan, records, serving
from lenmuc.commands.shared import Failed
from lenmuc.content.errors import ContentError
from lenmuc.core.errors import Impossible, LenMucError, Refused
from lenmuc.settings import BadSetting
from lenmuc.store.backup_file import CannotRestore
from lenmuc.store.embedded import CannotStart
from lenmuc.store.migrate import CannotMigrate
from lenmuc.tracing import CannotTrace

GROUPS = (serving, records, numbers, links, plan, briefing, people, keeping)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lenmuc",
        description="Which online level each public service has, what is missing, what to do first.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for group in GROUPS:
        group.add(commands)
    return parser


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
        CannotTrace,
        FileNotFoundError,
        FileExistsError,
    ) as wrong:
        sys.exit(f"lenmuc: {wrong}")
    except (OSError, asyncpg.PostgresError) as wrong:
        sys.exit(f"lenmuc: the database cannot be reached or used: {wrong}")
    except KeyboardInterrupt:
        sys.exit(130)
