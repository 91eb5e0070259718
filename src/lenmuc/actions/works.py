"""What takes longer than a page: it goes on by itself, whole or not at all, and says how far it is."""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import msgspec

from lenmuc.actions.levels import Progress
from lenmuc.store import saving as saving_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.saving import Saving

log = logging.getLogger(__name__)
_KEPT = 600.0  # seconds that the outcome waits for whoever asked for it
_BEAT = 1.0  # seconds between two signs of life


class Work:
    """One piece of work of one person: `done` of `of` parts, both 0 until that is known.

    `note` is whatever its page needs. `outcome` can be awaited; it raises what the work raised.
    """

    def __init__(self, person: int, run: Callable[[Progress], Coroutine[Any, Any, Any]], note: Any) -> None:
        self.id = secrets.token_urlsafe(12)
        self.person = person
        self.note = note
        self.done = self.of = 0
        self.begun = time.monotonic()
        self.outcome: asyncio.Task[Any] = asyncio.create_task(run(self._tell), name=f"work {self.id}")
        # Somebody may never come back for it: then nobody asks what it raised.
        self.outcome.add_done_callback(lambda ended: ended.cancelled() or ended.exception())

    def _tell(self, done: int, of: int) -> None:
        self.done, self.of = done, of


class Told(msgspec.Struct, frozen=True):
    """The reply that follows: its status, and where it leads or what it shows."""

    status: int
    location: str = ""
    body: str = ""


class Works:
    """The works that go on or have just ended, in this process; and what other processes tell of theirs."""

    def __init__(self, db: Database, patience: float = 2.0) -> None:
        """`patience` is how many seconds a page waits before it shows progress instead."""
        self.patience = patience
        self._db = db
        self._works: dict[str, Work] = {}
        self._telling: dict[str, asyncio.Task[None]] = {}

    def begin(self, person: int, run: Callable[[Progress], Coroutine[Any, Any, Any]], note: Any) -> Work:
        """Begin a work."""
        for old in list(self._works.values()):
            if old.outcome.done() and time.monotonic() - old.begun > _KEPT:
                self.forget(old)
        work = Work(person, run, note)
        self._works[work.id] = work
        return work

    async def ended(self, work: Work) -> bool:
        """Whether it ends within the patience of a page."""
        await asyncio.wait([work.outcome], timeout=self.patience)
        return work.outcome.done()

    async def announce(self, work: Work, reply: Callable[[], Awaitable[Told]]) -> None:
        """Let every process know of it: whoever waits for it may be sent to another one next time."""
        async with self._db.transaction(PROGRAM) as conn:
            await saving_store.begin(conn, work.id, work.person)
        task = asyncio.create_task(self._tell_all(work, reply), name=f"telling of {work.id}")
        self._telling[work.id] = task
        task.add_done_callback(lambda _: self._telling.pop(work.id, None))

    async def _tell_all(self, work: Work, reply: Callable[[], Awaitable[Told]]) -> None:
        while not (await asyncio.wait([work.outcome], timeout=_BEAT))[0]:
            with contextlib.suppress(OSError):  # the database is away for a moment: the next beat tells
                async with self._db.transaction(PROGRAM) as conn:
                    await saving_store.beat(conn, work.id, work.done, work.of)
        if work.outcome.cancelled():
            return
        try:
            told = await reply()
            async with self._db.transaction(PROGRAM) as conn:
                await saving_store.end(conn, work.id, told.status, told.location, told.body)
        except Exception:  # whoever waits in this process sees it; for others it has no sign of life
            log.exception("what came of work %s could not be told", work.id)

    async def told(self, work: Work) -> None:
        """Wait until every process can know what came of a work that is over."""
        if work.id in self._telling:
            await asyncio.wait([self._telling[work.id]])

    def find(self, id: str, person: int) -> Work | None:
        """The work of this person in this process; `None` when there is none, or it is long over."""
        found = self._works.get(id)
        return found if found is not None and found.person == person else None

    async def elsewhere(self, id: str, person: int) -> Saving | None:
        """What another process has told of a work of this person; `None` when there is none."""
        async with self._db.transaction(PROGRAM, read_only=True) as conn:
            return await saving_store.find(conn, id, person)

    def forget(self, work: Work) -> None:
        """Nobody will look for it."""
        self._works.pop(work.id, None)

    async def close(self) -> None:
        """Stop what goes on: nothing of it is stored."""
        going = [*self._telling.values(), *(work.outcome for work in self._works.values())]
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
