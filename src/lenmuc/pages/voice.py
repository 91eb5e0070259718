"""The public's voice for planners: satisfaction by agency and quarter, what is needed, what waits."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lenmuc.core.corrections import WORKING_DAYS, clock
from lenmuc.core.errors import N_, NotFound
from lenmuc.core.satisfaction import CONTENTS, ENOUGH, Quarter, Tally, shown_agencies, shown_place
from lenmuc.pages.public.lists import name_of
from lenmuc.pages.public.voice.heard import Satisfaction, satisfaction, years_back
from lenmuc.pages.visitors import AnyRequest
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import corrections as corrections_store
from lenmuc.store import demand as demand_store
from lenmuc.store import satisfaction as satisfaction_store
from lenmuc.store.corrections import Counts
from lenmuc.store.database import Database
from lenmuc.store.demand import Wanted
from lenmuc.store.queries import Connection
from lenmuc.store.satisfaction import BySum
from lenmuc.web.access import needs
from lenmuc.web.reviews import today
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

LISTED, ON_DESK = 25, 10
LISTED_FIRST = 10  # agencies of a kind that stand open
_YEAR = dt.timedelta(days=365)


class AgencyRow(msgspec.Struct, frozen=True):
    """What may be shown of an agency in one quarter, by content."""

    code: str
    name: str
    tallies: tuple[Tally | None, ...]

    @property
    def worst(self) -> tuple[float, float, str]:
        """What the list is ordered by: attitude, then overall, the least satisfied first."""
        overall, attitude = self.tallies[0], self.tallies[CONTENTS.index("attitude")]
        return _share(attitude), _share(overall), self.name


def _share(tally: Tally | None) -> float:
    return tally.content / tally.answers if tally else 2.0


class Waiting(msgspec.Struct, frozen=True):
    """The reports of an agency that have no answer, and how many of them are late."""

    code: str
    name: str
    open: int
    late: int


class VoicePage(msgspec.Struct, frozen=True):
    """What `templates/review/voice.html` shows. `quarter` is the one whose agencies are listed: bodies of
    the city and wards apart.
    """

    city: Satisfaction
    quarters: tuple[Quarter, ...]
    quarter: Quarter | None
    bodies: tuple[AgencyRow, ...]
    wards: tuple[AgencyRow, ...]
    wanted: tuple[Wanted, ...]
    since: dt.date
    counts: Counts
    waiting: tuple[Waiting, ...]
    first: int = LISTED_FIRST
    days: int = WORKING_DAYS
    enough: int = ENOUGH


class DeskVoice(msgspec.Struct, frozen=True):
    """What the desk shows of it: what is needed most, how many reports wait and are late."""

    wanted: tuple[Wanted, ...]
    since: dt.date
    waiting: int
    open: int
    late: int


async def desk_voice(conn: Connection) -> DeskVoice:
    """Read it for the desk."""
    day = today()
    wanted = await demand_store.most_wanted(conn, day - _YEAR, ON_DESK)
    counts = await corrections_store.count_corrections(conn)
    late = sum(clock(each.day, day).late > 0 for each in await corrections_store.unanswered(conn))
    return DeskVoice(tuple(wanted), day - _YEAR, counts.waiting, counts.open, late)


def agency_rows(contents: Mapping[str, BySum], names: Mapping[str, str]) -> tuple[AgencyRow, ...]:
    """Every agency of which something may be shown, the least satisfied with its staff's attitude first."""
    found = [shown_agencies(contents.get(content, {})) for content in CONTENTS]
    codes = {code for each in found for code in each}
    rows = (AgencyRow(code, names[code], tuple(each.get(code) for each in found)) for code in codes)
    return tuple(sorted(rows, key=lambda row: row.worst))


def _asked(text: str, quarters: tuple[Quarter, ...]) -> Quarter | None:
    if not text:
        return quarters[0] if quarters else None
    for each in quarters:
        if text == f"{each.year}-{each.number}":
            return each
    raise NotFound(N_("There is no such page."))


@get("/{lang:str}/voice", guards=[needs("planner", "auditor")])
async def voice(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    quarter: FromQuery[str] = "",
) -> Response[str]:
    """All of it on one page."""
    day = today()
    async with db.transaction(visit.who, read_only=True) as conn:
        found = await satisfaction_store.by_agency(conn, years_back(day))
        agencies = await catalogue_store.agency_names(conn)
        wanted = await demand_store.most_wanted(conn, day - _YEAR, LISTED)
        counts = await corrections_store.count_corrections(conn)
        unanswered = await corrections_store.unanswered(conn)
    names = {each.code: name_of(each, visit.language) for each in agencies}
    chosen = _asked(quarter, tuple(found))
    tiers = {each.code: each.tier for each in agencies}
    rows = agency_rows(found[chosen], names) if chosen else ()
    open_ = Counter(each.agency for each in unanswered)
    late = Counter(each.agency for each in unanswered if clock(each.day, day).late)
    waiting = [Waiting(code, names[code], count, late[code]) for code, count in open_.items()]
    page = VoicePage(
        city=satisfaction(found, day, shown_place),
        quarters=tuple(found),
        quarter=chosen,
        bodies=tuple(row for row in rows if tiers[row.code] == "province"),
        wards=tuple(row for row in rows if tiers[row.code] == "commune"),
        wanted=tuple(wanted),
        since=day - _YEAR,
        counts=counts,
        waiting=tuple(sorted(waiting, key=lambda each: (-each.late, -each.open, each.name))),
    )
    return render(request, "review/voice.html", page)


handlers = [voice]
