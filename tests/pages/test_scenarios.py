"""Scenarios: kept, changed one thing at a time, copied, computed, compared; one roadmap is approved."""

import asyncio
import datetime as dt
import re
import time
from typing import Any

import pytest

from lenmuc.actions import computing
from lenmuc.core.answers import Identity
from lenmuc.core.quarters import end_of
from lenmuc.core.roadmap.follow import over_by
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store.database import PROGRAM, act_as
from lenmuc.store.roadmaps import Progress
from lenmuc.web.language import HANOI
from tests.conftest import Visitor
from tests.pages.test_planner import AGENCY, ASKED, compute, rows_of, wait_for, words_of


async def scenario(planner: Visitor, **other: str) -> str:
    """A scenario that was kept without computing; its address."""
    await planner.get("/en/plan")
    reply = await planner.post("/en/plan", **{**ASKED, **other, "then": "scenario"})
    assert reply.status_code == 303, reply.text
    return str(reply.headers["location"])


async def send(planner: Visitor, address: str, form: str, /, **typed: str) -> Any:
    """Fill in one form of a scenario's page."""
    page = (await planner.get(address)).text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    return await planner.post(address + form, version=version[1], **typed)


async def computed(planner: Visitor, address: str) -> tuple[int, str]:
    await planner.get(address)
    reply = await planner.post(address + "/compute")
    assert reply.status_code == 303, reply.text
    return await wait_for(planner, reply.headers["location"])


async def test_a_scenario_keeps_what_was_put_in_and_is_changed_one_thing_at_a_time(
    as_planner: Visitor,
) -> None:
    address = await scenario(as_planner)
    goal = {
        "goal_level": "3", "goal_number": "50", "goal_unit": "percent", "goal_of": "all", "goal_by": "2027Q4",
    }  # fmt: skip
    assert (await send(as_planner, address, "/goals", **goal)).status_code == 303
    team = {"team_pool": "central", "team_kind": "", "team_days": "60 60 30 60"}
    assert (await send(as_planner, address, "/teams", **team)).status_code == 303
    freeze = {"freeze_quarter": "2027Q1", "freeze_share": "50", "freeze_pool": ""}
    assert (await send(as_planner, address, "/freezes", **freeze)).status_code == 303
    rule = {"rule_criterion": "3.20", "rule_order": "not_before", "rule_quarter": "2027Q2"}
    assert (await send(as_planner, address, "/rules", **rule)).status_code == 303
    said = words_of((await as_planner.get(address)).text)
    assert "50 % of all offerings at level 3 or above by Q4 2027: must be met" in said
    assert "Central team: 60 · 60 · 30 · 60 person-days, quarter by quarter" in said
    assert "Everybody: 50 % of the days in Q1 2027" in said
    assert "not before Q2 2027" in said
    assert (await send(as_planner, address, "/remove", part="rules", place="0")).status_code == 303
    assert "not before Q2 2027" not in words_of((await as_planner.get(address)).text)


@pytest.mark.parametrize(
    ("part", "typed", "field"),
    [
        ("/teams", {"team_pool": "central", "team_days": "60 60"}, "team_days"),
        ("/teams", {"team_pool": "NOBODY", "team_days": "60"}, "team_pool"),
        ("/freezes", {"freeze_quarter": "2026Q1", "freeze_share": "0"}, "freeze_quarter"),
        ("/freezes", {"freeze_quarter": "2027Q1", "freeze_share": "120"}, "freeze_share"),
        ("/rules", {"rule_criterion": "3.01", "rule_order": "exclude"}, "rule_service"),
        ("/rules", {"rule_criterion": "9.99", "rule_order": "exclude"}, "rule_criterion"),
        ("/goals", {"goal_number": "many", "goal_by": "2027Q1"}, "goal_number"),
        ("/goals", {"goal_number": "0", "goal_unit": "count", "goal_by": "2027Q1"}, "goal_number"),
        ("/goals", {"goal_number": "50", "goal_by": "2029Q1"}, "goal_by"),
        ("", {**ASKED, "ward_days": "lots"}, "ward_days"),
        ("/copy", {"copy_name": ""}, "copy_name"),
    ],
)
async def test_a_mistake_in_a_scenario_is_named_at_its_field(
    as_planner: Visitor, part: str, typed: dict[str, str], field: str
) -> None:
    address = await scenario(as_planner)
    if part == "/copy":
        await as_planner.get(address)
        reply = await as_planner.post(address + part, **typed)
    else:
        reply = await send(as_planner, address, part, **typed)
    assert reply.status_code == 422
    assert f'href="#{field}"' in reply.text
    assert f'id="{field}-error"' in reply.text


async def test_who_saves_a_scenario_that_somebody_changed_meanwhile_is_told_and_loses_nothing(
    as_planner: Visitor,
) -> None:
    address = await scenario(as_planner)
    assert (await send(as_planner, address, "", **{**ASKED, "name": "First"})).status_code == 303
    late = await as_planner.post(address, version="1", **{**ASKED, "name": "Second"})
    assert late.status_code == 409
    assert "Somebody else changed this scenario" in late.text
    assert 'value="Second"' in late.text
    assert "First" in words_of((await as_planner.get(address)).text)


async def test_a_copy_with_two_more_people_differs_in_that_alone_and_lifts_no_less(
    as_planner: Visitor,
) -> None:
    few = {**ASKED, "central_days": "40"}
    address = await scenario(as_planner, **few)
    first, _ = await computed(as_planner, address)
    reply = await as_planner.post(address + "/copy", copy_name="Two more people")
    copy = reply.headers["location"]
    assert "copied from Lộ trình thử" in words_of((await as_planner.get(copy)).text)
    more = {**few, "name": "Two more people", "central_days": "160"}
    assert (await send(as_planner, copy, "", **more)).status_code == 303
    second, _ = await computed(as_planner, copy)
    page = (await as_planner.get(f"/en/plan/compare?roadmap={first}&roadmap={second}")).text
    different = words_of(page).partition("What is different in the inputs")[2].partition("In short")[0]
    assert "Person-days a quarter of the central team 40 160" in different
    assert "ward" not in different
    at_3 = re.findall(r"(\d+) of 10", words_of(page))
    assert int(at_3[0]) < int(at_3[1])


async def test_one_roadmap_alone_is_not_compared(as_planner: Visitor) -> None:
    number, _ = await compute(as_planner)
    assert (await as_planner.get(f"/en/plan/compare?roadmap={number}")).status_code == 422
    assert (await as_planner.get("/en/plan/compare")).status_code == 422
    assert (await as_planner.get(f"/en/plan/compare?roadmap={number}&roadmap=99999")).status_code == 404


async def test_a_target_that_must_be_met_is_met_or_the_planner_is_told_why_there_is_no_plan(
    as_planner: Visitor,
) -> None:
    address = await scenario(as_planner)
    goal = {"goal_level": "3", "goal_number": "4", "goal_unit": "count", "goal_by": "2027Q4"}
    await send(as_planner, address, "/goals", **goal)
    number, page = await computed(as_planner, address)
    assert "Met: " in words_of(page)
    copy = (await as_planner.post(address + "/copy", copy_name="Nobody works")).headers["location"]
    nobody = {**ASKED, "name": "Nobody works", "central_days": "0", "body_days": "0"}
    await send(as_planner, copy, "", **nobody)
    failed, page = await computed(as_planner, copy)
    said = words_of(page)
    assert "This roadmap was not computed" in said
    assert "No plan meets every target and deadline together." in said
    target = "“4 of all offerings at level 3 or above by Q4 2027”"
    assert f"Target {target} is to be met by Q4 2027." in said
    assert f"Target {target}: it wants 4 offerings, at most 0 can be there by Q4 2027." in said
    assert re.search(f"Target {target} can be met with [0-9.]+ person-days more", said)
    assert AGENCY not in said
    assert failed != number


async def test_approving_makes_a_roadmap_public_and_replaces_the_one_before(
    as_planner: Visitor, client: Visitor
) -> None:
    first, _ = await compute(as_planner)
    second, _ = await compute(as_planner)
    for number in (first, second):
        assert (await as_planner.post(f"/en/plan/{number}/approve")).status_code == 303
    assert "This is the approved roadmap" not in (await as_planner.get(f"/en/plan/{first}")).text
    assert "This is the approved roadmap" in (await as_planner.get(f"/en/plan/{second}")).text
    assert (await client.get(f"/en/roadmaps/{second}")).status_code == 200
    assert (await as_planner.post(f"/en/plan/{second}/withdraw")).status_code == 404
    assert (await client.get(f"/en/roadmaps/{second}")).status_code == 200
    assert (await as_planner.post("/en/plan/99999/approve")).status_code == 404


async def test_a_service_page_names_the_quarter_of_the_approved_roadmap_and_not_of_a_newer_one(
    as_planner: Visitor, client: Visitor
) -> None:
    first, page = await compute(as_planner)
    await as_planner.post(f"/en/plan/{first}/approve")
    newer, _ = await compute(as_planner)
    await as_planner.post(f"/en/plan/{newer}/publish")
    code = re.search(r'class="risers">\s*<li><a href="/en/services/([^"]+)"', page)
    assert code
    said = words_of((await client.get(f"/en/services/{code[1]}?agency={AGENCY}")).text)
    assert re.search(r"Level 3 in Q\d 2027", said)
    assert "Planned by the approved roadmap of" in said
    waits = re.search(r"Level 3 in Q(\d) 2027 Why then: .*?“(.+?)”", said)
    assert waits
    rows = rows_of(await as_planner.get(f"/en/plan/{first}.csv"))
    assert waits[2] in {row["What it meets"] for row in rows if row["Done in quarter"] == f"2027Q{waits[1]}"}


def _waits(answer: Any, task: object) -> None:
    answer.send(Progress(80.0, 100.0))
    time.sleep(60)


async def test_how_far_a_computation_is_stands_on_its_page_and_it_can_be_stopped(
    as_planner: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computing, "_child", _waits)
    address = await scenario(as_planner)
    await as_planner.get(address)
    waiting = (await as_planner.post(address + "/compute")).headers["location"]
    for _ in range(600):
        said = words_of((await as_planner.get(waiting)).text)
        if "Best plan so far" in said:
            break
        await asyncio.sleep(0.2)
    assert "Best plan so far 80 No plan can have more than 100 Still possible at most 25.00% more" in said
    assert (await as_planner.post(waiting + "/cancel")).status_code == 303
    _, page = await wait_for(as_planner, waiting)
    assert "A planner stopped the computation. Nothing of it was kept." in words_of(page)


async def test_a_computation_without_a_sign_of_life_has_failed_and_one_with_it_goes_on(
    db: Any, as_planner: Visitor
) -> None:
    async with db.transaction(PROGRAM) as conn:
        person = await conn.fetchval("SELECT id FROM person WHERE role = 'planner'")
        settings = {"name": "x", "agency": "", "first_quarter": "2027Q1", "quarters": 4}
        settings |= {"central_days": 1, "body_days": 1, "ward_days": 1}
        insert = (
            "INSERT INTO roadmap (name, scheme, status, settings, person, beat) "
            "VALUES ('x', 'rs-2018', 'computing', $1, $2, now() - $3::interval) RETURNING id"
        )
        await act_as(conn, Identity("planner", str(person)))
        silent = await conn.fetchval(insert, settings, person, dt.timedelta(seconds=40))
        alive = await conn.fetchval(insert, settings, person, dt.timedelta(seconds=5))
    assert (
        "The program stopped while this roadmap was being computed."
        in (await as_planner.get(f"/en/plan/{silent}")).text
    )
    assert "The roadmap is being computed" in (await as_planner.get(f"/en/plan/{alive}")).text
    async with db.transaction(PROGRAM) as conn:
        found = await roadmaps_store.find_roadmap(conn, silent)
    assert found
    assert found.status == "failed"


async def test_staff_see_no_scenario(as_staff: Visitor) -> None:
    assert (await as_staff.get("/en/plan/scenarios/1")).status_code == 403
    assert (await as_staff.get("/en/plan/compare?roadmap=1&roadmap=2")).status_code == 403


async def test_planned_work_whose_criterion_is_not_met_when_its_quarter_is_over_is_late(
    as_planner: Visitor,
) -> None:
    address = await scenario(as_planner, first_quarter="2026Q1", quarters="8")
    number, _ = await computed(as_planner, address)
    assert (await as_planner.get(f"/en/plan/{number}/follow")).status_code == 404
    await as_planner.post(f"/en/plan/{number}/approve")
    rows = rows_of(await as_planner.get(f"/en/plan/{number}.csv"))
    page = await as_planner.get(f"/en/plan/{number}/follow")
    said = words_of(page.text)
    today = dt.datetime.now(HANOI).date()
    over = {f"{y}Q{q}" for y in (2026, 2027) for q in range(1, 5) if (y, 3 * q) < (today.year, today.month)}
    due = sum(row["Done in quarter"] in over for row in rows)
    assert f"{due} work items should be finished by now: the criteria of 0 are met, {due} are late." in said
    assert "Q1 2026 0 of" in said
    assert "which is late too" in said


async def test_a_quarter_is_over_on_the_first_day_after_it() -> None:
    assert over_by(("2026Q1", "2026Q2", "2026Q3"), dt.date(2026, 6, 30)) == 1
    assert over_by(("2026Q1", "2026Q2", "2026Q3"), dt.date(2026, 7, 1)) == 2
    assert end_of("2026Q4") == dt.date(2027, 1, 1)
