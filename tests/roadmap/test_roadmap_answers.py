"""What the planner says of a plan is true: each statement is checked by solving again, or by enumeration."""

import itertools
import math

import pytest
from checker import (
    NEVER,
    best_by_enumeration,
    broken_rules,
    counted,
    days_by,
    lacks,
    must_be_a_plan,
    reached_when,
    used_by,
    worth,
)
from hypothesis import assume, given
from msgspec.structs import replace
from small_problems import bound_problems, problems, so_many

from lenmuc.core.roadmap.causes import demands, keeping, why_impossible
from lenmuc.core.roadmap.day_worth import day_worths, exactly
from lenmuc.core.roadmap.explain import NoDaysLeft, NoMoneyLeft, NoPlaceLeft, explain, unlocks
from lenmuc.core.roadmap.mistakes import mistakes
from lenmuc.core.roadmap.problem import Item, Pool, Problem, Target, Upgrade
from lenmuc.core.roadmap.solve import solve
from lenmuc.core.roadmap.what_if import around, frontier, sooner, with_days

several = so_many(200)
LOTS = 1e4


def same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-5, abs_tol=1e-4)


def without_limit(problem: Problem, reason: NoDaysLeft | NoMoneyLeft | NoPlaceLeft) -> Problem:
    match reason:
        case NoDaysLeft(pool, _, _, _, kind):
            eased = replace(problem, holidays=())
            return with_days(eased, pool, 0, LOTS, kind)
        case NoPlaceLeft(pool):
            pools = (replace(p, items=()) if p.id == pool else p for p in problem.pools)
            return replace(problem, pools=tuple(pools))
        case NoMoneyLeft(budget):
            return replace(problem, budgets=tuple(b for b in problem.budgets if b.id != budget))


@several
@given(bound_problems(items=8, upgrades=8))
def test_without_the_limit_that_is_named_the_item_comes_sooner(problem: Problem) -> None:
    problem = replace(keeping(problem, ()), objectives=(), targets=())
    assume(not list(mistakes(problem)))
    solution = solve(problem)
    for id, reason in explain(problem, solution).items():
        if isinstance(reason, NoDaysLeft | NoMoneyLeft | NoPlaceLeft):
            before = {**solution.finish, id: reason.quarter}
            assert broken_rules(problem, before)
            rest = broken_rules(without_limit(problem, reason), before)
            assert len(rest) < len(broken_rules(problem, before))
            if len(problem.budgets) + sum(bool(p.items) for p in problem.pools) == 0:
                assert not rest, "without the limit it is sooner"


@several
@given(problems(items=8, upgrades=8))
def test_without_an_enabler_what_it_unlocks_is_stuck(problem: Problem) -> None:
    solution = solve(problem)
    for id, serves in unlocks(problem, solution).items():
        items = tuple(replace(i, excluded=True) if i.id == id else i for i in problem.items)
        without = solve(replace(problem, items=items))
        stuck = [u for u in problem.upgrades if id in lacks(problem, u.id, {})]
        assert not any(u.id in without.reached for u in stuck)
        assert serves.gain == pytest.approx(sum(u.gain for u in stuck))
        waiting = {i.id for i in problem.items if id != i.id and id in below(problem, i.id)}
        assert serves.items == len(waiting)
        assert not waiting & without.finish.keys()


def below(problem: Problem, id: str) -> set[str]:
    item = next(i for i in problem.items if i.id == id)
    return {id}.union(*(below(problem, need) for need in item.needs))


@several
@given(problems(items=6, upgrades=8))
def test_a_day_more_brings_what_was_said_and_never_more(problem: Problem) -> None:
    solution = solve(problem)
    worths = day_worths(problem, solution)
    assert worths is not None
    assert worths.base >= solution.value - 1e-6
    assert len(worths.days) == len(problem.pools) * len(problem.quarters)
    for each in worths.days:
        for days in (1.0, 3.0):
            more = with_days(problem, each.pool, each.quarter, days)
            held = around(more, solution.finish, each.pool)
            if not list(mistakes(held)):
                assert solve(held).value <= worths.base + days * each.worth + 1e-3


def test_within_its_range_each_day_brings_just_its_worth() -> None:
    problem = Problem(
        ("a", "b"),
        (Pool("team", (4.0, 4.0)),),
        tuple(Item(f"i{n}", "team", 4.0) for n in range(4)),
        tuple(Upgrade(f"u{n}", 3, 8.0 - 2 * n, (f"i{n}",)) for n in range(4)),
        gap=0.0,
    )
    solution = solve(problem)  # u0 in both quarters, u1 in the second: 2 * 8 + 6
    assert solution.value == pytest.approx(22)
    first = exactly(problem, solution, "team", 0)
    assert first.worth == pytest.approx(
        (6 + 4) / 4, abs=1e-3
    )  # u1 in the first quarter too, u2 in the second
    assert first.days == 4.0
    grown = solve(with_days(problem, "team", 0, first.days))
    assert grown.value - solution.value == pytest.approx(first.days * first.worth, abs=1e-3)
    worths = day_worths(problem, solution)
    assert worths is not None
    (said,) = (w for w in worths.days if w.quarter == 0)
    assert said.worth >= first.worth - 1e-6
    second = exactly(problem, solution, "team", 1)
    assert solve(with_days(problem, "team", 1, 4)).value - solution.value == pytest.approx(
        4 * second.worth, abs=1e-3
    )


@several
@given(problems(items=6, upgrades=6))
def test_what_a_quarter_sooner_costs_is_what_the_best_such_plan_loses(problem: Problem) -> None:
    solution = solve(problem)
    for item in problem.items:
        if solution.finish.get(item.id, 0) == 0:
            continue
        answer = sooner(problem, solution, item.id)
        part = around(problem, solution.finish, item.pool, [item.id])
        forced = tuple(replace(i, latest=answer.quarter) if i.id == item.id else i for i in part.items)
        best = best_by_enumeration(replace(part, items=forced))
        assert answer.possible == (best is not None)
        if best is not None:
            assert same(answer.loss, solution.value - best)


@so_many(400)
@given(bound_problems(items=4, upgrades=4))
def test_causes_are_a_smallest_clash_and_the_relief_is_the_least_that_helps(problem: Problem) -> None:
    assume(not list(mistakes(problem)) and demands(problem))
    problem = replace(problem, objectives=(), baseline={})
    cause = why_impossible(problem)
    if best_by_enumeration(problem) is not None:
        assert cause is None
        return
    assert cause is not None
    assert best_by_enumeration(keeping(problem, cause.demands)) is None
    for left_out in cause.demands:
        rest = [demand for demand in cause.demands if demand != left_out]
        assert best_by_enumeration(keeping(problem, rest)) is not None
    clash = keeping(problem, cause.demands)
    for said in cause.reliefs:
        (target,) = (t for t in clash.targets if t.id == said.target)
        others = tuple(t for t in clash.targets if t.id != said.target)
        softer = replace(clash, targets=others)
        assert said.most == most_offerings(softer, target)
        for by in range(target.by, len(problem.quarters)):
            works = best_by_enumeration(replace(clash, targets=(*others, replace(target, by=by)))) is not None
            assert works == (said.later is not None and by >= said.later)
        least = fewest(clash)
        assert (said.days is None) == (least is None)
        if said.days is not None and least is not None:
            assert sum(said.days.values()) == pytest.approx(least, abs=1e-3)


def every_plan(problem: Problem) -> list[dict[str, int]]:
    choices = ([0] if i.done else [*range(i.earliest, len(problem.quarters)), NEVER] for i in problem.items)
    return [
        {i.id: q for i, q in zip(problem.items, quarters, strict=True) if q < NEVER}
        for quarters in itertools.product(*choices)
    ]


def most_offerings(problem: Problem, target: Target) -> float | None:
    plans = (finish for finish in every_plan(problem) if not broken_rules(problem, finish))
    found = [counted(problem, target, reached_when(problem, finish))[0] for finish in plans]
    return max(found) if found else None


def fewest(problem: Problem) -> float | None:
    """The fewest days more, in sum over pools and kinds, with which some plan breaks no rule."""
    best: float | None = None
    for finish in every_plan(problem):
        if any("over its days" not in rule for rule in broken_rules(problem, finish)):
            continue
        extra = 0.0
        for pool in problem.pools:
            for kind in ("", *pool.kinds):
                mine = [i for i in problem.items if i.pool == pool.id and not i.done]
                mine = [i for i in mine if (i.kind if i.kind in pool.kinds else "") == kind]
                used = [
                    sum(i.days for i in mine if finish.get(i.id, NEVER) <= t)
                    for t in range(len(problem.quarters))
                ]
                extra += max(
                    max(0.0, days - days_by(problem, pool.id, t, kind)) for t, days in enumerate(used)
                )
        best = extra if best is None else min(best, extra)
    return best


def test_the_frontier_rises_with_capacity_and_goes_through_today() -> None:
    problem = Problem(
        ("a", "b"),
        (Pool("team", (4.0, 4.0)),),
        tuple(Item(f"i{n}", "team", 4.0) for n in range(4)),
        tuple(Upgrade(f"u{n}", 3, 8.0 - 2 * n, (f"i{n}",)) for n in range(4)),
        gap=0.0,
    )
    points = frontier(problem, (2.0, 0.5, 1.0))
    assert [(p.share, p.days) for p in points] == [(0.5, 4.0), (1.0, 8.0), (2.0, 16.0)]
    assert [p.value for p in points] == pytest.approx([8.0, 22.0, 2 * 14 + 6])
    assert points[1].value == pytest.approx(solve(problem).value)
    for point in points:
        must_be_a_plan(scaled_by_hand(problem, point.share), solve(scaled_by_hand(problem, point.share)))
        assert worth(problem, solve(scaled_by_hand(problem, point.share)).reached) == pytest.approx(
            point.value
        )


def scaled_by_hand(problem: Problem, share: float) -> Problem:
    return replace(problem, pools=tuple(Pool(p.id, tuple(d * share for d in p.days)) for p in problem.pools))


def test_days_used_never_exceed_the_days_there_are() -> None:
    problem = Problem(
        ("a",), (Pool("team", (4.0,)),), (Item("i", "team", 4.0),), (Upgrade("u", 3, 1, ("i",)),)
    )
    assert used_by(problem, solve(problem).finish, "team", 0) == 4.0
