"""A finished roadmap, and the offerings that tests talk about."""

from collections.abc import Callable
from typing import Any

import pytest

from lenmuc.actions import accounts
from lenmuc.core.answers import Identity
from lenmuc.core.roadmap.inputs import PlanRequest
from lenmuc.core.roadmap.problem import Item, Pool, Problem, Solution, Upgrade
from lenmuc.store import roadmaps
from lenmuc.store.offerings import Offering, offering_of
from lenmuc.store.roadmaps import Summary
from tests.conftest import PASSWORD, Visitor, person

WARD, OTHER_WARD, SERVICE = "X00004", "X00070", "1.001193"
PLANNER = Identity("planner")
ASKED = PlanRequest("Lộ trình thử", WARD, "2027Q1", 2, 10.0, 5.0, 2.0)
PROBLEM = Problem(
    ("2027Q1", "2027Q2"),
    (Pool(WARD, (5.0, 5.0)),),
    (Item("3.03#1.001193@X00004", WARD, 4.0, criterion="3.03"),),
    (Upgrade("u1", 3, 10.0, ("3.03#1.001193@X00004",), filings=40),),
)
SOLUTION = Solution({"3.03#1.001193@X00004": 0}, {"u1": 0}, 20.0, 20.0, 0.0, "optimal", 0.1)
SUMMARY = Summary(1, 0, 0, 1, 0, 40, 0, 1, 1, 20.0, 20.0, 0.0, "optimal", 0.1)


@pytest.fixture
async def offering(db: Any) -> Offering:
    """Registration of births at one ward."""
    async with db.transaction() as conn:
        found = await offering_of(conn, SERVICE, WARD)
    assert found is not None
    return found


@pytest.fixture
async def foreign(db: Any) -> Offering:
    """The same service at another ward."""
    async with db.transaction() as conn:
        found = await offering_of(conn, SERVICE, OTHER_WARD)
    assert found is not None
    return found


@pytest.fixture
async def roadmap(db: Any, somebody: int) -> int:
    """A finished roadmap that is not published."""
    async with db.transaction(PLANNER) as conn:
        number = await roadmaps.start_roadmap(conn, ASKED, "rs-2018", somebody)
        await roadmaps.finish_roadmap(conn, number, PROBLEM, SOLUTION, SUMMARY)
    return number


@pytest.fixture
async def as_ward(db: Any, visit: Callable[[], Visitor]) -> Visitor:
    """Somebody of the ward, signed in."""
    visitor = visit()
    await visitor.sign_in(await person(db, "staff", WARD), PASSWORD)
    return visitor


@pytest.fixture
async def somebody(db: Any) -> int:
    """The number of another planner."""
    made = await accounts.create_person(db, "other@example.org", "Other planner", "planner", "", PASSWORD)
    return made.id
