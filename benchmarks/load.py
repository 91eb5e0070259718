"""A load generator: so many connections, each with one request at a time, on plain protocols of asyncio."""

import asyncio
import time
from collections.abc import Sequence
from typing import cast

import msgspec


class Measured(msgspec.Struct, frozen=True):
    """Requests that were answered: in how many seconds, and each in how many milliseconds, ascending."""

    seconds: float
    times: list[float]
    failed: int

    @property
    def count(self) -> int:
        """Requests answered."""
        return len(self.times)

    @property
    def per_second(self) -> float:
        """Requests a second."""
        return self.count / self.seconds

    def quantile(self, share: float) -> float:
        """Milliseconds within which that share of the requests was answered."""
        return self.times[min(self.count - 1, int(share * self.count))]


class _Connection(asyncio.Protocol):
    def __init__(self, load: "Load") -> None:
        self._load = load
        self._buffer = b""
        self._sent = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop has a class of its own
        self._next()

    def _next(self) -> None:
        assert self._transport is not None
        request = self._load.take()
        if request is None:
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        lowered = head.lower()
        if b"transfer-encoding: chunked" in lowered:
            if not body.endswith(b"0\r\n\r\n"):
                return
        else:
            length = int(lowered.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            if len(body) < length:
                return
        self._buffer = b""
        self._load.answered(time.perf_counter() - self._sent, head.split(b" ", 2)[1] == b"200")
        self._next()

    def connection_lost(self, _: Exception | None) -> None:
        self._load.left()


class Load:
    """`addresses` in their order over so many connections, until they are through or the time is."""

    def __init__(self, port: int, addresses: Sequence[str], seconds: float, connections: int) -> None:
        host = f" HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\n\r\n"
        self._requests = iter([f"GET {address}{host}".encode() for address in addresses])
        self._port = port
        self._connections = connections
        self._seconds = seconds
        self._times: list[float] = []
        self._failed = 0
        self._open = connections
        self._end = 0.0

    def take(self) -> bytes | None:
        """The next request, or nothing when it is over."""
        return None if time.perf_counter() > self._end else next(self._requests, None)

    def answered(self, seconds: float, well: bool) -> None:
        """One request was answered."""
        self._times.append(seconds * 1000)
        self._failed += not well

    def left(self) -> None:
        """One connection is closed."""
        self._open -= 1
        if not self._open and not self._done.done():
            self._done.set_result(None)

    async def run(self) -> Measured:
        """Run to the end. Raises `OSError` when nobody listens."""
        loop = asyncio.get_running_loop()
        self._done = loop.create_future()
        begun = time.perf_counter()
        self._end = begun + self._seconds
        for _ in range(self._connections):
            await loop.create_connection(lambda: _Connection(self), "127.0.0.1", self._port)
        await self._done
        return Measured(time.perf_counter() - begun, sorted(self._times), self._failed)
