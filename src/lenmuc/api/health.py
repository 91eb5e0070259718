"""Whether the program lives, and whether it can answer: for whoever watches over it."""

import asyncio
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from lenmuc.api.replies import problems
from lenmuc.api.types.health import AliveOut, ReadyOut
from lenmuc.core.errors import N_, Busy
from lenmuc.store.catalogue import loaded_catalogue
from lenmuc.store.database import Database
from lenmuc.web.access import anyone

_PATIENCE = 2.0
_NOT_KEPT = {"Cache-Control": "no-store"}


@get(
    "/healthz",
    guards=[anyone],
    tags=["health"],
    operation_id="alive",
    summary=N_("Is the program alive?"),
)
async def alive() -> Response[AliveOut]:
    """Yes, whatever the database does. When it does not answer, start the program again."""
    return Response(AliveOut("ok"), headers=_NOT_KEPT, media_type="application/json")


@get(
    "/readyz",
    guards=[anyone],
    tags=["health"],
    operation_id="ready",
    summary=N_("Can the program answer?"),
    responses=problems(),
)
async def ready(db: NamedDependency[Database]) -> Response[ReadyOut]:
    """200 when the database answers within two seconds and holds a catalogue; else 503: send nobody here."""
    async with asyncio.timeout(_PATIENCE), db.transaction(read_only=True) as conn:
        loaded = await loaded_catalogue(conn)
    if loaded is None:
        raise Busy(N_("The catalogue is not loaded yet."))
    out = ReadyOut("ready", loaded.place, loaded.loaded)
    return Response(out, headers=_NOT_KEPT, media_type="application/json")


handlers: list[Any] = [alive, ready]
