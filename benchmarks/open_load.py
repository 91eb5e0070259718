"""An open-loop load: requests leave on schedule whatever the replies do; waiting counts from the schedule."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import cast

import msgspec

CUT = 30.0  # seconds after which a reply is given up


class Asked(msgspec.Struct):
    """One request: its kind, its bytes, who is told of the reply, and by when it was to leave."""

    kind: str
    request: bytes
    told: Callable[[int, bytes], None] | None = None
    due: float = 0.0


class Answered(msgspec.Struct, frozen=True):
    """One reply: its kind, milliseconds since it was due, its status; 0 when there was none."""

    kind: str
    milliseconds: float
    status: int


class _Line(asyncio.Protocol):
    """A connection that is kept and carries one request at a time."""

    def __init__(self, load: "OpenLoad") -> None:
        self._load = load
        self._buffer = bytearray()
        self._asked: Asked | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def ask(self, asked: Asked) -> None:
        assert self._transport is not None
        self._asked = asked
        self._transport.write(asked.request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or self._asked is None:
            return
        head = bytes(self._buffer[:end]).lower()
        status = int(head[9:12])
        if b"transfer-encoding: chunked" in head:
            if not self._buffer.endswith(b"0\r\n\r\n"):
                return
        elif status not in (204, 304):
            length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            if len(self._buffer) - end - 4 < length:
                return
        asked, self._asked = self._asked, None
        self._buffer.clear()
        if asked.told is not None:
            asked.told(status, head)
        self._load.answered(asked, status)
        if b"connection: close" not in head:
            self._load.free.append(self)

    def connection_lost(self, _: Exception | None) -> None:
        if self in self._load.free:
            self._load.free.remove(self)
        if self._asked is not None:
            asked, self._asked = self._asked, None
            self._load.answered(asked, 0)


class OpenLoad:
    """`rate` requests a second from `make`, evenly spread, for so many seconds."""

    def __init__(self, port: int, rate: float, seconds: float, make: Callable[[], Asked]) -> None:
        self._port = port
        self._rate = rate
        self._seconds = seconds
        self._make = make
        self._open = 0
        self._over = asyncio.Event()
        self.free: list[_Line] = []
        self.replies: list[Answered] = []
        self.most = 0
        self.late: list[float] = []

    def answered(self, asked: Asked, status: int) -> None:
        """One request has its reply, or will have none."""
        self._open -= 1
        if not self._open:
            self._over.set()
        self.replies.append(Answered(asked.kind, (time.perf_counter() - asked.due) * 1000, status))

    async def _send(self, asked: Asked) -> None:
        loop = asyncio.get_running_loop()
        try:
            if self.free:
                line = self.free.pop()
            else:
                _, line = await loop.create_connection(lambda: _Line(self), "127.0.0.1", self._port)
            line.ask(asked)
        except OSError:
            self.answered(asked, 0)

    async def run(self) -> None:
        """Run to the end, and wait for what is still on its way."""
        begun = time.perf_counter()
        sending: set[asyncio.Task[None]] = set()
        for number in range(int(self._rate * self._seconds)):
            due = begun + number / self._rate
            if (left := due - time.perf_counter()) > 0:
                await asyncio.sleep(left)
            asked = self._make()
            asked.due = due
            self.late.append((time.perf_counter() - due) * 1000)
            self._open += 1
            self.most = max(self.most, self._open)
            task = asyncio.create_task(self._send(asked))
            sending.add(task)
            task.add_done_callback(sending.discard)
        self._over.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait() if self._open else asyncio.sleep(0), CUT)
        self.replies += [Answered("never answered", CUT * 1000, 0)] * self._open
