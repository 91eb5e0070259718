"""Plans of inspections: what was drawn, what became of each visit, what was found."""

import datetime as dt

import msgspec

from lenmuc.core.sampling import Asked, Draw, Place
from lenmuc.core.suspicions import Reason
from lenmuc.store.queries import Connection, queries

Q = queries("inspections")


class Plan(msgspec.Struct, frozen=True):
    """A plan with what it was drawn from; see `core.sampling.Asked` and `Draw`."""

    id: int
    name: str
    agency: str
    first_quarter: str
    quarters: int
    visits: int
    controls: int
    most: int
    seed: str
    frame: int
    suspected: int
    digest: str
    by: str
    at: dt.datetime


class PlanLine(msgspec.Struct, frozen=True):
    """A plan in a list, with its visits and how many of them took place."""

    id: int
    name: str
    agency: str
    first_quarter: str
    quarters: int
    by: str
    at: dt.datetime
    planned: int
    visited: int


class Visit(msgspec.Struct, frozen=True):
    """A visit as it was drawn (levels and filings are of that day) and what became of it.

    `quarter` counts from 0, `place` is the order of the draw; `by` and `at` are of the last change.
    """

    id: int
    plan: int
    agency: str
    service: str
    quarter: int
    place: int
    control: bool
    reasons: tuple[Reason, ...]
    weight: int
    criteria: tuple[str, ...]
    filings: int | None
    level: int
    declared: int | None
    state: str
    day: dt.date | None
    note: str
    version: int
    by: str
    at: dt.datetime
    service_name: str
    service_name_en: str
    agency_name: str
    agency_name_en: str
    illustrative: bool


class FindingRow(msgspec.Struct, frozen=True):
    """What was found at a criterion, last; `comment` is where the agency reads it, `person` who wrote it."""

    id: int
    visit: int
    criterion: str
    holds: bool
    text: str
    by: str
    at: dt.datetime
    comment: int
    person: int
    answered: bool


async def places(conn: Connection, agency: str) -> list[Place]:
    """Everything that may be drawn: each service at one agency, or at every agency."""
    return await Q.all(conn, "places", Place, agency)


async def add_plan(conn: Connection, asked: Asked, drawn: Draw, person: int) -> int:
    """Store a plan with its visits; its number."""
    number = await Q.value(
        conn, "add_plan", asked.name, asked.agency, asked.first_quarter, asked.quarters, asked.visits,
        asked.controls, asked.most, asked.seed, drawn.frame, drawn.suspected, drawn.digest, person,
    )  # fmt: skip
    for at, one in enumerate(drawn.visits):
        place = one.place
        await Q.run(
            conn, "add_visit", number, place.agency, place.service, one.quarter, at, one.control,
            list(one.reasons), one.weight, list(one.criteria), place.filings, place.level, place.declared,
        )  # fmt: skip
    return int(number)


async def find_plan(conn: Connection, id: int) -> Plan | None:
    """The plan with this number."""
    return await Q.one(conn, "find_plan", Plan, id)


async def list_plans(conn: Connection) -> list[PlanLine]:
    """The plans, the last one first."""
    return await Q.all(conn, "list_plans", PlanLine)


async def visits_of(conn: Connection, plan: int, visit: int | None = None) -> list[Visit]:
    """The visits of a plan by quarter, in the order in which they were drawn; or the one with that number."""
    return await Q.all(conn, "visits_of", Visit, plan, visit)


async def change_visit(
    conn: Connection, id: int, version: int, state: str, day: dt.date | None, note: str, person: int
) -> bool:
    """Say what became of a visit; false when it was changed since `version`."""
    return await Q.run(conn, "change_visit", id, version, state, day, note, person) == 1


async def findings_of(conn: Connection, plan: int) -> list[FindingRow]:
    """What counts of what was found at the visits of a plan, by visit and criterion."""
    return await Q.all(conn, "findings_of", FindingRow, plan)


async def add_finding(
    conn: Connection, visit: Visit, criterion: str, holds: bool, comment: int, person: int
) -> None:
    """Store what was found at a criterion, and the comment that says it."""
    await Q.run(conn, "add_finding", visit.id, visit.agency, criterion, holds, comment, person)


async def doubt_reviews(conn: Connection, visit: Visit, criterion: str, today: dt.date) -> None:
    """Every review of the place that rests on the criterion: a verification is due from today."""
    await Q.run(conn, "doubt_reviews", visit.agency, visit.service, criterion, today)
