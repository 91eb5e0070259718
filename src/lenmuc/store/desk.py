"""What the desk counts beside levels: where filings gather, what the law bars."""

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


async def heaviest(conn: Connection) -> list[Heavy]:
    """Services by the filings that cannot be made online yet, the most first."""
    return await Q.all(conn, "heaviest", Heavy)


async def coverage(conn: Connection, size: int) -> list[Covered]:
    """The most filed services that several agencies offer."""
    return await Q.all(conn, "coverage", Covered, size)


async def barred_by_law(conn: Connection) -> list[ByLaw]:
    """Offering by offering, what is said to be barred by law."""
    return await Q.all(conn, "barred_by_law", ByLaw)
