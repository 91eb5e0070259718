"""Answers to criteria: where one stands, who may give it, what makes it acceptable, which one counts."""

import datetime as dt
from urllib.parse import urlsplit

import msgspec

from lenmuc.core.checklists import Criterion
from lenmuc.core.errors import N_, Fault, NotAllowed, fault
from lenmuc.core.evidence import Piece
from lenmuc.core.text import forbidden

VALUES = ("met", "not_met", "unknown", "not_applicable")
BLOCKERS = ("law", "paper_original", "no_system", "no_budget", "no_data", "other")
JUSTIFICATION_LIMIT = 4_000
EVIDENCE_LIMIT = 10
LINK_LIMIT = 1_000


class Identity(msgspec.Struct, frozen=True):
    """Who acts: `role` is public, staff, lead, planner, administrator or auditor.

    `agency` is set for staff and leads only.
    """

    role: str = "public"
    person: str = ""
    agency: str = ""

    @property
    def of_agency(self) -> bool:
        """Does this person work for one agency? A lead has the rights of its staff."""
        return self.role in ("staff", "lead")


class Target(msgspec.Struct, frozen=True):
    """Where an answer stands. Both empty: the platform; both set: one offering."""

    agency: str = ""
    service: str = ""

    @property
    def scope(self) -> str:
        """platform, agency, service or offering."""
        if self.agency:
            return "offering" if self.service else "agency"
        return "service" if self.service else "platform"


class Answer(msgspec.Struct, frozen=True):
    """One answer as it stands now. `version` grows by one with every change; `by` is a person's name.

    `evidence` are plain links, `pieces` the evidence that has a title and dates.
    `decision` is what a reviewer said of "not applicable": accepted, declined, or empty; `decided` is who.
    """

    criterion: str
    agency: str
    service: str
    value: str
    justification: str
    evidence: tuple[str, ...]
    blocker: str
    version: int
    by: str
    at: dt.datetime
    decision: str = ""
    decided: str = ""
    pieces: tuple[Piece, ...] = ()

    @property
    def counts_as(self) -> str:
        """The value that rules read: "not applicable" is `proposed` until somebody has accepted it."""
        return "proposed" if self.value == "not_applicable" and self.decision != "accepted" else self.value

    @property
    def target(self) -> Target:
        """Where it stands."""
        return Target(self.agency, self.service)


class AnswerForm(msgspec.Struct, frozen=True):
    """What a person says about one criterion. `version` is the one they saw; 0 when there was none.

    `pieces` are the numbers of its evidence; `None` leaves that as it is.
    """

    value: str
    justification: str = ""
    evidence: tuple[str, ...] = ()
    blocker: str = ""
    version: int = 0
    pieces: tuple[int, ...] | None = None


class Effective(msgspec.Struct, frozen=True):
    """The answer that counts for one offering: its value, and the layer it comes from.

    `value` is met, not_met, unknown, not_applicable, or proposed (not applicable, not accepted so far).

    `source` is facts (does not apply), record, platform, agency, service, offering or none; `answer` is set
    when a person gave it.
    """

    value: str
    source: str
    answer: Answer | None = None


# The scopes at which each kind of criterion may be answered: its own, and a local exception below it.
_PLACES = {
    "platform": ("platform",),
    "agency": ("agency",),
    "service": ("service", "offering"),
    "offering": ("service", "offering"),
}


def places(criterion: Criterion) -> tuple[str, ...]:
    """Scopes at which `criterion` may be answered, widest first."""
    return _PLACES[criterion.scope]


def may_answer(who: Identity, criterion: Criterion, target: Target) -> bool:
    """Planners answer everywhere; staff for their own agency and its offerings."""
    if target.scope not in places(criterion):
        return False
    if who.role == "planner":
        return True
    return who.of_agency and bool(who.agency) and target.agency == who.agency


def must_answer(who: Identity, criterion: Criterion, target: Target) -> None:
    """Raise `NotAllowed` when `who` may not answer `criterion` at `target`."""
    if not may_answer(who, criterion, target):
        raise NotAllowed(
            N_("You may answer for your own agency only. Ask the planners to answer this criterion.")
        )


def is_link(text: str) -> bool:
    """Whether it is a full address of the web."""
    try:
        parts = urlsplit(text)
        return len(text) <= LINK_LIMIT and parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _link_faults(links: tuple[str, ...]) -> list[Fault]:
    if len(links) > EVIDENCE_LIMIT:
        return [fault("evidence", N_("Give at most %(limit)s links."), limit=EVIDENCE_LIMIT)]
    for place, link in enumerate(links, start=1):
        if not is_link(link):
            return [
                fault(
                    "evidence",
                    N_("Link %(place)s must be a full address beginning with https://."),
                    place=place,
                )
            ]
    return []


def faults_of(form: AnswerForm, *, kept: bool = False) -> list[Fault]:
    """What is wrong with an answer; empty when it can be stored.

    `kept` says that the stored answer has evidence, which counts where the form leaves it as it is.
    """
    found: list[Fault] = []
    shown = form.evidence or (kept if form.pieces is None else form.pieces)
    if form.value not in VALUES:
        found.append(
            fault("value", N_("Choose one of the answers: met, not met, not known or does not apply."))
        )
    if len(form.justification) > JUSTIFICATION_LIMIT:
        found.append(
            fault(
                "justification",
                N_("Shorten the justification to %(limit)s characters."),
                limit=JUSTIFICATION_LIMIT,
            )
        )
    bad = forbidden(form.justification) or forbidden("".join(form.evidence))
    if bad:
        found.append(
            fault(
                "justification", N_("The text holds a character that cannot be stored: %(char)s."), char=bad
            )
        )
    found += _link_faults(form.evidence)
    if form.value == "met" and not form.justification and not shown:
        found.append(
            fault(
                "justification",
                N_("Say how the criterion is met, or link the evidence: one of the two is needed."),
            )
        )
    if form.value == "not_applicable" and not form.justification:
        found.append(
            fault("justification", N_("Say why the criterion does not apply: a reviewer has to agree."))
        )
    if form.blocker and form.blocker not in BLOCKERS:
        found.append(fault("blocker", N_("Choose an obstacle from the list.")))
    if form.blocker and form.value == "not_applicable":
        found.append(fault("blocker", N_("What does not apply has no obstacle. Leave the obstacle empty.")))
    if form.blocker and form.value == "met":
        found.append(
            fault("blocker", N_("A criterion that is met has no obstacle. Leave the obstacle empty."))
        )
    return found
