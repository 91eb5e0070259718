"""What a registry says of a service beside the facts that every record has: points, obstacles, payment."""

from collections.abc import Mapping
from typing import Final

import msgspec

POINT_VALUES = ("yes", "no", "not_applicable")
PAYMENTS: Final = (
    "counter", "bank", "atm", "shop", "other_offline", "net_banking", "direct_debit", "card", "qr",
    "other_online",
)  # fmt: skip
"""Ways to pay; those from `net_banking` on need no visit."""


class Stated(msgspec.Struct, frozen=True, omit_defaults=True):
    """It stands beside the levels and answers nothing by itself. What is not there is not known.

    `points` are answers (`POINT_VALUES`) to the points of the set `point_set`; `blockers` are kinds of
    obstacle (`answers.BLOCKERS`) and `obstacles` the source's own words for them; `payment` are `PAYMENTS`;
    `online_from` is the year it is to be online, `2030+` for that year or later.
    """

    point_set: str = ""
    points: Mapping[str, str] = {}
    blockers: tuple[str, ...] = ()
    obstacles: tuple[str, ...] = ()
    payment: tuple[str, ...] = ()
    online_from: str = ""

    def __bool__(self) -> bool:
        """Whether it says anything."""
        return bool(self.points or self.blockers or self.obstacles or self.payment or self.online_from)


NOTHING: Final = Stated()
