"""What people do with their own account: another password, the end of a session."""

from lenmuc.actions import attempts
from lenmuc.actions.passwords import PASSWORDS, Passwords, password_faults
from lenmuc.actions.tokens import renew_session, token_hash
from lenmuc.core.deeds import Action
from lenmuc.core.errors import N_, Fault, NotFound, Refused, fault
from lenmuc.store import audit as audit_store
from lenmuc.store import people as people_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.people import Session
from lenmuc.store.queries import Connection


async def _record(conn: Connection, session: Session, action: Action, after: object = None) -> None:
    target = f"person {session.person}"
    await audit_store.record(
        conn, person=session.person, agency=session.agency, action=action, target=target, after=after
    )


def _faults(session: Session, old: str, new: str, again: str) -> list[Fault]:
    found = password_faults(
        new, (session.email, session.name), field="new", second_factor=session.second_factor
    )
    if not found and new == old:
        found.append(fault("new", N_("Choose another password than the one you have now.")))
    if new != again:
        found.append(fault("again", N_("This is not the same as the new password. Type it again.")))
    return found


async def change_password(
    db: Database,
    session: Session,
    token: str,
    passwords_typed: tuple[str, str, str],
    *,
    passwords: Passwords = PASSWORDS,
) -> str:
    """Put another password in force: a new token for this session; every other session of the person ends.

    `passwords_typed` are the one in force, the new one, and the new one again. With a second factor eight
    characters are enough, else fifteen. Raises `Refused`, or `TooManyAttempts` as signing in does.
    """
    old, new, again = passwords_typed
    attempt = await attempts.begin(db, [attempts.key("email", session.email)])
    async with db.transaction(PROGRAM, read_only=True) as conn:
        account = await people_store.find_by_email(conn, session.email)
    if account is None or not await passwords.matches(old, account.password_hash):
        raise Refused([fault("old", N_("This is not your password."))])
    await attempts.forgive_now(db, attempt)
    faults = _faults(session, old, new, again)
    if faults:
        raise Refused(faults)
    hashed = await passwords.hash(new)
    async with db.transaction(PROGRAM) as conn:
        await people_store.set_password(conn, session.person, hashed)
        fresh = await renew_session(conn, token, session.person)
        await _record(conn, session, "password changed")
    return fresh


async def end_session(db: Database, session: Session, id: int) -> None:
    """End one session of the person. Raises `NotFound` when there is none of that number."""
    async with db.transaction(session.who) as conn:
        if not 0 < id < 2**63 or not await people_store.delete_own_session(conn, session.person, id):
            raise NotFound(N_("This session has ended already."))
        await _record(conn, session, "session ended", {"session": id})


async def end_other_sessions(db: Database, session: Session, token: str) -> int:
    """End every session of the person but this one; how many ended."""
    async with db.transaction(session.who) as conn:
        ended = await people_store.delete_other_sessions(conn, session.person, token_hash(token))
        await _record(conn, session, "other sessions ended", {"sessions": ended})
        return ended
