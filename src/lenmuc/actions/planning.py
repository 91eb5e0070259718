"""Planning: what may be asked of a roadmap, and its life from being asked for to being approved."""

from collections.abc import Iterator

import msgspec

from lenmuc.core.answers import Identity
from lenmuc.core.checklists import Scheme
from lenmuc.core.errors import N_, Fault, NotAllowed, NotFound, Refused, fault
from lenmuc.core.roadmap.gather import PlanSettings
from lenmuc.core.roadmap.inputs import PlanRequest
from lenmuc.core.text import clean_line, forbidden
from lenmuc.store import audit as audit_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store.database import PROGRAM, Database

ABANDONED = N_("The program stopped while this roadmap was being computed. Compute it again.")
SILENCE = 30.0  # seconds without a sign of life after which nobody computes it any more
_GAP = 0.01
MOST_QUARTERS = 20
MOST_DAYS = 1_000_000.0
LONGEST_NAME = 200  # characters
MOST_MONEY = 1e15
_BAD_DAYS = N_("Give a number of person-days between 0 and 1,000,000.")
_BAD_PERCENT = N_("Give a number of per cent between 0 and 100.")
_WRONG_COUNT = N_(
    "Give one number for all quarters, or %(wanted)s numbers, one for each quarter of this scenario."
)
_NOT_IN_PLAN = N_("Choose a quarter of this scenario.")


def quarters_from(first: str, count: int) -> tuple[str, ...]:
    """`count` quarters from one like 2027Q1 on. Raises `ValueError` for anything else."""
    year, quarter = int(first[:4]), int(first[5:])
    if len(first) != 6 or first[4] != "Q" or not 1 <= quarter <= 4:
        raise ValueError(first)
    return tuple(f"{year + (quarter - 1 + n) // 4}Q{(quarter - 1 + n) % 4 + 1}" for n in range(count))


def faults_of(request: PlanRequest) -> list[Fault]:
    """What is wrong with a request; empty when it can be planned."""
    found: list[Fault] = []
    if not 1 <= len(request.name) <= LONGEST_NAME or forbidden(request.name):
        found.append(fault("name", N_("Give the roadmap a name of at most 200 characters.")))
    if not 1 <= request.quarters <= MOST_QUARTERS:
        found.append(fault("quarters", N_("Choose between 1 and %(most)s quarters."), most=MOST_QUARTERS))
    else:
        try:
            quarters_from(request.first_quarter, 1)
        except ValueError:
            found.append(
                fault("first_quarter", N_("Write the first quarter as a year and a quarter, such as 2027Q1."))
            )
    for name in ("central_days", "body_days", "ward_days"):
        if not 0 <= getattr(request, name) <= MOST_DAYS:
            found.append(fault(name, _BAD_DAYS))
    if request.budget is not None and not 0 <= request.budget <= MOST_MONEY:
        found.append(fault("budget", N_("Give an amount in dong, or leave it empty for no limit.")))
    if not 1 <= request.seconds <= 600:
        found.append(fault("seconds", N_("Give between 1 and 600 seconds of computing time.")))
    if not found:
        found = [*_parts_faults(request)]
    return found


def _parts_faults(request: PlanRequest) -> Iterator[Fault]:
    """What is wrong with the teams, freezes, rules and targets of a request whose quarters are right."""
    quarters = quarters_from(request.first_quarter, request.quarters)
    for team in request.teams:
        if len(team.days) != len(quarters):
            yield fault("team_days", _WRONG_COUNT, wanted=len(quarters))
        if not all(0 <= days <= MOST_DAYS for days in team.days):
            yield fault("team_days", _BAD_DAYS)
        if team.items is not None and not 0 <= team.items <= MOST_DAYS:
            yield fault("team_items", N_("Give a number of items, or leave it empty for no limit."))
    for freeze in request.freezes:
        if not 0 <= freeze.share <= 1:
            yield fault("freeze_share", _BAD_PERCENT)
        if freeze.quarter not in quarters:
            yield fault("freeze_quarter", _NOT_IN_PLAN)
    for rule in request.rules:
        if rule.order != "exclude" and rule.quarter not in quarters:
            yield fault("rule_quarter", _NOT_IN_PLAN)
    for goal in request.goals:
        if goal.by not in quarters:
            yield fault("goal_by", _NOT_IN_PLAN)
        if goal.share is not None and not 0 < goal.share <= 1:
            yield fault("goal_number", _BAD_PERCENT)
        if goal.count is not None and not 1 <= goal.count <= MOST_DAYS:
            yield fault("goal_number", N_("Give how many offerings are to be at the level, at least 1."))
        if goal.weight is not None and not 0 < goal.weight <= MOST_DAYS:
            yield fault("goal_weight", N_("Give a number of trips above 0."))


def plan_settings(request: PlanRequest, tiers: dict[str, str]) -> PlanSettings:
    """The solver's settings: the same days every quarter, wards by their own number, the rest as city
    bodies.
    """
    quarters = quarters_from(request.first_quarter, request.quarters)
    wards = (request.ward_days,) * len(quarters)
    return PlanSettings(
        quarters=quarters,
        central=(request.central_days,) * len(quarters),
        others=(request.body_days,) * len(quarters),
        agencies={code: wards for code, tier in tiers.items() if tier == "commune"},
        gap=_GAP,
        seconds=request.seconds,
    )


async def start(
    db: Database,
    scheme: Scheme,
    who: Identity,
    person: int,
    request: PlanRequest,
    scenario: int | None = None,
) -> int:
    """Note a roadmap as being computed; its number. Compute it with `Planner.compute`.

    Raises `NotAllowed`, `Refused` with the fields, or `NotFound` for an agency that does not exist.
    """
    if who.role != "planner":
        raise NotAllowed(N_("Only planners compute roadmaps."))
    request = msgspec.structs.replace(request, name=clean_line(request.name))
    found = faults_of(request)
    if found:
        raise Refused(found)
    async with db.transaction(who) as conn:
        if request.agency and await catalogue_store.find_agency(conn, request.agency) is None:
            raise NotFound(N_("There is no such service or agency."))
        number = await roadmaps_store.start_roadmap(conn, request, scheme.id, person, scenario)
        await audit_store.record(
            conn, person=person, agency=request.agency, action="roadmap", target=str(number), after=request
        )
    return number


async def publish(db: Database, who: Identity, person: int, id: int, published: bool) -> None:
    """Show a finished roadmap to the public, or take it back. Raises `NotAllowed` or `NotFound`."""
    if who.role != "planner":
        raise NotAllowed(N_("Only planners publish roadmaps."))
    async with db.transaction(who) as conn:
        if not await roadmaps_store.publish_roadmap(conn, id, published):
            raise NotFound(N_("There is no finished roadmap with this number."))
        await audit_store.record(
            conn, person=person, action="publish" if published else "withdraw", target=f"roadmap {id}"
        )


async def approve(db: Database, who: Identity, person: int, id: int) -> None:
    """Make a finished roadmap the approved one of its scope, in place of the one before; public from then on.

    Raises `NotAllowed` or `NotFound`.
    """
    if who.role != "planner":
        raise NotAllowed(N_("Only planners approve roadmaps."))
    async with db.transaction(who) as conn:
        if not await roadmaps_store.approve_roadmap(conn, id, person):
            raise NotFound(N_("There is no finished roadmap with this number."))
        await audit_store.record(conn, person=person, action="approve", target=f"roadmap {id}")


async def cancel(db: Database, who: Identity, person: int, id: int) -> None:
    """Give up a computation: its process ends soon and nothing of it is kept. Raises `NotAllowed`."""
    if who.role != "planner":
        raise NotAllowed(N_("Only planners compute roadmaps."))
    async with db.transaction(who) as conn:
        if await roadmaps_store.cancel_roadmap(conn, id):
            await audit_store.record(conn, person=person, action="cancel", target=f"roadmap {id}")


async def fail_abandoned(db: Database) -> int:
    """What no process computes any more has failed, whichever process began it; how many."""
    async with db.transaction(PROGRAM) as conn:
        return await roadmaps_store.fail_abandoned(conn, ABANDONED, SILENCE)
