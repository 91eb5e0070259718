"""Links that a machine may open: how an address is read, and which network addresses are public."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address
from urllib.parse import quote, urljoin, urlsplit

import msgspec

# What `is_global` alone would let through, or judges differently from one Python to the next.
_REFUSED_4 = tuple(
    IPv4Network(net)
    for net in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
# Only global unicast is public: ::1, ::ffff:…, 64:ff9b::…, fc00::, fe80::, fec0::, ff00:: are not in it.
_PUBLIC_6 = IPv6Network("2000::/3")
# Special uses within it; Teredo (2001::/32) and 6to4 (2002::/16) carry an IPv4 address of anybody's choice.
_REFUSED_6 = tuple(IPv6Network(net) for net in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?")
_SAFE = "/%:@!$&'()*+,;=~-._?"  # what stays as it is in a path with its query
LENGTH = 2_000


class Link(msgspec.Struct, frozen=True):
    """An address to open: `host` in ASCII, lower case; `target` is the path with its query."""

    host: str
    target: str

    @property
    def url(self) -> str:
        """The whole address."""
        return f"https://{f'[{self.host}]' if ':' in self.host else self.host}{self.target}"


class Unfit(msgspec.Struct, frozen=True):
    """Why an address is not opened: `http`, `login`, `port`, `inside` (a literal non-public address) or
    `form`.
    """

    why: str


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public network; false for anything that is no IP address."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return found.is_global and not any(found in net for net in _REFUSED_4)
    if found.scope_id is not None or found not in _PUBLIC_6:
        return False
    return found.is_global and not any(found in net for net in _REFUSED_6)


def _literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def read_link(text: str) -> Link | Unfit:
    """The link that `text` is, or why nobody opens it: HTTPS on its own port only, nobody's password."""
    if len(text) > LENGTH or re.search(r"[\x00-\x20\x7f\\]", text):
        return Unfit("form")
    try:
        parts = urlsplit(text)
        port, host = parts.port, (parts.hostname or "").lower()
    except ValueError:
        return Unfit("form")
    if parts.scheme == "http":
        return Unfit("http")
    if parts.scheme != "https" or not host:
        return Unfit("form")
    if "@" in parts.netloc:
        return Unfit("login")
    if port not in (None, 443):
        return Unfit("port")
    if _literal(host):
        if not is_public(host):
            return Unfit("inside")
    else:
        try:
            host = host if host.isascii() else host.encode("idna").decode()
        except UnicodeError:
            return Unfit("form")
        if not _HOST.fullmatch(host):
            return Unfit("form")
    query = f"?{parts.query}" if parts.query else ""
    return Link(host, quote(f"{parts.path or '/'}{query}", safe=_SAFE))


def follow(link: Link, location: str) -> Link | Unfit:
    """Where a redirect from `link` leads; the same rules hold for it."""
    try:
        return read_link(urljoin(link.url, location))
    except ValueError:
        return Unfit("form")
