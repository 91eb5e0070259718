"""Findings of inspections: a verification is due, the agency reads what concerns it, nobody else's."""

import datetime as dt
from typing import Any

import pytest

from lenmuc.actions.cases import Verdict
from lenmuc.actions.inspections import Said, find, keep_plan, preview, say_visit
from lenmuc.actions.reviewing import verify
from lenmuc.core.answers import Identity
from lenmuc.core.errors import NotAllowed
from lenmuc.core.sampling import Asked
from lenmuc.store import inspections as inspections_store
from lenmuc.store import reviews as reviews_store
from lenmuc.store.database import PROGRAM
from tests.actions.test_reviewing import CODE, RULES, TODAY, say, submitted

ASKED = Asked("Kiểm tra", "STP", "2027Q1", 1, 2, 1, 1, "7")


async def visited(db: Any, content: Any) -> tuple[Any, int, int]:
    """A verified level 3 that is visited: its people, the number of the plan and of the visit."""
    both, number = await submitted(db, content)
    await verify(db, content.kept, both.planner, number, Verdict(1), TODAY, RULES)
    async with db.transaction(PROGRAM) as conn:
        await conn.execute(
            "UPDATE offering SET valid_to = current_date WHERE agency = 'STP' AND service <> $1", CODE
        )
    drawn = await preview(db, both.planner, content.scheme, ASKED, TODAY)
    assert [(one.place.service, one.reasons) for one in drawn.visits] == [(CODE, ("jumped",))]
    plan = await keep_plan(db, both.planner, content.scheme, ASKED, drawn.digest, TODAY)
    async with db.transaction(PROGRAM) as conn:
        visit = await conn.fetchval("SELECT id FROM inspection_visit WHERE plan = $1", plan)
    await say_visit(db, both.planner, plan, visit, Said("visited", TODAY, ""), 1, TODAY)
    return both, plan, visit


async def review(db: Any) -> Any:
    async with db.transaction(PROGRAM) as conn:
        return await reviews_store.review_of(conn, CODE, "STP", "rs-2018")


@pytest.mark.parametrize(
    ("criterion", "holds", "due"), [("3.05", "no", True), ("3.05", "yes", False), ("4.01", "no", False)]
)
async def test_what_does_not_hold_makes_a_verification_due_that_rests_on_it(
    db: Any, content: Any, criterion: str, holds: str, due: bool
) -> None:
    both, plan, visit = await visited(db, content)
    before = await review(db)
    await find(
        db, both.planner, content.scheme, plan, visit, criterion, holds, "Seen", TODAY + dt.timedelta(days=1)
    )
    after = await review(db)
    assert (after.changed, after.changed_what) == (
        (TODAY + dt.timedelta(days=1), "inspection") if due else (None, "")
    )
    assert (after.version > before.version) is due
    assert after.verified_level == before.verified_level == 3


async def test_an_answer_given_anew_counts_as_corrected(db: Any, content: Any) -> None:
    both, plan, visit = await visited(db, content)
    await find(db, both.planner, content.scheme, plan, visit, "3.05", "no", "Seen", TODAY)
    async with db.transaction(PROGRAM) as conn:
        assert [each.answered for each in await inspections_store.findings_of(conn, plan)] == [False]
    await say(db, content, both.staff, "3.05", "not_met", 1)
    async with db.transaction(both.staff) as conn:
        # a test is one transaction, in which every moment is the same
        done = await conn.execute("UPDATE answer SET at = at + interval '1 minute' WHERE value = 'not_met'")
        assert done == "UPDATE 1"
    async with db.transaction(PROGRAM) as conn:
        assert [each.answered for each in await inspections_store.findings_of(conn, plan)] == [True]


async def test_an_agency_reads_what_was_found_there_and_no_plan(db: Any, content: Any) -> None:
    both, plan, visit = await visited(db, content)
    await find(db, both.planner, content.scheme, plan, visit, "3.05", "no", "Seen", TODAY)
    for who, found, plans in (
        (both.staff, 1, 0),
        (Identity("staff", both.staff.person, "SXD"), 0, 0),
        (Identity("auditor", both.planner.person), 1, 1),
    ):
        async with db.transaction(who) as conn:
            assert await conn.fetchval("SELECT count(*) FROM inspection_finding") == found
            assert await conn.fetchval("SELECT count(*) FROM inspection_plan") == plans
            assert await conn.fetchval("SELECT count(*) FROM inspection_visit") == plans


async def test_only_a_planner_keeps_plans_and_writes_findings(db: Any, content: Any) -> None:
    both, plan, visit = await visited(db, content)
    auditor = Identity("auditor", both.planner.person)
    for who in (both.staff, auditor):
        with pytest.raises(NotAllowed):
            await keep_plan(db, who, content.scheme, ASKED, "", TODAY)
        with pytest.raises(NotAllowed):
            await find(db, who, content.scheme, plan, visit, "3.05", "no", "Seen", TODAY)
        with pytest.raises(NotAllowed):
            await say_visit(db, who, plan, visit, Said("planned", None, ""), 2, TODAY)
