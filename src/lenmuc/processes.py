"""Several processes that serve one port: started, watched, started again when they die, stopped together.

The parent makes the database ready and serves nothing itself. Each child takes connections on a socket of its
own; the system shares new ones out among those that listen (SO_REUSEPORT), so one that is dead or not yet
ready gets none.
"""

import asyncio
import contextlib
import multiprocessing
import socket
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0  # seconds before a process that died is started again
_STEADY = 30.0  # seconds after which a process counts as one that runs well
_DRAIN = 12.0  # seconds for requests in flight and for what ends with them

Target = Callable[..., None]
"""What a child runs: it is given the pipe to its parent, then what `Processes` was given."""
Say = Callable[[str], None]


def listen(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A socket bound to the address, not listening yet. Raises `OSError` when it is in use.

    `shared`: several processes of this user may each have one.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        # Connections inherit it. Without it each reply waits 44 ms until its headers are acknowledged.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock


def reserve(host: str, port: int) -> socket.socket:
    """Hold an address for the children. Raises `OSError` when anybody listens there already."""
    listen(host, port).close()  # a shared one would also go in beside another site of the same user
    return listen(host, port, shared=True)


async def gone(pipe: Connection) -> None:
    """In a child: until the parent is no more, or hangs up. It never sends anything."""
    await _readable(pipe.fileno())


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    found: asyncio.Future[None] = loop.create_future()

    def seen() -> None:
        if not found.done():
            found.set_result(None)

    loop.add_reader(descriptor, seen)
    try:
        await found
    finally:
        loop.remove_reader(descriptor)


class Processes:
    """`count` children that run `target`, which sends one message when it takes connections."""

    def __init__(self, target: Target, given: tuple[Any, ...], count: int, say: Say) -> None:
        self._target = target
        self._given = given
        self._count = count
        self._say = say
        self._spawn = multiprocessing.get_context("spawn")
        self._running: dict[int, SpawnProcess] = {}
        self._ready: set[int] = set()

    async def run(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        """Keep them running until `stop`; calls `ready` once, when each of them has been ready."""
        keeping = [asyncio.create_task(self._keep(number, stop, ready)) for number in range(self._count)]
        try:
            await stop.wait()
        finally:
            stop.set()
            for process in list(self._running.values()):
                process.terminate()
            await asyncio.wait(keeping, timeout=_DRAIN)
            for process in list(self._running.values()):
                process.kill()
            await asyncio.gather(*keeping)

    async def _keep(self, number: int, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        pause = _FIRST_PAUSE
        while not stop.is_set():
            began = time.monotonic()
            process = await self._start(number, stop, ready)
            if stop.is_set():
                return
            pause = _FIRST_PAUSE if time.monotonic() - began > _STEADY else min(pause * 2, _LONGEST_PAUSE)
            self._say(
                f"process {number + 1} has ended by itself (exit code {process.exitcode}); "
                f"starting it again in {pause:.1f} s"
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)

    async def _start(self, number: int, stop: asyncio.Event, ready: Callable[[], None]) -> SpawnProcess:
        """Start one and wait until it is no more."""
        mine, theirs = self._spawn.Pipe()
        process = self._spawn.Process(
            target=self._target, args=(theirs, *self._given), name=f"lenmuc-{number + 1}"
        )
        try:
            await asyncio.to_thread(process.start)
            theirs.close()
            self._running[number] = process
            if stop.is_set():  # told to stop while it was being started
                process.terminate()
            telling = asyncio.create_task(_readable(mine.fileno()))
            ending = asyncio.create_task(_readable(process.sentinel))
            await asyncio.wait([telling, ending], return_when=asyncio.FIRST_COMPLETED)
            with contextlib.suppress(EOFError):  # it died before it was ready
                if mine.poll():
                    mine.recv()
                    self._came(number, ready)
            await ending
            telling.cancel()
            await asyncio.to_thread(process.join)
        finally:
            self._running.pop(number, None)
            mine.close()
        return process

    def _came(self, number: int, ready: Callable[[], None]) -> None:
        before = len(self._ready)
        self._ready.add(number)
        if before < len(self._ready) == self._count:
            ready()
