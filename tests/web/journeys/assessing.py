"""Answering, confirming, reviewing."""

import datetime as dt
import re

from lenmuc.core.answers import Identity
from lenmuc.web.reviews import today
from tests.core.make_files import PDF
from tests.pages.test_agency import CODE
from tests.web.journeys.walking import World, fill, send, takes

WORK = f"/en/work/{CODE}"
OTHER = "2.000823"  # another service of the Department of Justice
WEEK = dt.timedelta(days=7)


@takes(
    "POST /{lang:str}/work/{code:str}/{criterion:str}",
    "POST /{lang:str}/work/{code:str}/all",
    "POST /{lang:str}/work/{code:str}/{criterion:str}/evidence",
    "POST /{lang:str}/comments",
    "POST /{lang:str}/comments/{id:int}/withdraw",
    "POST /{lang:str}/assignments",
)
async def answering(world: World) -> None:
    staff = await world.visitor("staff", "STP")
    await send(staff, f"{WORK}/3.03", f"{WORK}/3.03", value="met", justification="Đã làm")
    fields = {"value-3.04": "not_met", "justification-3.04": "Chưa có"}
    await send(staff, f"{WORK}/all", f"{WORK}/all", **fields)
    await send(staff, f"{WORK}/3.03", "/3.03/evidence", ("a.pdf", PDF), title="Quyết định 1")
    await send(staff, f"{WORK}/3.03", "/comments", text="Xem giúp")
    page = await staff.get(f"{WORK}/3.03")
    withdraw = re.search(r'action="(/en/comments/\d+/withdraw)"', page.text)
    assert withdraw
    await fill(staff, page, withdraw[1])
    await send(staff, WORK, "/assignments")


@takes("PUT /api/v1/offerings/{id:int}/answers/{criterion:str}")
async def answering_by_program(world: World) -> None:
    staff = await world.visitor("staff", "STP")
    [one] = (await staff.get(f"/api/v1/offerings?agency=STP&service={CODE}")).json()["items"]
    address = f"/api/v1/offerings/{one['id']}/answers/3.05"
    await staff.http.put(
        address,
        json={"value": "met", "justification": "Đã làm"},
        headers={"If-None-Match": "*", "X-CSRF-Token": staff.csrf},
    )


@takes(
    "POST /{lang:str}/work/{code:str}/submit",
    "POST /{lang:str}/work/{code:str}/withdraw",
    "POST /{lang:str}/review/{id:int}",
)
async def reviewing(world: World) -> None:
    staff, planner = await world.visitor("staff", "STP"), await world.visitor("planner")
    with world.calmly():
        for criterion in ("3.03", "3.04", "3.05", "3.06"):
            page = f"{WORK}/{criterion}"
            await send(staff, page, page, value="met", justification="Đã làm")
    await send(staff, f"{WORK}/submit", "/submit")
    await send(staff, WORK, f"{WORK}/withdraw")
    with world.calmly():
        await send(staff, f"{WORK}/submit", "/submit")
    inbox = await planner.get("/en/review")
    found = re.search(r"/en(/review/\d+)", inbox.text)
    assert found
    sure = await send(planner, f"/en{found[1]}", found[1], step="verify")
    await fill(planner, sure, found[1], step="confirm")


@takes(
    "POST /{lang:str}/work/agency/{criterion:str}",
    "POST /{lang:str}/work/agency/{criterion:str}/evidence",
    "POST /{lang:str}/platform/{criterion:str}",
    "POST /{lang:str}/platform/{criterion:str}/evidence",
    "POST /{lang:str}/platform/services/{code:str}/{criterion:str}",
    "POST /{lang:str}/platform/services/{code:str}/{criterion:str}/evidence",
)
async def answering_for_many(world: World) -> None:
    staff, planner = await world.visitor("staff", "STP"), await world.visitor("planner")
    own, shared = "/en/work/agency/3.45", f"/en/platform/services/{CODE}/1.05"
    given = {"value": "not_met", "justification": "Đã xem"}
    await send(staff, own, own, **given)
    await send(staff, own, f"{own}/evidence", ("a.pdf", PDF), title="Quyết định 2")
    await send(planner, "/en/platform/3.18", "/platform/3.18", **given)
    await send(planner, "/en/platform/3.18", "/3.18/evidence", ("a.pdf", PDF), title="Quyết định 3")
    await send(planner, shared, shared, **given)
    await send(planner, shared, f"{shared}/evidence", ("a.pdf", PDF), title="Quyết định 4")


@takes("POST /{lang:str}/review/proposals")
async def proposing(world: World) -> None:
    staff, planner = await world.visitor("staff", "STP"), await world.visitor("planner")
    with world.calmly():
        page = f"{WORK}/3.05"
        await send(staff, page, page, value="not_applicable", justification="Không có")
    await send(planner, "/en/review/proposals", "/proposals", decision="accepted")


@takes(
    "POST /{lang:str}/work/grid",
    "POST /{lang:str}/work/apply",
    "POST /{lang:str}/work/batches/{id:str}",
)
async def answering_on_the_grid(world: World) -> None:
    staff = await world.visitor("staff", "STP")
    page = await staff.get("/en/work/grid?level=2")
    boxes = re.search(r'<input[^>]*type="checkbox"[^>]*name="([^"]+)"[^>]*value="([^"]+)"', page.text)
    assert boxes
    seen = await fill(staff, page, "/work/grid", value="met", justification="Đã làm", **{boxes[1]: boxes[2]})
    done = await fill(staff, seen, "/work/apply")
    await send(staff, done.headers["location"], done.headers["location"].partition("?")[0])


@takes(
    "POST /{lang:str}/rounds/new",
    "POST /{lang:str}/rounds/{id:int}",
    "POST /{lang:str}/rounds/{id:int}/close",
    "POST /{lang:str}/work/rounds/{id:int}",
    "POST /{lang:str}/work/rounds/{id:int}/{code:str}",
)
async def confirming(world: World) -> None:
    staff, planner = await world.visitor("staff", "STP"), await world.visitor("planner")
    with world.calmly():
        for code in (CODE, OTHER):
            page = f"/en/work/{code}/3.03"
            await send(staff, page, page, value="met", justification="Đã làm")
    async with world.db.transaction(Identity("planner")) as conn:
        await conn.execute("UPDATE answer SET at = at - interval '7 days'")
    asked = {
        "name": "Đợt cuối năm",
        "opens": str(today()),
        "due": str(today() + 2 * WEEK),
        "whom": "province",
    }
    made = await send(planner, "/en/rounds/new", "/new", **asked)
    planners = made.headers["location"]
    place = planners.replace("/en/", "/en/work/")
    await send(staff, f"{place}/{CODE}?all=1", f"/{CODE}", agreed="yes")
    left = re.search(r'name="service" value="([^"]+)"', (await staff.get(place)).text)
    assert left
    await send(staff, place, place, service=left[1], agreed="yes")
    await send(planner, planners, planners, due=str(today() + 3 * WEEK))
    await send(planner, f"{planners}/close", "/close")
