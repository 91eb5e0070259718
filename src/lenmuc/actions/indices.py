"""Indices of provinces: what stands, and bringing a file of values in, whole or not at all."""

from collections.abc import Mapping

from lenmuc.actions.brought import Brought
from lenmuc.core.answers import Identity
from lenmuc.core.index_rows import COLUMNS, OPTIONAL, changed, read_points
from lenmuc.core.indices import Indices, Key, Point, lay_over
from lenmuc.core.sheets import read_sheet
from lenmuc.store import audit
from lenmuc.store import indices as indices_store
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection

MOST_BYTES = 5 * 1024 * 1024


async def standing_points(conn: Connection, indices: Indices, index: str = "") -> Mapping[Key, Point]:
    """The values that stand, of all indices or one."""
    shipped = [point for point in indices.points if not index or point.index == index]
    if index:
        return lay_over(shipped, await indices_store.values_of(conn, index))
    return lay_over(shipped, await indices_store.every_value(conn))


async def bring_in(
    db: Database, indices: Indices, who: Identity, person: int | None, content: bytes, latest: int,
    *, dry: bool = False,
) -> Brought:  # fmt: skip
    """Write the values of a CSV, or name every fault of it and write nothing.

    `latest` is the last year that a value may be of.
    """
    rows, faults = read_sheet(content, COLUMNS, OPTIONAL)
    if faults:
        return Brought(faults=tuple(faults))
    async with db.transaction(who) as conn:
        await indices_store.lock(conn)
        stands = await standing_points(conn, indices)
        points, faults = read_points(rows, indices, stands.values(), latest)
        if faults:
            return Brought(faults=tuple(faults))
        differing, fresh, unchanged = changed(points, stands)
        done = Brought(len(points), fresh, len(differing) - fresh, unchanged)
        if differing and not dry:
            await indices_store.put(conn, differing, person)
            after = {"rows": done.rows, "fresh": done.fresh, "changed_rows": done.changed}
            names = sorted({point.index for point in differing})
            await audit.record(
                conn, person=person, action="indices brought in", target=" ".join(names), after=after
            )
    return done
