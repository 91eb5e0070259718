"""Papers asked for that a database of the state already holds: by database, and the services behind each."""

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from lenmuc.content.everything import Content
from lenmuc.core.checklists import citation
from lenmuc.core.errors import N_, NotFound
from lenmuc.core.once_only import Asked, Database, Filed, Paper, Share, by_database
from lenmuc.pages.visitors import AnyRequest
from lenmuc.store import once_only as once_only_store
from lenmuc.store.database import Database as Store
from lenmuc.web.access import needs
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit


class Line(msgspec.Struct, frozen=True):
    """A database with the law that orders it and what asks for its papers; the papers with the number of
    services that ask for each.
    """

    database: Database
    law: tuple[str, ...]
    share: Share
    papers: tuple[tuple[Paper, int], ...]


class OnceOnlyPage(msgspec.Struct, frozen=True):
    """What `templates/review/once-only.html` shows. `listed` of `offered` services have a known list of
    papers; `services` of these ask for something held, at `offerings` offerings with `filings` a year, known
    for `counted` of them. `papers`: the rule of each.
    """

    lines: tuple[Line, ...]
    offered: int
    listed: int
    services: int
    offerings: int
    filings: int
    counted: int
    illustrative: bool
    papers: tuple[tuple[Paper, Database], ...]


class HeldRow(msgspec.Struct, frozen=True):
    """A service with the papers of one database it asks for; `True` beside a paper: the record spares it."""

    service: Filed
    papers: tuple[tuple[Paper, bool], ...]


class DatabasePage(msgspec.Struct, frozen=True):
    """What `templates/review/once-only-database.html` shows, the services with the most filings first."""

    database: Database
    law: tuple[str, ...]
    share: Share
    rows: tuple[HeldRow, ...]
    illustrative: bool


def law(database: Database, visit: Visit) -> tuple[str, ...]:
    """The law that orders a database, as the visitor's language cites it."""
    return tuple(citation(each, visit.language.code) for each in database.basis)


@get("/{lang:str}/desk/once-only", guards=[needs("planner", "auditor")])
async def once_only(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Store],
    content: NamedDependency[Content],
) -> Response[str]:
    """One line for each database."""
    known = content.once_only
    async with db.transaction(visit.who, read_only=True) as conn:
        filed = await once_only_store.filed(conn, (each.service for each in known.asked))
        offered = await once_only_store.services_offered(conn)
    papers = {paper.code: paper for paper in known.rules.paper}
    databases = {database.code: database for database in known.rules.database}
    page = OnceOnlyPage(
        lines=tuple(
            Line(
                databases[share.database],
                law(databases[share.database], visit),
                share,
                tuple((papers[code], services) for code, services in share.papers),
            )
            for share in by_database(known.rules, known.asked, filed)
        ),
        offered=len(offered),
        listed=len(offered & known.listed),
        services=len(filed),
        offerings=sum(each.offerings for each in filed.values()),
        filings=sum(each.filings for each in filed.values()),
        counted=sum(each.counted for each in filed.values()),
        illustrative=any(each.illustrative for each in filed.values()),
        papers=tuple((paper, databases[paper.database]) for paper in known.rules.paper),
    )
    return render(request, "review/once-only.html", page)


@get("/{lang:str}/desk/once-only/{code:str}", guards=[needs("planner", "auditor")])
async def once_only_database(
    request: AnyRequest,
    code: FromPath[str],
    visit: NamedDependency[Visit],
    db: NamedDependency[Store],
    content: NamedDependency[Content],
) -> Response[str]:
    """The services that ask for papers of one database. Raises `NotFound` for a database nobody names."""
    known = content.once_only
    database = next((each for each in known.rules.database if each.code == code), None)
    if database is None:
        raise NotFound(N_("There is no database with this name."))
    papers = {paper.code: paper for paper in known.rules.paper if paper.database == code}
    asked: dict[str, list[Asked]] = {}
    for each in known.asked:
        if each.paper in papers:
            asked.setdefault(each.service, []).append(each)
    async with db.transaction(visit.who, read_only=True) as conn:
        filed = await once_only_store.filed(conn, asked)
    share = next(each for each in by_database(known.rules, known.asked, filed) if each.database == code)
    rows = tuple(
        HeldRow(filed[service], tuple((papers[a.paper], a.rows == a.spared) for a in asked[service]))
        for service in share.services
    )
    illustrative = any(each.illustrative for each in filed.values())
    page = DatabasePage(database, law(database, visit), share, rows, illustrative)
    return render(request, "review/once-only-database.html", page)


handlers = [once_only, once_only_database]
