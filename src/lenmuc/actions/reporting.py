"""Reporting on planned work: who does it, or a planner, says why it is late, or that it is finished."""

import datetime as dt
from typing import cast

from lenmuc.actions.following import Item
from lenmuc.core.answers import Identity
from lenmuc.core.errors import N_, Conflict, NotAllowed, Refused, fault
from lenmuc.core.roadmap.gather import CENTRAL
from lenmuc.core.roadmap.reports import Report, Says, faults_of
from lenmuc.core.text import clean_text
from lenmuc.store import audit as audit_store
from lenmuc.store import work_reports as work_reports_store
from lenmuc.store.database import Database


def may_report(who: Identity, team: str, says: str = "late") -> bool:
    """Who may say something of the work of a team: its own people; planners too, except that it is
    finished unless it is theirs.
    """
    if who.role in ("staff", "lead"):
        return team == who.agency
    return who.role == "planner" and (says != "finished" or team == CENTRAL)


async def report(
    db: Database, who: Identity, person: int, item: Item, says: str, cause: str, text: str, version: int
) -> None:
    """Say something of a planned item, knowing version `version` of what was said (0: nothing yet).

    Raises `NotAllowed`, `Refused`, `Conflict` when somebody was faster.
    """
    line = item.stand.line
    if not may_report(who, line.pool, says):
        raise NotAllowed(N_("Those who do the work say how it goes; a planner says what holds it up."))
    text = clean_text(text)
    cause = cause if says == "late" else ""
    found = faults_of(says, cause, text)
    if says == "late" and item.stand.state in ("met", "verified"):
        found.append(fault("says", N_("The criterion of this work is met, so it is not late.")))
    if found:
        raise Refused(found)
    before = item.history[0] if item.history else None
    said = Report(
        line.id, line.pool, version + 1, cast(Says, says), cause, text, item.roadmap.id,
        item.view.quarters[line.quarter or 0], "", dt.datetime.now(dt.UTC),
    )  # fmt: skip
    async with db.transaction(who) as conn:
        newest = before.version if before else 0
        if newest != version or not await work_reports_store.add_report(conn, said, person):
            raise Conflict(
                N_(
                    "Somebody else reported on this work after you opened it. Nothing of yours was saved: "
                    "look at what is there now and send it again."
                )
            )
        agency = "" if line.pool == CENTRAL else line.pool
        await audit_store.record(
            conn,
            person=person,
            agency=agency,
            action="work reported",
            target=line.id,
            before=_kept(before),
            after=_kept(said),
        )


def _kept(said: Report | None) -> dict[str, str] | None:
    return None if said is None else {"says": said.says, "blocker": said.cause, "text": said.text}
