"""Signing in and out, making accounts, and the first of them."""

import secrets
from collections.abc import Sequence
from typing import NamedTuple

from lenmuc.actions import attempts, second_factor
from lenmuc.actions.attempts import CODES_ALLOWED, FAILURES_ALLOWED, TooManyAttempts
from lenmuc.actions.passwords import PASSWORDS, Passwords, new_password, password_faults
from lenmuc.actions.tokens import end_sessions, new_token, token_hash
from lenmuc.core.answers import Identity
from lenmuc.core.deeds import Action
from lenmuc.core.errors import N_, Busy, Fault, Message, NotFound, Refused, fault
from lenmuc.core.text import clean_line, forbidden
from lenmuc.store import audit as audit_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import factors as factors_store
from lenmuc.store import people as people_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.people import Account, Person, Session
from lenmuc.store.queries import Connection

__all__ = ["FAILURES_ALLOWED", "PASSWORDS", "Passwords", "TooManyAttempts", "new_password", "token_hash"]

ROLES = ("staff", "lead", "planner", "administrator", "auditor")
AGENCY_ROLES = ("staff", "lead")
_WRONG = N_("The e-mail address or the password is wrong. Check both and try again.")
_TOO_LATE = N_("The time of this one-time password is over. Ask your administrator for a new one.")


class WrongPassword(Refused):
    """The address or the password is wrong; which of the two is not said."""

    def __init__(self, text: str = _WRONG) -> None:
        super().__init__([Fault("email", Message(text))])


class StepOver(NotFound):
    """The ten minutes before the code are over, or the step was used."""

    def __init__(self) -> None:
        super().__init__(N_("Too much time has passed since the first step. Sign in again."))


class DemoPerson(NamedTuple):
    """An account of the demonstration; the password is shown once and stored as a hash only."""

    email: str
    password: str
    role: str
    agency: str


class Entered(NamedTuple):
    """How far somebody came. `token` is the session's; where a `code_wanted`, it only names that step."""

    person: Person
    token: str
    code_wanted: bool = False


def cleaned_email(email: str) -> str:
    """An address as it is stored and looked up: NFC, trimmed, lower case."""
    return clean_line(email).lower()


async def _account(db: Database, email: str) -> Account | None:
    if not email or len(email) > 254 or forbidden(email):
        return None
    async with db.transaction(PROGRAM, read_only=True) as conn:
        return await people_store.find_by_email(conn, email)


async def note_failure(
    db: Database, account: Account | None, action: Action, client: str, **why: str
) -> None:
    """Write down that somebody did not come in; `why` is what else is known."""
    async with db.transaction(PROGRAM) as conn:
        # What was typed is not written down: people type passwords into the wrong field.
        await audit_store.record(
            conn,
            person=account.id if account else None,
            action=action,
            target=f"person {account.id}" if account else "unknown",
            after={"client": client, **why},
        )


async def begin_session(
    conn: Connection,
    account: Account,
    client: str,
    replaces: str,
    by: str,
    *,
    by_provider: bool = False,
    strong: bool = False,
) -> Entered:
    """A new session in place of the one whose token is `replaces`. `by` is written into the audit log."""
    token = new_token()
    if replaces:
        await people_store.delete_session(conn, token_hash(replaces))
    await people_store.delete_expired_sessions(conn)
    await factors_store.delete_expired_steps(conn)
    await people_store.create_session(
        conn, token_hash(token), account.id, secrets.token_urlsafe(32), by_provider=by_provider, strong=strong
    )
    await audit_store.record(
        conn,
        person=account.id,
        agency=account.agency,
        action="sign-in",
        target=f"person {account.id}",
        after={"client": client, "by": by} if by else {"client": client},
    )
    return Entered(account.somebody, token)


async def sign_in(
    db: Database,
    email: str,
    password: str,
    client: str,
    *,
    replaces: str = "",
    passwords: Passwords = PASSWORDS,
) -> Entered:
    """Begin a session, or the step at which the code of the second factor is wanted.

    `client` is the address the request came from; `replaces` is the token of a session that this one takes
    the place of. Raises `WrongPassword`, `TooManyAttempts` after ten failures in five minutes for the e-mail
    address or the client address, or `Busy`.
    """
    email = cleaned_email(email)
    attempt = await attempts.begin(db, [attempts.key("email", email), attempts.key("client", client)])
    account = await _account(db, email)
    try:
        right = await passwords.matches(password, account.password_hash if account else None)
    except Busy:
        await attempts.forgive_now(db, attempt)
        raise
    if account is None or not right or not account.active or account.too_late:
        await note_failure(db, account, "sign-in failed", client)
        raise WrongPassword(_TOO_LATE if account and right and account.active else _WRONG)
    renewed = await passwords.hash(password) if passwords.outdated(account.password_hash) else ""
    async with db.transaction(PROGRAM) as conn:
        if renewed:
            await people_store.renew_hash(conn, account.id, renewed)
        await attempts.forgive(conn, attempt)
        if not account.second_factor:
            return await begin_session(conn, account, client, replaces, "")
        step = new_token()
        await factors_store.create_step(conn, token_hash(step), account.id)
        return Entered(account.somebody, step, code_wanted=True)


async def code_is_wanted(db: Database, step: str) -> bool:
    """Does this step still wait for a code?"""
    async with db.transaction(PROGRAM, read_only=True) as conn:
        return await factors_store.find_step(conn, token_hash(step)) is not None


async def sign_in_code(db: Database, step: str, code: str, client: str, *, replaces: str = "") -> Entered:
    """The session, after the code of the authenticator or a recovery code.

    Raises `StepOver`, `WrongCode`, or `TooManyAttempts` after five wrong codes in five minutes each.
    """
    async with db.transaction(PROGRAM, read_only=True) as conn:
        account = await factors_store.find_step(conn, token_hash(step))
    if account is None:
        raise StepOver
    attempt = await attempts.begin(db, [attempts.key("code", str(account.id))], CODES_ALLOWED)
    async with db.transaction(PROGRAM) as conn:
        used = await second_factor.use(conn, account.id, code)
        if used.right:
            by_provider = await factors_store.delete_step(conn, token_hash(step))
            if by_provider is None:
                raise StepOver
            await attempts.forgive(conn, attempt)
            by = f"provider, {used.by}" if by_provider else used.by
            return await begin_session(conn, account, client, replaces, by, by_provider=by_provider)
    await note_failure(db, account, "sign-in code wrong", client)
    raise second_factor.WrongCode(closed=used.closed)


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


def person_faults(email: str, name: str, role: str, agency: str) -> list[Fault]:
    """What is wrong with an account; empty when it can be stored, if the agency exists."""
    found: list[Fault] = []
    local, _, host = email.partition("@")
    if not local or "." not in host or " " in email or len(email) > 254 or forbidden(email):
        found.append(fault("email", N_("Give an e-mail address such as name@agency.gov.vn.")))
    if not name or len(name) > 200 or forbidden(name):
        found.append(
            fault("name", N_("Give the name of the person, in at most %(limit)s characters."), limit=200)
        )
    if role not in ROLES:
        found.append(fault("role", N_("Choose one of the roles.")))
    if (role in AGENCY_ROLES) != bool(agency):
        found.append(fault("agency", N_("Staff and leads belong to one agency; everybody else to none.")))
    return found


async def must_be_agency(conn: Connection, code: str) -> None:
    """Raise `Refused` when there is a code and no agency of it."""
    if code and (len(code) > 40 or forbidden(code) or await catalogue_store.find_agency(conn, code) is None):
        raise Refused([fault("agency", N_("There is no agency with this code."))])


async def insert_person(
    conn: Connection,
    who: Identity,
    person: tuple[str, str, str, str],
    password_hash: str,
    *,
    demo: bool = False,
    once: bool = False,
) -> Person:
    """Make an account of (email, name, role, agency) inside a transaction. Raises `Refused`."""
    email, name, role, agency = person
    await must_be_agency(conn, agency)
    made = await people_store.create_person(
        conn, email, name, role, agency, password_hash, demo=demo, once=once
    )
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
    demo: bool = False,
    passwords: Passwords = PASSWORDS,
) -> Person:
    """Make an account; `agency` is its code for staff and leads, and empty for others. Raises `Refused`.

    A `demo` person may go without a second factor, whatever the role.
    """
    email, name = cleaned_email(email), clean_line(name)
    faults = person_faults(email, name, role, agency) + password_faults(password, (email, name))
    if faults:
        raise Refused(faults)
    hashed = await passwords.hash(password)
    async with db.transaction(who) as conn:
        return await insert_person(conn, who, (email, name, role, agency), hashed, demo=demo)


async def create_demo_people(
    db: Database, agencies: Sequence[str], *, renew: bool = False, passwords: Passwords = PASSWORDS
) -> list[DemoPerson]:
    """Accounts for a demonstration: two planners, an administrator, an auditor; staff and lead of each
    agency code.

    Returns those whose password is new. People who are there already stay as they are and are not returned,
    unless `renew` gives them a new password, takes their second factor away and ends their sessions.
    """
    wanted = [
        ("planner@lenmuc.example", "Cán bộ lập kế hoạch (demo)", "planner", ""),
        # nobody verifies what rests on their own answers, so there are two of them
        ("planner2@lenmuc.example", "Cán bộ thẩm định (demo)", "planner", ""),
        ("admin@lenmuc.example", "Quản trị viên (demo)", "administrator", ""),
        ("auditor@lenmuc.example", "Kiểm tra viên (demo)", "auditor", ""),
        *(
            (f"{role}.{code.lower()}@lenmuc.example", f"{words} {code} (demo)", role, code)
            for code in agencies
            for role, words in (("staff", "Cán bộ"), ("lead", "Phụ trách"))
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
                await insert_person(conn, PROGRAM, (email, name, role, agency), hashed, demo=True)
            else:
                await people_store.set_password(conn, known.id, hashed)
                await end_sessions(conn, known.id)
                await factors_store.delete_factor(conn, known.id)
                await audit_store.record(
                    conn, person=None, agency=agency, action="password renewed", target=f"person {known.id}"
                )
        made.append(DemoPerson(email, password, role, agency))
    return made


async def first_administrator_code(db: Database) -> str | None:
    """A new code for making the first administrator, valid for 24 hours; None when there are people already.

    It takes the place of an earlier one. Only its hash is stored, so it has to be shown now.
    """
    code = new_password()
    async with db.transaction(PROGRAM) as conn:
        await people_store.lock_people(conn)
        if await people_store.count_people(conn):
            return None
        await people_store.put_first_code(conn, token_hash(second_factor.plain(code)))
    return code


async def first_administrator_waits(db: Database) -> bool:
    """Is there nobody yet, and a code that can be used?"""
    async with db.transaction(PROGRAM, read_only=True) as conn:
        return await people_store.first_code_waits(conn)


async def make_first_administrator(
    db: Database, code: str, email: str, name: str, password: str, client: str
) -> Person:
    """The first account, for whoever has the code.

    Raises `Refused`, `NotFound` when there are people already, or `TooManyAttempts` after five wrong codes in
    five minutes from the client address.
    """
    if not await first_administrator_waits(db):
        raise NotFound(N_("There is no such page."))
    email, name = cleaned_email(email), clean_line(name)
    faults = person_faults(email, name, "administrator", "") + password_faults(password, (email, name))
    if faults:
        raise Refused(faults)
    attempt = await attempts.begin(db, [attempts.key("first", client)], CODES_ALLOWED)
    hashed = await PASSWORDS.hash(password)
    async with db.transaction(PROGRAM) as conn:
        await people_store.lock_people(conn)
        if await people_store.count_people(conn):
            raise NotFound(N_("There is no such page."))
        if not await people_store.first_code_fits(conn, token_hash(second_factor.plain(code))):
            raise Refused([fault("code", N_("This is not the code, or its 24 hours are over."))])
        await people_store.delete_first_codes(conn)
        await attempts.forgive(conn, attempt)
        return await insert_person(conn, PROGRAM, (email, name, "administrator", ""), hashed)
