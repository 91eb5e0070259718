"""The rows of every table of open data, some at a time, in the order of its columns."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from lenmuc.actions.stated import points_said
from lenmuc.content.everything import Content
from lenmuc.core.reviews import LevelStatus
from lenmuc.core.services import Service
from lenmuc.core.stated import NOTHING, Stated
from lenmuc.exports.open.addresses import Addresses
from lenmuc.pages.open_data.wanted import Narrowed, Stood, offerings_of, services_of
from lenmuc.settings import Settings
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import open_data
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store.database import Database
from lenmuc.store.stated import stated_of
from lenmuc.web.language import HANOI
from lenmuc.web.reviews import NOT_REVIEWED, Place, public_statuses

Rows = Sequence[Sequence[Any]]


class Source(msgspec.Struct, frozen=True):
    """Where rows come from, and what is wanted."""

    db: Database
    content: Content
    settings: Settings
    at: Addresses
    wanted: Narrowed


def _day(moment: dt.datetime | None) -> dt.date | None:
    return moment.astimezone(HANOI).date() if moment else None


def _reviewed(status: LevelStatus) -> tuple[Any, ...]:
    return status.status, _day(status.verified_at), status.until


async def services(source: Source) -> AsyncIterator[Rows]:
    """Services with the levels they are offered at, and what their registry says beside."""
    async for found, offers in services_of(source.db, source.wanted):
        async with source.db.transaction(read_only=True) as conn:
            stated = await stated_of(conn, [each.code for each in found])
        yield [
            (
                *(getattr(each, name) for name in each.__struct_fields__),
                offers[each.code].levels,
                *_stated(source.content, each, stated.get(each.code, NOTHING)),
            )
            for each in found
        ]


def _stated(content: Content, service: Service, stated: Stated) -> tuple[Any, ...]:
    said = points_said(content, service, stated)
    points: tuple[Any, ...] = ((), None, None, None, ())
    if said is not None:
        points = (
            [f"{point.id}={answer or 'unknown'}" for point, answer in said.answers],
            said.stands,
            said.reach.lowest,
            said.reach.highest,
            [f"{each.point}={each.answer}: {each.criterion} {each.is_}" for each in said.reach.said],
        )
    return (*points, stated.blockers, stated.obstacles, stated.payment, stated.online_from)


async def agencies(source: Source) -> AsyncIterator[Rows]:
    """Agencies with their counts."""
    async with source.db.transaction(read_only=True) as conn:
        found = await catalogue_store.list_agencies(conn, source.wanted.agency or None)
    yield [tuple(getattr(each, name) for name in each.__struct_fields__) for each in found]


async def fields(source: Source) -> AsyncIterator[Rows]:
    """Fields."""
    async with source.db.transaction(read_only=True) as conn:
        found = await catalogue_store.all_fields(conn)
    yield [(each.code, each.name, each.name_en) for each in found]


async def _statuses(source: Source, stood: Sequence[Stood]) -> dict[Place, LevelStatus]:
    ids = [each.offering.id for each in stood]
    async with source.db.transaction(read_only=True) as conn:
        return await public_statuses(conn, source.content.scheme, source.settings, ids=ids)


async def offerings(source: Source) -> AsyncIterator[Rows]:
    """Offerings with their levels. For a day in the past, what has no history is left empty."""
    past = source.wanted.as_of is not None
    async for stood in offerings_of(source.db, source.wanted, source.content.scheme.id):
        statuses = {} if past else await _statuses(source, stood)
        rows = []
        for each in stood:
            o = each.offering
            status = statuses.get((o.service, o.agency), NOT_REVIEWED)
            rows.append(
                (
                    *(o.id, o.service, o.service_name, o.agency, o.agency_name, each.level),
                    None if past else o.declared,
                    _day(each.since),
                    None if past else o.missing,
                    *((None, None, None) if past else _reviewed(status)),
                    o.filings,
                    o.filings_illustrative,
                    o.online_filings,
                )
            )
        yield rows


async def assessments(source: Source) -> AsyncIterator[Rows]:
    """The level of each offering by the main scheme and then by those beside it, which are not reviewed."""
    main = source.content.scheme.id
    async for stood in offerings_of(source.db, msgspec.structs.replace(source.wanted, as_of=None), main):
        statuses = await _statuses(source, stood)
        async with source.db.transaction(read_only=True) as conn:
            beside = await open_data.some_standings(conn, [each.offering.id for each in stood])
        rows: list[tuple[Any, ...]] = []
        for each in stood:
            o = each.offering
            status = _reviewed(statuses.get((o.service, o.agency), NOT_REVIEWED))
            rows.append((o.id, o.service, o.agency, main, o.level, o.missing, _day(o.since), *status))
            rows += [
                (o.id, o.service, o.agency, s.scheme, s.level, s.missing, _day(s.since), None, None, None)
                for s in beside.get(o.id, ())
            ]
        yield rows


async def schemes(source: Source) -> AsyncIterator[Rows]:
    """Every level of every set of rules."""
    yield [
        (
            *(scheme.id, scheme.version, scheme.valid_from, scheme.valid_to, scheme.name.vi, scheme.name.en),
            *(level.number, level.name.vi, level.name.en, level.meaning.vi, level.meaning.en, level.basis),
        )
        for scheme in source.content.schemes.values()
        for level in scheme.levels
    ]


async def criteria(source: Source) -> AsyncIterator[Rows]:
    """Every criterion of every set of rules."""
    yield [
        (
            *(scheme.id, c.id, c.level, c.role, c.scope, c.strength, c.text.vi, c.text.en, c.basis),
            *(c.evidence.vi, c.evidence.en, c.confidence),
        )
        for scheme in source.content.schemes.values()
        for c in scheme.criteria
    ]


async def roadmaps(source: Source) -> AsyncIterator[Rows]:
    """The published roadmaps."""
    async with source.db.transaction(read_only=True) as conn:
        found = await roadmaps_store.list_roadmaps(conn, source.wanted.agency, published=True)
    rows = []
    for each in found:
        page = source.at.page("vi", "roadmaps", str(each.id))
        files = (f"{page}.{ending}" for ending in ("csv", "xlsx", "json"))
        rows.append((each.id, each.name, each.agency, each.scheme, each.created, each.finished, page, *files))
    yield rows


ROWS = {
    "services": services,
    "agencies": agencies,
    "fields": fields,
    "offerings": offerings,
    "assessments": assessments,
    "schemes": schemes,
    "criteria": criteria,
    "roadmaps": roadmaps,
}
"""By the name of the table."""
