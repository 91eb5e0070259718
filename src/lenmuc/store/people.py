"""People who sign in, their sessions, and the attempts to sign in."""

import datetime as dt

import msgspec

from lenmuc.core.answers import Identity
from lenmuc.store.queries import Connection, queries

Q = queries("people")


class Person(msgspec.Struct, frozen=True):
    """Somebody with an account. `role` is staff, planner or administrator; `agency` is set for staff only."""

    id: int
    email: str
    name: str
    role: str
    agency: str
    active: bool


class Account(msgspec.Struct, frozen=True):
    """A person with the hash of the password: for signing in and nothing else."""

    id: int
    email: str
    name: str
    role: str
    agency: str
    active: bool
    password_hash: str

    @property
    def somebody(self) -> Person:
        """The person without the hash."""
        return Person(self.id, self.email, self.name, self.role, self.agency, self.active)


class Session(msgspec.Struct, frozen=True):
    """A living session and whose it is. `person` is the person's number, `csrf` the token its forms carry."""

    person: int
    email: str
    name: str
    role: str
    agency: str
    agency_name: str
    csrf: str
    created: dt.datetime
    touch_due: bool = False

    @property
    def who(self) -> Identity:
        """For whom the database acts: the person's number as text."""
        return Identity(self.role, str(self.person), self.agency)


async def find_by_email(conn: Connection, email: str) -> Account | None:
    """The account with this address, as stored (lower case), active or not."""
    return await Q.one(conn, "find_by_email", Account, email)


async def find_person(conn: Connection, id: int) -> Person | None:
    """The person with this number."""
    return await Q.one(conn, "find_person", Person, id)


async def list_people(conn: Connection) -> list[Person]:
    """Everybody with an account, by e-mail."""
    return await Q.all(conn, "list_people", Person)


async def create_person(
    conn: Connection, email: str, name: str, role: str, agency: str, password_hash: str, *, demo: bool = False
) -> Person | None:
    """The new person, or None when the address is taken."""
    return await Q.one(conn, "create_person", Person, email, name, role, agency, password_hash, demo)


async def set_password(conn: Connection, person: int, password_hash: str) -> None:
    """Put another hash in place of the old one; sessions are left alone."""
    await Q.run(conn, "set_password", person, password_hash)


async def set_active(conn: Connection, person: int, active: bool) -> None:
    """Let somebody in, or no longer: a session of an inactive person is not found any more."""
    await Q.run(conn, "set_active", person, active)


async def create_session(conn: Connection, token_hash: bytes, person: int, csrf: str) -> None:
    """Begin a session; `token_hash` is the SHA-256 of the token that the browser keeps."""
    await Q.run(conn, "create_session", token_hash, person, csrf)


async def find_session(conn: Connection, token_hash: bytes) -> Session | None:
    """The session, unless it was idle for 30 minutes, is 12 hours old, or its person is not active."""
    return await Q.one(conn, "find_session", Session, token_hash)


async def touch_session(conn: Connection, token_hash: bytes) -> None:
    """Note that the session is in use; writes at most once a minute."""
    await Q.run(conn, "touch_session", token_hash)


async def delete_session(conn: Connection, token_hash: bytes) -> None:
    """End one session."""
    await Q.run(conn, "delete_session", token_hash)


async def delete_other_sessions(conn: Connection, person: int, token_hash: bytes = b"") -> int:
    """End every session of a person but one; how many ended."""
    return await Q.run(conn, "delete_other_sessions", person, token_hash)


async def delete_expired_sessions(conn: Connection) -> int:
    """Remove sessions that cannot be used any more; how many."""
    return await Q.run(conn, "delete_expired_sessions")


async def lock_attempts(conn: Connection, key: str) -> None:
    """Let attempts under one key pass one at a time, until the transaction ends."""
    await Q.value(conn, "lock_attempts", key)


async def count_attempts(conn: Connection, key: str) -> int:
    """Attempts under `key` in the last five minutes that did not end in a session."""
    return int(await Q.value(conn, "count_attempts", key))


async def record_attempt(conn: Connection, key: str) -> dt.datetime:
    """Note an attempt before it is judged; the moment names it."""
    moment: dt.datetime = await Q.value(conn, "record_attempt", key)
    return moment


async def forgive_attempt(conn: Connection, key: str, moment: dt.datetime) -> None:
    """Take back one attempt: it succeeded."""
    await Q.run(conn, "forgive_attempt", key, moment)


async def clean_attempts(conn: Connection) -> int:
    """Remove attempts that no longer count; how many."""
    return await Q.run(conn, "clean_attempts")
