"""Search in the catalogue: matching services with every facet counted."""

import msgspec

from lenmuc.core.text import fold
from lenmuc.store.catalogue import search_name
from lenmuc.store.queries import Connection, queries

Q = queries("search")
PAGE_SIZE = 20


class Wanted(msgspec.Struct, frozen=True):
    """What somebody looks for. Empty text and `None` mean no condition; `page` counts from 1."""

    text: str = ""
    agency: str = ""
    field: str = ""
    tier: str = ""
    level: int | None = None
    page: int = 1


class ServiceHit(msgspec.Struct, frozen=True):
    """A service in a list. `levels` are the assessed levels that its offerings (or the one asked for) are
    at.
    """

    code: str
    name: str
    name_en: str
    field: str
    tiers: tuple[str, ...]
    filings: int
    levels: tuple[int, ...]


class Facet(msgspec.Struct, frozen=True):
    """How many services a further condition would leave: `facet` is total, field, tier, level or agency."""

    facet: str
    value: str
    services: int


class Found(msgspec.Struct, frozen=True):
    """One page of services, the number of all that match, and the facets."""

    services: tuple[ServiceHit, ...]
    total: int
    facets: dict[str, dict[str, int]]


def tsquery(text: str) -> str | None:
    """A tsquery in which every word must occur, the last one perhaps not typed to its end; `None` for no
    words.
    """
    words = fold(text).split()[:20]
    return (
        " & ".join([*(f"'{word}'" for word in words[:-1]), *(f"'{word}':*" for word in words[-1:])]) or None
    )


async def search(conn: Connection, wanted: Wanted, page_size: int = PAGE_SIZE) -> Found:
    """Services that match, best first: the exact name, then the phrase, then the shorter name, then the
    used one.
    """
    words = tsquery(wanted.text)
    conditions = (words, wanted.agency or None, wanted.field or None, wanted.tier or None, wanted.level)
    facets: dict[str, dict[str, int]] = {"field": {}, "tier": {}, "level": {}, "agency": {}}
    total = 0
    for row in await Q.all(conn, "count_facets", Facet, *conditions):
        if row.facet == "total":
            total = row.services
        else:
            facets[row.facet][row.value] = row.services
    offset = (max(wanted.page, 1) - 1) * page_size
    phrase = search_name(wanted.text)
    services = await Q.all(conn, "search_services", ServiceHit, *conditions, phrase, page_size, offset)
    return Found(tuple(services), total, facets)


async def most_used(conn: Connection, limit: int) -> list[ServiceHit]:
    """The services with the most filings a year, over all agencies that offer them."""
    return await Q.all(conn, "most_used", ServiceHit, limit)
