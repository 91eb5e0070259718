"""The clock jumps under the program, or under its database, or is set to another zone: nothing fails, nothing
lasts less than no time, and what was done stays in the order in which it was done.
"""

import datetime as dt
import re
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import pytest

import lenmuc
from lenmuc.actions.auditing import verify
from lenmuc.actions.mail import tell_ending
from lenmuc.actions.rounds import remind
from lenmuc.content.everything import Content
from lenmuc.core.answers import Identity
from lenmuc.store import audit as audit_store
from lenmuc.store.database import PROGRAM
from lenmuc.web.reviews import today
from tests.conftest import PASSWORD, UndoneDatabase, Visitor
from tests.live.every_page import pages
from tests.pages import test_rounds
from tests.web.clock import REAL, Clock, move
from tests.web.journeys import JOURNEYS, Journey
from tests.web.journeys.walking import World

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LEAP_DAY = REAL(2028, 2, 29, 5, tzinfo=dt.UTC) - REAL.now(dt.UTC)
JUMPS = {"on": HOUR, "back": -HOUR, "400 days on": 400 * DAY, "29 February": LEAP_DAY}
LESS_THAN_NO_TIME = re.compile(
    r"(?<![\w–-])[-−]\d+ (second|minute|hour|day|working|month|giây|phút|giờ|ngày)"
)
# Codes of a second factor are of this very moment: the phone has to have the same clock.
BY_CODE = "looking_after_ones_account"
MEANWHILE = [journey for journey in JOURNEYS if journey.walk.__name__ != BY_CODE]


class Jumping(httpx.AsyncBaseTransport):
    """Before each request the clock jumps by the next of `jumps`; nothing that comes back is wrong."""

    def __init__(self, app: Any, clock: Clock, jumps: Iterator[dt.timedelta]) -> None:
        self._inner, self._clock, self._jumps = httpx.ASGITransport(app), clock, jumps
        self.calm = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._clock.ahead = next(self._jumps)
        reply = await self._inner.handle_async_request(request)
        text = (await reply.aread()).decode("utf-8", "replace")
        where = f"{request.method} {request.url.path} {self._clock.ahead}"
        assert reply.status_code < (500 if request.method == "GET" else 400), f"{where}: {text[:3000]}"
        assert not LESS_THAN_NO_TIME.search(text), f"{where}: {LESS_THAN_NO_TIME.search(text)}"
        return reply


@pytest.fixture
def clock(app: Any, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the program, which the test moves."""
    return move(monkeypatch)


@pytest.mark.parametrize("journey", MEANWHILE, ids=lambda journey: journey.walk.__name__)
async def test_between_any_two_requests_the_clock_may_jump_on_and_back(
    journey: Journey, app: Any, clock: Clock, db: UndoneDatabase
) -> None:
    jumps = cycle((HOUR, -HOUR, dt.timedelta()))
    await journey.walk(World(db, Jumping(app, clock, jumps)))


@pytest.mark.parametrize("jump", JUMPS)
async def test_every_page_is_there_under_a_moved_clock(
    jump: str, app: Any, clock: Clock, db: UndoneDatabase
) -> None:
    world = World(db, Jumping(app, clock, cycle((JUMPS[jump],))))
    staff, planner = await world.visitor("staff", "STP"), await world.visitor("planner")
    admin = await world.visitor("administrator")
    await test_rounds.make(planner, opens=str(today()), due=str(today() + 30 * DAY))
    who = {"staff": staff, "planner": planner, "administrator": admin}
    for path, roles in pages():
        if path == "/api":
            continue  # it describes types, and does not take the test's for one
        for role in {"administrator", "planner", "staff"} & set(roles) if "{" not in path else ():
            await who[role].get(f"/en{path or '/'}")


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 400 * DAY, -400 * DAY], ids=str)
async def test_when_the_clock_of_the_database_jumps_nobody_is_shut_out_and_nothing_fails(
    jump: dt.timedelta, app: Any, db: UndoneDatabase, connection: Any, as_staff: Visitor
) -> None:
    guest = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000")
    wrong = {"email": "staffstp@example.org", "password": "wrong"}
    for _ in range(12):
        refused = await guest.post("/en/sign-in", data=wrong)
    assert refused.status_code == 429
    voice = "/en/services/1.001193/wrong"
    for number in range(12):
        said = await guest.post(voice, data={"agency": "X00070", "text": f"Sai {number}"})
    assert said.status_code == 429
    await jumped(connection, jump)
    page = await as_staff.get("/en/work")
    assert page.status_code == (200 if jump < dt.timedelta(minutes=30) else 303)
    assert not LESS_THAN_NO_TIME.search((await as_staff.get("/en/account")).text)
    said = await guest.post(voice, data={"agency": "X00070", "text": "Sai"})
    assert said.status_code == 303, said.text
    right = {"email": "staffstp@example.org", "password": PASSWORD}
    assert (await guest.post("/en/sign-in", data=right)).status_code == 303


async def jumped(conn: Any, jump: dt.timedelta) -> None:
    """What is kept for a time, as if the clock had jumped since: all of it is so much older."""
    await conn.execute("SELECT set_config('lenmuc.role', 'program', true)")
    for table, columns in (
        ("session", ("created", "seen")), ("sign_in_attempt", ("at",)), ("post_count", ("since",)),
        ("sent_form", ("at",)), ("kept_reply", ("at",)),
    ):  # fmt: skip
        moved = ", ".join(f"{column} = {column} - $1::interval" for column in columns)
        await conn.execute(f"UPDATE {table} SET {moved}", jump)


async def test_each_is_told_once_also_when_days_come_twice(
    db: UndoneDatabase, as_planner: Visitor, as_staff: Visitor, content: Content
) -> None:
    async with db.transaction(PROGRAM) as conn:
        await conn.execute("UPDATE mail_switch SET on_since = now()")
    await test_rounds.make(as_planner)
    days = [today() + n * DAY for n in (0, -1, 0, 28, 0, 28, 400, 28)] + [dt.date(2028, 2, 29)]
    told = [await remind(db, content.schemes, day) + await tell_ending(db, day) for day in days]
    assert sum(told) > 0
    assert [told[n] for n in (1, 2, 4, 5, 7)] == [0] * 5, "a day that comes again"


async def test_the_log_is_in_the_order_of_what_was_done_whatever_the_clock_said(
    db: UndoneDatabase, connection: Any
) -> None:
    async with db.transaction(Identity(role="planner")) as conn:
        for place, hours in (("first", 1), ("second", -1), ("third", 0)):
            await conn.execute(
                "INSERT INTO audit (at, action, target) VALUES (now() + $1::interval, 'answer', $2)",
                hours * HOUR, place,
            )  # fmt: skip
    await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what else happens at the commit
    assert (await verify(db)).first is None
    async with db.transaction(Identity(role="auditor")) as conn:
        newest = await audit_store.latest(conn, None, 3)
    assert [one.target for one in newest] == ["third", "second", "first"]


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati", "UTC"])
def test_today_is_today_in_viet_nam_wherever_the_machine_stands(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert today() == (REAL.now(dt.UTC) + 7 * HOUR).date()
    finally:
        monkeypatch.undo()
        time.tzset()


def test_nothing_asks_for_the_day_of_the_machine() -> None:
    asks = re.compile(r"date\.today\(|datetime\.now\(\)|utcnow|fromtimestamp\([^,()]*\)")
    found = {
        path.name: asks.findall(path.read_text(encoding="utf-8"))
        for path in Path(lenmuc.__file__).parent.rglob("*.py")
    }
    assert {name: each for name, each in found.items() if each} == {}
