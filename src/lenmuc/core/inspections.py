"""What became of an inspection plan: what to look at, visits, findings, how often suspicion was right."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import msgspec

from lenmuc.core.answers import Effective
from lenmuc.core.checklists import Criterion, Scheme
from lenmuc.core.comments import COMMENT_LIMIT
from lenmuc.core.errors import N_, Fault, fault
from lenmuc.core.suspicions import REASONS, Reason
from lenmuc.core.text import forbidden

TEXT_LIMIT = COMMENT_LIMIT  # a finding is a comment


class Check(msgspec.Struct, frozen=True):
    """A criterion to look at on a visit, with the answer that counts; `suspected`: it is why one comes."""

    criterion: Criterion
    answer: Effective
    suspected: bool


def to_check(
    scheme: Scheme, found: Mapping[str, Effective], level: int, suspected: Collection[str]
) -> tuple[Check, ...]:
    """What carries `level`: the suspected criteria first, then from the highest level down, what a person
    answered before what follows from the record. What does not apply by the facts is left out.
    """
    wanted = [
        Check(criterion, found[criterion.id], criterion.id in suspected)
        for criterion in scheme.criteria
        if criterion.id in suspected
        or (
            criterion.role == "defines" and criterion.level <= level and found[criterion.id].source != "facts"
        )
    ]
    wanted.sort(key=lambda one: (not one.suspected, -one.criterion.level, one.answer.source == "record"))
    return tuple(wanted)


class Finding(msgspec.Struct, frozen=True):
    """What an inspection found at one criterion. `answered`: the agency has answered it anew since."""

    criterion: str
    holds: bool
    answered: bool


class Visited(msgspec.Struct, frozen=True):
    """A visit of a plan with what became of it."""

    state: str
    control: bool
    reasons: tuple[Reason, ...]
    findings: tuple[Finding, ...]

    @property
    def found(self) -> bool:
        """Did something not hold?"""
        return any(not finding.holds for finding in self.findings)


class Right(msgspec.Struct, frozen=True):
    """How often a reason was right: visits that took place, and those of them where something did not hold.

    An empty `reason` are the controls: what one finds without suspicion.
    """

    reason: Reason | None
    planned: int
    visited: int
    found: int


class Outcome(msgspec.Struct, frozen=True):
    """What a plan came to: visits, findings that something does not hold, and how many were answered anew."""

    planned: int
    visited: int
    dropped: int
    failing: int
    corrected: int
    by_reason: tuple[Right, ...]


def outcome(visits: Sequence[Visited]) -> Outcome:
    """The tally of a plan; a visit with two reasons counts for both, so the reasons do not add up."""
    failing = [finding for visit in visits for finding in visit.findings if not finding.holds]

    def right(reason: Reason | None) -> Right:
        of = [visit for visit in visits if (visit.control if reason is None else reason in visit.reasons)]
        went = [visit for visit in of if visit.state == "visited"]
        return Right(reason, len(of), len(went), sum(visit.found for visit in went))

    return Outcome(
        len(visits),
        sum(visit.state == "visited" for visit in visits),
        sum(visit.state == "dropped" for visit in visits),
        len(failing),
        sum(finding.answered for finding in failing),
        tuple(each for each in map(right, (*REASONS, None)) if each.planned),
    )


def visit_faults(state: str, day: dt.date | None, note: str, today: dt.date) -> list[Fault]:
    """What is wrong with what somebody says became of a visit."""
    found: list[Fault] = []
    if state == "visited" and day is None:
        found.append(fault("day", N_("Write the day of the visit.")))
    if day is not None and day > today:
        found.append(fault("day", N_("The day of the visit is still to come.")))
    if state == "dropped" and not note:
        found.append(fault("note", N_("Say why the visit is not made.")))
    return [*found, *_text_faults("note", note)]


def finding_faults(holds: str, text: str) -> list[Fault]:
    """What is wrong with a finding: whether it holds has to be said, and what does not hold needs words."""
    found: list[Fault] = []
    if holds not in ("yes", "no"):
        found.append(fault("holds", N_("Choose whether the criterion holds.")))
    if not text:
        found.append(fault("text", N_("Write what was seen.")))
    return [*found, *_text_faults("text", text)]


def _text_faults(field: str, text: str) -> list[Fault]:
    if len(text) > TEXT_LIMIT:
        return [fault(field, N_("Shorten the text to %(limit)s characters."), limit=TEXT_LIMIT)]
    bad = forbidden(text)
    if bad:
        return [fault(field, N_("The text holds a character that cannot be stored: %(char)s."), char=bad)]
    return []
