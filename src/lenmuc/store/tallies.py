"""Offerings counted by scheme, agency and level: as they stand, on any past day, and how that came."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from lenmuc.core.figures import Counts
from lenmuc.store.queries import Connection, queries

Q = queries("tallies")
MAIN = ""  # how the main scheme is called here: its level stands at the offering


class AtLevel(Counts, frozen=True, kw_only=True):
    """What is counted at one level."""

    level: int


class ChangedOn(AtLevel, frozen=True, kw_only=True):
    """By how much the counts of one level changed on a day (in Viet Nam)."""

    day: dt.date


class AtAgencyLevel(AtLevel, frozen=True, kw_only=True):
    """What is counted at one level of one agency."""

    agency: str


class Barred(msgspec.Struct, frozen=True):
    """Offerings at one level that the law is said to keep from the next, and their known filings."""

    level: int
    offerings: int
    filings: int


class Reviewed(msgspec.Struct, frozen=True):
    """Offerings whose level is verified today, and whose verification has lapsed; with known filings.

    `ever` counts those that were verified at the level they have, whatever became of it.
    """

    verified: int
    verified_filings: int
    lapsed: int
    lapsed_filings: int
    ever: int


async def tally(
    conn: Connection, scheme: str, agency: str = "", day: dt.date | None = None
) -> dict[int, Counts]:
    """The counts by level of the whole place or one agency: as they stand, or at the end of a past day."""
    if day is None:
        rows = await Q.all(conn, "tally_now", AtLevel, scheme, agency or None)
    else:
        rows = await Q.all(conn, "tally_of_day", AtLevel, scheme, agency or None, day)
    return {row.level: row for row in rows if row.offerings}


async def tally_changes(conn: Connection, scheme: str, agency: str = "") -> list[ChangedOn]:
    """What changed, day by day, from the first; the whole place or one agency."""
    return await Q.all(conn, "tally_changes", ChangedOn, scheme, agency or None)


async def tally_changes_of_tier(conn: Connection, scheme: str, tier: str) -> list[ChangedOn]:
    """What changed, day by day, over the agencies of a tier."""
    return await Q.all(conn, "tally_changes_of_tier", ChangedOn, scheme, tier)


async def tally_by_agency(
    conn: Connection, scheme: str, day: dt.date | None = None
) -> dict[str, dict[int, Counts]]:
    """The counts agency by agency: as they stand, or at the end of a past day."""
    found: dict[str, dict[int, Counts]] = {}
    if day is None:
        rows = await Q.all(conn, "tally_by_agency", AtAgencyLevel, scheme)
    else:
        rows = await Q.all(conn, "tally_by_agency_of_day", AtAgencyLevel, scheme, day)
    for row in rows:
        found.setdefault(row.agency, {})[row.level] = row
    return found


async def criteria_of_law(conn: Connection, agency: str = "") -> list[str]:
    """The criteria that some answer says the law bars; see `barred` for who may ask."""
    return [row["criterion"] for row in await Q.rows(conn, "criteria_of_law", agency or None)]


async def barred(
    conn: Connection, below: int, criteria: Sequence[str], void: Sequence[tuple[str, str]], agency: str = ""
) -> list[Barred]:
    """Offerings below a level of the main scheme that the law is said to bar from one of the `criteria`.

    `void` are (criterion, service) pairs that do not apply by the record. The transaction must act for
    somebody who reads all answers.
    """
    pairs = [f"{criterion} {service}" for criterion, service in void]
    return await Q.all(conn, "barred", Barred, below, agency or None, list(criteria), pairs)


async def count_verified(
    conn: Connection, scheme: str, today: dt.date, grace: int, agency: str = ""
) -> Reviewed:
    """How many levels are verified, and how many verifications lapsed. `grace` is in days."""
    found = await Q.one(conn, "count_verified", Reviewed, scheme, agency or None, today, grace)
    return found or Reviewed(0, 0, 0, 0, 0)
