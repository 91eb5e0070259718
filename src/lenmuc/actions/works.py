"""What takes longer than a page: it goes on by itself, whole or not at all, and says how far it is."""

import asyncio
import secrets
import time
from collections.abc import Callable, Coroutine
from typing import Any

from lenmuc.actions.levels import Progress

_KEPT = 600.0  # seconds that the outcome waits for whoever asked for it


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


class Works:
    """The works that go on or have just ended, in this process."""

    def __init__(self, patience: float = 2.0) -> None:
        """`patience` is how many seconds a page waits before it shows progress instead."""
        self.patience = patience
        self._works: dict[str, Work] = {}

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

    def find(self, id: str, person: int) -> Work | None:
        """The work of this person; `None` when there is none, or it is long over."""
        found = self._works.get(id)
        return found if found is not None and found.person == person else None

    def forget(self, work: Work) -> None:
        """Nobody will look for it."""
        self._works.pop(work.id, None)

    async def close(self) -> None:
        """Stop what goes on: nothing of it is stored."""
        going = [work.outcome for work in self._works.values()]
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
