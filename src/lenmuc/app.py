"""The one place that knows every part: settings, database, content, pages and API become a program to
serve.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from math import inf

from litestar import Litestar
from litestar.di import Provide

from lenmuc.actions.checking import Checker, Opens
from lenmuc.actions.computing import Planner
from lenmuc.actions.desk import Desks
from lenmuc.actions.import_jobs import Importer
from lenmuc.actions.provider import Provider
from lenmuc.actions.roadmap_view import Views
from lenmuc.actions.studying import Studies
from lenmuc.actions.target_values import Forecasts
from lenmuc.actions.works import Works
from lenmuc.api import agencies, answers, health, offerings, schema, services, suggestions
from lenmuc.api import roadmaps as api_roadmaps
from lenmuc.content.everything import Content
from lenmuc.outside.fetching import Fetcher
from lenmuc.pages import (
    account,
    agency,
    assigning,
    audit,
    briefings,
    bulk,
    checks,
    closing,
    comments,
    comparing,
    corrections,
    dependencies,
    desk,
    disagreements,
    estimates,
    evidence,
    following,
    imports,
    inspection_visits,
    inspections,
    installation,
    mail,
    numbers,
    once_only,
    open_data,
    people,
    planner,
    platform,
    programmes,
    proposals,
    public,
    replanning,
    reviewing,
    roadmaps,
    rounds,
    scenarios,
    suspicions,
    timelines,
    voice,
    why,
    work_reports,
)
from lenmuc.settings import Settings
from lenmuc.store.changes import SECONDS, Changes
from lenmuc.store.database import Database
from lenmuc.store.replicas import Readers
from lenmuc.store.search import PATIENCE, Finder
from lenmuc.web.gate import Gate
from lenmuc.web.mailing import Mailing
from lenmuc.web.setup import wire

PAGES = (
    account,
    people,
    audit,
    imports,
    mail,
    installation,
    public,
    open_data,
    agency,
    bulk,
    comments,
    assigning,
    platform,
    planner,
    scenarios,
    comparing,
    following,
    work_reports,
    briefings,
    why,
    closing,
    dependencies,
    timelines,
    estimates,
    replanning,
    reviewing,
    proposals,
    checks,
    disagreements,
    desk,
    once_only,
    inspections,
    inspection_visits,
    suspicions,
    corrections,
    numbers,
    voice,
    rounds,
    evidence,
    roadmaps,
    programmes,
)
API = (services, suggestions, agencies, offerings, answers, api_roadmaps, health, schema)


def create_app(
    settings: Settings,
    db: Database,
    content: Content,
    opens: Callable[[], Opens] = Fetcher,
    *,
    look_every: float = SECONDS,
    warm: bool = False,
    readers: Readers | None = None,
) -> Gate:
    """The program behind its gate, for a server or a test. `opens` makes what opens links; `warm` has the
    search index ready before the first request. What is the same for everybody is read through `readers`.

    It looks for what other processes changed at most every `look_every` seconds; at 0 it looks, and waits for
    what it finds, each time.
    """
    changes = Changes(db, look_every)
    # Tags name what is shown, so they are told by the server that shows it.
    shown = Changes(readers, look_every) if readers else changes
    wiring = wire(settings, db, readers=readers)
    solver = Planner(db, content.catalogue.partners)
    identity_provider = Provider(settings.provider, settings.url) if settings.provider else None
    views = Views(db, content)
    studies = Studies(db)
    works = Works(db)
    importer = Importer(db, content, settings.data)
    mailing = Mailing(settings, db, wiring.languages, content.schemes)
    forecasts = Forecasts()
    desks = Desks(db, content, changes)
    checker = Checker(db, content, settings.checks, opens)
    finder = Finder(
        readers or db,
        shown,
        content.catalogue.words,
        content.classes.id,
        patience=PATIENCE if look_every else inf,
    )

    def written() -> None:
        changes.forget()
        shown.forget()
        if readers:
            readers.written()

    @asynccontextmanager
    async def life(_: Litestar) -> AsyncIterator[None]:
        await mailing.start()
        ended = threading.Event()
        loading = asyncio.create_task(asyncio.to_thread(wiring.templates.load_all, ended, 0 if warm else 4))
        if warm:
            await finder.index()
            await loading
        yield
        ended.set()
        await loading
        await mailing.close()
        await solver.close()
        await studies.close()
        await works.close()
        await checker.close()
        await importer.close()

    async def the_content() -> Content:
        return content

    async def the_planner() -> Planner:
        return solver

    async def the_checker() -> Checker:
        return checker

    async def the_importer() -> Importer:
        return importer

    async def the_provider() -> Provider | None:
        return identity_provider

    async def the_works() -> Works:
        return works

    async def the_forecasts() -> Forecasts:
        return forecasts

    async def the_views() -> Views:
        return views

    async def the_studies() -> Studies:
        return studies

    async def the_finder() -> Finder:
        return finder

    async def the_desks() -> Desks:
        return desks

    async def the_changes() -> Changes:
        return changes

    app = Litestar(
        route_handlers=[*wiring.handlers, *(handler for part in (*PAGES, *API) for handler in part.handlers)],
        exception_handlers=wiring.exception_handlers,
        guards=wiring.guards,
        dependencies={
            **wiring.dependencies,
            "content": Provide(the_content),
            "planner": Provide(the_planner),
            "checker": Provide(the_checker),
            "importer": Provide(the_importer),
            "provider": Provide(the_provider),
            "views": Provide(the_views),
            "studies": Provide(the_studies),
            "works": Provide(the_works),
            "forecasts": Provide(the_forecasts),
            "finder": Provide(the_finder),
            "changes": Provide(the_changes),
            "desks": Provide(the_desks),
        },
        lifespan=[life],
        logging_config=None,
        openapi_config=None,
    )
    rest = readers.rest if readers else None
    return wiring.gate(app, shown, finder.version, written=written, rest=rest)
