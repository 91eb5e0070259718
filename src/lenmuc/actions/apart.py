"""Pure computing in a process of its own, so that pages stay quick."""

import asyncio
import contextlib
import multiprocessing
import resource
from collections.abc import Callable
from typing import Any

MEMORY = 6 * 1024**3
"""Bytes of addresses that a child may take: it fails rather than the machine. A city takes 0.7 GiB in use."""


def _limited(child: Callable[..., None], memory: int, answer: Any, task: object) -> None:
    with contextlib.suppress(OSError, ValueError):  # not every system takes such a limit
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    child(answer, task)


async def apart(
    child: Callable[..., None], task: object, progress: type[Any], told: Callable[[Any], None]
) -> Any:
    """Run `child(pipe, task)` in a fresh process; what it sends last is the answer.

    What it sends before are values of the type `progress`, handed to `told`. Raises `EOFError` when it dies,
    for want of memory too; ends it when we are cancelled.
    """
    spawn = multiprocessing.get_context("spawn")
    mine, theirs = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_limited, args=(child, MEMORY, theirs, task), daemon=True)
    try:
        await asyncio.to_thread(process.start)
        theirs.close()
        while isinstance(said := await asyncio.to_thread(mine.recv), progress):
            told(said)
        return said
    finally:
        if process.is_alive():
            process.terminate()
        await asyncio.to_thread(process.join, 5)
        mine.close()
