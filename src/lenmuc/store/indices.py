"""Values of indices that were brought in; what the program ships stands in its files."""

from collections.abc import Sequence

from lenmuc.core.indices import Point
from lenmuc.store.queries import Connection, queries

Q = queries("indices")


async def lock(conn: Connection) -> None:
    """Wait for whoever brings values in, until the end of the transaction."""
    await Q.run(conn, "lock")


async def every_value(conn: Connection) -> list[Point]:
    """All values of all indices."""
    return await Q.all(conn, "every_value", Point)


async def values_of(conn: Connection, index: str) -> list[Point]:
    """All values of one index."""
    return await Q.all(conn, "values_of", Point, index)


async def put(conn: Connection, points: Sequence[Point], person: int | None) -> None:
    """Write these values, each in the place of the one that stood there."""
    names = Point.__struct_fields__
    columns = ([getattr(point, name) for point in points] for name in names)
    await Q.run(conn, "put", *columns, person)
