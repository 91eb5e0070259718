"""`lenmuc user`, `audit`: who may sign in, and whether anybody changed the audit log."""

import argparse
import asyncio
import os

from lenmuc import running
from lenmuc.actions import accounts, auditing
from lenmuc.commands.shared import Commands, Failed, command
from lenmuc.core.chain import Head, Verified
from lenmuc.settings import Settings


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


def _hash(text: str) -> bytes:
    if len(text) != 64:
        raise ValueError(text)
    return bytes.fromhex(text)


def add(commands: Commands) -> None:
    """The commands of this file."""
    user = command(commands, "user", _user, "Make an account; its password is printed once.")
    user.add_argument("email")
    user.add_argument("--name", required=True)
    user.add_argument("--role", required=True, choices=accounts.ROLES)
    user.add_argument("--agency", default="", help="the agency's code, for staff and leads")
    words = "Check that nobody has changed the audit log."
    audit = commands.add_parser("audit", help=words, description=words)
    below = audit.add_subparsers(required=True, metavar="COMMAND")
    command(
        below,
        "head",
        _audit_head,
        "Print the hash at which the log ends now. Keep it where nobody of this machine can change it.",
    )
    verify = command(
        below,
        "verify",
        _audit_verify,
        "Walk along the whole log and name the first entry that is not as it was written.",
    )
    verify.add_argument(
        "--head", type=_hash, default=b"", metavar="HASH", help="a kept head: it has to be in the log"
    )
