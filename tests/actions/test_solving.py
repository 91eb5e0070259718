"""Large problems side by side are solved in processes of their own, and come back as one plan."""

import os
import signal
from functools import partial

import pytest
from msgspec.structs import replace

from lenmuc.actions import solving
from lenmuc.core.errors import Impossible, Refused
from lenmuc.core.roadmap.parts import parts
from lenmuc.core.roadmap.problem import Item, Pool, Problem, Upgrade
from lenmuc.core.roadmap.solve import solve


@pytest.fixture(autouse=True)
def _every_part_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "parts", partial(parts, large=1))


def towns(number: int, works: int = 6) -> Problem:
    """Towns that share nothing, each with more work than its people can do."""
    items, lifts = [], []
    for town in range(number):
        for n in range(works):
            items.append(Item(f"{town}:{n}", f"town {town}", 1 + (n * 7 + town) % 5 / 2))
            needs = (f"{town}:{n}", f"{town}:{(n * 5 + 1) % works}")
            lifts.append(Upgrade(f"{town}:{n}!", 3, 5.0 + (n * 13 + town) % 17, needs))
    pools = tuple(Pool(f"town {town}", (2.0, 2.0, 2.0)) for town in range(number))
    return Problem(("Q1", "Q2", "Q3"), pools, tuple(items), tuple(lifts), gap=0.0)


def test_each_part_is_solved_by_a_process_and_the_whole_is_the_same_plan() -> None:
    problem = towns(3)
    told: list[tuple[float, float]] = []
    solution = solving.solved(problem, lambda value, bound: told.append((value, bound)))
    whole = solve(problem)
    assert solution.value == pytest.approx(whole.value)
    assert solution.bound == pytest.approx(whole.bound)
    assert (solution.status, set(solution.finish)) == ("optimal", set(whole.finish))
    assert solution.measures == pytest.approx(whole.measures)
    assert solution.seconds > 0
    assert told[-1] == pytest.approx((solution.value, solution.bound))
    assert all(before <= after for (before, _), (after, _) in zip(told, told[1:], strict=False))
    assert all(before >= after for (_, before), (_, after) in zip(told, told[1:], strict=False))


def test_a_stop_reaches_every_process_and_a_plan_is_there() -> None:
    problem = towns(4, works=150)
    solution = solving.solved(problem, lambda value, bound: True)
    assert solution.status == "stopped"
    assert solution.value > 0
    assert solution.bound >= solution.value


def test_what_is_impossible_in_one_part_is_impossible_and_no_process_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = towns(2)
    must = replace(problem.items[0], days=7.0, latest=1)
    crews: list[solving._Crew] = []
    begin = solving._Crew._begin
    monkeypatch.setattr(solving._Crew, "_begin", lambda crew, at: (crews.append(crew), begin(crew, at)))
    with pytest.raises(Impossible):
        solving.solved(replace(problem, items=(must, *problem.items[1:])))
    assert all(child.poll() is not None for crew in crews for child, _ in crew.running.values())


def test_a_mistake_is_named_by_its_place_in_the_whole() -> None:
    problem = towns(2)
    wrong = replace(problem.items[-1], days=-1.0)
    with pytest.raises(Refused) as refused:
        solving.solved(replace(problem, items=(*problem.items[:-1], wrong)))
    assert [each.field for each in refused.value.faults] == ["items[11].days"]


def test_a_process_that_dies_is_an_end_and_not_a_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = solving._Crew._begin

    def begin_and_kill(crew: solving._Crew, at: int) -> None:
        begin(crew, at)
        os.kill(crew.running[at][0].pid, signal.SIGKILL)

    monkeypatch.setattr(solving._Crew, "_begin", begin_and_kill)
    with pytest.raises(EOFError):
        solving.solved(towns(2))
