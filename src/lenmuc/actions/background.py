"""Work that goes on while pages are shown: begun, watched, given up, and stopped with the program."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
BEAT = 1.0  # seconds between two signs of life


class GivenUp(Exception):
    """Somebody asked for the work to be given up."""


class Background:
    """The works of one kind that go on in this process, by their name."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[None]] = {}

    def begin(self, name: str, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Let it go on by itself."""
        task = asyncio.create_task(work, name=name)
        self._running[name] = task
        task.add_done_callback(lambda _: self._running.pop(name, None))
        return task

    def stop(self, name: str) -> None:
        """Stop one, if it goes on here."""
        if name in self._running:
            self._running[name].cancel()

    async def wait(self) -> None:
        """Until nothing goes on any more."""
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def close(self) -> None:
        """Stop everything; what gives no sign of life any more counts as failed."""
        for task in list(self._running.values()):
            task.cancel()
        await self.wait()


@contextlib.asynccontextmanager
async def watched(
    work: Coroutine[Any, Any, T], beat: Callable[[], Awaitable[bool]]
) -> AsyncIterator["asyncio.Task[T]"]:
    """Let `work` go on, with a sign of life by `beat` every second until the block is left.

    Raises `GivenUp` in place of its end when `beat` says that somebody asked for that.
    """
    working = asyncio.create_task(work)
    beating = asyncio.create_task(_beats(working, beat))
    try:
        yield working
    except asyncio.CancelledError:
        if beating.done() and not beating.cancelled():
            raise GivenUp from None
        raise
    finally:
        for task in (working, beating):
            task.cancel()
        await asyncio.gather(working, beating, return_exceptions=True)


async def _beats(working: "asyncio.Task[Any]", beat: Callable[[], Awaitable[bool]]) -> None:
    """Ends when the work is to be given up."""
    given_up = False
    while not given_up:
        await asyncio.sleep(BEAT)
        with contextlib.suppress(OSError):  # the database is away for a moment: the next beat tells
            given_up = await beat()
    working.cancel()
