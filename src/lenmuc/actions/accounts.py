"""Signing in and out, and making accounts."""

import asyncio
import datetime as dt
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import NamedTuple, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from lenmuc.core.answers import Identity
from lenmuc.core.errors import N_, Busy, Fault, LenMucError, Refused, fault
from lenmuc.core.text import clean_line, forbidden
from lenmuc.store import audit as audit_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import people as people_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.people import Account, Person, Session
from lenmuc.store.queries import Connection

ROLES = ("staff", "planner", "administrator")
FAILURES_ALLOWED = 10  # in five minutes, for one e-mail address and for one client address
PASSWORD_SHORTEST = 15  # the only factor: NIST SP 800-63B-4, section 3.1.1.2
PASSWORD_LONGEST = 1_000
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no letters that are taken for digits
T = TypeVar("T")


class TooManyAttempts(LenMucError):
    """Signing in is closed for this address for some minutes. `retry_after` is in seconds."""

    retry_after = 300

    def __init__(self) -> None:
        super().__init__(N_("There were too many attempts to sign in. Wait five minutes, then try again."))


class WrongPassword(Refused):
    """The address or the password is wrong; which of the two is not said."""

    def __init__(self) -> None:
        text = N_("The e-mail address or the password is wrong. Check both and try again.")
        super().__init__([fault("email", text)])


class Passwords:
    """Hashing apart from the event loop: `workers` at a time, at most `queue` waiting, `patience` seconds."""

    def __init__(self, *, workers: int = 2, queue: int = 60, patience: float = 5.0) -> None:
        # OWASP's least cost of argon2id. One lane: the two workers are the limit of memory and of cores.
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="password")
        self._queue = queue
        self._patience = patience
        self._waiting = 0
        self._nobody = self._hasher.hash(secrets.token_urlsafe(32))

    async def _run(self, work: Callable[[str, str], T], first: str, second: str) -> T:
        if self._waiting >= self._queue:
            raise Busy(N_("Many people are signing in at the moment. Try again in a minute."))
        self._waiting += 1
        try:
            future = asyncio.get_running_loop().run_in_executor(self._pool, work, first, second)
            return await asyncio.wait_for(future, self._patience)
        except TimeoutError as late:
            raise Busy(N_("Many people are signing in at the moment. Try again in a minute.")) from late
        finally:
            self._waiting -= 1

    async def hash(self, password: str) -> str:
        """What is stored of a password. Raises `Busy`."""
        return await self._run(lambda text, _: self._hasher.hash(_nfc(text)), password, "")

    async def matches(self, password: str, stored: str | None) -> bool:
        """Is it the password of `stored`? Without a `stored` the same time passes. Raises `Busy`."""
        return await self._run(self._verify, password, stored or self._nobody) and stored is not None

    def _verify(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(stored, _nfc(password))
        except (Argon2Error, InvalidHashError):
            return False

    def outdated(self, stored: str) -> bool:
        """Was the hash made at another cost than today's?"""
        return self._hasher.check_needs_rehash(stored)


PASSWORDS = Passwords()


class DemoPerson(NamedTuple):
    """An account of the demonstration; the password is shown once and stored as a hash only."""

    email: str
    password: str
    role: str
    agency: str


def _nfc(password: str) -> bytes:
    # The same letters arrive composed or not, depending on the keyboard; nothing else is changed.
    return unicodedata.normalize("NFC", password).encode("utf-8", "replace")


def cleaned_email(email: str) -> str:
    """An address as it is stored and looked up: NFC, trimmed, lower case."""
    return clean_line(email).lower()


def _key(kind: str, value: str) -> str:
    return sha256(f"{kind} {value}".encode("utf-8", "replace")).hexdigest()


def token_hash(token: str) -> bytes:
    """What the database keeps of a session's token."""
    return sha256(token.encode("utf-8", "replace")).digest()


async def _begin_attempt(db: Database, keys: Sequence[str]) -> list[tuple[str, dt.datetime]]:
    # Noted before the password is looked at: attempts sent at the same moment are counted too.
    async with db.transaction(PROGRAM) as conn:
        for key in sorted(keys):
            await people_store.lock_attempts(conn, key)
        for key in keys:
            if await people_store.count_attempts(conn, key) >= FAILURES_ALLOWED:
                raise TooManyAttempts
        await people_store.clean_attempts(conn)
        return [(key, await people_store.record_attempt(conn, key)) for key in keys]


async def _forgive(db: Database, attempt: Sequence[tuple[str, dt.datetime]]) -> None:
    async with db.transaction(PROGRAM) as conn:
        for key, moment in attempt:
            await people_store.forgive_attempt(conn, key, moment)


async def _account(db: Database, email: str) -> Account | None:
    if not email or len(email) > 254 or forbidden(email):
        return None
    async with db.transaction(PROGRAM, read_only=True) as conn:
        return await people_store.find_by_email(conn, email)


async def sign_in(
    db: Database,
    email: str,
    password: str,
    client: str,
    *,
    replaces: str = "",
    passwords: Passwords = PASSWORDS,
) -> tuple[Person, str]:
    """Begin a session: the person and the token for the browser's cookie.

    `client` is the address the request came from; `replaces` is the token of a session that this one takes
    the place of. Raises `WrongPassword`, `TooManyAttempts` after ten failures in five minutes for the e-mail
    address or the client address, or `Busy`.
    """
    email = cleaned_email(email)
    attempt = await _begin_attempt(db, [_key("email", email), _key("client", client)])
    account = await _account(db, email)
    try:
        right = await passwords.matches(password, account.password_hash if account else None)
    except Busy:
        await _forgive(db, attempt)
        raise
    if account is None or not right or not account.active:
        async with db.transaction(PROGRAM) as conn:
            # What was typed is not written down: people type passwords into the wrong field.
            await audit_store.record(
                conn,
                person=account.id if account else None,
                action="sign-in failed",
                target=f"person {account.id}" if account else "unknown",
                after={"client": client},
            )
        raise WrongPassword
    renewed = await passwords.hash(password) if passwords.outdated(account.password_hash) else ""
    token = secrets.token_urlsafe(32)
    async with db.transaction(PROGRAM) as conn:
        if renewed:
            await people_store.set_password(conn, account.id, renewed)
        for key, moment in attempt:
            await people_store.forgive_attempt(conn, key, moment)
        if replaces:
            await people_store.delete_session(conn, token_hash(replaces))
        await people_store.delete_expired_sessions(conn)
        await people_store.create_session(conn, token_hash(token), account.id, secrets.token_urlsafe(32))
        await audit_store.record(
            conn,
            person=account.id,
            agency=account.agency,
            action="sign-in",
            target=f"person {account.id}",
            after={"client": client},
        )
    return account.somebody, token


async def sign_out(db: Database, session: Session, token: str) -> None:
    """End the session of `token` on the server; the cookie is worth nothing from then on."""
    async with db.transaction(session.who) as conn:
        await people_store.delete_session(conn, token_hash(token))
        await audit_store.record(
            conn,
            person=session.person,
            agency=session.agency,
            action="sign-out",
            target=f"person {session.person}",
        )


def _person_faults(email: str, name: str, role: str, agency: str, password: str) -> list[Fault]:
    found: list[Fault] = []
    local, _, host = email.partition("@")
    if not local or "." not in host or " " in email or len(email) > 254 or forbidden(email):
        found.append(fault("email", N_("Give an e-mail address such as name@agency.gov.vn.")))
    if not name or len(name) > 200 or forbidden(name):
        found.append(
            fault("name", N_("Give the name of the person, in at most %(limit)s characters."), limit=200)
        )
    if role not in ROLES:
        found.append(fault("role", N_("Choose one of the roles: agency staff, planner or administrator.")))
    if (role == "staff") != bool(agency):
        found.append(fault("agency", N_("Staff belong to one agency; planners and administrators to none.")))
    if not PASSWORD_SHORTEST <= len(password) <= PASSWORD_LONGEST:
        found.append(
            fault(
                "password",
                N_("Choose a password of %(least)s to %(most)s characters; a few words are good."),
                least=PASSWORD_SHORTEST,
                most=PASSWORD_LONGEST,
            )
        )
    return found


async def _insert(
    conn: Connection, who: Identity, person: tuple[str, str, str, str], password_hash: str, *, demo: bool
) -> Person:
    email, name, role, agency = person
    if agency and await catalogue_store.find_agency(conn, agency) is None:
        raise Refused([fault("agency", N_("There is no agency with this code."))])
    made = await people_store.create_person(conn, email, name, role, agency, password_hash, demo=demo)
    if made is None:
        raise Refused([fault("email", N_("There is already an account with this address."))])
    await audit_store.record(
        conn,
        person=int(who.person) if who.person else None,
        agency=agency,
        action="person created",
        target=f"person {made.id}",
        after=made,
    )
    return made


async def create_person(
    db: Database,
    email: str,
    name: str,
    role: str,
    agency: str,
    password: str,
    *,
    who: Identity = PROGRAM,
    passwords: Passwords = PASSWORDS,
) -> Person:
    """Make an account; `agency` is its code for staff and empty for others. Raises `Refused`."""
    email, name = cleaned_email(email), clean_line(name)
    faults = _person_faults(email, name, role, agency, password)
    if faults:
        raise Refused(faults)
    hashed = await passwords.hash(password)
    async with db.transaction(who) as conn:
        return await _insert(conn, who, (email, name, role, agency), hashed, demo=False)


def new_password() -> str:
    """Sixteen random letters and digits in four groups: 79 bits, easy to read aloud."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


async def create_demo_people(
    db: Database, agencies: Sequence[str], *, renew: bool = False, passwords: Passwords = PASSWORDS
) -> list[DemoPerson]:
    """Accounts for a demonstration: a planner, an administrator and one of staff for each agency code.

    Returns those whose password is new. People who are there already stay as they are and are not returned,
    unless `renew` gives them a new password and ends their sessions.
    """
    wanted = [
        ("planner@lenmuc.example", "Cán bộ lập kế hoạch (demo)", "planner", ""),
        ("admin@lenmuc.example", "Quản trị viên (demo)", "administrator", ""),
        *(
            (f"staff.{code.lower()}@lenmuc.example", f"Cán bộ {code} (demo)", "staff", code)
            for code in agencies
        ),
    ]
    made: list[DemoPerson] = []
    for email, name, role, agency in wanted:
        known = await _account(db, email)
        if known is not None and not renew:
            continue
        password = new_password()
        hashed = await passwords.hash(password)
        async with db.transaction(PROGRAM) as conn:
            if known is None:
                await _insert(conn, PROGRAM, (email, name, role, agency), hashed, demo=True)
            else:
                await people_store.set_password(conn, known.id, hashed)
                await people_store.delete_other_sessions(conn, known.id)
                await audit_store.record(
                    conn, person=None, agency=agency, action="password renewed", target=f"person {known.id}"
                )
        made.append(DemoPerson(email, password, role, agency))
    return made
