"""Made-up agencies and cities: the planner, the greedy rule and the plain model in HiGHS, in one run.

    python benchmarks/roadmap_cases.py agency|city [--seeds 1 2 3] [--gap 0.001] [--seconds 300] [--no-plain]

agency: 300 services, 12 quarters. city: 2,000 services of 40 agencies, 12 quarters. Seconds are of
computing (CPU). Every plan goes through the checker of the tests.
"""

import argparse
import resource
import sys
import time
from pathlib import Path

import msgspec

from lenmuc.core.roadmap.greedy import greedy
from lenmuc.core.roadmap.layout import lay_out
from lenmuc.core.roadmap.network import Network
from lenmuc.core.roadmap.problem import value_of
from lenmuc.core.roadmap.solve import solve

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "core" / "roadmap"))
SIZES = {"agency": (300, 1, 12, 0.001), "city": (2000, 40, 12, 0.0025)}


def main() -> None:
    from checker import must_be_a_plan
    from instances import made_up
    from plain import plain

    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("case", choices=SIZES)
    asked.add_argument("--seeds", nargs="*", type=int, default=[1])
    asked.add_argument("--gap", type=float, default=None)
    asked.add_argument("--seconds", type=float, default=300.0)
    asked.add_argument("--no-plain", action="store_true", help="leave the plain model out")
    given = asked.parse_args()
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
        network = Network(problem)
        simple = value_of(problem, lay_out(problem, network.wishes(greedy(network)))[1])
        print(f"greedy  {simple:>12,.0f}  ours / greedy {solution.value / simple:.4f}", flush=True)
        if not given.no_plain:
            began = time.process_time()
            beside = plain(problem, gap, given.seconds)
            took = time.process_time() - began
            print(f"plain   {beside.value:>12,.0f}  gap {beside.gap:8.3%}  {took:7.1f} s", flush=True)
            print(f"plain / ours {took / ours:.2f}", flush=True)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
