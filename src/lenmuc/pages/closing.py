"""The closing review: the first frozen briefing of a term against its last, as a page and as files."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions.briefings import open_term
from lenmuc.core.briefing.closing import closing
from lenmuc.core.errors import N_, NotFound
from lenmuc.core.quarters import is_quarter
from lenmuc.exports.formats import PAPER_FORMATS
from lenmuc.exports.papers import SaidPaper, written
from lenmuc.pages.briefings import file_of, readers
from lenmuc.pages.scenario_page import to
from lenmuc.pages.visitors import AnyRequest
from lenmuc.store.database import Database
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

NO_TERM = N_("Choose the first and the last quarter of the term, each with a frozen briefing.")


class ClosingPage(msgspec.Struct, frozen=True):
    """What `templates/planner/closing.html` shows. `name` is that of its address."""

    name: str
    paper: SaidPaper


@get("/{lang:str}/closing-review", guards=[readers])
async def choose_term(
    visit: NamedDependency[Visit], first: FromQuery[str] = "", last: FromQuery[str] = ""
) -> Response[None]:
    """From the form of the list to the review of the term. Raises `NotFound` for what is no term."""
    if not (is_quarter(first) and is_quarter(last) and first < last):
        raise NotFound(NO_TERM)
    return to(f"/{visit.language.code}/closing-review/{first}-{last}")


@get("/{lang:str}/closing-review/{name:str}", guards=[readers])
async def read_closing(
    request: AnyRequest, db: NamedDependency[Database], visit: NamedDependency[Visit], name: FromPath[str]
) -> Response[Any]:
    """The review of a term such as 2026Q1-2027Q4; with an ending, as a file."""
    term, dot, ending = name.partition(".")
    first, _, last = term.partition("-")
    if not (is_quarter(first) and is_quarter(last)) or (dot and ending not in PAPER_FORMATS):
        raise NotFound(NO_TERM)
    opened = await open_term(db, visit.who, first, last)
    notes = {each.briefing.quarter: each.corrections() for each in opened}
    made = closing([each.briefing for each in opened], notes)
    if ending:
        at = opened[-1].briefing.made
        return file_of(made, ending, at, visit.language, f"lenmuc-closing-review-{term}")
    return render(request, "planner/closing.html", ClosingPage(term, written(made, visit.language)))


handlers: list[Any] = [choose_term, read_closing]
