"""Recomputing levels after answers changed, by every scheme that is kept: only what moved is written."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

import msgspec

from lenmuc.core.answers import Target
from lenmuc.core.checklists import Criterion, Facts, Scheme
from lenmuc.core.readiness import Outcomes, Readiness, ServiceFacts, ids, layers, outcomes, settle_all
from lenmuc.core.services import Service, facts
from lenmuc.store import answers as answers_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store.offerings import Levels
from lenmuc.store.queries import Connection

Known = Sequence[tuple[str, Facts]]  # the facts of services by code
Given = tuple[str, str, str, str]  # criterion, agency, service, value
Progress = Callable[[int, int], None]


def unseen(done: int, of: int) -> None:
    """Progress that nobody looks at."""


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


async def records(conn: Connection, service: str) -> list[Service]:
    """The records of all services, or of one."""
    if not service:
        return await catalogue_store.all_services(conn)
    one = await catalogue_store.find_service(conn, service)
    return [one] if one else []


def _settled(scheme: Scheme, services: Iterable[Service]) -> dict[str, ServiceFacts]:
    return settle_all(scheme, ((service.code, facts(service)) for service in services))


async def settled_services(conn: Connection, scheme: Scheme, service: str = "") -> dict[str, ServiceFacts]:
    """What the records of all services, or of one, settle by themselves."""
    return _settled(scheme, await records(conn, service))


def _columns(scheme: Scheme, found: Outcomes) -> Levels:
    places: dict[tuple[int, int], int] = {}

    def place(result: Readiness) -> int:
        return places.setdefault((result.level, result.missing), len(places))

    usual = [place(result) for result in found.usual.values()]
    own = [place(result) for result in found.own.values()]
    return Levels(
        [level for level, _ in places],
        ["{" + ",".join(ids(scheme, missing)) + "}" for _, missing in places],
        list(found.usual),
        usual,
        [service for service, _ in found.own],
        [agency for _, agency in found.own],
        own,
    )


def _worked_out(scheme: Scheme, known: Known, answers: Sequence[Given]) -> Levels:
    return _columns(scheme, outcomes(scheme, settle_all(scheme, known), layers(scheme, answers)))


def known_of(services: Iterable[Service]) -> Known:
    """What the records of these services say, for any scheme."""
    return [(service.code, facts(service)) for service in services]


async def work_out(scheme: Scheme, known: Known, answers: Sequence[Given], target: Target) -> Levels:
    """The levels of all that `target` reaches, from the records and the answers. What takes long is done in
    a thread, so that others are served meanwhile.
    """
    if target.scope == "offering":
        return _worked_out(scheme, known, answers)
    return await asyncio.to_thread(_worked_out, scheme, known, answers)


async def answers_for(conn: Connection, schemes: Iterable[Scheme], target: Target) -> list[Given]:
    """The answers that reach the offerings of `target` and decide levels by one of the schemes."""
    criteria = sorted({c.id for scheme in schemes for c in scheme.criteria if decides_levels(c)})
    rows = await answers_store.every_value(conn, target.service, target.agency, criteria)
    return [(row["criterion"], row["agency"], row["service"], row["value"]) for row in rows]


async def recompute(
    conn: Connection,
    schemes: Sequence[Scheme],
    target: Target,
    cause: str,
    criterion: str = "",
    progress: Progress = unseen,
    only: Sequence[Service] | None = None,
) -> Moved:
    """Bring the levels of every offering that an answer at `target` reaches up to date, by every scheme.

    The first of `schemes` is the main one. With `criterion`, the schemes whose levels it decides are enough.
    The transaction must hold `answers_store.lock` for the target, and act for somebody who reads all its
    answers. `progress` is told how many schemes are done, and of how many. `only`: the records of these
    services alone have changed.
    """
    main = schemes[0]
    wanted = [scheme for scheme in schemes if not criterion or decides(scheme, criterion)]
    if not wanted:
        return Moved(Shift(main))
    progress(0, len(wanted))
    services = await records(conn, target.service) if only is None else only
    answers = await answers_for(conn, wanted, target)
    known = known_of(services) if target.service else await asyncio.to_thread(known_of, services)
    shifts: dict[str, Shift] = {}
    for done, scheme in enumerate(wanted, start=1):
        levels = await work_out(scheme, known, answers, target)
        moved = await offerings_store.move_levels(conn, scheme.id, target, levels, cause, main=scheme is main)
        if scheme is main and (moved.rose or moved.fell):
            await catalogue_store.roll_up_services(conn, target.service)
        shifts[scheme.id] = Shift(scheme, moved.rose, moved.fell, moved.touched, moved.before, moved.after)
        progress(done, len(wanted))
    return Moved(shifts.pop(main.id, Shift(main)), tuple(shifts.values()))


def decides_levels(criterion: Criterion) -> bool:
    """Only defining criteria move a level; duties and readiness criteria are counted beside it."""
    return criterion.role == "defines"


def decides(scheme: Scheme, criterion: str) -> bool:
    """Whether the criterion of this id moves levels of the scheme."""
    return criterion in scheme.index and decides_levels(scheme.criterion(criterion))
