"""Foreseeing what an answer would do to the levels, before anybody gives it."""

import asyncio
from collections.abc import Sequence

import msgspec

from lenmuc.actions.levels import Shift, answers_for, decides, known_of, records, work_out
from lenmuc.core.answers import Target
from lenmuc.core.checklists import Criterion, Scheme
from lenmuc.store import answers as answers_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store.offerings import foresee_levels
from lenmuc.store.queries import Connection


class Effect(msgspec.Struct, frozen=True):
    """What an answer would do: offerings it `reaches`, of which `own` have an answer of their own that stays.

    `rise` of them would reach a higher level with "met", `fall` a lower one with "not met"; both are against
    the levels as they are now, and 0 for a criterion that decides no level. `beside` says the same of the
    other schemes whose levels it decides.
    """

    reaches: int
    own: int = 0
    rise: int = 0
    fall: int = 0
    beside: tuple[Shift, ...] = ()


async def foresee(
    conn: Connection, schemes: Sequence[Scheme], scheme: Scheme, criterion: Criterion, target: Target
) -> Effect:
    """The effect of answering `criterion` of `scheme` at `target`, for somebody who reads all answers there.

    `schemes` are those whose levels are stored, the main one first.
    """
    own = 0
    if target.scope == "service":
        own = await answers_store.count_exceptions(conn, criterion.id, target)
    deciding = [each for each in schemes if decides(each, criterion.id)]
    if not deciding:
        counts = await offerings_store.count_levels(conn, target.agency, target.service)
        return Effect(counts.total, own)
    known = await asyncio.to_thread(known_of, await records(conn, target.service))
    place = (criterion.id, target.agency, target.service)
    others = [given for given in await answers_for(conn, deciding, target) if given[:3] != place]
    reaches = 0
    shifts: dict[str, Shift] = {}
    for each in deciding:
        met, unmet = [
            await foresee_levels(
                conn,
                each.id,
                target,
                await work_out(each, known, [*others, (*place, value)], target),
                main=each is schemes[0],
            )
            for value in ("met", "not_met")
        ]
        reaches = met.reaches
        shifts[each.id] = Shift(each, rose=met.rise, fell=unmet.fall)
    asked = shifts.pop(scheme.id, Shift(scheme))
    return Effect(reaches, own, asked.rose, asked.fell, tuple(shifts.values()))
