"""What may be suspicious, read where it stands; `core.suspicions` says what is."""

import datetime as dt

from lenmuc.core.checklists import Scheme
from lenmuc.core.suspicions import NO_ROUND_DAYS, Copy, Quiet, Rise, Suspect, Void
from lenmuc.core.suspicions import suspects as judged
from lenmuc.store.queries import Connection, queries

Q = queries("suspicions")
HANOI = dt.timezone(dt.timedelta(hours=7))


async def suspects(conn: Connection, scheme: Scheme, today: dt.date) -> list[Suspect]:
    """Everything worth a second look by the main scheme, the most filed first.

    The transaction has to act for somebody who reads all answers and the audit log.
    """
    began = dt.datetime.combine(today - dt.timedelta(days=NO_ROUND_DAYS), dt.time(), HANOI)
    defining = [c.id for c in scheme.criteria if c.role == "defines"]
    return judged(
        voids=await Q.all(conn, "voids", Void, began),
        rises=await Q.all(conn, "rises", Rise, scheme.id, began, defining),
        copies=await Q.all(conn, "copies", Copy),
        quiets=await Q.all(conn, "quiets", Quiet),
    )
