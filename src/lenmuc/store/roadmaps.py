"""Roadmaps with their whole problem, so that each can be reproduced and explained years later."""

import asyncio
import datetime as dt
import gzip
from typing import Any

import msgspec

from lenmuc.core.errors import Message
from lenmuc.core.programmes import Rise
from lenmuc.core.roadmap.inputs import GoalResult, PlanRequest
from lenmuc.core.roadmap.problem import Problem, Solution
from lenmuc.store.queries import Connection, queries

Q = queries("roadmaps")


class Summary(msgspec.Struct, frozen=True):
    """What a list of roadmaps shows without opening the plan. Offerings by level before and after,
    cumulative.

    `gap` is the proven distance from the best possible plan, as a share; `filings_*` are filings a year.
    `goals`: what came of each; `days`: person-days of the work in the plan.
    """

    offerings: int
    at_3_before: int
    at_4_before: int
    at_3_after: int
    at_4_after: int
    filings_3_after: int
    filings_4_after: int
    items: int
    planned: int
    value: float
    bound: float
    gap: float
    status: str
    seconds: float
    goals: tuple[GoalResult, ...] = ()
    days: float = 0.0


class Progress(msgspec.Struct, frozen=True):
    """How far a computation is: the best plan so far (`None`: none yet), and what no plan can exceed."""

    value: float | None
    bound: float


class Roadmap(msgspec.Struct, frozen=True):
    """A roadmap as lists show it; `agency` is empty for the whole place, `by` the planner's name.

    `scenario` holds the inputs it was computed from, if they were kept. `progress` is how far the solver is,
    `causes` why there is no plan. `baseline`: the approved roadmap of its scope, since `approved`.
    """

    id: int
    name: str
    agency: str
    scheme: str
    status: str
    published: bool
    settings: PlanRequest
    summary: Summary | None
    failure: str
    by: str
    created: dt.datetime
    finished: dt.datetime | None
    scenario: int | None = None
    progress: Progress | None = None
    cancelled: bool = False
    causes: tuple[Message, ...] = ()
    baseline: bool = False
    approved: dt.datetime | None = None
    approved_by: str = ""


class LevelsAt(msgspec.Struct, frozen=True):
    """Offerings at a level or above at some moment; `unknown`: nobody has recorded which level they had."""

    at_3: int
    at_4: int
    unknown: int


class StoredPlan(msgspec.Struct, frozen=True):
    """The two files of a finished plan, gzipped JSON."""

    problem: bytes
    solution: bytes


class PlannedUpgrade(msgspec.Struct, frozen=True):
    """What a reader of levels needs of an `Upgrade`: see there."""

    id: str
    level: int
    offerings: int = 1
    needs: tuple[str, ...] = ()


class PlannedLevels(msgspec.Struct, frozen=True):
    """A plan without its work: `reached` gives the place in `quarters` by the id of an upgrade, `finish` that
    of each item.
    """

    quarters: tuple[str, ...]
    upgrades: tuple[PlannedUpgrade, ...]
    reached: dict[str, int]
    finish: dict[str, int] = {}


class _Lifted(msgspec.Struct, frozen=True):
    """What of an upgrade says whose offerings it lifts: see `Upgrade`."""

    id: str
    level: int
    offerings: int = 1
    filings: int = 0
    agencies: dict[str, int] = {}


class _AllLifted(msgspec.Struct, frozen=True):
    quarters: tuple[str, ...]
    upgrades: tuple[_Lifted, ...]


class _Upgrades(msgspec.Struct, frozen=True):
    quarters: tuple[str, ...]
    upgrades: tuple[PlannedUpgrade, ...]


class _Reached(msgspec.Struct, frozen=True):
    reached: dict[str, int]
    finish: dict[str, int] = {}


def _pack(value: Any) -> bytes:
    return gzip.compress(msgspec.json.encode(value), compresslevel=6, mtime=0)


async def start_roadmap(
    conn: Connection, settings: PlanRequest, scheme: str, person: int, scenario: int | None = None
) -> int:
    """A new roadmap that is being computed; its number."""
    asked = msgspec.to_builtins(settings)
    number = await Q.value(
        conn, "start_roadmap", settings.name, settings.agency, scheme, asked, person, scenario
    )
    return int(number)


async def finish_roadmap(
    conn: Connection, id: int, problem: Problem, solution: Solution, summary: Summary
) -> None:
    """Store the plan that was found, unless somebody has given it up meanwhile."""
    await Q.run(conn, "finish_roadmap", id, _pack(problem), _pack(solution), msgspec.to_builtins(summary))


async def fail_roadmap(conn: Connection, id: int, failure: str, causes: tuple[Message, ...] = ()) -> None:
    """Say why there is no plan."""
    await Q.run(conn, "fail_roadmap", id, failure, msgspec.to_builtins(causes))


async def fail_abandoned(conn: Connection, failure: str, silence: float) -> int:
    """Mark what nobody computes any more: no sign of life for `silence` seconds; how many."""
    return await Q.run(conn, "fail_abandoned", failure, dt.timedelta(seconds=silence))


async def beat(conn: Connection, id: int, progress: Progress | None) -> bool:
    """A sign of life of who computes it, and how far it is; true when it should be given up."""
    asked = await Q.value(conn, "beat", id, None if progress is None else msgspec.to_builtins(progress))
    return asked is not False  # no row: somebody has marked it as failed


async def cancel_roadmap(conn: Connection, id: int) -> bool:
    """Ask for a computation to be given up; false when it is not being computed."""
    return await Q.run(conn, "cancel_roadmap", id) == 1


async def approve_roadmap(conn: Connection, id: int, person: int) -> bool:
    """Make a finished roadmap the baseline of its scope, public from then on; false when there is none.

    Two approvals at once wait for each other: the later one stands.
    """
    await Q.run(conn, "one_approval_at_a_time")
    await Q.run(conn, "end_baseline", id)
    return await Q.run(conn, "approve_roadmap", id, person) == 1


async def levels_at(conn: Connection, scheme: str, agency: str, at: dt.datetime) -> LevelsAt:
    """The levels of an agency's offerings, or (empty) of all, as they were at a moment."""
    found = await Q.one(conn, "levels_at", LevelsAt, scheme, agency, at)
    return found or LevelsAt(0, 0, 0)


async def publish_roadmap(conn: Connection, id: int, published: bool) -> bool:
    """Show a finished roadmap to the public, or take it back; false when there is no finished one."""
    return await Q.run(conn, "publish_roadmap", id, published) == 1


async def find_roadmap(conn: Connection, id: int) -> Roadmap | None:
    """The roadmap with this number, if the one who asks may see it."""
    return await Q.one(conn, "find_roadmap", Roadmap, id)


async def list_roadmaps(
    conn: Connection,
    agency: str = "",
    *,
    published: bool = False,
    size: int = 100,
    after: tuple[bool, dt.datetime, int] | None = None,
) -> list[Roadmap]:
    """Roadmaps, the approved ones before the others, newest first: all that one may see, those that touch an
    agency, or the published ones. `after`: baseline, created and id of the last that was read.
    """
    place = after or (None, None, None)
    return await Q.all(conn, "list_roadmaps", Roadmap, agency or None, published, size, *place)


async def baseline_of(conn: Connection, agency: str = "") -> int | None:
    """The number of the approved roadmap of an agency, or (empty) of the whole place."""
    found: int | None = await Q.value(conn, "baseline_of", agency)
    return found


async def of_scenario(conn: Connection, scenario: int) -> list[Roadmap]:
    """The roadmaps that were computed from a scenario, newest first."""
    return await Q.all(conn, "of_scenario", Roadmap, scenario)


async def read_files(conn: Connection, id: int) -> StoredPlan | None:
    """The two files as they are stored, or `None` while there are none."""
    return await Q.one(conn, "read_plan", StoredPlan, id)


async def read_plan(conn: Connection, id: int) -> tuple[Problem, Solution] | None:
    """The whole problem and its solution, or `None` while there is none."""
    stored = await read_files(conn, id)
    if stored is None:
        return None
    problem = msgspec.json.decode(gzip.decompress(stored.problem), type=Problem)
    return problem, msgspec.json.decode(gzip.decompress(stored.solution), type=Solution)


def _planned_levels(stored: StoredPlan) -> PlannedLevels:
    asked = msgspec.json.decode(gzip.decompress(stored.problem), type=_Upgrades)
    found = msgspec.json.decode(gzip.decompress(stored.solution), type=_Reached)
    return PlannedLevels(asked.quarters, asked.upgrades, found.reached, found.finish)


async def read_planned_levels(conn: Connection, id: int) -> PlannedLevels | None:
    """When a finished plan reaches which level, or `None` while there is no plan.

    The work itself is skipped: a city's plan is read in a quarter of the time of `read_plan`.
    """
    stored = await Q.one(conn, "read_plan", StoredPlan, id)
    return None if stored is None else await asyncio.to_thread(_planned_levels, stored)


Rises = dict[tuple[int, str], tuple[Rise, ...]]  # by level and agency, the quarters in order


def _planned_rises(stored: StoredPlan) -> Rises:
    asked = msgspec.json.decode(gzip.decompress(stored.problem), type=_AllLifted)
    reached = msgspec.json.decode(gzip.decompress(stored.solution), type=_Reached).reached
    sums: dict[tuple[int, str], dict[int, tuple[int, int]]] = {}
    for upgrade in asked.upgrades:
        if upgrade.id not in reached:
            continue
        quarter = reached[upgrade.id]
        owners = upgrade.agencies or {upgrade.id.rpartition("@")[2].partition("+")[0]: upgrade.filings}
        for agency, filings in owners.items():
            at = sums.setdefault((upgrade.level, agency), {})
            offerings, filed = at.get(quarter, (0, 0))
            at[quarter] = (offerings + (1 if upgrade.agencies else upgrade.offerings), filed + filings)
    return {
        key: tuple(Rise(asked.quarters[quarter], *at[quarter]) for quarter in sorted(at))
        for key, at in sums.items()
    }


async def read_planned_rises(conn: Connection, id: int) -> Rises | None:
    """What a finished plan brings to each level, agency by agency and by quarter; `None` without one."""
    stored = await Q.one(conn, "read_plan", StoredPlan, id)
    return None if stored is None else await asyncio.to_thread(_planned_rises, stored)
