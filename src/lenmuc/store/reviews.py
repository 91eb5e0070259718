"""Reviews of checklists with their remarks, and where declared, assessed and used levels differ."""

import datetime as dt
from collections.abc import Mapping, Sequence

import asyncpg
import msgspec

from lenmuc.core.reviews import Standing, State
from lenmuc.store.queries import Connection, queries

Q = queries("reviews")


class Review(msgspec.Struct, frozen=True):
    """One review as it stands. `level` is what was claimed when it was submitted.

    `rests_on` are the criteria whose answers carry it. What was verified last stays beside a new submission.
    """

    id: int
    service: str
    agency: str
    scheme: str
    state: State
    level: int
    version: int
    rests_on: tuple[str, ...]
    submitted_by: int
    submitted_name: str
    submitted_at: dt.datetime
    verified_name: str
    verified_at: dt.datetime | None
    verified_until: dt.date | None
    verified_level: int | None
    changed: dt.date | None
    changed_what: str

    def standing(self, level: int) -> Standing:
        """What its status follows from; `level` is the level assessed now."""
        return Standing(
            level,
            self.state,
            self.verified_at,
            self.verified_until,
            self.verified_level,
            self.changed,
            self.changed_what,
        )


class PublicStanding(msgspec.Struct, frozen=True):
    """A review as far as its status asks; the fields are those of `Standing`."""

    service: str
    agency: str
    level: int
    state: State
    verified_at: dt.datetime | None
    verified_until: dt.date | None
    verified_level: int | None
    changed: dt.date | None
    changed_what: str

    @property
    def standing(self) -> Standing:
        """As the rules read it."""
        return Standing(
            self.level,
            self.state,
            self.verified_at,
            self.verified_until,
            self.verified_level,
            self.changed,
            self.changed_what,
        )


class Waiting(msgspec.Struct, frozen=True):
    """A submission in the inbox; `leads` counts the agency's leads who may verify it.

    `remarks` counts those that are still open.
    """

    id: int
    service: str
    agency: str
    level: int
    submitted_at: dt.datetime
    submitted_name: str
    filings: int | None
    filings_illustrative: bool
    service_name: str
    service_name_en: str
    agency_name: str
    agency_name_en: str
    submitted_by: int
    remarks: int
    leads: int


class Remark(msgspec.Struct, frozen=True):
    """What a reviewer wrote at a criterion; `settled` is when it was taken as done."""

    id: int
    criterion: str
    text: str
    by: str
    at: dt.datetime
    settled: dt.datetime | None


class Disagreeing(msgspec.Struct, frozen=True):
    """An offering whose declared, assessed and used levels differ; `None` is unknown."""

    id: int
    service: str
    agency: str
    service_name: str
    service_name_en: str
    agency_name: str
    agency_name_en: str
    declared: int | None
    level: int
    online_filings: int | None
    filings: int | None
    filings_illustrative: bool


class Disagreements(msgspec.Struct, frozen=True):
    """Offerings that differ, those with a declared level, those with counted online filings, and all."""

    differing: int
    declared: int
    counted: int
    total: int


async def find_review(conn: Connection, id: int) -> Review | None:
    """The review with this number."""
    return await Q.one(conn, "find_review", Review, id)


async def review_of(conn: Connection, service: str, agency: str, scheme: str) -> Review | None:
    """The review of one offering under one scheme; `None` while nobody has submitted it."""
    return await Q.one(conn, "review_of", Review, service, agency, scheme)


async def lock_review(conn: Connection, service: str, agency: str, scheme: str) -> Review | None:
    """As `review_of`, held until the transaction ends."""
    await Q.value(conn, "lock_review", service, agency, scheme)
    return await review_of(conn, service, agency, scheme)


async def standings(
    conn: Connection, scheme: str, *, service: str = "", agency: str = "", ids: Sequence[int] | None = None
) -> dict[tuple[str, str], Standing]:
    """(service, agency) -> standing, of a service, of an agency or of some offerings; drafts are left out."""
    wanted = (service or None, agency or None, list(ids) if ids is not None else None)
    rows = await Q.all(conn, "standings", PublicStanding, scheme, *wanted)
    return {(row.service, row.agency): row.standing for row in rows}


async def first_submission(
    conn: Connection,
    place: tuple[str, str, str],
    state: State,
    level: int,
    rests_on: Sequence[str],
    person: int,
) -> bool:
    """Note the first submission of (service, agency, scheme); false when there is one already."""
    return await Q.run(conn, "first_submission", *place, state, level, list(rests_on), person) == 1


async def submit_again(
    conn: Connection, id: int, state: State, level: int, rests_on: Sequence[str], person: int
) -> None:
    """Note another submission; what was verified before stays beside it."""
    await Q.run(conn, "submit_again", id, state, level, list(rests_on), person)


async def set_state(conn: Connection, id: int, state: State) -> None:
    """Withdraw or return it."""
    await Q.run(conn, "set_state", id, state)


async def verify(
    conn: Connection, id: int, state: State, level: int, rests_on: Sequence[str], person: int, until: dt.date
) -> None:
    """Note that `level` was verified and holds through `until`."""
    await Q.run(conn, "verify", id, state, level, list(rests_on), person, until)


async def waiting(
    conn: Connection, scheme: str, *, agency: str = "", page: int = 1, size: int = 25
) -> list[Waiting]:
    """One page of submissions that wait, the oldest first."""
    return await Q.all(conn, "waiting", Waiting, scheme, agency or None, None, size, (page - 1) * size)


async def waiting_one(conn: Connection, scheme: str, id: int) -> Waiting | None:
    """The submission with this number while it waits."""
    return await Q.one(conn, "waiting", Waiting, scheme, None, id, 1, 0)


async def count_waiting(conn: Connection, scheme: str, agency: str = "") -> int:
    """How many submissions wait."""
    return int(await Q.value(conn, "count_waiting", scheme, agency or None))


async def own_answers(
    conn: Connection, person: int, rests_on: Sequence[str], agency: str, service: str
) -> int:
    """How many of the answers that carry an offering's checklist a person gave."""
    return int(await Q.value(conn, "own_answers", person, list(rests_on), agency, service))


async def remarks_of(conn: Connection, review: int) -> list[Remark]:
    """Every remark of a review, the oldest first."""
    return await Q.all(conn, "remarks_of", Remark, review)


async def add_remarks(
    conn: Connection, review: int, agency: str, person: int, remarks: Mapping[str, str]
) -> None:
    """Store remarks, given as criterion -> text."""
    await Q.run(conn, "add_remarks", review, agency, person, list(remarks), list(remarks.values()))


async def settle_remarks(conn: Connection, review: int, ids: Sequence[int] | None = None) -> None:
    """Take open remarks of a review as done: some, or all."""
    await Q.run(conn, "settle_remarks", review, list(ids) if ids is not None else None)


async def reviewed_services(conn: Connection, scheme: str) -> list[str]:
    """The codes of services that have a review."""
    return [row["service"] for row in await Q.rows(conn, "reviewed_services", scheme)]


async def resting_on_facts(
    conn: Connection, scheme: str, services: Sequence[str]
) -> Sequence[asyncpg.Record]:
    """(id, service, rests_on) of the reviews of these services."""
    return await Q.rows(conn, "resting_on_facts", scheme, list(services))


async def facts_changed(conn: Connection, ids: Sequence[int]) -> int:
    """Note on these reviews that the record under them changed today; how many."""
    return await Q.run(conn, "facts_changed", list(ids))


async def disagreeing(conn: Connection, page: int, size: int) -> list[Disagreeing]:
    """One page of offerings whose three values differ, those with the most filings first."""
    return await Q.all(conn, "disagreeing", Disagreeing, size, (page - 1) * size)


async def count_disagreeing(conn: Connection) -> Disagreements:
    """How many differ, and how many could be compared at all."""
    return await Q.one(conn, "count_disagreeing", Disagreements) or Disagreements(0, 0, 0, 0)
