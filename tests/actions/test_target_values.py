"""Values of targets on the loaded city, each counted again by a query of its own; who sees which rows."""

import datetime as dt
from typing import Any

import asyncpg
import msgspec
import pytest

from lenmuc.actions.target_values import Day, Forecasts, TargetStand, end_of_day
from lenmuc.content.everything import Content
from lenmuc.core.answers import Identity
from lenmuc.core.programme_forms import ProgrammeSaid, TargetSaid, TaskSaid
from lenmuc.core.programmes import Judged
from lenmuc.core.reviews import ReviewRules
from lenmuc.core.roadmap.inputs import PlanRequest
from lenmuc.core.roadmap.problem import Pool, Problem, Solution, Upgrade
from lenmuc.store import programmes as programmes_store
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store import tasks as tasks_store
from lenmuc.store.database import PROGRAM, PUBLIC
from lenmuc.store.roadmaps import Summary
from lenmuc.web.reviews import today
from tests.conftest import person
from tests.pages.test_figures import raise_some

PLANNER = Identity("planner")
STAFF, OTHERS = Identity("staff", agency="STP"), Identity("staff", agency="SXD")
AUDITOR = Identity("auditor")
NOW = today()
SAID = ProgrammeSaid("Chương trình", "", "QĐ 1", NOW - dt.timedelta(days=200), NOW + dt.timedelta(days=165))
TARGET = TargetSaid(
    "Mức 3", "", "", "level-3-or-more", "services", "at_least", "percent", 80.0,
    NOW + dt.timedelta(days=165), "", "", "Kế hoạch 1",
)  # fmt: skip
LAST = Summary(1, 0, 0, 0, 0, 0, 0, 0, 0, 1.0, 1.0, 0.0, "optimal", 0.1)


async def planner(db: Any, connection: Any) -> int:
    email = await person(db, "planner")
    return int(await connection.fetchval("SELECT id FROM person WHERE email = $1", email))


async def stands(db: Any, content: Content, *targets: TargetSaid, day: dt.date = NOW) -> list[TargetStand]:
    """A programme with these targets, read on a day."""
    async with db.transaction(PLANNER) as conn:
        someone = int(await conn.fetchval("SELECT min(id) FROM person"))
        id = await programmes_store.add_programme(conn, SAID, someone)
        for said in targets:
            await programmes_store.add_target(conn, id, said, someone)
    async with db.transaction(PROGRAM, read_only=True) as conn:
        programme = await programmes_store.find_programme(conn, id)
        assert programme is not None
        look = Day(conn, content, Forecasts(), ReviewRules(), NOW, day)
        found = await look.stands(programme)
    return sorted(found, key=lambda each: each.target.id)


def like(**changes: Any) -> TargetSaid:
    return msgspec.structs.replace(TARGET, **changes)


async def test_shares_and_counts_of_each_scope_are_what_offerings_give(
    db: Any, connection: Any, content: Content
) -> None:
    await raise_some(connection)
    await planner(db, connection)
    scopes = ({}, {"agency": "STP"}, {"tier": "commune"}, {"tier": "province"})
    for level, figure in ((3, "level-3-or-more"), (4, "level-4")):
        wanted = [
            like(figure=figure, unit=unit, counted=counted, amount=100.0, **scope)
            for scope in scopes
            for unit in ("percent", "count")
            for counted in ("services", "filings")
        ]
        for found in await stands(db, content, *wanted):
            target = found.target
            part, whole, filed, filings = await connection.fetchrow(
                "SELECT count(*) FILTER (WHERE o.level >= $1), count(*),"
                " sum(o.filings) FILTER (WHERE o.level >= $1), sum(o.filings)"
                " FROM offering o, agency a"
                " WHERE a.code = o.agency AND $2 IN ('', o.agency) AND $3 IN ('', a.tier)",
                level, target.agency, target.tier,
            )  # fmt: skip
            assert whole
            if target.counted == "filings":
                part, whole = filed or 0, filings
            expected = float(100 * part / whole) if target.unit == "percent" else float(part)
            assert found.amount == pytest.approx(expected), (target.tier, target.agency, target.unit)
            assert found.ratio is not None
            assert (found.ratio.part, found.ratio.whole) == (part, whole)
            assert found.points[-1][1] == pytest.approx(expected)


async def test_online_and_end_to_end_shares_are_what_offerings_give(
    db: Any, connection: Any, content: Content
) -> None:
    await raise_some(connection)
    await planner(db, connection)
    await connection.execute("UPDATE offering SET online_filings = greatest(0, id % 4 - 1) WHERE id % 2 = 0")
    await connection.execute("UPDATE standing SET level = 3 WHERE scheme = 'rs-2026' AND offering % 9 = 0")
    online, filed, silent, counted = await connection.fetchrow(
        "SELECT sum(online_filings) FILTER (WHERE filings IS NOT NULL),"
        " sum(filings) FILTER (WHERE online_filings IS NOT NULL),"
        " count(*) FILTER (WHERE online_filings = 0), count(online_filings) FROM offering WHERE level >= 3"
    )
    full, whole = await connection.fetchrow(
        "SELECT count(*) FILTER (WHERE level = 3), count(*) FROM standing WHERE scheme = 'rs-2026'"
    )

    found = await stands(
        db, content,
        like(figure="online-share", counted="filings"),
        like(figure="no-online-filings", sense="at_most", amount=20.0),
        like(figure="end-to-end-2026"),
    )  # fmt: skip

    shares = [float(100 * online / filed), 100 * silent / counted, 100 * full / whole]
    assert [each.amount for each in found] == [pytest.approx(share) for share in shares]
    assert all(each.forecast is None for each in found)


async def test_the_eligible_and_the_verified_have_the_values_of_their_figures_today_alone(
    db: Any, connection: Any, content: Content
) -> None:
    await raise_some(connection)
    await planner(db, connection)
    wanted = (like(figure="level-3-or-more-eligible"), like(figure="verified", agency="STP"))
    part, whole = await connection.fetchrow(
        "SELECT count(*) FILTER (WHERE level >= 3), count(*) FROM offering"
    )
    eligible, verified = await stands(db, content, *wanted)
    assert eligible.amount == pytest.approx(100 * part / whole)  # no answer names the law
    assert verified.amount == 0.0
    assert (eligible.points, eligible.start) == ((), None)
    # asked of yesterday, nothing was kept
    late = msgspec.structs.replace(TARGET, figure="verified")
    async with db.transaction(PROGRAM, read_only=True) as conn:
        look = Day(conn, content, Forecasts(), ReviewRules(), NOW, NOW - dt.timedelta(days=1))
        programme = (await programmes_store.list_programmes(conn))[0]
        target = msgspec.structs.replace(eligible.target, figure=late.figure)
        assert (await look.stand(programme, target)).judged == Judged("unknown")


async def test_what_nothing_measures_cannot_be_told(db: Any, connection: Any, content: Content) -> None:
    await planner(db, connection)
    [found] = await stands(db, content, like(figure=""))
    assert (found.judged.state, found.amount, found.figure) == ("unknown", None, None)
    [silent] = await stands(db, content, like(figure="online-share", counted="filings"))
    assert (silent.judged.state, silent.amount) == ("unknown", None)  # nobody counts online filings so far


async def approved(db: Any, connection: Any, agency: str = "") -> int:
    """An approved roadmap: some services below level 3, one after this quarter and the rest much later."""
    rows = await connection.fetch(
        "SELECT service, agency, coalesce(filings, 0)::int AS filings FROM offering"
        " WHERE level < 3 AND agency IN ('STP', 'X00004') ORDER BY id"
    )
    quarter = f"{NOW.year}Q{(NOW.month + 2) // 3}"
    quarters = (quarter, f"{NOW.year + 9}Q1")
    upgrades = tuple(
        Upgrade(id=f"L3#{row['service']}@{row['agency']}", level=3, gain=1, filings=row["filings"])
        for row in rows
    )
    problem = Problem(quarters, (Pool("central", (1, 1)),), (), upgrades)
    reached = {each.id: int(at % 3 > 0) for at, each in enumerate(upgrades)}
    async with db.transaction(PLANNER) as conn:
        someone = int(await conn.fetchval("SELECT min(id) FROM person"))
        request = PlanRequest("Lộ trình", agency, quarter, 2, 1, 1, 1)
        id = await roadmaps_store.start_roadmap(conn, request, "rs-2018", someone)
        solution = Solution({}, reached, 1, 1, 0, "optimal", 0.1)
        await roadmaps_store.finish_roadmap(conn, id, problem, solution, LAST)
        assert await roadmaps_store.approve_roadmap(conn, id, someone)
    return id


async def test_the_forecast_is_what_was_there_and_what_the_approved_roadmap_brings_by_the_day(
    db: Any, connection: Any, content: Content
) -> None:
    await raise_some(connection)
    await planner(db, connection)
    id = await approved(db, connection)
    scopes = ({}, {"agency": "STP"}, {"tier": "commune"}, {"agency": "SXD"})
    wanted = [like(counted=counted, **scope) for scope in scopes for counted in ("services", "filings")]
    for found in await stands(db, content, *wanted):
        target = found.target
        sums = await connection.fetchrow(
            "WITH planned AS (SELECT id, (row_number() OVER (ORDER BY id) - 1) % 3 = 0 AS soon FROM offering"
            "  WHERE level < 3 AND agency IN ('STP', 'X00004'))"
            " SELECT count(*) FILTER (WHERE o.level >= 3 OR p.soon), count(*),"
            "  sum(o.filings) FILTER (WHERE o.level >= 3 OR p.soon), sum(o.filings)"
            " FROM offering o JOIN agency a ON a.code = o.agency LEFT JOIN planned p ON p.id = o.id"
            " WHERE $1 IN ('', o.agency) AND $2 IN ('', a.tier)",
            target.agency, target.tier,
        )  # fmt: skip
        part, whole = (sums[0], sums[1]) if target.counted == "services" else (sums[2], sums[3])
        assert found.forecast is not None
        assert found.forecast.roadmap == id
        assert found.forecast.amount == pytest.approx(float(100 * part / whole)), target
        state = "on_course" if found.forecast.amount >= 80 else "at_risk"
        assert found.judged == Judged(state, "forecast")


async def test_an_agency_is_foreseen_by_its_own_roadmap_first(
    db: Any, connection: Any, content: Content
) -> None:
    await planner(db, connection)
    await approved(db, connection)
    own = await approved(db, connection, "STP")
    found = await stands(db, content, like(agency="STP"), like(agency="X00004"), like(figure="level-4"))
    assert [each.forecast.roadmap == own for each in found if each.forecast] == [True, False, False]


async def test_a_target_withdrawn_counts_no_more_and_stays_in_days_before(
    db: Any, connection: Any, content: Content
) -> None:
    someone = await planner(db, connection)
    async with db.transaction(PLANNER) as conn:
        id = await programmes_store.add_programme(conn, SAID, someone)
        target = await programmes_store.add_target(conn, id, TARGET, someone)
        assert not await programmes_store.withdraw_target(conn, target, someone, 7)
        assert await programmes_store.withdraw_target(conn, target, someone, 1)
        assert not await programmes_store.change_target(conn, target, TARGET, someone, 2)
        assert await programmes_store.list_targets(conn, end_of_day(NOW), id) == []
        await conn.execute("UPDATE target SET created = now() - interval '9 days' WHERE id = $1", target)
        before = await programmes_store.list_targets(conn, end_of_day(NOW - dt.timedelta(days=1)), id)
    assert [each.id for each in before] == [target]


async def test_an_agency_sees_its_own_tasks_and_reports_nobody_elses(db: Any, connection: Any) -> None:
    someone = await planner(db, connection)
    said = TaskSaid("Nối cổng thanh toán", "STP", NOW, "Biên bản")
    async with db.transaction(PLANNER) as conn:
        programme = await programmes_store.add_programme(conn, SAID, someone)
        id = await tasks_store.add_task(conn, programme, said, someone)
        target = await programmes_store.add_target(conn, programme, TARGET, someone)
        task = await tasks_store.find_task(conn, id)
    assert task is not None
    for who, sees in ((STAFF, True), (PLANNER, True), (AUDITOR, True), (OTHERS, False), (PUBLIC, False)):
        async with db.transaction(who, read_only=True) as conn:
            assert (await tasks_store.find_task(conn, id) is not None) is sees, who
            assert bool(await tasks_store.list_tasks(conn, end_of_day(NOW))) is sees, who
    for who, kind in (
        (OTHERS, "reported"),
        (STAFF, "accepted"),
        (PLANNER, "reported"),
        (AUDITOR, "accepted"),
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.transaction(who) as conn:
                await tasks_store.add_report(conn, task, kind, "x", "", someone)
    async with db.transaction(STAFF) as conn:
        await tasks_store.add_report(conn, task, "reported", "Xong", "https://example.org/1", someone)
    for who in (STAFF, PLANNER):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.transaction(who) as conn:
                await conn.execute("UPDATE task_report SET text = 'khác'")
    async with db.transaction(OTHERS, read_only=True) as conn:
        assert await tasks_store.reports(conn, id) == []
    for published in (False, True):
        async with db.transaction(PLANNER) as conn:
            current = await programmes_store.find_programme(conn, programme)
            assert current is not None
            await programmes_store.publish_programme(conn, programme, published, someone, current.version)
        async with db.transaction(PUBLIC, read_only=True) as conn:
            assert (await programmes_store.find_programme(conn, programme) is not None) is published
            assert (await programmes_store.find_target(conn, target) is not None) is published


async def test_a_task_is_read_as_it_stood_on_a_day(db: Any, connection: Any) -> None:
    someone = await planner(db, connection)
    said = TaskSaid("Nối cổng thanh toán", "STP", NOW - dt.timedelta(days=4), "Biên bản")
    async with db.transaction(PLANNER) as conn:
        programme = await programmes_store.add_programme(conn, SAID, someone)
        id = await tasks_store.add_task(conn, programme, said, someone)
        await conn.execute("UPDATE task SET created = now() - interval '30 days' WHERE id = $1", id)
    steps = (
        ("staff", "reported", 6),
        ("planner", "returned", 5),
        ("staff", "reported", 2),
        ("planner", "accepted", 1),
    )
    for role, kind, ago in steps:
        who = Identity(role, agency="STP") if role == "staff" else PLANNER
        async with db.transaction(who) as conn:
            await conn.execute(
                "INSERT INTO task_report (task, agency, kind, text, person, at)"
                " VALUES ($1, 'STP', $2, 'x', $3, now() - $4 * interval '1 day')",
                id, kind, someone, ago,
            )  # fmt: skip
    expected = {7: ("open", 0), 6: ("reported", 0), 5: ("returned", 0), 4: ("returned", 0), 3: ("late", 1),
                2: ("reported", 2), 1: ("done", 2), 0: ("done", 2)}  # fmt: skip
    async with db.transaction(PLANNER, read_only=True) as conn:
        assert await tasks_store.list_tasks(conn, end_of_day(NOW - dt.timedelta(days=40))) == []
        for ago, (state, late) in expected.items():
            day = NOW - dt.timedelta(days=ago)
            [task] = await tasks_store.list_tasks(conn, end_of_day(day), programme, "STP")
            judged = task.judged(day)
            assert (judged.state, judged.days_late) == (state, late), ago
