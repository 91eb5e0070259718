"""Bringing somebody else's registry in: read it by its mapping, show what would happen, then do it."""

import asyncio
import datetime as dt
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec

from lenmuc import paths
from lenmuc.actions.levels import recompute
from lenmuc.actions.loading import digest, load
from lenmuc.actions.statuses import note_changed_facts, settled_reviews
from lenmuc.content.catalogue import offerings
from lenmuc.content.everything import Content
from lenmuc.content.mappings import find_mapping, shipped
from lenmuc.content.reading import Reading, Seen, read
from lenmuc.core.answers import Target
from lenmuc.core.errors import N_, Conflict
from lenmuc.core.mappings import Known, Mapping
from lenmuc.core.quality import Flaw, flaws
from lenmuc.core.readiness import assess_all, ids, layers, settle_all
from lenmuc.core.registry import Gathered, Note, lineage
from lenmuc.core.registry_rows import Record
from lenmuc.core.services import Agency, Field, Service, facts
from lenmuc.core.text import fold
from lenmuc.store import answers as answers_store
from lenmuc.store import audit
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import counts as counts_store
from lenmuc.store import imports as imports_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.imports import Counts, Offered
from lenmuc.store.queries import Connection

NO_FIELD = Field("unknown", "Chưa rõ lĩnh vực", "Field not known")


def nameable(content: Content) -> Known:
    """What a mapping may name: the schemes that a level column may speak of, the points of registries."""
    return Known((content.scheme.id,), {points.id: points.ids for points in content.points.values()})


def mappings(content: Content) -> dict[str, Mapping]:
    """The mappings that come with the program. Raises `ContentError` when one has a mistake."""
    return shipped(paths.catalogue(), nameable(content))


def mapping_named(content: Content, named: str) -> Mapping:
    """The shipped mapping of that name, or the one at that path. Raises `ContentError`."""
    return find_mapping(named, paths.catalogue(), nameable(content))


class Report(msgspec.Struct, frozen=True):
    """What an import did, or would do (`run` is 0 then, and when nothing changed). Rows are refused, cells
    repaired.
    """

    mapping: str
    run: int
    total: int
    counts: Counts
    refused: int
    repaired: int
    notes: tuple[Note, ...]
    said: tuple[str, ...]


def _field_code(name: str) -> str:
    plain = fold(name).replace(" ", "-").replace(".", "")[:40].strip("-")
    return plain if plain.isascii() and plain else f"f{hashlib.sha256(name.encode()).hexdigest()[:10]}"


def _fields(records: Sequence[Record], known: Sequence[Field]) -> tuple[dict[str, str], list[Field]]:
    """(code by name, the new fields): a name is known when it folds to the same."""
    codes = {fold(field.name): field.code for field in known} | {field.code: field.code for field in known}
    new: dict[str, Field] = {}
    found = {"": NO_FIELD.code}
    for record in records:
        name = record.service.field
        if name in found:
            continue
        code = codes.get(name) or codes.get(fold(name)) or _field_code(name)
        found[name] = code
        if code not in codes.values():
            new[code] = Field(code, name, record.field_en)
    if any(not record.service.field for record in records) and NO_FIELD.code not in codes:
        new[NO_FIELD.code] = NO_FIELD
    return found, list(new.values())


def _agencies(records: Sequence[Record], known: set[str], today: dt.date) -> list[Agency]:
    """The agencies that nobody knows yet; the first name that says something counts."""
    new: dict[str, Agency] = {}
    for record in records:
        code = record.agency
        if code and code not in known and code not in new:
            name = record.agency_name or code
            new[code] = Agency(
                code, name[:300], record.agency_name_en[:300], "other", "ministry", "", "", today, None, ""
            )
    return list(new.values())


def _offered(
    content: Content, mapping: Mapping, records: Sequence[Record], services: Sequence[Service]
) -> list[Offered]:
    """Who offers what, with the level that each record alone supports."""
    beside = {record.service.code: record for record in records}
    if mapping.offered == "jurisdictions":
        whole = msgspec.structs.replace(content.catalogue, services=tuple(services))
        pairs = [(service, agency) for service, agency, _ in offerings(whole)]
    elif mapping.offered == "agency":
        pairs = [(record.service.code, record.agency) for record in records if record.agency]
    else:
        pairs = []
    scheme = content.scheme
    settled = settle_all(scheme, ((service.code, facts(service)) for service in services))
    results = assess_all(scheme, pairs, settled, layers(scheme, []))
    missing: dict[int, list[str]] = {}
    found: list[Offered] = []
    for (service, agency), result in zip(pairs, results, strict=True):
        lacks = missing.get(result.missing)
        if lacks is None:
            lacks = missing[result.missing] = ids(scheme, result.missing)
        record = beside[service]
        found.append(
            Offered(
                service, agency, record.filings, False, record.filings_online, record.declared, result.level,
                lacks,
            )
        )  # fmt: skip
    return found


async def _same_place(conn: Connection, mapping: Mapping) -> bool:
    """Whether something is loaded. Raises `Conflict` when it is another place's."""
    loaded = await catalogue_store.loaded_catalogue(conn)
    if loaded is not None and loaded.place != mapping.place.code:
        raise Conflict(
            N_(
                "This installation holds the services of %(here)s, and the mapping speaks of %(there)s. "
                "One installation holds one place: bring it into an empty one (another LENMUC_DATA)."
            ),
            here=loaded.name_en or loaded.place,
            there=mapping.place.name_en,
        )
    return loaded is not None


async def bring_in(
    db: Database,
    content: Content,
    mapping: Mapping,
    files: Sequence[Path],
    today: dt.date,
    *,
    dry: bool = False,
    seen: Seen = lambda _: None,
    say: Callable[[str], None] = lambda _: None,
) -> Report:
    """Read `files` by `mapping` and bring the catalogue to what they say, as `write` does.

    Raises `ContentError` for files that cannot be read, `Conflict` when another place is loaded.
    """
    reading = await asyncio.to_thread(read, mapping, files, seen)
    names = [file.name for file in files]
    return await write(db, content, mapping, reading, names, today, dry=dry, say=say)


async def write(
    db: Database,
    content: Content,
    mapping: Mapping,
    reading: Reading,
    names: Sequence[str],
    today: dt.date,
    *,
    dry: bool = False,
    person: int | None = None,
    expected: Counts | None = None,
    keep: Callable[[Connection, Report], Awaitable[None]] | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Report:
    """Bring the catalogue to what was read from the files called `names`, in one transaction; with `dry` only
    count. The same again changes nothing, and neither does what would do something else than `expected`.
    `keep` is told in the same transaction.

    Raises `Conflict` when another place is loaded.
    """
    found = reading.gathered
    async with db.transaction(PROGRAM, read_only=True) as conn:
        loaded = await _same_place(conn, mapping)
    if not loaded and not dry and mapping.place.code == content.catalogue.place.code:
        await load(db, content, say)
    async with db.transaction(PROGRAM) as conn:
        if not dry:
            await answers_store.lock_all(conn)
        await _same_place(conn, mapping)
        counts, new_fields, services = await _compare(conn, content, mapping, found)
        run = 0
        if counts.changes and not dry and expected in (None, counts):
            await catalogue_store.load_fields(conn, new_fields)
            run = await _carry_out(
                conn, content, mapping, found, services, counts, names, reading.digest, person, today
            )
        report = Report(
            mapping.id, run, found.total, counts, found.count("refused"), found.count("repaired"),
            tuple(found.notes), reading.sample.said,
        )  # fmt: skip
        if keep is not None:
            await keep(conn, report)
    return report


async def _compare(
    conn: Connection, content: Content, mapping: Mapping, read: Gathered
) -> tuple[Counts, list[Field], list[Service]]:
    """Put what came in beside the catalogue: what it would do, the fields that are new, the services."""
    records = [record for record, _ in read.found.values()]
    known = await catalogue_store.all_fields(conn)
    codes, fields = await asyncio.to_thread(_fields, records, known)
    services = [
        msgspec.structs.replace(record.service, field=codes[record.service.field]) for record in records
    ]
    offered = await asyncio.to_thread(_offered, content, mapping, records, services)
    counts = await imports_store.stage(
        conn,
        (
            (service, record.valid_to, record.stated)
            for service, record in zip(services, records, strict=True)
        ),
        offered,
        mapping.kept,
        mapping.id if mapping.ended == "end" else "-",
        sorted(read.refused),
        [old for old, _, _ in lineage(records)],
        mapping.offered != "nobody",
    )
    return counts, fields, services


async def _carry_out(
    conn: Connection,
    content: Content,
    mapping: Mapping,
    read: Gathered,
    services: Sequence[Service],
    counts: Counts,
    files: Sequence[str],
    whole: str,
    person: int | None,
    today: dt.date,
) -> int:
    reviewed = await settled_reviews(conn, content.scheme)
    records = [record for record, _ in read.found.values()]
    known = await imports_store.known_agencies(conn)
    await catalogue_store.load_agencies(conn, _agencies(records, known, today))
    run = await imports_store.add_run(
        conn, mapping.id, files, whole, person, read.total, counts, read.count("refused"),
        read.count("repaired"), read.notes,
    )  # fmt: skip
    with_offerings = mapping.offered != "nobody"
    await imports_store.write(
        conn, run, mapping.id, sorted(read.refused), today,
        ends=mapping.ended == "end", with_offerings=with_offerings,
    )  # fmt: skip
    pairs = lineage(records)
    if pairs:
        await imports_store.write_lineage(conn, run, pairs, today)
        await imports_store.end_offerings(conn, today, with_offerings=False)
    await catalogue_store.first_levels(conn, content.scheme.id)
    changed = list(services)
    if counts.fresh < len(services):
        fresh = await imports_store.fresh_codes(conn)
        changed = [service for service in services if service.code in fresh]
    changed += await imports_store.changed_services(conn)
    await recompute(conn, content.kept, Target(), f"import {mapping.id}", only=changed)
    await counts_store.feed_years(conn)
    await catalogue_store.roll_up_services(conn)
    await note_changed_facts(conn, content.scheme, reviewed)
    place = mapping.place
    await catalogue_store.record_loading(
        conn, place.code, digest(content), mapping.id, place.name, place.name_en, place.language
    )
    after = {"mapping": mapping.id, **{f"services_{k}": v for k, v in msgspec.to_builtins(counts).items()}}
    await audit.record(conn, person=person, action="import", target=f"import {run}", after=after)
    return run


async def data_flaws(db: Database) -> list[Flaw]:
    """What is wrong with the records that are loaded and in force."""
    async with db.transaction(PROGRAM, read_only=True) as conn:
        now = await imports_store.in_force(conn)
        services = [service for service in await catalogue_store.all_services(conn) if service.code in now]
        volumes = await imports_store.volumes(conn)
    return await asyncio.to_thread(flaws, services, volumes)
