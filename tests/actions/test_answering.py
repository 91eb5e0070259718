"""Answering on a real pool: what happens at the same time, and what is written beside the answer."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from lenmuc.actions.answering import answer
from lenmuc.actions.foreseeing import foresee
from lenmuc.content.everything import Content
from lenmuc.core.answers import AnswerForm, Identity, Target
from lenmuc.core.errors import Conflict, NotAllowed, NotFound, Refused
from lenmuc.store import audit as audit_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store import standings as standings_store
from lenmuc.store.database import PROGRAM, PooledDatabase
from tests.conftest import forget_log, person

if TYPE_CHECKING:
    from lenmuc.store.embedded import EmbeddedPostgres

HERE = Target("STP", "1.013852")
STAFF = Identity("staff", "1", "STP")
PLANNER = Identity("planner", "1")
MISSING = ("3.03", "3.04", "3.05", "3.06")
YES = AnswerForm("met", "Seen")


@pytest.fixture
async def pool(city: Content, postgres: "EmbeddedPostgres") -> AsyncIterator[tuple[PooledDatabase, int]]:
    """A real pool, so that answers meet; what they leave behind is taken away again."""
    db = PooledDatabase(postgres.app_dsn, size=6)
    await db.open()
    email = await person(db, "staff", "STP")
    async with db.transaction(PROGRAM) as conn:
        someone = await conn.fetchval("SELECT id FROM person WHERE email = $1", email)
        was = await offerings_store.offering_of(conn, HERE.service, HERE.agency)
        assert was is not None
        standings = await standings_store.standings_of(conn, was.id)
    yield db, someone
    await db.close()
    owner = await asyncpg.connect(postgres.owner_dsn)
    async with owner.transaction():
        await owner.execute("SELECT set_config('lenmuc.role', 'program', true)")
        await owner.execute("ALTER TABLE answer NO FORCE ROW LEVEL SECURITY")
        await owner.execute("DELETE FROM answer WHERE person = $1", someone)
        await owner.execute("DELETE FROM level_change WHERE offering = $1 AND cause <> 'loaded'", was.id)
        await owner.execute("DELETE FROM person WHERE id = $1", someone)
        await owner.execute(
            "UPDATE offering SET level = $2, missing = $3, since = $4 WHERE id = $1",
            was.id,
            was.level,
            list(was.missing),
            was.since,
        )
        for standing in standings.values():
            await owner.execute(
                "UPDATE standing SET level = $3, missing = $4, since = $5 "
                "WHERE offering = $1 AND scheme = $2",
                was.id,
                standing.scheme,
                standing.level,
                list(standing.missing),
                standing.since,
            )
        await owner.execute("ALTER TABLE answer FORCE ROW LEVEL SECURITY")
    await owner.close()
    await forget_log(postgres)


async def test_answers_at_the_same_time_to_different_criteria_end_in_the_right_level(
    pool: tuple[PooledDatabase, int], content: Content
) -> None:
    db, someone = pool
    for value, level, missing in (("met", 3, ("4.04",)), ("not_met", 2, MISSING)):
        version = 0 if value == "met" else 1
        form = AnswerForm(value, "Seen", version=version)
        await asyncio.gather(
            *(answer(db, content.kept, STAFF, someone, criterion, HERE, form) for criterion in MISSING)
        )
        async with db.transaction(PROGRAM) as conn:
            found = await offerings_store.offering_of(conn, HERE.service, HERE.agency)
        assert found is not None
        assert (found.level, found.missing) == (level, missing)


async def test_of_many_who_change_one_answer_at_once_one_wins_and_the_others_are_told(
    pool: tuple[PooledDatabase, int], content: Content
) -> None:
    db, someone = pool
    given = [
        answer(db, content.kept, STAFF, someone, "3.03", HERE, AnswerForm("met", f"Seen by {name}"))
        for name in range(12)
    ]
    done = await asyncio.gather(*given, return_exceptions=True)
    assert sum(isinstance(each, Conflict) for each in done) == 11
    (saved,) = [each for each in done if not isinstance(each, BaseException)]
    assert saved.answer.version == 1


async def somebody(db: Any) -> int:
    email = await person(db, "staff", "STP")
    async with db.transaction(PROGRAM) as conn:
        return int(await conn.fetchval("SELECT id FROM person WHERE email = $1", email))


async def test_an_answer_and_its_audit_entry_are_written_together(db: Any, content: Content) -> None:
    someone = await somebody(db)
    await answer(db, content.kept, STAFF, someone, "3.03", HERE, YES)
    changed = AnswerForm("not_met", "Gone", version=1)
    await answer(db, content.kept, STAFF, someone, "3.03", HERE, changed)
    async with db.transaction(PLANNER) as conn:
        last, first = (await audit_store.latest(conn, "answer"))[:2]
    assert (first.before, first.after["value"]) == (None, "met")
    assert (last.before["value"], last.after["value"], last.agency) == ("met", "not_met", "STP")


async def test_what_is_refused_leaves_nothing_behind(db: Any, content: Content) -> None:
    someone = await somebody(db)
    with pytest.raises(Refused):
        await answer(db, content.kept, STAFF, someone, "3.03", HERE, AnswerForm("met"))
    with pytest.raises(NotAllowed):
        await answer(db, content.kept, STAFF, someone, "3.03", Target("SXD", HERE.service), YES)
    with pytest.raises(NotFound):
        await answer(db, content.kept, STAFF, someone, "3.03", Target("STP", "9.999999"), YES)
    with pytest.raises(NotFound):
        await answer(db, content.kept, STAFF, someone, "9.99", HERE, YES)
    with pytest.raises(Conflict):
        await answer(db, content.kept, STAFF, someone, "3.03", HERE, AnswerForm("met", "Seen", version=7))
    async with db.transaction(PLANNER) as conn:
        assert not await conn.fetch("SELECT 1 FROM answer")
        assert not await audit_store.latest(conn, "answer")


async def test_what_is_foreseen_is_what_happens(db: Any, content: Content) -> None:
    someone = await somebody(db)
    scheme, everywhere = content.scheme, Target(service="1.001193")
    async with db.transaction(PLANNER) as conn:
        foreseen = await foresee(conn, content.kept, scheme, scheme.criterion("1.05"), everywhere)
    saved = await answer(db, content.kept, PLANNER, someone, "1.05", everywhere, YES)
    assert (foreseen.reaches, foreseen.rise, foreseen.fall) == (126, 126, 0)
    assert (saved.moved.main.rose, saved.moved.main.fell) == (126, 0)
    async with db.transaction(PLANNER) as conn:
        again = await foresee(conn, content.kept, scheme, scheme.criterion("1.05"), everywhere)
    assert (again.rise, again.fall) == (0, 126)


async def test_a_duty_moves_no_level(db: Any, content: Content) -> None:
    someone = await somebody(db)
    duty = next(c for c in content.scheme.criteria if c.role == "duty" and c.scope == "platform")
    saved = await answer(db, content.kept, PLANNER, someone, duty.id, Target(), YES)
    assert saved.moved.main.touched == 0
    async with db.transaction(PLANNER) as conn:
        effect = await foresee(conn, content.kept, content.scheme, duty, Target())
    assert (effect.reaches, effect.rise, effect.fall) == (73_806, 0, 0)
