"""What the public says it needs online: one press, one row, of which only the day is kept."""

import datetime as dt

import msgspec

from lenmuc.store.queries import Connection, queries

Q = queries("demand")


class Wanted(msgspec.Struct, frozen=True):
    """A service that is below level 3 somewhere: how often it was asked for, a year's filings there."""

    service: str
    name: str
    name_en: str
    presses: int
    below: int
    offerings: int
    filings: int | None
    total: int


async def add_demand(conn: Connection, service: str) -> None:
    """Count one press. The connection acts for the public."""
    await Q.run(conn, "add_demand", service)


async def most_wanted(conn: Connection, since: dt.date, limit: int) -> list[Wanted]:
    """Services that are not at level 3 everywhere, the most asked for since that day first."""
    return await Q.all(conn, "most_wanted", Wanted, since, limit)
