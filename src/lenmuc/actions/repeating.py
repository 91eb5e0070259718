"""A change that may be sent again: done once, answered the same each time, by the key its sender gave it."""

from collections.abc import Awaitable, Callable

from lenmuc.core.answers import Identity
from lenmuc.core.errors import N_, LenMucError, Refused, fault
from lenmuc.store import kept_replies
from lenmuc.store.database import PROGRAM, Database, Within, act_as
from lenmuc.store.kept_replies import Told

KEY = "Idempotency-Key"


class InFlight(LenMucError):
    """The same key is being worked on at this moment. `retry_after` is in seconds."""

    retry_after = 1

    def __init__(self) -> None:
        super().__init__(N_("A change with this key is being made just now. Send it again in a second."))


async def once(
    db: Database, person: int, key: str, asked: bytes, change: Callable[[Database], Awaitable[Told]]
) -> tuple[Told, bool]:
    """What `change` answers, and whether it was made now; or what it answered when the key came before.

    `asked` tells one request from another. The change and its reply are one transaction: after a failure
    there is neither, and the same request may come again. Only what was done is kept, never a refusal.
    Raises `InFlight`, or `Refused` when the key came with another request.
    """
    async with db.transaction(PROGRAM) as conn:
        if not await kept_replies.take_key(conn, person, key):
            raise InFlight
        await kept_replies.forget_old(conn)
        kept = await kept_replies.find_reply(conn, person, key)
        if kept is not None:
            if kept.asked != asked:
                text = N_("Another request came with this key before. Give each change a key of its own.")
                raise Refused([fault(KEY, text)])
            return Told(kept.status, kept.headers, kept.body), False
        await act_as(conn, Identity())
        told = await change(Within(conn))
        await act_as(conn, PROGRAM)
        await kept_replies.keep_reply(conn, person, key, asked, told)
    return told, True
