"""Several plans side by side, in offerings and filings, by quarter and by agency."""

from collections.abc import Sequence

import msgspec

from lenmuc.core.roadmap.view import RoadmapView


class QuarterRow(msgspec.Struct, frozen=True):
    """The state at the end of one quarter in each plan; `None` where a plan does not reach so far."""

    quarter: str
    values: tuple[int | None, ...]


class AgencyRow(msgspec.Struct, frozen=True):
    """How many offerings of an agency each plan brings to level 3 and to level 4: pairs."""

    agency: str
    values: tuple[tuple[int, int], ...]

    @property
    def spread(self) -> int:
        """By how many offerings the plans differ."""
        return sum(max(part) - min(part) for part in zip(*self.values, strict=True))


def by_quarter(views: Sequence[RoadmapView], figure: str) -> tuple[QuarterRow, ...]:
    """One figure of the steps (`at_3`, `at_4`, `filings_3`, `filings_4`) for every quarter of any plan."""
    quarters = sorted({quarter for view in views for quarter in view.quarters})
    steps = [{step.quarter: step for step in view.steps} for view in views]
    return tuple(
        QuarterRow(
            quarter,
            tuple(getattr(each[quarter], figure) if quarter in each else None for each in steps),
        )
        for quarter in quarters
    )


def by_agency(views: Sequence[RoadmapView]) -> tuple[AgencyRow, ...]:
    """The agencies that any plan lifts, those in which the plans differ most first."""
    found: dict[str, list[list[int]]] = {}
    for at, view in enumerate(views):
        for lift in view.lifts:
            row = found.setdefault(lift.agency, [[0, 0] for _ in views])[at]
            row[0] += lift.at_3 is not None
            row[1] += lift.at_4 is not None
    rows = [
        AgencyRow(agency, tuple((three, four) for three, four in counts))
        for agency, counts in found.items()
        if any(any(pair) for pair in counts)
    ]
    return tuple(sorted(rows, key=lambda row: (-row.spread, row.agency)))
