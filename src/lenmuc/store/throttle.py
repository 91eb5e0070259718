"""How much each sender has said, under names that nobody reads back and that all processes share."""

import datetime as dt

import msgspec

from lenmuc.store.queries import Connection, queries

Q = queries("throttle")


class Counted(msgspec.Struct, frozen=True):
    """The posts of a sender within the time that is looked at, and seconds until that is over."""

    posts: int
    left: int


async def key_of(conn: Connection, day: dt.date, fresh: bytes) -> bytes:
    """The key of a day: `fresh` when there is none yet. Keys and counts of earlier days are deleted."""
    if await Q.run(conn, "keep_key", day, fresh):
        await Q.run(conn, "forget_keys", day)
        await Q.run(conn, "forget_counts")
    return bytes(await Q.value(conn, "key_of", day))


async def count_post(conn: Connection, sender: bytes, seconds: int) -> Counted:
    """Count one post more. Undone with its transaction when that does not end well."""
    found = await Q.one(conn, "count_post", Counted, sender, seconds)
    return found or Counted(0, 0)
