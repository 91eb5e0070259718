"""Solve a roadmap: here, or, where it is several large ones side by side, each in a process of its own."""

import contextlib
import math
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import BinaryIO, cast

import msgspec
from msgspec.structs import replace

from lenmuc.actions import solving_child
from lenmuc.actions.solving_child import Answer, NoAnswer, Said, Told, receive, send
from lenmuc.core.errors import Impossible
from lenmuc.core.roadmap.mistakes import check
from lenmuc.core.roadmap.parts import joined, parts
from lenmuc.core.roadmap.problem import Problem, Solution, last_quarter, weights
from lenmuc.core.roadmap.solve import NO_PLAN, NO_TIME, solve

_AT_ONCE = 2  # each takes some hundred MB
_NEARER = 0.9  # of the gap is asked of each part: some come no nearer than a little more than all of it
Tell = Callable[[float, float], bool | None]
"""Called with (value, bound), a value of minus infinity while there is no plan; true: stop."""


def solved(problem: Problem, tell: Tell | None = None) -> Solution:
    """The plan of `core.roadmap.solve.solve`, with all seconds of computing it took, those of others too.

    Each process may take as many as the problem allows. Raises `Refused` and `Impossible` as that does, and
    `EOFError` when a process dies.
    """
    began = time.process_time()
    apart = parts(problem)
    if len(apart) < 2:
        solution = solve(problem, tell, clock=time.process_time)
        return replace(solution, seconds=time.process_time() - began)
    check(problem)
    solutions = _Crew(problem, apart, tell or (lambda value, bound: None)).work()
    there = math.fsum(each.seconds for each in solutions)
    return joined(problem, solutions, there + time.process_time() - began)


class _Crew:
    """Processes that solve the parts, the large ones first, each one part and then the next process."""

    def __init__(self, problem: Problem, apart: list[Problem], tell: Tell) -> None:
        self.problem = problem
        self.apart = apart
        self.tell = tell
        self.at_once = max(1, min(_AT_ONCE, len(os.sched_getaffinity(0))))
        self.left = self.at_once * problem.seconds
        self.waiting = sorted(range(len(apart)), key=lambda at: (len(apart[at].items), -at))
        self.running: dict[int, tuple[subprocess.Popen[bytes], float]] = {}
        self.heard: queue.SimpleQueue[tuple[int, Said | None]] = queue.SimpleQueue()
        self.so_far = [_nothing_yet(part) for part in apart]
        self.stopped = threading.Event()
        self.handed_over: set[int] = set()

    def work(self) -> list[Solution]:
        """The solution of each part."""
        found: dict[int, Solution] = {}
        try:
            while len(found) < len(self.apart):
                while self.waiting and len(self.running) < self.at_once:
                    self._begin(self.waiting.pop())
                at, said = self.heard.get()
                match said:
                    case Told():
                        self._note(at, said.value, said.bound)
                    case Answer():
                        found[at] = self._read(at, said)
                        self._note(at, found[at].value, found[at].bound)
                    case NoAnswer():
                        if said.in_time:
                            raise Impossible(NO_PLAN)
                        raise Impossible(NO_TIME, seconds=f"{self.problem.seconds:g}")
                    case None:
                        raise EOFError
        finally:
            for child, _ in self.running.values():
                child.kill()
                _end(child)
        return [found[at] for at in range(len(self.apart))]

    def _begin(self, at: int) -> None:
        """Start a process for a part, with its share of the time that is left."""
        promised = math.fsum(seconds for _, seconds in self.running.values())
        share = min(self.problem.seconds, (self.left - promised) / (len(self.waiting) + 1))
        env = {name: os.environ[name] for name in ("PYTHONPATH", "LANG") if name in os.environ}
        child = subprocess.Popen(
            [sys.executable, "-m", solving_child.__name__],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**env, "PYTHONUTF8": "1"}, bufsize=0,
        )  # fmt: skip
        self.running[at] = child, share
        part = replace(self.apart[at], gap=_NEARER * self.problem.gap, seconds=max(share, 1e-3))
        given = msgspec.msgpack.encode(part)
        threading.Thread(target=self._hear, args=(at, child, given), daemon=True).start()

    def _hear(self, at: int, child: subprocess.Popen[bytes], given: bytes) -> None:
        """In a thread of its own: hand the part over, and on what is said about it."""
        comes, goes = cast(BinaryIO, child.stdout), cast(BinaryIO, child.stdin)
        try:
            with os.fdopen(os.dup(goes.fileno()), "wb") as pipe:
                send(pipe, given)
            del given
            self.handed_over.add(at)
            if self.stopped.is_set():
                _stop(child)
            with os.fdopen(os.dup(comes.fileno()), "rb") as answers:
                said: Said = Told(-math.inf, math.inf)
                while isinstance(said, Told):
                    said = msgspec.msgpack.decode(receive(answers), type=Said)
                    self.heard.put((at, said))
        except (EOFError, OSError, msgspec.DecodeError):
            self.heard.put((at, None))

    def _note(self, at: int, value: float, bound: float) -> None:
        """Tell how far all of it is; when the answer is to stop, tell that to all."""
        known, most = self.so_far[at]
        self.so_far[at] = max(known, value), min(most, bound)
        value, bound = (math.fsum(each[k] for each in self.so_far) for k in (0, 1))
        if self.tell(value, bound) and not self.stopped.is_set():
            self.stopped.set()
            for each in self.handed_over & self.running.keys():
                _stop(self.running[each][0])

    def _read(self, at: int, said: Answer) -> Solution:
        _end(self.running.pop(at)[0])
        self.left -= said.solution.seconds
        part = self.apart[at]
        finish = {item.id: q for item, q in zip(part.items, said.finish, strict=True) if q >= 0}
        reached = {upgrade.id: q for upgrade, q in zip(part.upgrades, said.reached, strict=True) if q >= 0}
        return replace(said.solution, finish=finish, reached=reached)


def _stop(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):  # it has just ended by itself
        cast(BinaryIO, child.stdin).write(b"!")


def _end(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        cast(BinaryIO, pipe).close()
    child.wait()


def _nothing_yet(part: Problem) -> tuple[float, float]:
    """(value, bound) of a part that nobody has looked at: all on the first day at most, nothing at least."""
    must = any(last_quarter(item) is not None for item in part.items)
    must = must or any(upgrade.latest is not None for upgrade in part.upgrades)
    if part.objectives:
        return -math.inf, math.inf
    most = math.fsum(upgrade.gain for upgrade in part.upgrades) * weights(part)[0]
    return -math.inf if must else 0.0, most
