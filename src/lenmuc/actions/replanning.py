"""Replanning: an approved roadmap is planned anew from today, and each move is accepted or not."""

import asyncio
import datetime as dt
from collections.abc import Collection

from lenmuc.actions.planning import LONGEST_NAME
from lenmuc.actions.roadmap_view import NO_ROADMAP
from lenmuc.actions.scenarios import add_scenario
from lenmuc.actions.studying import read_plan
from lenmuc.core.answers import Identity
from lenmuc.core.errors import NotFound
from lenmuc.core.roadmap.inputs import PlanRequest
from lenmuc.core.roadmap.problem import Move
from lenmuc.core.roadmap.replan import anew, keeping_moves, name_anew
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store.database import Database
from lenmuc.store.roadmaps import Roadmap


async def plan_anew(
    db: Database, who: Identity, person: int, id: int, when: str, today: dt.date
) -> tuple[PlanRequest, int]:
    """Keep the inputs of an approved roadmap from today on as a scenario: they and its number.

    It is named as the roadmap, with the words `when` behind it.
    Raises `NotAllowed`, or `NotFound` for a roadmap that was never approved.
    """
    async with db.transaction(who, read_only=True) as conn:
        roadmap = await roadmaps_store.find_roadmap(conn, id)
    if roadmap is None or roadmap.approved is None:
        raise NotFound(NO_ROADMAP)
    name = name_anew(roadmap.name, roadmap.settings.follows is not None, when, LONGEST_NAME)
    asked = anew(roadmap.settings, id, name, today)
    return asked, await add_scenario(db, who, person, asked, roadmap.scenario)


async def moves_of(db: Database, who: Identity, id: int) -> tuple[Roadmap, tuple[str, ...], tuple[Move, ...]]:
    """A roadmap that follows another, its quarters, and what stands elsewhere than there.

    Raises `NotFound` when it is not ready or follows none.
    """
    async with db.transaction(who, read_only=True) as conn:
        roadmap = await roadmaps_store.find_roadmap(conn, id)
        stored = await roadmaps_store.read_files(conn, id)
    if roadmap is None or stored is None or roadmap.settings.follows is None:
        raise NotFound(NO_ROADMAP)
    problem, solution = await asyncio.to_thread(read_plan, stored)
    return roadmap, problem.quarters, solution.moves


async def accept_moves(
    db: Database, who: Identity, person: int, id: int, accepted: Collection[str]
) -> tuple[PlanRequest, int]:
    """Keep these moves (item ids) of a replanning, undo others: the inputs and their scenario's number.

    Raises as `moves_of`, and `NotAllowed`.
    """
    roadmap, quarters, moves = await moves_of(db, who, id)
    asked = keeping_moves(roadmap.settings, quarters, moves, accepted)
    return asked, await add_scenario(db, who, person, asked, roadmap.scenario)
