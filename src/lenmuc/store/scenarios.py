"""Scenarios: the inputs of a roadmap under a name, to be copied, changed and computed."""

import datetime as dt

import msgspec

from lenmuc.core.roadmap.inputs import PlanRequest
from lenmuc.store.queries import Connection, queries

Q = queries("scenarios")


class Scenario(msgspec.Struct, frozen=True):
    """Named inputs, as somebody last left them. `copy_of` is the scenario it was copied from."""

    id: int
    inputs: PlanRequest
    copy_of: int | None
    version: int
    by: str
    at: dt.datetime


async def add_scenario(conn: Connection, inputs: PlanRequest, person: int, copy_of: int | None = None) -> int:
    """A new scenario; its number."""
    given = msgspec.to_builtins(inputs)
    number = await Q.value(conn, "add_scenario", inputs.name, inputs.agency, given, copy_of, person)
    return int(number)


async def change_scenario(conn: Connection, id: int, inputs: PlanRequest, person: int, version: int) -> bool:
    """Put other inputs in; false when it was changed since `version`."""
    given = msgspec.to_builtins(inputs)
    changed = await Q.run(conn, "change_scenario", id, inputs.name, inputs.agency, given, person, version)
    return changed == 1


async def find_scenario(conn: Connection, id: int) -> Scenario | None:
    """One scenario, or `None`."""
    return await Q.one(conn, "find_scenario", Scenario, id)


async def list_scenarios(conn: Connection) -> list[Scenario]:
    """The scenarios, the last changed first."""
    return await Q.all(conn, "list_scenarios", Scenario)
