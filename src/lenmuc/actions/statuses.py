"""Where each review stands today, and what a new load of the catalogue does to it."""

import datetime as dt
from collections.abc import Mapping

from lenmuc.core.checklists import Scheme
from lenmuc.core.readiness import ServiceFacts, settle
from lenmuc.core.reviews import ReviewRules, Status, facts_touch, status
from lenmuc.core.services import facts
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import reviews as reviews_store
from lenmuc.store.queries import Connection


async def statuses(
    conn: Connection,
    scheme: Scheme,
    today: dt.date,
    rules: ReviewRules,
    *,
    service: str = "",
    agency: str = "",
) -> dict[tuple[str, str], Status]:
    """(service, agency) -> status, of what has a review; everything else is self-assessed."""
    found = await reviews_store.standings(conn, scheme.id, service=service, agency=agency)
    return {place: status(standing, today, rules) for place, standing in found.items()}


async def settled_reviews(conn: Connection, scheme: Scheme) -> dict[str, ServiceFacts]:
    """What the records of reviewed services settle, to be compared after another load of the catalogue."""
    codes = await reviews_store.reviewed_services(conn, scheme.id)
    if not codes:
        return {}
    return {
        code: settle(scheme, facts(s))
        for code, s in (await catalogue_store.some_services(conn, codes)).items()
    }


async def note_changed_facts(conn: Connection, scheme: Scheme, before: Mapping[str, ServiceFacts]) -> int:
    """After a load: reviews whose record changed under them are due; how many."""
    after = await settled_reviews(conn, scheme)
    moved = [code for code, was in before.items() if code in after and after[code] != was]
    if not moved:
        return 0
    touched = [
        row["id"]
        for row in await reviews_store.resting_on_facts(conn, scheme.id, moved)
        if facts_touch(scheme, row["rests_on"], before[row["service"]], after[row["service"]])
    ]
    return await reviews_store.facts_changed(conn, touched)
