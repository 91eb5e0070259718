"""Going through a checklist: what comes before and after a criterion, and what to do first."""

from collections.abc import Collection, Iterable, Sequence

import msgspec

from lenmuc.pages.checklist import Line


class Walk(msgspec.Struct, frozen=True):
    """Where a criterion stands among those that one may answer: `number` of `of`, of which `left` are open.

    `number` is 0 for a criterion that is not among them. `waiting` is the next one without an answer, in
    whatever direction.
    """

    number: int
    of: int
    left: int
    previous: Line | None = None
    next: Line | None = None
    waiting: Line | None = None


class Step(msgspec.Struct, frozen=True):
    """What to do first. `kind`: mend (a remark), answer, meet (what is answered as not met), submit, wait
    (for others) or nothing. `line` is the criterion it is about, where it is about one.
    """

    kind: str
    line: Line | None = None


class Lacking(msgspec.Struct, frozen=True):
    """What the next level lacks and one group of people has to do: `who` is offering, agency or platform."""

    who: str
    lines: tuple[Line, ...]


def walk(lines: Iterable[Line], id: str) -> Walk:
    """The way through the lines that one may answer, seen from the criterion `id`."""
    mine = [line for line in lines if line.mine]
    at = next((place for place, line in enumerate(mine) if line.criterion.id == id), None)
    left = sum(line.open for line in mine)
    if at is None:
        return Walk(0, len(mine), left)
    onward = [*mine[at + 1 :], *mine[:at]]
    return Walk(
        at + 1,
        len(mine),
        left,
        mine[at - 1] if at else None,
        mine[at + 1] if at + 1 < len(mine) else None,
        next((line for line in onward if line.open), None),
    )


def first_step(
    lines: Sequence[Line], missing: Sequence[Line], to_mend: Collection[str] = (), can_submit: bool = False
) -> Step:
    """What whoever looks should do first: remarks, then what the next level lacks, then the rest in order.

    `missing` are the lines that the next level lacks, `to_mend` the criteria with a remark that nobody has
    acted on.
    """
    mine = [line for line in lines if line.mine]
    lacking = [line for line in missing if line.mine]
    ways = (
        ("mend", [line for line in mine if line.criterion.id in to_mend]),
        ("answer", [line for line in lacking if line.open]),
        ("answer", [line for line in mine if line.open]),
        ("meet", lacking),
    )
    for kind, found in ways:
        if found:
            return Step(kind, found[0])
    if can_submit:
        return Step("submit")
    return Step("wait" if missing else "nothing")


def lacking(missing: Iterable[Line]) -> tuple[Lacking, ...]:
    """What the next level lacks, by who has to do it: the staff of the service first."""
    groups: dict[str, list[Line]] = {"offering": [], "agency": [], "platform": []}
    for line in missing:
        scope = line.criterion.scope
        groups["offering" if scope == "service" else scope].append(line)
    return tuple(Lacking(who, tuple(found)) for who, found in groups.items() if found)
