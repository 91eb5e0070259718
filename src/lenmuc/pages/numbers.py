"""Numbers that others count, brought in by planners from CSV: the columns, the upload, its faults."""

from collections.abc import Sequence

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lenmuc.actions import counts, indices
from lenmuc.actions.brought import Brought
from lenmuc.content.everything import Content
from lenmuc.core.errors import Refused
from lenmuc.core.indices import Index, Province
from lenmuc.core.sheets import RowFault
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store.database import Database
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.reviews import today
from lenmuc.web.templating import render
from lenmuc.web.uploads import read_upload, takes_files
from lenmuc.web.visits import Visit

_FAULTS = 100  # that a page lists; the others are counted


class SentForm(msgspec.Struct, frozen=True):
    """The file alone."""


class Done(msgspec.Struct, frozen=True):
    """What the last file did."""

    fresh: int
    changed: int
    unchanged: int


class NumbersPage(msgspec.Struct, frozen=True):
    """What `templates/planner/numbers.html` shows. `more` counts the faults that are not listed."""

    indices: tuple[Index, ...]
    provinces: tuple[Province, ...]
    may_change: bool
    done: Done | None = None
    faults: tuple[RowFault, ...] = ()
    more: int = 0


def _page(
    content: Content, visit: Visit, faults: Sequence[RowFault] = (), done: Done | None = None
) -> NumbersPage:
    return NumbersPage(
        tuple(content.indices.every.values()),
        tuple(content.indices.provinces.values()),
        visit.who.role == "planner",
        done,
        tuple(faults[:_FAULTS]),
        max(0, len(faults) - _FAULTS),
    )


@get("/{lang:str}/numbers", guards=[needs("planner")])
async def numbers(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    content: NamedDependency[Content],
    done: FromQuery[str] = "",
) -> Response[str]:
    """The files that can be brought in."""
    said = done.split("-")
    told = (
        Done(*map(int, said)) if len(said) == 3 and all(x.isascii() and x.isdigit() for x in said) else None
    )
    return render(request, "planner/numbers.html", _page(content, visit, done=told))


async def _sent(request: AnyRequest) -> bytes | list[RowFault]:
    """The file that was sent, or why there is none."""
    try:
        _, file = await read_upload(request, SentForm, "file")
    except Refused as refused:
        return [RowFault(0, "", one.message) for one in refused.faults]
    return file.content


def _shown(request: AnyRequest, content: Content, visit: Visit, done: Brought) -> Response[str]:
    """Back to the page with what was stored, or the page with every fault."""
    if done.faults:
        return render(request, "planner/numbers.html", _page(content, visit, done.faults), 422)
    told = f"{done.fresh}-{done.changed}-{done.unchanged}"
    location = f"/{visit.language.code}/numbers?done={told}"
    return Response("", status_code=303, headers={"Location": location})


@post(
    "/{lang:str}/numbers/indices",
    guards=[needs("planner")],
    status_code=303,
    opt=takes_files(indices.MOST_BYTES) | does("indices brought in"),
)
async def bring_indices(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
) -> Response[str]:
    """Values of indices, whole or not at all."""
    file = await _sent(request)
    if isinstance(file, list):
        return _shown(request, content, visit, Brought(faults=tuple(file)))
    person, year = session_of(visit).person, today().year
    done = await indices.bring_in(db, content.indices, visit.who, person, file, year)
    return _shown(request, content, visit, done)


@post(
    "/{lang:str}/numbers/counts",
    guards=[needs("planner")],
    status_code=303,
    opt=takes_files(counts.MOST_BYTES) | does("counts brought in"),
)
async def bring_counts(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
) -> Response[str]:
    """Filings by quarter, whole or not at all."""
    file = await _sent(request)
    if isinstance(file, list):
        return _shown(request, content, visit, Brought(faults=tuple(file)))
    done = await counts.bring_in(db, session_of(visit).person, file, today())
    return _shown(request, content, visit, done)


handlers = [numbers, bring_indices, bring_counts]
