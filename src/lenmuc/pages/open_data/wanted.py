"""The conditions under which open data is taken along: those of the search page, and a date."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

import msgspec
from litestar.params import QueryParameter

from lenmuc.core.errors import N_, NotFound, Refused, fault
from lenmuc.core.search.index import Wanted
from lenmuc.core.services import Service
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import open_data
from lenmuc.store.database import Database
from lenmuc.store.search import Finder
from lenmuc.web.language import HANOI
from lenmuc.web.reviews import today

Condition = Annotated[str, QueryParameter(max_length=200)]


class Narrowed(msgspec.Struct, frozen=True):
    """What is wanted: services by code as the search orders them (`None`: all), an agency, a level, a day."""

    codes: tuple[str, ...] | None = None
    agency: str = ""
    level: int | None = None
    as_of: dt.date | None = None

    @property
    def moment(self) -> dt.datetime | None:
        """The end of the day in Viet Nam, `None` for now."""
        if self.as_of is None:
            return None
        return dt.datetime.combine(self.as_of + dt.timedelta(days=1), dt.time(), HANOI)


def day_asked(text: str) -> dt.date | None:
    """The day of `as_of`. Raises `Refused` for what is no day up to today."""
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise Refused([fault("as_of", N_("Write a day such as 2026-03-31."))]) from None
    if day > today():
        raise Refused([fault("as_of", N_("This day is still to come."))])
    return day


async def narrowed(db: Database, finder: Finder, wanted: Wanted, as_of: str) -> Narrowed:
    """The services that a search finds. Raises `NotFound`, `Refused`."""
    day, level = day_asked(as_of), wanted.level
    if (
        day is not None
    ):  # a level in the past says nothing about today's: it is looked at offering by offering
        wanted = msgspec.structs.replace(wanted, level=None)
    if not (wanted.text or wanted.conditions()):
        return Narrowed(None, "", level, day)
    async with db.transaction(read_only=True) as conn:
        if wanted.agency and await catalogue_store.find_agency(conn, wanted.agency) is None:
            raise NotFound(N_("There is no agency with this code."))
        if wanted.field and await catalogue_store.find_field(conn, wanted.field) is None:
            raise NotFound(N_("There is no field with this name."))
    index = await finder.index()
    return Narrowed(tuple(index.codes(wanted)), wanted.agency, level, day)


Offers = dict[str, open_data.WhoOffers]


async def services_of(db: Database, wanted: Narrowed) -> AsyncIterator[tuple[list[Service], Offers]]:
    """The services, some at a time, and who offers them."""
    after, place = "", 0
    while True:
        async with db.transaction(read_only=True) as conn:
            if wanted.codes is None:
                found = await open_data.some_services(conn, after)
            else:
                codes = wanted.codes[place : place + open_data.PIECE]
                by_code = await catalogue_store.some_services(conn, codes)
                found = [by_code[code] for code in codes if code in by_code]
            offers = await open_data.who_offers(conn, [service.code for service in found])
        if not found:
            return
        after, place = found[-1].code, place + open_data.PIECE
        yield found, offers


class Stood(msgspec.Struct, frozen=True):
    """An offering, and the level that is told of it: today's, or that of a day; `None`: not known."""

    offering: open_data.OpenOffering
    level: int | None
    since: dt.datetime | None


async def offerings_of(db: Database, wanted: Narrowed, scheme: str) -> AsyncIterator[Sequence[Stood]]:
    """The offerings, some at a time, in the order of their numbers."""
    after, moment = 0, wanted.moment
    while True:
        async with db.transaction(read_only=True) as conn:
            found = await open_data.some_offerings(
                conn,
                after,
                services=wanted.codes,
                agency=wanted.agency,
                level=wanted.level if moment is None else None,
            )
            ids = [each.id for each in found]
            past = await open_data.levels_on(conn, ids, scheme, moment) if moment and ids else {}
        if not found:
            return
        after = found[-1].id
        if moment is None:
            yield [Stood(each, each.level, each.since) for each in found]
        else:
            stood = [_then(each, past.get(each.id)) for each in found]
            yield [each for each in stood if wanted.level is None or each.level == wanted.level]


def _then(offering: open_data.OpenOffering, past: open_data.LevelOn | None) -> Stood:
    return Stood(offering, past.level if past else None, past.since if past else None)
