"""Filings counted by service, agency and quarter: rows of a file, sums, figures of a quarter. Pure."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from lenmuc.core.errors import N_, Message
from lenmuc.core.figures import NOTHING, Figure, Ratio, Value
from lenmuc.core.satisfaction import Quarter
from lenmuc.core.sheets import RowFault, SheetRow, row_fault, whole_number

COLUMNS = ("service", "agency", "quarter", "filings")
OPTIONAL = ("online", "on_time", "paid_online")
FIRST_YEAR = 2011  # the first year that levels were defined for
_MOST = 2_000_000_000
Pair = tuple[str, str]  # a service and an agency


class Count(msgspec.Struct, frozen=True):
    """What one agency counted of one service in one quarter; `None` is not known, never 0.

    `filings` are those that were settled or fell due in the quarter; of them `online` were filed online,
    `on_time` settled within the limit, `paid_online` paid online. Without `filings` the row was taken back.
    """

    service: str
    agency: str
    quarter: Quarter
    filings: int | None
    online: int | None = None
    on_time: int | None = None
    paid_online: int | None = None

    @property
    def key(self) -> tuple[str, str, Quarter]:
        """What there is one row of."""
        return self.service, self.agency, self.quarter


def quarter_name(quarter: Quarter) -> str:
    """2026-Q3, as files write it."""
    return f"{quarter.year}-Q{quarter.number}"


def read_quarter(text: str) -> Quarter | None:
    """The quarter that `2026-Q3` names."""
    year, mark, number = text.upper().partition("-Q")
    if not (mark and year.isascii() and year.isdigit() and len(year) == 4 and number in ("1", "2", "3", "4")):
        return None
    return Quarter(int(year), int(number))


def read_counts(
    rows: Sequence[SheetRow], offered: Collection[Pair], free: Collection[str], today: dt.date
) -> tuple[list[Count], list[RowFault]]:
    """The counts of a file, or what is wrong with each row.

    `offered` are the pairs of service and agency that there are, `free` the services without any fee.
    """
    services, agencies = {pair[0] for pair in offered}, {pair[1] for pair in offered}
    counts: list[Count] = []
    faults: list[RowFault] = []
    first: dict[tuple[str, str, Quarter], int] = {}
    for row in rows:
        said = len(faults)
        cells = row.cells
        service, agency = cells["service"], cells["agency"]
        if service not in services:
            faults.append(row_fault(row.number, "service", N_("There is no service with this code.")))
        elif agency not in agencies:
            faults.append(row_fault(row.number, "agency", N_("There is no agency with this code.")))
        elif (service, agency) not in offered:
            faults.append(row_fault(row.number, "agency", N_("This agency does not offer this service.")))
        quarter = read_quarter(cells["quarter"])
        if quarter is None or quarter.year < FIRST_YEAR:
            text = N_("Write a quarter such as 2026-Q3, from 2011 on.")
            faults.append(row_fault(row.number, "quarter", text))
        elif quarter.after > today:
            faults.append(row_fault(row.number, "quarter", N_("This quarter has not ended yet.")))
        numbers = _numbers(row, faults)
        if service in free and numbers["paid_online"] is not None:
            text = N_("By its record nobody pays for this service: leave the cell empty.")
            faults.append(row_fault(row.number, "paid_online", text))
        if quarter is None or len(faults) > said:
            continue
        count = Count(service, agency, quarter, **numbers)
        before = first.setdefault(count.key, row.number)
        if before != row.number:
            text = N_("Row %(number)s already counts this service at this agency in this quarter.")
            faults.append(row_fault(row.number, "quarter", text, number=before))
        counts.append(count)
    return ([], faults) if faults else (counts, [])


def _numbers(row: SheetRow, faults: list[RowFault]) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for column in ("filings", *OPTIONAL):
        text = row.cells.get(column, "")
        number = whole_number(text, _MOST) if text else None
        if text and number is None:
            said = N_("Write a whole number without marks between thousands, or leave it empty.")
            faults.append(row_fault(row.number, column, said))
        found[column] = number
    filings = found["filings"]
    for column in OPTIONAL:
        number = found[column]
        if number is None:
            continue
        if not row.cells["filings"]:
            faults.append(row_fault(row.number, column, N_("Without filings nothing of them is counted.")))
        elif filings is not None and number > filings:
            faults.append(row_fault(row.number, column, N_("This is more than all filings of the row.")))
    return found


class Part(msgspec.Struct, frozen=True):
    """How many of how many filings, and at how many offerings both numbers are known."""

    part: int = 0
    of: int = 0
    offerings: int = 0


class QuarterCounts(msgspec.Struct, frozen=True):
    """What is counted of one quarter, of the whole place or one agency."""

    quarter: Quarter
    offerings: int
    filings: int
    parts: Mapping[str, Part]


def quarter_value(figure: Figure, counts: QuarterCounts | None, offerings: int) -> Value:
    """The value of a figure of a quarter. `offerings` are all there are: those not counted are said apart."""
    if counts is None or not figure.column:
        return NOTHING
    part = counts.parts[figure.column]
    ratio = Ratio(part.part, part.of) if part.of else None
    return Value(None, ratio, max(0, offerings - part.offerings), quarter=counts.quarter)


def ended_by(counts: Sequence[QuarterCounts], figure: Figure, day: dt.date) -> QuarterCounts | None:
    """The last quarter that had ended at the end of `day` and that the figure has a value of."""
    there = [
        each
        for each in counts
        if each.quarter.after <= day + dt.timedelta(days=1) and figure.column and each.parts[figure.column].of
    ]
    return max(there, key=lambda each: each.quarter, default=None)


_QUARTERS = (N_("Q1 %(year)s"), N_("Q2 %(year)s"), N_("Q3 %(year)s"), N_("Q4 %(year)s"))


def quarter_said(quarter: Quarter) -> Message:
    """A quarter in words."""
    return Message(_QUARTERS[quarter.number - 1], {"year": quarter.year})


def changed(
    counts: Iterable[Count], standing: Mapping[tuple[str, str, Quarter], Count]
) -> tuple[list[Count], int, int]:
    """Which of `counts` say something other than what stands: (these, how many are new, unchanged)."""
    differing: list[Count] = []
    fresh = unchanged = 0
    for count in counts:
        before = standing.get(count.key)
        if before == count or (before is None and count.filings is None):
            unchanged += 1
        else:
            differing.append(count)
            fresh += before is None
    return differing, fresh, unchanged
