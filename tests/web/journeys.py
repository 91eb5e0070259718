"""What people change, step by step through the forms of the pages: each journey names the routes it takes."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol

import html5lib
import httpx
import pyotp

from tests.conftest import PASSWORD, Visitor, person
from tests.core.make_files import PDF
from tests.live.site import Form
from tests.pages.test_agency import CODE
from tests.pages.test_planner import ASKED

WORK = f"/en/work/{CODE}"


class World(Protocol):
    """Where a journey takes place. What happens inside `calmly` is let through at once."""

    db: Any

    async def visitor(self, role: str = "", agency: str = "") -> Visitor: ...

    def calmly(self) -> Any: ...


class Journey(NamedTuple):
    """A walk, and the changes that it makes on its way."""

    walk: Callable[[World], Awaitable[None]]
    routes: frozenset[str]


JOURNEYS: list[Journey] = []


def takes(*routes: str) -> Callable[[Callable[[World], Awaitable[None]]], Callable[[World], Awaitable[None]]]:
    """This walk makes these changes: "METHOD path", as the access matrix spells it."""

    def note(walk: Callable[[World], Awaitable[None]]) -> Callable[[World], Awaitable[None]]:
        JOURNEYS.append(Journey(walk, frozenset(routes)))
        return walk

    return note


async def send(
    who: Visitor, page: str, action: str, file: tuple[str, bytes] | None = None, /, **typed: str
) -> httpx.Response:
    """Open a page, fill in the form whose address ends like this, send it; the reply."""
    return await fill(who, await who.get(page), action, file, **typed)


async def fill(
    who: Visitor,
    opened: httpx.Response,
    action: str,
    file: tuple[str, bytes] | None = None,
    /,
    **typed: str,
) -> httpx.Response:
    """The same on a page that is open."""
    tree = html5lib.parse(opened.text, namespaceHTMLElements=False)
    forms = [Form(each, str(opened.url)) for each in tree.iter("form")]
    form = next((f for f in forms if f.method == "post" and f.address.endswith(action)), None)
    assert form is not None, f"{opened.url} has no form for {action}, only {[f.address for f in forms]}"
    data = form.filled(typed)
    if file is None:
        return await who.http.post(form.address, data=data)
    return await who.http.post(form.address, data=data, files={"file": file})


@takes("POST /{lang:str}/sign-in", "POST /{lang:str}/sign-out")
async def coming_and_going(world: World) -> None:
    email = await person(world.db, "staff", "STP")
    visitor = await world.visitor()
    await send(visitor, "/en/sign-in", "/sign-in", email=email, password=PASSWORD)
    await send(visitor, "/en/work", "/sign-out")


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
    "POST /{lang:str}/people/new",
    "POST /{lang:str}/people/{id:int}",
    "POST /{lang:str}/people/{id:int}/{deed:str}",
)
async def looking_after_people(world: World) -> None:
    admin = await world.visitor("administrator")
    await send(admin, "/en/people/new", "/people/new", email="n@example.org", name="Nam", role="auditor")
    found = re.findall(r"/en/people/(\d+)", (await admin.get("/en/people")).text)
    one = f"/en/people/{max(map(int, found))}"
    await send(admin, one, one, name="Nam Anh")
    await send(admin, f"{one}/password", f"{one}/password")


@takes(
    "POST /{lang:str}/account/password",
    "POST /{lang:str}/account/sessions/end-others",
    "POST /{lang:str}/account/sessions/{id:int}/end",
    "POST /{lang:str}/account/second-factor/begin",
    "POST /{lang:str}/account/second-factor/confirm",
    "POST /{lang:str}/account/second-factor/recovery-codes",
    "POST /{lang:str}/account/second-factor/off",
)
async def looking_after_ones_account(world: World) -> None:
    staff = await world.visitor("staff", "STP")
    others = [await world.visitor() for _ in range(2)]
    with world.calmly():
        for other in others:
            await other.sign_in("staffstp@example.org", PASSWORD)
    page = await staff.get("/en/account")
    end = re.search(r'action="(/en/account/sessions/\d+/end)"', page.text)
    assert end
    await fill(staff, page, end[1])
    await send(staff, "/en/account", "/end-others")
    place = "/en/account/second-factor"
    await send(staff, place, "/begin")
    page = await staff.get(place)
    secret = re.search(r"<code[^>]*>([A-Z2-7 ]{16,})</code>", page.text)
    assert secret
    done = await fill(staff, page, "/confirm", code=pyotp.TOTP(secret[1].replace(" ", "")).now())
    recovery = re.search(r"<code>([^<]+)</code>", done.text)
    assert recovery
    await send(staff, place, "/recovery-codes", code=recovery[1])
    await send(staff, place, "/off", password=PASSWORD)
    other = "trâu ơi ta bảo trâu này"
    await send(staff, "/en/account/password", "/password", old=PASSWORD, new=other, again=other)


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


SERVICE, WARD = "1.001193", "X00070"


@takes(
    "POST /{lang:str}/services/{code:str}/rate",
    "POST /{lang:str}/services/{code:str}/wrong",
    "POST /{lang:str}/services/{code:str}/need",
    "POST /{lang:str}/corrections/{id:int}/decision",
    "POST /{lang:str}/corrections/{id:int}/answer",
)
async def speaking_up(world: World) -> None:
    anybody, staff, planner = (
        await world.visitor(),
        await world.visitor("staff", WARD),
        await world.visitor("planner"),
    )
    page = f"/en/services/{SERVICE}"
    await anybody.post(f"{page}/rate", agency=WARD, overall="3")
    await anybody.post(f"{page}/need", agency="")
    await anybody.post(f"{page}/wrong", agency=WARD, text="Chưa nộp được qua mạng")
    found = re.search(r"/en(/corrections/\d+)", (await planner.get("/en/corrections")).text)
    assert found
    await send(planner, f"/en{found[1]}", "/decision", step="accept")
    await send(staff, f"/en{found[1]}", "/answer", answer="Đã sửa")
