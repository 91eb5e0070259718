"""Putting the web layer together, for `app.py` and for tests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import msgspec
from litestar import Litestar, Request, Response, get
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.types import ExceptionHandlersMap, Guard

from lenmuc import paths
from lenmuc.core.answers import Identity
from lenmuc.settings import Settings
from lenmuc.store.changes import Changes, Version
from lenmuc.store.database import Database
from lenmuc.web.access import anyone, known_language
from lenmuc.web.addresses import addresses
from lenmuc.web.assets import Assets
from lenmuc.web.caching import Replies, stamp
from lenmuc.web.compiled import Compiled
from lenmuc.web.declared import must_be_declared
from lenmuc.web.gate import Gate, answer_failure
from lenmuc.web.language import Language, read_languages
from lenmuc.web.states import States
from lenmuc.web.templating import Templates
from lenmuc.web.twice import database_of
from lenmuc.web.uploads import doors
from lenmuc.web.visits import Visit, is_shared, visit_of

AnyRequest = Request[Any, Any, Any]


class Wiring(msgspec.Struct, frozen=True):
    """What Litestar needs from the web layer. See `wire`."""

    handlers: list[HTTPRouteHandler]
    exception_handlers: ExceptionHandlersMap
    guards: list[Guard]
    dependencies: dict[str, Provide]
    settings: Settings
    db: Database
    languages: dict[str, Language]
    templates: Templates
    stamp: str

    def gate(
        self,
        app: Litestar,
        changes: Changes | None = None,
        index: Callable[[], Version | None] = lambda: None,
        **options: Any,
    ) -> Gate:
        """The ASGI program to serve: `app` behind the gate. Nothing may be served without it.

        With `changes`, replies that are the same for all are kept until something public changes; `index`
        tells which version of it is searched.
        """
        must_be_declared(app)
        given = {"doors": doors(app, self.settings), **options}
        if changes is not None:
            states = States(changes, self.stamp, index, self.settings.public_lag)
            given = {"replies": Replies(app, states), "written": changes.forget, **given}
        return Gate(cast(Any, app), self.settings, self.db, self.languages, self.templates, **given)


@get("/", guards=[anyone], sync_to_thread=False, include_in_schema=False)
def front_door(request: AnyRequest) -> Response[None]:
    """The home page in the language that the browser asks for."""
    code = visit_of(request).language.code
    return Response(None, status_code=302, headers={"Location": f"/{code}/", "Vary": "Accept-Language"})


async def _who(request: AnyRequest) -> Identity:
    return visit_of(request).who


async def _visit(request: AnyRequest) -> Visit:
    return visit_of(request)


async def _language(request: AnyRequest) -> Language:
    return visit_of(request).language


def wire(
    settings: Settings,
    db: Database,
    *,
    templates: Path | None = None,
    static: Path | None = None,
    locale: Path | None = None,
    readers: Database | None = None,
) -> Wiring:
    """The web layer for one program. The folders are those of `paths` unless given. What is the same for
    everybody is read through `readers`, where there are any.

    In `app.py`::

        wiring = wire(settings, db)
        app = Litestar(
            route_handlers=[*wiring.handlers, *pages, *api],
            exception_handlers=wiring.exception_handlers,
            guards=wiring.guards,
            dependencies={**wiring.dependencies, "content": ...},
            logging_config=None,
            openapi_config=...,
        )
        return wiring.gate(app)

    Handlers may ask for `db: NamedDependency[Database]`, `who: NamedDependency[Identity]`,
    `visit: NamedDependency[Visit]`, `language: NamedDependency[Language]` and
    `settings: NamedDependency[Settings]`. Each route says who may use it: `guards=[anyone]`,
    `guards=[signed_in]` or `guards=[needs("planner")]`, and each change what it leaves in the audit log, or
    the program does not start: see `declared`.
    Failures are raised, never answered by hand; unknown addresses get the same page or problem.
    """
    languages = read_languages(locale or paths.locale())
    assets = Assets(static or paths.static())
    site = addresses(settings).base
    state = stamp(
        *(templates or paths.templates(), static or paths.static(), locale or paths.locale()),
        *(paths.catalogue(), paths.assessments(), Path(paths.__file__).parent),
    )
    pages = Templates(
        templates or paths.templates(), languages, assets, site, settings.evidence_mib,
        Compiled(settings.data, state),
    )  # fmt: skip

    def failed(request: AnyRequest, error: Exception) -> Response[bytes]:
        reply = answer_failure(error, cast(dict[str, Any], request.scope), pages)
        headers = dict(reply.headers)
        kind = headers.pop("content-type").partition(";")[0]  # the framework says which charset itself
        return Response(reply.body, status_code=reply.status, headers=headers, media_type=kind)

    async def database_for(request: AnyRequest) -> Database:
        if readers is not None and is_shared(request):
            return readers
        return database_of(cast(Any, request.scope), db)

    async def chosen() -> Settings:
        return settings

    return Wiring(
        handlers=[front_door, assets.handler()],
        exception_handlers={Exception: failed},
        guards=[known_language],
        dependencies={
            "db": Provide(database_for),
            "settings": Provide(chosen),
            "who": Provide(_who),
            "visit": Provide(_visit),
            "language": Provide(_language),
        },
        settings=settings,
        db=db,
        languages=languages,
        templates=pages,
        stamp=state,
    )
