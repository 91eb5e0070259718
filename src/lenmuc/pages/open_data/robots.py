"""What search engines read first: robots.txt and the list of pages."""

from typing import Annotated, Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from lenmuc.content.everything import Content
from lenmuc.exports.open import sitemap
from lenmuc.pages.open_data.formats import AnyRequest, Asked, handed_out, must_be, one_piece
from lenmuc.settings import Settings
from lenmuc.store import open_data
from lenmuc.store.catalogue import agency_names
from lenmuc.store.database import Database
from lenmuc.web.access import anyone
from lenmuc.web.addresses import addresses

_CLOSED = ("sign-in", "account", "work", "review", "plan", "platform", "people", "checks", "disagreements")
_HALF = sitemap.MOST // 2  # each path stands in two languages
_MEDIA = "application/xml"
Part = Annotated[int | None, QueryParameter(ge=1, le=1_000_000)]


async def _paths(db: Database, content: Content) -> list[str]:
    """Every public page without its language."""
    async with db.transaction(read_only=True) as conn:
        agencies = [f"/agencies/{each.code}" for each in await agency_names(conn)]
        services: list[str] = []
        after = ""
        while found := await open_data.some_services(conn, after):
            services += [f"/services/{each.code}" for each in found]
            after = found[-1].code
    schemes = [f"/schemes/{id}" for id in content.schemes]
    criteria = [
        f"/schemes/{scheme.id}/{c.id}" for scheme in content.schemes.values() for c in scheme.criteria
    ]
    first = ["/", "/services", "/agencies", "/schemes", "/roadmaps", "/open-data", "/api"]
    return [*first, *services, *agencies, *schemes, *criteria]


@get("/sitemap.xml", guards=[anyone])
async def pages(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    part: Part = None,
) -> Response[Any]:
    """Every public page; when they are too many for one file, the list of the parts, or one of them."""
    paths, base = await _paths(db, content), addresses(settings).base
    count = sitemap.parts(len(paths), _HALF)
    if count > 1 and part is None:
        body = sitemap.index(base, count)
    else:
        start = _HALF * ((part or 1) - 1)
        must_be(paths[start:])
        body = sitemap.pages(base, paths[start : start + _HALF])
    return handed_out(request, Asked("sitemap", "xml", False), one_piece(body), media=_MEDIA)


@get("/robots.txt", guards=[anyone], sync_to_thread=False)
def robots(request: AnyRequest, settings: NamedDependency[Settings]) -> Response[str]:
    """Public pages may be read; what needs an account is not worth a try."""
    closed = [f"Disallow: /{code}/{name}" for code in ("vi", "en") for name in _CLOSED]
    lines = ["User-agent: *", *closed, f"Sitemap: {addresses(settings).base}/sitemap.xml"]
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response("\n".join(lines) + "\n", media_type="text/plain", headers=headers)


handlers: list[Any] = [pages, robots]
