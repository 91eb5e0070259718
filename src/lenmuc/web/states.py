"""Which state of everything public is shown now, and whether something is as it was in an earlier one."""

import datetime as dt
import time
from collections.abc import Callable

import msgspec

from lenmuc.store.changes import Changes, Place, Version
from lenmuc.web.language import HANOI


class State(msgspec.Struct, frozen=True):
    """One state. `name` tells it from all others, in every process. `frame` is what all replies hang on: the
    files of this program and the day in Viet Nam, because statuses lapse. `number` and `index` are the
    versions, as this process counts them, of the tables and of what is searched.
    """

    name: str
    frame: str
    number: int
    index: int


class States:
    """The states that one process shows.

    The public may be `lag` seconds behind: that long a state stands for whoever is not signed in, whatever is
    written meanwhile. `index` tells which version is searched, `clock` the seconds.
    """

    def __init__(
        self,
        changes: Changes,
        stamp: str,
        index: Callable[[], Version | None],
        lag: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], dt.date] = lambda: dt.datetime.now(HANOI).date(),
    ) -> None:
        self._changes = changes
        self._stamp = stamp
        self._index = index
        self._clock = clock
        self._today = today
        self._state: State | None = None
        self._due = 0.0
        self.lag = lag

    async def now(self, *, signed_in: bool) -> State | None:
        """The state to show; nothing when it is not known because the database is away."""
        frame = f"{self._stamp} {self._today()}"
        state = self._state
        if not signed_in and state is not None and state.frame == frame and self._clock() < self._due:
            return state
        try:
            version = await self._changes.now()
        except Exception:  # whatever keeps the database from answering: the page itself will say so
            return None
        index = self._index()
        name = f"{version.everything} {index.levels if index else ''} {frame}"
        state = State(name, frame, version.number, index.number if index else 0)
        if not signed_in:
            self._state, self._due = state, self._clock() + self.lag
        return state

    def same(self, place: Place | None, before: State, now: State) -> bool:
        """Whether a reply about `place` (nothing: about anything) that was made in the state `before` may be
        shown in the state `now`.
        """
        if before.frame != now.frame:
            return False
        return all(
            then >= new or (place is not None and not self._changes.journal.touched(place, then))
            for then, new in ((before.number, now.number), (before.index, now.index))
        )
