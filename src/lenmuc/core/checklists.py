"""Schemes and their criteria as values; a set of criteria is one `int`, a bit for each in file order."""

import datetime as dt
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Final, Literal

import msgspec

Language = Literal["vi", "en"]
Role = Literal["defines", "duty", "readiness"]
Scope = Literal["platform", "agency", "service", "offering"]
Strength = Literal["must", "minimum", "encouraged", "advisory"]
Confidence = Literal["verified", "partly", "memory"]
Kind = Literal[
    "portal", "eform", "integration", "process", "payment", "data", "legal", "training", "content", "security"
]
Sentence = Annotated[str, msgspec.Meta(min_length=1)]
Facts = Mapping[str, bool | None]  # the name of a fact -> yes, no, or None when nobody knows


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text in both languages; neither may be empty."""

    vi: Sentence
    en: Sentence

    def in_(self, language: str) -> str:
        """The text in `language`: Vietnamese for `vi`, English for anything else."""
        return self.vi if language == "vi" else self.en


class Guidance(msgspec.Struct, frozen=True):
    """Beside the law: why a criterion matters, a made-up example, and what a machine could look at."""

    why: Words
    example: Words
    machine: Words | None = None


FACTS: Final[Mapping[str, Words]] = {
    "name_known": Words("Hồ sơ thủ tục có tên", "The record gives the name"),
    "steps_known": Words("Hồ sơ thủ tục có trình tự thực hiện", "The record gives the steps"),
    "channels_known": Words(
        "Hồ sơ thủ tục nêu cách nộp: trực tiếp, bưu chính hay trực tuyến",
        "The record says how to file: in person, by post or online",
    ),
    "papers_known": Words("Hồ sơ thủ tục nêu giấy tờ phải nộp", "The record lists the papers to hand in"),
    "time_known": Words("Hồ sơ thủ tục nêu thời hạn giải quyết", "The record gives the processing time"),
    "applicants_known": Words("Hồ sơ thủ tục nêu ai được thực hiện", "The record says who may apply"),
    "agency_known": Words("Hồ sơ thủ tục nêu cơ quan giải quyết", "The record names the deciding agency"),
    "result_known": Words("Hồ sơ thủ tục nêu kết quả", "The record names the result"),
    "fee_known": Words(
        "Hồ sơ thủ tục nói rõ có thu phí, lệ phí hay không", "The record says whether a fee is charged"
    ),
    "legal_known": Words("Hồ sơ thủ tục nêu căn cứ pháp lý", "The record names the legal basis"),
    "decision_known": Words(
        "Hồ sơ thủ tục có số quyết định công bố", "The record has the number of the publication decision"
    ),
    "has_fee": Words("Thủ tục có thu phí hoặc lệ phí", "The service charges a fee"),
    "has_forms": Words("Thủ tục có mẫu đơn hoặc tờ khai", "The service has a form or declaration to fill in"),
    "forms_published": Words(
        "Hồ sơ thủ tục trên Cơ sở dữ liệu quốc gia kèm tệp biểu mẫu",
        "The national record carries the form files",
    ),
    "online_channel": Words("Hồ sơ thủ tục cho nộp trực tuyến", "The record allows filing online"),
    "post_channel": Words("Hồ sơ thủ tục cho nộp qua bưu chính", "The record allows filing by post"),
    "in_person_channel": Words("Hồ sơ thủ tục cho nộp trực tiếp", "The record allows filing in person"),
    "interlinked": Words(
        "Nhiều cơ quan cùng giải quyết thủ tục (liên thông)", "Several agencies handle the service together"
    ),
}


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fact of `FACTS` and the value it has to have."""

    fact: str
    is_: bool = msgspec.field(name="is")


class Work(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What it takes, by default, to meet a criterion that is not met.

    `at` says where the work is done once: for the city, for each agency, for each service code (built once
    however many agencies offer it) or for each offering. `days` are person-days, an estimate of ours.
    `needs` are ids of criteria whose own work comes first; one that is met or void asks for nothing.
    Work at a service that needs work at an agency is read per offering: each agency readies itself.
    """

    at: Scope
    days: Annotated[float, msgspec.Meta(gt=0)]
    kind: Kind
    needs: tuple[str, ...] = ()


class Criterion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing a scheme asks. All conditions of a rule must hold; an unknown fact never holds.

    `basis` are articles of law in Vietnamese citation form, see `citation`. `confidence` says how far the
    basis was read: `verified` in the text, `partly`, or from `memory`. `met_when` is a proposal only.
    """

    id: str
    level: int
    role: Role
    group: str
    scope: Scope
    strength: Strength
    text: Words
    basis: Annotated[tuple[Sentence, ...], msgspec.Meta(min_length=1)]
    evidence: Words
    help: Words
    confidence: Confidence
    not_applicable_when: tuple[Condition, ...] = ()
    met_when: tuple[Condition, ...] = ()
    work: Work | None = None


class LevelMeaning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A level: its number, short name, what it means in one sentence, and the article that defines it."""

    number: Annotated[int, msgspec.Meta(ge=1)]
    name: Words
    meaning: Words
    basis: Sentence


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A heading under which criteria are shown."""

    id: str
    name: Words


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reason for which the law lets a service stay below the highest level.

    `criteria` are the criteria whose gap it explains; `basis` is the article that admits the reason.
    `needs_article`: the agency has to name the rule of law behind it. `blockers`: when the answer names an
    obstacle, only these mean this reason; none listed means any.
    """

    id: Literal["presence", "on_site", "fault", "technical"]
    name: Words
    basis: Sentence
    criteria: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    needs_article: bool = False
    blockers: tuple[str, ...] = ()


class Scheme(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """A published set of levels with its checklist. It never changes: a new edition has a new file and id.

    `valid_to` is the last day of force, `None` while in force. `law` lists every document that `basis` cites,
    the defining one first. Levels number 1, 2, 3 … without a gap. `reasons` are those the law admits for
    staying below the highest level; none when it asks for none. Masks are computed once, on first use.
    """

    id: str
    version: Annotated[int, msgspec.Meta(ge=1)]
    valid_from: dt.date
    name: Words
    law: Annotated[tuple[Sentence, ...], msgspec.Meta(min_length=1)]
    summary: Words
    levels: Annotated[tuple[LevelMeaning, ...], msgspec.Meta(min_length=1)]
    groups: Annotated[tuple[Group, ...], msgspec.Meta(min_length=1)]
    criteria: Annotated[tuple[Criterion, ...], msgspec.Meta(min_length=1)]
    valid_to: dt.date | None = None
    reasons: tuple[Reason, ...] = ()

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Criterion id -> its bit position."""
        return {criterion.id: place for place, criterion in enumerate(self.criteria)}

    @cached_property
    def defining(self) -> int:
        """The criteria that decide a level (role `defines`)."""
        return self.with_role("defines")

    @cached_property
    def _at_level(self) -> Mapping[int, int]:
        return {
            level.number: self.defining
            & sum(1 << place for place, c in enumerate(self.criteria) if c.level == level.number)
            for level in self.levels
        }

    @cached_property
    def _by_rule(self) -> tuple[tuple[tuple[int, Criterion], ...], tuple[tuple[int, Criterion], ...]]:
        """The few criteria with a rule, with their bits: (not applicable when, met when)."""
        bits = [(1 << place, criterion) for place, criterion in enumerate(self.criteria)]
        return tuple(b for b in bits if b[1].not_applicable_when), tuple(b for b in bits if b[1].met_when)

    def at_level(self, number: int) -> int:
        """The defining criteria of level `number` alone; 0 for a level the scheme does not have."""
        return self._at_level.get(number, 0)

    def up_to(self, number: int) -> int:
        """The defining criteria of levels 1 … `number`."""
        return sum(self.at_level(below) for below in range(1, number + 1))

    def with_role(self, role: Role) -> int:
        """The criteria of one role."""
        return sum(1 << place for place, criterion in enumerate(self.criteria) if criterion.role == role)

    def scope_mask(self, scope: Scope) -> int:
        """The criteria that `scope` answers."""
        return sum(1 << place for place, criterion in enumerate(self.criteria) if criterion.scope == scope)

    def criterion(self, id: str) -> Criterion:
        """The criterion called `id`; `KeyError` when there is none."""
        return self.criteria[self.index[id]]

    def members(self, mask: int) -> tuple[Criterion, ...]:
        """The criteria of a mask, in the order of the file."""
        return tuple(criterion for place, criterion in enumerate(self.criteria) if mask >> place & 1)

    def by_group(self) -> tuple[tuple[Group, tuple[Criterion, ...]], ...]:
        """Every group that has criteria, with them, both in the order of the file."""
        pairs = ((group, tuple(c for c in self.criteria if c.group == group.id)) for group in self.groups)
        return tuple((group, members) for group, members in pairs if members)

    def not_applicable(self, facts: Facts) -> int:
        """The criteria that the facts make void, such as payment where no fee is charged."""
        return sum(bit for bit, criterion in self._by_rule[0] if holds(criterion.not_applicable_when, facts))

    def met_by_record(self, facts: Facts) -> int:
        """The criteria that the record itself answers as met: a proposal, never a refusal."""
        return sum(bit for bit, criterion in self._by_rule[1] if holds(criterion.met_when, facts))


def holds(conditions: tuple[Condition, ...], facts: Facts) -> bool:
    """Whether every condition holds. An unknown fact is neither yes nor no; no condition never holds."""
    return bool(conditions) and all(facts.get(condition.fact) is condition.is_ for condition in conditions)


# Words of a citation and their English; numbers and letters of articles stay as the law prints them.
_CITATION: Final = {
    "Thông tư": "Circular",
    "Nghị định": "Decree",
    "Nghị quyết": "Resolution",
    "Quyết định": "Decision",
    "Luật": "Law",
    "Điều": "Article",
}


def citation(basis: str, language: str) -> str:
    """An article of law as a reader of `language` expects it: `Điều 5.1.a` or `Article 5.1.a`."""
    if language == "vi":
        return basis
    return re.sub("|".join(_CITATION), lambda found: _CITATION[found.group()], basis)
