"""Giving work to somebody of the same agency, or to a planner, and taking it back."""

from lenmuc.core.answers import Identity
from lenmuc.core.errors import N_, Conflict, NotFound, Refused, fault
from lenmuc.store import assignments as assignments_store
from lenmuc.store import audit as audit_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store.assignments import Work
from lenmuc.store.database import Database


def may_assign(who: Identity, work: Work) -> bool:
    """Staff and leads give out the work of their agency, planners that of the portal and of all agencies."""
    return who.role == "planner" if not work.agency else who.of_agency and who.agency == work.agency


async def assign(db: Database, who: Identity, work: Work, person: int | None, version: int) -> None:
    """Give `work` to `person`, or to nobody. `version` is the one that was seen; 0 when it was never given.

    Raises `NotFound` for work that is not there or not one's own to give, `Refused` for somebody who does not
    work there, `Conflict` when somebody else has given it meanwhile. The criterion is known to exist.
    """
    if not may_assign(who, work):
        raise NotFound(N_("There is no such service or agency."))
    async with db.transaction(who) as conn:
        if (
            work.agency
            and work.service
            and await offerings_store.offering_of(conn, work.service, work.agency) is None
        ):
            raise NotFound(N_("There is no such service or agency."))
        people = {each.id for each in await assignments_store.colleagues(conn, work.agency)}
        if person is not None and person not in people:
            raise Refused([fault("person", N_("Choose somebody who works there."))])
        before = await assignments_store.find_assignment(conn, work)
        if not await assignments_store.write_assignment(conn, work, person, int(who.person), version):
            raise Conflict(N_("Somebody else has just given this work to somebody. Look again, then decide."))
        await audit_store.record(
            conn,
            person=int(who.person),
            agency=work.agency,
            action="assignment",
            target=f"{work.criterion} {work.service} {work.agency}".strip(),
            before=before,
            after=await assignments_store.find_assignment(conn, work),
        )
