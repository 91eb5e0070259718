"""Badges of services and agencies for other sites: a picture, or the same as JSON."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from lenmuc.core.errors import N_, NotFound
from lenmuc.exports.open import badge as badges
from lenmuc.exports.open.addresses import Addresses
from lenmuc.exports.open.badge import Badge
from lenmuc.pages.open_data.feeds import In, kind_of, name_in
from lenmuc.pages.open_data.formats import AnyRequest, Asked, handed_out, one_piece
from lenmuc.settings import Settings
from lenmuc.store import open_data
from lenmuc.store.catalogue import find_service, list_agencies
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection
from lenmuc.web.access import anyone
from lenmuc.web.addresses import addresses

_MEDIA = {"svg": "image/svg+xml", "json": "application/json"}


async def _badge(conn: Connection, at: Addresses, kind: str, code: str, language: str) -> Badge | None:
    if kind == "services" and (service := await find_service(conn, code)):
        offered = (await open_data.who_offers(conn, [code]))[code]
        name = name_in(service.name, service.name_en, language)
        return badges.of_service(name, offered.levels, at.page(language, kind, code), language)
    if kind == "agencies" and (rows := await list_agencies(conn, code)):
        row = rows[0]
        name = name_in(row.name, row.name_en, language)
        page = at.page(language, kind, code)
        return badges.of_agency(name, row.three + row.four, row.offerings, page, language)
    return None


_PATHS = [
    f"/data/{kind}/{{code:str}}/badge.{ending}" for kind in ("services", "agencies") for ending in _MEDIA
]


@get(_PATHS, guards=[anyone])
async def badge(
    request: AnyRequest,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    code: FromPath[str],
    lang: In = "vi",
) -> Response[Any]:
    """The badge in the language of `lang`."""
    ending, kind = request.url.path.rpartition(".")[2], kind_of(request)
    async with db.transaction(read_only=True) as conn:
        found = await _badge(conn, addresses(settings), kind, code, lang)
    if found is None:
        raise NotFound(N_("There is no such badge."))
    body = badges.svg(found, lang) if ending == "svg" else msgspec.json.encode(found)
    state = f"{found.message} {found.name} {found.page}"
    return handed_out(request, Asked(code, ending, False), one_piece(body), media=_MEDIA[ending], state=state)


handlers: list[Any] = [badge]
