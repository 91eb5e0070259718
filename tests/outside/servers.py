"""Local servers that behave badly on purpose, and a network in which names and addresses are ours to say."""

import asyncio
import contextlib
import datetime as dt
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

import httpcore
import trustme

Reply = Callable[[str, asyncio.StreamWriter], Awaitable[None]]
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
PUBLIC = "93.184.215.14"  # a public address; `World` leads it to a local server
AUTHORITY = trustme.CA()
STRANGER = trustme.CA()


def text(status: str, *headers: str, body: bytes = b"") -> Reply:
    """A server that answers everything with this."""

    async def reply(_: str, out: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
        out.write("\r\n".join(lines).encode() + body)

    return reply


class World:
    """What the fetcher sees of the network. `names` gives the addresses of each look-up in turn, the last
    one for ever; `asked` and `dialled` are what it did; `heard` are the requests that came.
    """

    def __init__(self) -> None:
        self.names: dict[str, list[list[str]]] = {}
        self.ports: dict[str, int] = {}
        self.asked: list[str] = []
        self.dialled: list[tuple[str, int]] = []
        self.heard: list[str] = []

    async def resolve(self, host: str) -> list[str]:
        """The addresses of a host, as the test says."""
        self.asked.append(host)
        turns = self.names[host]
        return turns.pop(0) if len(turns) > 1 else turns[0]

    async def dial(self, address: str, port: int, seconds: float | None) -> httpcore.AsyncNetworkStream:
        """A connection to the local server that stands for this address."""
        self.dialled.append((address, port))
        if address not in self.ports:
            raise httpcore.ConnectError("nobody is there")
        return await httpcore.AnyIOBackend().connect_tcp("127.0.0.1", self.ports[address], timeout=seconds)


def trust() -> ssl.SSLContext:
    """Trusts the authority of the tests, and no other."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    AUTHORITY.configure_trust(context)
    return context


@contextlib.asynccontextmanager
async def serving(
    world: World,
    reply: Reply,
    *names: str,
    address: str = PUBLIC,
    ca: trustme.CA = AUTHORITY,
    issued_to: str = "",
    until: dt.datetime | None = None,
) -> AsyncIterator[None]:
    """A server at `address` for these names, with a certificate of `ca` for them unless told otherwise."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    wanted = (issued_to,) if issued_to else names
    ca.issue_cert(*wanted, not_after=until, not_before=LONG_AGO).configure_cert(context)

    running: set[asyncio.Task[None]] = set()

    async def meet(reader: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        task.add_done_callback(running.discard)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            asked = (await reader.readuntil(b"\r\n\r\n")).decode()
            world.heard.append(asked)
            await reply(asked, out)
            await out.drain()
        out.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=context)
    world.ports[address] = server.sockets[0].getsockname()[1]
    for name in names:
        world.names.setdefault(name, [[address]])
    try:
        yield
    finally:
        server.close()
        for task in list(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
