"""Why a problem has no plan: which demands clash, and the least that would make it possible."""

import math
from collections.abc import Iterable
from typing import Literal

import msgspec

from lenmuc.core.errors import Impossible
from lenmuc.core.roadmap.highs import maximise
from lenmuc.core.roadmap.measures import Aim
from lenmuc.core.roadmap.model import Model
from lenmuc.core.roadmap.network import Network, NoPlan
from lenmuc.core.roadmap.pieces import components
from lenmuc.core.roadmap.problem import Objective, Problem, Target
from lenmuc.core.roadmap.reduce import only_reach
from lenmuc.core.roadmap.resources import resources
from lenmuc.core.roadmap.solve import solve
from lenmuc.core.roadmap.targets import wanted


class Demand(msgspec.Struct, frozen=True):
    """Something that must hold: a target, or the deadline or pin of an item or of an upgrade."""

    sort: Literal["target", "item", "upgrade"]
    id: str
    quarter: int


class Relief(msgspec.Struct, frozen=True):
    """The smallest change of each kind that alone makes a target possible; `None`: none of that kind does.

    `most`: the offerings that can be at the level when the target is due. `later`: the first quarter (index)
    by which the target can be met. `days`: the fewest person-days more, given from the first quarter on, by
    pool; with less in sum it cannot be met, whichever pools get them.
    """

    target: str
    wanted: float
    most: float | None
    later: int | None
    days: dict[str, float] | None


class Cause(msgspec.Struct, frozen=True):
    """Demands that cannot all be met, though they could without any one; what would help each target."""

    demands: tuple[Demand, ...]
    reliefs: tuple[Relief, ...]


def demands(problem: Problem) -> tuple[Demand, ...]:
    """Everything in a problem that must hold by a quarter."""
    found = [Demand("target", t.id, t.by) for t in problem.targets if t.weight is None]
    for item in problem.items:
        end = item.pin if item.pin is not None else item.latest
        if end is not None and not item.done:
            found.append(Demand("item", item.id, end))
    found += [Demand("upgrade", u.id, u.latest) for u in problem.upgrades if u.latest is not None]
    return tuple(found)


def keeping(problem: Problem, kept: Iterable[Demand]) -> Problem:
    """The same problem with only these demands. A pin that goes leaves the item free."""
    names = {(demand.sort, demand.id) for demand in kept}
    replace = msgspec.structs.replace
    return replace(
        problem,
        targets=tuple(t for t in problem.targets if t.weight is not None or ("target", t.id) in names),
        items=tuple(
            item if ("item", item.id) in names else replace(item, latest=None, pin=None)
            for item in problem.items
        ),
        upgrades=tuple(
            u if u.latest is None or ("upgrade", u.id) in names else replace(u, latest=None)
            for u in problem.upgrades
        ),
    )


def possible(problem: Problem) -> bool:
    """Whether there is any plan. Raises `Impossible` itself when the time was too short to know."""
    alone = msgspec.structs.replace(problem, objectives=(Objective("gain", 0.0),), in_order=False, gap=1.0)
    soft = tuple(target for target in alone.targets if target.weight is None)
    try:
        solve(msgspec.structs.replace(alone, targets=soft))
    except Impossible as why:
        if "seconds" in why.message.params:
            raise
        return False
    return True


def why_impossible(problem: Problem) -> Cause | None:
    """A smallest set of demands that clash, with the relief of each target in it; `None`: there is a plan.

    Smallest means: without any one of them there is a plan. Found by leaving out one after the other
    (Chinneck and Dravnieks 1991). Raises `Impossible` when a step could not be decided in the problem's time.
    """
    kept = list(demands(problem))
    if possible(keeping(problem, kept)):
        return None
    size = max(1, len(kept) // 2)
    while size:  # whole halves first, then smaller blocks: many deadlines have nothing to do with it
        at = 0
        while at < len(kept):
            fewer = kept[:at] + kept[at + size :]
            if possible(keeping(problem, fewer)):
                at += size
            else:
                kept = fewer
        size //= 2
    clash = keeping(problem, kept)
    reliefs = [relief(clash, t) for t in clash.targets if Demand("target", t.id, t.by) in kept]
    return Cause(tuple(kept), tuple(reliefs))


def relief(problem: Problem, target: Target) -> Relief:
    """The smallest changes that would make this hard target of a problem possible, each alone."""
    others = tuple(t for t in problem.targets if t.id != target.id)
    replace = msgspec.structs.replace
    most: float | None = None
    try:
        soft = (*others, replace(target, weight=1.0))
        plan = solve(
            replace(problem, targets=soft, objectives=(Objective("targets"),), in_order=False, gap=0.0)
        )
        most = plan.met[target.id]
    except Impossible:
        pass
    later = next(
        (
            by
            for by in range(target.by, len(problem.quarters))
            if possible(replace(problem, targets=(*others, replace(target, by=by))))
        ),
        None,
    )
    return Relief(target.id, wanted(problem, target), most, later, fewest_days(problem))


def fewest_days(problem: Problem) -> dict[str, float] | None:
    """The fewest person-days more, given from the first quarter on, with which a problem has a plan, by pool.

    `None`: no number of days is enough, or the time was too short to prove it.
    """
    network = Network(problem, Aim({}))
    try:
        only_reach(network)
        components(network)  # finds a target that nothing counts for
    except NoPlan:
        return None
    stock = resources(problem)
    people = [number for number, resource in enumerate(stock) if resource.sort == "days"]
    try:
        model = Model(network, network.in_order(), elastic=people)
    except NoPlan:
        return None
    found = maximise(model.program, seconds=problem.seconds)
    if found.values is None:
        return None
    days: dict[str, float] = {}
    for number, column in model.extra.items():
        if found.values[column] > 1e-6:
            pool = stock[number].id
            days[pool] = days.get(pool, 0.0) + found.values[column]
    return days if found.bound + math.fsum(days.values()) < 1e-4 else None
