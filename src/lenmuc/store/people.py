"""People who sign in, their sessions, and the attempts to sign in."""

import datetime as dt

import msgspec

from lenmuc.core.answers import Identity
from lenmuc.store.queries import Connection, queries

Q = queries("people")


# Who may not do without a second factor, outside of demonstrations. Source: OWASP ASVS 5.0, 6.3.3.
SECOND_FACTOR_ROLES = ("planner", "administrator")


class Person(msgspec.Struct, frozen=True):
    """Somebody with an account. `role` is staff, lead, planner, administrator or auditor.

    `agency` is set for staff and leads only; `demo` people are those of a demonstration.
    """

    id: int
    email: str
    name: str
    role: str
    agency: str
    active: bool
    demo: bool = False


class ListedPerson(msgspec.Struct, frozen=True):
    """A person as administrators see one. `password_due`: signs in with a one-time password at present."""

    id: int
    email: str
    name: str
    role: str
    agency: str
    agency_name: str
    active: bool
    demo: bool
    password_due: bool
    second_factor: bool

    @property
    def factor_missing(self) -> bool:
        """Is the next thing this person has to do to set up a second factor?"""
        return self.role in SECOND_FACTOR_ROLES and not self.demo and not self.second_factor


class Account(msgspec.Struct, frozen=True):
    """A person with the hash of the password: for signing in and nothing else.

    `too_late`: it is a one-time password whose time is over. `second_factor`: a code is wanted as well.
    """

    id: int
    email: str
    name: str
    role: str
    agency: str
    active: bool
    demo: bool
    password_hash: str
    too_late: bool
    second_factor: bool

    @property
    def somebody(self) -> Person:
        """The person without the hash."""
        return Person(self.id, self.email, self.name, self.role, self.agency, self.active, self.demo)


class Session(msgspec.Struct, frozen=True):
    """A living session and whose it is. `person` is the person's number, `csrf` the token its forms carry.

    `password_due`: the password is a one-time one, so another has to be chosen before anything else.
    `by_provider`: it was begun through the identity provider; `strong`: with a second factor there.
    """

    id: int
    person: int
    email: str
    name: str
    role: str
    agency: str
    agency_name: str
    csrf: str
    created: dt.datetime
    touch_due: bool = False
    demo: bool = False
    password_due: bool = False
    second_factor: bool = False
    by_provider: bool = False
    strong: bool = False

    @property
    def who(self) -> Identity:
        """For whom the database acts: the person's number as text."""
        return Identity(self.role, str(self.person), self.agency)

    @property
    def factor_needed(self) -> bool:
        """Is this somebody who may not be without a second factor?"""
        return self.role in SECOND_FACTOR_ROLES and not self.demo

    @property
    def factor_missing(self) -> bool:
        """Is there none where there has to be one?"""
        return self.factor_needed and not self.second_factor and not self.strong

    @property
    def due(self) -> str:
        """What has to be done before anything else: password, second-factor, or nothing."""
        if self.password_due:
            return "password"
        return "second-factor" if self.factor_missing else ""


class ListedSession(msgspec.Struct, frozen=True):
    """A living session on the page of its owner."""

    id: int
    created: dt.datetime
    seen: dt.datetime


async def find_by_email(conn: Connection, email: str) -> Account | None:
    """The account with this address, as stored (lower case), active or not."""
    return await Q.one(conn, "find_by_email", Account, email)


async def find_person(conn: Connection, id: int) -> Person | None:
    """The person with this number."""
    return await Q.one(conn, "find_person", Person, id)


async def list_people(conn: Connection, id: int | None = None) -> list[ListedPerson]:
    """Everybody with an account, by e-mail; or the one with this number."""
    return await Q.all(conn, "list_people", ListedPerson, id)


async def count_people(conn: Connection) -> int:
    """How many accounts there are, active or not."""
    return int(await Q.value(conn, "count_people"))


async def create_person(
    conn: Connection,
    email: str,
    name: str,
    role: str,
    agency: str,
    password_hash: str,
    *,
    demo: bool = False,
    once: bool = False,
) -> Person | None:
    """The new person, or None when the address is taken. `once`: see `set_password`."""
    return await Q.one(conn, "create_person", Person, email, name, role, agency, password_hash, demo, once)


async def change_person(conn: Connection, id: int, name: str, role: str, agency: str) -> None:
    """Another name, role or agency; sessions are left alone."""
    await Q.run(conn, "change_person", id, name, role, agency)


async def set_password(conn: Connection, person: int, password_hash: str, *, once: bool = False) -> None:
    """Put another hash in place of the old one; sessions are left alone.

    A password for `once` opens, for 24 hours, nothing but the choice of another.
    """
    await Q.run(conn, "set_password", person, password_hash, once)


async def renew_hash(conn: Connection, person: int, password_hash: str) -> None:
    """The same password hashed at today's cost."""
    await Q.run(conn, "renew_hash", person, password_hash)


async def lock_people(conn: Connection) -> None:
    """Let changes of accounts pass one at a time, until the transaction ends."""
    await Q.value(conn, "lock_people")


async def set_active(conn: Connection, person: int, active: bool) -> None:
    """Let somebody in, or no longer: a session of an inactive person is not found any more."""
    await Q.run(conn, "set_active", person, active)


async def create_session(
    conn: Connection,
    token_hash: bytes,
    person: int,
    csrf: str,
    *,
    by_provider: bool = False,
    strong: bool = False,
) -> None:
    """Begin a session; `token_hash` is the SHA-256 of the token that the browser keeps."""
    await Q.run(conn, "create_session", token_hash, person, csrf, by_provider, strong)


async def find_session(conn: Connection, token_hash: bytes) -> Session | None:
    """The session, unless it was idle for 30 minutes, is 12 hours old, or its person is not active."""
    return await Q.one(conn, "find_session", Session, token_hash)


async def list_sessions(conn: Connection, person: int) -> list[ListedSession]:
    """The living sessions of a person, newest first."""
    return await Q.all(conn, "list_sessions", ListedSession, person)


async def touch_session(conn: Connection, token_hash: bytes) -> None:
    """Note that the session is in use; writes at most once a minute."""
    await Q.run(conn, "touch_session", token_hash)


async def renew_session(conn: Connection, token_hash: bytes, fresh_hash: bytes) -> None:
    """Give a session another token: what it may do has changed."""
    await Q.run(conn, "renew_session", token_hash, fresh_hash)


async def delete_session(conn: Connection, token_hash: bytes) -> None:
    """End one session."""
    await Q.run(conn, "delete_session", token_hash)


async def delete_own_session(conn: Connection, person: int, id: int) -> int:
    """End the session of that number if it is the person's; how many ended."""
    return await Q.run(conn, "delete_own_session", person, id)


async def delete_other_sessions(conn: Connection, person: int, token_hash: bytes = b"") -> int:
    """End every session of a person but one; how many ended."""
    return await Q.run(conn, "delete_other_sessions", person, token_hash)


async def delete_provider_sessions(conn: Connection, person: int, but: bytes = b"") -> int:
    """End the sessions of a person that were begun through the provider, but one; how many ended."""
    return await Q.run(conn, "delete_provider_sessions", person, but)


async def delete_expired_sessions(conn: Connection) -> int:
    """Remove sessions that cannot be used any more; how many."""
    return await Q.run(conn, "delete_expired_sessions")


async def put_first_code(conn: Connection, code_hash: bytes) -> None:
    """The code of the first administrator, as SHA-256, in place of an earlier one."""
    await Q.run(conn, "delete_first_codes")
    await Q.run(conn, "put_first_code", code_hash)


async def first_code_waits(conn: Connection) -> bool:
    """Is there nobody yet, and a code not older than 24 hours?"""
    return bool(await Q.value(conn, "first_code_waits"))


async def first_code_fits(conn: Connection, code_hash: bytes) -> bool:
    """Is it the code, and not older than 24 hours?"""
    return bool(await Q.value(conn, "first_code_fits", code_hash))


async def delete_first_codes(conn: Connection) -> None:
    """The code was used."""
    await Q.run(conn, "delete_first_codes")


async def lock_attempts(conn: Connection, key: str) -> None:
    """Let attempts under one key pass one at a time, until the transaction ends."""
    await Q.value(conn, "lock_attempts", key)


async def count_attempts(conn: Connection, key: str, seconds: int) -> int:
    """Attempts under `key` in the last `seconds` that did not end in a session."""
    return int(await Q.value(conn, "count_attempts", key, seconds))


async def record_attempt(conn: Connection, key: str) -> dt.datetime:
    """Note an attempt before it is judged; the moment names it."""
    moment: dt.datetime = await Q.value(conn, "record_attempt", key)
    return moment


async def forgive_attempt(conn: Connection, key: str, moment: dt.datetime) -> None:
    """Take back one attempt: it succeeded."""
    await Q.run(conn, "forgive_attempt", key, moment)


async def clean_attempts(conn: Connection, seconds: int) -> int:
    """Remove attempts that no longer count; how many."""
    return await Q.run(conn, "clean_attempts", seconds)
