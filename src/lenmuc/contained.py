"""Reading a stranger's bytes in a process of its own, with limits of memory and time: bytes in, bytes out."""

import asyncio
import contextlib
import os
import resource
import sys
from collections.abc import Callable

_MEMORY = 768 * 1024 * 1024
_SECONDS = 15  # of computing, in the child
_LONGEST = 30.0
_AT_ONCE = asyncio.Semaphore(2)  # each may take as much memory as the limit of the child allows


async def run_contained(module: str, given: bytes) -> bytes | None:
    """What `python -m module` writes when it is given these bytes; `None` when it dies or takes too long."""
    async with _AT_ONCE:
        # Nothing of our environment reaches the child: it holds the address of the database.
        env = {name: os.environ[name] for name in ("PYTHONPATH", "LANG") if name in os.environ}
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**env, "PYTHONUTF8": "1"},
        )
        try:
            async with asyncio.timeout(_LONGEST):
                out, _ = await child.communicate(given)
        except TimeoutError:
            return None
        finally:
            if child.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
                await child.wait()
    return out if child.returncode == 0 else None


def answer(read: Callable[[bytes], bytes], most: int) -> None:
    """The child's side: limit ourselves, read at most `most` + 1 bytes, write what `read` makes of them."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    sys.stdout.buffer.write(read(sys.stdin.buffer.read(most + 1)))
