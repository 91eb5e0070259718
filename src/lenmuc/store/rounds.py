"""Assessment rounds: who takes part, what was confirmed, how far each agency is."""

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec

from lenmuc.core.rounds import Left, Notice, Progress, Round, RoundForm
from lenmuc.store.queries import Connection, queries

Q = queries("rounds")


class Asked(msgspec.Struct, frozen=True):
    """What a round asks: the criteria of its scheme, and "criterion service" pairs that a record makes void.

    `own` are the criteria that an agency answers once, `each` those that it answers service by service;
    `main`: it is the scheme whose levels the offerings carry.
    """

    criteria: tuple[str, ...]
    own: tuple[str, ...]
    each: tuple[str, ...]
    main: bool
    void: tuple[str, ...] = ()


class AgencyProgress(msgspec.Struct, frozen=True):
    """How far an agency was when the round was closed."""

    agency: str
    unseen: int
    confirmed: int
    changed: int
    fresh: int
    unanswered: int

    @property
    def progress(self) -> Progress:
        """The counts alone."""
        return Progress(self.unseen, self.confirmed, self.changed, self.fresh, self.unanswered)


class State(msgspec.Struct, frozen=True):
    """How many answers of an agency are in one state: unseen, confirmed, changed or fresh."""

    agency: str
    state: str
    answers: int


class Count(msgspec.Struct, frozen=True):
    """How many criteria of an agency have no answer."""

    agency: str
    criteria: int


class Pair(msgspec.Struct, frozen=True):
    """A criterion that somebody has answered for a service."""

    criterion: str
    service: str


async def add_round(conn: Connection, form: RoundForm, person: int) -> int:
    """A new round without agencies; its number."""
    number = await Q.value(conn, "add_round", form.name, form.scheme, form.opens, form.due, person)
    return int(number)


async def add_agencies(
    conn: Connection, round: int, tier: str | None, codes: Sequence[str] | None, day: dt.date
) -> int:
    """Let agencies take part that offer something: all, of a tier, or with these codes; how many."""
    return await Q.run(conn, "add_agencies", round, tier, codes, day)


async def change_round(conn: Connection, id: int, name: str, due: dt.date, version: int) -> bool:
    """Another name or last day; false when it was changed since `version`, or closed."""
    return await Q.run(conn, "change_round", id, name, due, version) == 1


async def list_rounds(conn: Connection) -> list[Round]:
    """Every round, the one that opens last first; an agency's staff see those that it takes part in."""
    return await Q.all(conn, "list_rounds", Round, None)


async def find_round(conn: Connection, id: int) -> Round | None:
    """One round, or `None`."""
    return await Q.one(conn, "list_rounds", Round, id)


async def takes_part(conn: Connection, id: int, agency: str) -> bool:
    """Whether an agency is in the round."""
    return bool(await Q.value(conn, "takes_part", id, agency))


async def answered_pairs(conn: Connection, id: int, agency: str = "") -> list[Pair]:
    """What the agencies of a round, or one of them, have answered service by service."""
    return await Q.all(conn, "answered_pairs", Pair, id, agency or None)


async def progress(conn: Connection, id: int, asked: Asked, agency: str = "") -> dict[str, Progress]:
    """How far each agency is, or one alone, counted now."""
    states = await Q.all(conn, "states", State, id, asked.criteria, asked.void, agency or None)
    bare = await Q.all(conn, "unanswered", Count, id, asked.each, asked.own, asked.main, agency or None)
    counts: dict[str, dict[str, int]] = {one.agency: {"unanswered": one.criteria} for one in bare}
    for one in states:
        counts.setdefault(one.agency, {})[one.state] = one.answers
    return {code: Progress(**found) for code, found in counts.items()}


async def frozen_progress(conn: Connection, id: int, agency: str = "") -> dict[str, Progress]:
    """How far each agency was when the round was closed."""
    rows = await Q.all(conn, "frozen", AgencyProgress, id, agency or None)
    return {row.agency: row.progress for row in rows}


async def left(
    conn: Connection, id: int, asked: Asked, agency: str, service: str | None = None
) -> list[Left]:
    """The answers of an agency that nobody has confirmed or changed; of one service, or of all."""
    return await Q.all(conn, "left_of", Left, id, asked.criteria, asked.void, agency, service)


async def agencies_left(conn: Connection, id: int, asked: Asked) -> list[str]:
    """The agencies that have answers which nobody has confirmed or changed."""
    rows = await Q.rows(conn, "agencies_left", id, asked.criteria, asked.void)
    return [row["agency"] for row in rows]


async def lock(conn: Connection, id: int, *, alone: bool) -> None:
    """Who closes a round waits for whoever confirms in it, and the other way round."""
    await Q.rows(conn, "lock_alone" if alone else "lock_shared", id)


async def confirm(conn: Connection, id: int, agency: str, chosen: Sequence[Left], person: int) -> int:
    """Note that these answers stay as they are; how many still were what was seen."""
    columns = ([c.service for c in chosen], [c.criterion for c in chosen], [c.version for c in chosen])
    return await Q.run(conn, "confirm", id, agency, *columns, person)


async def close(conn: Connection, id: int, found: Mapping[str, Progress], person: int, version: int) -> bool:
    """Close a round with the counts that stay; false when it was changed since `version`, or closed."""
    if await Q.run(conn, "close", id, person, version) != 1:
        return False
    rows = [(code, *msgspec.structs.astuple(progress)) for code, progress in found.items()]
    await Q.run(conn, "freeze", id, *(list(column) for column in zip(*rows, strict=True)))
    return True


async def running(conn: Connection, today: dt.date) -> list[Round]:
    """The rounds that have begun, whose last day has not passed, and that nobody has closed."""
    return await Q.all(conn, "running", Round, today)


async def agencies_of(conn: Connection, id: int) -> list[str]:
    """The agencies that take part."""
    return [row["agency"] for row in await Q.rows(conn, "agencies_of", id)]


async def note_reminded(conn: Connection, id: int, agency: str, kind: Notice) -> bool:
    """An agency is reminded now; false when that was done."""
    return await Q.run(conn, "note_reminded", id, agency, kind) == 1
