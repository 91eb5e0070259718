"""Reading a stranger's bytes in a process of its own, with limits of memory and time: bytes in, bytes out."""

import asyncio
import contextlib
import os
import resource
import sys
from collections.abc import Callable

import msgspec

_AT_ONCE = asyncio.Semaphore(2)  # each may take as much memory as the limit of the child allows


class Limits(msgspec.Struct, frozen=True):
    """What a child may take: bytes of memory, seconds of computing, seconds of the clock."""

    memory: int = 768 * 1024 * 1024
    seconds: int = 15
    longest: float = 30.0


USUAL = Limits()


async def _heard(stream: asyncio.StreamReader, told: Callable[[bytes], None]) -> None:
    """What the child says on the way, line by line; what is no line of ours is nothing to us."""
    with contextlib.suppress(ValueError):  # a line longer than any of ours
        while line := await stream.readline():
            told(line)
    while await stream.read(64 * 1024):
        pass


async def run_contained(
    module: str,
    given: bytes,
    limits: Limits | None = None,
    told: Callable[[bytes], None] = lambda _: None,
) -> bytes | None:
    """What `python -m module` writes when it is given these bytes; `None` when it dies or takes too long.

    `told` hears each line of its standard error. Whoever is cancelled meanwhile has ended the child too.
    """
    limits = limits or USUAL
    async with _AT_ONCE:
        # Nothing of our environment reaches the child: it holds the address of the database.
        env = {name: os.environ[name] for name in ("PYTHONPATH", "LANG") if name in os.environ}
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**env, "PYTHONUTF8": "1"},
        )
        assert child.stdin
        assert child.stdout
        assert child.stderr
        hearing = asyncio.create_task(_heard(child.stderr, told))
        try:
            async with asyncio.timeout(limits.longest):
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    child.stdin.write(given)
                    await child.stdin.drain()
                child.stdin.close()
                out = await child.stdout.read()
                await asyncio.gather(hearing, child.wait())
        except TimeoutError:
            return None
        finally:
            if child.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
                await child.wait()
            hearing.cancel()
    return out if child.returncode == 0 else None


def answer(read: Callable[[bytes], bytes], most: int, limits: Limits = USUAL) -> None:
    """The child's side: limit ourselves, read at most `most` + 1 bytes, write what `read` makes of them."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    sys.stdout.buffer.write(read(sys.stdin.buffer.read(most + 1)))
