"""What the tests of briefings begin from: a quarter that is counted, frozen, published."""

import datetime as dt
import re
from html import unescape
from typing import Any

from lenmuc.actions import briefings
from lenmuc.actions.counting import count
from lenmuc.actions.roadmap_view import Views
from lenmuc.core.answers import Identity
from lenmuc.core.briefing.state import Briefing
from lenmuc.core.quarters import before, end_of, quarter_of
from lenmuc.core.reviews import ReviewRules
from lenmuc.core.roadmap.inputs import PlanRequest
from lenmuc.core.roadmap.problem import Item, Pool, Problem, Upgrade
from lenmuc.core.roadmap.solve import solve
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.web.language import HANOI
from tests.conftest import person
from tests.pages.test_figures import raise_some

TODAY = dt.datetime.now(HANOI)
NOW = quarter_of(TODAY.date())
LATER = dt.datetime.combine(end_of(NOW), dt.time(9), HANOI)  # the first day after the quarter
RULES = ReviewRules()


async def planner(db: Any) -> Identity:
    """A planner: the one who is signed in, or a new one."""
    find = "SELECT max(id) FROM person WHERE role = 'planner'"
    async with db.transaction(Identity("administrator")) as conn:
        number = await conn.fetchval(find)
    if number is None:
        await person(db, "planner")
        return await planner(db)
    return Identity("planner", str(number))


async def counted(db: Any, content: Any, now: dt.datetime = TODAY) -> Briefing:
    return await count(db, content, Views(db, content), RULES, NOW, now)


async def published_briefing(db: Any, content: Any) -> str:
    """The quarter of a briefing that is frozen and public."""
    who = await planner(db)
    await freeze(db, content, who)
    await briefings.publish(db, who, int(who.person), NOW, True)
    return NOW


async def freeze(db: Any, content: Any, who: Identity) -> None:
    await briefings.freeze(db, content, Views(db, content), RULES, who, int(who.person), NOW, LATER)


async def rise(connection: Any) -> None:
    """Some levels rise, with the history that goes with it."""
    await raise_some(connection)
    await connection.execute(
        "INSERT INTO level_change (offering, scheme, from_level, to_level, cause)"
        " SELECT id, 'rs-2018', 2, level, 'answer 3.01' FROM offering WHERE level > 2"
    )


async def approved_plan(db: Any, connection: Any) -> tuple[int, str]:
    """An approved roadmap of the city with one item of the platform, due last quarter; a service it lifts."""
    who = await planner(db)
    code = await connection.fetchval("SELECT min(service) FROM offering WHERE level = 2")
    problem = Problem(
        (before(NOW), NOW, quarter_of(LATER.date())),
        (Pool("central", (9.0, 9.0, 9.0)), Pool("STP", (9.0, 9.0, 9.0))),
        (
            Item("3.55", "central", 8.0, criterion="3.55"),
            Item("3.79@STP", "STP", 3.0, criterion="3.79", target="@STP", earliest=2),
        ),
        (Upgrade(f"L3#{code}@STP", 3, 30.0, ("3.55", "3.79@STP"), "", 1, 120, {}, "STP"),),
    )
    solution = solve(problem)
    request = PlanRequest("Lộ trình đã duyệt", "", before(NOW), 3, 9.0, 9.0, 9.0, 30.0)
    async with db.transaction(who) as conn:
        id = await roadmaps_store.start_roadmap(conn, request, "rs-2018", int(who.person))
        summary = roadmaps_store.Summary(1, 0, 0, 1, 0, 120, 0, 2, 2, 1.0, 1.0, 0.0, "optimal", 0.1)
        await roadmaps_store.finish_roadmap(conn, id, problem, solution, summary)
        assert await roadmaps_store.approve_roadmap(conn, id, int(who.person))
    return id, code


def table(html: str, caption: str) -> list[list[str]]:
    """The body of a table of a page, cell by cell."""
    found = html.partition(f"<caption>{caption}</caption>")[2].partition("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", found.partition("<tbody>")[2], re.S)
    return [
        [
            unescape(re.sub(r"<[^>]+>", "", cell))
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
        ]
        for row in rows
    ]
