"""Estimates of what meeting a criterion takes: the newest of a place counts, the others are its history."""

import datetime as dt

import msgspec

from lenmuc.core.roadmap.inputs import Estimate
from lenmuc.store.queries import Connection, queries

Q = queries("estimates")


class SaidEstimate(msgspec.Struct, frozen=True):
    """One version of an estimate, with who said it, when and why; see `Estimate` for its figures."""

    criterion: str
    agency: str
    service: str
    version: int
    days: float | None
    cost: float | None
    earliest: str
    latest: str
    reason: str
    by: str
    at: dt.datetime

    @property
    def empty(self) -> bool:
        """Whether it says that the set of rules counts again."""
        return self.days is None and self.cost is None and not self.earliest and not self.latest

    @property
    def plain(self) -> Estimate:
        """Its figures alone."""
        return Estimate(
            self.criterion, self.agency, self.service, self.days, self.cost, self.earliest, self.latest
        )


async def add_estimate(conn: Connection, said: Estimate, version: int, reason: str, person: int) -> bool:
    """Store a version of an estimate; false when there is one with this number already."""
    added = await Q.run(
        conn, "add_estimate", said.criterion, said.agency, said.service, version, said.days, said.cost,
        said.earliest, said.latest, reason, person,
    )  # fmt: skip
    return added == 1


async def current_estimates(conn: Connection, criterion: str | None = None) -> list[SaidEstimate]:
    """What counts today, everywhere that one may see, of one criterion or of all."""
    return await Q.all(conn, "current_estimates", SaidEstimate, criterion)


async def history_of_estimates(conn: Connection, criterion: str) -> list[SaidEstimate]:
    """The last fifty versions of a criterion's estimates, the newest first."""
    return await Q.all(conn, "history_of_estimates", SaidEstimate, criterion)


async def newest_version(conn: Connection, said: Estimate) -> int:
    """The number of the newest version of a place; 0 when nobody has said anything there."""
    return int(await Q.value(conn, "newest_version", said.criterion, said.agency, said.service))
