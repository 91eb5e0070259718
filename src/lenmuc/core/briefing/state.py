"""What a briefing holds: figures, moves, agencies, plan and decisions of one quarter, with their names.

A frozen briefing is these Structs as JSON. Whoever changes them raises `FORM`; a field that is added has a
default, so that what was frozen before can still be read.
"""

import datetime as dt
from typing import Literal

import msgspec

from lenmuc.core.checklists import Words
from lenmuc.core.figures import Ratio
from lenmuc.core.programmes import Sense, TargetState, TaskState, Unit

FORM = 1
Why = Literal[
    "law", "paper_original", "no_system", "no_budget", "no_data", "other", "reported", "waits", "confirm",
    "unfinished",
]  # fmt: skip


class Levels(msgspec.Struct, frozen=True):
    """Offerings by level 0 … 4, each counted at its own, and their filings a year (of those that are
    known).
    """

    offerings: tuple[int, ...]
    filings: tuple[int, ...]
    unfiled: int = 0

    @property
    def whole(self) -> int:
        """All offerings."""
        return sum(self.offerings)

    def at_least(self, level: int) -> Ratio:
        """Offerings at a level or above, of all."""
        return Ratio(sum(self.offerings[level:]), self.whole)

    def filed_at_least(self, level: int) -> Ratio:
        """Filings a year of offerings at a level or above, of all that are known."""
        return Ratio(sum(self.filings[level:]), sum(self.filings))


class FigureAt(msgspec.Struct, frozen=True):
    """A figure with a passport at the end of the quarter and of the one before; `None`: not known.

    `filings`: it counts filings, not offerings.
    """

    id: str
    name: Words
    now: Ratio | None
    before: Ratio | None
    filings: bool = False


class Move(msgspec.Struct, frozen=True):
    """Offerings that stood at one level when the quarter began and at another when it ended."""

    was: int
    became: int
    offerings: int
    filings: int


class Body(msgspec.Struct, frozen=True):
    """One agency. `levels` are offerings by level 0 … 4; `before` and `rank_before` a quarter earlier,
    `None` where
    that is not known (or the agency is not ranked). Days are person-days.

    `late`: its work items that should be finished; `asked`: those of the next quarter.
    """

    code: str
    name: Words
    tier: str
    levels: tuple[int, ...]
    before: tuple[int, ...] | None
    rank: int | None
    rank_before: int | None
    rose: int = 0
    fell: int = 0
    verified: int = 0
    late: int = 0
    asked: int = 0
    asked_days: float = 0.0

    @property
    def online(self) -> Ratio:
        """Offerings at level 3 or above, of all."""
        return Ratio(sum(self.levels[3:]), sum(self.levels))

    @property
    def online_before(self) -> Ratio | None:
        """The same a quarter earlier."""
        return None if self.before is None else Ratio(sum(self.before[3:]), sum(self.before))


class LateWork(msgspec.Struct, frozen=True):
    """Late work items of one criterion: how many, offerings and filings that need them, quarters late at
    most.

    `why` counts the items by reason, each item once.
    """

    criterion: str
    text: Words
    items: int
    offerings: int
    filings: int
    quarters: int
    why: tuple[tuple[Why, int], ...]


class SaidCause(msgspec.Struct, frozen=True):
    """Why one late item is late, in the words of who wrote it. `text` is its criterion; `service` and
    `agency` say where it is done, both `None` for the platform; `team` does it (`None`: the central team).
    """

    criterion: str
    text: Words
    service: Words | None
    agency: Words | None
    team: Words | None
    quarters: int
    filings: int
    why: Why
    said: str
    by: str
    day: dt.date


class Shared(msgspec.Struct, frozen=True):
    """Work of the central team that the next quarter asks for: one item of the platform, or all for one
    service.

    `name` is the criterion in words, or the service. Person-days; `offerings` need it.
    """

    criteria: tuple[str, ...]
    name: Words
    days: float
    offerings: int


class Next(msgspec.Struct, frozen=True):
    """What the roadmap asks for in the quarter that follows: items, person-days, offerings that it lifts.

    `shared` is the first of the work of the central team, of `rows` in all; what it asks of each agency
    stands
    with the agency.
    """

    quarter: str
    items: int
    days: float
    new_3: int
    new_4: int
    shared: tuple[Shared, ...] = ()
    rows: int = 0


class Plan(msgspec.Struct, frozen=True):
    """The approved roadmap against what happened. `planned_*` are `None` where it does not reach the quarter.

    `due` work items should be finished, `late` are not; `verified` of the finished ones a reviewer has
    verified everywhere, `None` where that was not counted. `said` are the first of the `causes` that people
    wrote.
    """

    id: int
    name: str
    approved: dt.date
    planned_3: int | None
    planned_4: int | None
    due: int
    late: int
    work: tuple[LateWork, ...] = ()
    next: Next | None = None
    verified: int | None = None
    said: tuple[SaidCause, ...] = ()
    causes: int = 0


class Aim(msgspec.Struct, frozen=True):
    """A target of a programme: what it wants, in per cent (0–100) or a count, and its value at the end of the
    quarter (`now`) and of the one before; `None`: not known. `public`: the public sees its programme.
    """

    programme: Words
    name: Words
    sense: Sense
    unit: Unit
    wanted: float
    due: dt.date
    state: TargetState
    now: float | None
    before: float | None
    public: bool


class Given(msgspec.Struct, frozen=True):
    """A task that an agency was given. `days_late` up to its report, or the end of the quarter without
    one.
    """

    programme: Words
    name: str
    agency: Words
    due: dt.date
    state: TaskState
    days_late: int


class Law(msgspec.Struct, frozen=True):
    """An article (or a criterion where none is named) that answers call an obstacle, and what it holds
    back.
    """

    article: str
    criteria: tuple[str, ...]
    offerings: int
    services: int
    filings: int


class Decisions(msgspec.Struct, frozen=True):
    """What waits for somebody to decide, as of the moment when it was counted. Days are those of the
    oldest.
    """

    law: tuple[Law, ...] = ()
    laws: int = 0
    waiting: int = 0
    oldest: dt.date | None = None
    due: int = 0
    lapsed: int = 0
    differing: int = 0
    declared: int = 0
    clashes: int = 0


class Briefing(msgspec.Struct, frozen=True):
    """A quarter as it was counted. `day` is its last day, or for a draft the day up to which was counted.

    `first` is the first day that levels are kept for; `now` and `before` are `None` for days before it.
    `illustrative`: filings are not counted ones. `rose` and `fell` are offerings, `verified` reviews.
    """

    form: int
    quarter: str
    day: dt.date
    draft: bool
    made: dt.datetime
    place: Words
    scheme: str
    scheme_name: Words
    first: dt.date | None
    now: Levels | None
    before: Levels | None
    illustrative: bool
    figures: tuple[FigureAt, ...]
    moves: tuple[Move, ...]
    rose: int
    fell: int
    entered: int
    verified: int
    bodies: tuple[Body, ...]
    plan: Plan | None
    decisions: Decisions
    aims: tuple[Aim, ...] = ()
    tasks: tuple[Given, ...] = ()


class _Form(msgspec.Struct):
    form: int


def encode(briefing: Briefing) -> bytes:
    """The bytes that are kept; the same briefing gives the same bytes."""
    return msgspec.json.encode(briefing)


def decode(kept: bytes) -> Briefing:
    """A briefing from its bytes. Raises `ValueError` for a form that this version does not know."""
    form = msgspec.json.decode(kept, type=_Form).form
    if form != FORM:
        raise ValueError(f"a briefing of form {form}; this version reads form {FORM}")
    return msgspec.json.decode(kept, type=Briefing)
