"""What comes before what: the work of each criterion as one box, laid out in columns from the first on."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from lenmuc.core.roadmap.explain import Unlocks
from lenmuc.core.roadmap.view import Line, RoadmapView

WIDE, HIGH, ASIDE, BELOW = 236, 92, 52, 16  # a box, and the room between two of them


class Node(msgspec.Struct, frozen=True):
    """All work of one criterion. `needs` and `users` are criteria; `column` and `row` its place, from 0.

    `items` in all, `planned` of them in the plan, in quarters (indexes) `first` to `last`. Offerings, with
    their filings a year, need it; the plan lifts `lifted` of them. `only`: the item's id, where it is alone.
    """

    criterion: str
    needs: tuple[str, ...]
    users: tuple[str, ...]
    column: int
    row: int
    items: int
    planned: int
    first: int | None
    last: int | None
    offerings: int
    filings: int
    lifted: int
    only: str = ""

    @property
    def x(self) -> int:
        """The left edge of its box."""
        return self.column * (WIDE + ASIDE)

    @property
    def y(self) -> int:
        """The upper edge of its box."""
        return self.row * (HIGH + BELOW)


class Dependencies(msgspec.Struct, frozen=True):
    """Every criterion with work, in the order of columns and rows; the arrows as paths; the size."""

    nodes: tuple[Node, ...]
    arrows: tuple[str, ...]
    wide: int
    high: int


def dependencies(view: RoadmapView) -> Dependencies:
    """The boxes and arrows of a plan. What needs nothing and is needed by nothing stands in the last rows."""
    lines: dict[str, list[Line]] = {}
    for line in view.lines:
        lines.setdefault(line.criterion, []).append(line)
    needs: dict[str, set[str]] = {criterion: set() for criterion in lines}
    for line in view.lines:
        needs[line.criterion].update(view.by_id[each].criterion for each in line.needs if each in view.by_id)
    users: dict[str, set[str]] = {criterion: set() for criterion in lines}
    for criterion, before in needs.items():
        before.discard(criterion)
        for each in before:
            users[each].add(criterion)
    columns = _columns(needs)
    rows: dict[int, int] = {}
    nodes = []
    alone = [c for c in lines if not needs[c] and not users[c]]
    for criterion in sorted(lines, key=lambda c: (c in alone, columns[c], min(needs[c], default=c), c)):
        row = rows.get(columns[criterion], 0)
        rows[columns[criterion]] = row + 1
        twice = view.twice.get(criterion, Unlocks())
        nodes.append(_node(criterion, lines[criterion], needs, users, columns[criterion], row, twice))
    places = {node.criterion: node for node in nodes}
    return Dependencies(
        tuple(sorted(nodes, key=lambda node: (node.column, node.row))),
        tuple(_arrow(places[before], node) for node in nodes for before in node.needs),
        (max(columns.values(), default=0) + 1) * (WIDE + ASIDE) - ASIDE,
        max(rows.values(), default=1) * (HIGH + BELOW) - BELOW,
    )


def _columns(needs: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Each one column to the right of the last of what it needs. Problems have no cycles (see `check`)."""
    found: dict[str, int] = {}
    waiting = list(needs)
    while waiting:
        ready = [each for each in waiting if all(before in found for before in needs[each])]
        for each in ready or waiting:  # criteria may need each other where their items do not
            found[each] = max((found.get(before, -1) for before in needs[each]), default=-1) + 1
        waiting = [each for each in waiting if each not in found]
    return found


def _node(
    criterion: str,
    lines: Sequence[Line],
    needs: Mapping[str, set[str]],
    users: Mapping[str, set[str]],
    column: int,
    row: int,
    twice: Unlocks,
) -> Node:
    quarters = [line.quarter for line in lines if line.quarter is not None]
    return Node(
        criterion,
        tuple(sorted(needs[criterion])),
        tuple(sorted(users[criterion])),
        column,
        row,
        len(lines),
        len(quarters),
        min(quarters, default=None),
        max(quarters, default=None),
        sum(line.serves.offerings for line in lines) - twice.offerings,
        sum(line.serves.filings for line in lines) - twice.filings,
        sum(line.serves.lifted for line in lines) - twice.lifted,
        lines[0].id if len(lines) == 1 else "",
    )


def _arrow(before: Node, after: Node) -> str:
    x1, y1 = before.x + WIDE, before.y + HIGH // 2
    x2, y2 = after.x - 8, after.y + HIGH // 2
    return f"M{x1} {y1}C{x1 + ASIDE // 2} {y1} {x2 - ASIDE // 2} {y2} {x2} {y2}"


def wrapped(text: str, wide: int, most: int) -> tuple[str, ...]:
    """The words of a text in at most `most` lines of about `wide` letters; what does not fit ends in …"""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > wide:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1][: wide - 1].rstrip() + "…"]
    return tuple(lines)
