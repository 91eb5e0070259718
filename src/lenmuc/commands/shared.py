"""What the commands share: how a command is named, and the error that ends one."""

import argparse
from collections.abc import Callable
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


class Failed(Exception):
    """A command cannot go on; the text says why and what to do."""


def command(
    commands: Commands, name: str, act: Callable[[argparse.Namespace], None], words: str
) -> argparse.ArgumentParser:
    """A new command below these; `words` say what it does, in the list of all and in its own help."""
    made = commands.add_parser(name, help=words, description=words)
    made.set_defaults(act=act)
    return made
