"""Answers to criteria, each with the version that the next change must name."""

from collections.abc import Sequence

import asyncpg

from lenmuc.core.answers import Answer, AnswerForm, Target
from lenmuc.store.queries import Connection, queries

Q = queries("answers")


async def answers_reaching(conn: Connection, agency: str, service: str) -> list[Answer]:
    """Every answer that counts for one offering: the platform's, its agency's, its service's and its own."""
    return await Q.all(conn, "answers_reaching", Answer, agency, service)


async def answers_at(conn: Connection, target: Target) -> list[Answer]:
    """The answers that stand exactly at `target`."""
    return await Q.all(conn, "answers_at", Answer, target.agency, target.service)


async def find_answer(conn: Connection, criterion: str, target: Target) -> Answer | None:
    """The answer to `criterion` that stands at `target`."""
    return await Q.one(conn, "find_answer", Answer, criterion, target.agency, target.service)


async def every_value(
    conn: Connection, service: str = "", agency: str = "", criteria: Sequence[str] | None = None
) -> Sequence[asyncpg.Record]:
    """(criterion, agency, service, value, blocker) of every answer, or of those that reach a service or an
    agency, or to these criteria.

    "Not applicable" that nobody has accepted has the value `proposed`.
    """
    return await Q.rows(conn, "every_value", service or None, agency or None, criteria)


async def count_exceptions(conn: Connection, criterion: str, target: Target) -> int:
    """How many agencies have an answer of their own beside the one for the service of `target`."""
    return int(await Q.value(conn, "count_exceptions", criterion, target.service))


async def write_answer(
    conn: Connection, criterion: str, target: Target, form: AnswerForm, person: int
) -> bool:
    """Store an answer; false when somebody else has changed it since version `form.version` was read."""
    values = (criterion, target.agency, target.service, form.value, form.justification, list(form.evidence))
    pieces = None if form.pieces is None else list(form.pieces)
    if form.version == 0:
        return await Q.run(conn, "first_answer", *values, form.blocker, person, pieces) == 1
    return await Q.run(conn, "change_answer", *values, form.blocker, person, pieces, form.version) == 1


async def decide(conn: Connection, answer: Answer, decision: str, person: int) -> bool:
    """Accept or decline that a criterion does not apply; false when the answer is another now, or the
    person's own.
    """
    return await Q.run(conn, "decide", answer.criterion, answer.agency, answer.service, decision, person) == 1


async def lock(conn: Connection, target: Target) -> None:
    """Make changes that move the same levels wait for each other, so that none computes from half of the
    answers.

    An answer for one offering holds that offering; a wider one holds all.
    """
    if target.scope == "offering":
        await Q.rows(conn, "lock_one_offering", target.agency, target.service)
    else:
        await lock_all(conn)


async def lock_all(conn: Connection) -> None:
    """Wait for every change under way, and make the next ones wait until this transaction ends."""
    await Q.rows(conn, "lock_levels")
