"""The services of an agency as work: what each lacks, how far it is assessed, whose it is."""

from collections.abc import Iterable

from lenmuc.core.work import WorkRow
from lenmuc.store.queries import Connection, queries
from lenmuc.store.search import tsquery

Q = queries("work")
__all__ = ["WorkRow"]


async def work_of(
    conn: Connection, agency: str, asked: Iterable[str], text: str, scheme: str
) -> list[WorkRow]:
    """Every service of an agency: by level from the top, in each the least missing first.

    `asked` are the criteria that are answered for a single service; reviews are about `scheme`.
    """
    return await Q.all(conn, "work_of", WorkRow, agency, list(asked), tsquery(text), scheme)
