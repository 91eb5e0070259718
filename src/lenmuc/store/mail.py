"""Mail that waits to be sent, and what became of the last attempt for each person."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from lenmuc.store.queries import Connection, queries

Q = queries("mail")


class Addressee(msgspec.Struct, frozen=True):
    """To whom something is to be sent. `wanted`: still active, and has not turned mail off."""

    id: int
    email: str
    name: str
    language: str
    wanted: bool
    tries: int


class Event(msgspec.Struct, frozen=True):
    """One thing to tell; `about` names service and agency as they were called then."""

    id: int
    kind: str
    about: dict[str, Any]
    at: dt.datetime


class Queue(msgspec.Struct, frozen=True):
    """What waits, for how many people, since when; and when a mail was last taken by the mail server."""

    events: int
    people: int
    oldest: dt.datetime | None
    sent: dt.datetime | None


class Failure(msgspec.Struct, frozen=True):
    """The last attempt for somebody failed. `again`: it will be tried again."""

    person: int
    name: str
    email: str
    failed: dt.datetime
    failure: str
    again: bool


class Wishes(msgspec.Struct, frozen=True):
    """Whether somebody wants mail, and in which language; empty: the language of the site."""

    mail: bool
    language: str


class Ending(msgspec.Struct, frozen=True):
    """A verified level that comes to its end, or has, and of which nobody was told."""

    id: int
    service: str
    agency: str
    until: dt.date
    submitted_by: int
    service_name: str
    service_name_en: str
    agency_name: str
    agency_name_en: str


class Names(msgspec.Struct, frozen=True):
    """What a service and an agency are called."""

    service_name: str
    service_name_en: str
    agency_name: str
    agency_name_en: str


async def switch(conn: Connection, on: bool) -> None:
    """Queue mail from now on, or no longer: then what waited is forgotten."""
    if on:
        await Q.run(conn, "switch_on")
        return
    await Q.run(conn, "switch_off")
    await Q.run(conn, "forget_events")
    await Q.run(conn, "forget_failures")


async def reviewers_of(conn: Connection, verifier: str, agency: str, but: int) -> list[int]:
    """Who may verify a submission of the agency: planners, or its leads; not `but` who sent it."""
    return [row["id"] for row in await Q.rows(conn, "reviewers_of", verifier, agency, but)]


async def leads_of(conn: Connection, agency: str) -> list[int]:
    """The leads of an agency."""
    return [row["id"] for row in await Q.rows(conn, "leads_of", agency)]


async def writer_of(conn: Connection, criterion: str, agency: str, service: str) -> list[int]:
    """Who gave an answer; nobody when there is none."""
    return [row["person"] for row in await Q.rows(conn, "writer_of", criterion, agency, service)]


async def names_of(conn: Connection, service: str, agency: str) -> Names | None:
    """The names of a service and an agency."""
    return await Q.one(conn, "names_of", Names, service, agency)


async def add(conn: Connection, people: Sequence[int], kind: str, about: dict[str, Any]) -> int:
    """Queue something for those who want mail; how many. Nothing is queued while no mail server is set."""
    if not people:
        return 0
    await Q.run(conn, "add_states", list(people))
    return await Q.run(conn, "add_events", list(people), kind, about)


async def add_test(conn: Connection, person: int) -> None:
    """Queue a test for somebody, at once and whatever they wish."""
    await Q.run(conn, "add_test_state", person)
    await Q.run(conn, "add_events", [person], "test", {})


async def next_person(conn: Connection, minutes: int) -> Addressee | None:
    """Somebody whose oldest event is so many minutes old, held until the transaction ends."""
    return await Q.one(conn, "next_person", Addressee, minutes)


async def events_of(conn: Connection, person: int) -> list[Event]:
    """What is to be told to somebody, the oldest first; at most 200."""
    return await Q.all(conn, "events_of", Event, person)


async def delete_events(conn: Connection, person: int, upto: int) -> None:
    """Forget what was sent, or cannot be."""
    await Q.run(conn, "delete_events", person, upto)


async def note_sent(conn: Connection, person: int) -> None:
    """The mail server has taken it."""
    await Q.run(conn, "note_sent", person)


async def note_failure(conn: Connection, person: int, seconds: int, failure: str) -> None:
    """It was not taken; not before so many seconds again."""
    await Q.run(conn, "note_failure", person, seconds, failure)


async def drop_old(conn: Connection) -> int:
    """Forget what could not be sent in three days; how many."""
    return await Q.run(conn, "drop_old")


async def queue(conn: Connection) -> Queue:
    """What waits."""
    return await Q.one(conn, "queue", Queue) or Queue(0, 0, None, None)


async def failures(conn: Connection) -> list[Failure]:
    """To whom the last attempt failed, the newest first."""
    return await Q.all(conn, "failures", Failure)


async def wishes(conn: Connection, person: int) -> Wishes:
    """What somebody wishes."""
    return await Q.one(conn, "wishes", Wishes, person) or Wishes(False, "")


async def set_wishes(conn: Connection, person: int, mail: bool, language: str) -> None:
    """Mail from now on, or no longer: then what waited is forgotten."""
    await Q.run(conn, "set_wishes", person, mail, language)
    if not mail:
        await Q.run(conn, "forget_events_of", person)


async def ending(conn: Connection, by: dt.date) -> list[Ending]:
    """Verified levels that hold until `by` at most and of which nobody was told; at most 500."""
    return await Q.all(conn, "ending", Ending, by)


async def note_told(conn: Connection, review: int, until: dt.date) -> bool:
    """Somebody is told now; False when that was done."""
    return await Q.run(conn, "note_told", review, until) == 1
