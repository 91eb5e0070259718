"""What sums over the items of one criterion count more than once: an offering may need several of them."""

from collections.abc import Collection, Iterable, Mapping

from lenmuc.core.roadmap.explain import Unlocks
from lenmuc.core.roadmap.problem import Problem, Solution, Upgrade


def counted_twice(
    problem: Problem, solution: Solution, several: Iterable[Upgrade], among: Collection[str]
) -> Mapping[str, Unlocks]:
    """By criterion, how often offerings are counted beyond once when what items unlock is summed up.

    `several` are the upgrades that need two items of one criterion (see `served`); only the items in `among`
    are summed. An interlinked service needs the readiness of every agency that takes part: with the sums
    alone it would count as many times.
    """
    items = {item.id: item for item in problem.items}
    upgrades = {upgrade.id: upgrade for upgrade in problem.upgrades}

    def needed(upgrade: Upgrade) -> set[str]:
        found = set(upgrade.needs)
        stack = list(found)
        for each in stack:
            fresh = [need for need in items[each].needs if need not in found]
            found.update(fresh)
            stack += fresh
        return found

    over: dict[str, list[int]] = {}
    for upgrade in several:
        before = set[str]()
        below = upgrades.get(upgrade.after)
        while below is not None:
            before |= needed(below)
            below = upgrades.get(below.after)
        seen = {items[id].criterion for id in before if id in among}
        for id in needed(upgrade) - before:
            if id not in among:
                continue
            criterion = items[id].criterion
            if criterion in seen:
                row = over.setdefault(criterion, [0, 0, 0])
                row[0] += upgrade.offerings
                row[1] += upgrade.filings
                row[2] += upgrade.offerings if upgrade.id in solution.reached else 0
            seen.add(criterion)
    return {criterion: Unlocks(*row) for criterion, row in over.items()}
