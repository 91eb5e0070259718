"""What is typed for a programme, a target or a task, read and checked. Pure."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Final, TypeVar

import msgspec

from lenmuc.core.errors import N_, Fault, fault
from lenmuc.core.evidence import date_of
from lenmuc.core.figures import Figure
from lenmuc.core.programmes import Counted, Goal, Sense, Tier, Unit, for_a_tier, ways
from lenmuc.core.text import forbidden

NAME_LIMIT = 300
TEXT_LIMIT = 4000
TIERS: Final[tuple[Tier, ...]] = ("province", "commune", "ministry")
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_COUNTED: Final[tuple[Counted, ...]] = ("services", "filings")
_SENSES: Final[tuple[Sense, ...]] = ("at_least", "at_most")
_UNITS: Final[tuple[Unit, ...]] = ("percent", "count")
_CHOOSE = N_("Choose one of the list.")
T = TypeVar("T", bound=str)


class ProgrammeForm(msgspec.Struct, frozen=True):
    """A programme as it is typed; days as dd/mm/yyyy. `version` 0: a new one."""

    name: str = ""
    name_en: str = ""
    basis: str = ""
    first_day: str = ""
    last_day: str = ""
    version: int = 0


class TargetForm(msgspec.Struct, frozen=True):
    """A target as it is typed. `figure` is empty where nothing of ours measures it; `scope` is empty for the
    city, `tier:commune` or `agency:CODE`.
    """

    name: str = ""
    name_en: str = ""
    library: str = ""
    figure: str = ""
    counted: str = "services"
    sense: str = "at_least"
    unit: str = "percent"
    amount: str = ""
    due: str = ""
    scope: str = ""
    document: str = ""
    version: int = 0


class TaskForm(msgspec.Struct, frozen=True):
    """A task as it is typed."""

    name: str = ""
    agency: str = ""
    due: str = ""
    proof: str = ""
    version: int = 0


class ProgrammeSaid(msgspec.Struct, frozen=True):
    """A programme as it is stored; the last day counts."""

    name: str
    name_en: str
    basis: str
    first_day: dt.date
    last_day: dt.date


class TargetSaid(msgspec.Struct, frozen=True):
    """A target as it is stored; at most one of `tier` and `agency` is set, none means the whole city."""

    name: str
    name_en: str
    library: str
    figure: str
    counted: Counted
    sense: Sense
    unit: Unit
    amount: float
    due: dt.date
    tier: Tier
    agency: str
    document: str

    @property
    def goal(self) -> Goal:
        """What it wants."""
        return Goal(self.sense, self.unit, self.amount, self.counted)


class TaskSaid(msgspec.Struct, frozen=True):
    """A task as it is stored: what, whose, by when, and what proves it."""

    name: str
    agency: str
    due: dt.date
    proof: str


def _one_of(options: Sequence[T], text: str) -> T | None:
    """The option that was typed, or nothing."""
    return next((each for each in options if each == text), None)


def text_faults(field: str, text: str, limit: int, *, wanted: bool = True) -> list[Fault]:
    """What is wrong with a text that was cleaned."""
    if wanted and not text:
        return [fault(field, N_("This is missing. Write it."))]
    bad = forbidden(text)
    if bad:
        return [fault(field, N_("The text holds a character that cannot be stored: %(char)s."), char=bad)]
    if len(text) > limit:
        return [fault(field, N_("Shorten this to %(limit)s characters."), limit=limit)]
    return []


def day_typed(field: str, text: str) -> tuple[dt.date, list[Fault]]:
    """A day typed as dd/mm/yyyy, and what is wrong with it; then the day says nothing."""
    try:
        day = date_of(text)
    except ValueError:
        day = None
    if day is None:
        return dt.date.min, [fault(field, N_("Write the date as day/month/year, such as 31/12/2026."))]
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        words = N_("The year must lie between %(first)s and %(last)s.")
        return day, [fault(field, words, first=_FIRST_YEAR, last=_LAST_YEAR)]
    return day, []


def read_programme(form: ProgrammeForm) -> tuple[ProgrammeSaid, list[Fault]]:
    """A programme from its form (texts cleaned before), and what is wrong."""
    first, faults_first = day_typed("first_day", form.first_day)
    last, faults_last = day_typed("last_day", form.last_day)
    faults = [
        *text_faults("name", form.name, NAME_LIMIT),
        *text_faults("name_en", form.name_en, NAME_LIMIT, wanted=False),
        *text_faults("basis", form.basis, TEXT_LIMIT),
        *faults_first,
        *faults_last,
    ]
    if not (faults_first or faults_last) and last <= first:
        faults.append(fault("last_day", N_("The last day must come after the first day.")))
    return ProgrammeSaid(form.name, form.name_en, form.basis, first, last), faults


def read_target(
    form: TargetForm,
    figures: Mapping[str, Figure],
    agencies: Collection[str],
    library: Collection[str],
) -> tuple[TargetSaid, list[Fault]]:
    """A target from its form (texts cleaned before), and what is wrong."""
    due, faults = day_typed("due", form.due)
    faults = [
        *text_faults("name", form.name, NAME_LIMIT),
        *text_faults("name_en", form.name_en, NAME_LIMIT, wanted=False),
        *text_faults("document", form.document, NAME_LIMIT),
        *faults,
    ]
    kind, _, place = form.scope.partition(":")
    tier = _one_of(TIERS, place) if kind == "tier" else ""
    agency = place if kind == "agency" and place in agencies else ""
    if form.scope and not (tier or agency):
        faults.append(fault("scope", _CHOOSE))
    figure = figures.get(form.figure)
    if form.figure and (figure is None or not ways(figure)):
        faults.append(fault("figure", _CHOOSE))
    elif figure is not None:
        if form.counted not in ways(figure):
            faults.append(fault("counted", N_("This figure does not count so. Choose the other way.")))
        if tier and not for_a_tier(figure):
            text = N_("This figure is counted for the whole city or for one agency, not for a tier.")
            faults.append(fault("scope", text))
    if form.library and form.library not in library:
        faults.append(fault("library", _CHOOSE))
    counted, sense, unit = (
        _one_of(_COUNTED, form.counted), _one_of(_SENSES, form.sense), _one_of(_UNITS, form.unit),
    )  # fmt: skip
    wrong = {each.field for each in faults}
    for field, found in (("counted", counted), ("sense", sense), ("unit", unit)):
        if found is None and field not in wrong:
            faults.append(fault(field, _CHOOSE))
    amount, amount_faults = _amount(form)
    said = TargetSaid(
        form.name, form.name_en, form.library, form.figure, counted or "services", sense or "at_least",
        unit or "percent", amount, due, tier or "", agency, form.document,
    )  # fmt: skip
    return said, faults + amount_faults


def _amount(form: TargetForm) -> tuple[float, list[Fault]]:
    """The number of a target. A comma may stand for the decimal point."""
    try:
        amount = float(form.amount.strip().rstrip("%").strip().replace(",", "."))
    except ValueError:
        return 0.0, [fault("amount", N_("Write a number, such as 60."))]
    if form.unit == "percent" and not 0 <= amount <= 100:
        return amount, [fault("amount", N_("A share lies between 0 and 100 per cent."))]
    if form.unit != "percent" and not (0 <= amount <= 10**9 and amount == int(amount)):
        return amount, [fault("amount", N_("Write a whole number that is not below 0."))]
    return amount, []


def read_task(form: TaskForm, agencies: Collection[str]) -> tuple[TaskSaid, list[Fault]]:
    """A task from its form (texts cleaned before), and what is wrong."""
    due, faults_due = day_typed("due", form.due)
    faults = text_faults("name", form.name, NAME_LIMIT)
    if form.agency not in agencies:
        faults.append(fault("agency", N_("Choose the agency that does it.")))
    faults += faults_due
    faults += text_faults("proof", form.proof, TEXT_LIMIT)
    return TaskSaid(form.name, form.agency, due, form.proof), faults
