"""Signing in through the identity provider, and linking people with their name there."""

from typing import NamedTuple

from lenmuc.actions import attempts
from lenmuc.actions.accounts import Entered, begin_session, cleaned_email, note_failure
from lenmuc.actions.passwords import PASSWORDS, Passwords
from lenmuc.actions.people import other_person, record
from lenmuc.actions.provider import Provider, Reply
from lenmuc.actions.provider_token import ProviderFailed, Somebody
from lenmuc.actions.tokens import new_token, token_hash
from lenmuc.core.answers import Identity
from lenmuc.core.deeds import Action
from lenmuc.core.errors import N_, Conflict, Refused, fault
from lenmuc.core.text import clean_line, forbidden
from lenmuc.store import audit as audit_store
from lenmuc.store import factors as factors_store
from lenmuc.store import links as links_store
from lenmuc.store import people as people_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.links import ProviderStep
from lenmuc.store.people import SECOND_FACTOR_ROLES, Account, Person, Session
from lenmuc.store.queries import Connection

BEGINNINGS_ALLOWED = 60  # in five minutes, for a client address: an office may share one
_TAKEN = N_("This name at the provider, or this person, is linked already.")


class Begun(NamedTuple):
    """The way to the provider, and the token that the browser keeps until it comes back."""

    address: str
    token: str


async def begin(
    db: Database, provider: Provider, client: str, *, language: str, next: str = "", person: int | None = None
) -> Begun:
    """Leave for the provider: to sign in, or to link the account of `person`.

    Raises `ProviderFailed`, `TooManyAttempts`.
    """
    await attempts.begin(db, [attempts.key("provider", client)], BEGINNINGS_ALLOWED)
    token = new_token()
    address = await provider.way_there(token)
    async with db.transaction(PROGRAM) as conn:
        await links_store.create_provider_step(conn, token_hash(token), person, language, next)
    return Begun(address, token)


async def take(db: Database, token: str) -> ProviderStep | None:
    """The step of somebody who comes back, which is used up by this."""
    async with db.transaction(PROGRAM) as conn:
        return await links_store.take_provider_step(conn, token_hash(token))


async def sign_in(
    db: Database, provider: Provider, token: str, reply: Reply, client: str, *, replaces: str = ""
) -> Entered:
    """The session, or the step at which the code of the own second factor is wanted.

    Nobody gets an account or a role by this. Raises `ProviderFailed`, `TooManyAttempts`.
    """
    attempt = await attempts.begin(db, [attempts.key("client", client)])
    account: Account | None = None
    try:
        known = await provider.somebody(token, reply)
        async with db.transaction(PROGRAM) as conn:
            account = await _account(conn, provider, known)
        if account is None or not account.active:
            raise ProviderFailed("unverified" if known.unverified and account is None else "nobody")
    except ProviderFailed as failed:
        if failed.why in ("away", "refused"):  # nobody tried anything
            await attempts.forgive_now(db, attempt)
        await note_failure(db, account, "sign-in failed", client, by="provider", why=failed.why)
        raise
    async with db.transaction(PROGRAM) as conn:
        await attempts.forgive(conn, attempt)
        if account.second_factor and not known.strong:
            step = new_token()
            await factors_store.create_step(conn, token_hash(step), account.id, by_provider=True)
            return Entered(account.somebody, step, code_wanted=True)
        return await begin_session(
            conn, account, client, replaces, "provider", by_provider=True, strong=known.strong
        )


async def _account(conn: Connection, provider: Provider, known: Somebody) -> Account | None:
    """Whose name at the provider this is; where the settings say so, the verified address finds it once."""
    issuer = provider.settings.issuer
    found = await links_store.find_by_subject(conn, issuer, known.subject)
    email = cleaned_email(known.email)
    if found or provider.settings.link != "email" or not email or len(email) > 254 or forbidden(email):
        return found
    account = await people_store.find_by_email(conn, email)
    if account is None or not account.active or account.role in SECOND_FACTOR_ROLES:
        return None
    if not await links_store.create_link(conn, issuer, known.subject, account.id):
        return None  # linked with another name there
    await _note(conn, account.id, account, "provider linked", "e-mail")
    return account


async def _note(
    conn: Connection, by: int, person: Account | Person | Session, action: Action, how: str
) -> None:
    whose = person.person if isinstance(person, Session) else person.id
    await audit_store.record(
        conn, person=by, agency=person.agency, action=action, target=f"person {whose}", after={"by": how}
    )


async def may_link(
    db: Database, session: Session, password: str, *, passwords: Passwords = PASSWORDS
) -> None:
    """Another way in is opened against the password only. Raises `Refused`, `TooManyAttempts`."""
    attempt = await attempts.begin(db, [attempts.key("email", session.email)])
    async with db.transaction(PROGRAM, read_only=True) as conn:
        account = await people_store.find_by_email(conn, session.email)
    if account is None or not await passwords.matches(password, account.password_hash):
        raise Refused([fault("password", N_("This is not your password."))])
    await attempts.forgive_now(db, attempt)


async def link_own(db: Database, provider: Provider, session: Session, token: str, reply: Reply) -> None:
    """Link the own account with whom the provider sent back. Raises `ProviderFailed`."""
    known = await provider.somebody(token, reply)
    async with db.transaction(PROGRAM) as conn:
        if not await links_store.create_link(conn, provider.settings.issuer, known.subject, session.person):
            raise ProviderFailed("taken")
        await _note(conn, session.person, session, "provider linked", "oneself")


async def unlink_own(db: Database, provider: Provider, session: Session, token: str) -> None:
    """Take the own link away; other sessions that it opened end. Raises `Conflict`."""
    async with db.transaction(PROGRAM) as conn:
        if not await links_store.delete_link(conn, session.person, provider.settings.issuer):
            raise Conflict(N_("This was done already."))
        await people_store.delete_provider_sessions(conn, session.person, token_hash(token))
        await _note(conn, session.person, session, "provider unlinked", "oneself")


async def link_other(db: Database, provider: Provider, who: Identity, id: int, subject: str) -> Person:
    """Link somebody with a name at the provider, by an administrator. Raises `Refused`, `NotFound`."""
    subject = clean_line(subject)
    if not 0 < len(subject) <= 255 or forbidden(subject):
        text = N_("Write the identifier (“sub”) that the provider has for this person.")
        raise Refused([fault("subject", text)])
    async with db.transaction(who) as conn:
        person = await other_person(conn, who, id)
        if not await links_store.create_link(conn, provider.settings.issuer, subject, id):
            raise Refused([fault("subject", _TAKEN)])
        await record(conn, who, person, "provider linked", after={"by": "administrator"})
    return person


async def unlink_other(db: Database, provider: Provider, who: Identity, id: int) -> Person:
    """Take somebody's link away; the sessions that it opened end. Raises `Conflict`, `NotFound`."""
    async with db.transaction(who) as conn:
        person = await other_person(conn, who, id)
        if not await links_store.delete_link(conn, id, provider.settings.issuer):
            raise Conflict(N_("This was done already."))
        await people_store.delete_provider_sessions(conn, id)
        await factors_store.delete_steps_of(conn, id)
        await record(conn, who, person, "provider unlinked", after={"by": "administrator"})
    return person
