"""Published Next Release Problems as planner's problems, beside the plain model: `python benchmarks/roadmap_nrp.py`.

    python benchmarks/roadmap_nrp.py [FOLDER] [--ratios 0.3 0.5 0.7] [--no-plain] [--names nrp1 ...]

J. Xuan et al., IEEE TSE 38(5), 2012. A customer is an upgrade, a requirement a work item, the budget the days of
one quarter. The instances are not part of this project: FOLDER is where they are.
"""

import argparse
import sys
import time
from pathlib import Path

import msgspec
from plain import plain

from lenmuc.core.roadmap.problem import Item, Pool, Problem, Upgrade
from lenmuc.core.roadmap.solve import solve

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "core" / "roadmap"))
from checker import must_be_a_plan  # noqa: E402
