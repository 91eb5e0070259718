"""Second factors, recovery codes, and the step between the right password and the right code."""

import datetime as dt

import msgspec

from lenmuc.store.people import Account
from lenmuc.store.queries import Connection, queries

Q = queries("factors")


class SecondFactor(msgspec.Struct, frozen=True):
    """The secret of an authenticator in base32. `since` is None until a first code proved that it works."""

    secret: str
    since: dt.datetime | None
    failures: int


async def create_step(conn: Connection, token_hash: bytes, person: int, *, by_provider: bool = False) -> None:
    """Note that the password was right, or the provider knew the person, and that a code is still wanted."""
    await Q.run(conn, "create_step", token_hash, person, by_provider)


async def find_step(conn: Connection, token_hash: bytes) -> Account | None:
    """Whose code is wanted; None after ten minutes, or when the person is not active."""
    return await Q.one(conn, "find_step", Account, token_hash)


async def delete_step(conn: Connection, token_hash: bytes) -> bool | None:
    """End the step: whether it was begun by the provider, for whoever ends it; None for those who come
    later.
    """
    ended: bool | None = await Q.value(conn, "delete_step", token_hash)
    return ended


async def delete_steps_of(conn: Connection, person: int) -> None:
    """A password that was right before is not enough any more."""
    await Q.run(conn, "delete_steps_of", person)


async def delete_expired_steps(conn: Connection) -> None:
    """Remove steps that cannot be used any more."""
    await Q.run(conn, "delete_expired_steps")


async def find_factor(conn: Connection, person: int) -> SecondFactor | None:
    """The second factor, proven or only begun."""
    return await Q.one(conn, "find_factor", SecondFactor, person)


async def begin_factor(conn: Connection, person: int, secret: str) -> int:
    """Keep a secret that is not proven yet, in place of one that never was; 0 when one is in force."""
    return await Q.run(conn, "begin_factor", person, secret)


async def confirm_factor(conn: Connection, person: int) -> int:
    """From now on codes are wanted; 0 when they were already."""
    return await Q.run(conn, "confirm_factor", person)


async def delete_factor(conn: Connection, person: int) -> int:
    """No codes any more; 0 when there was no second factor."""
    await Q.run(conn, "delete_recovery_codes", person)
    return await Q.run(conn, "delete_factor", person)


async def current_step(conn: Connection) -> int:
    """The half minute we are in, by the clock of the database. Source: RFC 6238, section 4.2."""
    return int(await Q.value(conn, "current_step"))


async def use_step(conn: Connection, person: int, step: int) -> bool:
    """Use up the code of a time step; False when it, or a newer one, was used before."""
    return await Q.run(conn, "use_step", person, step) == 1


async def note_failure(conn: Connection, person: int) -> None:
    """Count a wrong code."""
    await Q.run(conn, "note_failure", person)


async def put_recovery_codes(conn: Connection, person: int, hashes: list[bytes]) -> None:
    """Keep these codes, as SHA-256, in place of all earlier ones."""
    await Q.run(conn, "delete_recovery_codes", person)
    await Q.run(conn, "add_recovery_codes", person, hashes)


async def count_recovery_codes(conn: Connection, person: int) -> int:
    """Codes that were not used yet."""
    return int(await Q.value(conn, "count_recovery_codes", person))


async def use_recovery_code(conn: Connection, person: int, code_hash: bytes) -> bool:
    """Use up a recovery code; False when there is none such."""
    if await Q.run(conn, "use_recovery_code", person, code_hash) != 1:
        return False
    await Q.run(conn, "forget_failures", person)
    return True
