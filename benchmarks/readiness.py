"""Readiness of the whole city against the same rules written with plain sets: `make bench-readiness`."""

import random
import statistics
import time
from collections.abc import Callable

from lenmuc import paths
from lenmuc.content.catalogue import load_catalogue, offerings
from lenmuc.content.schemes import load_schemes
from lenmuc.core.checklists import Scheme, holds
from lenmuc.core.readiness import assess_all, layers, settle
from lenmuc.core.services import facts

ROUNDS = 5
Answers = list[tuple[str, str, str, str]]


def some_answers(scheme: Scheme, pairs: list[tuple[str, str]]) -> Answers:
    """Answers of every scope: 40 for the platform, 7 for each agency, some for services, 2,000 local
    exceptions.
    """
    chance = random.Random(1)
    values = ["met", "met", "met", "not_met", "unknown"]
    found: Answers = []
    for criterion in scheme.criteria:
        if criterion.scope == "platform":
            found.append((criterion.id, "", "", chance.choice(values)))
        elif criterion.scope == "agency":
            found += [
                (criterion.id, agency, "", chance.choice(values)) for agency in sorted({a for _, a in pairs})
            ]
        else:
            codes = sorted({service for service, _ in pairs})
            found += [(criterion.id, "", code, chance.choice(values)) for code in chance.sample(codes, 400)]
    local = [criterion.id for criterion in scheme.criteria if criterion.scope == "offering"]
    found += [
        (chance.choice(local), agency, code, chance.choice(values))
        for code, agency in chance.sample(pairs, 2000)
    ]
    return list({answer[:3]: answer for answer in found}.values())


def with_sets(
    scheme: Scheme, pairs: list[tuple[str, str]], known: dict[str, dict[str, bool | None]], answers: Answers
) -> list[int]:
    """The yardstick: for every offering, the answer to every defining criterion looked up and put into
    sets.
    """
    said = {answer[:3]: answer[3] for answer in answers}
    defining = [criterion for criterion in scheme.criteria if criterion.role == "defines"]
    levels = []
    for service, agency in pairs:
        met = set()
        for criterion in defining:
            value = None
            for at in ((agency, service), ("", service), (agency, ""), ("", "")):
                value = said.get((criterion.id, *at))
                if value:
                    break
            if (
                holds(criterion.not_applicable_when, known[service])
                or value == "met"
                or value is None
                and holds(criterion.met_when, known[service])
            ):
                met.add(criterion.id)
        level = 0
        for rung in scheme.levels:
            if not {criterion.id for criterion in defining if criterion.level == rung.number} <= met:
                break
            level = rung.number
        levels.append(level)
    return levels


def timed(work: Callable[[], list[int]]) -> tuple[float, list[int]]:
    """Seconds of the middle run of several, and the result."""
    seconds, result = [], []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds), result


def main() -> None:
    """Print both times and their ratio; stop when the results differ."""
    scheme = load_schemes(paths.assessments())["rs-2018"]
    catalogue = load_catalogue(paths.catalogue())
    pairs = [(service, agency) for service, agency, _ in offerings(catalogue)]
    known = {service.code: facts(service) for service in catalogue.services}
    answers = some_answers(scheme, pairs)

    def ours() -> list[int]:
        settled = {code: settle(scheme, each) for code, each in known.items()}
        return [result.level for result in assess_all(scheme, pairs, settled, layers(scheme, answers))]

    fast, levels = timed(ours)
    slow, plain = timed(lambda: with_sets(scheme, pairs, known, answers))
    assert levels == plain, "the two disagree"
    print(f"{len(pairs)} offerings, {len(scheme.criteria)} criteria, {len(answers)} answers")
    print(f"bit sets {fast:.3f} s, plain sets {slow:.3f} s: {slow / fast:.1f} times as fast, the same levels")


if __name__ == "__main__":
    main()
