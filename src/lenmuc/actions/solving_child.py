"""Solves one roadmap in a process of its own: a problem comes in, how far it is and then the answer go out.

Every message is a MessagePack after its length in eight bytes. Whatever comes in after the problem, or the
end of what comes in, says: stop with the best plan so far.
"""

import os
import select
import signal
import sys
import time
from typing import BinaryIO

import msgspec

from lenmuc.core.errors import Impossible
from lenmuc.core.roadmap.problem import Problem, Solution
from lenmuc.core.roadmap.solve import NO_PLAN, solve

_OFTEN = 0.2  # seconds between two messages


class Told(msgspec.Struct, tag=True):
    """How far it is: the value so far, minus infinity while there is none, and the bound."""

    value: float
    bound: float


class Answer(msgspec.Struct, tag=True):
    """The plan, with the quarter of each item and upgrade by number, -1 for not planned."""

    solution: Solution
    finish: list[int]
    reached: list[int]


class NoAnswer(msgspec.Struct, tag=True):
    """There is no plan; or, where that was not known `in_time`, none was found."""

    in_time: bool


Said = Told | Answer | NoAnswer


def send(pipe: BinaryIO, message: bytes) -> None:
    """Write one message. Raises `OSError` when nobody reads any more."""
    pipe.write(len(message).to_bytes(8, "little") + message)
    pipe.flush()


def receive(pipe: BinaryIO) -> bytes:
    """Read one message. Raises `EOFError` when there is none any more."""
    length = int.from_bytes(pipe.read(8), "little")
    message = pipe.read(length)
    if not length or len(message) < length:
        raise EOFError
    return message


def _main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    comes, goes = os.fdopen(0, "rb", buffering=0), sys.stdout.buffer
    problem = msgspec.msgpack.decode(_whole(comes), type=Problem)
    told = -_OFTEN

    def tell(value: float, bound: float) -> bool:
        nonlocal told
        if time.monotonic() - told >= _OFTEN:
            told = time.monotonic()
            send(goes, msgspec.msgpack.encode(Told(value, bound)))
        return bool(select.select([comes], [], [], 0)[0])

    try:
        solution = solve(problem, tell, clock=time.process_time)
    except Impossible as why:
        said: Said = NoAnswer(in_time=why.message.text == NO_PLAN)
    else:
        finish = [solution.finish.get(item.id, -1) for item in problem.items]
        reached = [solution.reached.get(upgrade.id, -1) for upgrade in problem.upgrades]
        bare = msgspec.structs.replace(solution, finish={}, reached={}, moves=(), seconds=time.process_time())
        said = Answer(bare, finish, reached)
    send(goes, msgspec.msgpack.encode(said))


def _whole(comes: BinaryIO) -> bytes:
    """One message of a pipe without a buffer, which keeps nothing back that `select` should see."""

    def read(length: int) -> bytes:
        found = bytearray()
        while len(found) < length:
            piece = comes.read(min(1 << 20, length - len(found)))
            if not piece:
                raise EOFError
            found += piece
        return bytes(found)

    return read(int.from_bytes(read(8), "little"))


if __name__ == "__main__":
    _main()
