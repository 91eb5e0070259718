"""A scheme as it is written: criteria of its own, and criteria taken over from another scheme."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from lenmuc.content.places import Source
from lenmuc.core.checklists import (
    Condition,
    Confidence,
    Criterion,
    Group,
    LevelMeaning,
    Reason,
    Role,
    Scheme,
    Scope,
    Sentence,
    Strength,
    Words,
    Work,
)

Bases = Annotated[tuple[Sentence, ...], msgspec.Meta(min_length=1)]


def _written(struct: msgspec.Struct, fields: tuple[str, ...]) -> dict[str, Any]:
    """The fields that are set, with their values."""
    return {field: getattr(struct, field) for field in fields if getattr(struct, field) is not UNSET}


class Shared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Criteria taken over from scheme `from`. `level` and `confidence`, when given, are theirs here.

    `basis` are articles that all of them rest on here, put before their own articles of this scheme's `law`.
    """

    from_: Sentence = msgspec.field(name="from")
    ids: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    level: int | UnsetType = UNSET
    confidence: Confidence | UnsetType = UNSET
    basis: tuple[Sentence, ...] = ()

    def values(self) -> dict[str, Any]:
        """What holds for all of them, where it is written."""
        return _written(self, ("level", "confidence"))


class Changed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the law of this scheme says differently about a shared criterion; only the keys that differ."""

    id: str
    level: int | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    group: str | UnsetType = UNSET
    scope: Scope | UnsetType = UNSET
    strength: Strength | UnsetType = UNSET
    text: Words | UnsetType = UNSET
    basis: Bases | UnsetType = UNSET
    evidence: Words | UnsetType = UNSET
    help: Words | UnsetType = UNSET
    confidence: Confidence | UnsetType = UNSET
    not_applicable_when: tuple[Condition, ...] | UnsetType = UNSET
    met_when: tuple[Condition, ...] | UnsetType = UNSET
    work: Work | UnsetType = UNSET

    def values(self) -> dict[str, Any]:
        """The keys that are written, with their values."""
        return _written(self, tuple(field for field in self.__struct_fields__ if field != "id"))


class SchemeFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of `assessments/`, key by key; see `Scheme` for what the keys mean."""

    id: str
    version: Annotated[int, msgspec.Meta(ge=1)]
    valid_from: dt.date
    name: Words
    law: Annotated[tuple[Sentence, ...], msgspec.Meta(min_length=1)]
    summary: Words
    levels: Annotated[tuple[LevelMeaning, ...], msgspec.Meta(min_length=1)]
    groups: tuple[Group, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    shared: tuple[Shared, ...] = ()
    changed: tuple[Changed, ...] = ()
    reasons: tuple[Reason, ...] = ()
    valid_to: dt.date | None = None


_AS_WRITTEN = tuple(key for key in Scheme.__struct_fields__ if key not in ("groups", "criteria"))


def belongs(basis: str, law: tuple[str, ...]) -> bool:
    """Whether an article is one of a document of `law`."""
    # The space keeps "01/2018/TT" from passing for "01/2018/TT-VPCP".
    return any(f"{basis} ".startswith(f"{document} ") for document in law)


class Joined:
    """A scheme put together from its file and the schemes it takes criteria from.

    Raises `ContentError` for what cannot be put together; every other rule is checked on the result.
    `scheme_of` gives another scheme of the folder by id.
    """

    def __init__(self, source: Source, file: SchemeFile, scheme_of: Callable[[str], Scheme]) -> None:
        self.source, self.file = source, file
        self._own = {criterion.id: number for number, criterion in enumerate(file.criteria)}
        self._shared: dict[str, int] = {}
        self._changed = {change.id: number for number, change in enumerate(file.changed)}
        sources = [scheme_of(block.from_) for block in file.shared]
        self._once()
        taken = [self._taken(number, sources[number].index) for number in range(len(file.shared))]
        criteria = [
            self._criterion(number, sources[number], id) for number, ids in enumerate(taken) for id in ids
        ]
        self._every_change_has_its_criterion()
        groups = [group for scheme in sources for group in scheme.groups]
        self.scheme = self._scheme(criteria, groups)

    def place(self, id: str, key: str) -> tuple[str, int, str, str]:
        """Where the file says `key` of a criterion: table, number of the entry, key, and word to look for."""
        if id in self._own:
            return "criteria", self._own[id], key, ""
        first = key.partition(".")[0]
        if id in self._changed and first in self.file.changed[self._changed[id]].values():
            return "changed", self._changed[id], key, ""
        number = self._shared[id]
        block = self.file.shared[number]
        if first in block.values() or (first == "basis" and block.basis):
            return "shared", number, key, ""
        return "shared", number, "ids", id

    def wrong_at(self, id: str, key: str, remedy: str) -> Exception:
        """The error at `key` of criterion `id`."""
        table, number, written, word = self.place(id, key)
        return self.source.wrong(table, number, written, f"criterion {id}: {remedy}", word)

    def _once(self) -> None:
        """Every id stands once, whether it is shared or written here."""
        twice = "the id {} stands twice; rename or remove one"
        for number, block in enumerate(self.file.shared):
            for at, id in enumerate(block.ids):
                if id in self._shared or id in block.ids[:at]:
                    raise self.source.wrong("shared", number, "ids", twice.format(id), id)
            self._shared.update(dict.fromkeys(block.ids, number))
        for table, ids in (
            ("criteria", [criterion.id for criterion in self.file.criteria]),
            ("changed", [change.id for change in self.file.changed]),
        ):
            for number, id in enumerate(ids):
                if id in ids[:number] or (table == "criteria" and id in self._shared):
                    raise self.source.wrong(table, number, "id", twice.format(id))

    def _taken(self, number: int, there: Any) -> tuple[str, ...]:
        """The ids of a block, all of which the other scheme has."""
        block = self.file.shared[number]
        for id in block.ids:
            if id not in there:
                remedy = f"{block.from_} has no criterion {id}; correct the id or write it under [[criteria]]"
                raise self.source.wrong("shared", number, "ids", remedy, id)
        return block.ids

    def _criterion(self, number: int, source: Scheme, id: str) -> Criterion:
        """The criterion of another scheme as this one has it."""
        theirs, block = source.criterion(id), self.file.shared[number]
        change = self.file.changed[self._changed[id]].values() if id in self._changed else {}
        kept = block.basis + tuple(basis for basis in theirs.basis if belongs(basis, self.file.law))
        if not kept and "basis" not in change:
            raise self.wrong_at(
                id,
                "basis",
                "no article of it belongs to a document of the key law; give it a basis in [[changed]]",
            )
        values: dict[str, Any] = {"basis": kept or change["basis"], "work": self._work(source, theirs)}
        values |= block.values()
        plain = msgspec.structs.replace(theirs, **values)
        ours = msgspec.structs.replace(plain, **change)
        if id in self._changed and ours == plain and "basis" not in change:
            remedy = f"nothing differs from {block.from_} here; take it out, or write what differs"
            raise self.source.wrong("changed", self._changed[id], "id", f"criterion {id}: {remedy}")
        return ours

    def _work(self, source: Scheme, theirs: Criterion) -> Work | None:
        """The work, with prerequisites that this scheme does not have replaced by what they waited for."""
        if theirs.work is None:
            return None

        def found(needs: tuple[str, ...]) -> list[str]:
            here: list[str] = []
            for id in needs:
                if id in self._shared or id in self._own:
                    here.append(id)
                elif (work := source.criterion(id).work) is not None:
                    here += found(work.needs)
            return here

        return msgspec.structs.replace(theirs.work, needs=tuple(dict.fromkeys(found(theirs.work.needs))))

    def _every_change_has_its_criterion(self) -> None:
        for number, change in enumerate(self.file.changed):
            if change.id not in self._shared:
                remedy = f"{change.id} is not shared here; add it to the ids of a [[shared]] block"
                raise self.source.wrong("changed", number, "id", remedy)

    def _scheme(self, shared: list[Criterion], groups: list[Group]) -> Scheme:
        """The whole; with shared criteria the order is that of the ids, else that of the file."""
        criteria = [*shared, *self.file.criteria]
        if shared:
            criteria.sort(key=lambda criterion: criterion.id)
        used = {criterion.group for criterion in shared}
        named = {group.id: group for group in groups if group.id in used}
        named |= {group.id: group for group in self.file.groups}
        rest = {key: getattr(self.file, key) for key in _AS_WRITTEN}
        return Scheme(groups=tuple(named.values()), criteria=tuple(criteria), **rest)
