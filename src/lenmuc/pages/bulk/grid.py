"""Services beside the criteria they lack: choose cells, rows or columns, and answer them all at once."""

from collections import Counter
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lenmuc.actions.bulk import foresee_all, stands
from lenmuc.content.everything import Content
from lenmuc.core.answers import AnswerForm
from lenmuc.core.bulk import Change, answerable, chosen
from lenmuc.core.checklists import Criterion, Scheme
from lenmuc.core.errors import Refused
from lenmuc.core.services import Agency
from lenmuc.pages.agency.mine import link, my_agency
from lenmuc.pages.answering import AnswerInput
from lenmuc.pages.bulk.shared import blockers, bulk_rules, bulk_wish, preview_page
from lenmuc.pages.desks import Wish
from lenmuc.pages.public.lists import (
    Option,
    Paging,
    address,
    level_asked,
    level_label,
    options,
    page_number,
    paging,
)
from lenmuc.pages.switching import SchemeChoice
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store import batches as batches_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store.batches import ListedBatch
from lenmuc.store.database import Database
from lenmuc.store.offerings import OfferingRow
from lenmuc.store.queries import Connection
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

PAGE_SIZE = 50


class GridForm(msgspec.Struct, frozen=True):
    """What the grid sends: where one was, what was chosen, and the answer for all of it."""

    field: str = ""
    level: str = ""
    page: str = "1"
    cell: tuple[str, ...] = ()
    row: tuple[str, ...] = ()
    column: tuple[str, ...] = ()
    value: str = ""
    justification: str = ""
    evidence: str = ""
    blocker: str = ""
    scheme: str = ""


class GridRow(msgspec.Struct, frozen=True):
    """A service with, for each column, the value of my answer where the criterion is missing, else `None`.

    `level` is that by the rules of the grid.
    """

    offering: OfferingRow
    level: int
    cells: tuple[str | None, ...]


class GridPage(msgspec.Struct, frozen=True):
    """What `templates/bulk/grid.html` shows; `total` counts the services on all pages."""

    agency: Agency
    columns: tuple[Criterion, ...]
    rows: tuple[GridRow, ...]
    total: int
    fields: tuple[Option, ...]
    levels: tuple[Option, ...]
    form: GridForm
    typed: AnswerInput
    blockers: tuple[tuple[str, str], ...]
    paging: Paging
    batches: tuple[ListedBatch, ...]
    scheme: Scheme
    main: bool
    schemes: tuple[SchemeChoice, ...]
    nothing: bool = False
    errors: tuple[tuple[str, str], ...] = ()


async def filters(
    conn: Connection, visit: Visit, field: str, level: int | None, *, main: bool = True
) -> tuple[tuple[Option, ...], tuple[Option, ...]]:
    """The fields and the levels to choose from, with how many services each would leave.

    Services are filtered by the level of the main rules, so others offer no levels.
    """
    language = visit.language
    at_levels: Counter[str] = Counter()
    at_fields: Counter[str] = Counter()
    for one in await offerings_store.count_fields(conn, session_of(visit).agency):
        if field in ("", one.field):
            at_levels[str(one.level)] += one.offerings
        if level in (None, one.level):
            at_fields[one.field] += one.offerings
    fields = await catalogue_store.all_fields(conn)
    levels = tuple(
        Option(number, level_label(language, int(number)), at_levels[number], number == str(level))
        for number in sorted(at_levels, reverse=True)
    )
    return options(fields, at_fields, field, language), levels if main else ()


async def _page(
    conn: Connection,
    wish: Wish,
    form: GridForm,
    errors: tuple[tuple[str, str], ...] = (),
    *,
    nothing: bool = False,
) -> GridPage:
    visit, rules = wish.visit, wish.scheme
    number, level = page_number(form.page), level_asked(form.level if wish.main else "")
    agency = await my_agency(conn, visit)
    found, total = await offerings_store.offerings_of_agency(
        conn, agency.code, level=level, field=form.field, page=number, size=PAGE_SIZE
    )
    own = await batches_store.answers_of(conn, agency.code, [one.service for one in found])
    said = {answer.place: answer.value for answer in own}
    stand = await stands(conn, wish.content.scheme, rules, agency.code)
    found = [offering for offering in found if offering.service in stand]
    lacking = {id for offering in found for id in stand[offering.service].missing}
    columns = tuple(c for c in answerable(rules) if c.id in lacking)
    rows = tuple(
        GridRow(
            offering,
            stand[offering.service].level,
            tuple(
                said.get((offering.service, c.id), "unknown")
                if c.id in stand[offering.service].missing
                else None
                for c in columns
            ),
        )
        for offering in found
    )
    fields, levels = await filters(conn, visit, form.field, level, main=wish.main)
    conditions: dict[str, object] = {"field": form.field, "level": form.level, "scheme": form.scheme}
    return GridPage(
        agency,
        columns,
        tuple(row for row in rows if any(cell is not None for cell in row.cells)),
        total,
        fields,
        levels,
        form,
        AnswerInput(form.value, form.justification, form.evidence, form.blocker),
        blockers(visit.language),
        paging(number, total, PAGE_SIZE, link(visit, "grid"), conditions),
        tuple(await batches_store.latest_batches(conn, agency.code)),
        rules,
        wish.main,
        bulk_rules(wish, link(visit, "grid")),
        nothing,
        errors,
    )


@get("/{lang:str}/work/grid", guards=[needs("staff")])
async def grid(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    field: FromQuery[str] = "",
    level: FromQuery[str] = "",
    page: FromQuery[str] = "1",
    nothing: FromQuery[str] = "",
    scheme: FromQuery[str] = "",
) -> Response[str]:
    """My services beside the criteria they lack."""
    async with db.transaction(visit.who, read_only=True) as conn:
        form = GridForm(field, level, page, scheme=scheme)
        shown = await _page(conn, bulk_wish(visit, content, scheme), form, nothing=bool(nothing))
    return render(request, "bulk/grid.html", shown)


async def _changes(conn: Connection, wish: Wish, form: GridForm) -> list[Change]:
    """What was chosen on this page of the grid, each with the version stored now, which the preview shows."""
    page = await _page(conn, wish, form)
    missing = {
        row.offering.service: [
            c.id for c, cell in zip(page.columns, row.cells, strict=True) if cell is not None
        ]
        for row in page.rows
    }
    places = chosen(missing, form.cell, form.row, form.column)
    own = await batches_store.answers_of(conn, page.agency.code, {service for service, _ in places})
    versions = {answer.place: answer.version for answer in own}
    links = tuple(form.evidence.splitlines())
    return [
        Change(
            *place,
            AnswerForm(form.value, form.justification, links, form.blocker, versions.get(place, 0)),
        )
        for place in places
    ]


@post("/{lang:str}/work/grid", guards=[needs("staff")], status_code=200, opt=does(nothing="a preview"))
async def preview_grid(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
) -> Response[Any]:
    """What the answer would do in all the places that were chosen; nothing is stored."""
    form = await read_form(request, GridForm)
    wish = bulk_wish(visit, content, form.scheme)
    where = {"field": form.field, "level": form.level, "page": form.page, "scheme": form.scheme}
    back = address(link(visit, "grid"), where)
    async with db.transaction(visit.who, read_only=True) as conn:
        try:
            changes = await _changes(conn, wish, form)
            foreseen = await foresee_all(conn, content.kept, wish.scheme, visit.who, changes)
            preview = await preview_page(conn, wish, "grid", foreseen, back)
        except Refused as refused:
            errors = tuple((fault.field, visit.language.message(fault.message)) for fault in refused.faults)
            again = await _page(conn, wish, form, errors)
            return render(request, "bulk/grid.html", again, 422)
    return render(request, "bulk/preview.html", preview)
