"""Planners answer for the portal, and for a service at every agency."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from lenmuc.actions.answering import Saved, answer
from lenmuc.actions.works import Work, Works
from lenmuc.pages import answering
from lenmuc.store import offerings as offerings_store
from lenmuc.store.database import PROGRAM
from tests.conftest import PASSWORD, Visitor, person
from tests.pages.test_agency import field, words_of

BIRTH = "1.001193"  # at 126 wards; of levels 1 and 2 its record lacks nothing but the processing time (1.05)


async def level_at(db: Any, agency: str) -> int:
    async with db.transaction(PROGRAM) as conn:
        offering = await offerings_store.offering_of(conn, BIRTH, agency)
    return int(offering.level)


async def test_a_planner_answers_a_platform_criterion_for_the_whole_city(
    as_planner: Visitor, content: Any
) -> None:
    platform = next(c.id for c in content.scheme.criteria if c.scope == "platform")
    form = await as_planner.get(f"/en/platform/{platform}")
    assert "It counts for all 73,806 offerings of the city." in words_of(form.text)
    assert field(form.text, "version") == "0"
    given = {"value": "met", "justification": "Xem cổng", "version": "0"}
    reply = await as_planner.post(f"/en/platform/{platform}", **given)
    assert reply.status_code == 303
    said = words_of((await as_planner.get(reply.headers["location"])).text)
    assert f"Saved: {platform} is now “Met”" in said
    assert "The answer counts for 73,806 offerings. No level has changed." in said
    assert "Answered for the city's portal by Planner" in said


async def test_a_criterion_of_another_scope_is_not_answered_for_the_portal(
    as_planner: Visitor, content: Any
) -> None:
    own = next(c.id for c in content.scheme.criteria if c.scope == "agency")
    given = {"value": "met", "justification": "x", "version": "0"}
    for path in ("3.03", "9.99", f"services/{BIRTH}/{own}", "services/9.9/3.03"):
        assert (await as_planner.get(f"/en/platform/{path}")).status_code == 404
        assert (await as_planner.post(f"/en/platform/{path}", **given)).status_code == 404


async def test_an_answer_for_a_service_moves_it_at_every_agency_and_is_foretold(
    as_planner: Visitor, db: Any
) -> None:
    before = [await level_at(db, agency) for agency in ("X00004", "X00070")]
    form = words_of((await as_planner.get(f"/en/platform/services/{BIRTH}/1.05")).text)
    assert "It reaches 126 offerings." in form
    assert "With “met”, 126 would reach a higher level." in form
    reply = await as_planner.post(
        f"/en/platform/services/{BIRTH}/1.05", value="met", justification="Ghi trong quyết định", version="0"
    )
    said = words_of((await as_planner.get(reply.headers["location"])).text)
    assert "The answer counts for 126 offerings. 126 have reached a higher level." in said
    after = [await level_at(db, agency) for agency in ("X00004", "X00070")]
    assert (before, after) == ([0, 0], [2, 2])


async def test_a_local_exception_wins_over_the_answer_for_every_agency(
    as_planner: Visitor, visit: Callable[[], Visitor], db: Any
) -> None:
    ward = visit()
    await ward.sign_in(await person(db, "staff", "X00004"), PASSWORD)
    page = await ward.get(f"/en/work/{BIRTH}/1.05")
    assert "This answers for your agency only" in page.text
    exception = {"value": "not_met", "justification": "Chưa niêm yết thời hạn", "version": "0"}
    assert (await ward.post(f"/en/work/{BIRTH}/1.05", **exception)).status_code == 303
    form = words_of((await as_planner.get(f"/en/platform/services/{BIRTH}/1.05")).text)
    assert "1 of them has an answer of its own, which stays." in form
    assert "With “met”, 125 would reach a higher level." in form
    given = {"value": "met", "justification": "Ghi trong quyết định", "version": "0"}
    assert (await as_planner.post(f"/en/platform/services/{BIRTH}/1.05", **given)).status_code == 303
    assert [await level_at(db, agency) for agency in ("X00004", "X00070")] == [0, 2]
    shown = words_of((await ward.get(f"/en/work/{BIRTH}")).text)
    assert "An exception: the answer for every agency is different" in shown
    one = words_of((await ward.get(f"/en/work/{BIRTH}/1.05")).text)
    assert one.index("Chưa niêm yết thời hạn") < one.index("It stands over a wider answer")


async def test_planners_find_the_service_they_answer_for(as_planner: Visitor) -> None:
    page = await as_planner.get("/vi/platform/services?q=dang ky khai sinh")
    assert f'href="/vi/platform/services/{BIRTH}"' in page.text
    listed = await as_planner.get(f"/vi/platform/services/{BIRTH}")
    assert f'href="/vi/platform/services/{BIRTH}/3.03"' in listed.text
    assert "No service found" in (await as_planner.get("/en/platform/services?q=qqqqq")).text


async def when_done(visitor: Visitor, address: str) -> Any:
    """What the waiting page shows once it has nothing to wait for."""
    for _ in range(1_000):
        page = await visitor.get(address)
        if page.status_code != 200:
            return page
        await asyncio.sleep(0.05)
    raise AssertionError("it never ended")


async def test_a_save_that_takes_long_shows_how_far_it_is_and_then_what_it_did(
    as_planner: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()

    async def slow(*arguments: Any) -> Saved:
        arguments[-1](1, 4)
        await go_on.wait()
        return await answer(*arguments)

    monkeypatch.setattr(answering, "answer", slow)
    monkeypatch.setattr(Works, "ended", no_patience)
    await as_planner.get(f"/en/platform/services/{BIRTH}/1.05")
    given = {"value": "met", "justification": "Ghi trong quyết định", "version": "0"}
    reply = await as_planner.post(f"/en/platform/services/{BIRTH}/1.05", **given)
    address = reply.headers["location"]
    assert address.startswith("/en/saving/")
    await asyncio.sleep(0)
    page = await as_planner.get(address)
    assert "1 of 4 sets of rules are done." in words_of(page.text)
    assert 'http-equiv="refresh"' in page.text
    go_on.set()
    page = await when_done(as_planner, address)
    said = words_of((await as_planner.get(page.headers["location"])).text)
    assert "126 have reached a higher level." in said
    # Sent again from the old page: the conflict is shown where one waits.
    reply = await as_planner.post(f"/en/platform/services/{BIRTH}/1.05", **given)
    assert (await when_done(as_planner, reply.headers["location"])).status_code == 409


async def test_only_who_saves_sees_how_far_it_is(
    as_planner: Visitor, as_staff: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Works, "ended", no_patience)
    await as_planner.get(f"/en/platform/services/{BIRTH}/1.05")
    reply = await as_planner.post(
        f"/en/platform/services/{BIRTH}/1.05", value="met", justification="Có", version="0"
    )
    assert (await as_staff.get(reply.headers["location"])).status_code == 404
    assert (await when_done(as_planner, reply.headers["location"])).status_code == 303


async def no_patience(works: Works, work: Work) -> bool:
    return False
