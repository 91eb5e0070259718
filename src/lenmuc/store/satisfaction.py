"""How satisfied the public says it is, counted by quarter; nobody reads a quarter before it is over."""

import datetime as dt
from collections.abc import Iterable

import msgspec

from lenmuc.core.satisfaction import Place, Quarter, Rating, Tally, quarter_of
from lenmuc.store.queries import Connection, queries

Q = queries("satisfaction")
Cells = dict[Place, Tally]


class Rated(msgspec.Struct, frozen=True):
    """Answers about one offering to one content in the quarter that begins on `quarter`."""

    service: str
    agency: str
    quarter: dt.date
    content: str
    very: int
    satisfied: int
    unsatisfied: int


async def add_rating(conn: Connection, service: str, agency: str, rating: Rating) -> None:
    """Store one answer. The connection acts for the public."""
    details = (rating.convenience, rating.timeliness, rating.attitude)
    await Q.run(conn, "add_rating", service, agency, rating.overall, *details)


def by_quarter(rows: Iterable[Rated]) -> dict[Quarter, dict[str, Cells]]:
    """Quarter → content → offering → counts, the newest quarter first."""
    found: dict[Quarter, dict[str, Cells]] = {}
    for row in rows:
        contents = found.setdefault(quarter_of(row.quarter), {})
        tally = Tally(row.very, row.satisfied, row.unsatisfied)
        contents.setdefault(row.content, {})[(row.service, row.agency)] = tally
    return dict(sorted(found.items(), reverse=True))


async def ratings(
    conn: Connection, since: dt.date, until: dt.date, *, service: str = "", agency: str = ""
) -> dict[Quarter, dict[str, Cells]]:
    """All counts from `since` to before `until`, small ones too: what may be shown, `core` decides."""
    rows = await Q.all(conn, "ratings", Rated, service or None, agency or None, since, until)
    return by_quarter(rows)
