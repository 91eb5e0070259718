"""Batches of answers: they live in the audit log, each as one entry that holds what it changed."""

import datetime as dt
from collections.abc import Iterable

import msgspec

from lenmuc.core.answers import Target
from lenmuc.core.bulk import OwnAnswer, Written
from lenmuc.store import audit as audit_store
from lenmuc.store.queries import Connection, queries

Q = queries("batches")


class Deed(msgspec.Struct, frozen=True):
    """What a batch did. `kind` is grid, copy or workbook; `rose` and `fell` count offerings."""

    kind: str
    rose: int
    fell: int
    answers: tuple[Written, ...]


class Batch(msgspec.Struct, frozen=True):
    """A batch, who gave it, and when and by whom it was taken back, if it was."""

    id: str
    at: dt.datetime
    by: str | None
    deed: Deed
    undone: dt.datetime | None
    undone_by: str | None


class ListedBatch(msgspec.Struct, frozen=True):
    """A batch in a list; `answers` is how many it gave."""

    id: str
    at: dt.datetime
    by: str | None
    kind: str
    answers: int
    undone: dt.datetime | None


async def answers_of(conn: Connection, agency: str, services: Iterable[str]) -> list[OwnAnswer]:
    """An agency's own answers for these services."""
    return await Q.all(conn, "answers_of_agency", OwnAnswer, agency, list(services))


async def withdraw(conn: Connection, criterion: str, target: Target, version: int) -> bool:
    """Take an answer away and remember its version; false when it is no longer at `version`."""
    place = (criterion, target.agency, target.service, version)
    if await Q.run(conn, "withdraw_answer", *place) != 1:
        return False
    await Q.run(conn, "remember_version", *place)
    return True


async def record(conn: Connection, person: int, agency: str, id: str, deed: Deed) -> None:
    """Keep a batch, so that it can be shown and taken back."""
    await audit_store.record(conn, person=person, agency=agency, action="batch", target=id, after=deed)


async def record_undone(conn: Connection, person: int, agency: str, id: str) -> None:
    """Keep that a batch was taken back."""
    await audit_store.record(conn, person=person, agency=agency, action="batch undone", target=id)


async def find_batch(conn: Connection, agency: str, id: str) -> Batch | None:
    """The batch of an agency; another agency's is as one that does not exist."""
    return await Q.one(conn, "find_batch", Batch, agency, id)


async def latest_batches(conn: Connection, agency: str, limit: int = 5) -> list[ListedBatch]:
    """An agency's last batches, newest first."""
    return await Q.all(conn, "latest_batches", ListedBatch, agency, limit)
