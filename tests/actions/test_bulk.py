"""Many answers at once: all or none, foreseen as they happen, and taken back unless somebody went on."""

from typing import Any

import pytest

from lenmuc.actions.answering import answer
from lenmuc.actions.bulk import apply_all, batch_of, changed_since, foresee_all, undo
from lenmuc.content.everything import Content
from lenmuc.core.answers import AnswerForm, Identity, Target
from lenmuc.core.bulk import Change
from lenmuc.core.errors import Conflict, NotAllowed, NotFound, Refused
from lenmuc.store import answers as answers_store
from lenmuc.store import audit as audit_store
from lenmuc.store import batches as batches_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store.database import PROGRAM
from tests.conftest import person

CODE = "1.013852"
STAFF = Identity("staff", "1", "STP")
MISSING = ("3.03", "3.04", "3.05", "3.06")


@pytest.fixture
async def someone(db: Any) -> int:
    email = await person(db, "staff", "STP")
    async with db.transaction(PROGRAM) as conn:
        return int(await conn.fetchval("SELECT id FROM person WHERE email = $1", email))


async def alike(db: Any, count: int = 3) -> list[str]:
    """Codes of services that lack the same four criteria."""
    async with db.transaction(STAFF) as conn:
        rows = await offerings_store.every_offering(conn, agency="STP")
    return [row["service"] for row in rows if set(row["missing"]) == set(MISSING)][:count]


def met(codes: list[str], **more: Any) -> list[Change]:
    return [Change(code, id, AnswerForm("met", "Đã làm", **more)) for code in codes for id in MISSING]


async def state(db: Any) -> tuple[Any, ...]:
    """All answers, and the level of every offering of the agency."""
    async with db.transaction(STAFF) as conn:
        rows = await offerings_store.every_offering(conn, agency="STP")
        answers = await batches_store.answers_of(conn, "STP", [row["service"] for row in rows])
    said = {(a.service, a.criterion): (a.value, a.justification) for a in answers}
    return said, {row["service"]: (row["level"], tuple(row["missing"])) for row in rows}


async def test_a_batch_does_what_was_foreseen_and_undoing_it_restores_everything(
    db: Any, content: Content, someone: int
) -> None:
    scheme, codes = content.scheme, await alike(db)
    await answer(db, [scheme], STAFF, someone, "3.03", Target("STP", codes[0]), AnswerForm("not_met", "Chưa"))
    before = await state(db)
    changes = met(codes)
    changes[0] = Change(codes[0], "3.03", AnswerForm("met", "Đã làm", version=1))
    async with db.transaction(STAFF, read_only=True) as conn:
        foreseen = await foresee_all(conn, [scheme], scheme, STAFF, changes)
    assert (len(foreseen.steps), foreseen.over, foreseen.rise, foreseen.fall) == (12, 1, 3, 0)
    done = await apply_all(db, [scheme], STAFF, someone, "grid", changes)
    said, levels = await state(db)
    assert len(said) == 12
    assert {levels[code][0] for code in codes} == {3}
    async with db.transaction(STAFF) as conn:
        batch = await batch_of(conn, STAFF, done.id)
    assert (batch.deed.kind, batch.deed.rose, len(batch.deed.answers)) == ("grid", 3, 12)
    assert await undo(db, [scheme], STAFF, someone, done.id) == ()
    assert await state(db) == before
    assert await undo(db, [scheme], STAFF, someone, done.id) == ()
    async with db.transaction(STAFF) as conn:
        assert (await batch_of(conn, STAFF, done.id)).undone_by == "Staff STP"


async def test_when_somebody_was_faster_nothing_is_written_and_the_places_are_told(
    db: Any, content: Content, someone: int
) -> None:
    scheme, codes = content.scheme, await alike(db)
    await answer(db, [scheme], STAFF, someone, "3.05", Target("STP", codes[1]), AnswerForm("not_met", "Chưa"))
    before = await state(db)
    done = await apply_all(db, [scheme], STAFF, someone, "grid", met(codes))
    assert done.id == ""
    assert [step.change.place for step in done.faster] == [(codes[1], "3.05")]
    assert await state(db) == before


async def test_what_somebody_changed_since_keeps_a_batch_from_being_taken_back(
    db: Any, content: Content, someone: int
) -> None:
    scheme, codes = content.scheme, await alike(db)
    done = await apply_all(db, [scheme], STAFF, someone, "grid", met(codes))
    target = Target("STP", codes[2])
    await answer(db, [scheme], STAFF, someone, "3.06", target, AnswerForm("not_met", "Không", version=1))
    before = await state(db)
    assert await undo(db, [scheme], STAFF, someone, done.id) == ((codes[2], "3.06"),)
    assert await state(db) == before
    async with db.transaction(STAFF) as conn:
        batch = await batch_of(conn, STAFF, done.id)
        assert await changed_since(conn, STAFF, batch) == ((codes[2], "3.06"),)
    assert batch.undone is None


async def test_a_version_seen_before_a_batch_was_taken_back_changes_nothing_given_since(
    db: Any, content: Content, someone: int
) -> None:
    scheme, code = content.scheme, (await alike(db))[0]
    target = Target("STP", code)
    done = await apply_all(db, [scheme], STAFF, someone, "grid", met([code]))
    await undo(db, [scheme], STAFF, someone, done.id)
    saved = await answer(db, [scheme], STAFF, someone, "3.03", target, AnswerForm("met", "Của người khác"))
    assert saved.answer.version == 2
    with pytest.raises(Conflict):
        await answer(db, [scheme], STAFF, someone, "3.03", target, AnswerForm("not_met", "Cũ", version=1))


async def test_a_batch_given_twice_changes_nothing_the_second_time(
    db: Any, content: Content, someone: int
) -> None:
    scheme, codes = content.scheme, await alike(db)
    assert (await apply_all(db, [scheme], STAFF, someone, "grid", met(codes))).id
    again = await apply_all(db, [scheme], STAFF, someone, "grid", met(codes))
    assert (again.id, again.faster) == ("", ())


async def test_what_is_refused_leaves_nothing_behind(db: Any, content: Content, someone: int) -> None:
    scheme, codes = content.scheme, await alike(db)
    before = await state(db)
    good, yes = met(codes), AnswerForm("met", "Đã làm")
    with pytest.raises(NotFound):
        await apply_all(db, [scheme], STAFF, someone, "grid", [*good, Change("9.999999", "3.03", yes)])
    with pytest.raises(NotFound):
        await apply_all(db, [scheme], STAFF, someone, "grid", [*good, Change("1.001193", "3.03", yes)])
    with pytest.raises(NotFound):
        await apply_all(db, [scheme], STAFF, someone, "grid", [*good, Change(CODE, "9.99", yes)])
    portal = next(c.id for c in scheme.criteria if c.scope == "platform")
    with pytest.raises(NotAllowed):
        await apply_all(db, [scheme], STAFF, someone, "grid", [*good, Change(CODE, portal, yes)])
    for wrong in ([], [*good, good[0]], [*good[1:], Change(codes[0], "3.03", AnswerForm("met"))]):
        with pytest.raises(Refused):
            await apply_all(db, [scheme], STAFF, someone, "grid", wrong)
    assert await state(db) == before
    async with db.transaction(Identity("planner")) as conn:
        assert not await audit_store.latest(conn, "batch")


async def test_every_answer_of_a_batch_is_in_the_log_and_only_its_agency_finds_the_batch(
    db: Any, content: Content, someone: int
) -> None:
    scheme, codes = content.scheme, await alike(db)
    done = await apply_all(db, [scheme], STAFF, someone, "copy", met(codes))
    async with db.transaction(Identity("planner")) as conn:
        entries = await audit_store.latest(conn, "answer")
        assert len(entries) == 12
        assert {(e.before, e.after["value"]) for e in entries} == {(None, "met")}
    other = Identity("staff", "2", "SXD")
    async with db.transaction(other) as conn:
        with pytest.raises(NotFound):
            await batch_of(conn, other, done.id)
        assert await batches_store.latest_batches(conn, "STP") == []
    with pytest.raises(NotFound):
        await undo(db, [scheme], other, someone, done.id)
    async with db.transaction(STAFF) as conn:
        (listed,) = await batches_store.latest_batches(conn, "STP")
        assert (listed.id, listed.kind, listed.answers) == (done.id, "copy", 12)
        assert len(await answers_store.answers_at(conn, Target("STP", codes[0]))) == 4
