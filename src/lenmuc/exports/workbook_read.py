"""Reading a workbook that somebody sent: in a child process with limits of memory and time."""

import msgspec

from lenmuc.contained import run_contained
from lenmuc.core.errors import N_
from lenmuc.exports import workbook_child
from lenmuc.exports.workbook_child import FILE_LIMIT, Read

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
    out = await run_contained(workbook_child.__name__, file)
    if out is None:
        return Read(why="bomb")
    try:
        return msgspec.json.decode(out, type=Read)
    except msgspec.DecodeError:
        return Read(why="broken")
