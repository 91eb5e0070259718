"""A network between the program and its database that a test can break."""

import asyncio
import contextlib
from typing import Any

_COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"  # the message of the protocol that tells it
NARROW = 20_000  # bytes a second, for all connections together
MODES = ("pass", "refuse", "reset", "silent", "slow", "narrow", "lose the reply to COMMIT")


class Proxy:
    """Passes on what goes between a TCP port and the database's socket, or does not: see `MODES`."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._through = 0
        self._speaks = asyncio.Event()
        self._speaks.set()
        self._turn = asyncio.Lock()
        self.carried = 0
        self.mode = "pass"
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def become(self, mode: str, after: int = 0) -> None:
        """From now on the network does this; connections that are there do it too. `after`: so many replies
        to COMMIT get through before one is lost.
        """
        self._through = after
        assert mode in MODES
        if self.mode == "refuse":
            await self.start()
        self.mode = mode
        (self._speaks.clear if mode == "silent" else self._speaks.set)()
        if mode == "refuse" and self._server is not None:
            self._server.close()
        if mode in ("refuse", "reset"):
            for writer in list(self._open):
                writer.transport.abort()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _lost(self, piece: bytes) -> bool:
        if not piece.startswith(_COMMITTED):
            return False
        self._through -= 1
        return self._through == -1

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode == "reset":
            writer.transport.abort()
            return
        there, back = await asyncio.open_unix_connection(self._socket)
        self._open |= {writer, back}
        for source, target in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._pass_on(source, target, writer, to_server=target is back))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        client: asyncio.StreamWriter,
        to_server: bool,
    ) -> None:
        with contextlib.suppress(OSError):
            while piece := await source.read(2_000 if self.mode == "narrow" else 64 * 1024):
                await self._speaks.wait()
                if self.mode == "slow":
                    await asyncio.sleep(0.1)
                if self.mode == "narrow":
                    async with self._turn:
                        await asyncio.sleep(len(piece) / NARROW)
                        self.carried += len(piece)
                if self.mode == "lose the reply to COMMIT" and not to_server and self._lost(piece):
                    client.transport.abort()
                    break
                target.write(piece)
                await target.drain()
        for writer in (target, client):
            self._open.discard(writer)
            writer.transport.abort()
