"""The second factor: codes of an authenticator that work once, and recovery codes. Source: RFC 6238."""

from hashlib import sha256
from hmac import compare_digest
from typing import NamedTuple

import pyotp

from lenmuc.actions import attempts
from lenmuc.actions.attempts import CODES_ALLOWED
from lenmuc.actions.passwords import PASSWORDS, SHORTEST, Passwords, new_password
from lenmuc.actions.tokens import renew_session
from lenmuc.core.deeds import Action
from lenmuc.core.errors import N_, Conflict, NotAllowed, Refused, fault
from lenmuc.store import audit as audit_store
from lenmuc.store import factors as factors_store
from lenmuc.store import people as people_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.people import Session
from lenmuc.store.queries import Connection

ISSUER = "Lên Mức"
RECOVERY_CODES = 10
FAILURES_IN_A_ROW = 50  # NIST SP 800-63B-4, section 3.2.2, allows no more than 100
_EITHER_SIDE = 1  # half minutes that a clock may be wrong. Source: RFC 6238, section 5.2


class WrongCode(Refused):
    """The code is wrong, too old or used."""

    def __init__(self, *, closed: bool = False) -> None:
        if closed:
            text = N_(
                "There were 50 wrong codes in a row. Use a recovery code, or ask your administrator for help."
            )
        else:
            text = N_("This code is wrong or was used. Wait for the next one in your app and type that.")
        super().__init__([fault("code", text)])


class Used(NamedTuple):
    """What came of a code. `by` is code or recovery code; `closed`: no code is looked at any more."""

    right: bool
    by: str = ""
    closed: bool = False


class Enrolment(NamedTuple):
    """What an authenticator app is given: the secret as people type it, and as an address for the picture."""

    secret: str
    address: str


def _hash(recovery_code: str) -> bytes:
    return sha256(recovery_code.encode()).digest()


def plain(code: str) -> str:
    """A code as it is compared: no blanks, no hyphens, small letters."""
    return "".join(code.split()).replace("-", "").lower()


async def _use_code(conn: Connection, person: int, secret: str, code: str) -> bool:
    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        return False
    now = await factors_store.current_step(conn)
    totp = pyotp.TOTP(secret)
    for step in range(now - _EITHER_SIDE, now + _EITHER_SIDE + 1):
        if compare_digest(totp.generate_otp(step), code):
            return await factors_store.use_step(conn, person, step)
    return False


async def use(conn: Connection, person: int, code: str) -> Used:
    """Use up a code or a recovery code of somebody; what came of it. A wrong one is counted."""
    factor = await factors_store.find_factor(conn, person)
    if factor is None or factor.since is None:
        return Used(False)
    code = plain(code)
    if len(code) > 6 and await factors_store.use_recovery_code(conn, person, _hash(code)):
        return Used(True, "recovery code")
    if factor.failures >= FAILURES_IN_A_ROW:
        return Used(False, closed=True)
    if await _use_code(conn, person, factor.secret, code):
        return Used(True, "code")
    await factors_store.note_failure(conn, person)
    return Used(False)


async def _record(conn: Connection, session: Session, action: Action) -> None:
    await audit_store.record(
        conn, person=session.person, agency=session.agency, action=action, target=f"person {session.person}"
    )


async def begin(db: Database, session: Session) -> None:
    """Make a secret for an app, which counts only after `confirm`. Raises `Conflict` when one is in force."""
    async with db.transaction(PROGRAM) as conn:
        if not await factors_store.begin_factor(conn, session.person, pyotp.random_base32()):
            raise Conflict(N_("The second factor is in force already."))


async def enrolment(conn: Connection, session: Session) -> Enrolment | None:
    """The secret that was begun and waits for its first code."""
    factor = await factors_store.find_factor(conn, session.person)
    if factor is None or factor.since is not None:
        return None
    groups = " ".join(factor.secret[place : place + 4] for place in range(0, len(factor.secret), 4))
    address = pyotp.TOTP(factor.secret).provisioning_uri(name=session.email, issuer_name=ISSUER)
    return Enrolment(groups, address)


async def _new_recovery_codes(conn: Connection, person: int) -> list[str]:
    codes = [new_password() for _ in range(RECOVERY_CODES)]
    await factors_store.put_recovery_codes(conn, person, [_hash(plain(code)) for code in codes])
    return codes


async def confirm(db: Database, session: Session, code: str, token: str) -> tuple[list[str], str]:
    """Put the second factor in force: ten recovery codes, to be shown now, and a new token for this session.

    Every other session ends. `token` is the one of this session. Raises `WrongCode`, `TooManyAttempts`, or
    `Conflict` when nothing waits for its first code.
    """
    attempt = await attempts.begin(db, [attempts.key("code", str(session.person))], CODES_ALLOWED)
    async with db.transaction(PROGRAM) as conn:
        factor = await factors_store.find_factor(conn, session.person)
        if factor is None or factor.since is not None:
            raise Conflict(N_("The second factor is in force already."))
        if not await _use_code(conn, session.person, factor.secret, plain(code)):
            raise WrongCode
        await factors_store.confirm_factor(conn, session.person)
        codes = await _new_recovery_codes(conn, session.person)
        fresh = await renew_session(conn, token, session.person)
        await _record(conn, session, "second factor on")
        await attempts.forgive(conn, attempt)
    return codes, fresh


async def renew_recovery_codes(db: Database, session: Session, code: str) -> list[str]:
    """Ten new recovery codes; the old ones are worth nothing. Raises `WrongCode`, `TooManyAttempts`."""
    attempt = await attempts.begin(db, [attempts.key("code", str(session.person))], CODES_ALLOWED)
    async with db.transaction(PROGRAM) as conn:
        used = await use(conn, session.person, code)
        codes = await _new_recovery_codes(conn, session.person) if used.right else []
        if used.right:
            await _record(conn, session, "recovery codes renewed")
            await attempts.forgive(conn, attempt)
    if not used.right:
        raise WrongCode(closed=used.closed)
    return codes


async def turn_off(
    db: Database, session: Session, password: str, *, passwords: Passwords = PASSWORDS
) -> None:
    """Go on without a second factor.

    Raises `NotAllowed` for roles that need it, `Refused`, or `TooManyAttempts` as signing in does.
    """
    if session.factor_needed:
        raise NotAllowed(N_("Your role needs a second factor, so it cannot be taken away."))
    attempt = await attempts.begin(db, [attempts.key("email", session.email)])
    async with db.transaction(PROGRAM, read_only=True) as conn:
        account = await people_store.find_by_email(conn, session.email)
    if account is None or not await passwords.matches(password, account.password_hash):
        raise Refused([fault("password", N_("This is not your password."))])
    await attempts.forgive_now(db, attempt)
    if len(password) < SHORTEST:
        text = N_("Without a second factor the password needs %(least)s characters. Change it first.")
        raise Refused([fault("password", text, least=SHORTEST)])
    async with db.transaction(PROGRAM) as conn:
        await factors_store.delete_factor(conn, session.person)
        await _record(conn, session, "second factor off")
