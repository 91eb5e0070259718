"""What a roadmap is asked: pools of people, work items, upgrades and quarters; and what it answers."""

import math
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

import msgspec

from lenmuc.core.errors import N_, Fault, Refused, fault

# Sums of days are compared with this allowance (person-days; about a third of a second of work), so that
# 0.1 + 0.2 fits into 0.3. Wider than the solver's own tolerance of 1e-6, so its plans stay within it.
ALLOWANCE = 1e-5


class Pool(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """People who share their time: `days` holds the person-days there are in each quarter, one number a
    quarter.
    """

    id: str
    days: tuple[float, ...]


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Work to do once: `days` person-days of one pool, after all of `needs` (the same quarter is allowed).

    `earliest` is the index of the first quarter in which it may be finished (a law comes into force, a
    contract
    starts). `criterion` and `target` say what it meets and where (an agency, a service, or both); `confirm`
    marks work that stands for an unknown answer and must be confirmed first.
    """

    id: str
    pool: str
    days: float
    needs: tuple[str, ...] = ()
    criterion: str = ""
    target: str = ""
    confirm: bool = False
    earliest: int = 0


class Upgrade(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A lift of one offering, or of a group of alike ones, to a level: reached when all its items are
    finished.

    `gain` is trips saved a quarter from the quarter in which it is reached on. `after` names the upgrade that
    must be reached first (level 3 before 4). `offerings` counts the group, `filings` its filings a year.
    `agencies` says whose they are, each with its filings a year, when there are several.
    """

    id: str
    level: int
    gain: float
    needs: tuple[str, ...] = ()
    after: str = ""
    offerings: int = 1
    filings: int = 0
    agencies: dict[str, int] = {}


class Problem(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The whole question, as stored and as read by `lenmuc plan`.

    Work finished by the end of quarter t uses the days of quarters 1..t of its pool: work may start in
    earlier
    quarters, nothing is borrowed from later ones. An upgrade reached in quarter t counts its gain in t and
    in every
    later quarter, divided by (1 + discount) ** index of the quarter. The solver stops when the
    plan is proven to be within `gap` (a share) of the best, or after `seconds`.
    """

    quarters: tuple[str, ...]
    pools: tuple[Pool, ...]
    items: tuple[Item, ...]
    upgrades: tuple[Upgrade, ...]
    discount: float = 0.0
    gap: float = 0.001
    seconds: float = 60.0


class Solution(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A plan and its proof. Quarters are indexes into `Problem.quarters`; what is absent is not in the plan.

    `value` is trips saved over the horizon (discounted). No plan can save more than `bound`, so the best
    possible plan is at most `gap` (a share of `value`) better. `status` is "optimal", "gap reached" or
    "time limit".
    `seconds` is what the solver took; `columns` and `rows` are the size of the model it was given.
    """

    finish: dict[str, int]
    reached: dict[str, int]
    value: float
    bound: float
    gap: float
    status: str
    seconds: float
    columns: int = 0
    rows: int = 0


def check(problem: Problem) -> None:
    """Refuse a problem that contradicts itself. Raises `Refused` with every mistake found and its place."""
    found = list(mistakes(problem))
    if found:
        raise Refused(found)


def weights(problem: Problem) -> tuple[float, ...]:
    """The (discounted) quarters of gain an upgrade brings when it is reached in quarter t, for each t."""
    each = [(1.0 + problem.discount) ** -t for t in range(len(problem.quarters))]
    return tuple(math.fsum(each[t:]) for t in range(len(each)))


def capacity(problem: Problem) -> dict[str, tuple[float, ...]]:
    """Person-days of each pool from the first quarter to the end of quarter t, for each t."""
    return {
        pool.id: tuple(math.fsum(pool.days[: t + 1]) for t in range(len(pool.days))) for pool in problem.pools
    }


def value_of(problem: Problem, reached: Mapping[str, int]) -> float:
    """Trips saved over the horizon when upgrades are reached in these quarters."""
    weight = weights(problem)
    return math.fsum(u.gain * weight[reached[u.id]] for u in problem.upgrades if u.id in reached)


TWICE = N_("“%(id)s” is there twice. Give every one its own id.")
EMPTY_ID = N_("The id is empty. Give it one.")
NO_QUARTERS = N_("Name at least one quarter, such as 2027Q1.")
WRONG_LENGTH = N_("There are %(given)s numbers for %(wanted)s quarters. Give one for each quarter.")
BAD_NUMBER = N_("%(number)s cannot be used here. Give a number of 0 or more.")
BAD_GAP = N_("%(number)s cannot be used here. Give a share between 0 and 1, such as 0.01.")
BAD_SECONDS = N_("%(number)s cannot be used here. Give a number of seconds above 0.")
NO_POOL = N_("There is no pool “%(id)s”. Add it to the pools or correct the name.")
NO_ITEM = N_("There is no work item “%(id)s”. Add it to the items or correct the name.")
NO_UPGRADE = N_("There is no upgrade “%(id)s”. Add it to the upgrades or correct the name.")
CIRCLE = N_("Each of these waits for the next, in a circle: %(circle)s. Take one of the needs out.")


def mistakes(problem: Problem) -> Iterator[Fault]:
    """Every mistake in the problem, in the order of its file."""
    if not problem.quarters:
        yield fault("quarters", NO_QUARTERS)
    yield from _twice("quarters", problem.quarters)
    if not (math.isfinite(problem.discount) and problem.discount >= 0):
        yield fault("discount", BAD_NUMBER, number=problem.discount)
    if not 0 <= problem.gap <= 1:
        yield fault("gap", BAD_GAP, number=problem.gap)
    if not (math.isfinite(problem.seconds) and problem.seconds > 0):
        yield fault("seconds", BAD_SECONDS, number=problem.seconds)
    yield from _twice("pools", [pool.id for pool in problem.pools])
    yield from _twice("items", [item.id for item in problem.items])
    yield from _twice("upgrades", [upgrade.id for upgrade in problem.upgrades])
    for at, pool in enumerate(problem.pools):
        if len(pool.days) != len(problem.quarters):
            given, wanted = len(pool.days), len(problem.quarters)
            yield fault(f"pools[{at}].days", WRONG_LENGTH, given=given, wanted=wanted)
        for t, days in enumerate(pool.days):
            yield from _amount(f"pools[{at}].days[{t}]", days)
    yield from _item_mistakes(problem)
    yield from _upgrade_mistakes(problem)


def _item_mistakes(problem: Problem) -> Iterator[Fault]:
    pools = {pool.id for pool in problem.pools}
    items = {item.id for item in problem.items}
    for at, item in enumerate(problem.items):
        if item.pool not in pools:
            yield fault(f"items[{at}].pool", NO_POOL, id=item.pool)
        yield from _amount(f"items[{at}].days", item.days)
        yield from _amount(f"items[{at}].earliest", item.earliest)
        for nth, need in enumerate(item.needs):
            if need not in items:
                yield fault(f"items[{at}].needs[{nth}]", NO_ITEM, id=need)
    yield from _circle("items", {item.id: item.needs for item in problem.items})


def _upgrade_mistakes(problem: Problem) -> Iterator[Fault]:
    items = {item.id for item in problem.items}
    upgrades = {upgrade.id for upgrade in problem.upgrades}
    for at, upgrade in enumerate(problem.upgrades):
        yield from _amount(f"upgrades[{at}].gain", upgrade.gain)
        yield from _amount(f"upgrades[{at}].offerings", upgrade.offerings)
        yield from _amount(f"upgrades[{at}].filings", upgrade.filings)
        for nth, need in enumerate(upgrade.needs):
            if need not in items:
                yield fault(f"upgrades[{at}].needs[{nth}]", NO_ITEM, id=need)
        if upgrade.after and upgrade.after not in upgrades:
            yield fault(f"upgrades[{at}].after", NO_UPGRADE, id=upgrade.after)
    yield from _circle("upgrades", {u.id: (u.after,) for u in problem.upgrades if u.after})


def _twice(place: str, ids: tuple[str, ...] | list[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for at, each in enumerate(ids):
        if not each:
            yield fault(f"{place}[{at}]", EMPTY_ID)
        elif each in seen:
            yield fault(f"{place}[{at}]", TWICE, id=each)
        seen.add(each)


def _amount(place: str, number: float) -> Iterator[Fault]:
    if not (math.isfinite(number) and number >= 0):
        yield fault(place, BAD_NUMBER, number=number)


def _circle(place: str, needs: Mapping[str, tuple[str, ...]]) -> Iterator[Fault]:
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))  # graphlib lists what is needed first
        yield fault(place, CIRCLE, circle=" → ".join(circle))
