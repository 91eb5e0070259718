"""Programmes and their targets, as planners last left them."""

import datetime as dt

import msgspec

from lenmuc.core.programme_forms import ProgrammeSaid, TargetSaid
from lenmuc.core.programmes import Counted, Goal, Sense, Tier, Unit
from lenmuc.store.queries import Connection, queries

Q = queries("programmes")


class Programme(msgspec.Struct, frozen=True):
    """A programme. `basis` names the documents it rests on; the last day counts; `by` changed it last."""

    id: int
    name: str
    name_en: str
    basis: str
    first_day: dt.date
    last_day: dt.date
    published: bool
    version: int
    by: str
    at: dt.datetime


class Target(msgspec.Struct, frozen=True):
    """A target of a programme: see `core.programme_forms.TargetSaid`."""

    id: int
    programme: int
    name: str
    name_en: str
    library: str
    figure: str
    counted: Counted
    sense: Sense
    unit: Unit
    amount: float
    due: dt.date
    tier: Tier
    agency: str
    agency_name: str
    agency_name_en: str
    document: str
    version: int
    withdrawn: dt.datetime | None

    @property
    def goal(self) -> Goal:
        """What it wants."""
        return Goal(self.sense, self.unit, self.amount, self.counted)


class Reached(msgspec.Struct, frozen=True):
    """Services at a level or above at some moment, and their filings; what came later is not among them."""

    services: int
    filings: int


async def add_programme(conn: Connection, said: ProgrammeSaid, person: int) -> int:
    """A new programme, not published; its number."""
    fields = (said.name, said.name_en, said.basis, said.first_day, said.last_day)
    return int(await Q.value(conn, "add_programme", *fields, person))


async def change_programme(conn: Connection, id: int, said: ProgrammeSaid, person: int, version: int) -> bool:
    """Word it anew; false when it was changed since `version`."""
    fields = (said.name, said.name_en, said.basis, said.first_day, said.last_day)
    return await Q.run(conn, "change_programme", id, *fields, person, version) == 1


async def publish_programme(conn: Connection, id: int, published: bool, person: int, version: int) -> bool:
    """Show it to the public, or take it back; false when it was changed since `version`."""
    return await Q.run(conn, "publish_programme", id, published, person, version) == 1


async def find_programme(conn: Connection, id: int) -> Programme | None:
    """The programme with this number, if the one who asks may see it."""
    return await Q.one(conn, "find_programme", Programme, id)


async def list_programmes(conn: Connection) -> list[Programme]:
    """Those that the one who asks may see, the latest term first."""
    return await Q.all(conn, "list_programmes", Programme)


def _fields(said: TargetSaid) -> tuple[object, ...]:
    return (
        said.name, said.name_en, said.library, said.figure, said.counted, said.sense, said.unit, said.amount,
        said.due, said.tier, said.agency, said.document,
    )  # fmt: skip


async def add_target(conn: Connection, programme: int, said: TargetSaid, person: int) -> int:
    """A new target; its number."""
    return int(await Q.value(conn, "add_target", programme, *_fields(said), person))


async def change_target(conn: Connection, id: int, said: TargetSaid, person: int, version: int) -> bool:
    """Set it anew; false when it was changed or withdrawn since `version`."""
    return await Q.run(conn, "change_target", id, *_fields(said), person, version) == 1


async def withdraw_target(conn: Connection, id: int, person: int, version: int) -> bool:
    """End it: it counts no more, and stays in the history; false when it was changed since `version`."""
    return await Q.run(conn, "withdraw_target", id, person, version) == 1


async def find_target(conn: Connection, id: int) -> Target | None:
    """The target with this number, if the one who asks may see it."""
    return await Q.one(conn, "find_target", Target, id)


async def list_targets(conn: Connection, moment: dt.datetime, programme: int | None = None) -> list[Target]:
    """The targets that stood at a moment, of one programme or of all, the first due first."""
    return await Q.all(conn, "list_targets", Target, programme, moment)


async def reached_at(
    conn: Connection, level: int, scheme: str, at: dt.datetime, agency: str = "", tier: str = ""
) -> Reached:
    """What the city, a tier or an agency had at a level or above at a moment."""
    found = await Q.one(conn, "reached_at", Reached, level, scheme, at, agency, tier)
    return found or Reached(0, 0)
