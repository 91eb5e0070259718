"""Planning: a request becomes a problem, a solver in its own process answers it, both are stored together."""

import asyncio
import logging
import multiprocessing
import signal
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from lenmuc.actions.levels import settled_services
from lenmuc.core.answers import Identity
from lenmuc.core.checklists import Scheme
from lenmuc.core.errors import N_, Fault, NotAllowed, NotFound, Refused, fault
from lenmuc.core.roadmap.gaps import Said, offering_gaps
from lenmuc.core.roadmap.gather import OfferingGap, PlanSettings, gather
from lenmuc.core.roadmap.problem import Problem, Solution
from lenmuc.core.roadmap.solve import solve
from lenmuc.core.text import clean_line, forbidden
from lenmuc.store import answers as answers_store
from lenmuc.store import audit as audit_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.roadmaps import PlanRequest, Summary

log = logging.getLogger(__name__)
ABANDONED = N_("The program stopped while this roadmap was being computed. Compute it again.")
CRASHED = N_(
    "The computation ended in an error. Compute it again; if it fails again, tell the administrator."
)
_GAP = 0.01
MOST_QUARTERS = 20
MOST_DAYS = 1_000_000.0


def quarters_from(first: str, count: int) -> tuple[str, ...]:
    """`count` quarters from one like 2027Q1 on. Raises `ValueError` for anything else."""
    year, quarter = int(first[:4]), int(first[5:])
    if len(first) != 6 or first[4] != "Q" or not 1 <= quarter <= 4:
        raise ValueError(first)
    return tuple(f"{year + (quarter - 1 + n) // 4}Q{(quarter - 1 + n) % 4 + 1}" for n in range(count))


def faults_of(request: PlanRequest) -> list[Fault]:
    """What is wrong with a request; empty when it can be planned."""
    found: list[Fault] = []
    if not 1 <= len(request.name) <= 200 or forbidden(request.name):
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
            found.append(fault(name, N_("Give a number of person-days between 0 and 1,000,000.")))
    if not 1 <= request.seconds <= 600:
        found.append(fault("seconds", N_("Give between 1 and 600 seconds of computing time.")))
    return found


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


class _Task(msgspec.Struct, frozen=True):
    """What the solving process is given."""

    scheme: Scheme
    gaps: list[OfferingGap]
    settings: PlanSettings
    shared: frozenset[str]


class _Plan(msgspec.Struct, frozen=True):
    """What it gives back."""

    problem: Problem
    solution: Solution
    summary: Summary


def work_out(task: _Task) -> _Plan:
    """Gather, solve and sum up, in a process of its own: it takes seconds of pure computing."""
    gathered = gather(task.scheme, task.gaps, task.settings, task.shared)
    solution = solve(gathered.problem)
    return _Plan(gathered.problem, solution, summary(task.gaps, gathered.problem, solution))


def summary(gaps: Sequence[OfferingGap], problem: Problem, solution: Solution) -> Summary:
    """The figures of a plan: offerings at or above a level today and when the plan is done."""
    before = {level: sum(gap.level >= level for gap in gaps) for level in (3, 4)}
    gained, filings = {3: 0, 4: 0}, {3: 0, 4: 0}
    for upgrade in problem.upgrades:
        if upgrade.id in solution.reached and upgrade.level in gained:
            gained[upgrade.level] += upgrade.offerings
            filings[upgrade.level] += upgrade.filings
    return Summary(
        offerings=len(gaps),
        at_3_before=before[3],
        at_4_before=before[4],
        at_3_after=before[3] + gained[3],
        at_4_after=before[4] + gained[4],
        filings_3_after=filings[3],
        filings_4_after=filings[4],
        items=len(problem.items),
        planned=len(solution.finish),
        value=solution.value,
        bound=solution.bound,
        gap=solution.gap,
        status=solution.status,
        seconds=solution.seconds,
    )


async def _task(db: Database, scheme: Scheme, who: Identity, request: PlanRequest) -> _Task:
    """One short read: what every offering of the place, or of one agency, lacks."""
    async with db.transaction(who, read_only=True) as conn:
        tiers = {row.code: row.tier for row in await catalogue_store.list_agencies(conn)}
        rows = await offerings_store.every_offering(conn, agency=request.agency)
        settled = await settled_services(conn, scheme)
        values = await answers_store.every_value(conn, agency=request.agency)
        shared = await offerings_store.shared_services(conn)
    offerings = [(row["service"], row["agency"], row["filings"]) for row in rows]
    found = offering_gaps(scheme, offerings, settled, [Said(*row) for row in values])
    return _Task(scheme, found, plan_settings(request, tiers), shared)


async def start(db: Database, scheme: Scheme, who: Identity, person: int, request: PlanRequest) -> int:
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
        number = await roadmaps_store.start_roadmap(conn, request, scheme.id, person)
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


async def fail_abandoned(db: Database) -> int:
    """At the start of the program: what was being computed when it stopped has failed; how many."""
    async with db.transaction(PROGRAM) as conn:
        return await roadmaps_store.fail_abandoned(conn, ABANDONED)


def _child(answer: "Connection[_Plan, Any]", task: _Task) -> None:
    """The solving process: one task, one answer. Ctrl-C is for the parent, who ends us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answer.send(work_out(task))


class Planner:
    """Computes roadmaps one after the other, each in a process of its own, so that pages stay quick."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._turn = asyncio.Semaphore(1)
        self._running: set[asyncio.Task[None]] = set()

    def begin(self, scheme: Scheme, who: Identity, id: int, request: PlanRequest) -> None:
        """Compute roadmap `id` in the background."""
        task = asyncio.create_task(self.compute(scheme, who, id, request), name=f"roadmap {id}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def compute(self, scheme: Scheme, who: Identity, id: int, request: PlanRequest) -> None:
        """Compute roadmap `id` and store it, or store why there is none. No connection is held meanwhile."""
        try:
            async with self._turn:
                plan = await self._solve(await _task(self._db, scheme, who, request))
        except Exception:
            log.exception("roadmap %s failed", id)
            async with self._db.transaction(who) as conn:
                await roadmaps_store.fail_roadmap(conn, id, CRASHED)
            return
        async with self._db.transaction(who) as conn:
            await roadmaps_store.finish_roadmap(conn, id, plan.problem, plan.solution, plan.summary)

    async def _solve(self, task: _Task) -> _Plan:
        """Run `work_out` in a fresh process. Raises `EOFError` when it dies; ends it when we are
        cancelled.
        """
        spawn = multiprocessing.get_context("spawn")
        mine, theirs = spawn.Pipe(duplex=False)
        process = spawn.Process(target=_child, args=(theirs, task), daemon=True)
        try:
            await asyncio.to_thread(process.start)
            theirs.close()
            plan: _Plan = await asyncio.to_thread(mine.recv)
            return plan
        finally:
            if process.is_alive():
                process.terminate()
            await asyncio.to_thread(process.join, 5)
            mine.close()

    async def close(self) -> None:
        """Stop what is being computed; it is marked as failed at the next start."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
