"""What the desk counts of the whole place: counted once for each state of what is counted, then kept."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Mapping

import msgspec

from lenmuc.content.everything import Content
from lenmuc.core.answers import Identity
from lenmuc.core.desk import Freed, freed
from lenmuc.core.figures import Counts
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import desk as desk_store
from lenmuc.store import suspicions as suspicions_store
from lenmuc.store import tallies as tallies_store
from lenmuc.store.catalogue import AgencyName
from lenmuc.store.changes import Changes
from lenmuc.store.database import Database
from lenmuc.store.desk import Covered, Heavy

SHOWN = 10  # services whose coverage is shown
READER = Identity(role="auditor")  # reads everything and changes nothing


class Counted(msgspec.Struct, frozen=True):
    """The desk's counts; `suspects` are counted by reason. `written` keeps them as text, by language."""

    tallies: Mapping[str, Mapping[int, Counts]]
    heavy: tuple[Heavy, ...]
    covered: tuple[Covered, ...]
    law: tuple[Freed, ...]
    suspects: Mapping[str, int]
    agencies: Mapping[str, AgencyName]
    written: dict[str, str] = msgspec.field(default_factory=dict)


class Desks:
    """Keeps the counts of the last state, which is named by `Changes` and the day.

    Only for people who may read everything, as those at the desk do: it reads for them all.
    """

    def __init__(self, db: Database, content: Content, changes: Changes) -> None:
        self._db = db
        self._content = content
        self._changes = changes
        self._kept: tuple[str, Counted] | None = None
        self._turn = asyncio.Lock()

    async def now(self, day: dt.date) -> Counted:
        """The counts as they stand: at most a second old for what another process has changed."""
        version = await self._changes.now()
        state = f"{version.everything} {day}"
        if self._kept is None or self._kept[0] != state:
            async with self._turn:
                if self._kept is None or self._kept[0] != state:
                    self._kept = state, await self._count(day)
        return self._kept[1]

    async def _count(self, day: dt.date) -> Counted:
        async with self._db.transaction(READER, read_only=True) as conn:
            law = await desk_store.barred_by_law(conn)
            barred = ((o.criterion, o.justification, o.offering, o.service, o.filings) for o in law)
            suspects = await suspicions_store.suspects(conn, self._content.scheme, day)
            return Counted(
                await tallies_store.tally_by_agency(conn, tallies_store.MAIN),
                tuple(await desk_store.heaviest(conn)),
                tuple(await desk_store.coverage(conn, SHOWN)),
                tuple(freed(barred)),
                Counter(str(each.reason) for each in suspects),
                {each.code: each for each in await catalogue_store.agency_names(conn)},
            )
