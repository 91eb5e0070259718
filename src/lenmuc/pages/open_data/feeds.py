"""Atom feeds of what changed: of one service, of one agency."""

from typing import Annotated, Any, Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from lenmuc.content.everything import Content
from lenmuc.core.errors import N_, NotFound
from lenmuc.core.services import Agency, Service
from lenmuc.exports.open import atom
from lenmuc.pages.open_data.formats import AnyRequest, Asked, handed_out, one_piece
from lenmuc.settings import Settings
from lenmuc.store import open_data
from lenmuc.store.catalogue import find_agency, find_service, loaded_catalogue
from lenmuc.store.database import Database
from lenmuc.web.access import anyone
from lenmuc.web.addresses import addresses

In = Annotated[Literal["vi", "en"], QueryParameter(name="lang")]


def name_in(name: str, name_en: str, language: str) -> str:
    """The name in a language; the Vietnamese one where there is no other."""
    return name if language == "vi" else name_en or name


def kind_of(request: AnyRequest) -> str:
    """What the address is about: `services` or `agencies`."""
    return request.url.path.split("/")[2]


@get(["/data/services/{code:str}/changes.atom", "/data/agencies/{code:str}/changes.atom"], guards=[anyone])
async def changes(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    code: FromPath[str],
    lang: In = "vi",
) -> Response[Any]:
    """The newest fifty changes of levels by the main set of rules."""
    at, kind = addresses(settings), kind_of(request)
    async with db.transaction(read_only=True) as conn:
        about: Service | Agency | None
        about = await find_service(conn, code) if kind == "services" else await find_agency(conn, code)
        loaded = await loaded_catalogue(conn)
        if about is None or loaded is None:
            raise NotFound(N_("There is no such feed."))
        service, agency = (code, "") if kind == "services" else ("", code)
        found = await open_data.changes(conn, content.scheme.id, service=service, agency=agency)
    entries = [
        atom.Entry(
            each.id,
            name_in(each.agency_name, each.agency_name_en, lang)
            if kind == "services"
            else name_in(each.service_name, each.service_name_en, lang),
            f"{at.page(lang, 'services', each.service)}?agency={each.agency}",
            each.from_level,
            each.to_level,
            each.at,
        )
        for each in found
    ]
    own = f"{at.base}/data/{kind}/{code}/changes.atom"
    name = name_in(about.name, about.name_en, lang)
    body = atom.feed(name, own, at.page(lang, kind, code), entries, loaded.loaded, lang)
    state = f"{found[0].id if found else 0} {loaded.digest}"
    return handed_out(request, Asked(code, "atom", False), one_piece(body), media=atom.MEDIA, state=state)


handlers: list[Any] = [changes]
