"""Studying a finished roadmap: a question is computed apart, once, and its answer kept."""

import asyncio
import gzip
import logging
import signal
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from lenmuc.actions.apart import apart
from lenmuc.actions.background import BEAT, Background, GivenUp, watched
from lenmuc.actions.planning import ABANDONED, SILENCE
from lenmuc.actions.roadmap_view import NO_ROADMAP
from lenmuc.core.answers import Identity
from lenmuc.core.errors import N_, NotAllowed, NotFound
from lenmuc.core.roadmap.problem import Problem, Solution
from lenmuc.core.roadmap.studies import Answer, Kind, study
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store import studies as studies_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.roadmaps import StoredPlan
from lenmuc.store.studies import Study

log = logging.getLogger(__name__)
CRASHED = N_("The computation ended in an error. Ask again; if it fails again, tell the administrator.")
CANCELLED = N_("A planner stopped the computation. Nothing of it was kept.")
NO_SUBJECT = N_("This roadmap has no such work item or team.")
_PATIENCE = 1.5  # seconds that the one who asks waits for a quick answer


class _Parts(msgspec.Struct, frozen=True):
    """How far it is."""

    done: int
    of: int


class _Question(msgspec.Struct, frozen=True):
    """What the computing process is given."""

    plan: StoredPlan
    kind: Kind
    subject: str


def read_plan(plan: StoredPlan) -> tuple[Problem, Solution]:
    """A stored plan."""
    problem = msgspec.json.decode(gzip.decompress(plan.problem), type=Problem)
    return problem, msgspec.json.decode(gzip.decompress(plan.solution), type=Solution)


def _child(answer: "Connection[Any, Any]", asked: _Question) -> None:
    """The computing process: one question, one answer; `None` for a subject that the plan does not have."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    told = 0.0

    def tell(done: int, of: int) -> None:
        nonlocal told
        if not done or time.monotonic() - told >= BEAT / 2:
            told = time.monotonic()
            answer.send(_Parts(done, of))

    try:
        answer.send(study(*read_plan(asked.plan), asked.kind, asked.subject, tell))
    except KeyError:
        answer.send(None)


class Studies(Background):
    """Answers questions about roadmaps one after the other, each in a process of its own.

    As with roadmaps, several programs may do so on one database: a sign of life in the table tells that
    somebody still computes it.
    """

    def __init__(self, db: Database) -> None:
        super().__init__()
        self._db = db
        self._turn = asyncio.Semaphore(1)

    async def find(self, who: Identity, roadmap: int, kind: Kind, subject: str = "") -> Study | None:
        """What is known of a question; one that nobody computes any more has failed."""
        found = await self._find(who, roadmap, kind, subject)
        if found is None or found.status != "computing":
            return found
        async with self._db.transaction(PROGRAM) as conn:
            silent = await studies_store.fail_silent(conn, ABANDONED, SILENCE)
        return await self._find(who, roadmap, kind, subject) if silent else found

    async def _find(self, who: Identity, roadmap: int, kind: Kind, subject: str) -> Study | None:
        async with self._db.transaction(who, read_only=True) as conn:
            return await studies_store.find_study(conn, roadmap, kind, subject)

    async def ask(self, who: Identity, person: int, roadmap: int, asked: Sequence[tuple[Kind, str]]) -> None:
        """Begin to compute these answers (kind and subject), unless they are known or being computed.

        Quick ones are waited for. Raises `NotAllowed` for anybody but planners, `NotFound` when the roadmap
        is not ready.
        """
        if who.role != "planner":
            raise NotAllowed(N_("Only planners compute roadmaps."))
        begun: list[asyncio.Task[None]] = []
        async with self._db.transaction(who) as conn:
            plan = await roadmaps_store.read_files(conn, roadmap)
            if plan is None:
                raise NotFound(NO_ROADMAP)
            numbers = [await studies_store.start_study(conn, roadmap, *each, person) for each in asked]
        for number, (kind, subject) in zip(numbers, asked, strict=True):
            if number is not None:
                work = self._compute(who, number, _Question(plan, kind, subject))
                begun.append(self.begin(f"study {number}", work))
        if begun:
            await asyncio.wait(begun, timeout=_PATIENCE)

    async def cancel(self, who: Identity, roadmap: int, kind: Kind, subject: str = "") -> None:
        """Give up a computation: nothing of it is kept. Raises `NotAllowed`."""
        if who.role != "planner":
            raise NotAllowed(N_("Only planners compute roadmaps."))
        async with self._db.transaction(who) as conn:
            await studies_store.cancel_study(conn, roadmap, kind, subject)

    async def _compute(self, who: Identity, number: int, asked: _Question) -> None:
        job = _Job(self._db, who, number)
        failure = CRASHED
        try:
            async with watched(self._in_turn(asked, job), job.beat) as working:
                answer = await working
                if answer is None:
                    failure = NO_SUBJECT
                else:
                    async with self._db.transaction(who) as conn:
                        await studies_store.finish_study(conn, number, answer)
                    failure = CANCELLED  # holds only where it was cancelled in this very moment
        except GivenUp:
            failure = CANCELLED
        except Exception:
            log.exception("study %s failed", number)
        async with self._db.transaction(who) as conn:
            await studies_store.fail_study(conn, number, failure)

    async def _in_turn(self, asked: _Question, job: "_Job") -> Answer | None:
        async with self._turn:
            answer: Answer | None = await apart(_child, asked, _Parts, job.hears)
            return answer


class _Job:
    """One study that is being computed here."""

    def __init__(self, db: Database, who: Identity, number: int) -> None:
        self._db = db
        self._who = who
        self._number = number
        self._far = _Parts(0, 0)

    def hears(self, far: _Parts) -> None:
        """Note how far it is."""
        self._far = far

    async def beat(self) -> bool:
        """One sign of life; true when the work is to be given up."""
        async with self._db.transaction(self._who) as conn:
            return await studies_store.beat(conn, self._number, self._far.done, self._far.of)
