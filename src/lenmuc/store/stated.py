"""What registries say of services beside their records: of single ones, and counted."""

from collections.abc import Mapping, Sequence

import msgspec

from lenmuc.core.stated import NOTHING, Stated
from lenmuc.store.queries import Connection, queries

Q = queries("stated")


class StatedRow(msgspec.Struct, frozen=True):
    """What is said of one service."""

    service: str
    stated: Stated


class PointsCount(msgspec.Struct, frozen=True):
    """How many services have these very answers to the points of the set."""

    point_set: str
    points: Mapping[str, str]
    services: int


class ObstacleCount(msgspec.Struct, frozen=True):
    """How many services name a kind of obstacle; their filings a year, `None` when none is known."""

    kind: str
    services: int
    filings: int | None


class WordCount(msgspec.Struct, frozen=True):
    """How many services say these words."""

    words: str
    services: int


class Counted(msgspec.Struct, frozen=True):
    """Everything that is said, counted over the services in force."""

    points: tuple[PointsCount, ...]
    obstacles: tuple[ObstacleCount, ...]
    reasons: tuple[WordCount, ...]
    payment: tuple[WordCount, ...]
    planned: tuple[WordCount, ...]


async def stated_of(conn: Connection, services: Sequence[str]) -> dict[str, Stated]:
    """What is said of these services, by code; of whom nothing is said is left out."""
    return {row.service: row.stated for row in await Q.all(conn, "stated_of", StatedRow, list(services))}


async def stated_of_one(conn: Connection, service: str) -> Stated:
    """What is said of one service."""
    return (await stated_of(conn, [service])).get(service, NOTHING)


async def point_sets(conn: Connection) -> set[str]:
    """The sets of points that services in force have answers to."""
    return {row["point_set"] for row in await Q.rows(conn, "point_sets")}


async def count_stated(conn: Connection) -> Counted:
    """Everything that is said, counted."""
    return Counted(
        tuple(await Q.all(conn, "count_points", PointsCount)),
        tuple(await Q.all(conn, "count_obstacles", ObstacleCount)),
        tuple(await Q.all(conn, "count_words", WordCount)),
        tuple(await Q.all(conn, "count_payment", WordCount)),
        tuple(await Q.all(conn, "count_planned", WordCount)),
    )
