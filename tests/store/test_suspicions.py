"""The suspicion list: each reason is counted again by a query of its own on the loaded city."""

import datetime as dt
from typing import Any

import pytest

from lenmuc.core.answers import Identity
from lenmuc.core.suspicions import Suspect
from lenmuc.store import suspicions as suspicions_store
from lenmuc.web.reviews import today

PLANNER = Identity("planner")
SERVICE = "1.001193"
Place = tuple[str, str]


async def listed(db: Any, content: Any, reason: str) -> dict[Place, Suspect]:
    async with db.transaction(PLANNER, read_only=True) as conn:
        found = await suspicions_store.suspects(conn, content.scheme, today())
    return {(one.service, one.agency): one for one in found if one.reason == reason}


@pytest.fixture
async def by(db: Any, connection: Any) -> int:
    await connection.execute("SELECT set_config('lenmuc.role', 'planner', false)")
    return int(
        await connection.fetchval(
            "INSERT INTO person (email, name, role, password_hash)"
            " VALUES ('x@example.org', 'X', 'planner', '') RETURNING id"
        )
    )


async def test_level_4_without_online_filings_is_silent_and_unknown_is_not(
    db: Any, connection: Any, content: Any
) -> None:
    await connection.execute(
        "UPDATE offering SET level = 4, online_filings = CASE id % 3 WHEN 0 THEN 0 WHEN 1 THEN 5 END"
        " WHERE agency = 'STP'"
    )
    found = await listed(db, content, "silent")
    counted = await connection.fetch(
        "SELECT service, agency, filings FROM offering EXCEPT"
        " SELECT service, agency, filings FROM offering WHERE level < 4 OR online_filings IS DISTINCT FROM 0"
    )
    assert counted
    assert {place: one.filings for place, one in found.items()} == {(r[0], r[1]): r[2] for r in counted}


async def test_a_jump_by_answers_is_listed_unless_new_evidence_carries_it(
    db: Any, connection: Any, content: Any, by: int
) -> None:
    await connection.execute("UPDATE offering SET level = 3 WHERE agency = 'STP' AND level = 2")
    await connection.execute(
        "INSERT INTO level_change (offering, scheme, from_level, to_level, cause, at)"
        " SELECT id, 'rs-2018', 2, 3,"
        " CASE id % 4 WHEN 0 THEN 'import x' WHEN 1 THEN 'batch grid' ELSE 'answer 3.03' END,"
        " now() - CASE id % 5 WHEN 0 THEN interval '200 days' ELSE interval '9 days' END"
        " FROM offering WHERE agency = 'STP' AND level = 3"
    )
    await connection.execute(
        "INSERT INTO answer (criterion, agency, service, value, evidence, version, person, at)"
        " SELECT '3.03', agency, service, 'met', ARRAY['https://example.org/a'], 1, $1,"
        " now() - CASE WHEN id % 2 = 0 THEN interval '9 days' ELSE interval '200 days' END"
        " FROM offering WHERE agency = 'STP' AND level = 3 AND id % 3 = 0",
        by,
    )
    found = await listed(db, content, "jumped")
    counted = await connection.fetch(
        "SELECT o.service, o.agency FROM offering o, level_change c WHERE c.offering = o.id"
        " AND c.from_level = 2 AND c.at > now() - interval '92 days' AND c.cause !~ '^import'"
        " AND (o.service, o.agency) NOT IN (SELECT service, agency FROM answer"
        " WHERE cardinality(evidence) = 1 AND at > now() - interval '92 days')"
    )
    assert counted
    assert found.keys() == {(r[0], r[1]) for r in counted}
    assert {(one.was, one.level, one.since) for one in found.values()} == {
        (2, 3, today() - dt.timedelta(days=9))
    }


async def test_what_was_said_not_to_apply_since_the_last_round_is_listed_once_a_place(
    db: Any, connection: Any, content: Any, by: int
) -> None:
    await connection.execute(
        "INSERT INTO answer (criterion, agency, service, value, justification, version, person, at)"
        " SELECT c, agency, service, 'not_applicable', 'x', 1, $1,"
        " now() - CASE WHEN id % 2 = 0 THEN interval '9 days' ELSE interval '200 days' END"
        " FROM offering, unnest(ARRAY['3.03', '4.01']) AS c WHERE agency = 'STP' AND id % 5 = 0",
        by,
    )
    # one of them was so before: nothing has moved, its reason alone was written anew
    before = await connection.fetchrow(
        "SELECT service, agency FROM answer WHERE value = 'not_applicable'"
        " AND at > now() - interval '92 days' ORDER BY service LIMIT 1"
    )
    await connection.execute(
        "INSERT INTO audit (at, action, target, agency, after) SELECT now() - interval '150 days', 'answer',"
        " c || ' offering ' || $1 || ' ' || $2, $2, '{\"value\": \"not_applicable\"}'"
        " FROM unnest(ARRAY['3.03', '4.01']) AS c",
        *before,
    )
    found = await listed(db, content, "void")
    counted = await connection.fetch(
        "SELECT DISTINCT service, agency FROM answer WHERE value = 'not_applicable'"
        " AND at > now() - interval '92 days' AND (service, agency) <> ($1, $2)",
        *before,
    )
    assert counted
    assert found.keys() == {(r[0], r[1]) for r in counted}
    assert {one.criteria for one in found.values()} == {("3.03", "4.01")}


async def test_an_answer_for_every_agency_weighs_what_it_counts_for(
    db: Any, connection: Any, content: Any, by: int
) -> None:
    await connection.execute(
        "INSERT INTO answer (criterion, agency, service, value, justification, version, person)"
        " VALUES ('3.03', '', $1, 'not_applicable', 'x', 1, $2), ('3.03', 'X00004', $1, 'met', 'y', 1, $2)",
        SERVICE,
        by,
    )
    found = await listed(db, content, "void")
    filings, level = await connection.fetchrow(
        "SELECT sum(filings), max(level) FROM offering WHERE service = $1 AND agency <> 'X00004'", SERVICE
    )
    one = found[SERVICE, ""]
    assert (one.filings, one.level) == (filings, level)
    assert not one.of_one
