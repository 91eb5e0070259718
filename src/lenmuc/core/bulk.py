"""Many answers at once, all of one agency: what is to change, what that is, and how it is taken back."""

from collections.abc import Iterable, Mapping

import msgspec

from lenmuc.core.answers import Answer, AnswerForm
from lenmuc.core.checklists import Criterion, Scheme

Place = tuple[str, str]
"""The code of a service, the id of a criterion."""
KINDS = ("grid", "copy", "workbook")
LIMIT = 1_000
"""Answers that one batch may hold."""


class OwnAnswer(msgspec.Struct, frozen=True):
    """What an agency has said itself for one of its services."""

    service: str
    criterion: str
    value: str
    justification: str
    evidence: tuple[str, ...]
    blocker: str
    version: int
    pieces: tuple[int, ...] = ()

    @property
    def place(self) -> Place:
        """What is answered."""
        return self.service, self.criterion

    @property
    def form(self) -> AnswerForm:
        """The form that would give it, evidence and all."""
        return AnswerForm(
            self.value, self.justification, self.evidence, self.blocker, self.version, self.pieces
        )


class Change(msgspec.Struct, frozen=True):
    """One answer to give. The version in `form` is the one that was seen; 0 when there was none."""

    service: str
    criterion: str
    form: AnswerForm

    @property
    def place(self) -> Place:
        """What is answered."""
        return self.service, self.criterion


class Written(msgspec.Struct, frozen=True):
    """An answer that a batch has given: what stood there before (`None`: nothing), and what it put there."""

    service: str
    criterion: str
    before: AnswerForm | None
    after: AnswerForm

    @property
    def place(self) -> Place:
        """What was answered."""
        return self.service, self.criterion


class Step(msgspec.Struct, frozen=True):
    """A change against what is stored now: `now` is `None` where nothing is."""

    change: Change
    now: AnswerForm | None

    @property
    def same(self) -> bool:
        """Does it say what is stored already?"""
        return self.now is not None and says_same(self.change.form, self.now)

    @property
    def stale(self) -> bool:
        """Has somebody changed the answer since it was seen? One that says the same hurts nobody."""
        return not self.same and (self.now.version if self.now else 0) != self.change.form.version


def form_of(answer: Answer) -> AnswerForm:
    """What a stored answer says, as the form that would give it."""
    pieces = tuple(piece.id for piece in answer.pieces)
    return AnswerForm(
        answer.value, answer.justification, answer.evidence, answer.blocker, answer.version, pieces
    )


def says_same(one: AnswerForm, other: AnswerForm) -> bool:
    """Do the two say the same, whatever their versions? `pieces` left as they are say nothing."""
    if one.pieces is None or other.pieces is None:
        one, other = (msgspec.structs.replace(form, pieces=None) for form in (one, other))
    return msgspec.structs.replace(one, version=0) == msgspec.structs.replace(other, version=0)


def steps(changes: Iterable[Change], now: Mapping[Place, AnswerForm]) -> tuple[Step, ...]:
    """Each change beside what is stored in its place."""
    return tuple(Step(change, now.get(change.place)) for change in changes)


def answerable(scheme: Scheme) -> tuple[Criterion, ...]:
    """The criteria that decide a level and that an agency answers for one of its services."""
    return tuple(c for c in scheme.members(scheme.defining) if c.scope in ("service", "offering"))


def chosen(
    missing: Mapping[str, Iterable[str]], cells: Iterable[str], rows: Iterable[str], columns: Iterable[str]
) -> tuple[Place, ...]:
    """The places that somebody has chosen of those that lack an answer, each once, in the order of the list.

    `missing` are the criteria of each service; `cells` are written "service criterion".
    """
    marked, whole, across = set(cells), set(rows), set(columns)
    return tuple(
        (service, criterion)
        for service, criteria in missing.items()
        for criterion in criteria
        if f"{service} {criterion}" in marked or service in whole or criterion in across
    )


def copied(
    scheme: Scheme, sister: Iterable[OwnAnswer], own: Iterable[OwnAnswer], void: int, code: str
) -> tuple[Change, ...]:
    """The answers of a sister service that can stand at `code`: where none stands and the criterion applies.

    `void` are the criteria that the record of `code` makes void.
    """
    taken = {answer.criterion for answer in own}
    return tuple(
        Change(code, answer.criterion, msgspec.structs.replace(answer.form, version=0))
        for answer in sister
        if answer.criterion in scheme.index
        and answer.criterion not in taken
        and not void >> scheme.index[answer.criterion] & 1
    )


def counting(
    values: Mapping[tuple[str, str, str], str], criterion: str, agency: str, service: str
) -> tuple[str, str]:
    """The value that counts at one offering and its layer, the most local first; empty when nobody said it.

    `values` are by criterion, agency and service.
    """
    for layer, place in (
        ("offering", (criterion, agency, service)),
        ("service", (criterion, "", service)),
        ("agency", (criterion, agency, "")),
        ("platform", (criterion, "", "")),
    ):
        if place in values:
            return values[place], layer
    return "", ""
