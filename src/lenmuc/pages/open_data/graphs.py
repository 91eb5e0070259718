"""Linked data, piece by piece: the whole catalogue, a part of it, or one record."""

from collections.abc import AsyncIterator, Sequence

from lenmuc.content.everything import Content
from lenmuc.exports.open import cpsv, rules
from lenmuc.exports.open.cpsv import Known, Offered, Spot
from lenmuc.exports.open.dcat import dataset_nodes
from lenmuc.exports.open.rdf import Node, Writer
from lenmuc.exports.open.words import all_words
from lenmuc.pages.open_data.rows import Source
from lenmuc.pages.open_data.wanted import Narrowed, Stood, offerings_of, services_of
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import open_data
from lenmuc.store.catalogue import LoadedCatalogue
from lenmuc.web.language import HANOI

_AT_ONCE = 50  # services, which may name 126 wards each


def spot_of(content: Content, loaded: LoadedCatalogue | None) -> Spot:
    """The place that is loaded: that of the last registry brought in, or of the program's own files."""
    if loaded is not None and loaded.mapping:
        return Spot(loaded.place, loaded.name, loaded.name_en, loaded.language)
    place = content.catalogue.place
    return Spot(place.code, place.name, place.name_en)


async def known_of(source: Source) -> Known:
    """Everything that services point to."""
    async with source.db.transaction(read_only=True) as conn:
        agencies = await open_data.all_agencies(conn)
        fields = await catalogue_store.all_fields(conn)
        loaded = await catalogue_store.loaded_catalogue(conn)
    catalogue = source.content.catalogue
    return Known(
        {each.code: each for each in agencies},
        {each.code: each for each in fields},
        {each.code: (each.name, each.name_en) for each in catalogue.ministries},
        spot_of(source.content, loaded),
        source.content.scheme.id,
    )


def _ground(source: Source, known: Known) -> list[Node]:
    """What every list of services points to."""
    return [
        *all_words(source.at, known.place.language),
        cpsv.place_node(source.at, known.place),
        *rules.level_nodes(source.at, source.content.scheme),
    ]


def _offered(each: Stood) -> Offered:
    since = each.since.astimezone(HANOI).date().isoformat() if each.since else ""
    return Offered(each.offering.id, each.offering.service, each.offering.agency, each.level, since)


async def _services(source: Source, known: Known, writer: Writer) -> AsyncIterator[bytes]:
    async for found, offers in services_of(source.db, source.wanted):
        for start in range(0, len(found), _AT_ONCE):
            parts = []
            for service in found[start : start + _AT_ONCE]:
                who = offers[service.code]
                parts.append(writer.write(cpsv.beside(source.at, service, known, who.agencies), shared=True))
                parts.append(
                    writer.write(cpsv.service_nodes(source.at, service, known, who.agencies, who.levels))
                )
            yield b"".join(parts)


async def _offerings(source: Source, writer: Writer) -> AsyncIterator[bytes]:
    scheme = source.content.scheme.id
    async for stood in offerings_of(source.db, source.wanted, scheme):
        yield writer.write(cpsv.offering_node(source.at, _offered(each), scheme) for each in stood)


def _agencies(source: Source, known: Known) -> list[Node]:
    return [cpsv.agency_node(source.at, each, known.place) for each in known.agencies.values()]


def _rules(source: Source) -> list[Node]:
    return [
        node for scheme in source.content.schemes.values() for node in rules.scheme_nodes(source.at, scheme)
    ]


async def graph(source: Source, name: str, spelling: str) -> AsyncIterator[bytes]:
    """The file `name` of GRAPHS in that spelling."""
    writer, known = Writer(spelling), await known_of(source)
    at, whole = source.at, name == "catalogue"
    yield writer.head()
    if whole:
        async with source.db.transaction(read_only=True) as conn:
            loaded = await catalogue_store.loaded_catalogue(conn)
        yield writer.write(dataset_nodes(at, known.place, loaded.loaded if loaded else None), shared=True)
    if name in ("catalogue", "services", "agencies", "offerings"):
        yield writer.write(_ground(source, known), shared=True)
    if name in ("catalogue", "fields"):
        yield writer.write(cpsv.field_nodes(at, known.fields.values(), known.place.language), shared=True)
    if name in ("catalogue", "agencies"):
        yield writer.write(_agencies(source, known), shared=True)
    if name in ("catalogue", "schemes"):
        yield writer.write(_rules(source), shared=True)
    if name in ("catalogue", "services"):
        async for piece in _services(source, known, writer):
            yield piece
    if name in ("catalogue", "offerings"):
        async for piece in _offerings(source, writer):
            yield piece
    yield writer.tail()


async def one_service(source: Source, spelling: str) -> AsyncIterator[bytes]:
    """One service with everything it points to, and its offerings."""
    writer, known = Writer(spelling), await known_of(source)
    yield writer.head()
    yield writer.write(rules.level_nodes(source.at, source.content.scheme), shared=True)
    async for piece in _services(source, known, writer):
        yield piece
    async for piece in _offerings(source, writer):
        yield piece
    yield writer.tail()


async def one_agency(source: Source, code: str, spelling: str) -> AsyncIterator[bytes]:
    """One agency, and what it offers at which level."""
    writer, known = Writer(spelling), await known_of(source)
    yield writer.head()
    nodes = [
        cpsv.place_node(source.at, known.place),
        cpsv.agency_node(source.at, known.agencies[code], known.place),
        *rules.level_nodes(source.at, source.content.scheme),
    ]
    yield writer.write(nodes, shared=True)
    async for piece in _offerings(source, writer):
        yield piece
    yield writer.tail()


def only(codes: Sequence[str] | None, agency: str = "") -> Narrowed:
    """These services, or this agency, today."""
    return Narrowed(None if codes is None else tuple(codes), agency)
