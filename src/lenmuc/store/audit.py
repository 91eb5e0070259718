"""Who did what and when: written in the transaction of the deed, so that neither stands without the other."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from lenmuc.core.answers import Target
from lenmuc.core.chain import Head, Link
from lenmuc.core.deeds import Action
from lenmuc.store.queries import Connection, queries

Q = queries("audit")
_AT_ONCE = 1_000  # links in one round trip


class AuditEntry(msgspec.Struct, frozen=True):
    """One deed. `person` is empty for what the program did or a stranger tried."""

    id: int
    at: dt.datetime
    person: int | None
    agency: str
    action: str
    target: str
    before: Any
    after: Any


class ListedEntry(msgspec.Struct, frozen=True):
    """One deed as a list shows it. `by` is empty for what the program did or a stranger tried; the service is
    the one that the target names, if it does.
    """

    id: int
    at: dt.datetime
    by: str
    agency: str
    agency_name: str
    agency_name_en: str
    action: str
    target: str
    service: str
    service_name: str
    service_name_en: str
    before: Any
    after: Any


class Sought(msgspec.Struct, frozen=True):
    """Which entries somebody wants; what is empty or `None` is no condition.

    `below`: only those with a lower number, for the page that follows. `since` and `until` are moments,
    `until` not included.
    """

    below: int | None = None
    people: tuple[int, ...] | None = None
    actions: tuple[Action, ...] = ()
    agency: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None


class AnswerChange(msgspec.Struct, frozen=True):
    """One change of an answer: from `was` to `became`, empty where there was or is none. `why` was written
    with it. `decision`: it was accepted or declined that the criterion does not apply.
    """

    at: dt.datetime
    by: str
    was: str
    became: str
    why: str
    version: int
    decision: str


def of_answer(criterion: str, target: Target) -> str:
    """What an entry about the answer to a criterion at some place names as its target."""
    return f"{criterion} {target.scope} {target.service} {target.agency}".strip()


async def record(
    conn: Connection,
    *,
    person: int | None,
    action: Action,
    target: str,
    agency: str = "",
    before: Any = None,
    after: Any = None,
) -> None:
    """Write one entry; `before` and `after` are Structs or plain values, and never hold a secret."""
    await Q.run(conn, "record", person, agency, action, target, before, after)


async def listed(conn: Connection, wanted: Sought, limit: int) -> list[ListedEntry]:
    """What is wanted of the log, the newest first."""
    people = None if wanted.people is None else list(wanted.people)
    actions = list(wanted.actions) or None
    conditions = (wanted.below, people, actions, wanted.agency or None, wanted.since, wanted.until)
    return await Q.all(conn, "listed", ListedEntry, *conditions, limit)


async def last_walk(conn: Connection) -> ListedEntry | None:
    """When the chain was last checked, and what was found; `None` when nobody has noted it."""
    found = await listed(conn, Sought(actions=("audit verified", "audit broken")), 1)
    return found[0] if found else None


async def latest(conn: Connection, action: str | None = None, limit: int = 100) -> list[AuditEntry]:
    """The newest entries first, of one kind of action or of all."""
    return await Q.all(conn, "latest", AuditEntry, action, limit)


async def head(conn: Connection) -> Head:
    """Where the chain of the log ends."""
    return await Q.one(conn, "head", Head) or Head(0, b"", 0)


async def links(conn: Connection, upto: int) -> AsyncIterator[Link]:
    """The links of the chain up to this place, one after the other, for somebody who reads the whole log."""
    async for row in conn.cursor(Q.by_name["links"].sql, upto, prefetch=_AT_ONCE):
        yield Link(row["place"], row["entry"], row["hash"], row["text"])


async def beside(conn: Connection) -> tuple[int, int]:
    """How many entries have no link in the chain, and the first of them; for who reads the whole log."""
    (row,) = await Q.rows(conn, "beside")
    return row["entries"], row["first"]


async def history(conn: Connection, criterion: str, target: Target, limit: int = 100) -> list[AnswerChange]:
    """The changes of the answer that stands exactly at `target`, newest first."""
    return await Q.all(conn, "history", AnswerChange, of_answer(criterion, target), limit)
