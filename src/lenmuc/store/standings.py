"""Where offerings stand by the schemes beside the main one; the main level is kept in `offering`."""

import datetime as dt
from collections.abc import Sequence

import asyncpg
import msgspec

from lenmuc.store.offerings import Move, record_changes
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


async def standings_of(conn: Connection, offering: int) -> dict[str, Standing]:
    """Where one offering stands, by scheme id."""
    return {found.scheme: found for found in await Q.all(conn, "standings_of", Standing, offering)}


async def count_standings(conn: Connection, service: str) -> list[StandingCount]:
    """The offerings of a service by scheme and level, the highest level first."""
    return await Q.all(conn, "count_standings", StandingCount, service)


async def every_standing(
    conn: Connection, scheme: str, service: str = "", agency: str = ""
) -> Sequence[asyncpg.Record]:
    """(id, service, agency, level, missing) of every offering, or of one service or agency.

    `level` is `None` where the scheme has not been computed so far.
    """
    return await Q.rows(conn, "every_standing", scheme, service or None, agency or None)


async def move_standings(conn: Connection, scheme: str, moves: Sequence[Move], cause: str) -> None:
    """Store new levels and what they lack; where a known level moved, the history says so."""
    if not moves:
        return
    missing = ["{" + ",".join(move.missing) + "}" for move in moves]
    await Q.run(conn, "move_standings", scheme, [m.id for m in moves], [m.to_level for m in moves], missing)
    known = [m for m in moves if m.from_level is not None and m.from_level != m.to_level]
    await record_changes(conn, scheme, known, cause)
