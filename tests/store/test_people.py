"""People, their sessions and the attempts to sign in, as the database keeps them."""

import hashlib
from typing import Any

import pytest

from lenmuc.store import people
from lenmuc.store.database import PROGRAM, act_as
from lenmuc.store.people import Person

TOKEN, OTHER = hashlib.sha256(b"one").digest(), hashlib.sha256(b"other").digest()


@pytest.fixture
async def lan(connection: Any) -> Person:
    await act_as(connection, PROGRAM)
    made = await people.create_person(connection, "lan@lenmuc.test", "Trần Lan", "planner", "", "hash")
    assert made is not None
    return made


async def test_an_address_belongs_to_one_person(connection: Any, lan: Person) -> None:
    assert await people.create_person(connection, "lan@lenmuc.test", "Lan khác", "planner", "", "x") is None
    found = await people.find_by_email(connection, "lan@lenmuc.test")
    assert found is not None
    assert (found.somebody, found.password_hash) == (lan, "hash")
    assert await people.find_person(connection, lan.id) == lan
    assert await people.find_by_email(connection, "LAN@lenmuc.test") is None
    assert (lan.id, lan.email) in [(one.id, one.email) for one in await people.list_people(connection)]


async def test_a_planner_has_no_agency_and_that_is_an_empty_text(lan: Person) -> None:
    assert lan.agency == ""


async def test_a_session_is_found_with_its_person_until_it_is_ended(connection: Any, lan: Person) -> None:
    await people.create_session(connection, TOKEN, lan.id, "csrf")
    session = await people.find_session(connection, TOKEN)
    assert session is not None
    assert (session.person, session.role, session.name, session.csrf) == (
        lan.id,
        "planner",
        "Trần Lan",
        "csrf",
    )
    assert session.who.person == str(lan.id)
    await people.delete_session(connection, TOKEN)
    assert await people.find_session(connection, TOKEN) is None


async def test_ending_the_other_sessions_leaves_this_one(connection: Any, lan: Person) -> None:
    await people.create_session(connection, TOKEN, lan.id, "a")
    await people.create_session(connection, OTHER, lan.id, "b")
    assert await people.delete_other_sessions(connection, lan.id, TOKEN) == 1
    assert await people.find_session(connection, TOKEN) is not None
    assert await people.delete_other_sessions(connection, lan.id) == 1


async def test_expired_sessions_are_removed_and_living_ones_are_not(connection: Any, lan: Person) -> None:
    await people.create_session(connection, TOKEN, lan.id, "a")
    await people.create_session(connection, OTHER, lan.id, "b")
    await connection.execute("UPDATE session SET seen = now() - interval '30 minutes' WHERE csrf = 'a'")
    assert await people.delete_expired_sessions(connection) == 1
    await connection.execute("UPDATE session SET created = now() - interval '12 hours' WHERE csrf = 'b'")
    assert await people.delete_expired_sessions(connection) == 1


async def test_a_person_who_is_not_active_has_no_session(connection: Any, lan: Person) -> None:
    await people.create_session(connection, TOKEN, lan.id, "a")
    await people.set_active(connection, lan.id, False)
    assert await people.find_session(connection, TOKEN) is None


async def test_attempts_count_for_five_minutes_and_can_be_forgiven(connection: Any) -> None:
    first = await people.record_attempt(connection, "key")
    await people.record_attempt(connection, "key")
    await people.record_attempt(connection, "another")
    assert await people.count_attempts(connection, "key", 300) == 2
    await people.forgive_attempt(connection, "key", first)
    assert await people.count_attempts(connection, "key", 300) == 1
    await connection.execute("UPDATE sign_in_attempt SET at = at - interval '5 minutes'")
    assert await people.count_attempts(connection, "key", 300) == 0
    assert await people.clean_attempts(connection, 300) >= 2
    assert await connection.fetchval("SELECT count(*) FROM sign_in_attempt") == 0
