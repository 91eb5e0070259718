"""Computing: gaps become a problem, a solver in its own process answers it, both are stored together."""

import asyncio
import logging
import math
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from lenmuc.actions.apart import apart
from lenmuc.actions.background import BEAT, Background, GivenUp, watched
from lenmuc.actions.levels import settled_services
from lenmuc.actions.planning import plan_settings
from lenmuc.actions.solving import solved
from lenmuc.content.catalogue import Part
from lenmuc.core.answers import Identity
from lenmuc.core.checklists import Scheme
from lenmuc.core.errors import N_, Impossible, LenMucError, Message, Refused
from lenmuc.core.roadmap import targets
from lenmuc.core.roadmap.answer_words import cause_words
from lenmuc.core.roadmap.causes import why_impossible
from lenmuc.core.roadmap.gaps import Said, offering_gaps
from lenmuc.core.roadmap.gather import Handled, OfferingGap, PlanSettings, gather
from lenmuc.core.roadmap.inputs import Around, GoalResult, PlanRequest, with_inputs
from lenmuc.core.roadmap.problem import Problem, Solution
from lenmuc.store import answers as answers_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import estimates as estimates_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store.database import Database
from lenmuc.store.roadmaps import Progress, Summary

log = logging.getLogger(__name__)
CRASHED = N_(
    "The computation ended in an error. Compute it again; if it fails again, tell the administrator."
)
CANCELLED = N_("A planner stopped the computation. Nothing of it was kept.")
IMPOSSIBLE = N_("No plan can be made from these inputs. The reasons are below; change one of them.")


class Task(msgspec.Struct, frozen=True):
    """What the solving process is given."""

    scheme: Scheme
    gaps: list[OfferingGap]
    settings: PlanSettings
    shared: frozenset[str]
    parts: list[OfferingGap]
    handled: tuple[Handled, ...]
    request: PlanRequest
    around: Around


class _Plan(msgspec.Struct, frozen=True):
    """What it gives back."""

    problem: Problem
    solution: Solution
    summary: Summary


class _Failure(msgspec.Struct, frozen=True):
    """What it gives back when there is no plan, with the causes."""

    causes: tuple[Message, ...]


def work_out(task: Task, tell: Callable[[float, float], bool | None] | None = None) -> _Plan:
    """Gather, solve and sum up, in a process of its own: it takes seconds of pure computing.

    Raises `Impossible` with what clashes and the least that would help, or `Refused`.
    """
    gathered = gather(task.scheme, task.gaps, task.settings, task.shared, task.parts, task.handled)
    problem = with_inputs(gathered.problem, task.request, task.around, task.gaps)
    try:
        solution = solved(problem, tell)
    except Impossible as why:
        cause = why_impossible(problem)
        raise Impossible(
            why.message.text, cause_words(problem, cause) if cause else (), **why.message.params
        ) from why
    return _Plan(problem, solution, summary(task.request, task.gaps, problem, solution))


def goal_results(request: PlanRequest, problem: Problem, solution: Solution) -> tuple[GoalResult, ...]:
    """What came of each goal, in their order."""
    return tuple(
        GoalResult(
            goal,
            targets.wanted(problem, target),
            targets.met(problem, target, solution.reached),
            targets.denominator(problem, target),
        )
        for goal, target in zip(request.goals, problem.targets, strict=True)
    )


def summary(
    request: PlanRequest, gaps: Sequence[OfferingGap], problem: Problem, solution: Solution
) -> Summary:
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
        goals=goal_results(request, problem, solution),
        days=math.fsum(item.days for item in problem.items if item.id in solution.finish and not item.done),
    )


async def the_task(
    db: Database,
    scheme: Scheme,
    who: Identity,
    request: PlanRequest,
    partners: Mapping[str, tuple[Part, ...]] = {},
) -> Task:
    """One short read: what every offering of the place, or of one agency, lacks. `partners` take part in
    interlinked services.
    """
    async with db.transaction(who, read_only=True) as conn:
        tiers = {row.code: row.tier for row in await catalogue_store.list_agencies(conn)}
        rows = await offerings_store.every_offering(conn, agency=request.agency)
        settled = await settled_services(conn, scheme)
        values = await answers_store.every_value(conn, agency=request.agency)
        shared = await offerings_store.shared_services(conn)
        services = await catalogue_store.all_services(conn)
        estimates = await estimates_store.current_estimates(conn)
        plan = None
        if request.follows is not None:
            plan = await roadmaps_store.read_planned_levels(conn, request.follows)
    offerings = [(row["service"], row["agency"], row["filings"]) for row in rows]
    said = [Said(*row) for row in values]
    found = offering_gaps(scheme, offerings, settled, said)
    here = {service for service, _, _ in offerings}
    taking_part = {} if request.agency else partners  # the roadmap of one agency has its own people only
    linked = [part for service in sorted(taking_part.keys() & here) for part in taking_part[service]]
    parts = [(part.service, part.agency, None) for part in linked]
    kinds = {each.id: each.work.kind for each in scheme.criteria if each.work}
    around = Around(
        {each.code: each.field for each in services},
        kinds,
        tuple(each.plain for each in estimates),
        before={item: plan.quarters[at] for item, at in plan.finish.items()} if plan else {},
    )
    return Task(
        scheme,
        found,
        plan_settings(request, tiers),
        shared,
        offering_gaps(scheme, parts, settled, said),
        handled_parts(linked, found),
        request,
        around,
    )


def handled_parts(linked: Sequence[Part], gaps: Sequence[OfferingGap]) -> tuple[Handled, ...]:
    """The parts that are services of their own, as they are where they are handled: at the agency that takes
    part when it offers them, else at each agency that offers both the whole and the part.
    """
    wanted = {part.part_service for part in linked} | {part.service for part in linked}
    known = {(gap.service, gap.agency): gap for gap in gaps if gap.service in wanted}
    found: list[Handled] = []
    for part in linked:
        there = known.get((part.part_service, part.agency))
        if there is not None:
            found.append(Handled(part.service, "", there))
            continue
        for service, agency in known:
            here = known.get((part.part_service, agency))
            if service == part.service and here is not None:
                found.append(Handled(part.service, agency, here))
    return tuple(found)


def _child(answer: "Connection[Any, Any]", task: Task) -> None:
    """The solving process: one task; how far it is, now and then; one answer. Ctrl-C is for the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    told = 0.0

    def tell(value: float, bound: float) -> None:
        nonlocal told
        if time.monotonic() - told >= BEAT / 2 and math.isfinite(bound):
            told = time.monotonic()
            answer.send(Progress(value if math.isfinite(value) else None, bound))

    try:
        answer.send(work_out(task, tell))
    except Impossible as why:
        answer.send(_Failure((why.message, *why.causes)))
    except Refused as why:
        answer.send(_Failure(tuple(fault.message for fault in why.faults)))
    except LenMucError as why:
        answer.send(_Failure((why.message,)))


class Planner(Background):
    """Computes roadmaps one after the other, each in a process of its own, so that pages stay quick.

    Several programs may do so on one database: each gives a sign of life in the table while it computes or
    waits for its turn, and looks there whether somebody has asked to give it up.
    """

    def __init__(self, db: Database, partners: Mapping[str, tuple[Part, ...]] = {}) -> None:
        super().__init__()
        self._db = db
        self._partners = partners
        self._turn = asyncio.Semaphore(1)

    def start(self, scheme: Scheme, who: Identity, id: int, request: PlanRequest) -> None:
        """Compute roadmap `id` in the background."""
        self.begin(f"roadmap {id}", self.compute(scheme, who, id, request))

    async def compute(self, scheme: Scheme, who: Identity, id: int, request: PlanRequest) -> None:
        """Compute roadmap `id` and store it, or store why there is none. No connection is held meanwhile."""
        job = _Job(self._db, who, id)
        failure, causes = CRASHED, tuple[Message, ...]()
        try:
            async with watched(self._work(job, scheme, who, request), job.beat) as working:
                found = await working
                if isinstance(found, _Plan):
                    async with self._db.transaction(who) as conn:
                        await roadmaps_store.finish_roadmap(
                            conn, id, found.problem, found.solution, found.summary
                        )
                    failure = CANCELLED  # holds only where it was cancelled in this very moment
                else:
                    failure, causes = IMPOSSIBLE, found.causes
        except GivenUp:
            failure = CANCELLED
        except Exception:
            log.exception("roadmap %s failed", id)
        async with self._db.transaction(who) as conn:
            await roadmaps_store.fail_roadmap(conn, id, failure, causes)

    async def _work(
        self, job: "_Job", scheme: Scheme, who: Identity, request: PlanRequest
    ) -> _Plan | _Failure:
        async with self._turn:
            return await self._solve(await the_task(self._db, scheme, who, request, self._partners), job)

    async def _solve(self, task: Task, job: "_Job") -> _Plan | _Failure:
        """Run `work_out` in a fresh process. Raises `EOFError` when it dies; ends it when we are
        cancelled.
        """
        answer: _Plan | _Failure = await apart(_child, task, Progress, job.hears)
        return answer


class _Job:
    """One roadmap that is being computed here: how far it is, and its signs of life."""

    def __init__(self, db: Database, who: Identity, id: int) -> None:
        self._db = db
        self._who = who
        self._id = id
        self.progress: Progress | None = None

    def hears(self, progress: Progress) -> None:
        """Note how far it is."""
        self.progress = progress

    async def beat(self) -> bool:
        """One sign of life; true when the work is to be given up."""
        async with self._db.transaction(self._who) as conn:
            return await roadmaps_store.beat(conn, self._id, self.progress)
