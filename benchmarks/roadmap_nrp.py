"""Published Next Release Problems as planner's problems, beside the plain model in HiGHS, in one run.

    python benchmarks/roadmap_nrp.py FOLDER [--names nrp1 nrp-e1] [--ratios 0.3 0.5 0.7] [--no-plain]

J. Xuan et al., IEEE TSE 38(5), 2012. The instances are not part of this project: FOLDER is where they are.
Every problem goes through its JSON file, as `lenmuc plan` reads it; every plan goes through the
checker of the tests.
Seconds are of computing (CPU), so that a busy machine does not blur them.
"""

import argparse
import sys
import time
from pathlib import Path

import msgspec

from lenmuc.actions import planfile
from lenmuc.core.roadmap.problem import Solution

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "core" / "roadmap"))


def main() -> None:
    from checker import must_be_a_plan
    from instances import next_release
    from plain import plain

    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--names", nargs="*", default=[])
    asked.add_argument("--ratios", nargs="*", type=float, default=[0.3, 0.5, 0.7])
    asked.add_argument("--seconds", type=float, default=600.0)
    asked.add_argument("--no-plain", action="store_true", help="leave the plain model out")
    given = asked.parse_args()
    files = sorted(given.folder.glob("*.txt"))
    total = {"ours": 0.0, "plain": 0.0}
    for file in files:
        if given.names and file.stem not in given.names:
            continue
        for ratio in given.ratios:
            problem = next_release(file, ratio, given.seconds)
            text = msgspec.json.encode(problem)
            began = time.process_time()
            solution = msgspec.json.decode(planfile.plan(text, lambda line: None), type=Solution)
            ours = time.process_time() - began
            must_be_a_plan(problem, solution)
            total["ours"] += ours
            line = f"{file.stem:<8} {ratio:.1f} {solution.value:>9,.0f} {solution.status:<12} {ours:7.2f} s"
            if not given.no_plain:
                began = time.process_time()
                beside = plain(problem, 0.0, given.seconds)
                took = time.process_time() - began
                total["plain"] += took
                same = "the same" if round(beside.value) == round(solution.value) else f"{beside.value:,.0f}"
                line += f"   plain {took:7.2f} s, {same}"
            print(line, flush=True)
    print(f"total {total['ours']:.1f} s", end="")
    if not given.no_plain:
        print(f"; plain {total['plain']:.1f} s; plain / ours {total['plain'] / total['ours']:.2f}", end="")
    print()


if __name__ == "__main__":
    main()
