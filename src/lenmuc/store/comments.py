"""What people say to each other at a criterion."""

import datetime as dt

import msgspec

from lenmuc.core.answers import Target
from lenmuc.store.queries import Connection, queries

Q = queries("comments")


class Comment(msgspec.Struct, frozen=True):
    """One comment, where it stands (as an answer does), whose it is. `text` is empty once `withdrawn`.

    `holds` is set where an inspection wrote it: whether the criterion was found to hold.
    """

    id: int
    criterion: str
    agency: str
    service: str
    person: int
    by: str
    at: dt.datetime
    withdrawn: dt.datetime | None
    text: str
    holds: bool | None

    @property
    def target(self) -> Target:
        """Where it stands."""
        return Target(self.agency, self.service)


class Count(msgspec.Struct, frozen=True):
    """How many comments a criterion has, without those taken back."""

    criterion: str
    comments: int


async def comments_at(conn: Connection, criterion: str, target: Target) -> list[Comment]:
    """The comments on a criterion at one place, the oldest first."""
    return await Q.all(conn, "comments_at", Comment, criterion, target.agency, target.service)


async def count_comments(conn: Connection, target: Target) -> dict[str, int]:
    """How many comments stand at each criterion of a place; those of its agency count with an offering's."""
    found = await Q.all(conn, "count_comments", Count, target.agency, target.service)
    return {each.criterion: each.comments for each in found}


async def add_comment(conn: Connection, criterion: str, target: Target, text: str, person: int) -> int:
    """Store a comment; its number."""
    return int(await Q.value(conn, "add_comment", criterion, target.agency, target.service, text, person))


async def find_comment(conn: Connection, id: int) -> Comment | None:
    """The comment with this number, for those who may read it."""
    return await Q.one(conn, "find_comment", Comment, id)


async def withdraw_comment(conn: Connection, id: int, person: int) -> bool:
    """Take one's own comment back; false when it is somebody else's or was taken back already."""
    return await Q.run(conn, "withdraw_comment", id, person) == 1
