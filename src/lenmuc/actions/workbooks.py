"""The workbook of an agency: which rows it holds, and what a filled one would change."""

from collections.abc import Iterable, Sequence

import msgspec

from lenmuc.core.answers import Identity
from lenmuc.core.bulk import OwnAnswer, Place, answerable, counting
from lenmuc.core.checklists import Criterion, Scheme
from lenmuc.core.readiness import settle
from lenmuc.core.services import Service, facts
from lenmuc.core.workbook import EMPTY, ROWS, CellFault, Comparison, Filled, Row, compare
from lenmuc.store import answers as answers_store
from lenmuc.store import batches as batches_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store.queries import Connection


class Asked(msgspec.Struct, frozen=True):
    """A criterion that an agency may answer for a service: what it has said itself, and what counts now."""

    service: Service
    criterion: Criterion
    own: OwnAnswer | None
    counts: str

    @property
    def row(self) -> Row:
        """The row of the workbook."""
        return Row(self.service.code, self.criterion.id, self.own.form if self.own else EMPTY)


async def to_fill(
    conn: Connection, scheme: Scheme, who: Identity, field: str, level: int | None
) -> tuple[list[Asked], bool]:
    """What a workbook of one field or level asks, and whether it was too much for one and was cut.

    Left out is what the record settles: criteria it makes void, and those it answers unless somebody has
    said something else.
    """
    rows, _ = await offerings_store.offerings_of_agency(conn, who.agency, level=level, field=field, size=ROWS)
    codes = sorted(row.service for row in rows)
    services = await catalogue_store.some_services(conn, codes)
    own = {answer.place: answer for answer in await batches_store.answers_of(conn, who.agency, codes)}
    stored = await answers_store.every_value(conn, "", who.agency)
    values = {(row["criterion"], row["agency"], row["service"]): row["value"] for row in stored}
    criteria = answerable(scheme)
    found: list[Asked] = []
    for code in codes:
        settled = settle(scheme, facts(services[code]))
        for criterion in criteria:
            bit = 1 << scheme.index[criterion.id]
            value, layer = counting(values, criterion.id, who.agency, code)
            if not settled.not_applicable & bit and (layer or not settled.met & bit):
                mine = own.get((code, criterion.id))
                found.append(Asked(services[code], criterion, mine, value or "unknown"))
    return found[:ROWS], len(found) > ROWS


async def against_now(
    conn: Connection, scheme: Scheme, who: Identity, filled: Sequence[Filled]
) -> tuple[Comparison, list[CellFault]]:
    """A filled workbook beside what is stored now; foreign services are told like missing ones."""
    offered = {row["service"] for row in await offerings_store.every_offering(conn, agency=who.agency)}
    codes = sorted({one.was.service for one in filled if one.changed} & offered)
    stored = await batches_store.answers_of(conn, who.agency, codes)
    now = {answer.place: answer.form for answer in stored}
    return compare(filled, now, await _open(conn, scheme, codes))


async def _open(conn: Connection, scheme: Scheme, codes: Iterable[str]) -> frozenset[Place]:
    """Every place that the agency may answer for these services: all that the facts do not make void."""
    services = await catalogue_store.some_services(conn, codes)
    criteria = answerable(scheme)
    voids = {service.code: scheme.not_applicable(facts(service)) for service in services.values()}
    return frozenset(
        (code, criterion.id)
        for code, void in voids.items()
        for criterion in criteria
        if not void >> scheme.index[criterion.id] & 1
    )
