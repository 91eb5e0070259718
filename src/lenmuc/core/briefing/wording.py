"""How a briefing words what it counts: shares, moves, levels, moments."""

from collections.abc import Sequence

from lenmuc.core.briefing.state import Briefing, Levels, Why
from lenmuc.core.errors import N_, Count, Message
from lenmuc.core.figures import Ratio
from lenmuc.core.papers import Cell, Change, LevelBar, LevelChart
from lenmuc.core.roadmap.sentences import quarter_words

REASONS: dict[Why, str] = {
    "law": N_("A law or regulation stands in the way"),
    "paper_original": N_("A paper original has to be handed in"),
    "no_system": N_("There is no system that can do it"),
    "no_budget": N_("There is no money for it"),
    "no_data": N_("The data it needs are missing"),
    "other": N_("Something else"),
    "reported": N_("Reported as finished, not answered as met"),
    "waits": N_("It waits for other late work"),
    "confirm": N_("Nobody has answered whether it is met"),
    "unfinished": N_("Not met, and no obstacle is named"),
}

TIER_WORDS = {
    "province": N_("Bodies of the city"),
    "commune": N_("Wards and communes"),
    "ministry": N_("Ministries"),
}


def change(now: Ratio | None, then: Ratio | None) -> Change | None:
    """By how many percentage points a share moved; `None` where one of the two is not known."""
    if now is None or then is None or now.share is None or then.share is None:
        return None
    return Change(100 * (now.share - then.share), points=True)


def difference(now: int | None, then: int | None) -> Change | None:
    """By how much a count moved."""
    return None if now is None or then is None else Change(now - then)


def level_name(level: int) -> Message:
    """Level 3; below level 1."""
    return Message(N_("Level %(number)s"), {"number": level}) if level else Message(N_("Below level 1"))


def level_rows(now: Levels | None, then: Levels | None) -> tuple[tuple[Cell, ...], ...]:
    """Level by level, the highest first: offerings and filings now, offerings then, and by how much they
    moved.
    """
    rows: list[tuple[Cell, ...]] = []
    for level in (4, 3, 2, 1, 0):
        here = now.offerings[level] if now else None
        there = then.offerings[level] if then else None
        rows.append(
            (
                level_name(level), here, Ratio(here, now.whole) if now and here is not None else None, there,
                difference(here, there), now.filings[level] if now else None,
            )
        )  # fmt: skip
    rows.append(
        (
            Message(N_("Together")), now.whole if now else None, "", then.whole if then else None,
            difference(now.whole if now else None, then.whole if then else None),
            sum(now.filings) if now else None,
        )
    )  # fmt: skip
    return tuple(rows)


def chart(bars: Sequence[tuple[Message, Levels | None]]) -> LevelChart | None:
    """The distribution of levels, one bar for each moment that is known."""
    known = tuple(LevelBar(name, levels.offerings) for name, levels in bars if levels)
    return LevelChart(Message(N_("Share of offerings at each level")), known) if known else None


def end_of(quarter: str) -> Message:
    return Message(N_("End of %(quarter)s"), {"quarter": quarter_words(quarter)})


def moment_of(briefing: Briefing) -> Message:
    """The moment that a briefing tells of, at the head of a column."""
    if briefing.draft:
        return Message(N_("On %(day)s"), {"day": briefing.day})
    return end_of(briefing.quarter)


def part_of_whole(ratio: Ratio | None) -> Message | None:
    if ratio is None or not ratio.whole:
        return None
    return Message(N_("%(part)s of %(whole)s"), {"part": Count(ratio.part), "whole": Count(ratio.whole)})
