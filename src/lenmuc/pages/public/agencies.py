"""Agencies: the list of all, and one with its services, levels and roadmap."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.content.everything import Content
from lenmuc.core.errors import N_, NotFound
from lenmuc.core.levels import LevelCounts
from lenmuc.core.reviews import LevelStatus
from lenmuc.core.search.index import Wanted
from lenmuc.core.services import Agency
from lenmuc.core.text import clean_line, fold
from lenmuc.pages.public.lists import (
    TEXT_LIMIT,
    Choice,
    Chosen,
    Option,
    Paging,
    address,
    in_order,
    level_asked,
    level_choices,
    level_label,
    name_of,
    options,
    page_number,
    paging,
)
from lenmuc.pages.public.voice.heard import Satisfaction, satisfaction_with
from lenmuc.settings import Settings
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store.catalogue import AgencyRow
from lenmuc.store.database import Database
from lenmuc.store.offerings import OfferingRow
from lenmuc.store.roadmaps import Roadmap
from lenmuc.store.search import Finder
from lenmuc.web.access import anyone
from lenmuc.web.caching import OF_AGENCY, PUBLIC
from lenmuc.web.language import Language
from lenmuc.web.reviews import NOT_REVIEWED, in_words_order, public_statuses
from lenmuc.web.templating import render

PAGE_SIZE = 25


class CountedAgency(msgspec.Struct, frozen=True):
    """An agency in the list, with its offerings by level."""

    row: AgencyRow
    levels: LevelCounts


class AgenciesPage(msgspec.Struct, frozen=True):
    """What `templates/public/agencies.html` shows; `text` is what names were asked to hold."""

    text: str
    bodies: tuple[CountedAgency, ...]
    wards: tuple[CountedAgency, ...]


class AgencyPage(msgspec.Struct, frozen=True):
    """What `templates/public/agency.html` shows. `levels` counts all offerings, `total` those that match.

    `statuses` are those of `rows` by service; `reviewed` counts all services by status, empty while none was
    ever submitted.
    """

    agency: Agency
    levels: LevelCounts
    text: str
    total: int
    rows: tuple[OfferingRow, ...]
    level_choices: tuple[Choice, ...]
    fields: tuple[Option, ...]
    chosen: tuple[Chosen, ...]
    keep: tuple[tuple[str, object], ...]
    clear: str
    paging: Paging
    roadmaps: tuple[Roadmap, ...]
    statuses: Mapping[str, LevelStatus]
    reviewed: tuple[tuple[str, int], ...]
    satisfaction: Satisfaction


def counted(row: AgencyRow) -> CountedAgency:
    """The row with its counts as one value."""
    return CountedAgency(row, LevelCounts(row.none, row.one, row.two, row.three, row.four))


@get("/{lang:str}/agencies", guards=[anyone], opt=PUBLIC)
async def list_agencies(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    language: NamedDependency[Language],
    q: FromQuery[str] = "",
) -> Response[str]:
    """Every agency, or those whose name holds what was asked for."""
    text = clean_line(q)[:TEXT_LIMIT]
    async with db.transaction(read_only=True) as conn:
        rows = in_order(await catalogue_store.list_agencies(conn, name=text), language)
    page = AgenciesPage(
        text=text,
        bodies=tuple(counted(row) for row in rows if row.tier == "province"),
        wards=tuple(counted(row) for row in rows if row.tier == "commune"),
    )
    return render(request, "public/agencies.html", page)


@get("/{lang:str}/agencies/{code:str}", guards=[anyone], opt={**PUBLIC, **OF_AGENCY})
async def show_agency(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    finder: NamedDependency[Finder],
    language: NamedDependency[Language],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    code: FromPath[str],
    q: FromQuery[str] = "",
    field: FromQuery[str] = "",
    level: FromQuery[str] = "",
    page: FromQuery[str] = "1",
) -> Response[str]:
    """An agency with what it offers."""
    text = clean_line(q)[:TEXT_LIMIT]
    text = text if fold(text) else ""
    number, wanted_level = page_number(page), level_asked(level)
    index = await finder.index()
    wanted = Wanted(text=text, agency=code, field=field, level=wanted_level)
    facets = index.find(wanted, 1).facets
    codes = index.codes(Wanted(text=text, agency=code)) if text else None
    async with db.transaction(read_only=True) as conn:
        agency = await catalogue_store.find_agency(conn, code)
        if agency is None:
            raise NotFound(N_("There is no agency with this code."))
        levels = await offerings_store.count_levels(conn, agency=code)
        fields = in_order(await catalogue_store.all_fields(conn), language)
        rows, total = await offerings_store.offerings_of_agency(
            conn, code, level=wanted_level, codes=codes, field=field, page=number, size=PAGE_SIZE
        )
        reviewed = await public_statuses(conn, content.scheme, settings, agency=code)
        roadmaps = await roadmaps_store.list_roadmaps(conn, code, published=True)
        satisfied = await satisfaction_with(conn, agency=code)
    counted_statuses = Counter(status.status for status in reviewed.values())
    counted_statuses["self_assessed"] += levels.total - len(reviewed)
    names = {f.code: name_of(f, language) for f in fields}
    if field and field not in names:
        raise NotFound(N_("There is no field with this name."))
    path = f"/{language.code}/agencies/{code}"
    conditions: dict[str, object] = {
        "q": text,
        "field": field,
        "level": "" if wanted_level is None else wanted_level,
    }
    chosen = []
    if field:
        chosen.append(Chosen(names[field], address(path, conditions, field="")))
    if wanted_level is not None:
        chosen.append(Chosen(level_label(language, wanted_level), address(path, conditions, level="")))
    shown = AgencyPage(
        agency=agency,
        levels=levels,
        text=text,
        total=total,
        rows=tuple(rows),
        level_choices=level_choices(language, facets["level"], wanted_level, path, conditions),
        fields=options(fields, facets["field"], field, language),
        chosen=tuple(chosen),
        keep=tuple((name, value) for name, value in conditions.items() if value != ""),
        clear=address(path, {"q": text}),
        paging=paging(number, total, PAGE_SIZE, path, conditions),
        roadmaps=tuple(roadmaps),
        statuses={row.service: reviewed.get((row.service, code), NOT_REVIEWED) for row in rows},
        reviewed=in_words_order(counted_statuses) if reviewed else (),
        satisfaction=satisfied,
    )
    return render(request, "public/agency.html", shown)


handlers = [list_agencies, show_agency]
