"""What pages show of the public's voice: satisfaction by quarter, and questions that were accepted."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

from lenmuc.core.checklists import Criterion, Scheme
from lenmuc.core.corrections import WORKING_DAYS, Clock, clock
from lenmuc.core.satisfaction import (
    CONTENTS,
    ENOUGH,
    Quarter,
    Tally,
    quarter_of,
    shown,
    shown_agencies,
    total,
)
from lenmuc.store import corrections as corrections_store
from lenmuc.store import satisfaction as satisfaction_store
from lenmuc.store.corrections import Public
from lenmuc.store.queries import Connection
from lenmuc.store.satisfaction import BySum, Cells
from lenmuc.web.reviews import today

QUARTERS = 8  # that pages go back
LISTED = 20  # questions on the page of a service
NONE = Tally()
T = TypeVar("T")


class QuarterRow(msgspec.Struct, frozen=True):
    """What may be shown of one quarter, or of the `year` so far: by content, none where hidden."""

    quarter: Quarter | None
    year: int
    tallies: tuple[Tally | None, ...]


class Satisfaction(msgspec.Struct, frozen=True):
    """Satisfaction as a page shows it. `rows`: quarters, the newest first, then the year so far.

    `latest` is the newest of them, `None` when there is nothing to show. `next` is the day from which the
    quarter that runs now is shown.
    """

    latest: QuarterRow | None
    rows: tuple[QuarterRow, ...]
    next: dt.date
    enough: int = ENOUGH


class Question(msgspec.Struct, frozen=True):
    """A question that was accepted, the criterion it names, and the clock of its answer."""

    said: Public
    criterion: Criterion | None
    clock: Clock


class Voice(msgspec.Struct, frozen=True):
    """What the page of a service shows. `wanted`: there is something below level 3 to wish for."""

    satisfaction: Satisfaction
    questions: tuple[Question, ...]
    asked: int
    wanted: bool
    days: int = WORKING_DAYS


def years_back(day: dt.date) -> dt.date:
    """The first day of the oldest quarter that is shown on that day."""
    quarter = quarter_of(day)
    months = quarter.year * 12 + quarter.first.month - 1 - 3 * QUARTERS
    return dt.date(months // 12, months % 12 + 1, 1)


def satisfaction(
    found: Mapping[Quarter, Mapping[str, T]], day: dt.date, pick: Callable[[T], Tally | None]
) -> Satisfaction:
    """The counts of quarters that are over as a page shows them on `day`; `pick` says what may be shown."""
    rows = []
    for quarter, contents in found.items():
        tallies = tuple(pick(contents[content]) if content in contents else None for content in CONTENTS)
        if any(tallies):
            rows.append(QuarterRow(quarter, quarter.year, tallies))
    latest = rows[0] if rows else None
    this_year = [row for row in rows if row.year == day.year]
    if len(this_year) > 1:
        sums = (total(row.tallies[place] or NONE for row in this_year) for place in range(len(CONTENTS)))
        rows.append(QuarterRow(None, day.year, tuple(each if each.answers else None for each in sums)))
    return Satisfaction(latest, tuple(rows), quarter_of(day).after)


def of_offering(service: str, agency: str) -> Callable[[Cells], Tally | None]:
    """What may be shown of one offering."""
    return lambda cells: shown(cells).get((service, agency))


def of_offerings(cells: Cells) -> Tally | None:
    """The sum of the offerings that may be shown by themselves."""
    found = total(shown(cells).values())
    return found if found.answers else None


def of_agency(agency: str) -> Callable[[BySum], Tally | None]:
    """What may be shown of one agency."""
    return lambda sums: shown_agencies(sums).get(agency)


async def satisfaction_with(conn: Connection, *, service: str = "", agency: str = "") -> Satisfaction:
    """With one offering, with a service at all agencies, or with everything that an agency offers."""
    day = today()
    if service:
        cells = await satisfaction_store.of_service(conn, service, agency, years_back(day))
        return satisfaction(cells, day, of_offering(service, agency) if agency else of_offerings)
    sums = await satisfaction_store.by_agency(conn, years_back(day), agency)
    return satisfaction(sums, day, of_agency(agency))


def questions(scheme: Scheme, said: list[Public]) -> tuple[Question, ...]:
    """With the criterion that each names, as far as this scheme has it, and its clock."""
    criteria = {each.id: each for each in scheme.criteria}
    return tuple(
        Question(each, criteria.get(each.criterion), clock(each.day, each.answered or today()))
        for each in said
    )


async def voice_of(conn: Connection, scheme: Scheme, service: str, agency: str, below: bool) -> Voice:
    """All of it for one service; `agency` empty: at all agencies. `below`: some level is under 3."""
    said = await corrections_store.public_corrections(conn, service, agency, LISTED)
    return Voice(
        await satisfaction_with(conn, service=service, agency=agency),
        questions(scheme, said),
        said[0].total if said else 0,
        below,
    )
