"""How much one sender may do, and what a sender is called without keeping the address. Pure."""

import ipaddress
from hmac import digest
from typing import Final

import msgspec

from lenmuc.core.errors import N_, LenMucError

KEY_BYTES = 32


class Limit(msgspec.Struct, frozen=True):
    """`posts` within `seconds`, counted from the first of them."""

    kind: str
    posts: int
    seconds: int


SIGN_IN: Final = Limit("sign-in", 10, 300)
"""Passwords that fail, for one e-mail address and for one client address."""
CODES: Final = Limit("codes", 5, 300)
"""Codes that fail: of a second factor for one person, of the first administrator for one client address."""
SHORT: Final = Limit("short", 10, 600)
LONG: Final = Limit("long", 50, 24 * 3600)
LIMITS: Final = (SHORT, LONG)
"""A counter where people rate a service one after the other fits in; a program that writes does not."""
READS: Final = Limit("reads", 3_000, 60)
"""Reads of the API by one client address; `LENMUC_API_READS` names another number."""


class TooManyPosts(LenMucError):
    """This sender has said enough for now. `retry_after` is in seconds."""

    def __init__(self, seconds: int) -> None:
        self.retry_after = max(1, seconds)
        minutes = -(-self.retry_after // 60)
        super().__init__(
            N_(
                "Too much was sent from your connection in a short time, so this was not accepted. "
                "Try again in %(minutes)s min. Others who share your connection count with you."
            ),
            minutes=minutes,
        )


def network(address: str) -> str:
    """What counts as one sender: an IPv4 address, or the /64 network that one IPv6 customer has at least."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), 64), strict=False).network_address)


def sender(key: bytes, kind: str, address: str) -> bytes:
    """What a sender is called under the key of a day: 32 bytes that nobody reads back without the key."""
    return digest(key, f"{kind} {network(address)}".encode(), "sha256")
