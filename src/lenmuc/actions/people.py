"""What administrators do with the accounts of others."""

import msgspec

from lenmuc.actions.accounts import (
    cleaned_email,
    insert_person,
    must_be_agency,
    person_faults,
)
from lenmuc.actions.passwords import PASSWORDS, Passwords, new_password
from lenmuc.actions.tokens import end_sessions
from lenmuc.core.answers import Identity
from lenmuc.core.deeds import Action
from lenmuc.core.errors import N_, Conflict, NotAllowed, NotFound, Refused, fault
from lenmuc.core.text import clean_line
from lenmuc.store import audit as audit_store
from lenmuc.store import factors as factors_store
from lenmuc.store import people as people_store
from lenmuc.store.database import Database
from lenmuc.store.people import Person
from lenmuc.store.queries import Connection


class Changed(msgspec.Struct, frozen=True):
    """What may be changed of an account, for the audit log."""

    name: str
    role: str
    agency: str


async def _begin(conn: Connection, who: Identity) -> None:
    # One change at a time, by somebody who still is an administrator: two who take the role from each other
    # at the same moment would leave nobody.
    await people_store.lock_people(conn)
    acting = await people_store.find_person(conn, int(who.person))
    if acting is None or not acting.active or acting.role != "administrator":
        raise NotAllowed(N_("Your account has no permission for this. Ask the administrator if you need it."))


async def other_person(conn: Connection, who: Identity, id: int) -> Person:
    """Whom this administrator may change: not oneself. Raises `NotAllowed`, `NotFound`, `Refused`."""
    await _begin(conn, who)
    found = await people_store.find_person(conn, id) if 0 < id < 2**63 else None
    if found is None:
        raise NotFound(N_("There is no such person."))
    if str(found.id) == who.person:
        text = N_("This is your own account. Ask another administrator, or open “My account”.")
        raise Refused([fault("", text)])
    return found


async def record(conn: Connection, who: Identity, person: Person, action: Action, **values: object) -> None:
    """What an administrator did with an account, for the audit log."""
    await audit_store.record(
        conn,
        person=int(who.person),
        agency=person.agency,
        action=action,
        target=f"person {person.id}",
        **values,
    )


async def create(
    db: Database,
    who: Identity,
    email: str,
    name: str,
    role: str,
    agency: str,
    *,
    passwords: Passwords = PASSWORDS,
) -> tuple[Person, str]:
    """A new account and its one-time password, which is good for 24 hours. Raises `Refused`."""
    email, name, agency = cleaned_email(email), clean_line(name), clean_line(agency)
    faults = person_faults(email, name, role, agency)
    if faults:
        raise Refused(faults)
    password = new_password()
    hashed = await passwords.hash(password)
    async with db.transaction(who) as conn:
        await _begin(conn, who)
        return await insert_person(conn, who, (email, name, role, agency), hashed, once=True), password


async def change(db: Database, who: Identity, id: int, name: str, role: str, agency: str) -> Person:
    """Another name, role or agency. With another role or agency the person's sessions end.

    Raises `Refused`, `NotFound`.
    """
    name, agency = clean_line(name), clean_line(agency)
    async with db.transaction(who) as conn:
        person = await other_person(conn, who, id)
        faults = person_faults(person.email, name, role, agency)
        if faults:
            raise Refused(faults)
        await must_be_agency(conn, agency)
        await people_store.change_person(conn, id, name, role, agency)
        if (role, agency) != (person.role, person.agency):
            await end_sessions(conn, id)
        await record(
            conn,
            who,
            person,
            "person changed",
            before=Changed(person.name, person.role, person.agency),
            after=Changed(name, role, agency),
        )
    return person


async def set_active(db: Database, who: Identity, id: int, active: bool) -> Person:
    """Let somebody in again, or no longer: then the sessions end at once.

    Raises `Refused`, `NotFound`, or `Conflict` when it is so already.
    """
    async with db.transaction(who) as conn:
        person = await other_person(conn, who, id)
        if person.active == active:
            raise Conflict(N_("This was done already."))
        await people_store.set_active(conn, id, active)
        await end_sessions(conn, id)
        await record(conn, who, person, "person reactivated" if active else "person deactivated")
    return person


async def reset_password(
    db: Database, who: Identity, id: int, *, factor_off: bool = False, passwords: Passwords = PASSWORDS
) -> tuple[Person, str]:
    """A one-time password in place of the forgotten one, good for 24 hours; the sessions end.

    `factor_off` takes the second factor away as well, for somebody who lost it. Raises `Refused`, `NotFound`.
    """
    password = new_password()
    hashed = await passwords.hash(password)
    async with db.transaction(who) as conn:
        person = await other_person(conn, who, id)
        await people_store.set_password(conn, id, hashed, once=True)
        if factor_off:
            await factors_store.delete_factor(conn, id)
        await end_sessions(conn, id)
        await record(conn, who, person, "second factor reset" if factor_off else "password reset")
    return person, password
