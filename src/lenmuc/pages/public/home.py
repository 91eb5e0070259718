"""The home page: what this is, how far the city is, where to go on."""

from itertools import groupby
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency

from lenmuc.content.catalogue import Place
from lenmuc.content.everything import Content
from lenmuc.core.levels import LevelCounts
from lenmuc.core.search.index import Hit, Wanted
from lenmuc.core.services import Field
from lenmuc.core.text import initial
from lenmuc.pages.public.lists import in_order, name_of
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store.catalogue import LoadedCatalogue
from lenmuc.store.database import Database
from lenmuc.store.search import Finder
from lenmuc.web.access import anyone
from lenmuc.web.caching import PUBLIC
from lenmuc.web.language import Language
from lenmuc.web.templating import render

MOST_USED = 8


class CountedField(msgspec.Struct, frozen=True):
    """A field with the number of its services."""

    code: str
    name: str
    services: int


class Letter(msgspec.Struct, frozen=True):
    """The fields under one letter of the alphabet."""

    letter: str
    fields: tuple[CountedField, ...]


class HomePage(msgspec.Struct, frozen=True):
    """What `templates/public/home.html` shows; `levels` counts offerings, exclusively."""

    place: Place | LoadedCatalogue
    services: int
    bodies: int
    wards: int
    levels: LevelCounts
    most_used: tuple[Hit, ...]
    letters: tuple[Letter, ...]


def letters(fields: list[Field], counts: dict[str, int], language: Language) -> tuple[Letter, ...]:
    """The fields that have services, under their letters, in Vietnamese alphabetical order."""
    named = [
        CountedField(f.code, name_of(f, language), counts[f.code])
        for f in in_order(fields, language)
        if counts.get(f.code)
    ]
    return tuple(Letter(letter, tuple(group)) for letter, group in groupby(named, lambda f: initial(f.name)))


@get("/{lang:str}", guards=[anyone], opt=PUBLIC)
async def home(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    finder: NamedDependency[Finder],
    content: NamedDependency[Content],
    language: NamedDependency[Language],
) -> Response[str]:
    """What this is, in one page."""
    index = await finder.index()
    found = index.find(Wanted(), 1)
    async with db.transaction(read_only=True) as conn:
        levels = await offerings_store.count_levels(conn)
        agencies = await catalogue_store.agency_names(conn)
        fields = await catalogue_store.all_fields(conn)
        loaded = await catalogue_store.loaded_catalogue(conn)
    page = HomePage(
        place=loaded if loaded is not None and loaded.mapping else content.catalogue.place,
        services=found.total,
        bodies=sum(agency.tier != "commune" for agency in agencies),
        wards=sum(agency.tier == "commune" for agency in agencies),
        levels=levels,
        most_used=index.most_used(MOST_USED),
        letters=letters(fields, found.facets["field"], language),
    )
    return render(request, "public/home.html", page)


handlers = [home]
