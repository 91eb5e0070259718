"""Search: a plain form, its facets with counts, and what helps when nothing is found."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from lenmuc.content.everything import Content
from lenmuc.core.checklists import Scheme
from lenmuc.core.errors import N_, NotFound
from lenmuc.core.search.index import Hit, Index, Wanted
from lenmuc.core.services import TIERS, Field
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
from lenmuc.store.catalogue import AgencyName
from lenmuc.store.database import Database
from lenmuc.store.search import PAGE_SIZE, Finder
from lenmuc.web.access import anyone
from lenmuc.web.caching import PUBLIC
from lenmuc.web.language import Language
from lenmuc.web.templating import render

_TIERS = {"province": N_("City bodies"), "commune": N_("Wards and communes")}
_AUDIENCES = {
    "people": N_("Private persons"),
    "business": N_("Business"),
    "organisations": N_("Organisations"),
}
_FEES = {"free": N_("Free of charge"), "charged": N_("A fee is charged"), "unknown": N_("Fee not known")}
_ONLINE = {
    "yes": N_("Named in the record"),
    "no": N_("Not named in the record"),
    "unknown": N_("The record names no way to file"),
}
_WORDS = {"tier": _TIERS, "audience": _AUDIENCES, "fee": _FEES, "online": _ONLINE}
_PAYS = {"free": False, "charged": True, "unknown": None}


class Result(msgspec.Struct, frozen=True):
    """One service found; `fee` is whether anybody pays, `None` when not known."""

    hit: Hit
    field: str
    fee: bool | None


class Other(msgspec.Struct, frozen=True):
    """Other words for what was asked, and the search for them."""

    text: str
    href: str


class SearchPage(msgspec.Struct, frozen=True):
    """What `templates/public/search.html` shows.

    `instead` are the words that were searched because those typed find nothing; `perhaps` those that find
    more; `verbatim` is the search for exactly what was typed; `loose`: the services hold most of the words.
    `narrowed`: without its conditions the search would find something.
    """

    text: str
    total: int
    results: tuple[Result, ...]
    agency: AgencyName | None
    paging: Paging
    keep: tuple[tuple[str, object], ...]
    bodies: tuple[Option, ...]
    wards: tuple[Option, ...]
    fields: tuple[Option, ...]
    levels: tuple[Choice, ...]
    rungs: tuple[Choice, ...]
    tiers: tuple[Choice, ...]
    audiences: tuple[Choice, ...]
    fees: tuple[Choice, ...]
    online: tuple[Choice, ...]
    chosen: tuple[Chosen, ...]
    clear: str
    instead: str
    perhaps: Other | None
    verbatim: Other | None
    loose: bool
    narrowed: int


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
    return {"q": wanted.text, **wanted.conditions(), "exact": "1" if wanted.verbatim else ""}


def class_label(scheme: Scheme, number: int, language: Language) -> str:
    """What a class is called in a list of choices."""
    for level in scheme.levels:
        if level.number == number:
            return language.pick(level.name)
    return language.gettext(N_("None of these"))


def chosen_of(
    wanted: Wanted, names: Names, scheme: Scheme, language: Language, path: str
) -> tuple[Chosen, ...]:
    """The conditions that are on, each with the list without it. Raises `NotFound` for an unknown one."""
    on: dict[str, str] = {}
    agency, field = names.agency(wanted.agency), names.field(wanted.field)
    if agency:
        on["agency"] = name_of(agency, language)
    if field:
        on["field"] = name_of(field, language)
    if wanted.level is not None:
        on["level"] = level_label(language, wanted.level)
    if wanted.rung is not None:
        on["class"] = class_label(scheme, wanted.rung, language)
    for name, value in wanted.conditions().items():
        if name in _WORDS:
            on[name] = language.gettext(_WORDS[name][value])
    conditions = conditions_of(wanted)
    return tuple(Chosen(label, address(path, conditions, **{name: ""})) for name, label in on.items())


def wanted_of(
    q: str, agency: str, field: str, level: str, rung: str, page: str, exact: str, **given: str
) -> Wanted:
    """What an address asks for. Raises `NotFound` for values that there are not."""
    if given["tier"] and given["tier"] not in TIERS:
        raise NotFound(N_("There is no such tier. Choose city bodies, or wards and communes."))
    for name, value in given.items():
        if value and value not in _WORDS[name]:
            raise NotFound(N_("There is no such filter. Choose one from the list."))
    if rung and rung not in ("0", "1", "2", "3", "4"):
        raise NotFound(N_("There is no such filter. Choose one from the list."))
    text = clean_line(q)[:TEXT_LIMIT]
    return Wanted(
        text if fold(text) else "",
        agency,
        field,
        level=level_asked(level),
        rung=int(rung) if rung else None,
        page=page_number(page),
        verbatim=bool(exact),
        **given,
    )


def shown_page(
    index: Index, wanted: Wanted, names: Names, scheme: Scheme, text: str, language: Language
) -> SearchPage:
    """The page for one search. Raises `NotFound` for a page beyond the last, an unknown agency or field."""
    path = f"/{language.code}/services"
    chosen = chosen_of(wanted, names, scheme, language, path)
    found = index.find(wanted, PAGE_SIZE)
    conditions = conditions_of(wanted)
    fields = {field.code: name_of(field, language) for field in names.fields}
    at_agency = found.facets["agency"]

    def some(name: str) -> tuple[Choice, ...]:
        labels = [(value, language.gettext(words)) for value, words in _WORDS[name].items()]
        return choices(name, labels, found.facets[name], wanted.conditions().get(name, ""), path, conditions)

    rungs = [(str(n), class_label(scheme, n, language)) for n in range(len(scheme.levels), -1, -1)]
    other = found.instead or found.perhaps
    typed = wanted.text and not wanted.verbatim and other
    alone = Wanted(wanted.text, verbatim=wanted.verbatim)
    return SearchPage(
        text=text,
        total=found.total,
        results=tuple(
            Result(hit, fields.get(hit.entry.field, ""), _PAYS[hit.entry.fee]) for hit in found.hits
        ),
        agency=names.agency(wanted.agency),
        paging=paging(wanted.page, found.total, PAGE_SIZE, path, conditions),
        keep=tuple((name, value) for name, value in conditions.items() if value != ""),
        bodies=options(
            [a for a in names.agencies if a.tier == "province"], at_agency, wanted.agency, language
        ),
        wards=options([a for a in names.agencies if a.tier == "commune"], at_agency, wanted.agency, language),
        fields=options(names.fields, found.facets["field"], wanted.field, language),
        levels=level_choices(language, found.facets["level"], wanted.level, path, conditions),
        rungs=choices(
            "class", rungs, found.facets["class"], wanted.conditions().get("class", ""), path, conditions
        ),
        tiers=some("tier"),
        audiences=some("audience"),
        fees=some("fee"),
        online=some("online"),
        chosen=chosen,
        clear=address(path, {"q": wanted.text}),
        instead=found.instead,
        perhaps=Other(found.perhaps, address(path, conditions, q=found.perhaps)) if found.perhaps else None,
        verbatim=Other(text, address(path, conditions, exact="1")) if typed else None,
        loose=found.loose,
        narrowed=index.find(alone, 0).total if chosen and not found.total else 0,
    )


@get("/{lang:str}/services", guards=[anyone], opt=PUBLIC)
async def search_services(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    finder: NamedDependency[Finder],
    content: NamedDependency[Content],
    language: NamedDependency[Language],
    q: FromQuery[str] = "",
    agency: FromQuery[str] = "",
    field: FromQuery[str] = "",
    tier: FromQuery[str] = "",
    level: FromQuery[str] = "",
    rung: Annotated[str, QueryParameter(name="class")] = "",
    audience: FromQuery[str] = "",
    fee: FromQuery[str] = "",
    online: FromQuery[str] = "",
    exact: FromQuery[str] = "",
    page: FromQuery[str] = "1",
) -> Response[str]:
    """Services that match, best first, and what each further condition would leave."""
    wanted = wanted_of(
        q, agency, field, level, rung, page, exact, tier=tier, audience=audience, fee=fee, online=online
    )
    index = await finder.index()
    async with db.transaction(read_only=True) as conn:
        names = Names(
            in_order(await catalogue_store.agency_names(conn), language),
            in_order(await catalogue_store.all_fields(conn), language),
        )
    text = clean_line(q)[:TEXT_LIMIT]
    shown = shown_page(index, wanted, names, content.classes, text, language)
    return render(request, "public/search.html", shown)


handlers = [search_services]
