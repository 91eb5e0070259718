"""A change under an Idempotency-Key is done once and answered the same each time."""

import asyncio
from typing import Any

import httpx
import pytest

from lenmuc.actions import accounts
from lenmuc.actions.computing import Planner
from lenmuc.actions.repeating import InFlight, once
from lenmuc.core.errors import Refused
from lenmuc.store.database import PROGRAM, PooledDatabase
from lenmuc.store.kept_replies import Told
from lenmuc.store.offerings import Offering
from lenmuc.web.errors import status_of
from tests.api.contract import must_fit
from tests.api.test_answers import FIRST, MET, place
from tests.api.test_roadmaps import API, WISH
from tests.conftest import PASSWORD, Stage, Visitor, person
from tests.core.make_files import PDF
from tests.web.failing import EachCallFails, FailingDatabase


def under(visitor: Visitor, key: str, **more: str) -> dict[str, str]:
    return {"X-CSRF-Token": visitor.csrf, "Idempotency-Key": key, **more}


async def ask(visitor: Visitor, key: str, **other: Any) -> httpx.Response:
    return await visitor.http.post(API, json={**WISH, **other}, headers=under(visitor, key))


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The computations that were begun."""
    found: list[Any] = []
    monkeypatch.setattr(Planner, "start", lambda _, *what: found.append(what))
    return found


async def test_a_roadmap_asked_for_twice_under_one_key_is_computed_once(
    as_planner: Visitor, begun: list[Any]
) -> None:
    first, again = await ask(as_planner, "a"), await ask(as_planner, "a")
    assert must_fit(first, "compute_roadmap") == must_fit(again, "compute_roadmap")
    assert (again.status_code, again.headers["location"]) == (202, first.headers["location"])
    other = await ask(as_planner, "b")
    assert other.json()["id"] != first.json()["id"]
    assert len(begun) == 2


async def test_a_key_belongs_to_one_request_of_one_account(
    as_planner: Visitor, visit: Any, db: Any, begun: list[Any]
) -> None:
    first = await ask(as_planner, "a")
    reused = await ask(as_planner, "a", quarters=3)
    assert must_fit(reused, "compute_roadmap")["errors"][0]["field"] == "Idempotency-Key"
    assert reused.status_code == 422
    somebody = visit()
    await accounts.create_person(db, "two@example.org", "Planner 2", "planner", "", PASSWORD, demo=True)
    await somebody.sign_in("two@example.org", PASSWORD)
    assert (await ask(somebody, "a")).json()["id"] != first.json()["id"]


async def test_a_refusal_is_not_kept_and_after_a_day_nothing_is(
    as_planner: Visitor, db: Any, begun: list[Any]
) -> None:
    assert (await ask(as_planner, "a", agency="NOWHERE")).status_code == 404
    first = await ask(as_planner, "a")
    assert first.status_code == 202
    async with db.transaction(PROGRAM) as conn:
        await conn.execute("UPDATE kept_reply SET at = at - interval '1 day'")
    assert (await ask(as_planner, "a")).json()["id"] != first.json()["id"]
    assert len(begun) == 2


async def test_a_key_is_of_a_length_that_can_be_kept(as_planner: Visitor) -> None:
    for key in ("", "k" * 201):
        assert must_fit(await ask(as_planner, key), "compute_roadmap")["status"] == 400


async def test_an_answer_and_its_evidence_sent_again_are_told_as_the_first_time(
    as_ward: Visitor, offering: Offering
) -> None:
    first, again = [
        await as_ward.http.put(place(offering), json=MET, headers=under(as_ward, "a", **FIRST))
        for _ in range(2)
    ]
    assert (first.status_code, again.status_code, again.headers["etag"]) == (201, 201, '"1"')
    assert must_fit(again, "write_answer") == first.json()
    version = {"If-Match": '"1"'}
    pieces = [
        await as_ward.http.post(
            f"{place(offering)}/evidence",
            data={"title": "Ảnh"},
            files={"file": ("anh.pdf", PDF, "application/pdf")},
            headers=under(as_ward, "b", **version),
        )
        for _ in range(2)
    ]
    assert must_fit(pieces[0], "add_evidence") == must_fit(pieces[1], "add_evidence")
    assert len((await as_ward.get(place(offering))).json()["pieces"]) == 1
    newer = under(as_ward, "a", **version)
    assert (await as_ward.http.put(place(offering), json=MET, headers=newer)).status_code == 422


async def test_a_change_under_a_key_that_fails_at_any_call_leaves_neither_itself_nor_its_reply(
    program: Any, stage: Stage, db: Any, connection: Any, offering: Offering
) -> None:
    stage.now = failing = FailingDatabase(connection)
    transport = EachCallFails(program, failing, connection)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        ward = Visitor(http)
        transport.calm = True
        await ward.sign_in(await person(db, "staff", offering.agency), PASSWORD)
        transport.calm = False
        headers = under(ward, "a", **FIRST)
        assert (await http.put(place(offering), json=MET, headers=headers)).status_code == 201
        transport.calm = True
        again = await http.put(place(offering), json=MET, headers=headers)
        assert (again.status_code, again.json()["answer"]["version"]) == (201, 1)
    stage.now = None


async def test_a_key_in_flight_is_told_to_come_again(city: Any, postgres: Any) -> None:
    db = PooledDatabase(postgres.app_dsn, size=3)
    await db.open()
    begun, done = asyncio.Event(), asyncio.Event()

    async def slow(_: Any) -> Told:
        begun.set()
        await done.wait()
        raise Refused([])  # nothing is to stay in the database of other tests

    async def quick(_: Any) -> Told:
        return Told(200, {}, b"")

    first = asyncio.create_task(once(db, 1, "a", bytes(32), slow))
    await begun.wait()
    with pytest.raises(InFlight) as told:
        await once(db, 1, "a", bytes(32), quick)
    assert status_of(told.value) == status_of(told.value, if_match=True) == 409
    done.set()
    with pytest.raises(Refused):
        await first
    await db.close()
