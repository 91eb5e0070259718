"""What pages and API need to say how far a level was reviewed: today's date here, and the rules."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence

import msgspec

from lenmuc.core.checklists import Scheme
from lenmuc.core.reviews import LevelStatus, ReviewRules, Status, public, shown
from lenmuc.settings import Settings
from lenmuc.store import reviews as reviews_store
from lenmuc.store.queries import Connection
from lenmuc.web.language import HANOI

Place = tuple[str, str]  # a service and an agency
NOT_REVIEWED = LevelStatus()


def today() -> dt.date:
    """The date in Viet Nam."""
    return dt.datetime.now(HANOI).date()


def rules_of(settings: Settings) -> ReviewRules:
    """The rules of this installation."""
    return ReviewRules(settings.review_above, settings.review_months)


async def public_statuses(
    conn: Connection,
    scheme: Scheme,
    settings: Settings,
    *,
    service: str = "",
    agency: str = "",
    ids: Sequence[int] | None = None,
) -> dict[Place, LevelStatus]:
    """(service, agency) -> status as the public reads it; who is missing here is self-assessed."""
    found = await reviews_store.standings(conn, scheme.id, service=service, agency=agency, ids=ids)
    day, rules = today(), rules_of(settings)
    statuses = {place: shown(standing, day, rules) for place, standing in found.items()}
    return {
        place: msgspec.structs.replace(status, status=public(status.status))
        for place, status in statuses.items()
    }


_ORDER: tuple[Status, ...] = ("verified", "submitted", "due", "lapsed", "self_assessed")


def in_words_order(counts: Counter[Status]) -> tuple[tuple[str, int], ...]:
    """Counts by public status, the best first; what none has is left out."""
    return tuple((status, counts[status]) for status in _ORDER if counts.get(status))
