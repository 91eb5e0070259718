"""Accounts, and people without one."""

import re

import pyotp

from tests.conftest import PASSWORD, person
from tests.web.journeys.walking import World, fill, send, takes


@takes("POST /{lang:str}/sign-in", "POST /{lang:str}/sign-out")
async def coming_and_going(world: World) -> None:
    email = await person(world.db, "staff", "STP")
    visitor = await world.visitor()
    await send(visitor, "/en/sign-in", "/sign-in", email=email, password=PASSWORD)
    await send(visitor, "/en/work", "/sign-out")


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
