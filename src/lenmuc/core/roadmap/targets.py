"""What a target counts: its denominator, how many offerings it wants, and which upgrades bring them."""

import math
from collections.abc import Mapping

from lenmuc.core.roadmap.problem import Problem, Target, Upgrade


def size(upgrade: Upgrade, target: Target) -> int:
    """How many of the offerings of an upgrade are within the scope of a target and in its denominator."""
    if (target.field and upgrade.field != target.field) or (target.of == "eligible" and not upgrade.eligible):
        return 0
    owners = upgrade.agencies or ({upgrade.agency: upgrade.filings} if upgrade.agency else {})
    if target.agency:
        owners = {agency: filings for agency, filings in owners.items() if agency == target.agency}
        if not owners:
            return 0
    if owners:
        return sum(filings > 0 or target.of != "with_filings" for filings in owners.values())
    return upgrade.offerings if upgrade.filings > 0 or target.of != "with_filings" else 0


def lifts(problem: Problem, target: Target) -> dict[int, int]:
    """By number of upgrade, how many offerings it brings to the target's level that were below it.

    Of a chain of upgrades (level 3, then 4) it is the first one at the level or above that brings them.
    """
    named = set(target.upgrades)
    by_id = {upgrade.id: upgrade for upgrade in problem.upgrades}
    found: dict[int, int] = {}
    for at, upgrade in enumerate(problem.upgrades):
        if named:
            brings = upgrade.id in named
        else:
            below = by_id.get(upgrade.after)
            while below is not None and below.level < target.level:
                below = by_id.get(below.after)
            brings = upgrade.level >= target.level and below is None
        if brings and (offerings := size(upgrade, target)):
            found[at] = offerings
    return found


def denominator(problem: Problem, target: Target) -> int:
    """How many offerings there are in all. Without a `total`: those to lift, and those there already."""
    if target.total is not None:
        return target.total
    if target.upgrades:
        return target.already + sum(lifts(problem, target).values())
    return target.already + sum(size(upgrade, target) for upgrade in problem.upgrades if not upgrade.after)


def wanted(problem: Problem, target: Target) -> float:
    """How many offerings have to be at the level, those that are there already among them."""
    if target.count is not None:
        return target.count
    return math.ceil((target.share or 0.0) * denominator(problem, target) - 1e-9)


def met(problem: Problem, target: Target, reached: Mapping[str, int]) -> float:
    """How many offerings are at the level at the end of the target's quarter in this plan."""
    return target.already + sum(
        offerings
        for at, offerings in lifts(problem, target).items()
        if reached.get(problem.upgrades[at].id, target.by + 1) <= target.by
    )
