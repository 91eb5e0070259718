"""Briefings: each figure counted again by a query of its own."""

import datetime as dt
from html import unescape
from typing import Any

from lenmuc.core.quarters import quarter_of
from lenmuc.store.database import act_as
from tests.conftest import Visitor, person
from tests.pages.briefings import LATER, NOW, TODAY, approved_plan, counted, planner, rise, table
from tests.pages.test_figures import share, written


async def test_levels_and_shares_are_what_queries_of_their_own_give(
    as_planner: Visitor, connection: Any
) -> None:
    await rise(connection)
    html = (await as_planner.get(f"/vi/briefing/{NOW}")).text
    rows = {row[0]: row for row in table(html, "Dịch vụ theo mức")}
    whole = await connection.fetchval("SELECT count(*) FROM offering")
    for level, offerings, filings in await connection.fetch(
        "SELECT level, count(*), coalesce(sum(filings), 0) FROM offering GROUP BY level"
    ):
        name = f"Mức {level}" if level else "Dưới mức 1"
        assert rows[name][1] == written(offerings)
        assert rows[name][2] == unescape(share(offerings, whole))
        assert rows[name][3:5] == ["chưa rõ", "chưa rõ"]  # the city was loaded in this quarter
        assert rows[name][5] == written(filings)


async def test_what_rose_is_what_the_history_of_levels_says(db: Any, content: Any, connection: Any) -> None:
    await rise(connection)
    found = await counted(db, content)
    risen = await connection.fetch("SELECT agency, count(*) FROM offering WHERE level > 2 GROUP BY agency")
    assert found.rose == sum(row[1] for row in risen)
    assert {body.code: body.rose for body in found.bodies if body.rose} == {row[0]: row[1] for row in risen}
    assert {(move.became, move.offerings) for move in found.moves} == {
        tuple(row) for row in await connection.fetch(
            "SELECT level, count(*) FROM offering WHERE level > 2 GROUP BY level"
        )
    }  # fmt: skip


async def test_a_level_that_went_up_and_down_again_has_not_moved(
    db: Any, content: Any, connection: Any
) -> None:
    for was, became in ((2, 3), (3, 2)):
        await connection.execute(
            "INSERT INTO level_change (offering, scheme, from_level, to_level, cause, at)"
            " SELECT id, 'rs-2018', $1::int, $2::int, 'answer 3.01', now() + $1::int * interval '1 second'"
            " FROM offering WHERE level = 2 LIMIT 5",
            was,
            became,
        )
    found = await counted(db, content)
    assert (found.rose, found.fell) == (0, 0)


async def test_agencies_stand_as_their_offerings_do(db: Any, content: Any, connection: Any) -> None:
    await rise(connection)
    found = {body.code: body for body in (await counted(db, content)).bodies}
    for agency, whole, online in await connection.fetch(
        "SELECT agency, count(*), count(*) FILTER (WHERE level >= 3) FROM offering GROUP BY agency"
    ):
        assert (found[agency].online.part, found[agency].online.whole) == (online, whole)
    province = [body for body in found.values() if body.tier == "province" and body.rank]
    for body in province:
        better = sum((other.online.share or 0) > (body.online.share or 0) for other in province)
        assert body.rank
        assert body.rank >= better + 1


async def test_what_waits_is_what_queries_of_their_own_give(db: Any, content: Any, connection: Any) -> None:
    await person(db, "lead", "STP")
    await connection.execute(
        "SELECT set_config('lenmuc.role', 'lead', false), set_config('lenmuc.agency', 'STP', false)"
    )
    await connection.execute(
        "INSERT INTO review (service, agency, scheme, state, level, version, submitted_by, submitted_at)"
        " SELECT service, agency, 'rs-2018', 'submitted', 2, 1, (SELECT max(id) FROM person),"
        " now() - n * interval '1 day' FROM (SELECT *, row_number() OVER (ORDER BY id)::int AS n"
        " FROM offering WHERE agency = 'STP') o WHERE n <= 6"
    )
    await connection.execute("UPDATE offering SET declared = 4 WHERE agency = 'STP' AND level = 2")
    differing = await connection.fetchval(
        "SELECT count(*) FROM offering WHERE declared IS NOT NULL AND declared <> level"
    )
    found = (await counted(db, content)).decisions
    assert (found.waiting, found.differing) == (6, differing)
    assert found.oldest == (TODAY - dt.timedelta(days=6)).date()


async def test_late_work_stands_with_its_reason_and_its_agency(
    db: Any, content: Any, connection: Any
) -> None:
    await approved_plan(db, connection)
    plan = (await counted(db, content)).plan
    assert plan
    assert (plan.due, plan.late) == (1, 1)
    assert plan.work[0].criterion == "3.55"
    assert plan.work[0].why == (("confirm", 1),)
    assert plan.next
    assert (plan.next.quarter, plan.next.items, plan.next.new_3) == (quarter_of(LATER.date()), 1, 1)
    who = await planner(db)
    await act_as(connection, who)
    await connection.execute(
        "INSERT INTO answer (criterion, value, justification, blocker, version, person)"
        " VALUES ('3.55', 'not_met', 'Chưa bố trí được kinh phí', 'no_budget', 1, $1)",
        int(who.person),
    )
    plan = (await counted(db, content)).plan
    assert plan
    assert plan.work[0].why == (("no_budget", 1),)
    await act_as(connection, who)
    await connection.execute("UPDATE answer SET value = 'met', blocker = '' WHERE criterion = '3.55'")
    plan = (await counted(db, content)).plan
    assert plan
    assert (plan.due, plan.late) == (1, 0)
