"""Review of a checklist: its steps, who verifies, how long a verified level holds, its status on a day."""

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from lenmuc.core.answers import Answer, Effective, Identity
from lenmuc.core.checklists import Scheme
from lenmuc.core.errors import N_, Fault, Refused, fault
from lenmuc.core.readiness import ServiceFacts, assess
from lenmuc.core.text import forbidden

State = Literal["draft", "submitted", "returned", "verified"]
Status = Literal["self_assessed", "submitted", "returned", "verified", "due", "lapsed"]
Step = Literal["submit", "withdraw", "return", "verify"]
Verifier = Literal["lead", "planner"]

REMARK_LIMIT = 4_000


class ReviewRules(msgspec.Struct, frozen=True):
    """What an installation decides: filings a year above which a planner verifies, months that a verified
    level holds, days in which it is due before it has lapsed.
    """

    above: int = 1000
    months: int = 12
    grace: int = 90


class Standing(msgspec.Struct, frozen=True):
    """What is known of the review of one offering; `level` is the level assessed now.

    `verified_until` is the last day that the verification holds by itself; `changed` the day on which an
    answer or a fact under it changed, `changed_what` which of the two. Nothing at all: a draft.
    """

    level: int
    state: State = "draft"
    verified_at: dt.datetime | None = None
    verified_until: dt.date | None = None
    verified_level: int | None = None
    changed: dt.date | None = None
    changed_what: str = ""


# Which step leads from which status to which state. Withdrawing goes back to what was before; see `undone`.
_STEPS: Final[Mapping[tuple[Status, Step], State]] = {
    ("self_assessed", "submit"): "submitted",
    ("returned", "submit"): "submitted",
    ("due", "submit"): "submitted",
    ("lapsed", "submit"): "submitted",
    ("submitted", "withdraw"): "draft",
    ("submitted", "return"): "returned",
    ("submitted", "verify"): "verified",
}
_REFUSALS: Final[Mapping[Step, str]] = {
    "submit": N_("This checklist waits for review or is verified already, so there is nothing to submit."),
    "withdraw": N_("This checklist does not wait for review, so it cannot be withdrawn."),
    "return": N_("This checklist does not wait for review any more, so it cannot be returned."),
    "verify": N_("This checklist does not wait for review any more, so it cannot be verified."),
}


def allowed(status: Status, step: Step) -> bool:
    """Whether the step may be taken from this status."""
    return (status, step) in _STEPS


def taken(status: Status, step: Step) -> State:
    """The state after a step. Raises `Refused` when the step is not possible from `status`."""
    after = _STEPS.get((status, step))
    if after is None:
        raise Refused([fault("", _REFUSALS[step])])
    return after


def undone(standing: Standing) -> State:
    """Where withdrawing a submission leads: to the verification that stood before it, or to a draft."""
    return "draft" if standing.verified_at is None else "verified"


def ends(standing: Standing) -> dt.date | None:
    """The first day on which a verification does not hold any more; `None` when nothing was verified."""
    if standing.verified_until is None:
        return None
    day = standing.verified_until + dt.timedelta(days=1)
    return min(day, standing.changed) if standing.changed else day


def status(standing: Standing, today: dt.date, rules: ReviewRules) -> Status:
    """The status of the level shown on `today`: a date moves this word only, never the level.

    A verification speaks of one level: when the assessed level is another now, the level is self-assessed.
    """
    if standing.state in ("submitted", "returned"):
        return "submitted" if standing.state == "submitted" else "returned"
    last = ends(standing)
    if standing.state == "draft" or last is None or standing.verified_level != standing.level:
        return "self_assessed"
    if today < last:
        return "verified"
    return "due" if today < last + dt.timedelta(days=rules.grace) else "lapsed"


def public(status: Status) -> Status:
    """The status as the public reads it: what is between an agency and its reviewer stays there."""
    return "self_assessed" if status == "returned" else status


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day some months on, or the last day of that month where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def holds_until(verified: dt.date, rules: ReviewRules, expiries: Iterable[dt.date] = ()) -> dt.date:
    """The last day of a verification: by the months of the rules, or when evidence expires before."""
    last = months_later(verified, rules.months) - dt.timedelta(days=1)
    return max(verified, min((last, *expiries)))


def verifier(filings: int | None, leads: int, rules: ReviewRules) -> Verifier:
    """Who verifies: planners what many people use and what nobody has counted, the agency's lead the rest.

    `leads` counts those of the agency who may: who did not submit it and have no answer in it. Without one, a
    planner does it.
    """
    return "planner" if filings is None or filings > rules.above or not leads else "lead"


def may_submit(who: Identity, agency: str) -> bool:
    """Those who answer for an agency submit its checklists."""
    return who.role in ("staff", "lead") and bool(agency) and who.agency == agency


def why_not_verify(who: Identity, agency: str, wanted: Verifier, submitted_by: int, own: int) -> str:
    """The sentence that says why somebody may not decide a review; empty when they may.

    `own` counts the answers of theirs that the checklist holds. Nobody verifies their own answers.
    """
    if who.role != "planner" and not (who.role == "lead" and who.agency == agency):
        return N_("Only a planner or the lead of the agency reviews a checklist.")
    if who.person == str(submitted_by):
        return N_("You have submitted this checklist yourself. Somebody else has to review it.")
    if own:
        return N_("This checklist holds answers of your own. Somebody else has to review it.")
    if wanted == "planner" and who.role != "planner":
        return N_("A planner reviews this checklist, because many people use the service.")
    if wanted == "lead" and who.role == "planner":
        return N_("The lead of the agency reviews this checklist, because few people use the service.")
    return ""


def may_decide(who: Identity, answer: Answer) -> bool:
    """Who may accept that a criterion does not apply: planners everywhere, a lead for the own agency."""
    if who.role == "planner":
        return True
    return who.role == "lead" and bool(answer.agency) and answer.agency == who.agency


class Claim(msgspec.Struct, frozen=True):
    """What a submission says. `level` is reached when every proposal is accepted.

    `rests_on` are the criteria that carry it, in the order of the scheme; `proposals` those of them that are
    proposed as not applicable and not decided yet.
    """

    level: int
    rests_on: tuple[str, ...]
    proposals: tuple[str, ...]


def claim(scheme: Scheme, facts: ServiceFacts, found: Mapping[str, Effective]) -> Claim:
    """The claim of a checklist. `found` are the answers that count (`readiness.effective`)."""
    open_ = 0
    void = facts.not_applicable
    met = 0
    for place, criterion in enumerate(scheme.criteria):
        here = found[criterion.id]
        if here.value == "met":
            met |= 1 << place
        elif here.value == "not_applicable":
            void |= 1 << place
        elif here.value == "proposed" and here.answer is not None and not here.answer.decision:
            open_ |= 1 << place
    level = assess(scheme, void | open_, met).level
    carried = scheme.up_to(level) & ~facts.not_applicable
    return Claim(
        level,
        tuple(c.id for c in scheme.members(carried)),
        tuple(c.id for c in scheme.members(carried & open_)),
    )


def facts_touch(scheme: Scheme, rests_on: Iterable[str], before: ServiceFacts, after: ServiceFacts) -> bool:
    """Whether a change of the record touches one of the criteria, or a criterion of their levels."""
    highest = max((scheme.criterion(id).level for id in rests_on if id in scheme.index), default=0)
    carried = scheme.up_to(highest)
    changed = (before.not_applicable ^ after.not_applicable) | (before.met ^ after.met)
    return bool(changed & carried)


def remark_faults(remarks: Mapping[str, str]) -> list[Fault]:
    """What is wrong with remarks, given as criterion -> text; the field is `remark-<criterion>`."""
    found: list[Fault] = []
    for criterion, text in remarks.items():
        field = f"remark-{criterion}"
        if len(text) > REMARK_LIMIT:
            found.append(fault(field, N_("Shorten the remark to %(limit)s characters."), limit=REMARK_LIMIT))
        bad = forbidden(text)
        if bad:
            found.append(
                fault(field, N_("The text holds a character that cannot be stored: %(char)s."), char=bad)
            )
    return found


def in_use(level: int, online_filings: int | None) -> int | None:
    """The level in use: the assessed one when somebody filed online in twelve months, 0 when nobody did.

    `None` when nobody has counted. Below level 3 nothing can be filed online: the assessed level stands.
    """
    if level < 3:
        return level
    if online_filings is None:
        return None
    return level if online_filings else 0


class LevelStatus(msgspec.Struct, frozen=True):
    """The status of a level in the words of a page. Dates of a verification are set when there was one.

    `until` is the last day that it held or holds; `changed_what` says what ended it before its time.
    """

    status: Status = "self_assessed"
    verified_at: dt.datetime | None = None
    until: dt.date | None = None
    verified_level: int | None = None
    changed_what: str = ""

    @property
    def holds(self) -> bool:
        """Whether the level is verified today."""
        return self.status == "verified"


def shown(standing: Standing | None, today: dt.date, rules: ReviewRules) -> LevelStatus:
    """The status of the level on `today`; without a standing nobody has submitted anything."""
    if standing is None:
        return LevelStatus()
    last = ends(standing)
    return LevelStatus(
        status(standing, today, rules),
        standing.verified_at,
        last - dt.timedelta(days=1) if last else None,
        standing.verified_level,
        standing.changed_what if standing.changed and last == standing.changed else "",
    )
