"""Who is who at the identity provider, and the steps of those who are on their way there."""

import datetime as dt

import msgspec

from lenmuc.store.people import Account
from lenmuc.store.queries import Connection, queries

Q = queries("links")


class ProviderStep(msgspec.Struct, frozen=True):
    """Somebody left for the provider. `person` is set where the own account is to be linked."""

    person: int | None
    language: str
    next: str


class Link(msgspec.Struct, frozen=True):
    """The provider's name for a person, and since when it is known here."""

    subject: str
    at: dt.datetime


async def create_provider_step(
    conn: Connection, token_hash: bytes, person: int | None, language: str, next: str
) -> None:
    """Note that somebody leaves for the provider; steps that are over are removed."""
    await Q.run(conn, "delete_expired_provider_steps")
    await Q.run(conn, "create_provider_step", token_hash, person, language, next)


async def take_provider_step(conn: Connection, token_hash: bytes) -> ProviderStep | None:
    """The step, for whoever comes back first and within ten minutes."""
    return await Q.one(conn, "take_provider_step", ProviderStep, token_hash)


async def find_by_subject(conn: Connection, issuer: str, subject: str) -> Account | None:
    """The account that is linked with this name at the provider, active or not."""
    return await Q.one(conn, "find_by_subject", Account, issuer, subject)


async def find_link(conn: Connection, person: int, issuer: str) -> Link | None:
    """The person's name at the provider."""
    return await Q.one(conn, "find_link", Link, person, issuer)


async def create_link(conn: Connection, issuer: str, subject: str, person: int) -> bool:
    """Link a person; False when the person, or the name there, is linked already."""
    return await Q.run(conn, "create_link", issuer, subject, person) == 1


async def delete_link(conn: Connection, person: int, issuer: str) -> bool:
    """Take the link away; False when there was none."""
    return await Q.run(conn, "delete_link", person, issuer) == 1
