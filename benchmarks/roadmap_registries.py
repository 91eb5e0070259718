"""Real volumes: a national registry as one roadmap, with the concentration of its filings beside it.

    LENMUC_SHARED=folder python benchmarks/roadmap_registries.py canada japan [--seconds 600] [--gap 0.01]

The registry is read by the mapping that is shipped, as `lenmuc import` reads it. From each record: its
procedure, the body that owns it, its filings a year (not known: 0, as everywhere), and what the record itself
answers of the checklist RS-2018. **Assumptions**, the same at every run: what is filed online today has level
3; nobody has answered anything else; a central team of 400 person-days a quarter; each body 60, or a quarter
of a day for each of its procedures where that is more; efforts as the checklist has them; 12 quarters.

The problem goes through its JSON file, as `lenmuc plan` reads it; the plan goes through the checker of the
tests. Seconds are of computing (CPU), so that a busy machine does not blur them.
"""

import argparse
import os
import resource
import sys
import time
from collections import Counter
from pathlib import Path

import msgspec

from lenmuc.actions import planfile
from lenmuc.actions.importing import mapping_named
from lenmuc.content.everything import Content, load_content
from lenmuc.content.reading import read
from lenmuc.core.readiness import assess, settle
from lenmuc.core.registry import Record
from lenmuc.core.roadmap.concentration import Concentration, concentration
from lenmuc.core.roadmap.gather import OfferingGap, PlanSettings, gather
from lenmuc.core.roadmap.problem import Problem, Solution
from lenmuc.core.roadmap.view import Names, view_of
from lenmuc.core.services import facts

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "core" / "roadmap"))
FILES = {
    "canada": ("ca-si-2024", "canada/gc_si_2024.csv"),
    "japan": ("jp-2025", "japan/jp_procedures_2025-07-29.csv.gz"),
}
QUARTERS = tuple(f"{2027 + q // 4}Q{q % 4 + 1}" for q in range(12))
CENTRAL, LEAST, EACH = 400.0, 60.0, 0.25


def gap_of(content: Content, record: Record) -> OfferingGap:
    """What one procedure lacks, by the assumptions above."""
    scheme, service = content.scheme, record.service
    settled = settle(scheme, facts(service))
    online = bool(record.filings_online) or "online" in service.channels
    met = settled.met | (scheme.up_to(3) if online else 0)
    unmet = ((1 << len(scheme.criteria)) - 1) & ~settled.not_applicable & ~met
    level = assess(scheme, settled.not_applicable, met).level
    return OfferingGap(service.code, record.agency or "none", record.filings, level, unmet, unmet)


def planned(content: Content, gaps: list[OfferingGap], seconds: float, gap: float) -> Problem:
    """The planner's problem."""
    owned = Counter(each.agency for each in gaps)
    days = {body: (max(LEAST, EACH * count),) * len(QUARTERS) for body, count in owned.items()}
    settings = PlanSettings(
        QUARTERS, (CENTRAL,) * len(QUARTERS), (LEAST,) * len(QUARTERS), days, gap=gap, seconds=seconds
    )
    return gather(content.scheme, gaps, settings).problem


def progress(line: str) -> None:
    """How far it is, beside what is printed."""
    print(f"   … {line}", file=sys.stderr, flush=True)


def told(found: Concentration, before: int) -> None:
    """The curve in words and numbers."""
    print(f"   filings a year {found.whole:,}, of {len(found.filings):,} procedures that lack something")
    for each in found.carried:
        share = each.services / len(found.filings)
        print(f"   {each.share:.0%} of the filings: the first {each.services:,} procedures ({share:.2%})")
    for share in (0.001, 0.01, 0.05, 0.1, 0.2, 0.5):
        print(f"   the first {share:.1%} of the procedures carry {found.of(share):.1%}")
    print(f"   at level 3 before the plan: {before:,} procedures")
    for each in found.reached:
        print(
            f"   {QUARTERS[each.quarter]}: {each.share_of_days:6.1%} of the work, "
            f"{each.share_3:6.1%} of these filings at level 3 or 4, {each.share_4:6.1%} at level 4"
        )


def main() -> None:
    from checker import must_be_a_plan

    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("names", nargs="+", choices=sorted(FILES))
    asked.add_argument("--seconds", type=float, default=600.0)
    asked.add_argument("--gap", type=float, default=0.01)
    given = asked.parse_args()
    folder = Path(os.environ["LENMUC_SHARED"]) / "data"
    content = load_content()
    for name in given.names:
        mapping, file = FILES[name]
        began = time.process_time()
        reading = read(mapping_named(content, mapping), [folder / file]).gathered
        gaps = [gap_of(content, record) for record, _ in reading.found.values()]
        unknown = sum(each.filings is None for each in gaps)
        print(
            f"{name}: {reading.total:,} rows, {len(gaps):,} procedures of "
            f"{len({each.agency for each in gaps})} bodies, filings not known for {unknown:,}; read in "
            f"{time.process_time() - began:.1f} s",
            flush=True,
        )
        began = time.process_time()
        problem = planned(content, gaps, given.seconds, given.gap)
        print(
            f"   gather {time.process_time() - began:.1f} s: {len(problem.items):,} items, "
            f"{len(problem.upgrades):,} upgrades",
            flush=True,
        )
        text = msgspec.json.encode(problem)
        began, clock = time.process_time(), time.perf_counter()
        solution = msgspec.json.decode(planfile.plan(text, progress), type=Solution)
        took, waited = time.process_time() - began, time.perf_counter() - clock
        must_be_a_plan(problem, solution)
        print(
            f"   solved to {solution.gap:.3%} ({solution.status}) in {took:.1f} s of computing, {waited:.0f} "
            f"s of the clock; {solution.columns:,} columns; file of {len(text) / 1e6:.0f} MB; checked",
            flush=True,
        )
        at_3 = sum(each.level >= 3 for each in gaps)
        view = view_of(problem, solution, Names({}, {}, {}), len(gaps), at_3, 0)
        last = view.last
        print(f"   at the end {last.at_3:,} at level 3 or above, {last.at_4:,} at level 4")
        told(concentration(view), at_3)
        print(f"   peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
