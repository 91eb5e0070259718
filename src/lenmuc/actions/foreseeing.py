"""Foreseeing what an answer would do to the levels, before anybody gives it."""

import msgspec

from lenmuc.actions.levels import decides_levels, settled_services
from lenmuc.core.answers import Target
from lenmuc.core.checklists import Criterion, Scheme
from lenmuc.core.readiness import assess_all, layers
from lenmuc.store import answers as answers_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store.queries import Connection


class Effect(msgspec.Struct, frozen=True):
    """What an answer would do: offerings it `reaches`, of which `own` have an answer of their own that stays.

    `rise` of them would reach a higher level with "met", `fall` a lower one with "not met"; both are against
    the levels as they are now, and 0 for a criterion that decides no level.
    """

    reaches: int
    own: int = 0
    rise: int = 0
    fall: int = 0


async def foresee(conn: Connection, scheme: Scheme, criterion: Criterion, target: Target) -> Effect:
    """The effect of answering `criterion` at `target`, for somebody who reads all answers there."""
    own = 0
    if target.scope == "service":
        own = await answers_store.count_exceptions(conn, criterion.id, target)
    if not decides_levels(criterion):
        counts = await offerings_store.count_levels(conn, target.agency, target.service)
        return Effect(counts.total, own)
    rows = await offerings_store.every_offering(conn, target.service, target.agency)
    settled = await settled_services(conn, scheme, target.service)
    values = [
        (row["criterion"], row["agency"], row["service"], row["value"])
        for row in await answers_store.every_value(conn, target.service, target.agency)
    ]
    place = (criterion.id, target.agency, target.service)
    others = [value for value in values if value[:3] != place]
    pairs = [(row["service"], row["agency"]) for row in rows]

    def levels(value: str) -> list[int]:
        given = layers(scheme, [*others, (*place, value)])
        return [result.level for result in assess_all(scheme, pairs, settled, given)]

    now = [row["level"] for row in rows]
    return Effect(
        reaches=len(rows),
        own=own,
        rise=sum(then > level for level, then in zip(now, levels("met"), strict=True)),
        fall=sum(then < level for level, then in zip(now, levels("not_met"), strict=True)),
    )
