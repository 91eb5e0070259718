"""`lenmuc demo`, `serve`, `migrate`: the service itself."""

import argparse
import asyncio
import os

import uvloop

from lenmuc import running
from lenmuc.commands.shared import Commands, Failed, command
from lenmuc.processes import listen, reserve
from lenmuc.settings import Settings


def _serve(arguments: argparse.Namespace) -> None:
    settings = Settings.read(os.environ)
    if arguments.processes is not None:
        settings = settings.with_processes(arguments.processes)
    take = listen if settings.processes == 1 else reserve
    try:
        listening = take(settings.host, settings.port)
    except OSError as taken:
        raise Failed(
            f"Port {settings.port} on {settings.host} is in use ({taken.strerror}). "
            f"Stop the other program, or choose another port: LENMUC_PORT={settings.port + 1} make run"
        ) from taken
    demo = arguments.command == "demo"
    renew = demo and arguments.new_passwords
    uvloop.run(running.serve(settings, listening, demo=demo, renew=renew, say=running.teller()))


def _migrate(_: argparse.Namespace) -> None:
    async def go() -> None:
        async with running.open_database(Settings.read(os.environ), running.teller()):
            pass

    asyncio.run(go())
    print("The database is up to date.")


def add(commands: Commands) -> None:
    """The commands of this file."""
    demo = command(commands, "demo", _serve, "Serve with Hà Nội loaded and demonstration people made.")
    demo.add_argument(
        "--new-passwords", action="store_true", help="give the demonstration people new passwords"
    )
    serve = command(commands, "serve", _serve, "Serve with what the database holds.")
    for each in (demo, serve):
        each.add_argument(
            "--processes", metavar="N", help="serve by so many processes; otherwise LENMUC_PROCESSES, or one"
        )
    command(commands, "migrate", _migrate, "Bring the database schema up to this program.")
