"""Search: a plain form, its facets with counts, and what helps when nothing is found."""

from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lenmuc.content.everything import Content
from lenmuc.core.errors import N_, NotFound
from lenmuc.core.services import TIERS, Field, Service, has_fee
from lenmuc.core.spelling import other_words, vocabulary
from lenmuc.core.text import clean_line, fold
from lenmuc.pages.public.lists import (
    TEXT_LIMIT,
    Choice,
    Chosen,
    Option,
    Paging,
    address,
    choices,
    in_order,
    level_asked,
    level_choices,
    level_label,
    name_of,
    options,
    page_number,
    paging,
)
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import search as search_store
from lenmuc.store.catalogue import AgencyName
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection
from lenmuc.store.search import PAGE_SIZE, Found, ServiceHit, Wanted
from lenmuc.web.access import anyone
from lenmuc.web.language import Language
from lenmuc.web.templating import render

_TIER_WORDS = {"province": N_("City bodies"), "commune": N_("Wards and communes")}


class Result(msgspec.Struct, frozen=True):
    """One service found; `fee` is whether anybody pays, `None` when not known."""

    hit: ServiceHit
    field: str
    channels: tuple[str, ...]
    fee: bool | None


class Spelling(msgspec.Struct, frozen=True):
    """Other words that do find something: how many services, and where."""

    text: str
    services: int
    href: str


class SearchPage(msgspec.Struct, frozen=True):
    """What `templates/public/search.html` shows."""

    text: str
    total: int
    results: tuple[Result, ...]
    agency: AgencyName | None
    paging: Paging
    keep: tuple[tuple[str, object], ...]
    bodies: tuple[Option, ...]
    wards: tuple[Option, ...]
    fields: tuple[Option, ...]
    tiers: tuple[Choice, ...]
    levels: tuple[Choice, ...]
    chosen: tuple[Chosen, ...]
    clear: str
    spelling: Spelling | None


class Names(msgspec.Struct, frozen=True):
    """What there is to choose from, and the name of what was chosen."""

    agencies: list[AgencyName]
    fields: list[Field]

    def agency(self, code: str) -> AgencyName | None:
        """The agency asked for. Raises `NotFound`."""
        if not code:
            return None
        found = next((agency for agency in self.agencies if agency.code == code), None)
        if found is None:
            raise NotFound(N_("There is no agency with this code."))
        return found

    def field(self, code: str) -> Field | None:
        """The field asked for. Raises `NotFound`."""
        if not code:
            return None
        found = next((field for field in self.fields if field.code == code), None)
        if found is None:
            raise NotFound(N_("There is no field with this name."))
        return found


def conditions_of(wanted: Wanted) -> dict[str, object]:
    """The conditions as they stand in an address, without the page."""
    level = "" if wanted.level is None else wanted.level
    return {
        "q": wanted.text,
        "agency": wanted.agency,
        "field": wanted.field,
        "tier": wanted.tier,
        "level": level,
    }


def results(
    found: Found, services: dict[str, Service], fields: list[Field], language: Language
) -> tuple[Result, ...]:
    """The hits with the facts that a list shows."""
    names = {field.code: name_of(field, language) for field in fields}
    return tuple(
        Result(hit, names.get(hit.field, ""), services[hit.code].channels, has_fee(services[hit.code]))
        for hit in found.services
        if hit.code in services
    )


async def spelling(conn: Connection, content: Content, wanted: Wanted, path: str) -> Spelling | None:
    """The likeliest other words that find something: under the same conditions, or else under none."""
    catalogue = content.catalogue
    names = [
        *(f"{s.name} {s.name_en}" for s in catalogue.services),
        *(term for term, _ in catalogue.synonyms),
    ]
    others = other_words(wanted.text, vocabulary(names))
    for words in others:
        for conditions in dict.fromkeys((msgspec.structs.replace(wanted, page=1), Wanted())):
            trial = msgspec.structs.replace(conditions, text=words)
            found = await search_store.search(conn, trial, page_size=1)
            if found.total:
                return Spelling(words, found.total, address(path, conditions_of(trial)))
    return None


def chosen_of(wanted: Wanted, names: Names, language: Language, path: str) -> tuple[Chosen, ...]:
    """The conditions that are on, each with the list without it. Raises `NotFound` for an unknown one."""
    on: dict[str, str] = {}
    agency, field = names.agency(wanted.agency), names.field(wanted.field)
    if agency:
        on["agency"] = name_of(agency, language)
    if field:
        on["field"] = name_of(field, language)
    if wanted.tier:
        on["tier"] = language.gettext(_TIER_WORDS[wanted.tier])
    if wanted.level is not None:
        on["level"] = level_label(language, wanted.level)
    conditions = conditions_of(wanted)
    return tuple(Chosen(label, address(path, conditions, **{name: ""})) for name, label in on.items())


@get("/{lang:str}/services", guards=[anyone])
async def search_services(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    language: NamedDependency[Language],
    q: FromQuery[str] = "",
    agency: FromQuery[str] = "",
    field: FromQuery[str] = "",
    tier: FromQuery[str] = "",
    level: FromQuery[str] = "",
    page: FromQuery[str] = "1",
) -> Response[str]:
    """Services that match, best first, and what each further condition would leave."""
    if tier and tier not in TIERS:
        raise NotFound(N_("There is no such tier. Choose city bodies, or wards and communes."))
    text = clean_line(q)[:TEXT_LIMIT]
    wanted = Wanted(text if fold(text) else "", agency, field, tier, level_asked(level), page_number(page))
    path = f"/{language.code}/services"
    async with db.transaction(read_only=True) as conn:
        names = Names(
            in_order(await catalogue_store.agency_names(conn), language),
            in_order(await catalogue_store.all_fields(conn), language),
        )
        chosen = chosen_of(wanted, names, language, path)
        found = await search_store.search(conn, wanted)
        services = await catalogue_store.some_services(conn, [hit.code for hit in found.services])
        other = await spelling(conn, content, wanted, path) if wanted.text and not found.total else None
    conditions = conditions_of(wanted)
    tiers = [(value, language.gettext(words)) for value, words in _TIER_WORDS.items()]
    at_agency = found.facets["agency"]
    shown = SearchPage(
        text=text,
        total=found.total,
        results=results(found, services, names.fields, language),
        agency=names.agency(agency),
        paging=paging(wanted.page, found.total, PAGE_SIZE, path, conditions),
        keep=tuple((name, value) for name, value in conditions.items() if value != ""),
        bodies=options([a for a in names.agencies if a.tier == "province"], at_agency, agency, language),
        wards=options([a for a in names.agencies if a.tier == "commune"], at_agency, agency, language),
        fields=options(names.fields, found.facets["field"], field, language),
        tiers=choices("tier", tiers, found.facets["tier"], tier, path, conditions),
        levels=level_choices(language, found.facets["level"], wanted.level, path, conditions),
        chosen=chosen,
        clear=address(path, {"q": wanted.text}),
        spelling=other,
    )
    return render(request, "public/search.html", shown)


handlers = [search_services]
