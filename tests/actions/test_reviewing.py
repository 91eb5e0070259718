"""Reviews with others at work: two at once, a changed record, what the database itself refuses."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
import pytest

from lenmuc.actions import accounts
from lenmuc.actions.answering import answer
from lenmuc.actions.cases import Verdict
from lenmuc.actions.reviewing import verify
from lenmuc.actions.statuses import note_changed_facts, settled_reviews
from lenmuc.actions.submitting import submit
from lenmuc.core.answers import AnswerForm, Identity, Target
from lenmuc.core.errors import Conflict, Refused
from lenmuc.core.readiness import ServiceFacts
from lenmuc.core.reviews import ReviewRules
from lenmuc.store import audit as audit_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import reviews as reviews_store
from lenmuc.store.database import PROGRAM, PUBLIC, PooledDatabase
from tests.conftest import PASSWORD, forget_log

CODE = "1.013852"  # see tests/pages/test_agency.py
MISSING = ("3.03", "3.04", "3.05", "3.06")
HERE = Target("STP", CODE)
RULES = ReviewRules()
TODAY = dt.date(2026, 11, 22)


class People(msgspec.Struct, frozen=True):
    """Somebody who answers and somebody who reviews."""

    staff: Identity
    planner: Identity


async def people(db: Any) -> People:
    staff = await accounts.create_person(db, "s@example.org", "An", "staff", "STP", PASSWORD)
    planner = await accounts.create_person(db, "p@example.org", "Bình", "planner", "", PASSWORD)
    return People(Identity("staff", str(staff.id), "STP"), Identity("planner", str(planner.id)))


async def say(db: Any, content: Any, who: Identity, criterion: str, value: str, version: int = 0) -> Any:
    form = AnswerForm(value, "Seen", version=version)
    return await answer(db, content.kept, who, int(who.person), criterion, HERE, form)


async def submitted(db: Any, content: Any) -> tuple[People, int]:
    """A checklist at level 3 that waits for a planner: its people and its number."""
    both = await people(db)
    for criterion in MISSING:
        await say(db, content, both.staff, criterion, "met")
    person = int(both.staff.person)
    review = await submit(db, content.scheme, both.staff, person, CODE, 0, TODAY, RULES)
    return both, review.id


@asynccontextmanager
async def committed(postgres: Any) -> AsyncIterator[PooledDatabase]:
    """The loaded city with real transactions; what they leave behind is taken away as the owner."""
    db = PooledDatabase(postgres.app_dsn)
    await db.open()
    try:
        yield db
    finally:
        await db.close()
        owner = await asyncpg.connect(postgres.owner_dsn)
        await owner.execute("SELECT set_config('lenmuc.role', 'program', false)")
        for table in ("review", "remark", "answer"):
            await owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        await owner.execute("TRUNCATE review, remark, answer")
        for table in ("review", "remark", "answer"):
            await owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        await owner.execute("DELETE FROM level_change WHERE cause <> 'loaded'")
        await owner.execute(
            "UPDATE offering SET level = 2, missing = $2 WHERE service = $1 AND agency = 'STP'",
            CODE,
            list(MISSING),
        )
        await catalogue_store.roll_up_services(owner, CODE)
        await owner.execute("DELETE FROM person")
        await owner.close()
        await forget_log(postgres)


@pytest.mark.parametrize("first", ["verify", "answer"])
async def test_when_one_verifies_while_another_changes_an_answer_one_wins_cleanly(
    city: Any, postgres: Any, first: str
) -> None:
    async with committed(postgres) as db:
        both, number = await submitted(db, city)

        async def decide() -> Any:
            return await verify(db, city.kept, both.planner, number, Verdict(1), TODAY, RULES)

        async def change() -> Any:
            return await say(db, city, both.staff, "3.05", "not_met", 1)

        deeds = [decide(), change()] if first == "verify" else [change(), decide()]
        found = await asyncio.gather(*deeds, return_exceptions=True)
        verdict, changed = found if first == "verify" else reversed(found)
        assert not isinstance(changed, BaseException)
        async with db.transaction(PROGRAM) as conn:
            review = await reviews_store.find_review(conn, number)
        assert review is not None
        if isinstance(verdict, Conflict):
            assert (review.state, review.verified_at, review.version) == ("submitted", None, 2)
        else:
            # it was verified first, and what then changed under it is written on it
            assert verdict.state == review.state == "verified"
            assert (review.verified_level, review.changed_what) == (3, "answer")


async def test_ten_who_verify_at_once_verify_it_once(city: Any, postgres: Any) -> None:
    async with committed(postgres) as db:
        both, number = await submitted(db, city)
        deeds = [verify(db, city.kept, both.planner, number, Verdict(1), TODAY, RULES) for _ in range(10)]
        found = await asyncio.gather(*deeds, return_exceptions=True)
        assert sum(not isinstance(one, BaseException) for one in found) == 1
        assert all(isinstance(one, Conflict | Refused) for one in found if isinstance(one, BaseException))
        async with db.transaction(Identity("planner")) as conn:
            assert len(await audit_store.latest(conn, "review verified")) == 1


async def test_a_changed_record_makes_a_verification_due_where_it_rests_on_it(db: Any, content: Any) -> None:
    both, number = await submitted(db, content)
    await verify(db, content.kept, both.planner, number, Verdict(1), TODAY, RULES)
    async with db.transaction(PROGRAM) as conn:
        now = await settled_reviews(conn, content.scheme)
        assert await note_changed_facts(conn, content.scheme, now) == 0
        other = ServiceFacts(now[CODE].not_applicable, now[CODE].met ^ 1 << content.scheme.index["4.04"])
        assert await note_changed_facts(conn, content.scheme, {CODE: other}) == 0
        other = ServiceFacts(now[CODE].not_applicable, now[CODE].met ^ 1 << content.scheme.index["1.05"])
        assert await note_changed_facts(conn, content.scheme, {CODE: other}) == 1
        review = await reviews_store.find_review(conn, number)
    assert review is not None
    assert (review.changed_what, review.changed is not None) == ("facts", True)


async def test_the_database_itself_shows_a_review_to_those_it_concerns_only(db: Any, content: Any) -> None:
    _, number = await submitted(db, content)

    async def seen(who: Identity) -> bool:
        async with db.transaction(who) as conn:
            return bool(await conn.fetchval("SELECT count(*) FROM review WHERE id = $1", number))

    async def write(who: Identity) -> int:
        async with db.transaction(who) as conn:
            said = await conn.execute("UPDATE review SET version = version + 1 WHERE id = $1", number)
            return int(said.split()[1])

    other = Identity("staff", "1", "SXD")
    assert await seen(PUBLIC)
    assert not await seen(Identity("nobody"))
    assert (await write(other), await write(PUBLIC), await write(Identity("auditor", "1"))) == (0, 0, 0)
    async with db.transaction(Identity("staff", "1", "STP")) as conn:
        await conn.execute("UPDATE review SET state = 'returned' WHERE id = $1", number)
    assert not await seen(PUBLIC)
    assert not await seen(other)
    assert await seen(Identity("auditor", "1"))
    async with db.transaction(Identity("planner", "1")) as conn:
        person = await conn.fetchval("SELECT min(id) FROM person")
        await reviews_store.add_remarks(conn, number, "STP", person, {"3.05": "x"})
    async with db.transaction(other) as conn:
        assert await reviews_store.remarks_of(conn, number) == []
    async with db.transaction(PUBLIC) as conn:
        assert await reviews_store.remarks_of(conn, number) == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with db.transaction(other) as conn:
            await reviews_store.first_submission(
                conn, (CODE, "STP", "other"), "submitted", 3, ["3.03"], person
            )


async def test_nobody_accepts_an_answer_of_their_own_even_in_the_database(db: Any, content: Any) -> None:
    both = await people(db)
    await answer(
        db,
        content.kept,
        both.staff,
        int(both.staff.person),
        "3.05",
        HERE,
        AnswerForm("not_applicable", "x"),
    )
    with pytest.raises(asyncpg.CheckViolationError):
        async with db.transaction(both.staff) as conn:
            await conn.execute(
                "UPDATE answer SET decision = 'accepted', decided_by = person, decided_at = now()"
            )
