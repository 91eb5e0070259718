"""How satisfied the public says it is, counted by quarter; nobody reads a quarter before it is over."""

import datetime as dt

import msgspec

from lenmuc.core.satisfaction import Place, Quarter, Rating, Sums, Tally, quarter_of
from lenmuc.store.queries import Connection, queries

Q = queries("satisfaction")
Cells = dict[Place, Tally]


BySum = dict[str, Sums]


class Counted(msgspec.Struct, frozen=True):
    """Answers about one offering to one content in the quarter that begins on `quarter`."""

    service: str
    agency: str
    quarter: dt.date
    content: str
    very: int
    satisfied: int
    unsatisfied: int


class Summed(msgspec.Struct, frozen=True):
    """Answers about an agency; `seen_…`: about its offerings that may be shown by themselves."""

    agency: str
    quarter: dt.date
    content: str
    very: int
    satisfied: int
    unsatisfied: int
    seen_very: int
    seen_satisfied: int
    seen_unsatisfied: int


async def add_rating(conn: Connection, service: str, agency: str, rating: Rating) -> None:
    """Store one answer; a trigger counts it. The connection acts for the public."""
    details = (rating.convenience, rating.timeliness, rating.attitude)
    await Q.run(conn, "add_rating", service, agency, rating.overall, *details)


async def of_service(
    conn: Connection, service: str, agency: str, since: dt.date
) -> dict[Quarter, dict[str, Cells]]:
    """Quarter (the newest first) → content → offering → counts, from the quarter of `since` on.

    Small counts too: what may be shown, `core` decides. `agency` empty: at all agencies.
    """
    found: dict[Quarter, dict[str, Cells]] = {}
    for row in await Q.all(conn, "of_service", Counted, service, agency or None, since):
        cells = found.setdefault(quarter_of(row.quarter), {}).setdefault(row.content, {})
        cells[(row.service, row.agency)] = Tally(row.very, row.satisfied, row.unsatisfied)
    return found


async def by_agency(conn: Connection, since: dt.date, agency: str = "") -> dict[Quarter, dict[str, BySum]]:
    """Quarter (the newest first) → content → agency → sums; `agency` empty: of all agencies."""
    found: dict[Quarter, dict[str, BySum]] = {}
    for row in await Q.all(conn, "by_agency", Summed, since, agency or None):
        sums = found.setdefault(quarter_of(row.quarter), {}).setdefault(row.content, {})
        sums[row.agency] = Sums(
            Tally(row.very, row.satisfied, row.unsatisfied),
            Tally(row.seen_very, row.seen_satisfied, row.seen_unsatisfied),
        )
    return found
