"""Scenarios, briefings, programmes."""

from lenmuc.core.quarters import before, quarter_of
from lenmuc.web.reviews import today
from tests.pages import test_inspections as inspections
from tests.pages import test_programmes as programmes
from tests.pages.test_planner import ASKED
from tests.web.journeys.walking import World, fill, send, takes

SCENARIO = "/{lang:str}/plan/scenarios/{id:int}"


@takes(
    "POST /{lang:str}/plan",
    *(
        f"POST {SCENARIO}{part}"
        for part in ("", "/goals", "/teams", "/freezes", "/rules", "/remove", "/copy")
    ),
)
async def keeping_scenarios(world: World) -> None:
    planner = await world.visitor("planner")
    await planner.get("/en/plan")
    made = await planner.post("/en/plan", **{**ASKED, "then": "scenario"})
    address = made.headers["location"]
    quarter = ASKED["first_quarter"]
    await send(planner, address, address, name="Khác")
    goal = {"goal_level": "3", "goal_number": "50", "goal_unit": "percent", "goal_of": "all"}
    await send(planner, address, "/goals", **goal, goal_by=quarter)
    await send(planner, address, "/teams", team_pool="central", team_days="60")
    await send(planner, address, "/freezes", freeze_quarter=quarter, freeze_share="50")
    await send(
        planner, address, "/rules", rule_criterion="3.20", rule_order="not_before", rule_quarter=quarter
    )
    await send(planner, address, "/remove")
    await send(planner, address, "/copy", copy_name="Bản sao")


QUARTER = quarter_of(today())
BRIEFING = "/{lang:str}/briefing/{quarter:str}"


@takes(
    f"POST {BRIEFING}/freeze",
    f"POST {BRIEFING}/corrections",
    f"POST {BRIEFING}/publish",
    f"POST {BRIEFING}/withdraw",
)
async def briefing(world: World) -> None:
    planner = await world.visitor("planner")
    address = f"/en/briefing/{before(QUARTER)}"
    await send(planner, f"{address}/freeze", "/freeze")
    await send(planner, address, "/corrections", section="achieved", text="Thiếu một phường")
    await planner.post(f"{address}/publish")
    await planner.post(f"{address}/withdraw")


PROGRAMME = "/{lang:str}/programmes/{id:int}"


@takes(
    "POST /{lang:str}/programmes/new",
    f"POST {PROGRAMME}/change",
    f"POST {PROGRAMME}/{{deed:str}}",
    f"POST {PROGRAMME}/targets/new",
    f"POST {PROGRAMME}/targets/{{target:int}}",
    f"POST {PROGRAMME}/targets/{{target:int}}/withdraw",
    f"POST {PROGRAMME}/tasks/new",
    f"POST {PROGRAMME}/tasks/{{task:int}}",
    f"POST {PROGRAMME}/tasks/{{task:int}}/withdraw",
    "POST /{lang:str}/tasks/{id:int}",
)
async def giving_targets_and_tasks(world: World) -> None:
    staff, planner = await world.visitor("staff", "STP"), await world.visitor("planner")
    place = await programmes.begun(planner)
    change = await planner.get(f"{place}/change")
    await fill(planner, change, "/change", name="Khác")
    aim = f"{place}/targets/{await programmes.target(planner, place)}"
    await send(planner, aim, aim, name="Mức 3")
    number = await programmes.task(planner, place)
    await send(planner, f"{place}/tasks/{number}", f"/tasks/{number}", name="Nối cổng")
    await programmes.publish(planner, place)
    await send(staff, f"/en/tasks/{number}", f"/tasks/{number}", kind="reported", text="Đã nối")
    await send(planner, f"{aim}/withdraw", "/withdraw")
    await send(planner, f"{place}/tasks/{number}/withdraw", "/withdraw")


@takes(
    "POST /{lang:str}/inspections",
    "POST /{lang:str}/inspections/{plan:int}/visits/{id:int}",
    "POST /{lang:str}/inspections/{plan:int}/visits/{id:int}/findings",
)
async def inspecting(world: World) -> None:
    planner = await world.visitor("planner")
    visit = await inspections.made(planner, await inspections.keep(planner))
    await send(planner, visit, "/findings", criterion="3.05", holds="no", text="Chưa có")


@takes("POST /{lang:str}/estimates/{criterion:str}")
async def estimating(world: World) -> None:
    planner = await world.visitor("planner")
    page = "/en/estimates/3.04"
    await send(planner, page, page, days="9", reason="Đã đo ở lần trước")
