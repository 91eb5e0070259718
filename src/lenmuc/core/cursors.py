"""Where to go on in a list: an opaque word that holds the last entry and belongs to one list. Pure.

A page number moves when something is added before it; the entry that was read last does not.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from hashlib import sha256

from lenmuc.core.errors import N_, Refused, fault

LONGEST = 600
_CHECK_BYTES = 8
Place = tuple[str | int, ...]


def _check(of: str, written: bytes) -> bytes:
    return sha256(of.encode() + b"\0" + written).digest()[:_CHECK_BYTES]


def write(of: str, place: Place) -> str:
    """The cursor after `place` of the list that `of` names, its conditions included."""
    written = json.dumps(place, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_check(of, written) + written).decode().rstrip("=")


def read(cursor: str, of: str) -> Place:
    """The place again. Raises `Refused` for what is damaged or belongs to another list."""
    try:
        whole = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        check, written = whole[:_CHECK_BYTES], whole[_CHECK_BYTES:]
        if check == _check(of, written):
            return tuple(json.loads(written))
    except (ValueError, binascii.Error):
        pass
    text = N_("This cursor is damaged or belongs to another list. Begin again with an empty one.")
    raise Refused([fault("cursor", text)])


def position(keys: Sequence[str], place: Place) -> int:
    """Where a list with these `keys` goes on after `place`, which holds a key and how many came until it.

    A key that has left the list since counts by its number.
    """
    if not place:
        return 0
    key, count = str(place[0]), int(place[1])
    return keys.index(key) + 1 if key in keys else min(count, len(keys))
