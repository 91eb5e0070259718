"""Figures with a passport: what an indicator counts, and its value from counts by level. Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal

import msgspec

from lenmuc.core.checklists import Confidence, Sentence, Words
from lenmuc.core.satisfaction import Quarter

Measure = Literal["levels", "reached", "silent", "online", "verified", "lapsed", "quarterly", "parts"]
Input = Literal["levels", "filings", "online_filings", "reviews", "answers", "counts"]
Column = Literal["", "online", "on_time", "paid_online"]
Of = Literal["all", "eligible", "counted", "none"]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of an official set: its name, the points it can bring, and the figures that speak of it.

    `missing` says what nobody has given us, so that the points cannot be given; empty only where `figures`
    are all it takes.
    """

    name: Words
    points: Annotated[float, msgspec.Meta(gt=0)]
    figures: tuple[str, ...] = ()
    missing: Words | None = None
    rule: Literal["", "online_services_2018"] = ""


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The passport of a figure, as its file says it.

    `level` is the lowest that counts, for the measures that ask for one; `cumulative`: a higher level counts
    too. `column` is what a figure of a quarter counts of its filings; it goes by no `scheme`. `of` is the
    denominator. `not_applicable`: whether what rests on criteria that do not apply counts.
    No `source`: it is defined here, and no law counts it.
    """

    id: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{1,60}$")]
    order: int
    name: Words
    meaning: Words
    formula: Words
    measure: Measure
    inputs: tuple[Input, ...]
    cumulative: bool
    of: Of
    denominator: Words
    not_applicable: Words
    unit: Words
    source: tuple[Sentence, ...]
    confidence: Confidence
    scheme: str = ""
    level: Annotated[int, msgspec.Meta(ge=0)] = 0
    column: Column = ""
    parts: tuple[Part, ...] = ()
    missing: tuple[Words, ...] = ()

    @property
    def remembers(self) -> bool:
        """Whether its value is kept by day: only what follows from levels is."""
        return self.of != "eligible" and self.measure in ("levels", "reached", "silent", "online")

    @property
    def by_quarter(self) -> bool:
        """Whether its value is that of a quarter: on a past day, of the last one that had ended."""
        return self.measure == "quarterly"


class Counts(msgspec.Struct, frozen=True):
    """Offerings counted together. `filings` are a year's, of those where they are known (`unfiled` are not).

    `counted`: offerings whose online filings are known; `silent`: of these, without any. `online` and
    `comparable` are online and all filings of those where both are known.
    """

    offerings: int = 0
    filings: int = 0
    unfiled: int = 0
    counted: int = 0
    silent: int = 0
    online: int = 0
    comparable: int = 0


_NAMES = Counts.__struct_fields__


def total(counts: Iterable[Counts]) -> Counts:
    """All of them together."""
    every = list(counts)
    return Counts(*(sum(getattr(one, name) for one in every) for name in _NAMES))


class Ratio(msgspec.Struct, frozen=True):
    """A numerator and its denominator; a denominator of 0 means that there is nothing to say."""

    part: int
    whole: int

    @property
    def share(self) -> float | None:
        """Between 0 and 1; `None` when nothing was counted."""
        return self.part / self.whole if self.whole else None


class Beside(msgspec.Struct, frozen=True):
    """What is counted today beside levels. `barred`: offerings that the law keeps below the level, and their
    filings; `verified` and `lapsed`: by reviews. `None`: not counted for this day.
    """

    barred: Ratio | None = None
    verified: Ratio | None = None
    lapsed: Ratio | None = None
    ever: int = 0


NO_MORE = Beside()


class Value(msgspec.Struct, frozen=True):
    """The value of a figure: by offerings and by filings; `None` where it is not known.

    `unknown` counts the offerings that nobody can tell about. `levels` are the counts by level, exclusive.
    `quarter` is the one that the value is of, where it is of one.
    """

    offerings: Ratio | None = None
    filings: Ratio | None = None
    unknown: int = 0
    levels: tuple[tuple[int, Counts], ...] = ()
    quarter: Quarter | None = None

    @property
    def share(self) -> float | None:
        """By offerings, or by filings where offerings are not what is counted; `None` when not known."""
        ratio = self.offerings or self.filings
        return ratio.share if ratio else None

    @property
    def known(self) -> bool:
        """Whether there is anything to show."""
        return self.share is not None or bool(self.levels)


NOTHING = Value()


def value(figure: Figure, tally: Mapping[int, Counts], beside: Beside = NO_MORE) -> Value:
    """The value of a figure from the counts by level: the one place where any of them is computed.

    With nothing counted at all every value is unknown, never 0.
    """
    everything = total(tally.values())
    if not everything.offerings or figure.measure in ("parts", "quarterly"):
        return NOTHING
    levels = tuple(sorted(tally.items()))
    there = total(
        c for level, c in levels if level == figure.level or (figure.cumulative and level > figure.level)
    )
    if figure.measure == "levels":
        return Value(levels=levels)
    if figure.measure == "reached":
        if figure.of == "eligible":
            if beside.barred is None:
                return NOTHING
            return Value(
                Ratio(there.offerings, everything.offerings - beside.barred.part),
                Ratio(there.filings, everything.filings - beside.barred.whole),
            )
        return Value(
            Ratio(there.offerings, everything.offerings),
            Ratio(there.filings, everything.filings),
        )
    if figure.measure == "silent":
        known = Ratio(there.silent, there.counted) if there.counted else None
        return Value(known, None, there.offerings - there.counted)
    if figure.measure == "online":
        known = Ratio(there.online, there.comparable) if there.comparable else None
        return Value(None, known, there.offerings - there.counted)
    held = beside.verified if figure.measure == "verified" else beside.lapsed
    if held is None:
        return NOTHING
    if figure.measure == "lapsed":
        return Value(Ratio(held.part, beside.ever)) if beside.ever else NOTHING
    return Value(Ratio(held.part, everything.offerings), Ratio(held.whole, everything.filings))


class Moment(msgspec.Struct, frozen=True):
    """The counts by level at the end of a day."""

    day: dt.date
    tally: Mapping[int, Counts]


def history(changes: Iterable[tuple[dt.date, int, Counts]]) -> list[Moment]:
    """From what changed each day (in order) to what stood at the end of each of these days."""
    standing: dict[int, Counts] = {}
    found: list[Moment] = []
    for day, level, changed in changes:
        standing[level] = total((standing.get(level, Counts()), changed))
        now = Moment(day, {level: counts for level, counts in standing.items() if counts.offerings})
        if found and found[-1].day == day:
            found[-1] = now
        else:
            found.append(now)
    return found


def on_day(moments: Sequence[Moment], day: dt.date) -> Mapping[int, Counts] | None:
    """What stood at the end of `day`; `None` before the first."""
    past = [moment for moment in moments if moment.day <= day]
    return past[-1].tally if past else None


def online_services_2018(
    offered: int, eligible: Ratio | None, online: Ratio | None, overdue: int | None
) -> int | None:
    """Points 0, 1 or 2 of indicator 9 of Circular 01/2018/TT-VPCP Art. 13; `None` when they are not known.

    2: at least 20 % of the eligible services at level 3 or 4, at least 30 % of their filings online, none
    unsettled or late; 1: offered, 15 % to below 30 % online, none unsettled or late; 0: none offered, below
    15 %, or one unsettled or late. `offered` counts services at level 3 or 4, `overdue` such filings.
    """
    if not offered or (overdue is not None and overdue > 0):
        return 0
    share = online.share if online else None
    if share is None:
        return None
    if share < 0.15:
        return 0
    if overdue is None:
        return None
    if share < 0.30:
        return 1
    enough = eligible.share if eligible else None
    return None if enough is None else (2 if enough >= 0.20 else None)
