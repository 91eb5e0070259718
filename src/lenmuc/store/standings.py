"""Where offerings stand by the schemes beside the main one; the main level is kept in `offering`."""

import datetime as dt

import msgspec

from lenmuc.store.queries import Connection, queries

Q = queries("standings")


class Standing(msgspec.Struct, frozen=True):
    """The level of one offering by one scheme, and what its next level lacks."""

    scheme: str
    level: int
    missing: tuple[str, ...]
    since: dt.datetime


class StandingCount(msgspec.Struct, frozen=True):
    """How many offerings of a service stand at one level of a scheme."""

    scheme: str
    level: int
    offerings: int


class AtAgency(msgspec.Struct, frozen=True):
    """Where one service of an agency stands, and what its next level lacks."""

    service: str
    level: int
    missing: tuple[str, ...]


async def standings_of(conn: Connection, offering: int) -> dict[str, Standing]:
    """Where one offering stands, by scheme id."""
    return {found.scheme: found for found in await Q.all(conn, "standings_of", Standing, offering)}


async def standings_of_agency(conn: Connection, scheme: str, agency: str) -> list[AtAgency]:
    """Where the services of an agency stand by a scheme beside the main one."""
    return await Q.all(conn, "standings_of_agency", AtAgency, scheme, agency)


async def count_standings(conn: Connection, service: str) -> list[StandingCount]:
    """The offerings of a service by scheme and level, the highest level first."""
    return await Q.all(conn, "count_standings", StandingCount, service)
