"""Filings by quarter: bringing a file of counts in, whole or not at all, and what follows from it."""

import asyncio
import datetime as dt

from lenmuc.actions.brought import Brought
from lenmuc.core.counts import COLUMNS, OPTIONAL, changed, read_counts
from lenmuc.core.services import has_fee
from lenmuc.core.sheets import read_sheet
from lenmuc.store import audit
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import counts as counts_store
from lenmuc.store.database import PROGRAM, Database

MOST_BYTES = 25 * 1024 * 1024


async def bring_in(
    db: Database, person: int | None, content: bytes, today: dt.date, *, dry: bool = False
) -> Brought:
    """Write the counts of a CSV, or name every fault of it and write nothing.

    It acts as the program, because the filings of offerings and the levels in use follow; whoever calls it
    has made sure that `person` may.
    """
    rows, faults = await asyncio.to_thread(read_sheet, content, COLUMNS, OPTIONAL)
    if faults:
        return Brought(faults=tuple(faults))
    async with db.transaction(PROGRAM) as conn:
        await counts_store.lock(conn)
        offered = await counts_store.offered(conn)
        services = await catalogue_store.all_services(conn)
        free = {service.code for service in services if has_fee(service) is False}
        counts, faults = await asyncio.to_thread(read_counts, rows, offered, free, today)
        if faults:
            return Brought(faults=tuple(faults))
        stands = await counts_store.counts_of(conn, {count.quarter for count in counts})
        differing, fresh, unchanged = changed(counts, stands)
        done = Brought(len(counts), fresh, len(differing) - fresh, unchanged)
        if differing and not dry:
            await counts_store.put(conn, differing, person)
            await catalogue_store.roll_up_services(conn)
            after = {"rows": done.rows, "fresh": done.fresh, "changed_rows": done.changed}
            await audit.record(conn, person=person, action="counts brought in", target="filings", after=after)
    return done
