"""Connections to public addresses only: a name is looked up once, by us, and what was checked is dialled."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import httpcore

from lenmuc.core.links import is_public

Resolve = Callable[[str], Awaitable[list[str]]]
Dial = Callable[[str, int, float | None], Awaitable[httpcore.AsyncNetworkStream]]


class NotPublic(Exception):
    """A name leads to an address that is not public; its argument is the address."""


class NoSuchName(Exception):
    """The name does not exist."""


class NoAnswer(Exception):
    """The name could not be looked up now."""


async def resolve(host: str) -> list[str]:
    """The addresses of a name, or of the address that `host` is. Raises `NoSuchName` or `NoAnswer`."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except socket.gaierror as wrong:
        gone = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
        raise (NoSuchName if wrong.errno in gone else NoAnswer)(host) from wrong
    except (UnicodeError, OSError) as wrong:
        raise NoAnswer(host) from wrong
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def dial(address: str, port: int, seconds: float | None) -> httpcore.AsyncNetworkStream:
    """A plain connection to an IP address."""
    return await httpcore.AnyIOBackend().connect_tcp(address, port, timeout=seconds)


class PublicOnly(httpcore.AsyncNetworkBackend):
    """Where the client gets its connections from. No other way out exists for it, and no proxy.

    The name is resolved here, every address it has is checked, and the connection goes to one that was
    checked: nothing resolves the name again in between. TLS still verifies the certificate against the name.
    """

    def __init__(self, resolve: Resolve = resolve, dial: Dial = dial) -> None:
        self._resolve = resolve
        self._dial = dial

    async def connect_tcp(self, host: str, port: int, *_: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        """Raises `NotPublic` when any address of the name is not public, even if others are."""
        addresses, seconds = await self._resolve(host), options.get("timeout")
        for address in addresses:
            if not is_public(address):
                raise NotPublic(address)
        if not addresses:
            raise NoSuchName(host)
        for address in addresses[:-1][:2]:
            try:
                return await self._dial(address, port, seconds)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._dial(addresses[-1], port, seconds)

    async def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """Never: raises `NotPublic`."""
        raise NotPublic(path)

    async def sleep(self, seconds: float) -> None:
        """What the client asks for between attempts; it makes one only."""
        await asyncio.sleep(seconds)
