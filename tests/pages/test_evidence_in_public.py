"""The public sees what evidence a verified level rests on: titles, dates, public links, and nothing else."""

from typing import Any

import pytest

from lenmuc.core.answers import Identity, Target
from lenmuc.core.evidence import Dates
from lenmuc.store import evidence as evidence_store
from lenmuc.store.database import PROGRAM, PUBLIC
from tests.conftest import Visitor
from tests.pages.review import PUBLIC as PAGE
from tests.pages.review import answer_and_submit, verified
from tests.pages.test_agency import CODE, MISSING, words_of

OPEN, INSIDE = "https://dichvucong.example.vn/form", "https://10.1.2.3/secret"


async def prove(db: Any) -> None:
    """Give the first answer that carries the level three pieces of evidence, one withdrawn, and two links."""
    async with db.transaction(PROGRAM) as conn:
        at = (MISSING[0], "STP", CODE)
        who = await conn.fetchval("SELECT person FROM answer WHERE criterion = $1 AND agency = $2", *at[:2])
    ids = []
    async with db.transaction(Identity("planner")) as conn:
        target = Target("STP", CODE)
        for title, link in (("Decision 123", OPEN), ("Minutes inside", INSIDE), ("Taken back", OPEN)):
            ids.append(await evidence_store.add_link(conn, MISSING[0], target, who, title, link, Dates()))
        await evidence_store.withdraw(conn, ids[2], who, MISSING[0], target)
        links = [f"{OPEN}/2", INSIDE]
        sql = "UPDATE answer SET pieces = $1, evidence = $2 WHERE (criterion, agency, service) = ($3, $4, $5)"
        await conn.execute(sql, ids, links, *at)


async def shown(db: Any, agency: str = "STP", who: Any = PUBLIC) -> list[str]:
    async with db.transaction(who) as conn:
        found = await evidence_store.public_evidence(conn, "rs-2018", CODE, agency)
    return sorted(each.title or each.link for each in found)


async def test_a_verified_level_shows_its_evidence_and_an_assessed_one_does_not(
    as_staff: Visitor, as_planner: Visitor, client: Visitor, db: Any
) -> None:
    await answer_and_submit(as_staff)
    await prove(db)
    assert await shown(db) == []
    assert "Decision 123" not in (await client.get(PAGE)).text


async def test_of_a_verified_level_only_title_date_and_public_link_are_seen(
    as_staff: Visitor, as_planner: Visitor, client: Visitor, db: Any
) -> None:
    await verified(as_staff, as_planner, db)
    await prove(db)
    async with db.transaction(PROGRAM) as conn:  # as if it had been there when it was verified
        await conn.execute("UPDATE review SET changed = NULL, changed_what = ''")
    assert await shown(db) == sorted(["Decision 123", "Minutes inside", INSIDE, f"{OPEN}/2"])
    assert await shown(db, "SXD") == []
    page = (await client.get(PAGE)).text
    text = words_of(page)
    assert "Evidence: Decision 123" in text
    assert "Evidence: Minutes inside" in text
    assert f'href="{OPEN}" rel="noopener noreferrer nofollow"' in page
    for hidden in ("10.1.2.3", "Taken back", "Staff STP"):
        assert hidden not in page
    async with db.transaction(PUBLIC) as conn:  # the tables themselves stay closed, also after the function
        await evidence_store.public_evidence(conn, "rs-2018", CODE, "STP")
        assert await conn.fetchval("SELECT count(*) FROM evidence") == 0
        assert await conn.fetchval("SELECT count(*) FROM answer") == 0


@pytest.mark.parametrize(
    "ended", ["changed = current_date, changed_what = 'answer'", "verified_until = '2026-01-01'"]
)
async def test_when_the_verification_ends_so_does_its_evidence(
    as_staff: Visitor, as_planner: Visitor, db: Any, ended: str
) -> None:
    await verified(as_staff, as_planner, db)
    await prove(db)
    async with db.transaction(PROGRAM) as conn:
        await conn.execute("UPDATE review SET changed = NULL, changed_what = ''")
        assert len(await shown_in(conn)) == 4
        await conn.execute(f"UPDATE review SET {ended}")
        assert await shown_in(conn) == []


async def shown_in(conn: Any) -> list[Any]:
    return await evidence_store.public_evidence(conn, "rs-2018", CODE, "STP")
