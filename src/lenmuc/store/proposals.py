"""Answers “does not apply” that nobody has decided, wherever they stand."""

import datetime as dt

import msgspec

from lenmuc.core.answers import Target
from lenmuc.store.queries import Connection, queries

Q = queries("proposals")


class Proposal(msgspec.Struct, frozen=True):
    """One of them. `agency` and `service` say where it stands, as an answer does; so do the names.

    `person` is the number of whoever gave it, `by` the name.
    """

    criterion: str
    agency: str
    service: str
    justification: str
    version: int
    by: str
    at: dt.datetime
    person: int
    service_name: str
    service_name_en: str
    agency_name: str
    agency_name_en: str

    @property
    def target(self) -> Target:
        """Where it stands."""
        return Target(self.agency, self.service)


async def count_proposals(conn: Connection, agency: str) -> int:
    """How many wait: of one agency, or with an empty code of all."""
    return int(await Q.value(conn, "count_proposals", agency))


async def open_proposals(conn: Connection, agency: str, page: int, size: int) -> list[Proposal]:
    """One page of them, the longest wait first; of one agency, or with an empty code of all."""
    return await Q.all(conn, "open_proposals", Proposal, agency, size, (page - 1) * size)
