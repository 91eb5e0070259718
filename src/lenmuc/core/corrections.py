"""What the public says is wrong with a level: what may be written, its way to an answer, the clock."""

import datetime as dt
from typing import Final, Literal

import msgspec

from lenmuc.core.errors import N_, Fault, NotAllowed, fault
from lenmuc.core.text import forbidden

State = Literal["waiting", "accepted", "refused", "withdrawn"]
Step = Literal["accept", "refuse", "withdraw"]
TEXT_LIMIT = 1_000
NOTE_LIMIT = 1_000
ANSWER_LIMIT = 4_000
WORKING_DAYS = 15
"""From the day after receipt to the answer. Source: Decree 43/2011/NĐ-CP, Art. 17.1.đ (replaced in 2022; kept
here as the rule of the house). Saturdays and Sundays are left out, public holidays are not."""

REASONS: Final = {
    "personal": N_("It holds personal data"),
    "abuse": N_("It is insulting or against the law"),
    "elsewhere": N_("It is not about the online level of this service"),
    "repeated": N_("The same was said already"),
    "unclear": N_("It cannot be understood"),
    "advertising": N_("It is advertising"),
    "other": N_("Another reason, named in the note"),
}
ERASES = "personal"
"""The reason for which the text itself is erased."""

_STEPS: Final[dict[tuple[State, Step], State]] = {
    ("waiting", "accept"): "accepted",
    ("waiting", "refuse"): "refused",
    ("accepted", "withdraw"): "withdrawn",
    ("refused", "accept"): "accepted",
    ("withdrawn", "accept"): "accepted",
}


class Clock(msgspec.Struct, frozen=True):
    """When an answer is due and how it stands: `late` counts working days beyond, 0 while there is time."""

    due: dt.date
    late: int


def working_days_after(day: dt.date, days: int) -> dt.date:
    """The day that is so many working days after `day`, which itself does not count."""
    while days > 0:
        day += dt.timedelta(days=1)
        days -= day.weekday() < 5
    return day


def clock(received: dt.date, until: dt.date) -> Clock:
    """The clock of what was received that day, read on `until`: today, or the day of the answer."""
    due, late = working_days_after(received, WORKING_DAYS), 0
    day = due
    while day < until:
        day += dt.timedelta(days=1)
        late += day.weekday() < 5
    return Clock(due, late)


def next_state(state: State, step: Step, text: str) -> State:
    """Where a step of moderation leads. Raises `NotAllowed` for a step that cannot be taken from there."""
    found = _STEPS.get((state, step))
    if found is None or (step == "accept" and not text):
        raise NotAllowed(N_("This has been decided already, or its text was erased. Open it again."))
    return found


def _text_faults(field: str, text: str, limit: int, empty: str) -> list[Fault]:
    if not text and empty:
        return [fault(field, empty)]
    if len(text) > limit:
        return [fault(field, N_("Shorten the text to %(limit)s characters; it has %(count)s."),
                      limit=limit, count=len(text))]  # fmt: skip
    bad = forbidden(text)
    return (
        [fault(field, N_("The text holds a character that cannot be stored: %(char)s."), char=bad)]
        if bad
        else []
    )


def correction_faults(text: str) -> list[Fault]:
    """What is wrong with what somebody wrote; empty when it can be stored."""
    return _text_faults("text", text, TEXT_LIMIT, N_("Write what is wrong."))


def decision_faults(step: Step, why: str, note: str) -> list[Fault]:
    """What is wrong with a decision of moderation."""
    faults = _text_faults("note", note, NOTE_LIMIT, "")
    if step != "accept" and why not in REASONS:
        faults.insert(0, fault("why", N_("Choose a reason.")))
    elif step != "accept" and why == "other" and not note:
        faults.append(fault("note", N_("Write the reason in the note.")))
    return faults


def answer_faults(answer: str) -> list[Fault]:
    """What is wrong with an agency's answer."""
    return _text_faults("answer", answer, ANSWER_LIMIT, N_("Write the answer."))
