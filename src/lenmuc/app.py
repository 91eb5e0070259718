"""The one place that knows every part: settings, database, content, pages and API become a program to serve."""

import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar
from litestar.di import Provide

from lenmuc.actions.planning import Planner
from lenmuc.content.everything import Content
from lenmuc.settings import Settings
from lenmuc.store.database import Database
from lenmuc.web.gate import Gate
from lenmuc.web.setup import wire

_handlers = []
for _name in ("pages.account", "pages.public", "pages.agency", "pages.platform", "pages.planner", "pages.roadmaps",
              "api.services", "api.agencies", "api.offerings", "api.answers", "api.roadmaps", "api.health", "api.schema"):
    try:
        _handlers += importlib.import_module(f"lenmuc.{_name}").handlers
    except ModuleNotFoundError as _missing:
        if not str(_missing.name).startswith("lenmuc"):
            raise


def create_app(settings: Settings, db: Database, content: Content) -> Gate:
    """The program behind its gate, for a server or a test."""
    wiring = wire(settings, db)
    planner = Planner(db)

    @asynccontextmanager
    async def life(_: Litestar) -> AsyncIterator[None]:
        yield
        await planner.close()

    async def the_content() -> Content:
        return content

    async def the_planner() -> Planner:
        return planner

    app = Litestar(
        route_handlers=[*wiring.handlers, *_handlers],
        exception_handlers=wiring.exception_handlers,
        guards=wiring.guards,
        dependencies={
            **wiring.dependencies,
            "content": Provide(the_content),
            "planner": Provide(the_planner),
        },
        lifespan=[life],
        logging_config=None,
        openapi_config=None,
    )
    return wiring.gate(app)
