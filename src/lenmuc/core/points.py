"""Sets of points that a registry answers about its services, and what their answers say about levels."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

import msgspec

from lenmuc.core.checklists import Criterion, Scheme, Sentence, Words
from lenmuc.core.readiness import ServiceFacts, assess

Answer = Literal["yes", "no", "not_applicable"]
Outcome = Literal["met", "not_met", "not_applicable"]
STANDS = ("all", "some", "none", "void", "unknown")


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that a service offers online or not."""

    id: str
    name: Words
    meaning: Words


class Implies(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an answer to a point says about a criterion of a scheme, and why. What none says is not known."""

    point: str
    answer: Answer
    criterion: str
    is_: Outcome = msgspec.field(name="is")
    why: Words


class PointSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The points of the registry of one place. `implies` speaks of criteria of `scheme`; `silent` says in
    words what no point says about it. It never changes: a new edition is a new file.
    """

    id: str
    version: Annotated[int, msgspec.Meta(ge=1)]
    place: Sentence
    scheme: str
    source: Sentence
    name: Words
    summary: Words
    silent: Words
    points: Annotated[tuple[Point, ...], msgspec.Meta(min_length=1)]
    implies: tuple[Implies, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of its points, in their order."""
        return tuple(point.id for point in self.points)


class Reach(msgspec.Struct, frozen=True):
    """What the points and the facts of the record leave possible, nobody having been asked.

    The level is at least `lowest` and at most `highest`. `lacking` are the criteria of the level above the
    lowest that nothing says is met; `against` those that a point says are not; `said` what points imply.
    """

    lowest: int
    highest: int
    said: tuple[Implies, ...]
    lacking: tuple[Criterion, ...]
    against: tuple[Criterion, ...]


def stands(points: PointSet, given: Mapping[str, str]) -> str:
    """One of `STANDS`: all points that apply are online, some or none of them; no point applies; or not all
    are answered and what is answered does not decide it.

    That no point applies is a value of its own: counted as "all", it lifts a share without one more service.
    """
    answers = [given.get(id, "") for id in points.ids]
    if "yes" in answers and "no" in answers:
        return "some"
    if "" in answers:
        return "unknown"
    if "yes" in answers:
        return "all"
    return "none" if "no" in answers else "void"


def reach(points: PointSet, scheme: Scheme, record: ServiceFacts, given: Mapping[str, str]) -> Reach:
    """The lowest and the highest level by `scheme` that answers to the points allow.

    For the lowest, what nobody knows counts as not met, and so does what a registry calls not applicable:
    nobody has reviewed it. For the highest both count in favour.
    """
    said = tuple(each for each in points.implies if given.get(each.point) == each.answer)

    def those(outcome: str) -> int:
        found = {each.criterion for each in said if each.is_ == outcome}
        return sum(1 << scheme.index[id] for id in found if id in scheme.index)

    met, against, void = those("met"), those("not_met"), those("not_applicable")
    low = assess(scheme, record.not_applicable, (record.met | met) & ~against)
    high = assess(scheme, record.not_applicable | void, scheme.defining & ~against)
    return Reach(
        low.level,
        high.level,
        said,
        scheme.members(low.missing & ~against),
        scheme.members(against & ~record.not_applicable),
    )


def shares(counts: Mapping[str, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """How many services have every point that applies online, counted in both ways: (of all whose points are
    known, with those that no point applies to as online; of those that some point applies to).
    """
    known = sum(counts.get(each, 0) for each in STANDS if each != "unknown")
    whole, void = counts.get("all", 0), counts.get("void", 0)
    return (whole + void, known), (whole, known - void)


def tallied(points: PointSet, rows: Iterable[tuple[Mapping[str, str], int]]) -> dict[str, int]:
    """Services by how they stand, from (answers, how many services have them)."""
    found = dict.fromkeys(STANDS, 0)
    for given, services in rows:
        found[stands(points, given)] += services
    return found
