"""Agencies, fields and services: reading them, and loading a catalogue in one go."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import msgspec

from lenmuc.core.services import Agency, Field, Service
from lenmuc.core.text import fold, sort_key
from lenmuc.store.queries import Connection, queries

Q = queries("catalogue")


class AgencyRow(msgspec.Struct, frozen=True):
    """An agency in a list, with its offerings by assessed level (exclusive counts)."""

    code: str
    name: str
    name_en: str
    kind: str
    tier: str
    offerings: int
    none: int
    one: int
    two: int
    three: int
    four: int


class AgencyName(msgspec.Struct, frozen=True):
    """An agency to choose from."""

    code: str
    name: str
    name_en: str
    kind: str
    tier: str


class LoadedCatalogue(msgspec.Struct, frozen=True):
    """Which place is loaded, when, from which state of the files, and by which mapping (empty: from the
    program's files alone; then the names are empty too).
    """

    place: str
    loaded: dt.datetime
    digest: str
    mapping: str = ""
    name: str = ""
    name_en: str = ""
    language: str = "vi"


async def find_service(conn: Connection, code: str) -> Service | None:
    """The service with this code."""
    return await Q.one(conn, "find_service", Service, code)


async def all_services(conn: Connection) -> list[Service]:
    """Every service, by code."""
    return await Q.all(conn, "all_services", Service)


async def some_services(conn: Connection, codes: Iterable[str]) -> dict[str, Service]:
    """The services with these codes, by code; a code that nobody has is left out."""
    return {s.code: s for s in await Q.all(conn, "some_services", Service, list(codes))}


async def find_agency(conn: Connection, code: str) -> Agency | None:
    """The agency with this code."""
    return await Q.one(conn, "find_agency", Agency, code)


async def find_field(conn: Connection, code: str) -> Field | None:
    """The field with this code."""
    return await Q.one(conn, "find_field", Field, code)


async def all_fields(conn: Connection) -> list[Field]:
    """Every field in Vietnamese alphabetical order."""
    return await Q.all(conn, "all_fields", Field)


async def list_agencies(conn: Connection, code: str | None = None, name: str = "") -> list[AgencyRow]:
    """Agencies with their level counts: city bodies first, then wards, in Vietnamese alphabetical order."""
    return await Q.all(conn, "list_agencies", AgencyRow, code, fold(name) or None)


async def agency_names(conn: Connection) -> list[AgencyName]:
    """Every agency without its counts, in the order of `list_agencies`: to choose from."""
    return await Q.all(conn, "agency_names", AgencyName)


async def loaded_catalogue(conn: Connection) -> LoadedCatalogue | None:
    """What is loaded, or `None` before the first load."""
    return await Q.one(conn, "loaded_catalogue", LoadedCatalogue)


async def _staging(conn: Connection, noun: str, records: Iterable[tuple[Any, ...]]) -> None:
    """Copy `records` into a table that lives as long as the transaction; columns as in the real one."""
    table = f"incoming_{noun}"
    await conn.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
    await conn.execute(f"CREATE TEMP TABLE {table} (LIKE {noun} INCLUDING DEFAULTS) ON COMMIT DROP")
    if noun == "offering":
        await conn.execute(f"ALTER TABLE {table} DROP COLUMN id")
        columns = ["service", "agency", "filings", "filings_illustrative", "level", "missing"]
        await conn.copy_records_to_table(table, records=records, columns=columns)
        return
    own = [*Service.__struct_fields__, "sort_key", "filings", "levels"] if noun == "service" else None
    await conn.copy_records_to_table(table, records=records, columns=own)


async def load_agencies(conn: Connection, agencies: Iterable[Agency]) -> None:
    """Insert or update every agency."""
    records = [
        (*(getattr(a, name) for name in a.__struct_fields__), sort_key(a.name), fold(f"{a.name} {a.name_en}"))
        for a in agencies
    ]
    await _staging(conn, "agency", records)
    await Q.run(conn, "merge_agencies")


async def load_fields(conn: Connection, fields: Iterable[Field]) -> None:
    """Insert or update every field."""
    await _staging(conn, "field", [(f.code, f.name, f.name_en, sort_key(f.name)) for f in fields])
    await Q.run(conn, "merge_fields")


async def load_services(conn: Connection, services: Iterable[Service]) -> None:
    """Insert or update every service."""
    records = [
        (
            *(getattr(s, name) for name in s.__struct_fields__),
            sort_key(s.name.removeprefix("Thủ tục ")),
            0,
            [],
        )
        for s in services
    ]
    await _staging(conn, "service", records)
    await Q.run(conn, "merge_services")


async def load_offerings(
    conn: Connection, records: Iterable[tuple[str, str, int | None, bool, int, list[str]]], scheme: str
) -> None:
    """Insert offerings as (service, agency, filings, illustrative, level, missing); levels of old ones
    stay.
    """
    await _staging(conn, "offering", records)
    await Q.run(conn, "merge_offerings")
    await first_levels(conn, scheme)
    await roll_up_services(conn)


async def first_levels(conn: Connection, scheme: str) -> None:
    """Begin the history of every offering that has none."""
    await Q.run(conn, "first_levels", scheme)


async def roll_up_services(conn: Connection, service: str = "") -> None:
    """Bring the services' levels and filings up to date with their offerings: of all, or of one."""
    await Q.run(conn, "roll_up_services", service or None)


async def record_loading(
    conn: Connection,
    place: str,
    digest: str,
    mapping: str = "",
    name: str = "",
    name_en: str = "",
    language: str = "vi",
) -> None:
    """Remember what is loaded now: which files, which mapping brought more in, and its language."""
    await Q.run(conn, "record_loading", place, digest, mapping, name, name_en, language)
