"""Whose work it is: a service at an agency or everywhere, a criterion of an agency or of the portal."""

import datetime as dt

import msgspec

from lenmuc.store.queries import Connection, queries

Q = queries("assignments")


class Work(msgspec.Struct, frozen=True):
    """What can be given to somebody: `service` or `criterion` is set; for planners `agency` is empty."""

    agency: str = ""
    service: str = ""
    criterion: str = ""


class Assignment(msgspec.Struct, frozen=True):
    """Whose work it is, given by whom and when. `person` is `None` while it is nobody's.

    `here`: the person still works there, and can do it.
    """

    agency: str
    service: str
    criterion: str
    version: int
    person: int | None
    name: str
    here: bool
    by: str
    at: dt.datetime


class Colleague(msgspec.Struct, frozen=True):
    """Somebody to whom work can be given."""

    id: int
    name: str


async def find_assignment(conn: Connection, work: Work) -> Assignment | None:
    """Whose work it is; `None` when it was never given to anybody."""
    return await Q.one(conn, "find_assignment", Assignment, work.agency, work.service, work.criterion)


async def colleagues(conn: Connection, agency: str) -> list[Colleague]:
    """The people of an agency, or the planners, by name."""
    return await Q.all(conn, "colleagues", Colleague, agency)


async def write_assignment(conn: Connection, work: Work, person: int | None, by: int, version: int) -> bool:
    """Give work to somebody, or to nobody; false when it changed since `version` (0: never given)."""
    place = (work.agency, work.service, work.criterion, person, by)
    if version == 0:
        return await Q.run(conn, "first_assignment", *place) == 1
    return await Q.run(conn, "change_assignment", *place, version) == 1


async def criteria_given(conn: Connection, agency: str) -> dict[str, str]:
    """Who has which criterion of an agency, or of the portal: names by criterion."""
    return {row["criterion"]: row["name"] for row in await Q.rows(conn, "criteria_given", agency)}
