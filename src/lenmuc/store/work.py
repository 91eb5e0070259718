"""The services of an agency as work: what each lacks, how far it is assessed, whose it is."""

from collections.abc import Iterable, Sequence

from lenmuc.core.work import WorkRow
from lenmuc.store.queries import Connection, queries

Q = queries("work")
__all__ = ["WorkRow"]


async def work_of(
    conn: Connection, agency: str, asked: Iterable[str], codes: Sequence[str] | None, scheme: str
) -> list[WorkRow]:
    """Every service of an agency: by level from the top, in each the least missing first.

    `asked` are the criteria that are answered for a single service; reviews are about `scheme`.
    `codes` are the services that match, all of them when `None`.
    """
    return await Q.all(conn, "work_of", WorkRow, agency, list(asked), codes, scheme)
