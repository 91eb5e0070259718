"""`lenmuc plan`: a problem file in, a solution file out, without a database."""

from collections.abc import Callable

import msgspec

from lenmuc.core.errors import N_, Refused, fault
from lenmuc.core.roadmap.problem import Problem
from lenmuc.core.roadmap.solve import solve


def plan(text: bytes, progress: Callable[[str], None]) -> bytes:
    """The solution of the problem in `text`, as indented JSON.

    Raises `Refused` when the text is not a problem file or contradicts itself, naming the place.
    """
    try:
        problem = msgspec.json.decode(text, type=Problem)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise Refused([fault("file", N_("This is not a problem file: %(why)s."), why=str(wrong))]) from wrong
    progress(
        f"{len(problem.items)} work items, {len(problem.upgrades)} upgrades, "
        f"{len(problem.quarters)} quarters, at most {problem.seconds:g} s"
    )
    solution = solve(problem)
    progress(
        f"{solution.status}: value {solution.value:.1f}, at most {solution.bound:.1f} is possible, "
        f"gap {100 * solution.gap:.2f} %, {solution.seconds:.1f} s"
    )
    return msgspec.json.format(msgspec.json.encode(solution), indent=1) + b"\n"
