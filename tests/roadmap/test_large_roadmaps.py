"""Roadmaps too large for one model: prices give a bound that no plan exceeds, and a plan that is one."""

import random

import numpy as np
import pytest
from checker import must_be_a_plan
from msgspec import structs

from lenmuc.core.roadmap import highs, hub_paths, pieces
from lenmuc.core.roadmap.given_path import GivenPath
from lenmuc.core.roadmap.highs import maximise
from lenmuc.core.roadmap.hub_paths import Paths
from lenmuc.core.roadmap.layers import layered
from lenmuc.core.roadmap.model import Model, worth
from lenmuc.core.roadmap.network import Network
from lenmuc.core.roadmap.pieces import components
from lenmuc.core.roadmap.prices import Market, settle_prices
from lenmuc.core.roadmap.problem import Item, Pool, Problem, Upgrade
from lenmuc.core.roadmap.reduce import reduce
from lenmuc.core.roadmap.shared_work import Until, plan
from lenmuc.core.roadmap.solve import solve

SEEDS = range(12)


def city(seed: int) -> Problem:
    """Four agencies, six services each, two enablers of their own, three of the platform, four quarters."""
    chance = random.Random(seed)
    items = [
        Item(f"platform{n}", "central", chance.randint(3, 9), ("platform0",) * (n == 2)) for n in range(3)
    ]
    upgrades: list[Upgrade] = []
    for agency in ("A", "B", "C", "D"):
        own = [Item(f"{agency}:e{n}", agency, chance.randint(2, 5)) for n in range(2)]
        items += own
        for number in range(6):
            after = ""
            for level in (3, 4):
                id = f"{agency}{number}:{level}"
                work = Item(id, agency, chance.randint(1, 4), earliest=chance.choice((0, 0, 1)))
                centre = Item(f"{id}c", "central", chance.choice((0.5, 1.0)))
                needs = [work.id, *chance.sample([item.id for item in own], 1)]
                needs += chance.sample([f"platform{n}" for n in range(3)], chance.randint(1, 2))
                items += [work, centre]
                needs += [centre.id] * (chance.random() < 0.4)
                gain = chance.randint(1, 30)
                upgrades.append(Upgrade(f"{id}!", level, gain, tuple(needs), after, agency=agency))
                after = f"{id}!"
    pools = (Pool("central", (6.0,) * 4), *(Pool(agency, (6.0,) * 4) for agency in "ABCD"))
    return Problem(("Q1", "Q2", "Q3", "Q4"), pools, tuple(items), tuple(upgrades), discount=0.02, gap=0.0)


def market(problem: Problem) -> tuple[Network, Market]:
    network = Network(problem)
    reduce(network)
    (part,) = components(network)
    layers = layered(network, part)
    assert layers is not None
    return network, Market(layers)


@pytest.fixture(scope="module")
def best() -> dict[int, float]:
    """What the best plan of each city is worth, proven by one model."""
    found = {seed: solve(city(seed)) for seed in SEEDS}
    assert all(each.status == "optimal" for each in found.values())
    return {seed: each.value for seed, each in found.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_in_layers_keeps_every_rule_and_its_bound_is_true(
    seed: int, best: dict[int, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "_MANY", 0)
    problem = city(seed)
    solution = solve(problem)
    must_be_a_plan(problem, solution)
    assert solution.value <= best[seed] + 1e-6
    assert solution.bound >= best[seed] - 1e-6
    assert solution.value >= 0.85 * best[seed]
    again = solve(problem)
    assert (again.finish, again.bound) == (solution.finish, solution.bound)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_prices_whatever_give_a_bound_that_a_plan_exceeds(seed: int, best: dict[int, float]) -> None:
    network, here = market(city(seed))
    chance = np.random.default_rng(seed)
    for scale in (0.0, 0.3, 1.0, 3.0):
        price = scale * here.unit * chance.exponential(size=here.start().shape)
        assert here.relaxed(price, here.alive).value + network.certain >= best[seed] - 1e-6


def test_what_prices_leave_out_of_the_hub_is_worth_less_than_the_plan(best: dict[int, float]) -> None:
    left_out = 0
    for seed in SEEDS:
        network, here = market(city(seed))
        settled = settle_prices(here, here.start(), here.alive, 40)
        value = best[seed] - network.certain - 1e-6
        fewer = here.above(settled.price, here.alive, value)
        left_out += int(here.alive.sum() - fewer.sum())
        assert here.relaxed(settled.price, fewer).value >= value
    assert left_out > 0


def test_prices_bring_the_bound_as_near_as_a_linear_program() -> None:
    for seed in SEEDS:
        network, here = market(city(seed))
        (part,) = components(network)
        program = maximise(Model(network, part).program, relaxed=True).bound
        assert settle_prices(here, here.start(), here.alive, 60).bound <= 1.05 * program


def test_one_agency_alone_has_no_layers() -> None:
    problem = city(0)
    alone = tuple(each for each in problem.upgrades if each.agency == "A")
    network = Network(Problem(problem.quarters, problem.pools, problem.items, alone))
    reduce(network)
    assert all(layered(network, part) is None for part in components(network))


@pytest.mark.parametrize("most", [1, 2, 3, 4])
def test_the_enablers_of_an_agency_come_with_what_they_wait_for_however_few_wait_for_that(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = city(0)
    more = [Item(f"{agency}:base", agency, 2.0) for agency in "ABCD"]
    more += [Item(f"{agency}:f{n}", agency, 1.0, (f"{agency}:base",)) for agency in "ABCD" for n in range(2)]
    upgrades = [
        structs.replace(each, needs=(*each.needs, f"{each.agency}:f{at % 2}"))
        for at, each in enumerate(problem.upgrades)
    ]
    problem = structs.replace(problem, items=(*problem.items, *more), upgrades=tuple(upgrades))
    monkeypatch.setattr("lenmuc.core.roadmap.layers._OWN_WORKS", most)
    network, here = market(problem)
    layers = here.layers
    of = dict(zip(layers.lifts, layers.branch.tolist(), strict=True))
    found = [{node for node in nodes if node >= 0} for nodes in layers.own.nodes.tolist()]
    assert any(found)
    for branch, own in enumerate(found):
        assert len(own) <= most
        assert not [need for node in own for need in network.needs[node] if of.get(need) == branch]


def test_a_large_plan_that_is_stopped_is_a_plan_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "_MANY", 0)
    problem = city(5)
    told: list[tuple[float, float]] = []

    def stop(value: float, bound: float) -> bool:
        told.append((value, bound))
        return len(told) > 3

    solution = solve(problem, stop)
    must_be_a_plan(problem, solution)
    assert solution.status == "stopped"
    assert len(told) < 12


@pytest.fixture(scope="module")
def along() -> dict[int, tuple[float, list[int]]]:
    """The best plan of each city, as its model has it: the value, and the path of the hub it takes."""
    found = {}
    for seed in SEEDS:
        network, here = market(city(seed))
        (part,) = components(network)
        model = Model(network, part)
        answer = maximise(model.program)
        assert answer.values is not None
        finish = model.read(answer.values)
        path = []
        for t in range(network.horizon):
            hub = enumerate(here.layers.hub.nodes[0].tolist())
            by_then = [at for at, node in hub if node >= 0 and (q := finish[node]) is not None and q <= t]
            path.append(int(np.searchsorted(here.layers.sets, sum(1 << at for at in by_then))))
        found[seed] = worth(network, part, finish), path
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_with_the_path_of_the_best_plan_given_a_linear_program_is_worth_no_less(
    seed: int, along: dict[int, tuple[float, list[int]]]
) -> None:
    value, path = along[seed]
    _, here = market(city(seed))
    given = GivenPath(here)
    first = given.solve(np.array(path), 60.0)
    given.solve(np.zeros(here.horizon, dtype=np.int64), 60.0)
    again = given.solve(np.array(path), 60.0)
    assert first is not None
    assert again is not None
    assert first.value >= value - 1e-6
    assert again.value == pytest.approx(first.value)
    plan = given.whole(0, 60.0)
    free = given.whole(10_000, 60.0, plan)
    assert plan is not None
    assert free is not None
    each, layers = np.array(here.layers.network.weight), here.layers
    gain = dict(zip(layers.lifts, layers.gain, strict=True))
    worths = [sum(gain.get(node, 0.0) * each[t] for node, t in it.wish.items()) for it in (plan, free)]
    assert worths[0] <= worths[1] + 1e-6
    assert worths[1] <= first.value + 1e-6


def test_a_linear_program_that_ends_early_leaves_prices_that_bound_its_path_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(highs, "_STEPS", 5)
    ended_early = 0
    for seed in SEEDS:
        _, here = market(city(seed))
        settled = settle_prices(here, here.start(), here.alive, 20)
        paths, path = Paths(here, settled.price, here.alive), settled.best.hub
        whole = GivenPath(here).solve(path, 60.0)
        early = GivenPath(here).solve(path, 60.0, lambda price: True)
        assert whole is not None
        assert early is not None
        ended_early += early.value == np.inf
        assert here.relaxed(early.price, paths.alone(path)).value >= whole.value * (1 - 1e-9) - 1e-3
        asked = GivenPath(here).solve(path, 60.0, lambda price: False)
        assert asked is not None
        assert asked.value == pytest.approx(whole.value)
    assert ended_early > 6


def every_path(paths: Paths) -> list[tuple[int, ...]]:
    """All paths there are, by trying each set after each."""
    within, possible = paths.market.within, paths.market.alive
    found: list[tuple[int, ...]] = [()]
    for t in range(paths.market.horizon):
        found = [
            (*path, int(there))
            for path in found
            for there in np.flatnonzero(possible[t])
            if not path or within[path[-1], there]
        ]
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_the_list_holds_exactly_the_paths_that_every_cut_lets_be_worth_more(
    seed: int, along: dict[int, tuple[float, list[int]]]
) -> None:
    value, best = along[seed]
    _, here = market(city(seed))
    settled = settle_prices(here, here.start(), here.alive, 20)
    paths, given = Paths(here, settled.price, here.alive), GivenPath(here)
    whole = Paths(here, settled.price, here.alive)  # with the same cuts, and nothing left out
    goal, path = 0.97 * value, settled.best.hub
    for step in range(4):
        paths.list(goal, settled.bound)
        assert paths.level == goal
        listed = set(map(tuple, paths.listed.T.tolist()))
        wanted = {each for each in every_path(paths) if whole.lowest(np.array(each)) > goal}
        assert listed == wanted - paths.closed.keys()
        assert paths.bound >= value - 1e-6
        rest = given.solve(path, 60.0)
        assert rest is not None
        paths.learn(rest.price)
        whole.learn(rest.price)
        top = paths.top()
        if top is None:
            break
        if step == 2:
            lies_on = tuple(top) == tuple(best)
            paths.close(top, value if lies_on else goal)
            assert tuple(top) not in set(map(tuple, paths.listed.T.tolist()))
            assert paths.bound >= value - 1e-6
        goal, path = goal + 0.01 * value, top


def test_where_too_many_paths_are_left_only_the_highest_are_listed_and_the_bound_says_so(
    along: dict[int, tuple[float, list[int]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    higher = 0
    for seed in SEEDS:
        value, _ = along[seed]
        _, here = market(city(seed))
        settled = settle_prices(here, here.start(), here.alive, 20)
        monkeypatch.setattr(hub_paths, "_MOST", 30)
        paths = Paths(here, settled.price, here.alive)
        goal = 0.9 * value
        paths.list(goal, settled.bound)
        assert paths.listed.shape[1] <= 30
        assert goal <= paths.level <= settled.bound
        assert paths.bound >= value - 1e-6
        higher += goal < paths.level < settled.bound
        monkeypatch.undo()
    assert higher > 3


def test_cuts_bring_the_bound_below_that_of_prices_alone() -> None:
    nearer = 0
    for seed in SEEDS:
        network, here = market(city(seed))
        (part,) = components(network)
        settled = settle_prices(here, here.start(), here.alive, 60)
        sketched = plan(
            network, part, here.layers, [None] * len(network.gain), Until(0.0, 60.0, lambda *_: False)
        )
        assert sketched.bound <= settled.bound + 1e-6
        nearer += sketched.bound < 0.999 * settled.bound
    assert nearer >= 3
