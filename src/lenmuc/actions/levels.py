"""Recomputing levels after answers changed: only what moved is written, with its history."""

import msgspec

from lenmuc.core.answers import Target
from lenmuc.core.checklists import Criterion, Scheme
from lenmuc.core.readiness import ServiceFacts, assess_all, ids, layers, settle
from lenmuc.core.services import facts
from lenmuc.store import answers as answers_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store.queries import Connection


class Moved(msgspec.Struct, frozen=True):
    """What a change did: offerings whose level rose, fell, or whose list of missing criteria changed."""

    rose: int = 0
    fell: int = 0
    touched: int = 0


async def settled_services(conn: Connection, scheme: Scheme, service: str = "") -> dict[str, ServiceFacts]:
    """What the records of all services, or of one, settle by themselves."""
    if service:
        one = await catalogue_store.find_service(conn, service)
        return {one.code: settle(scheme, facts(one))} if one else {}
    return {s.code: settle(scheme, facts(s)) for s in await catalogue_store.all_services(conn)}


async def recompute(conn: Connection, scheme: Scheme, target: Target, cause: str) -> Moved:
    """Bring the levels of every offering that an answer at `target` reaches up to date.

    The transaction must hold `answers_store.lock` for the target, and act for somebody who reads all its answers.
    """
    service, agency = target.service, target.agency
    rows = await offerings_store.every_offering(conn, service, agency)
    settled = await settled_services(conn, scheme, service)
    values = await answers_store.every_value(conn, service, agency)
    given = layers(scheme, [(r["criterion"], r["agency"], r["service"], r["value"]) for r in values])
    found = assess_all(scheme, [(row["service"], row["agency"]) for row in rows], settled, given)
    names: dict[int, tuple[str, ...]] = {}
    moves: list[offerings_store.Move] = []
    for row, result in zip(rows, found, strict=True):
        missing = names.get(result.missing)
        if missing is None:
            missing = names[result.missing] = tuple(ids(scheme, result.missing))
        if row["level"] != result.level or tuple(row["missing"]) != missing:
            moves.append(offerings_store.Move(row["id"], row["level"], result.level, missing))
    await offerings_store.move_levels(conn, scheme.id, moves, cause)
    if any(move.from_level != move.to_level for move in moves):
        await catalogue_store.roll_up_services(conn, service)
    return Moved(
        rose=sum(move.to_level > move.from_level for move in moves),
        fell=sum(move.to_level < move.from_level for move in moves),
        touched=len(moves),
    )


def decides_levels(criterion: Criterion) -> bool:
    """Only defining criteria move a level; duties and readiness criteria are counted beside it."""
    return criterion.role == "defines"
