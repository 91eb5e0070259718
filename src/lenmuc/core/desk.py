"""Ranking of agencies, concentration of filings, and what a change of law would free. Pure."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from lenmuc.core.figures import Counts, Ratio, total
from lenmuc.core.partial import cited

ENOUGH = 5  # offerings below which an agency is not ranked: one service more or less would decide


class Ranked(msgspec.Struct, frozen=True):
    """An agency with its offerings by level 0 … 4 and its share at level 3 or above.

    `rank` counts from 1, the same for equal shares; `None` for fewer than `ENOUGH` offerings.
    """

    agency: str
    rank: int | None
    levels: tuple[int, ...]
    online: Ratio

    @property
    def shades(self) -> tuple[int, ...]:
        """How dark each level's cell is, 0 (none) to 5 (more than four fifths)."""
        return tuple(-(-5 * count // self.online.whole) if count else 0 for count in self.levels)


def ranking(tallies: Mapping[str, Mapping[int, Counts]]) -> list[Ranked]:
    """By the share of offerings at level 3 or above, then at level 2 or above; the unranked at the end."""
    rows: list[tuple[tuple[float, float], str, tuple[int, ...], Ratio]] = []
    for agency, tally in tallies.items():
        levels = tuple(tally.get(level, Counts()).offerings for level in range(5))
        whole = total(tally.values()).offerings
        key = (sum(levels[3:]) / whole, sum(levels[2:]) / whole)
        rows.append((key, agency, levels, Ratio(sum(levels[3:]), whole)))
    rows.sort(key=lambda row: (row[3].whole < ENOUGH, -row[0][0], -row[0][1], row[1]))
    found: list[Ranked] = []
    for place, (key, agency, levels, online) in enumerate(rows, start=1):
        same = found and rows[place - 2][0] == key
        rank = None if online.whole < ENOUGH else found[-1].rank if same else place
        found.append(Ranked(agency, rank, levels, online))
    return found


def first_carry(filings: Sequence[int], first: int) -> Ratio:
    """What the `first` of `filings` (the most first) are of all."""
    return Ratio(sum(filings[:first]), sum(filings))


class Freed(msgspec.Struct, frozen=True):
    """A rule of law, or a criterion where no article is named, and what stands behind it, each once."""

    article: str
    criteria: tuple[str, ...]
    offerings: int
    services: int
    filings: int


def freed(barred: Iterable[tuple[str, str, int, str, int]]) -> list[Freed]:
    """Rolled up by article, the most offerings first; an offering with two answers to one counts once.

    `barred` are (criterion, justification, offering, service, filings). What else those offerings lack stays.
    """
    offerings: dict[str, dict[int, tuple[str, int]]] = {}
    criteria: dict[str, set[str]] = {}
    for criterion, justification, offering, service, filings in barred:
        article = cited(justification)
        key = article or f"\0{criterion}"
        offerings.setdefault(key, {})[offering] = (service, filings)
        criteria.setdefault(key, set()).add(criterion)
    found = [
        Freed(
            "" if key.startswith("\0") else key,
            tuple(sorted(criteria[key])),
            len(each),
            len({service for service, _ in each.values()}),
            sum(filings for _, filings in each.values()),
        )
        for key, each in offerings.items()
    ]
    return sorted(found, key=lambda each: (-each.offerings, each.article, each.criteria))
