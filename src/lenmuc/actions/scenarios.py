"""Scenarios: kept, copied, changed one thing at a time, by planners only."""

import msgspec

from lenmuc.actions.planning import faults_of
from lenmuc.core.answers import Identity
from lenmuc.core.errors import N_, Conflict, NotAllowed, NotFound, Refused
from lenmuc.core.roadmap.inputs import PlanRequest
from lenmuc.core.text import clean_line
from lenmuc.store import audit as audit_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import scenarios as scenarios_store
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection
from lenmuc.store.scenarios import Scenario


def _planner(who: Identity) -> None:
    if who.role != "planner":
        raise NotAllowed(N_("Only planners change scenarios."))


async def _checked(conn: Connection, inputs: PlanRequest) -> PlanRequest:
    inputs = msgspec.structs.replace(inputs, name=clean_line(inputs.name))
    found = faults_of(inputs)
    if found:
        raise Refused(found)
    if inputs.agency and await catalogue_store.find_agency(conn, inputs.agency) is None:
        raise NotFound(N_("There is no such service or agency."))
    return inputs


async def read_scenario(db: Database, who: Identity, id: int) -> Scenario:
    """One scenario. Raises `NotFound`."""
    async with db.transaction(who, read_only=True) as conn:
        found = await scenarios_store.find_scenario(conn, id)
    if found is None:
        raise NotFound(N_("There is no such scenario."))
    return found


async def add_scenario(
    db: Database, who: Identity, person: int, inputs: PlanRequest, copy_of: int | None = None
) -> int:
    """Keep inputs under their name; the number. Raises `NotAllowed`, `Refused`, or `NotFound`."""
    _planner(who)
    async with db.transaction(who) as conn:
        inputs = await _checked(conn, inputs)
        number = await scenarios_store.add_scenario(conn, inputs, person, copy_of)
        await audit_store.record(
            conn, person=person, agency=inputs.agency, action="scenario", target=str(number), after=inputs
        )
    return number


async def change_scenario(
    db: Database, who: Identity, person: int, before: Scenario, inputs: PlanRequest, version: int
) -> None:
    """Put other inputs into a scenario that was read as `version`.

    Raises `NotAllowed`, `Refused` with the fields, `NotFound`, or `Conflict` when somebody was faster.
    """
    _planner(who)
    async with db.transaction(who) as conn:
        inputs = await _checked(conn, inputs)
        if not await scenarios_store.change_scenario(conn, before.id, inputs, person, version):
            raise Conflict(
                N_(
                    "Somebody else changed this scenario after you opened it. Nothing of yours was saved: "
                    "look at what is there now and send it again."
                )
            )
        await audit_store.record(
            conn,
            person=person,
            agency=inputs.agency,
            action="scenario",
            target=str(before.id),
            before=before.inputs,
            after=inputs,
        )
