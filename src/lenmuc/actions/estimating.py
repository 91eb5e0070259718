"""Estimating: planners, and agencies for their own work, put their figures in place of those of the rules."""

import re

from lenmuc.actions.planning import MOST_MONEY
from lenmuc.core.answers import Identity
from lenmuc.core.checklists import Scheme
from lenmuc.core.errors import N_, Conflict, Fault, NotAllowed, NotFound, Refused, fault
from lenmuc.core.roadmap.inputs import Estimate
from lenmuc.core.text import clean_text, forbidden
from lenmuc.store import audit as audit_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import estimates as estimates_store
from lenmuc.store.database import Database

MOST_DAYS = 10_000.0
MOST_REASON = 1_000
_QUARTER = re.compile(r"[0-9]{4}Q[1-4]")


def faults_of(scheme: Scheme, said: Estimate, reason: str) -> list[Fault]:
    """What is wrong with an estimate; empty when it can be stored."""
    found: list[Fault] = []
    work = next((each.work for each in scheme.criteria if each.id == said.criterion), None)
    if said.days is not None and not 0 <= said.days <= MOST_DAYS:
        found.append(fault("days", N_("Give a number of person-days between 0 and 10,000.")))
    if said.cost is not None and not 0 <= said.cost <= MOST_MONEY:
        found.append(fault("cost", N_("Give an amount in dong, or leave it empty.")))
    for name, quarter in (("earliest", said.earliest), ("latest", said.latest)):
        if quarter and not _QUARTER.fullmatch(quarter):
            found.append(fault(name, N_("Write a quarter as a year and a quarter, such as 2027Q1.")))
    if said.earliest and said.latest and said.earliest > said.latest:
        found.append(fault("latest", N_("The latest quarter lies before the earliest one.")))
    if not reason or len(reason) > MOST_REASON or forbidden(reason):
        found.append(fault("reason", N_("Say why, in at most 1,000 characters: others rely on it.")))
    if work is not None and said.agency and work.at == "platform":
        found.append(fault("agency", N_("This work is done once for the whole city.")))
    if work is not None and said.service and work.at in ("platform", "agency"):
        found.append(fault("service", N_("This work is not done for single services.")))
    return found


async def estimate(
    db: Database, scheme: Scheme, who: Identity, person: int, said: Estimate, reason: str, version: int
) -> None:
    """Say what meeting a criterion takes at a place, knowing its version `version` (0: nothing said yet).

    An estimate without any figure takes back what was said. Raises `NotAllowed`, `Refused`, `NotFound` for a
    criterion without work, an agency or a service that does not exist, `Conflict` when somebody was faster.
    """
    if who.role != "planner" and not (who.role in ("staff", "lead") and said.agency == who.agency):
        raise NotAllowed(N_("Agencies estimate their own work, planners everybody's."))
    if not any(each.id == said.criterion and each.work for each in scheme.criteria):
        raise NotFound(N_("There is no such criterion in this scheme."))
    reason = clean_text(reason)
    found = faults_of(scheme, said, reason)
    if found:
        raise Refused(found)
    async with db.transaction(who) as conn:
        if said.agency and await catalogue_store.find_agency(conn, said.agency) is None:
            raise NotFound(N_("There is no such service or agency."))
        if said.service and await catalogue_store.find_service(conn, said.service) is None:
            raise Refused([fault("service", N_("There is no service with this code."))])
        before = next(
            (
                each
                for each in await estimates_store.current_estimates(conn, said.criterion)
                if (each.agency, each.service) == (said.agency, said.service)
            ),
            None,
        )
        newest = await estimates_store.newest_version(conn, said)
        if newest != version or not await estimates_store.add_estimate(
            conn, said, version + 1, reason, person
        ):
            raise Conflict(
                N_(
                    "Somebody else changed this estimate after you opened it. Nothing of yours was saved: "
                    "look at what is there now and send it again."
                )
            )
        await audit_store.record(
            conn,
            person=person,
            agency=said.agency,
            action="estimate",
            target=said.criterion,
            before=before.plain if before else None,
            after=said,
        )
