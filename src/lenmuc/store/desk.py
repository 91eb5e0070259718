"""What the desk counts beside levels: where filings gather, what the law bars, what is suspicious."""

import datetime as dt

import msgspec

from lenmuc.store.queries import Connection, queries

Q = queries("desk")


class Heavy(msgspec.Struct, frozen=True):
    """A service with its offerings below level 3 and the yearly filings of these."""

    service: str
    name: str
    name_en: str
    offerings: int
    filings: int


class Covered(msgspec.Struct, frozen=True):
    """A service of several agencies: how many offer it, at level 3 or above, and at level 4."""

    service: str
    name: str
    name_en: str
    offerings: int
    online: int
    full: int
    filings: int


class ByLaw(msgspec.Struct, frozen=True):
    """An offering that an answer says the law bars, and what that answer says."""

    criterion: str
    justification: str
    offering: int
    service: str
    filings: int


class Suspect(msgspec.Struct, frozen=True):
    """Something to look at twice; `total` counts all of its list. What does not matter there is empty."""

    service: str
    agency: str
    service_name: str
    service_name_en: str
    agency_name: str
    agency_name_en: str
    criterion: str
    filings: int | None
    at: dt.datetime | None
    total: int


async def heaviest(conn: Connection) -> list[Heavy]:
    """Services by the filings that cannot be made online yet, the most first."""
    return await Q.all(conn, "heaviest", Heavy)


async def coverage(conn: Connection, size: int) -> list[Covered]:
    """The most filed services that several agencies offer."""
    return await Q.all(conn, "coverage", Covered, size)


async def barred_by_law(conn: Connection) -> list[ByLaw]:
    """Offering by offering, what is said to be barred by law."""
    return await Q.all(conn, "barred_by_law", ByLaw)


async def silent_at_four(conn: Connection, size: int) -> list[Suspect]:
    """Level 4, and nobody filed online in twelve months; the most filed first."""
    return await Q.all(conn, "silent_at_four", Suspect, size)


async def rose_without_evidence(
    conn: Connection, scheme: str, since: dt.datetime, size: int
) -> list[Suspect]:
    """Rose to level 3 or 4 by answers of which none since then has evidence; the most filed first."""
    return await Q.all(conn, "rose_without_evidence", Suspect, scheme, since, size)


async def said_void(conn: Connection, since: dt.datetime, size: int) -> list[Suspect]:
    """Answers that became "not applicable" by hand since a moment, the latest first."""
    return await Q.all(conn, "said_void", Suspect, since, size)
