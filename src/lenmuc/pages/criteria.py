"""The addresses of one criterion, the same at every desk: its page, and the forms for answer and evidence."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery

from lenmuc.actions.works import Works
from lenmuc.content.everything import Content
from lenmuc.pages.answering import save_criterion, show_criterion
from lenmuc.pages.desks import Open, Said, Wish
from lenmuc.pages.evidence import change_evidence
from lenmuc.pages.switching import asked
from lenmuc.pages.visitors import AnyRequest
from lenmuc.store.database import Database
from lenmuc.web.access import Needs
from lenmuc.web.declared import does
from lenmuc.web.uploads import evidence_limit, takes_files
from lenmuc.web.visits import visit_of

_VIEW = "lenmuc-view"  # a wish about the look of pages, nothing about the person


def wish_of(request: AnyRequest, content: Content, scheme: str, view: str = "") -> Wish:
    """The desk that an address asks for. Raises `NotFound` for a set of rules that is not there.

    `view` is `all` or `one` where the address says how criteria are to be shown; else the last wish holds.
    """
    query = request.query_params
    return Wish(
        visit_of(request),
        content,
        asked(content, scheme),
        request.path_params.get("code", ""),
        Said(**{name: query.get(name, "") for name in Said.__struct_fields__}),
        (view or request.cookies.get(_VIEW)) == "all",
    )


def remember(request: AnyRequest, view: str) -> dict[str, str]:
    """The header that keeps the wish for `all` criteria on one page or `one` a page; nothing for others."""
    if view not in ("all", "one"):
        return {}
    secure = "; Secure" if request.url.scheme == "https" else ""
    return {"Set-Cookie": f"{_VIEW}={view}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}"}


def criterion_routes(path: str, guard: Needs, open_desk: Open) -> list[HTTPRouteHandler]:
    """The routes of the criteria of the desk at `path`; a service in it is called `code`."""

    # Whoever changes the language of a refused form asks for its address.
    @get([f"/{{lang:str}}{path}/{{criterion:str}}{end}" for end in ("", "/evidence")], guards=[guard])
    async def one_criterion(
        request: AnyRequest,
        db: NamedDependency[Database],
        content: NamedDependency[Content],
        criterion: FromPath[str],
        scheme: FromQuery[str] = "",
    ) -> Response[str]:
        """One criterion, with the form to answer it."""
        return await show_criterion(request, db, open_desk, wish_of(request, content, scheme), criterion)

    @post(f"/{{lang:str}}{path}/{{criterion:str}}", guards=[guard], status_code=303, opt=does("answer"))
    async def answer_criterion(
        request: AnyRequest,
        db: NamedDependency[Database],
        content: NamedDependency[Content],
        works: NamedDependency[Works],
        criterion: FromPath[str],
        scheme: FromQuery[str] = "",
    ) -> Response[Any]:
        """Answer it where its scope says: for one offering, or for all that the desk reaches."""
        return await save_criterion(
            request, db, works, open_desk, wish_of(request, content, scheme), criterion
        )

    @post(
        f"/{{lang:str}}{path}/{{criterion:str}}/evidence",
        guards=[guard],
        status_code=303,
        opt=takes_files(evidence_limit) | does("evidence added", "evidence withdrawn"),
    )
    async def evidence(
        request: AnyRequest,
        db: NamedDependency[Database],
        content: NamedDependency[Content],
        criterion: FromPath[str],
        scheme: FromQuery[str] = "",
    ) -> Response[Any]:
        """Add a link or a file to the answer there, or withdraw one."""
        return await change_evidence(request, db, open_desk, wish_of(request, content, scheme), criterion)

    return [one_criterion, answer_criterion, evidence]
