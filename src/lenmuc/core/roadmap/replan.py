"""Planning anew from today: what is left of a scenario, and which moves against the plan before are kept."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

import msgspec

from lenmuc.core.roadmap.inputs import PlanRequest, Rule, place_of
from lenmuc.core.roadmap.problem import Move

_BEHIND = " · "
_FEWEST = 4  # quarters, where the plan before has fewer left
replace = msgspec.structs.replace


def next_quarter(today: dt.date) -> str:
    """The first quarter that has not begun."""
    year, quarter = divmod(today.year * 4 + (today.month - 1) // 3 + 1, 4)
    return f"{year}Q{quarter + 1}"


def anew(asked: PlanRequest, follows: int, name: str, today: dt.date) -> PlanRequest:
    """The same inputs from the next quarter on, staying near the roadmap `follows`.

    What was set for quarters that are over goes: days, freezes, targets, and work set by hand.
    """
    first = max(asked.first_quarter, next_quarter(today))
    offset = place_of([asked.first_quarter], first)
    count = max(_FEWEST, asked.quarters - offset)

    def left(days: Sequence[float]) -> tuple[float, ...]:
        kept = tuple(days[offset : offset + count])
        return kept + (days[-1],) * (count - len(kept))

    return replace(
        asked,
        name=name,
        first_quarter=first,
        quarters=count,
        teams=tuple(replace(team, days=left(team.days)) for team in asked.teams),
        freezes=tuple(each for each in asked.freezes if each.quarter >= first),
        rules=tuple(each for each in asked.rules if each.order == "exclude" or each.quarter >= first),
        goals=tuple(each for each in asked.goals if each.by >= first),
        follows=follows,
    )


def name_anew(name: str, again: bool, when: str, longest: int) -> str:
    """The name of a roadmap with the words `when` behind it, in place of those of the time before where it
    was planned anew `again`.
    """
    first = name.rpartition(_BEHIND)[0] if again and _BEHIND in name else name
    return first[: longest - len(_BEHIND + when)] + _BEHIND + when


def choices(moves: Iterable[Move]) -> tuple[list[Move], list[Move]]:
    """(moves that may be kept or not, work that the plan before does not have in these quarters)."""
    found = list(moves)
    return [m for m in found if m.was is not None], [m for m in found if m.was is None]


def keeping_moves(
    asked: PlanRequest, quarters: Sequence[str], moves: Iterable[Move], accepted: Collection[str]
) -> PlanRequest:
    """The inputs in which accepted moves (item ids) stand as they are now.

    All else moves as few quarters as can be: work that is late may leave no days for all of it as before.
    There is always such a plan, the one with all moves.
    """
    may, _ = choices(moves)
    named = {move.item for move in may}
    rules = [rule for rule in asked.rules if rule.item not in named]
    for move in may:
        if move.item in accepted:
            stands = move.now is not None
            rules.append(
                Rule(move.item, "pin", quarters[move.now or 0]) if stands else Rule(move.item, "exclude")
            )
    return replace(asked, rules=tuple(rules), stay=True)
