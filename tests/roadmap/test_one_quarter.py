"""A choice of one quarter is searched by branching: nothing better is lost, and every bound is true."""

import math
import random

import numpy as np
import pytest
from checker import best_by_enumeration, must_be_a_plan
from hypothesis import given, reject
from hypothesis import strategies as st
from msgspec.structs import replace
from small_problems import so_many

from lenmuc.core.roadmap.choice import choice_of
from lenmuc.core.roadmap.highs import Boxed, maximise
from lenmuc.core.roadmap.model import Model
from lenmuc.core.roadmap.network import Network
from lenmuc.core.roadmap.problem import Budget, Item, Pool, Problem, Target, Upgrade
from lenmuc.core.roadmap.solve import solve
from lenmuc.core.roadmap.tree import Tree

NEVER = -1.0  # no plan is that near to its bound: the search never leaves the rest to the solver


@st.composite
def choices(draw: st.DrawFn) -> Problem:
    """One team, one quarter; work that needs other work and serves several upgrades."""
    items: list[Item] = []
    for n in range(draw(st.integers(3, 8))):
        before = [item.id for item in items]
        needs = draw(st.lists(st.sampled_from(before), unique=True, max_size=2)) if before else []
        items.append(Item(f"i{n}", "team", draw(st.sampled_from([0.0, 0.1, 1.0, 2.0, 3.0])), tuple(needs)))
    ids = st.sampled_from([item.id for item in items])
    gain = st.sampled_from([0.0, 1.0, 2.0, 3.0, 7.0] + ([0.25, 1 / 3] if draw(st.booleans()) else []))
    upgrades: list[Upgrade] = []
    for n in range(draw(st.integers(3, 8))):
        after = draw(st.sampled_from(["", "", "", *(each.id for each in upgrades)]))
        needs = draw(st.lists(ids, unique=True, min_size=1, max_size=3))
        upgrades.append(Upgrade(f"u{n}", 4 if after else 3, draw(gain), tuple(needs), after))
    days = draw(st.sampled_from([0.3, 1.0, 2.0, 4.0, 5.0]))
    return Problem(("now",), (Pool("team", (days,)),), tuple(items), tuple(upgrades), gap=0.0)


def made_up(seed: int, works: int = 30, whole: bool = True) -> Problem:
    """Upgrades that share so much work that the linear program cannot part them."""
    chance = random.Random(seed)
    ids = [f"i{n}" for n in range(works)]
    items = [Item(id, "team", float(chance.randint(3, 9)), (ids[n // 3],) if n > 9 and n % 2 else ())
             for n, id in enumerate(ids)]  # fmt: skip
    gain = (lambda: float(chance.randint(10, 60))) if whole else (lambda: chance.uniform(10.0, 60.0))
    upgrades = [Upgrade(f"u{n}", 3, gain(), tuple(chance.sample(ids, 3))) for n in range(works)]
    days = float(int(0.4 * sum(item.days for item in items)))
    return Problem(("now",), (Pool("team", (days,)),), tuple(items), tuple(upgrades), gap=0.0)


def searching(problem: Problem, gap: float = 0.0, near: float = NEVER) -> tuple[Tree, Model]:
    network = Network(problem)
    model = Model(network, network.in_order())
    choice = choice_of(model)
    if choice is None:
        reject()  # there is enough for everything
    nothing = np.zeros(model.columns, dtype=bool)
    return Tree(choice, model.program, nothing, gap, near), model


def must_be_possible(problem: Problem, tree: Tree, model: Model) -> None:
    """The plan of the tree has all its needs and its days, and is worth what it says."""
    plan = {node for node in model.part if tree.plan[model.first[node]]}
    assert all(model.network.needs[node] <= plan for node in plan)
    days = math.fsum(sum(model.network.days[node].values()) for node in plan)
    assert days <= problem.pools[0].days[0] + 1e-5
    assert tree.best == pytest.approx(math.fsum(model.network.gain[node] for node in plan))


@so_many(100)
@given(choices())
def test_search_finds_what_looking_at_every_plan_finds(problem: Problem) -> None:
    tree, model = searching(problem)
    best = best_by_enumeration(problem) or 0.0
    assert tree.search(60.0)
    must_be_possible(problem, tree, model)
    assert math.isclose(tree.best, best, rel_tol=1e-8, abs_tol=1e-9)
    assert math.isclose(tree.bound(), best, rel_tol=1e-6, abs_tol=1e-9)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("whole", [True, False])
def test_search_with_a_gap_keeps_a_true_bound(seed: int, whole: bool) -> None:
    tree, model = searching(made_up(seed, whole=whole), gap=0.05)
    assert tree.search(60.0)
    assert tree.best - 1e-6 <= maximise(model.program).bound <= tree.bound() + 1e-6
    assert tree.bound() <= tree.best * 1.05 + 1e-6


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("whole", [True, False])
def test_search_agrees_with_the_solver_and_every_bound_on_the_way_is_true(seed: int, whole: bool) -> None:
    problem = made_up(seed, whole=whole)
    tree, model = searching(problem)
    told: list[tuple[float, float]] = []
    assert tree.search(60.0, lambda value, bound: told.append((value, bound)))
    must_be_possible(problem, tree, model)
    best = maximise(model.program).bound
    assert tree.best == pytest.approx(best, rel=1e-8)
    assert tree.bound() == pytest.approx(best, rel=1e-6)
    assert told
    assert all(value <= best + 1e-6 <= bound + 2e-6 for value, bound in told)


@pytest.mark.parametrize("nodes", [1, 2, 5])
def test_a_stopped_search_has_a_plan_and_a_true_bound(nodes: int) -> None:
    problem = made_up(1)
    tree, model = searching(problem)
    assert tree.search(60.0, lambda value, bound: tree.nodes == nodes)
    must_be_possible(problem, tree, model)
    best = maximise(model.program).bound
    assert 0 < tree.best <= best + 1e-6 <= tree.bound() + 2e-6
    assert tree.bound() > tree.best


def test_a_search_without_time_has_no_bound_below_the_best() -> None:
    tree, _ = searching(made_up(1))
    assert tree.search(0.0)
    assert (tree.best, tree.bound()) == (0.0, math.inf)
    late, model = searching(made_up(1))
    assert late.search(60.0, late=lambda: late.nodes >= 3)
    assert late.best < maximise(model.program).bound <= late.bound()


def test_a_search_that_comes_near_at_once_leaves_the_rest_to_the_solver() -> None:
    tree, model = searching(made_up(2), near=0.2)
    assert not tree.search(60.0)
    assert tree.best <= maximise(model.program).bound + 1e-6 <= tree.bound() + 2e-6


@pytest.mark.parametrize("seed", range(5))
def test_what_is_settled_is_so_in_every_plan_that_keeps_to_it(seed: int) -> None:
    tree, model = searching(made_up(seed))
    chance = np.random.default_rng(seed)
    for _ in range(20):
        plan = tree.choice.rounded(np.zeros(model.columns), chance.random(model.columns))
        lower = np.where(plan & (chance.random(model.columns) < 0.5), 1.0, 0.0)
        upper = np.where(plan | (chance.random(model.columns) < 0.5), 1.0, 0.0)
        assert tree.choice.settle(lower, upper)
        assert (lower <= plan).all()
        assert (plan <= upper).all()


def test_bounds_hold_whatever_is_certain() -> None:
    _, model = searching(made_up(3))
    chance = random.Random(3)
    linear = Boxed(model.program)
    for enough in (-math.inf, 400.0, math.inf):
        lower, upper = np.zeros(model.columns), np.ones(model.columns)
        for column in chance.sample(range(model.columns), 6):
            upper[column] = 0.0
        model.program.upper = list(upper)
        answer = linear.solve(lower, upper, enough, 60.0)
        assert answer is not None
        exact = maximise(model.program, relaxed=True).bound
        assert answer.bound >= exact - 1e-7
        if exact > enough or enough < 0:
            assert answer.bound == pytest.approx(exact)


@pytest.mark.parametrize("seed", range(3))
def test_order_and_names_do_not_change_what_is_best(seed: int) -> None:
    problem = made_up(5)
    chance = random.Random(seed)
    other = replace(
        problem,
        items=tuple(chance.sample(problem.items, len(problem.items))),
        upgrades=tuple(chance.sample(problem.upgrades, len(problem.upgrades))),
    )
    one, two = solve(problem), solve(other)
    must_be_a_plan(other, two)
    assert (one.value, one.status, two.status) == (two.value, "optimal", "optimal")


@pytest.mark.parametrize(
    "more",
    [
        {"quarters": ("Q1", "Q2"), "pools": (Pool("team", (9.0, 9.0)),)},
        {"targets": (Target("half", 3, 0, share=0.5),)},
        {"targets": (Target("half", 3, 0, share=0.5, weight=1.0),)},
        {"budgets": (Budget("all", (9.0,)),)},
        {"upgrades": (*made_up(5).upgrades, Upgrade("due", 3, 1.0, ("i1",), latest=0))},
    ],
)
def test_what_is_more_than_a_choice_is_left_to_the_solver(more: dict[str, object]) -> None:
    problem = replace(made_up(5), items=tuple(replace(item, cost=1.0) for item in made_up(5).items))

    def choice(problem: Problem) -> object:
        network = Network(problem)
        return choice_of(Model(network, network.in_order()))

    assert choice(problem) is not None
    assert choice(replace(problem, **more)) is None
