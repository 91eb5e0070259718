"""Studies: questions about a finished roadmap, each computed once and kept with its answer."""

import datetime as dt

import msgspec

from lenmuc.core.errors import Message
from lenmuc.core.roadmap.studies import Answer, Kind
from lenmuc.store.queries import Connection, queries

Q = queries("studies")


class Study(msgspec.Struct, frozen=True):
    """One question about a roadmap and how far its answer is; `subject` is a work item or a team.

    `done` of `parts` are known while it is computed. `by` is the name of who asked.
    """

    id: int
    kind: Kind
    subject: str
    status: str
    answer: Answer | None
    failure: str
    done: int
    parts: int
    cancelled: bool
    by: str
    at: dt.datetime

    @property
    def reason(self) -> Message:
        """Why there is no answer."""
        return Message(self.failure)


async def start_study(conn: Connection, roadmap: int, kind: Kind, subject: str, person: int) -> int | None:
    """A study that is being computed; its number, or `None` when it was asked for before and did not fail."""
    number = await Q.value(conn, "start_study", roadmap, kind, subject, person)
    return None if number is None else int(number)


async def finish_study(conn: Connection, id: int, answer: Answer) -> None:
    """Store the answer, unless somebody has given it up meanwhile."""
    await Q.run(conn, "finish_study", id, msgspec.to_builtins(answer))


async def fail_study(conn: Connection, id: int, failure: str) -> None:
    """Say why there is no answer."""
    await Q.run(conn, "fail_study", id, failure)


async def fail_silent(conn: Connection, failure: str, silence: float) -> int:
    """Mark what nobody computes any more: no sign of life for `silence` seconds; how many."""
    return await Q.run(conn, "fail_silent", failure, dt.timedelta(seconds=silence))


async def beat(conn: Connection, id: int, done: int, parts: int) -> bool:
    """A sign of life of who computes it; true when it should be given up."""
    return await Q.value(conn, "beat", id, done, parts) is not False


async def cancel_study(conn: Connection, roadmap: int, kind: Kind, subject: str) -> bool:
    """Ask for a study to be given up; false when it is not being computed."""
    return await Q.run(conn, "cancel_study", roadmap, kind, subject) == 1


async def find_study(conn: Connection, roadmap: int, kind: Kind, subject: str = "") -> Study | None:
    """The study of a roadmap, if somebody has asked for it."""
    return await Q.one(conn, "find_study", Study, roadmap, kind, subject)
