"""What open data gives away, in pieces that follow each other by key."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from lenmuc.core.services import Agency, Service
from lenmuc.store.queries import Connection, queries

Q = queries("open_data")
PIECE = 2_000
__all__ = ["Agency", "Service"]


class OpenOffering(msgspec.Struct, frozen=True):
    """A service at an agency as everybody may read it; see `Offering`."""

    id: int
    service: str
    service_name: str
    agency: str
    agency_name: str
    level: int
    declared: int | None
    since: dt.datetime
    missing: tuple[str, ...]
    filings: int | None
    filings_illustrative: bool
    online_filings: int | None


class LevelOn(msgspec.Struct, frozen=True):
    """The level that an offering had at some moment, and since when."""

    offering: int
    level: int
    since: dt.datetime


class OpenStanding(msgspec.Struct, frozen=True):
    """The level of an offering by a scheme beside the main one."""

    offering: int
    scheme: str
    level: int
    missing: tuple[str, ...]
    since: dt.datetime


class WhoOffers(msgspec.Struct, frozen=True):
    """Which agencies offer a service, and the levels at which they do."""

    service: str
    levels: tuple[int, ...]
    agencies: tuple[str, ...]


class Counts(msgspec.Struct, frozen=True):
    """How many there are of each."""

    services: int
    agencies: int
    fields: int
    offerings: int
    standings: int


class Change(msgspec.Struct, frozen=True):
    """One move of a level with the names of its service and its agency."""

    id: int
    scheme: str
    from_level: int | None
    to_level: int
    at: dt.datetime
    cause: str
    service: str
    agency: str
    service_name: str
    service_name_en: str
    agency_name: str
    agency_name_en: str


async def some_offerings(
    conn: Connection,
    after: int,
    *,
    services: Sequence[str] | None = None,
    agency: str = "",
    level: int | None = None,
    limit: int = PIECE,
) -> list[OpenOffering]:
    """The next offerings by number: of these services (`None`: of all), at this agency, at this level."""
    codes = None if services is None else list(services)
    return await Q.all(conn, "some_offerings", OpenOffering, after, codes, agency or None, level, limit)


async def levels_on(
    conn: Connection, offerings: Sequence[int], scheme: str, before: dt.datetime
) -> dict[int, LevelOn]:
    """The levels of these offerings at the moment `before`; who has none yet is left out."""
    found = await Q.all(conn, "levels_on", LevelOn, list(offerings), scheme, before)
    return {each.offering: each for each in found}


async def some_standings(conn: Connection, offerings: Sequence[int]) -> dict[int, list[OpenStanding]]:
    """The levels of these offerings by the schemes beside the main one."""
    found: dict[int, list[OpenStanding]] = {}
    for each in await Q.all(conn, "some_standings", OpenStanding, list(offerings)):
        found.setdefault(each.offering, []).append(each)
    return found


async def some_services(conn: Connection, after: str, limit: int = PIECE) -> list[Service]:
    """The next services by code."""
    return await Q.all(conn, "some_services_after", Service, after, limit)


async def who_offers(conn: Connection, services: Sequence[str]) -> dict[str, WhoOffers]:
    """Who offers these services, by code."""
    return {found.service: found for found in await Q.all(conn, "who_offers", WhoOffers, list(services))}


async def all_agencies(conn: Connection) -> list[Agency]:
    """Every agency with its facts: city bodies first, in Vietnamese alphabetical order."""
    return await Q.all(conn, "all_agencies", Agency)


async def counts(conn: Connection) -> Counts:
    """How many there are of each."""
    found = await Q.one(conn, "counts", Counts)
    assert found is not None, "a SELECT without FROM gives one row"
    return found


async def changes(
    conn: Connection, scheme: str, *, service: str = "", agency: str = "", limit: int = 50
) -> list[Change]:
    """The newest moves of levels by a scheme."""
    return await Q.all(conn, "changes", Change, service or None, agency or None, scheme, limit)
