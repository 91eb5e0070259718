"""What would be if: an item a quarter sooner, more days, all capacity scaled. Answers are re-solved plans."""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from lenmuc.core.errors import Impossible, Refused
from lenmuc.core.roadmap.causes import keeping
from lenmuc.core.roadmap.problem import Item, Move, Problem, Solution
from lenmuc.core.roadmap.solve import solve

replace = msgspec.structs.replace
SEVERAL = 3
"""From so many upgrades on that need it directly, an item is an enabler."""


class Sooner(msgspec.Struct, frozen=True):
    """An item asked for a quarter sooner than it stands, shared work and other pools kept as planned.

    `possible`: whether there is such a plan. `loss`: what the best such plan brings less; below 0 it
    brings more (the plan was not proven best). `least`: no such plan brings less of a loss. `displaced`: what
    stands later in it, or nowhere. `known`: false when the time was too short to find such a plan.
    """

    item: str
    quarter: int
    possible: bool
    loss: float = 0.0
    displaced: tuple[Move, ...] = ()
    least: float = 0.0
    known: bool = True


class Point(msgspec.Struct, frozen=True):
    """A point of the frontier: all person-days times `share`, what the plan found brings, and its bound."""

    share: float
    days: float
    value: float
    bound: float


def enablers(problem: Problem) -> set[str]:
    """The items that at least three upgrades or items need directly."""
    users: dict[str, int] = {}
    for needs in (*(item.needs for item in problem.items), *(u.needs for u in problem.upgrades)):
        for need in needs:
            users[need] = users.get(need, 0) + 1
    return {id for id, count in users.items() if count >= SEVERAL}


def around(problem: Problem, finish: Mapping[str, int], pool: str, free: Iterable[str] = ()) -> Problem:
    """The problem of one pool: work of other pools, and shared work, stays where the plan has it.

    What stays takes no days any more; the days that shared work of the pool takes are taken from it first.
    Items in `free` are not held. What the plan does not finish of the held work is left out.
    """
    held = {item.id for item in problem.items if item.pool != pool} | enablers(problem)
    held -= set(free)

    def hold(item: Item) -> Item:
        if item.id not in held:
            return item
        if item.id not in finish:
            return replace(item, excluded=True, pin=None, latest=None, done=False)
        return replace(item, pin=finish[item.id], earliest=0, latest=None)

    return replace(problem, items=tuple(map(hold, problem.items)))


def sooner(problem: Problem, solution: Solution, item: str) -> Sooner:
    """What it would take to finish a planned item one quarter sooner. A first-quarter item cannot be."""
    (asked,) = (each for each in problem.items if each.id == item)
    quarter = solution.finish[item] - 1
    if quarter < 0 or asked.done or (asked.pin is not None) or asked.earliest > quarter:
        return Sooner(item, quarter, False)
    part = around(problem, solution.finish, asked.pool, [item])
    late = tuple(replace(i, latest=quarter) if i.id == item else i for i in part.items)
    try:
        plan = solve(replace(part, items=late))
    except Refused:  # what it needs is not ready
        return Sooner(item, quarter, False)
    except Impossible as why:  # the days are not there, or the time was too short to know
        return Sooner(item, quarter, False, known="seconds" not in why.message.params)
    displaced = tuple(
        Move(each.id, was, plan.finish.get(each.id))
        for each in problem.items
        if (was := solution.finish.get(each.id)) is not None
        and plan.finish.get(each.id, len(problem.quarters)) > was
    )
    loss, least = solution.value - plan.value, solution.value - plan.bound
    return Sooner(item, quarter, True, loss, displaced, min(loss, least))


def with_days(problem: Problem, pool: str, quarter: int, days: float, kind: str = "") -> Problem:
    """The same problem with so many person-days more (or, below 0, fewer) of a pool in one quarter."""

    def more(numbers: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(max(0.0, n + days) if t == quarter else n for t, n in enumerate(numbers))

    return replace(
        problem,
        pools=tuple(
            each
            if each.id != pool
            else replace(each, kinds={**each.kinds, kind: more(each.kinds[kind])})
            if kind
            else replace(each, days=more(each.days))
            for each in problem.pools
        ),
    )


def scaled(problem: Problem, share: float, pool: str = "") -> Problem:
    """The same problem with all person-days (of one pool) times `share`."""

    def times(numbers: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(share * number for number in numbers)

    return replace(
        problem,
        pools=tuple(
            replace(each, days=times(each.days), kinds={k: times(d) for k, d in each.kinds.items()})
            if pool in ("", each.id)
            else each
            for each in problem.pools
        ),
    )


def frontier(
    problem: Problem,
    shares: Iterable[float],
    pool: str = "",
    told: Callable[[int, int], object] | None = None,
    today: Solution | None = None,
) -> tuple[Point, ...]:
    """What the best plan brings for each share of today's capacity; 1.0 is today's.

    Deadlines and targets that must be met are left out: with less capacity no plan might meet them. A plan
    for fewer days is one for more as well, and no plan for fewer days exceeds the bound of more: both rise.
    `told` hears how many plans of how many are computed. `today` is a plan of the problem as it is: where
    nothing is left out, it is not computed again.
    """
    points: list[Point] = []
    wanted = sorted(shares)
    known = today if today is not None and keeping(problem, ()) == problem else None
    done, of = 0, sum(known is None or share != 1.0 for share in wanted)
    if told is not None:
        told(done, of)
    for share in wanted:
        asked = keeping(scaled(problem, share, pool), ())
        if known is not None and share == 1.0:
            plan = known
        else:
            plan = solve(asked)
            done += 1
        days = sum(sum(each.days) + sum(map(sum, each.kinds.values())) for each in asked.pools)
        points.append(Point(share, days, max([plan.value, *(p.value for p in points)]), plan.bound))
        if told is not None:
            told(done, of)
    for at in range(len(points) - 2, -1, -1):
        points[at] = replace(points[at], bound=min(points[at].bound, points[at + 1].bound))
    return tuple(points)
