"""What a file of numbers did."""

import msgspec

from lenmuc.core.sheets import RowFault


class Brought(msgspec.Struct, frozen=True):
    """What a file did: rows read, of these new, changed, as they stood; or why it did nothing."""

    rows: int = 0
    fresh: int = 0
    changed: int = 0
    unchanged: int = 0
    faults: tuple[RowFault, ...] = ()
