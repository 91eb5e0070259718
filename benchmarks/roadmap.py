"""The roadmap of a city like Hà Nội: reduced model against the plain model and against a greedy rule, one
run.

    python benchmarks/roadmap.py [--wards 126] [--services 1300] [--quarters 8] [--seconds 60] [--again]
        [--no-plain]

The city is made up and the same at every run: nobody has answered any criterion yet, filings are
illustrative.
"""

import argparse
import hashlib
import platform
import resource
import time
from pathlib import Path

import msgspec
from msgspec.structs import replace

from lenmuc.core.checklists import Scheme
from lenmuc.core.roadmap.gather import Gathered, OfferingGap, PlanSettings, gather
from lenmuc.core.roadmap.greedy import greedy
from lenmuc.core.roadmap.inputs import MOVE_WEIGHT
from lenmuc.core.roadmap.layout import lay_out
from lenmuc.core.roadmap.network import Network
from lenmuc.core.roadmap.problem import Objective, Problem, Solution, value_of
from lenmuc.core.roadmap.solve import solve
from lenmuc.core.services import illustrative_filings

ROOT = Path(__file__).resolve().parent.parent
BODIES = 23


def share(text: str) -> float:
    """A number in [0, 1) that depends on `text` alone."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest(), "big") / (1 << 48)


def city(scheme: Scheme, services: int, wards: int) -> list[OfferingGap]:
    """45 % of the services are offered by every ward, the others by one city body each; 7 of 10 have forms,
    3 of 10 a fee; levels 1 and 2 are met by the record for 4 of 5."""
    every = (1 << len(scheme.criteria)) - 1
    found = []
    for n in range(services):
        code = f"{1 + n % 3}.{n:06}"
        facts = {"has_forms": share(code + "forms") < 0.7, "has_fee": share(code + "fee") < 0.3}
        unmet = every & ~scheme.not_applicable(facts) & ~scheme.at_level(1)
        level = 1
        if share(code + "record") < 0.8:
            unmet &= ~scheme.at_level(2)
            level = 2
        ward_tier = n % 20 < 9
        for k in range(wards) if ward_tier else [int(share(code + "body") * BODIES)]:
            agency = f"W{k:03}" if ward_tier else f"B{k:02}"
            filings = illustrative_filings(code, agency, "commune" if ward_tier else "province", {})
            found.append(OfferingGap(code, agency, filings, level, unmet, unmet))
    return found


def by_greedy(problem: Problem) -> float:
    """Trips saved by the greedy rule alone, on the problem as gathered."""
    network = Network(problem)
    return value_of(problem, lay_out(problem, network.wishes(greedy(network)))[1])


def anew(problem: Problem, before: Solution) -> Problem:
    """The same city a quarter later, to be planned near the plan before: of what that finished in the first
    quarter one item in seven is late.
    """
    done = {id for id, quarter in before.finish.items() if not quarter and share(id) >= 1 / 7}
    baseline = {id: max(0, quarter - 1) for id, quarter in before.finish.items() if id not in done}
    gain = sum(upgrade.gain for upgrade in problem.upgrades)
    return replace(
        problem,
        quarters=problem.quarters[1:],
        pools=tuple(replace(pool, days=pool.days[1:]) for pool in problem.pools),
        items=tuple(replace(item, done=item.id in done) for item in problem.items),
        baseline=baseline,
        objectives=(Objective("gain"), Objective("moves", MOVE_WEIGHT * gain / max(1, len(baseline)))),
    )


def line(name: str, solution: Solution, seconds: float) -> None:
    print(
        f"{name:<12} {solution.value:>12,.0f} trips  bound {solution.bound:>12,.0f}  gap {solution.gap:8.3%}"
        f"  {solution.columns:>9,} columns {solution.rows:>9,} rows  {seconds:7.2f} s  {solution.status}",
        flush=True,
    )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--services", type=int, default=1300)
    asked.add_argument("--wards", type=int, default=126)
    asked.add_argument("--quarters", type=int, default=8)
    asked.add_argument("--seconds", type=float, default=60.0)
    asked.add_argument("--gap", type=float, default=0.01)
    asked.add_argument("--ward-days", type=float, default=6.0, help="person-days of a ward a quarter")
    asked.add_argument(
        "--again", action="store_true", help="then plan it anew a quarter later, near that plan"
    )
    asked.add_argument("--no-plain", action="store_true", help="leave the plain model out")
    given = asked.parse_args()
    scheme = msgspec.toml.decode((ROOT / "assessments" / "rs-2018.toml").read_bytes(), type=Scheme)
    offerings = city(scheme, given.services, given.wards)
    quarters = tuple(f"{2027 + q // 4}Q{q % 4 + 1}" for q in range(given.quarters))
    each = len(quarters)
    settings = PlanSettings(
        quarters,
        central=(400.0,) * each,
        others=(given.ward_days,) * each,
        agencies={f"B{k:02}": (60.0,) * each for k in range(BODIES)},
        gap=given.gap,
        seconds=given.seconds,
    )
    print(f"{platform.python_version()}, {platform.machine()}, {len(offerings):,} offerings, {each} quarters")
    began = time.perf_counter()
    gathered: Gathered = gather(scheme, offerings, settings)
    problem = gathered.problem
    gathering = time.perf_counter() - began
    print(
        f"gather {gathering:.2f} s: {len(problem.items):,} items, {len(problem.upgrades):,} upgrades",
        flush=True,
    )

    began = time.perf_counter()
    ours = solve(problem)
    took = time.perf_counter() - began
    line("ours", ours, took)
    print(f"gather and solve to {given.gap:.0%}: {gathering + took:.2f} s", flush=True)
    began = time.perf_counter()
    simple = by_greedy(problem)
    simple_took = time.perf_counter() - began
    print(
        f"{'greedy':<12} {simple:>12,.0f} trips  {simple_took:.2f} s; ours / greedy {ours.value / simple:.3f}"
    )
    if given.again:
        later = anew(problem, ours)
        began = time.perf_counter()
        near = solve(later, clock=time.process_time)
        line("planned anew", near, time.perf_counter() - began)
        moved = sum(move.was is not None for move in near.moves)
        print(f"{moved:,} of {len(later.baseline):,} items of the plan before stand elsewhere")
    if not given.no_plain:
        began = time.perf_counter()
        plain = solve(problem, reduced=False)
        plain_took = time.perf_counter() - began
        line("plain model", plain, plain_took)
        times, wider = plain_took / took, plain.columns / ours.columns
        print(f"plain / ours: {times:.1f} x the time, {wider:.0f} x the columns")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
