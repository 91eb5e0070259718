"""Looking into a file that somebody sent: is its content what its name says?"""

import codecs
import os
import re
from typing import BinaryIO

from lenmuc.core.errors import N_, Fault, fault
from lenmuc.core.evidence import (
    DIRECTORY_LIMIT,
    HEAD,
    TAIL,
    TEXTS,
    archive_of,
    ending,
    kind_fault,
    name_faults,
    names_in,
)
from lenmuc.core.text import forbidden

_STEP = 256 * 1024
_CONTROL = re.compile("[\0-\x08\x0b\x0e-\x1f\x7f-\x9f]")


def inspect(name: str, body: BinaryIO, size: int) -> list[Fault]:
    """What is wrong with a file, at most one fault. Nothing in it is unpacked; memory stays under 3 MiB."""
    faults = name_faults(name)
    if faults:
        return faults
    if not size:
        return [fault("file", N_("The file is empty."))]
    kind = ending(name)
    body.seek(0)
    head = body.read(HEAD)
    body.seek(-min(size, TAIL), os.SEEK_END)
    tail = body.read(TAIL)
    why = kind_fault(kind, size, head, tail, _names(body, size, tail))
    if why is not None:
        return [fault("file", why.text, **why.params)]
    if kind in TEXTS:
        return _text_faults(body)
    return []


def _names(body: BinaryIO, size: int, tail: bytes) -> list[str] | None:
    """The names in the archive that the file is, read from its list of contents alone."""
    archive = archive_of(size, tail)
    # The list has to stand right before the end: nothing is hidden between the two, or in front of all.
    if archive is None or archive.size > DIRECTORY_LIMIT or archive.start + archive.size > size:
        return None
    if archive.start + archive.size != size - (len(tail) - tail.rfind(b"PK\x05\x06")):
        return None
    body.seek(archive.start)
    return names_in(body.read(archive.size))


def _text_faults(body: BinaryIO) -> list[Fault]:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    body.seek(0)
    try:
        while True:
            piece = body.read(_STEP)
            control = _CONTROL.search(decoder.decode(piece, final=not piece))
            if control:
                why = N_("The text holds a character that cannot be stored: %(char)s.")
                return [fault("file", why, char=forbidden(control[0]))]
            if not piece:
                return []
    except UnicodeDecodeError:
        return [fault("file", N_("The text is not in UTF-8. Save it again with the encoding UTF-8."))]
