"""Attempts to sign in: counted in the database before they are judged, so that all programs on it agree."""

import datetime as dt
from collections.abc import Sequence
from hashlib import sha256

from lenmuc.core.errors import N_, LenMucError
from lenmuc.core.throttle import CODES, SIGN_IN
from lenmuc.store import people as people_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.queries import Connection

FAILURES_ALLOWED = SIGN_IN.posts
CODES_ALLOWED = CODES.posts

Attempt = Sequence[tuple[str, dt.datetime]]


class TooManyAttempts(LenMucError):
    """Signing in is closed for this address for some minutes. `retry_after` is in seconds."""

    retry_after = SIGN_IN.seconds

    def __init__(self) -> None:
        super().__init__(N_("There were too many attempts to sign in. Wait five minutes, then try again."))


def key(kind: str, value: str) -> str:
    """Under what attempts are counted: the database learns no address."""
    return sha256(f"{kind} {value}".encode("utf-8", "replace")).hexdigest()


async def begin(db: Database, keys: Sequence[str], allowed: int = FAILURES_ALLOWED) -> Attempt:
    """Note an attempt under each key. Raises `TooManyAttempts` when one of them is used up.

    It is noted before anything is looked at: attempts sent at the same moment are counted too.
    """
    async with db.transaction(PROGRAM) as conn:
        for each in sorted(keys):
            await people_store.lock_attempts(conn, each)
        for each in keys:
            if await people_store.count_attempts(conn, each, SIGN_IN.seconds) >= allowed:
                raise TooManyAttempts
        await people_store.clean_attempts(conn, SIGN_IN.seconds)
        return [(each, await people_store.record_attempt(conn, each)) for each in keys]


async def forgive(conn: Connection, attempt: Attempt) -> None:
    """The attempt was no failure: it does not count. Inside the transaction that does what was wanted."""
    for each, moment in attempt:
        await people_store.forgive_attempt(conn, each, moment)


async def forgive_now(db: Database, attempt: Attempt) -> None:
    """The same before anything was done."""
    async with db.transaction(PROGRAM) as conn:
        await forgive(conn, attempt)
