"""Recomputing levels after answers changed, by every scheme that is kept: only what moved is written."""

from collections.abc import Iterable, Sequence

import asyncpg
import msgspec

from lenmuc.core.answers import Target
from lenmuc.core.checklists import Criterion, Scheme
from lenmuc.core.readiness import Layers, ServiceFacts, assess_all, ids, layers, settle
from lenmuc.core.services import Service, facts
from lenmuc.store import answers as answers_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store import standings as standings_store
from lenmuc.store.offerings import Move
from lenmuc.store.queries import Connection


class Shift(msgspec.Struct, frozen=True):
    """What a change did by one scheme: offerings whose level rose, fell, or whose missing criteria changed.

    `before` and `after` are the levels where one offering alone moved.
    """

    scheme: Scheme
    rose: int = 0
    fell: int = 0
    touched: int = 0
    before: int | None = None
    after: int | None = None


class Moved(msgspec.Struct, frozen=True):
    """What a change did by the main scheme, and by those beside it whose levels it decides."""

    main: Shift
    beside: tuple[Shift, ...] = ()

    def by(self, scheme: Scheme) -> Shift:
        """What it did by this scheme."""
        return next((shift for shift in (self.main, *self.beside) if shift.scheme is scheme), Shift(scheme))


async def _records(conn: Connection, service: str) -> list[Service]:
    if not service:
        return await catalogue_store.all_services(conn)
    one = await catalogue_store.find_service(conn, service)
    return [one] if one else []


def _settled(scheme: Scheme, services: Iterable[Service]) -> dict[str, ServiceFacts]:
    return {service.code: settle(scheme, facts(service)) for service in services}


async def settled_services(conn: Connection, scheme: Scheme, service: str = "") -> dict[str, ServiceFacts]:
    """What the records of all services, or of one, settle by themselves."""
    return _settled(scheme, await _records(conn, service))


async def rows_of(
    conn: Connection, main: Scheme, scheme: Scheme, target: Target
) -> Sequence[asyncpg.Record]:
    """(id, service, agency, level, missing) by `scheme` of every offering that `target` reaches."""
    if scheme is main:
        return await offerings_store.every_offering(conn, target.service, target.agency)
    return await standings_store.every_standing(conn, scheme.id, target.service, target.agency)


def _moves(
    scheme: Scheme, rows: Sequence[asyncpg.Record], settled: dict[str, ServiceFacts], given: Layers
) -> list[Move]:
    found = assess_all(scheme, [(row["service"], row["agency"]) for row in rows], settled, given)
    names: dict[int, tuple[str, ...]] = {}
    moves: list[Move] = []
    for row, result in zip(rows, found, strict=True):
        missing = names.get(result.missing)
        if missing is None:
            missing = names[result.missing] = tuple(ids(scheme, result.missing))
        if row["level"] != result.level or tuple(row["missing"]) != missing:
            moves.append(Move(row["id"], row["level"], result.level, missing))
    return moves


def _shift(scheme: Scheme, moves: Sequence[Move]) -> Shift:
    known = [(move.from_level, move.to_level) for move in moves if move.from_level is not None]
    one = known[0] if len(known) == 1 else (None, None)
    return Shift(
        scheme,
        sum(after > before for before, after in known),
        sum(after < before for before, after in known),
        len(moves),
        *one,
    )


async def recompute(
    conn: Connection, schemes: Sequence[Scheme], target: Target, cause: str, criterion: str = ""
) -> Moved:
    """Bring the levels of every offering that an answer at `target` reaches up to date, by every scheme.

    The first of `schemes` is the main one. With `criterion`, the schemes whose levels it decides are enough.
    The transaction must hold `answers_store.lock` for the target, and act for somebody who reads all its
    answers.
    """
    main = schemes[0]
    wanted = [scheme for scheme in schemes if not criterion or decides(scheme, criterion)]
    if not wanted:
        return Moved(Shift(main))
    services = await _records(conn, target.service)
    values = await answers_store.every_value(conn, target.service, target.agency)
    answers = [(row["criterion"], row["agency"], row["service"], row["value"]) for row in values]
    shifts: dict[str, Shift] = {}
    for scheme in wanted:
        rows = await rows_of(conn, main, scheme, target)
        moves = _moves(scheme, rows, _settled(scheme, services), layers(scheme, answers))
        if scheme is main:
            await offerings_store.move_levels(conn, scheme.id, moves, cause)
            if any(move.from_level != move.to_level for move in moves):
                await catalogue_store.roll_up_services(conn, target.service)
        else:
            await standings_store.move_standings(conn, scheme.id, moves, cause)
        shifts[scheme.id] = _shift(scheme, moves)
    return Moved(shifts.pop(main.id, Shift(main)), tuple(shifts.values()))


def decides_levels(criterion: Criterion) -> bool:
    """Only defining criteria move a level; duties and readiness criteria are counted beside it."""
    return criterion.role == "defines"


def decides(scheme: Scheme, criterion: str) -> bool:
    """Whether the criterion of this id moves levels of the scheme."""
    return criterion in scheme.index and decides_levels(scheme.criterion(criterion))
