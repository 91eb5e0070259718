"""Made-up agencies and cities: the planner, the greedy rule and the plain model in HiGHS, in one run.

    python benchmarks/roadmap_cases.py agency|city [--seeds 1 2 3] [--gap 0.001] [--seconds 300] [--no-plain]
    python benchmarks/roadmap_cases.py nation [--seeds 1] [--cities 50] [--gap 0.01] [--seconds 900]

agency: 300 services, 12 quarters. city: 2,000 services of 40 agencies, 12 quarters. nation: 50 such cities,
each with a centre and a platform of its own, in two processes. Seconds are of computing (CPU). Every plan
goes through the checker of the tests.
"""

import argparse
import resource
import sys
import time
from pathlib import Path

import msgspec

from lenmuc.actions.solving import solved
from lenmuc.core.roadmap.greedy import greedy
from lenmuc.core.roadmap.layout import lay_out
from lenmuc.core.roadmap.network import Network
from lenmuc.core.roadmap.problem import Problem, value_of
from lenmuc.core.roadmap.solve import solve

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "core" / "roadmap"))
CITY = (2000, 40, 12)
SIZES = {"agency": (300, 1, 12, 0.001), "city": (2000, 40, 12, 0.0025)}


def by_greedy(problem: Problem) -> float:
    """What the greedy rule alone reaches."""
    network = Network(problem)
    return value_of(problem, lay_out(problem, network.wishes(greedy(network)))[1])


def megabytes(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


def whole_nation(cities: int, seed: int, gap: float, seconds: float) -> None:
    """All cities as one problem; then city by city the checker and the greedy rule."""
    from checker import must_be_a_plan
    from instances import city_of, nation
    from plain import plain_greedy

    problem = msgspec.structs.replace(nation(cities, *CITY, seed), gap=gap, seconds=seconds)
    print(f"seed {seed}: {len(problem.items):,} items, {len(problem.upgrades):,} upgrades", flush=True)
    began, told = time.monotonic(), 0.0

    def tell(value: float, bound: float) -> None:
        nonlocal told
        if time.monotonic() - told > 30:
            told = time.monotonic()
            print(f"  {told - began:5.0f} s  {value:,.0f} of at most {bound:,.0f}", flush=True)

    solution = solved(problem, tell)
    print(
        f"ours    {solution.value:>14,.0f}  gap {solution.gap:.3%}  {solution.seconds:,.0f} s of computing, "
        f"{time.monotonic() - began:,.0f} s of the clock; {megabytes(resource.RUSAGE_SELF):,.0f} MB here, "
        f"{megabytes(resource.RUSAGE_CHILDREN):,.0f} MB in the largest of two processes at a time",
        flush=True,
    )
    del problem
    simple = textbook = checked = 0.0
    for number in range(cities):
        city = city_of(number, *CITY, seed)
        ids = {item.id for item in city.items}
        finish = {id: quarter for id, quarter in solution.finish.items() if id in ids}
        lifts = {each.id: solution.reached[each.id] for each in city.upgrades if each.id in solution.reached}
        value = value_of(city, lifts)
        part = msgspec.structs.replace(solution, finish=finish, reached=lifts, value=value, measures={})
        must_be_a_plan(city, msgspec.structs.replace(part, bound=max(value, part.bound)))
        checked += value
        simple += by_greedy(city)
        textbook += plain_greedy(city)
    print(f"checked {checked:>14,.0f}  our own greedy rule {simple:,.0f}  ours / that {checked / simple:.4f}")
    print(f"textbook greedy {textbook:,.0f}  ours / that {checked / textbook:.4f}")


def main() -> None:
    from checker import must_be_a_plan
    from instances import made_up
    from plain import plain, plain_greedy

    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("case", choices=[*SIZES, "nation"])
    asked.add_argument("--seeds", nargs="*", type=int, default=[1])
    asked.add_argument("--gap", type=float, default=None)
    asked.add_argument("--seconds", type=float, default=300.0)
    asked.add_argument("--cities", type=int, default=50, help="of a nation")
    asked.add_argument("--no-plain", action="store_true", help="leave the plain model out")
    given = asked.parse_args()
    if given.case == "nation":
        for seed in given.seeds:
            whole_nation(given.cities, seed, 0.01 if given.gap is None else given.gap, given.seconds)
        return
    services, agencies, quarters, gap = SIZES[given.case]
    gap = gap if given.gap is None else given.gap
    for seed in given.seeds:
        problem = made_up(services, agencies, quarters, seed)
        problem = msgspec.structs.replace(problem, gap=gap, seconds=given.seconds)
        print(f"seed {seed}: {len(problem.items):,} items, {len(problem.upgrades):,} upgrades", flush=True)
        began = time.process_time()
        solution = solve(problem)
        ours = time.process_time() - began
        must_be_a_plan(problem, solution)
        print(
            f"ours    {solution.value:>12,.0f}  gap {solution.gap:8.3%}  {ours:7.1f} s  {solution.columns:,} "
            f"columns, {solution.rows:,} rows",
            flush=True,
        )
        simple = by_greedy(problem)
        textbook = plain_greedy(problem)
        print(
            f"greedy  {textbook:>12,.0f}  ours / textbook {solution.value / textbook:.4f}  our own rule "
            f"{simple:,.0f}  ours / that {solution.value / simple:.4f}",
            flush=True,
        )
        if not given.no_plain:
            began = time.process_time()
            beside = plain(problem, gap, given.seconds)
            took = time.process_time() - began
            print(f"plain   {beside.value:>12,.0f}  gap {beside.gap:8.3%}  {took:7.1f} s", flush=True)
            print(f"plain / ours {took / ours:.2f}", flush=True)
    print(f"peak memory {megabytes(resource.RUSAGE_SELF):,.0f} MB")


if __name__ == "__main__":
    main()
