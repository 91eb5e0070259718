"""What machines find out by themselves: proposals beside the answers of people, never answers."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from lenmuc.core.answers import Answer, Effective, Target
from lenmuc.core.checklists import FACTS, Criterion, Facts, Scheme
from lenmuc.core.errors import N_, Message

RESULTS = ("failed", "inconclusive", "passed")
KINDS = ("record", "link", "form")
# The criteria whose evidence is the form itself (Circular 32/2017 Art. 5.2). Published schemes cannot get a
# key for it any more.
FORM_CRITERIA = frozenset({"2.01", "2.03"})

_GIVEN = N_("The record has it: “%(what)s”.")
_SILENT = N_("The record is silent on it: “%(what)s”. That is neither yes nor no.")
_AGAINST = N_("By the record this is not so: “%(what)s”.")


class Seen(msgspec.Struct, frozen=True):
    """What one look gave: `result` is one of `RESULTS`, `reason` a source sentence with `params`.

    Inconclusive is never counted as a failure.
    """

    result: str
    reason: str
    params: Mapping[str, Any] = {}


class Finding(msgspec.Struct, frozen=True):
    """What a machine saw and when. It stands where the answer stands that it looked at; for the record, at
    the service. `subject` is the link, or the names of the facts, that was looked at.
    """

    id: int
    kind: str
    criterion: str
    agency: str
    service: str
    subject: str
    result: str
    reason: str
    params: dict[str, Any]
    at: dt.datetime

    @property
    def target(self) -> Target:
        """Where it stands."""
        return Target(self.agency, self.service)


def recorded(scheme: Scheme) -> tuple[Criterion, ...]:
    """The criteria that the record may answer: above all the eleven pieces of information of Circular
    32/2017 Art. 5.1.
    """
    return tuple(criterion for criterion in scheme.criteria if criterion.met_when)


def look_at_record(criterion: Criterion, facts: Facts) -> tuple[str, Seen]:
    """The facts that decided, and what follows: all hold, one is known not to hold, or one is not known."""
    against = [c.fact for c in criterion.met_when if facts.get(c.fact) is (not c.is_)]
    silent = [c.fact for c in criterion.met_when if facts.get(c.fact) is None]
    if against:
        return " ".join(against), Seen("failed", _AGAINST)
    if silent:
        return " ".join(silent), Seen("inconclusive", _SILENT)
    return " ".join(c.fact for c in criterion.met_when), Seen("passed", _GIVEN)


def why(finding: Finding) -> Message:
    """The reason of a finding as a sentence."""
    if finding.kind != "record":
        return Message(finding.reason, finding.params)
    words: Any = ""
    for name in finding.subject.split():
        fact = FACTS.get(name, name)
        words = Message(N_("%(one)s; %(other)s"), {"one": words, "other": fact}) if words else fact
    return Message(finding.reason, {"what": words})


def differs(finding: Finding, value: str) -> bool:
    """Whether the finding speaks against the value that a person gave. An inconclusive one never does."""
    if finding.result == "failed":
        return value == "met"
    return finding.result == "passed" and finding.kind != "link" and value in ("not_met", "unknown")


def concerns(finding: Finding, here: Effective) -> bool:
    """Whether the finding is about the answer that counts: the record always is, a link if it is its own."""
    if finding.kind == "record":
        return True
    answer = here.answer
    if answer is None or answer.target != finding.target:
        return False
    return finding.subject in answer.evidence or any(finding.subject == piece.link for piece in answer.pieces)


class Look(msgspec.Struct, frozen=True):
    """A finding beside the answer that counts: does it differ, and which value does it propose, if any."""

    finding: Finding
    why: Message
    differs: bool
    proposes: str


def _proposes(finding: Finding, all_links: Iterable[Finding]) -> str:
    """A link that is gone shows no more than that nobody can see it; and not that, while another answers."""
    if finding.result == "passed":
        return "met"
    if finding.kind != "link":
        return "not_met"
    return "" if any(other.result == "passed" for other in all_links) else "unknown"


def looks(findings: Iterable[Finding], found: Mapping[str, Effective]) -> dict[str, tuple[Look, ...]]:
    """The findings that concern the answers of one place, by criterion, worst first.

    What the facts settle is no person's answer, so nothing differs from it.
    """
    by_criterion: dict[str, list[Finding]] = {}
    for finding in findings:
        here = found.get(finding.criterion)
        if here is not None and here.source != "facts" and concerns(finding, here):
            by_criterion.setdefault(finding.criterion, []).append(finding)
    return {
        criterion: tuple(
            sorted((_look(f, each, found[criterion].answer) for f in each), key=lambda look: _order(look))
        )
        for criterion, each in by_criterion.items()
    }


def _look(finding: Finding, all_of_it: list[Finding], answer: Answer | None) -> Look:
    apart = answer is not None and differs(finding, answer.value)
    links = [other for other in all_of_it if other.kind == "link"]
    return Look(finding, why(finding), apart, _proposes(finding, links) if apart else "")


def _order(look: Look) -> tuple[bool, int, str]:
    return (not look.differs, RESULTS.index(look.finding.result), look.finding.subject)
