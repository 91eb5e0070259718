"""Each call to the database fails once in each change: the reply is 503, nothing is stored."""

import csv
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from lenmuc.web.declared import declarations
from tests.conftest import Stage
from tests.web.failing import EachCallFails, FailingDatabase
from tests.web.journeys import JOURNEYS, Journey
from tests.web.journeys.walking import World

# Changes that no journey makes, and why.
LEFT_OUT = {
    "POST /api/v1/offerings/{id:int}/answers/{criterion:str}/evidence": "the page does the same",
    "POST /api/v1/roadmaps": "begins a computation that goes on by itself",
    "POST /{lang:str}/plan/scenarios/{id:int}/compute": "begins a computation that goes on by itself",
    "POST /{lang:str}/plan/{id:int}/again": "begins a computation that goes on by itself",
    "POST /{lang:str}/plan/{id:int}/cancel": "needs a computation that goes on",
    "POST /{lang:str}/plan/{id:int}/approve": "needs a computed roadmap",
    "POST /{lang:str}/plan/{id:int}/publish": "needs a computed roadmap",
    "POST /{lang:str}/plan/{id:int}/withdraw": "needs a computed roadmap",
    "POST /{lang:str}/checks/run": "begins a run that goes on by itself",
    "POST /{lang:str}/checks/stop": "needs a run that goes on",
    "POST /{lang:str}/work/workbook": "stores nothing: a preview",
    "POST /{lang:str}/work/workbook/apply": "stores as the grid does",
    "POST /{lang:str}/people/mail/test": "sends a letter and stores nothing",
    "POST /{lang:str}/people/{id:int}/link": "needs an identity provider",
    "POST /{lang:str}/account/mail": "needs a server of mail",
    "POST /{lang:str}/account/provider/link": "needs an identity provider",
    "POST /{lang:str}/account/provider/unlink": "needs an identity provider",
    "POST /{lang:str}/imports": "goes on by itself, in one transaction",
    "POST /{lang:str}/imports/{id:int}/confirm": "goes on by itself, in one transaction",
    "POST /{lang:str}/imports/{id:int}/drop": "needs an import that waits",
    "POST /{lang:str}/plan/{id:int}/ask": "begins a computation that goes on by itself",
    "POST /{lang:str}/plan/{id:int}/replan": "needs a computed roadmap",
    "POST /{lang:str}/plan/{id:int}/moves": "needs a computed roadmap",
    "POST /{lang:str}/plan/{id:int}/work": "needs an approved roadmap",
    "POST /{lang:str}/plan/{id:int}/ask/cancel": "needs a computation that goes on",
    "POST /{lang:str}/numbers/counts": "stores whole files: tests/pages/test_counts.py",
    "POST /{lang:str}/numbers/indices": "stores whole files: tests/pages/test_indices.py",
    "POST /{lang:str}/first-administrator": "needs an installation without people",
    "POST /{lang:str}/sign-in/code": "needs a second factor; signing in is tried without",
}


@pytest.fixture
async def world(program: Any, stage: Stage, db: Any, connection: Any) -> AsyncIterator[World]:
    db = FailingDatabase(connection)
    made = World(db, EachCallFails(program, db, connection))
    stage.now = db
    yield made
    await made.close()
    stage.now = None


def changing() -> dict[str, re.Pattern[str]]:
    """Every route that changes something, and what its addresses look like."""
    with Path(__file__).with_name("access_matrix.csv").open(encoding="utf-8", newline="") as lines:
        rows = [f"{row['method']} {row['path']}" for row in csv.DictReader(lines) if row["method"] != "GET"]
    kinds = {"int": r"\d+", "str": "[^/]+"}
    return {row: re.compile(re.sub(r"\{\w+:(\w+)\}", lambda at: kinds[at[1]], row)) for row in rows}


def route_of(done: str) -> str:
    """The route that took this address: of those that fit, the one with the fewest blanks."""
    fits = [row for row, pattern in changing().items() if pattern.fullmatch(done)]
    return min(fits, key=lambda row: row.count("{"))


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.walk.__name__)
async def test_a_change_that_fails_anywhere_is_told_so_and_stores_nothing(
    journey: Journey, world: World, program: Any
) -> None:
    await journey.walk(world)
    assert {route_of(f"{method} {path}") for method, path, _ in world.transport.done} == journey.routes
    declared = {f"{one.method} {one.path}": one.does.actions for one in declarations(program.inner)}
    left: dict[str, set[str]] = {route: set() for route in journey.routes}
    for done, noted in world.transport.noted:
        left[route_of(done)].update(noted)
    for route, noted in left.items():
        assert noted <= set(declared[route]), f"{route} leaves other entries than it declares"
        assert bool(noted) == bool(declared[route]), f"{route}: {noted}"


def test_every_change_is_made_on_a_journey_or_named_with_the_reason() -> None:
    made = frozenset[str]().union(*(journey.routes for journey in JOURNEYS))
    assert sorted([*made, *LEFT_OUT]) == sorted(changing())


class _Halves:
    """A program that stores in two transactions what belongs together."""

    def __init__(self, db: FailingDatabase) -> None:
        self._db = db

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        status = 200
        try:
            for name in ("a", "b"):
                async with self._db.transaction() as conn:
                    await conn.execute("UPDATE catalogue SET name = name || $1", name)
        except Exception:
            status = 503
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def test_a_change_in_two_halves_is_found(connection: Any) -> None:
    db = FailingDatabase(connection)
    transport = EachCallFails(_Halves(db), db, connection)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        with pytest.raises(AssertionError, match="stored although it failed: {'catalogue, seen"):
            await client.post("/")
