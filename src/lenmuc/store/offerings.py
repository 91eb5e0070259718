"""Offerings and their levels: reading them, counting them, moving them with their history."""

import datetime as dt
from collections.abc import Sequence

import asyncpg
import msgspec

from lenmuc.core.answers import Target
from lenmuc.core.levels import LevelCounts
from lenmuc.store.queries import Connection, queries

Q = queries("offerings")
__all__ = ["LevelCounts"]


class Offering(msgspec.Struct, frozen=True):
    """A service as one agency offers it. `declared` is what the authority published, `None` when not known.

    `filings` is a year's number, `None` when not known, made up when `filings_illustrative`; so many of them
    came online.
    """

    id: int
    service: str
    agency: str
    filings: int | None
    filings_illustrative: bool
    declared: int | None
    level: int
    missing: tuple[str, ...]
    since: dt.datetime
    online_filings: int | None = None


class OfferingRow(msgspec.Struct, frozen=True):
    """An offering in a list; `name` is the agency's in a service's list, the service's in an agency's."""

    id: int
    service: str
    agency: str
    name: str
    name_en: str
    tier: str
    filings: int | None
    declared: int | None
    level: int
    missing: tuple[str, ...]
    since: dt.datetime


class OfferingListed(msgspec.Struct, frozen=True):
    """An offering with the names of its service and its agency; the rest as in `Offering`."""

    id: int
    service: str
    service_name: str
    service_name_en: str
    agency: str
    agency_name: str
    agency_name_en: str
    filings: int | None
    filings_illustrative: bool
    declared: int | None
    level: int
    missing: tuple[str, ...]
    since: dt.datetime
    online_filings: int | None = None


class FieldCount(msgspec.Struct, frozen=True):
    """How many offerings of an agency are of one field and at one level."""

    field: str
    level: int
    offerings: int


class LevelChange(msgspec.Struct, frozen=True):
    """One move of an offering's level; `from_level` is `None` for the first."""

    from_level: int | None
    to_level: int
    at: dt.datetime
    cause: str


class Levels(msgspec.Struct, frozen=True):
    """Levels as they should be, in columns: each of the `levels` with its `missing` criteria once; by its
    position, which of them every offering of a service has, and which single offerings have another.
    """

    levels: list[int]
    missing: list[str]  # as the database writes a list: {1.01,3.02}
    services: list[str]
    usual: list[int]
    own_services: list[str]
    own_agencies: list[str]
    own: list[int]

    @property
    def columns(self) -> tuple[list[int] | list[str], ...]:
        """In the order of the queries."""
        numbers = list(range(len(self.levels)))
        usual = (self.services, self.usual)
        return numbers, self.levels, self.missing, *usual, self.own_services, self.own_agencies, self.own


class Count(msgspec.Struct, frozen=True):
    """Offerings that moved: `touched` counts those whose missing criteria changed as well.

    `before` and `after` are the levels where a single one moved.
    """

    touched: int
    rose: int
    fell: int
    before: int | None
    after: int | None


class Foreseen(msgspec.Struct, frozen=True):
    """Offerings that an answer reaches, and how many would rise or fall."""

    reaches: int
    rise: int
    fall: int


async def find_offering(conn: Connection, id: int) -> Offering | None:
    """The offering with this number."""
    return await Q.one(conn, "find_offering", Offering, id)


async def offering_of(conn: Connection, service: str, agency: str) -> Offering | None:
    """The offering of a service at an agency."""
    return await Q.one(conn, "offering_of", Offering, service, agency)


async def offerings_of_service(conn: Connection, service: str) -> list[OfferingRow]:
    """Who offers a service: city bodies first, then wards, in Vietnamese alphabetical order."""
    return await Q.all(conn, "offerings_of_service", OfferingRow, service)


async def offerings_of_agency(
    conn: Connection,
    agency: str,
    *,
    level: int | None = None,
    codes: Sequence[str] | None = None,
    field: str = "",
    page: int = 1,
    size: int = 50,
) -> tuple[list[OfferingRow], int]:
    """One page of an agency's offerings, those with the least missing first, and the number of all.

    `codes` are the only services to show.
    """
    rows = await Q.all(
        conn, "offerings_of_agency", OfferingRow, agency, level, codes, size, (page - 1) * size, field or None
    )
    return rows, await Q.value(conn, "count_offerings_of_agency", agency, level, codes, field or None)


async def list_offerings(
    conn: Connection,
    *,
    service: str = "",
    agency: str = "",
    level: int | None = None,
    page: int = 1,
    size: int = 50,
    after: tuple[str, str] = ("", ""),
) -> list[OfferingListed]:
    """One page of offerings, by service code and agency code, and one more that says that there is more.

    `after`: service and agency of the last that was read.
    """
    cut = (size + 1, (page - 1) * size, *after)
    if agency:
        of = (service or None, agency, level)
        return await Q.all(conn, "list_offerings_of_agency", OfferingListed, *of, *cut)
    return await Q.all(conn, "list_offerings", OfferingListed, service or None, level, *cut)


async def count_levels(conn: Connection, agency: str = "", service: str = "") -> LevelCounts:
    """Offerings by assessed level, exclusive, of the whole place, one agency or one service."""
    if service:
        counts = await Q.one(conn, "count_levels_of_service", LevelCounts, service, agency or None)
    else:
        counts = await Q.one(conn, "count_levels", LevelCounts, agency or None)
    return counts or LevelCounts()


async def count_fields(conn: Connection, agency: str) -> list[FieldCount]:
    """An agency's offerings by field and level."""
    return await Q.all(conn, "count_fields", FieldCount, agency)


async def every_offering(conn: Connection, service: str = "", agency: str = "") -> Sequence[asyncpg.Record]:
    """(id, service, agency, filings, level, missing) of every offering, or of one service or agency."""
    return await Q.rows(conn, "every_offering", service or None, agency or None)


async def shared_services(conn: Connection) -> frozenset[str]:
    """The codes that more than one agency offers."""
    return frozenset(row["service"] for row in await Q.rows(conn, "shared_services"))


async def move_levels(
    conn: Connection, scheme: str, target: Target, levels: Levels, cause: str, *, main: bool
) -> Count:
    """Store the levels that changed of all that `target` reaches; where the level itself moved, the history
    says so. The main scheme's stand at the offering, those of others beside it.
    """
    place = (target.service or None, target.agency or None)
    name = "move_levels" if main else "move_standings"
    moved = await Q.one(conn, name, Count, *place, *levels.columns, scheme, cause)
    return moved or Count(0, 0, 0, None, None)


async def foresee_levels(
    conn: Connection, scheme: str, target: Target, levels: Levels, *, main: bool
) -> Foreseen:
    """What `move_levels` would do."""
    place = (target.service or None, target.agency or None)
    found = await Q.one(conn, "foresee_levels", Foreseen, *place, *levels.columns, "" if main else scheme)
    return found or Foreseen(0, 0, 0)


async def level_history(conn: Connection, offering: int, scheme: str) -> list[LevelChange]:
    """The last twenty moves of an offering's level by one scheme, newest first."""
    return await Q.all(conn, "level_history", LevelChange, offering, scheme)
