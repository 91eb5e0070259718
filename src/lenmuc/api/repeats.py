"""Changes that a program may send again without fear: the Idempotency-Key, and what it answers."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.params import HeaderParameter

from lenmuc.actions.repeating import KEY, once
from lenmuc.api.replies import AnyRequest
from lenmuc.core.errors import N_, SignInNeeded
from lenmuc.store.database import Database
from lenmuc.store.kept_replies import Told
from lenmuc.web.visits import Visit, visit_of

Key = Annotated[
    str | None,
    HeaderParameter(
        name=KEY,
        min_length=1,
        max_length=200,
        description=N_("A key of your own, new for each change: sent again within a day, it is done once."),
    ),
]


def number_of(visit: Visit) -> int:
    """The number of the account that asks. Raises `SignInNeeded`."""
    if visit.session is None:
        raise SignInNeeded(N_("This is for people with an account. Sign in to go on."))
    return visit.session.person


def _asked(request: AnyRequest, visit: Visit, body: bytes) -> bytes:
    """What tells this request from any other: who asks, for what, from which version, with which body."""
    versions = [request.headers.get(name, "") for name in ("if-match", "if-none-match")]
    who = visit.who
    parts = (who.role, who.agency, visit.method, visit.address, *versions, sha256(body).hexdigest())
    return sha256(msgspec.json.encode(parts)).digest()


async def once_or_now(
    request: AnyRequest,
    db: Database,
    key: str | None,
    body: bytes,
    change: Callable[[Database], Awaitable[Told]],
) -> tuple[Told, bool]:
    """What the change answers, and whether it was made now: with a key once, without one each time."""
    if key is None:
        return await change(db), True
    visit = visit_of(request)
    return await once(db, number_of(visit), key, _asked(request, visit, body), change)


def reply_of(told: Told, visit: Visit) -> Response[Any]:
    """The reply, with the token of the session that asks now."""
    headers = {**told.headers, "X-CSRF-Token": visit.csrf}
    return Response(told.body, status_code=told.status, headers=headers, media_type="application/json")
