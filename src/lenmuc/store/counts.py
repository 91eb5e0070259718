"""Filings by quarter as agencies count them: rows, sums by agency, the years that follow from them."""

import datetime as dt
from collections.abc import Collection, Sequence

import msgspec

from lenmuc.core.counts import Count, Part, QuarterCounts
from lenmuc.core.satisfaction import Quarter, quarter_of
from lenmuc.store.queries import Connection, queries

Q = queries("counts")


class QuarterRow(msgspec.Struct, frozen=True):
    """What is rolled up of one quarter. `…_of` are the filings, `…_known` the offerings of a share."""

    quarter: dt.date
    offerings: int
    filings: int
    online: int
    online_of: int
    online_known: int
    on_time: int
    on_time_of: int
    on_time_known: int
    paid: int
    paid_of: int
    paid_known: int

    def counts(self) -> QuarterCounts:
        """As `core` reads it."""
        parts = {
            "online": Part(self.online, self.online_of, self.online_known),
            "on_time": Part(self.on_time, self.on_time_of, self.on_time_known),
            "paid_online": Part(self.paid, self.paid_of, self.paid_known),
        }
        return QuarterCounts(quarter_of(self.quarter), self.offerings, self.filings, parts)


class AgencyQuarterRow(QuarterRow, frozen=True, kw_only=True):
    """The same of one agency."""

    agency: str


async def lock(conn: Connection) -> None:
    """Wait for whoever brings counts in, until the end of the transaction."""
    await Q.run(conn, "lock")


async def counts_of(conn: Connection, quarters: Collection[Quarter]) -> dict[tuple[str, str, Quarter], Count]:
    """Every row of these quarters."""
    rows = await Q.rows(conn, "counts_of", sorted(quarter.first for quarter in quarters))
    found = (Count(row[0], row[1], quarter_of(row[2]), *row[3:]) for row in map(tuple, rows))
    return {count.key: count for count in found}


async def offered(conn: Connection) -> frozenset[tuple[str, str]]:
    """Every service at every agency that offers it."""
    return frozenset((row["service"], row["agency"]) for row in await Q.rows(conn, "offered"))


async def put(conn: Connection, counts: Sequence[Count], person: int | None) -> None:
    """Write these rows, each in the place of the one that stood there; then the years that follow."""
    columns = [[getattr(count, name) for count in counts] for name in Count.__struct_fields__]
    columns[2] = [count.quarter.first for count in counts]
    await Q.run(conn, "put", *columns, person)
    back = [count for count in counts if count.filings is None]
    if back:
        pairs = [each.service for each in back], [each.agency for each in back]
        await Q.run(conn, "forget_years", *pairs)
    await feed_years(conn)


async def feed_years(conn: Connection) -> None:
    """Bring the yearly filings of offerings up to date with the quarters that are counted there."""
    await Q.run(conn, "feed_years")


async def quarters(conn: Connection, agency: str = "") -> list[QuarterCounts]:
    """What is counted of each quarter, the oldest first; of the whole place or one agency."""
    return [row.counts() for row in await Q.all(conn, "quarters", QuarterRow, agency or None)]


async def by_agency(conn: Connection, quarter: Quarter) -> dict[str, QuarterCounts]:
    """What each agency counted of one quarter."""
    rows = await Q.all(conn, "quarter_by_agency", AgencyQuarterRow, quarter.first)
    return {row.agency: row.counts() for row in rows}
