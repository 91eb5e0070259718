"""Reads a registry in a process of its own, within limits: whoever sends one decides its bytes and patterns.

A pattern of a mapping may take for ever, and a file may unpack to anything; neither may hold up the site.
"""

import sys
from pathlib import Path

import msgspec

from lenmuc.contained import Limits, answer, run_contained
from lenmuc.content.errors import ContentError
from lenmuc.content.mappings import read_mapping
from lenmuc.content.reading import Reading, Seen, read
from lenmuc.core.errors import N_, Message
from lenmuc.core.mappings import Known

LIMITS = Limits(memory=3 * 1024 * 1024 * 1024, seconds=600, longest=900.0)
_ASKED = 1024 * 1024


class Asked(msgspec.Struct, frozen=True):
    """What the child is asked: the paths of a mapping and of files, and how many rows to show."""

    mapping: str
    files: tuple[str, ...]
    known: Known
    show: int


class Failed(msgspec.Struct, frozen=True):
    """Why nothing was read: the file, where in it (`line 3`, `key fields.code`), and what to do."""

    file: str
    where: str
    why: Message


class Answer(msgspec.Struct, frozen=True):
    """What the child says: one of the two."""

    reading: Reading | None = None
    failed: Failed | None = None


_TOO_MUCH = N_(
    "reading it took too much time or memory and was stopped; split the file, or look for a pattern of the "
    "mapping that fits in very many ways"
)


async def read_apart(asked: Asked, seen: Seen) -> Answer:
    """Read in a child process; `seen` is told now and then how many rows it were."""

    def told(line: bytes) -> None:
        if line.strip().isdigit() and len(line) < 12:
            seen(int(line))

    out = await run_contained(__name__, msgspec.json.encode(asked), LIMITS, told)
    if out is None:
        return Answer(failed=Failed("", "", Message(_TOO_MUCH)))
    return msgspec.msgpack.decode(out, type=Answer)


def _tell(rows: int) -> None:
    print(rows, file=sys.stderr, flush=True)


def _read(given: bytes) -> bytes:
    asked = msgspec.json.decode(given, type=Asked)
    try:
        mapping = read_mapping(Path(asked.mapping), asked.known)
        found = Answer(read(mapping, [Path(file) for file in asked.files], _tell, show=asked.show))
    except ContentError as wrong:
        found = Answer(failed=Failed(wrong.file, wrong.where, wrong.message))
    return msgspec.msgpack.encode(found)


if __name__ == "__main__":
    answer(_read, _ASKED, LIMITS)
