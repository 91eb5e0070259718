"""What changes were answered with, under the keys that their senders gave them; for a day."""

import msgspec

from lenmuc.store.queries import Connection, queries

Q = queries("kept_replies")


class Told(msgspec.Struct, frozen=True):
    """What a change was answered with, without what belongs to the session that asked."""

    status: int
    headers: dict[str, str]
    body: bytes


class Kept(msgspec.Struct, frozen=True):
    """A reply as it is kept, with the hash of what it was an answer to."""

    asked: bytes
    status: int
    headers: dict[str, str]
    body: bytes


async def take_key(conn: Connection, person: int, key: str) -> bool:
    """Hold the key until the transaction ends; False while another one holds it."""
    return bool(await Q.value(conn, "take_key", person, key))


async def forget_old(conn: Connection) -> int:
    """Delete some of what is older than a day; how many."""
    return await Q.run(conn, "forget_old")


async def find_reply(conn: Connection, person: int, key: str) -> Kept | None:
    """What was answered under this key within a day."""
    return await Q.one(conn, "find_reply", Kept, person, key)


async def keep_reply(conn: Connection, person: int, key: str, asked: bytes, told: Told) -> None:
    """Keep a reply with the change that it tells of."""
    await Q.run(conn, "keep_reply", person, key, asked, told.status, told.headers, told.body)
