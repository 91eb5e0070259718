"""Tokens: what a browser keeps of a session or of a step on the way to one."""

import secrets
from hashlib import sha256

from lenmuc.store import factors as factors_store
from lenmuc.store import people as people_store
from lenmuc.store.queries import Connection


def new_token() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What the database keeps of a token."""
    return sha256(token.encode("utf-8", "replace")).digest()


async def end_sessions(conn: Connection, person: int, but: str = "") -> int:
    """End the sessions and half sign-ins of a person, `but` the session of one token; how many sessions."""
    await factors_store.delete_steps_of(conn, person)
    return await people_store.delete_other_sessions(conn, person, token_hash(but) if but else b"")


async def renew_session(conn: Connection, token: str, person: int) -> str:
    """A new token for the session of `token`, and the end of all others of the person."""
    fresh = new_token()
    await people_store.renew_session(conn, token_hash(token), token_hash(fresh))
    await end_sessions(conn, person, but=fresh)
    return fresh
