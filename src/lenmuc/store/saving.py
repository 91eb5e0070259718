"""Answers that take longer than a page, where every process finds them."""

import msgspec

from lenmuc.store.queries import Connection, queries

Q = queries("saving")


class Saving(msgspec.Struct, frozen=True):
    """How far it is. Once `status` is there, it and `location` or `body` are the reply that follows."""

    done: int
    parts: int
    status: int | None
    location: str
    body: str


async def begin(conn: Connection, id: str, person: int) -> None:
    """Note that somebody's answer is being saved, and forget those that nobody comes back for."""
    await Q.run(conn, "forget_old")
    await Q.run(conn, "begin", id, person)


async def beat(conn: Connection, id: str, done: int, parts: int) -> None:
    """A sign of life, and how far it is."""
    await Q.run(conn, "beat", id, done, parts)


async def end(conn: Connection, id: str, status: int, location: str, body: str) -> None:
    """It is over: the reply for whoever asked for it."""
    await Q.run(conn, "end", id, status, location, body)


async def find(conn: Connection, id: str, person: int) -> Saving | None:
    """What is known of a person's own; `None` when there is none, or no sign of life for 30 seconds."""
    return await Q.one(conn, "find", Saving, id, person)
