"""Two schemes side by side: what is new, gone or changed, and which answers carry over."""

from collections.abc import Iterable
from typing import Final

import msgspec

from lenmuc.core.checklists import Criterion, Scheme

# What makes a criterion ask for something else, so that an old answer does not settle it …
MEANING: Final = ("text", "role", "scope", "not_applicable_when", "met_when")
# … and what people should see, though an old answer still holds.
BESIDE: Final = ("level", "basis", "strength", "evidence", "help", "confidence", "group", "work")


class Change(msgspec.Struct, frozen=True):
    """A criterion that both schemes have, and the keys in which it differs, those of meaning first."""

    before: Criterion
    after: Criterion
    keys: tuple[str, ...]

    @property
    def asks_again(self) -> bool:
        """Whether the meaning changed: its answers have to be given anew."""
        return any(key in MEANING for key in self.keys)


class Comparison(msgspec.Struct, frozen=True):
    """The criteria of two schemes, each in the order of its own scheme.

    `same` are ids that differ in nothing. Levels are numbers of two scales: that one differs says little when
    the scales do.
    """

    new: tuple[Criterion, ...]
    gone: tuple[Criterion, ...]
    changed: tuple[Change, ...]
    same: tuple[str, ...]

    @property
    def carried(self) -> tuple[str, ...]:
        """Ids whose answers hold in the second scheme as they are, sorted."""
        still = (change.after.id for change in self.changed if not change.asks_again)
        return tuple(sorted((*self.same, *still)))

    @property
    def to_ask(self) -> tuple[str, ...]:
        """Ids that need an answer, sorted: new ones, and those whose meaning changed."""
        again = (change.after.id for change in self.changed if change.asks_again)
        return tuple(sorted((*(criterion.id for criterion in self.new), *again)))


def compare(before: Scheme, after: Scheme) -> Comparison:
    """What moving from one scheme to another changes, criterion by criterion, matched by id."""
    both = [(before.criterion(c.id), c) for c in after.criteria if c.id in before.index]
    pairs = [(old, new, _differing(old, new)) for old, new in both]
    return Comparison(
        new=_without(after.criteria, before),
        gone=_without(before.criteria, after),
        changed=tuple(Change(old, new, keys) for old, new, keys in pairs if keys),
        same=tuple(new.id for _, new, keys in pairs if not keys),
    )


def _without(criteria: Iterable[Criterion], other: Scheme) -> tuple[Criterion, ...]:
    return tuple(criterion for criterion in criteria if criterion.id not in other.index)


def _differing(old: Criterion, new: Criterion) -> tuple[str, ...]:
    return tuple(key for key in (*MEANING, *BESIDE) if getattr(old, key) != getattr(new, key))
