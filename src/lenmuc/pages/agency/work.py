"""My services by what they lack: the list that an agency's staff begin with."""

from itertools import groupby

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lenmuc.content.everything import Content
from lenmuc.core.checklists import LevelMeaning, Scheme, Words
from lenmuc.core.levels import LevelCounts
from lenmuc.core.services import Agency, Field
from lenmuc.core.text import clean_line, fold
from lenmuc.pages.agency.mine import link, my_agency
from lenmuc.pages.public.lists import (
    TEXT_LIMIT,
    Choice,
    Chosen,
    Paging,
    address,
    choices,
    level_asked,
    level_choices,
    level_label,
    page_number,
    paging,
)
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store import search as search_store
from lenmuc.store.database import Database
from lenmuc.store.offerings import OfferingRow
from lenmuc.store.search import Wanted
from lenmuc.web.access import needs
from lenmuc.web.language import Language
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

PAGE_SIZE = 30
_NAMED = 3  # missing criteria written out in a list; the others are counted


class Row(msgspec.Struct, frozen=True):
    """An offering with the first of the criteria it lacks, and how many more there are."""

    offering: OfferingRow
    missing: tuple[Words, ...]
    more: int


class Group(msgspec.Struct, frozen=True):
    """Offerings at one level; `next` is the level above, `None` at the top. `total` counts all pages."""

    level: int
    next: LevelMeaning | None
    total: int
    rows: tuple[Row, ...]


class WorkPage(msgspec.Struct, frozen=True):
    """What `templates/agency/work.html` shows; `counts` are all of the agency's services by level."""

    agency: Agency
    counts: LevelCounts
    text: str
    keep: tuple[tuple[str, object], ...]
    total: int
    groups: tuple[Group, ...]
    levels: tuple[Choice, ...]
    fields: tuple[Choice, ...]
    chosen: tuple[Chosen, ...]
    paging: Paging


def groups(scheme: Scheme, rows: list[OfferingRow], counts: dict[str, int]) -> tuple[Group, ...]:
    """Rows that come ordered by level, under the level they could rise to."""
    meanings = {level.number: level for level in scheme.levels}

    def row(offering: OfferingRow) -> Row:
        named = tuple(scheme.criterion(id).text for id in offering.missing[:_NAMED] if id in scheme.index)
        return Row(offering, named, len(offering.missing) - len(named))

    return tuple(
        Group(level, meanings.get(level + 1), counts.get(str(level), 0), tuple(row(o) for o in members))
        for level, members in groupby(rows, key=lambda o: o.level)
    )


def _chosen(
    language: Language, fields: list[Field], wanted: Wanted, path: str, conditions: dict[str, object]
) -> tuple[Chosen, ...]:
    on: list[Chosen] = []
    if wanted.text:
        on.append(Chosen(wanted.text, address(path, conditions, q="")))
    if wanted.level is not None:
        on.append(Chosen(level_label(language, wanted.level), address(path, conditions, level="")))
    for field in fields:
        if field.code == wanted.field:
            on.append(Chosen(_field_name(language, field), address(path, conditions, field="")))
    return tuple(on)


def _field_name(language: Language, field: Field) -> str:
    return field.name_en if language.code == "en" and field.name_en else field.name


@get("/{lang:str}/work", guards=[needs("staff")])
async def work(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    q: FromQuery[str] = "",
    level: FromQuery[str] = "",
    field: FromQuery[str] = "",
    page: FromQuery[str] = "1",
) -> Response[str]:
    """My services, by level and by how little each lacks for the next one."""
    language, path, text = visit.language, link(visit), clean_line(q)[:TEXT_LIMIT]
    code = session_of(visit).agency
    wanted = Wanted(text if fold(text) else "", code, field, "", level_asked(level), page_number(page))
    at = "" if wanted.level is None else wanted.level
    conditions: dict[str, object] = {"q": wanted.text, "level": at, "field": field}
    async with db.transaction(visit.who, read_only=True) as conn:
        agency = await my_agency(conn, visit)
        counts = await offerings_store.count_levels(conn, code)
        found = await search_store.search(conn, wanted, page_size=1)
        pages = paging(wanted.page, found.total, PAGE_SIZE, path, conditions)
        rows = await offerings_store.work_of_agency(
            conn, code, level=wanted.level, text=wanted.text, field=field, page=wanted.page, size=PAGE_SIZE
        )
        fields = await catalogue_store.all_fields(conn)
    named = [(one.code, _field_name(language, one)) for one in fields]
    shown = WorkPage(
        agency=agency,
        counts=counts,
        text=wanted.text,
        keep=tuple((name, value) for name, value in conditions.items() if name != "q" and value != ""),
        total=found.total,
        groups=groups(content.scheme, rows, found.facets["level"]),
        levels=level_choices(language, found.facets["level"], wanted.level, path, conditions),
        fields=choices("field", named, found.facets["field"], field, path, conditions),
        chosen=_chosen(language, fields, wanted, path, conditions),
        paging=pages,
    )
    return render(request, "agency/work.html", shown)
