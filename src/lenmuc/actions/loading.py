"""Loading the starting catalogue: agencies, fields, services, then every offering with its first level."""

import asyncio
import time
from collections.abc import Callable

import msgspec

from lenmuc.actions.levels import recompute
from lenmuc.actions.statuses import note_changed_facts, settled_reviews
from lenmuc.content.catalogue import offerings
from lenmuc.content.everything import Content
from lenmuc.core.answers import Target
from lenmuc.core.readiness import assess_all, ids, layers, settle
from lenmuc.core.services import facts, illustrative_filings
from lenmuc.store import answers as answers_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import counts as counts_store
from lenmuc.store.database import PROGRAM, Database


class Loaded(msgspec.Struct, frozen=True):
    """What a load brought in, and how long it took in seconds."""

    services: int
    agencies: int
    offerings: int
    seconds: float


def digest(content: Content) -> str:
    """What tells one state of the files from another: the catalogue, and the schemes that levels are kept
    by.
    """
    return " ".join((content.catalogue.digest, *(scheme.id for scheme in content.kept)))


async def is_loaded(db: Database, content: Content) -> bool:
    """Whether the database holds exactly the files of this program."""
    async with db.transaction(PROGRAM, read_only=True) as conn:
        loaded = await catalogue_store.loaded_catalogue(conn)
    return loaded is not None and loaded.digest == digest(content)


def _offering_records(content: Content) -> list[tuple[str, str, int | None, bool, int, list[str]]]:
    catalogue, scheme = content.catalogue, content.scheme
    pairs = offerings(catalogue)
    settled = {service.code: settle(scheme, facts(service)) for service in catalogue.services}
    results = assess_all(
        scheme, [(service, agency) for service, agency, _ in pairs], settled, layers(scheme, [])
    )
    missing = {result.missing: ids(scheme, result.missing) for result in results}
    known = catalogue.illustrative_filings
    return [
        (
            service,
            agency,
            illustrative_filings(service, agency, tier, known),
            True,
            result.level,
            missing[result.missing],
        )
        for (service, agency, tier), result in zip(pairs, results, strict=True)
    ]


async def load(db: Database, content: Content, say: Callable[[str], None]) -> Loaded:
    """Bring the database to the state of the files, in one transaction.

    Answers stay; every level follows from them and the new records. Nothing is deleted.
    """
    started = time.monotonic()
    catalogue = content.catalogue
    say(f"catalogue: {len(catalogue.services):,} services, {len(catalogue.agencies)} agencies")
    records = await asyncio.to_thread(_offering_records, content)
    async with db.transaction(PROGRAM) as conn:
        await answers_store.lock_all(conn)
        before = await catalogue_store.loaded_catalogue(conn)
        if before is not None and before.mapping:
            # What was brought in is not put back to the files of the program; only the levels follow them.
            await recompute(conn, content.kept, Target(), "catalogue loaded")
            await catalogue_store.record_loading(
                conn, before.place, digest(content), before.mapping, before.name, before.name_en,
                before.language,
            )  # fmt: skip
            say(f"the registry that {before.mapping} brought in stays as it is")
            return Loaded(0, 0, 0, time.monotonic() - started)
        reviewed = await settled_reviews(conn, content.scheme)
        await catalogue_store.load_agencies(conn, catalogue.agencies)
        await catalogue_store.load_fields(conn, catalogue.fields)
        await catalogue_store.load_services(conn, catalogue.services)
        say(f"offerings: {len(records):,}")
        await catalogue_store.load_offerings(conn, records, content.scheme.id)
        await counts_store.feed_years(conn)
        moved = (await recompute(conn, content.kept, Target(), "catalogue loaded")).main
        if moved.touched:
            say(f"levels: {moved.rose:,} rose and {moved.fell:,} fell, because the records changed")
        due = await note_changed_facts(conn, content.scheme, reviewed)
        if due:
            say(f"reviews: the record changed under {due:,}")
        await catalogue_store.record_loading(conn, catalogue.place.code, digest(content))
    seconds = time.monotonic() - started
    say(f"loaded in {seconds:.1f} s")
    return Loaded(len(catalogue.services), len(catalogue.agencies), len(records), seconds)
