"""Roadmaps through the API."""

from typing import Any

import msgspec
import pytest

from lenmuc.actions.computing import Planner
from lenmuc.core.roadmap.problem import Problem, Solution
from lenmuc.store import roadmaps
from tests.api.conftest import PLANNER, PROBLEM, SOLUTION, WARD
from tests.api.contract import must_fit
from tests.conftest import Visitor

API = "/api/v1/roadmaps"
WISH = {
    "name": "Lộ trình của phường",
    "agency": WARD,
    "first_quarter": "2027Q1",
    "quarters": 2,
    "central_days": 10,
    "body_days": 5,
    "ward_days": 2,
    "seconds": 1,
}


async def publish(db: Any, number: int) -> None:
    async with db.transaction(PLANNER) as conn:
        assert await roadmaps.publish_roadmap(conn, number, True)


async def test_the_public_sees_a_roadmap_only_once_it_is_published(
    client: Visitor, roadmap: int, db: Any
) -> None:
    for path, operation in (
        ("", "read_roadmap"),
        ("/problem", "read_problem"),
        ("/solution", "read_solution"),
    ):
        reply = await client.get(f"{API}/{roadmap}{path}")
        assert must_fit(reply, operation)["status"] == 404
    assert must_fit(await client.get(API), "list_roadmaps")["items"] == []
    await publish(db, roadmap)
    told = must_fit(await client.get(f"{API}/{roadmap}"), "read_roadmap")
    assert told["summary"]["at_3_after"] == 1
    assert told["summary"]["filings_illustrative"] is True
    assert told["by"] is None
    assert [each["id"] for each in must_fit(await client.get(API), "list_roadmaps")["items"]] == [roadmap]


async def test_a_planner_sees_it_before_and_with_the_name_of_who_made_it(
    as_planner: Visitor, roadmap: int
) -> None:
    told = must_fit(await as_planner.get(f"{API}/{roadmap}"), "read_roadmap")
    assert (told["published"], told["by"]) == (False, "Other planner")


async def test_staff_see_what_plans_for_their_agency(
    as_ward: Visitor, as_staff: Visitor, roadmap: int
) -> None:
    assert (await as_ward.get(f"{API}/{roadmap}")).status_code == 200
    assert (await as_staff.get(f"{API}/{roadmap}")).status_code == 404


@pytest.mark.parametrize("packed", ["gzip", "identity"])
async def test_the_files_are_those_that_the_command_line_reads_and_writes(
    client: Visitor, roadmap: int, db: Any, packed: str
) -> None:
    await publish(db, roadmap)
    accepting = {"Accept-Encoding": packed}
    problem = await client.get(f"{API}/{roadmap}/problem", headers=accepting)
    must_fit(problem, "read_problem")
    solution = await client.get(f"{API}/{roadmap}/solution", headers=accepting)
    must_fit(solution, "read_solution")
    assert ("content-encoding" in problem.headers) == (packed == "gzip")
    assert msgspec.json.decode(problem.content, type=Problem) == PROBLEM
    assert msgspec.json.decode(solution.content, type=Solution) == SOLUTION


async def test_a_file_that_has_not_changed_is_not_sent_again(client: Visitor, roadmap: int, db: Any) -> None:
    await publish(db, roadmap)
    first = await client.get(f"{API}/{roadmap}/problem")
    again = await client.get(f"{API}/{roadmap}/problem", headers={"If-None-Match": first.headers["etag"]})
    must_fit(again, "read_problem")
    assert again.status_code == 304


async def ask(visitor: Visitor, wish: Any) -> Any:
    return await visitor.http.post(API, json=wish, headers={"X-CSRF-Token": visitor.csrf})


async def test_a_planner_has_a_roadmap_computed(as_planner: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Any] = []
    monkeypatch.setattr(Planner, "start", lambda _, *what: begun.append(what))
    reply = await ask(as_planner, WISH)
    told = must_fit(reply, "compute_roadmap")
    assert (reply.status_code, told["status"], told["agency"]) == (202, "computing", WARD)
    assert reply.headers["location"] == f"{API}/{told['id']}"
    assert len(begun) == 1
    assert (await as_planner.get(reply.headers["location"])).json() == told
    reply = await as_planner.get(f"{API}/{told['id']}/problem")
    assert must_fit(reply, "read_problem")["status"] == 404


async def test_only_planners_have_roadmaps_computed(client: Visitor, as_staff: Visitor) -> None:
    assert must_fit(await ask(client, WISH), "compute_roadmap")["status"] == 401
    assert must_fit(await ask(as_staff, WISH), "compute_roadmap")["status"] == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"quarters": 0},
        {"quarters": 2**63},
        {"quarters": 2**64},
        {"ward_days": -1},
        {"ward_days": 1e300},
        {"first_quarter": "2027-Q1"},
        {"name": ""},
        {"name": " "},
        {"agency": "NOWHERE"},
        {"agency": ""},
        {"seconds": 0},
        {"published": True},
    ],
)
async def test_a_wish_that_cannot_be_planned_is_refused(
    as_planner: Visitor, wrong: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Planner, "start", lambda *_: pytest.fail("it was begun"))
    told = must_fit(await ask(as_planner, WISH | wrong), "compute_roadmap")
    assert told["status"] in (400, 404, 422)
