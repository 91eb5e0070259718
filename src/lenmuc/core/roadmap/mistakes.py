"""What is wrong with a problem: every mistake with its place in the file and what to do about it."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Final

from lenmuc.core.errors import N_, Fault, Refused, fault
from lenmuc.core.roadmap.problem import PERSON_DAYS, Problem, Target, first_quarter, last_quarter
from lenmuc.core.roadmap.targets import denominator, lifts

TWICE: Final = N_("“%(id)s” is there twice. Give every one its own id.")
EMPTY_ID: Final = N_("The id is empty. Give it one.")
NO_QUARTERS: Final = N_("Name at least one quarter, such as 2027Q1.")
WRONG_LENGTH: Final = N_("There are %(given)s numbers for %(wanted)s quarters. Give one for each quarter.")
BAD_NUMBER: Final = N_("%(number)s cannot be used here. Give a number of 0 or more.")
BAD_SHARE: Final = N_("%(number)s cannot be used here. Give a share between 0 and 1, such as 0.01.")
BAD_SECONDS: Final = N_("%(number)s cannot be used here. Give a number of seconds above 0.")
BAD_QUARTER: Final = N_(
    "There is no quarter %(number)s. Count from 0 for the first to %(last)s for the last quarter."
)
NO_POOL: Final = N_("There is no pool “%(id)s”. Add it to the pools or correct the name.")
NO_ITEM: Final = N_("There is no work item “%(id)s”. Add it to the items or correct the name.")
NO_UPGRADE: Final = N_("There is no upgrade “%(id)s”. Add it to the upgrades or correct the name.")
NO_AGENCY: Final = N_(
    "No upgrade is of an agency “%(id)s”. Correct the name, or give the upgrades their agency."
)
NO_FIELD: Final = N_("No upgrade is of a field “%(id)s”. Correct the name, or give the upgrades their field.")
CIRCLE: Final = N_("Each of these waits for the next, in a circle: %(circle)s. Take one of the needs out.")
NOT_DAYS: Final = N_(
    "Capacity is counted in person-days, not in “%(unit)s”. Write the person-days of each quarter: one "
    "person for a whole quarter is about 60."
)
NOT_CURRENCY: Final = N_("This is in “%(unit)s”, all other money in “%(currency)s”. Convert it.")
TWO_ENDS: Final = N_("Pinned and excluded at once, or finished already. Leave one of them.")
PIN_EARLY: Final = N_(
    "It is pinned to %(pin)s but may not be finished before %(earliest)s. Change one of the two."
)
PIN_LATE: Final = N_("It is pinned to %(pin)s but must be finished by %(latest)s. Change one of the two.")
TOO_SOON: Final = N_(
    "It must be finished by %(latest)s, but %(need)s, which comes first, cannot be finished before "
    "%(earliest)s. Move one of the two."
)
NEVER: Final = N_("It must be finished by %(latest)s, but %(need)s, which comes first, is never done.")
ONE_OF_TWO: Final = N_("Say either which share is to be reached or how many, and not both.")
EMPTY_DENOMINATOR: Final = N_(
    "It counts no offering at all: there is nothing to have a share of. Widen its scope."
)
TOO_MANY: Final = N_(
    "%(wanted)s are wanted, but there are only %(there)s. Lower the number or widen the scope."
)
NOT_COUNTED: Final = N_(
    "It may be missed at a price, but the objectives do not count targets. Add “targets” to them, or take "
    "its weight away."
)
NO_BASELINE: Final = N_("There is no baseline to move from. Give one, or take this objective away.")
NO_SOFT_TARGET: Final = N_("No target has a weight. Give one to a target, or take this objective away.")


def check(problem: Problem) -> None:
    """Refuse a problem that contradicts itself. Raises `Refused` with every mistake found and its place."""
    found = list(mistakes(problem))
    if found:
        raise Refused(found)


def mistakes(problem: Problem) -> Iterator[Fault]:
    """Every mistake in the problem; what rests on others only when those are right."""
    found = [*_frame(problem), *_pools(problem), *_items(problem), *_upgrades(problem), *_money(problem)]
    yield from found
    if not found:
        yield from _times(problem)
        for at, target in enumerate(problem.targets):
            yield from _target(problem, f"targets[{at}]", target)
        yield from _aims(problem)


def _frame(problem: Problem) -> Iterator[Fault]:
    if not problem.quarters:
        yield fault("quarters", NO_QUARTERS)
    yield from _twice("quarters", problem.quarters)
    yield from _amount("discount", problem.discount)
    yield from _share("gap", problem.gap)
    if not (math.isfinite(problem.seconds) and problem.seconds > 0):
        yield fault("seconds", BAD_SECONDS, number=problem.seconds)


def _pools(problem: Problem) -> Iterator[Fault]:
    yield from _twice("pools", [pool.id for pool in problem.pools])
    known = {pool.id for pool in problem.pools}
    for at, pool in enumerate(problem.pools):
        place = f"pools[{at}]"
        if pool.unit != PERSON_DAYS:
            yield fault(f"{place}.unit", NOT_DAYS, unit=pool.unit)
        yield from _series(problem, f"{place}.days", pool.days)
        for kind, days in pool.kinds.items():
            yield from _series(problem, f"{place}.kinds[{kind}]", days)
        if pool.items:
            yield from _series(problem, f"{place}.items", pool.items)
    for at, holiday in enumerate(problem.holidays):
        yield from _quarter(problem, f"holidays[{at}].quarter", holiday.quarter)
        yield from _share(f"holidays[{at}].share", holiday.share)
        if holiday.pool:
            yield from _known(f"holidays[{at}].pool", holiday.pool, known, NO_POOL)


def _items(problem: Problem) -> Iterator[Fault]:
    yield from _twice("items", [item.id for item in problem.items])
    pools = {pool.id for pool in problem.pools}
    items = {item.id for item in problem.items}
    names = problem.quarters
    for at, item in enumerate(problem.items):
        place = f"items[{at}]"
        yield from _known(f"{place}.pool", item.pool, pools, NO_POOL)
        yield from _amount(f"{place}.days", item.days)
        yield from _amount(f"{place}.cost", item.cost)
        yield from _amount(f"{place}.earliest", item.earliest)
        for nth, need in enumerate(item.needs):
            yield from _known(f"{place}.needs[{nth}]", need, items, NO_ITEM)
        wrong = [
            *_quarter(problem, f"{place}.latest", item.latest),
            *_quarter(problem, f"{place}.pin", item.pin),
        ]
        yield from wrong
        if item.excluded and (item.pin is not None or item.latest is not None or item.done):
            yield fault(f"{place}.excluded", TWO_ENDS)
        if item.pin is not None and not wrong:
            if item.done:
                yield fault(f"{place}.pin", TWO_ENDS)
            elif item.earliest > item.pin:
                earliest = names[item.earliest] if item.earliest < len(names) else str(item.earliest)
                yield fault(f"{place}.pin", PIN_EARLY, pin=names[item.pin], earliest=earliest)
            elif item.latest is not None and item.latest < item.pin:
                yield fault(f"{place}.pin", PIN_LATE, pin=names[item.pin], latest=names[item.latest])
    yield from _circle("items", {item.id: item.needs for item in problem.items})
    for id, quarter in problem.baseline.items():
        yield from _known(f"baseline[{id}]", id, items, NO_ITEM)
        yield from _quarter(problem, f"baseline[{id}]", quarter)


def _upgrades(problem: Problem) -> Iterator[Fault]:
    yield from _twice("upgrades", [upgrade.id for upgrade in problem.upgrades])
    items = {item.id for item in problem.items}
    upgrades = {upgrade.id for upgrade in problem.upgrades}
    for at, upgrade in enumerate(problem.upgrades):
        place = f"upgrades[{at}]"
        yield from _amount(f"{place}.gain", upgrade.gain)
        yield from _amount(f"{place}.offerings", upgrade.offerings)
        yield from _amount(f"{place}.filings", upgrade.filings)
        for nth, need in enumerate(upgrade.needs):
            yield from _known(f"{place}.needs[{nth}]", need, items, NO_ITEM)
        if upgrade.after:
            yield from _known(f"{place}.after", upgrade.after, upgrades, NO_UPGRADE)
        yield from _quarter(problem, f"{place}.latest", upgrade.latest)
    yield from _circle("upgrades", {u.id: (u.after,) for u in problem.upgrades if u.after})


def _money(problem: Problem) -> Iterator[Fault]:
    yield from _twice("budgets", [budget.id for budget in problem.budgets])
    pools = {pool.id for pool in problem.pools}
    for at, budget in enumerate(problem.budgets):
        place = f"budgets[{at}]"
        if budget.unit != problem.currency:
            yield fault(f"{place}.unit", NOT_CURRENCY, unit=budget.unit, currency=problem.currency)
        if len(budget.amounts) == 1:
            yield from _amount(f"{place}.amounts[0]", budget.amounts[0])
        else:
            yield from _series(problem, f"{place}.amounts", budget.amounts)
        for nth, pool in enumerate(budget.pools):
            yield from _known(f"{place}.pools[{nth}]", pool, pools, NO_POOL)


def _times(problem: Problem) -> Iterator[Fault]:
    """What must be finished by a quarter in which something it needs cannot be there yet."""
    items = {item.id: item for item in problem.items}
    names = problem.quarters
    known: dict[str, tuple[int, str]] = {}  # the first quarter of each, and the item that says so
    for id in TopologicalSorter({item.id: item.needs for item in problem.items}).static_order():
        own = 0 if items[id].done else first_quarter(problem, items[id])
        known[id] = max([(own, id), *(known[need] for need in items[id].needs)], key=lambda pair: pair[0])

    def late(place: str, latest: int, needs: Iterable[str]) -> Iterator[Fault]:
        worst = max((known[need] for need in needs), key=lambda pair: pair[0], default=(0, ""))
        if worst[0] >= len(names):
            yield fault(place, NEVER, latest=names[latest], need=worst[1])
        elif worst[0] > latest:
            yield fault(place, TOO_SOON, latest=names[latest], need=worst[1], earliest=names[worst[0]])

    for at, item in enumerate(problem.items):
        latest = last_quarter(item)
        if latest is not None and not item.done:
            yield from late(f"items[{at}].{'latest' if item.pin is None else 'pin'}", latest, [item.id])
    by_id = {upgrade.id: upgrade for upgrade in problem.upgrades}
    for at, upgrade in enumerate(problem.upgrades):
        if upgrade.latest is not None:
            needs = list(upgrade.needs)
            below = by_id.get(upgrade.after)
            while below is not None:
                needs += below.needs
                below = by_id.get(below.after)
            yield from late(f"upgrades[{at}].latest", upgrade.latest, needs)


def _target(problem: Problem, place: str, target: Target) -> Iterator[Fault]:
    found = [*_quarter(problem, f"{place}.by", target.by)]
    if not target.id or sum(other.id == target.id for other in problem.targets) > 1:
        found.append(fault(f"{place}.id", TWICE if target.id else EMPTY_ID, id=target.id))
    if (target.share is None) == (target.count is None):
        found.append(fault(place, ONE_OF_TWO))
    if target.share is not None:
        found += _share(f"{place}.share", target.share)
    for name, number in (("count", target.count), ("already", target.already), ("weight", target.weight)):
        if number is not None:
            found += _amount(f"{place}.{name}", number)
    agencies = {agency for upgrade in problem.upgrades for agency in (upgrade.agency, *upgrade.agencies)}
    if target.agency:
        found += _known(f"{place}.agency", target.agency, agencies, NO_AGENCY)
    if target.field:
        found += _known(f"{place}.field", target.field, {u.field for u in problem.upgrades}, NO_FIELD)
    upgrades = {upgrade.id for upgrade in problem.upgrades}
    for nth, upgrade in enumerate(target.upgrades):
        found += _known(f"{place}.upgrades[{nth}]", upgrade, upgrades, NO_UPGRADE)
    yield from found
    if found:
        return
    there = denominator(problem, target)
    if there <= 0:
        yield fault(place, EMPTY_DENOMINATOR)
    most = target.already + sum(lifts(problem, target).values())
    if target.total is not None and target.total < target.already:
        yield fault(f"{place}.total", TOO_MANY, wanted=target.already, there=target.total)
    elif target.count is not None and target.count > max(there, most):
        yield fault(f"{place}.count", TOO_MANY, wanted=target.count, there=max(there, most))


def _aims(problem: Problem) -> Iterator[Fault]:
    named = [objective.measure for objective in problem.objectives]
    yield from _twice("objectives", named)
    soft = [at for at, target in enumerate(problem.targets) if target.weight is not None]
    for at, objective in enumerate(problem.objectives):
        yield from _amount(f"objectives[{at}].weight", objective.weight)
        if objective.measure == "moves" and not problem.baseline:
            yield fault(f"objectives[{at}]", NO_BASELINE)
        if objective.measure == "targets" and not soft:
            yield fault(f"objectives[{at}]", NO_SOFT_TARGET)
    if named and "targets" not in named:
        for at in soft:
            yield fault(f"targets[{at}].weight", NOT_COUNTED)


def _series(problem: Problem, place: str, numbers: Sequence[float]) -> Iterator[Fault]:
    if len(numbers) != len(problem.quarters):
        yield fault(place, WRONG_LENGTH, given=len(numbers), wanted=len(problem.quarters))
    for t, number in enumerate(numbers):
        yield from _amount(f"{place}[{t}]", number)


def _twice(place: str, ids: Sequence[str]) -> Iterator[Fault]:
    often = Counter(ids)
    seen: set[str] = set()
    for at, each in enumerate(ids):
        if not each:
            yield fault(f"{place}[{at}]", EMPTY_ID)
        elif often[each] > 1 and each in seen:
            yield fault(f"{place}[{at}]", TWICE, id=each)
        seen.add(each)


def _known(place: str, id: str, there: Iterable[str], words: str) -> Iterator[Fault]:
    if id not in there:
        yield fault(place, words, id=id)


def _amount(place: str, number: float) -> Iterator[Fault]:
    if not (math.isfinite(number) and number >= 0):
        yield fault(place, BAD_NUMBER, number=number)


def _share(place: str, number: float) -> Iterator[Fault]:
    if not 0 <= number <= 1:
        yield fault(place, BAD_SHARE, number=number)


def _quarter(problem: Problem, place: str, quarter: int | None) -> Iterator[Fault]:
    if quarter is not None and not 0 <= quarter < len(problem.quarters):
        yield fault(place, BAD_QUARTER, number=quarter, last=len(problem.quarters) - 1)


def _circle(place: str, needs: Mapping[str, Iterable[str]]) -> Iterator[Fault]:
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))  # graphlib lists what is needed first
        yield fault(place, CIRCLE, circle=" → ".join(circle))
