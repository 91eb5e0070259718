"""A file of evidence is stored all or not at all, and what expires under a verified level makes it due."""

import datetime as dt
import io
from hashlib import sha256
from typing import Any

import asyncpg
import pytest

from lenmuc.actions import accounts
from lenmuc.actions.answering import answer
from lenmuc.actions.bulk import apply_all, undo
from lenmuc.actions.cases import Verdict
from lenmuc.actions.evidence import Incoming, add
from lenmuc.actions.reviewing import verify
from lenmuc.actions.submitting import submit
from lenmuc.content.everything import Content
from lenmuc.core.answers import AnswerForm, Identity, Target
from lenmuc.core.bulk import Change, copied
from lenmuc.core.evidence import PieceForm
from lenmuc.core.reviews import shown
from lenmuc.store import answers as answers_store
from lenmuc.store import batches as batches_store
from lenmuc.store import evidence as evidence_store
from lenmuc.store import reviews as reviews_store
from lenmuc.store.database import PROGRAM
from tests.actions.test_reviewing import CODE, HERE, MISSING, RULES, TODAY, people, say, submitted
from tests.conftest import PASSWORD
from tests.core.make_files import PDF

CRITERION = "3.03"
LONG = PDF + b"\n" * (2 * evidence_store.CHUNK) + PDF  # three chunks


def pdf(content: bytes = LONG) -> Incoming:
    return Incoming("Quyết định.pdf", io.BytesIO(content), len(content), sha256(content).hexdigest())


async def staff(db: Any, agency: str = "STP") -> Identity:
    """Somebody of an agency."""
    email = f"somebody{agency}@example.org".lower()
    await accounts.create_person(db, email, f"Somebody {agency}", "staff", agency, PASSWORD, demo=True)
    async with db.transaction(PROGRAM) as conn:
        id = await conn.fetchval("SELECT id FROM person WHERE email = $1", email)
    return Identity("staff", str(id), agency)


async def give(db: Any, content: Content, who: Identity, **said: Any) -> Any:
    """Add a file to the answer here; the answer after it."""
    async with db.transaction(PROGRAM) as conn:
        before = await answers_store.find_answer(conn, CRITERION, HERE)
    form = {"value": "" if before else "met", "version": before.version if before else 0, **said}
    file = None if "link" in said else pdf()
    added = await add(db, content.kept, who, int(who.person), CRITERION, HERE, PieceForm(**form), file, TODAY)
    return added.saved.answer


async def rows(db: Any) -> tuple[int, ...]:
    """Rows of evidence, chunks, answers, and lines of the audit log."""
    async with db.transaction(Identity("planner")) as conn:
        tables = ("evidence", "evidence_chunk", "answer", "audit")
        return tuple([await conn.fetchval(f"SELECT count(*) FROM {table}") for table in tables])


@pytest.mark.parametrize("broken", range(3))
async def test_a_chunk_that_cannot_be_stored_leaves_nothing_of_the_file(
    db: Any, city: Content, monkeypatch: pytest.MonkeyPatch, broken: int
) -> None:
    who = await staff(db)
    before = await rows(db)
    store = evidence_store.add_chunk

    async def failing(conn: Any, id: int, agency: str, place: int, content: bytes) -> None:
        if place == broken:
            raise asyncpg.DiskFullError("could not extend file")
        await store(conn, id, agency, place, content)

    monkeypatch.setattr(evidence_store, "add_chunk", failing)
    with pytest.raises(asyncpg.DiskFullError):
        await give(db, city, who)
    assert await rows(db) == before
    monkeypatch.undo()
    await give(db, city, who)
    assert [now - then for now, then in zip(await rows(db), before, strict=True)] == [1, 3, 1, 1]


async def keep(db: Any, who: Identity, file: evidence_store.Stored, chunks: tuple[bytes, ...]) -> None:
    """Store a file with these chunks, as far as a commit."""
    async with db.transaction(who) as conn:
        person, no_dates = int(who.person), evidence_store.Dates()
        id = await evidence_store.add_file(conn, CRITERION, HERE, person, "T", file, no_dates)
        for place, chunk in enumerate(chunks):
            await evidence_store.add_chunk(conn, id, "STP", place, chunk)
        await conn.execute("SET CONSTRAINTS ALL IMMEDIATE")


async def test_the_database_itself_refuses_a_file_that_is_not_whole(db: Any, city: Content) -> None:
    who = await staff(db)
    await give(db, city, who)
    file = evidence_store.Stored(0, "a.pdf", "application/pdf", 7, "0" * 64)
    for chunks in ((), (b"123",), (b"1234", b"5678")):
        with pytest.raises(asyncpg.CheckViolationError, match="not whole"):
            await keep(db, who, file, chunks)


async def test_nothing_of_a_file_can_be_changed_or_deleted(db: Any, city: Content) -> None:
    who = await staff(db)
    await give(db, city, who)
    for deed in (
        "UPDATE evidence SET title = 'x'",
        "UPDATE evidence SET sha256 = repeat('0', 64)",
        "UPDATE evidence_chunk SET content = 'x'",
        "DELETE FROM evidence",
        "DELETE FROM evidence_chunk",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.transaction(who) as conn:
                await conn.execute(deed)


async def test_row_security_keeps_files_from_other_agencies_and_from_no_one_at_all(
    db: Any, city: Content
) -> None:
    who, other = await staff(db), await staff(db, "SXD")
    id = (await give(db, city, who)).pieces[0].id
    seen = {}
    for name, identity in (
        ("own", who),
        ("other", other),
        ("public", Identity()),
        ("administrator", Identity("administrator")),
        ("auditor", Identity("auditor")),
        ("planner", Identity("planner")),
    ):
        async with db.transaction(identity) as conn:
            found = await conn.fetchval("SELECT count(*) FROM evidence WHERE id = $1", id)
            chunks = await conn.fetchval("SELECT count(*) FROM evidence_chunk WHERE evidence = $1", id)
        seen[name] = (found, chunks)
    assert seen == {
        "own": (1, 3),
        "other": (0, 0),
        "public": (0, 0),
        "administrator": (0, 0),
        "auditor": (1, 3),
        "planner": (1, 3),
    }
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with db.transaction(other) as conn:
            await evidence_store.add_chunk(conn, id, "STP", 9, b"x")


async def test_an_answer_cannot_name_evidence_of_another_agency(db: Any, city: Content) -> None:
    who = await staff(db)
    id = (await give(db, city, who)).pieces[0].id
    other = await staff(db, "SXD")
    async with db.transaction(PROGRAM) as conn:
        theirs = await conn.fetchval("SELECT service FROM offering WHERE agency = 'SXD' LIMIT 1")
    for pieces in ((id,), (999_999_999,)):
        form = AnswerForm("met", "Seen", pieces=pieces)
        target, person = Target("SXD", theirs), int(other.person)
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await answer(db, city.kept, other, person, CRITERION, target, form)


async def test_a_copied_answer_names_the_same_evidence_and_undoing_takes_it_back(
    db: Any, city: Content
) -> None:
    who = await staff(db)
    given = await give(db, city, who)
    async with db.transaction(who) as conn:
        sister = await conn.fetchval(
            "SELECT min(service) FROM offering WHERE agency = 'STP' AND service <> $1", CODE
        )
        own = await batches_store.answers_of(conn, "STP", [CODE])
    changes = copied(city.scheme, own, (), 0, sister)
    before = await rows(db)
    applied = await apply_all(db, city.kept, who, int(who.person), "copy", changes)
    async with db.transaction(who) as conn:
        twin = await answers_store.find_answer(conn, CRITERION, Target("STP", sister))
    assert twin is not None
    assert twin.pieces == given.pieces
    assert (await rows(db))[:2] == before[:2], "no byte is stored twice"
    assert await undo(db, city.kept, who, int(who.person), applied.id) == ()
    async with db.transaction(who) as conn:
        assert await answers_store.find_answer(conn, CRITERION, Target("STP", sister)) is None
        still = await answers_store.find_answer(conn, CRITERION, HERE)
    assert still is not None
    assert still.pieces == given.pieces


async def test_a_batch_that_says_nothing_of_evidence_keeps_it(db: Any, city: Content) -> None:
    who = await staff(db)
    given = await give(db, city, who)
    async with db.transaction(who) as conn:
        (own,) = await batches_store.answers_of(conn, "STP", [CODE])
    # as a workbook gives it: no justification, no link, and no column for files
    for form in (AnswerForm("not_met", "No longer", version=given.version), AnswerForm("met", version=2)):
        assert own.pieces == (given.pieces[0].id,)
        await apply_all(db, city.kept, who, int(who.person), "workbook", [Change(CODE, CRITERION, form)])
        async with db.transaction(who) as conn:
            now = await answers_store.find_answer(conn, CRITERION, HERE)
        assert now is not None
        assert (now.value, now.pieces) == (form.value, given.pieces)


async def test_a_verified_level_is_due_when_evidence_expires_and_lapses_later_and_stays_where_it_is(
    db: Any, city: Content
) -> None:
    both = await people(db)
    for criterion in MISSING:
        await say(db, city, both.staff, criterion, "met")
    await give(db, city, both.staff, expires="31/1/2027")
    await give(db, city, both.staff, link="https://a.example/1", title="Later", expires="1/1/2030")
    person = int(both.staff.person)
    review = await submit(db, city.scheme, both.staff, person, CODE, 0, TODAY, RULES)
    await verify(db, city.kept, both.planner, review.id, Verdict(review.version), TODAY, RULES)
    async with db.transaction(both.planner) as conn:
        found = await reviews_store.find_review(conn, review.id)
        level = await conn.fetchval("SELECT level FROM offering WHERE service = $1 AND agency = 'STP'", CODE)
    assert found is not None
    last, day = dt.date(2027, 1, 31), dt.timedelta(days=1)
    assert found.verified_until == last
    standing = found.standing(level)
    said = [shown(standing, last + days * day, RULES).status for days in (0, 1, 90, 91)]
    assert said == ["verified", "due", "due", "lapsed"]
    assert (level, standing.level) == (3, 3), "a date moves the word, never the level"


async def test_evidence_that_comes_or_goes_under_a_verified_level_makes_it_due(
    db: Any, city: Content
) -> None:
    both, number = await submitted(db, city)
    async with db.transaction(both.planner) as conn:
        before = await reviews_store.find_review(conn, number)
    assert before is not None
    await verify(db, city.kept, both.planner, number, Verdict(before.version), TODAY, RULES)
    await give(db, city, both.staff)
    async with db.transaction(both.planner) as conn:
        after = await reviews_store.find_review(conn, number)
    assert after is not None
    assert after.changed_what == "answer"
