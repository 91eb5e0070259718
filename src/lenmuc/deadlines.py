"""The server's side of a connection, with deadlines: uvicorn by itself holds a slow or silent client on.

A silent connection, headers that dawdle and a reader who does not read are cut here. A body that dawdles or
is too long is cut by the gate (`web/bodies.py`), which answers it.
"""

import asyncio
import secrets
from typing import Any, cast

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from lenmuc.web.headers import complete


class Patience(msgspec.Struct, frozen=True):
    """How long a client is waited for."""

    silence: float = 15.0
    """Seconds until a request begins."""
    headers: float = 10.0
    """Seconds from the first byte of a request to the end of its headers."""
    reading: float = 25.0
    """Seconds in which a reader has to take at least `least` bytes of a reply that waits."""
    least: int = 32 * 1024
    longest_head: int = 32 * 1024
    """Bytes of the first line and the headers together."""
    connections: int = 900
    """More at once, and the one that has waited longest without a request is cut."""


_TOO_LONG = "The headers are too long."


class _TooLong(Exception):
    """The headers of a request are too long."""


class Connection(HttpToolsProtocol):
    """One connection with its deadlines."""

    patience = Patience()
    https = False
    _timer: asyncio.TimerHandle | None = None
    _left = 0
    _head = 0
    _unfinished = 0
    _in_head = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for a request, in the place of whoever waits longest if there are too many."""
        super().connection_made(cast(asyncio.Transport, transport))
        self._wait(self.patience.silence)
        if len(self.connections) > self.patience.connections:
            waiting = [one for one in self.connections if isinstance(one, Connection) and one._timer]
            min(waiting, key=_due).transport.abort()  # ourselves, if everybody else is being answered

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in what came, unless it makes the headers too long."""
        began_before = self._in_head
        super().data_received(data)
        # Not the piece in which it began: that may be the end of a long body for the most part.
        if began_before and self._in_head:
            self._unfinished += len(data)
            if self._unfinished > self.patience.longest_head:
                self._refuse(431, _TOO_LONG)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._head, self._unfinished, self._in_head = 0, 0, True
        if self._idle:
            self._wait(self.patience.headers)

    def on_url(self, url: bytes) -> None:
        """The address, or a piece of it."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, when it is there whole."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The request can be answered: what it takes from here is our time, or that of the gate."""
        self._in_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """The reply is on its way; another request may follow."""
        super().on_response_complete()
        if not self.pipeline:
            self._wait(self.patience.reading)

    def pause_writing(self) -> None:
        """The reader takes less than we have."""
        super().pause_writing()
        self._wait(self.patience.reading)

    def resume_writing(self) -> None:
        """The reader has taken most of it."""
        super().resume_writing()
        if not self._idle:
            self._stop_waiting()

    def send_400_response(self, msg: str) -> None:
        """Say that this was no request, with the headers that every reply has."""
        too_long = self._head > self.patience.longest_head
        self._refuse(431 if too_long else 400, _TOO_LONG if too_long else msg)

    @property
    def _idle(self) -> bool:
        """Nothing is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def _count(self, more: int) -> None:
        self._head += more
        if self._head > self.patience.longest_head:
            raise _TooLong  # which the parser tells its caller, who answers

    def _refuse(self, status: int, words: str) -> None:
        # In the middle of another reply there is no place for words.
        if not self.pipeline and (self._idle or not self.cycle.response_started):
            given = [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", str(len(words)).encode()),
                (b"connection", b"close"),
            ]
            headers = complete(given, request_id=secrets.token_hex(8), signed_in=False, https=self.https)
            lines = [name + b": " + value for name, value in [*self.server_state.default_headers, *headers]]
            self.transport.write(STATUS_LINE[status] + b"\r\n".join([*lines, b"", words.encode()]))
            if self.cycle is not None:  # whoever reads the body hears no more, and is not heard
                self.cycle.disconnected = True
                self.cycle.message_event.set()
        self.transport.close()
        self._wait(self.patience.reading)

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self._left = self.transport.get_write_buffer_size()
        self._timer = self.loop.call_later(seconds, self._late)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        self._timer = None
        size = self.transport.get_write_buffer_size()
        if size and self._left - size >= self.patience.least:
            self._wait(self.patience.reading)  # slow, but reading
        else:
            # Not `close`, which would wait for the reader to take what is left.
            self.transport.abort()


def _due(one: Connection) -> float:
    return one._timer.when() if one._timer is not None else 0.0


def connections(*, https: bool, patience: Patience | None = None) -> type[Connection]:
    """The kind of connection that a server is made with."""
    given: dict[str, Any] = {"https": https, "patience": patience or Patience()}
    return type("PatientConnection", (Connection,), given)
