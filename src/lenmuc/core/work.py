"""The work list of an agency: its services with how far each is assessed, filtered and counted."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

PROGRESS = ("untouched", "begun", "assessed")
REVIEWS = ("returned", "submitted", "verified")


class WorkRow(msgspec.Struct, frozen=True):
    """One service of an agency as work.

    `asked` is how many criteria of those that its next level lacks are answered for the service, `given` how
    many of these have an answer other than "not known"; `touched`: the agency has answered something for it.
    `person` has the work (0: nobody), `assigned` is the name. `review` is the stored state of its checklist;
    `matches`: the words that were looked for are in its name.
    """

    id: int
    service: str
    name: str
    name_en: str
    field: str
    level: int
    missing: tuple[str, ...]
    asked: int
    given: int
    touched: bool
    person: int
    assigned: str
    review: str
    matches: bool

    @property
    def left(self) -> int:
        """How many criteria wait for an answer."""
        return self.asked - self.given

    @property
    def progress(self) -> str:
        """How far it is assessed: untouched, begun or assessed."""
        if self.given >= self.asked:
            return "assessed"
        return "begun" if self.given or self.touched else "untouched"


class WorkWish(msgspec.Struct, frozen=True):
    """What somebody looks for; empty and `None`: no condition. `assigned`: the number of a person, or 0."""

    level: int | None = None
    field: str = ""
    progress: str = ""
    review: str = ""
    assigned: int | None = None

    def meets(self, row: WorkRow, but: str = "") -> bool:
        """Does the row meet every condition, that called `but` aside?"""
        wanted = {
            "level": self.level in (None, row.level),
            "field": self.field in ("", row.field),
            "progress": self.progress in ("", row.progress),
            "review": self.review in ("", row.review),
            "assigned": self.assigned in (None, row.person),
        }
        return row.matches and all(met for name, met in wanted.items() if name != but)


class FieldProgress(msgspec.Struct, frozen=True):
    """How many services of a field there are, and how many of them are assessed."""

    field: str
    services: int
    assessed: int

    @property
    def left(self) -> int:
        """How many are left to assess."""
        return self.services - self.assessed


def chosen(rows: Iterable[WorkRow], wish: WorkWish) -> list[WorkRow]:
    """The rows that meet a wish, in their order."""
    return [row for row in rows if wish.meets(row)]


def facets(rows: Sequence[WorkRow], wish: WorkWish) -> dict[str, Mapping[str, int]]:
    """How many rows each further condition would leave; each counted under the others only."""
    values = ("level", "field", "progress", "review", "person")
    found: dict[str, Mapping[str, int]] = {}
    for name in values:
        condition = "assigned" if name == "person" else name
        found[condition] = Counter(str(getattr(row, name)) for row in rows if wish.meets(row, condition))
    return found


def by_field(rows: Iterable[WorkRow]) -> list[FieldProgress]:
    """The progress of each field, the one with the most left first."""
    every: Counter[str] = Counter()
    assessed: Counter[str] = Counter()
    for row in rows:
        every[row.field] += 1
        assessed[row.field] += row.progress == "assessed"
    found = [FieldProgress(field, count, assessed[field]) for field, count in every.items()]
    return sorted(found, key=lambda each: (-each.left, each.field))


def next_to_assess(rows: Sequence[WorkRow], me: int, after: str = "") -> WorkRow | None:
    """The service to assess next: my own before the others, those behind `after` in the list first."""
    at = next((place for place, row in enumerate(rows) if row.service == after), -1)
    onward = [row for row in (*rows[at + 1 :], *rows[: at + 1]) if row.service != after]
    left = [row for row in onward if row.progress != "assessed"]
    return next((row for row in left if row.person == me), left[0] if left else None)
