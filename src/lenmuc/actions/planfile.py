"""`lenmuc plan`: a problem file in, a solution file out, without a database."""

import math
from collections.abc import Callable
from typing import Any

import msgspec

from lenmuc.actions.solving import solved
from lenmuc.core.errors import N_, Impossible, Refused, fault
from lenmuc.core.roadmap.answer_words import cause_words
from lenmuc.core.roadmap.causes import why_impossible
from lenmuc.core.roadmap.problem import Problem, Solution
from lenmuc.core.roadmap.run import gap_of

FILES: dict[str, type[msgspec.Struct]] = {"problem": Problem, "solution": Solution}


def schema(name: str) -> bytes:
    """The JSON Schema (2020-12) of the problem file or of the solution file, as indented JSON."""
    kind = FILES[name]
    (made,), parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    parts = {each: part for each, part in parts.items() if each != kind.__name__}
    top = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_whole(made, kind)}
    return msgspec.json.format(msgspec.json.encode({**top, "$defs": parts}), indent=1) + b"\n"


def _whole(made: dict[str, Any], kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The schema itself, where the generator gives a reference to it."""
    _, parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    return parts[kind.__name__] if "$ref" in made else made


def plan(
    text: bytes,
    progress: Callable[[str], None],
    seconds: float | None = None,
    gap: float | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> bytes:
    """The solution of the problem in `text`, as indented JSON. `seconds` and `gap` replace the file's own.

    `stop` is asked often; once it says so, the best plan so far is given. Raises `Refused` when the text is
    not a problem file or contradicts itself, naming the place, and `Impossible` with the causes.
    """
    try:
        problem = msgspec.json.decode(text, type=Problem)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise Refused([fault("file", N_("This is not a problem file: %(why)s."), why=str(wrong))]) from wrong
    problem = msgspec.structs.replace(
        problem,
        seconds=problem.seconds if seconds is None else seconds,
        gap=problem.gap if gap is None else gap,
    )
    progress(
        f"{len(problem.items)} work items, {len(problem.upgrades)} upgrades, "
        f"{len(problem.quarters)} quarters, at most {problem.seconds:g} s"
    )
    said = ""

    def tell(value: float, bound: float) -> bool:
        nonlocal said
        line = f"at most {bound:.1f} is possible"
        if math.isfinite(value):
            line = f"value {value:.1f}, {line}, gap {100 * gap_of(value, bound):.2f} %"
        if line != said:
            said = line
            progress(line)
        return stop()

    try:
        solution = solved(problem, tell)
    except Impossible as impossible:
        progress("looking for the causes")
        cause = why_impossible(problem)
        words = cause_words(problem, cause) if cause else ()
        raise Impossible(impossible.message.text, words, **impossible.message.params) from impossible
    progress(
        f"{solution.status}: value {solution.value:.1f}, at most {solution.bound:.1f} is possible, "
        f"gap {100 * solution.gap:.2f} %, {solution.seconds:.1f} s"
    )
    return msgspec.json.format(msgspec.json.encode(solution), indent=1) + b"\n"
