"""Reading a workbook that somebody sent: in a child process with limits of memory and time."""

import asyncio
import contextlib
import os
import sys

import msgspec

from lenmuc.core.errors import N_
from lenmuc.exports import workbook_child
from lenmuc.exports.workbook_child import FILE_LIMIT, Read

_SECONDS = 30.0
_AT_ONCE = asyncio.Semaphore(2)  # each may take as much memory as the limit of the child allows
SAID = {
    "size": N_("The file is larger than 5 MiB. Filter by field and send it in parts."),
    "old": N_("The file is an old .xls file or has a password. Save it as .xlsx without a password."),
    "kind": N_("The file is no .xlsx workbook. Send the workbook that was downloaded here, filled in."),
    "broken": N_("The workbook is damaged and cannot be opened. Download it again."),
    "entries": N_("The file holds more parts than a workbook has. It was not opened."),
    "bomb": N_("The file grows too large when it is unpacked. It was not opened."),
    "xml": N_("A part of the workbook is in an encoding that is not accepted. Save it again as .xlsx."),
    "dtd": N_("The workbook declares entities, which workbooks do not have. It was not opened."),
    "cells": N_("The sheets hold far more cells than were downloaded. Remove what is outside of the table."),
}


async def read_sheets(file: bytes) -> Read:
    """The cells of the workbook in `file`, or why it cannot be read: `why` is a key of `SAID`."""
    if len(file) > FILE_LIMIT:
        return Read(why="size")
    async with _AT_ONCE:
        # Nothing of our environment reaches the child: it holds the address of the database.
        env = {name: os.environ[name] for name in ("PYTHONPATH", "LANG") if name in os.environ}
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            workbook_child.__name__,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**env, "PYTHONUTF8": "1"},
        )
        try:
            async with asyncio.timeout(_SECONDS):
                out, _ = await child.communicate(file)
        except TimeoutError:
            return Read(why="bomb")
        finally:
            if child.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
                await child.wait()
    try:
        return msgspec.json.decode(out, type=Read) if child.returncode == 0 else Read(why="bomb")
    except msgspec.DecodeError:
        return Read(why="broken")
