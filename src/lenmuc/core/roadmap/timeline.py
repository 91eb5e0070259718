"""The work of a plan as a timeline: by the team that does it, or by the enabler that it is part of."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from lenmuc.core.roadmap.explain import Unlocks
from lenmuc.core.roadmap.view import Line, RoadmapView

By = Literal["team", "enabler"]
ALL_ROWS = 400  # of all groups together: up to here every item has its row
FIRST_ROWS = 20  # of each group, where there are more
GROUPS = 30  # on a page


class Group(msgspec.Struct, frozen=True):
    """Planned work that belongs together: `key` is a team or a criterion. `lines` are the first of `items`,
    in the order of their quarters; work of the group that is not in the plan is `left_out`.

    What it is good for, each offering and item counted once: `offerings` (with their `filings` a year) need
    it, the plan lifts `lifted` of them, `stuck` other items cannot start without it.
    """

    key: str
    lines: tuple[Line, ...]
    items: int
    left_out: int
    days: float
    first: int
    last: int
    offerings: int
    filings: int
    lifted: int
    stuck: int


class Timeline(msgspec.Struct, frozen=True):
    """The groups of one page of `pages`, of `count` in all; `only`: the one group that was asked for."""

    by: By
    groups: tuple[Group, ...]
    count: int
    page: int
    pages: int
    only: str = ""


def timeline(view: RoadmapView, by: By, page: int = 1, only: str = "") -> Timeline:
    """The timeline of a plan or its part. `page` beyond the last is the last; `only` shows one group whole.

    Teams stand in the order of the plan, enablers by the filings that need them.
    """
    found: dict[str, list[Line]] = {}
    for line in view.lines:
        if by == "team" or line.shared:
            found.setdefault(line.pool if by == "team" else line.criterion, []).append(line)
    groups = [
        _group(key, lines, view.twice_shared.get(key, Unlocks()))
        for key, lines in found.items()
        if any(line.quarter is not None for line in lines)
    ]
    if by == "enabler":
        groups.sort(key=lambda group: (-group.filings, -group.offerings, group.key))
    if only:
        groups = [group for group in groups if group.key == only]
    pages = max(1, -(-len(groups) // GROUPS))
    page = min(max(page, 1), pages)
    shown = groups[(page - 1) * GROUPS : page * GROUPS]
    if not only and sum(group.items for group in shown) > ALL_ROWS:
        shown = [msgspec.structs.replace(group, lines=group.lines[:FIRST_ROWS]) for group in shown]
    return Timeline(by, tuple(shown), len(groups), page, pages, only)


def _group(key: str, lines: Sequence[Line], twice: Unlocks) -> Group:
    planned = sorted(
        (line for line in lines if line.quarter is not None),
        key=lambda line: (line.quarter or 0, line.begin or 0, -line.serves.filings, line.id),
    )
    return Group(
        key,
        tuple(planned),
        len(planned),
        len(lines) - len(planned),
        sum(line.days for line in planned),
        min((line.quarter or 0) if line.begin is None else line.begin for line in planned),
        max(line.quarter or 0 for line in planned),
        *_good_for(lines, twice),
    )


def _good_for(lines: Iterable[Line], twice: Unlocks) -> tuple[int, int, int, int]:
    """Sums over items of one criterion, less what they count `twice`. An item waits for one of them: they are
    done at one kind of place.
    """
    serves = [line.serves for line in lines]
    return (
        sum(each.offerings for each in serves) - twice.offerings,
        sum(each.filings for each in serves) - twice.filings,
        sum(each.lifted for each in serves) - twice.lifted,
        sum(each.items for each in serves),
    )
