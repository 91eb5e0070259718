"""The rules of a scheme that one value alone cannot keep."""

from collections.abc import Iterable

from lenmuc.content.sharing import Joined, belongs
from lenmuc.core.answers import BLOCKERS
from lenmuc.core.checklists import FACTS, Criterion

# Criteria of a narrow scope may be met by work done once further up, never the other way round.
_WIDER = {
    "platform": ("platform",),
    "agency": ("platform", "agency"),
    "service": ("platform", "service"),
    "offering": ("platform", "agency", "service", "offering"),
}


def check(joined: Joined) -> None:
    """Raise `ContentError` for the first rule that the scheme breaks, at its place in the file."""
    _Check(joined).everything()


class _Check:
    """One scheme with its file; every method raises `ContentError` or returns."""

    def __init__(self, joined: Joined) -> None:
        self.joined, self.source, self.scheme = joined, joined.source, joined.scheme

    def everything(self) -> None:
        """Run every check, those first on which the later ones lean."""
        if self.source.file != f"{self.scheme.id}.toml":
            raise self.source.wrong("", 0, "id", f"call the file {self.scheme.id}.toml, or change the id")
        if self.scheme.valid_to is not None and self.scheme.valid_to < self.scheme.valid_from:
            raise self.source.wrong("", 0, "valid_to", "the last day is before valid_from; correct a date")
        self.groups()
        self.levels()
        for criterion in self.scheme.criteria:
            self.references(criterion)
            self.facts(criterion)
            self.work(criterion)
        self.circles()
        self.reasons()

    def groups(self) -> None:
        """Group ids stand once."""
        ids = [group.id for group in self.joined.file.groups]
        for number, id in enumerate(ids):
            if id in ids[:number]:
                remedy = f"the id {id} stands twice; rename or remove one"
                raise self.source.wrong("groups", number, "id", remedy)

    def levels(self) -> None:
        """Levels are 1, 2, 3 …, and each has a defining criterion, or it would be reached by nothing."""
        for number, level in enumerate(self.scheme.levels):
            if level.number != number + 1:
                remedy = f"level {number + 1} should be here; number the levels 1, 2, 3 without a gap"
                raise self.source.wrong("levels", number, "number", remedy)
            if not self.scheme.at_level(level.number):
                remedy = f'no criterion of role "defines" has level {level.number}; add one or drop the level'
                raise self.source.wrong("levels", number, "number", remedy)
            if not belongs(level.basis, self.scheme.law):
                raise self.source.wrong("levels", number, "basis", _uncited(level.basis))

    def references(self, criterion: Criterion) -> None:
        """Level, group and documents exist; so a mistyped number of a document is found."""
        if not 1 <= criterion.level <= len(self.scheme.levels):
            remedy = f"there is no level {criterion.level}; correct it or add it to [[levels]]"
            raise self.joined.wrong_at(criterion.id, "level", remedy)
        if criterion.group not in {group.id for group in self.scheme.groups}:
            remedy = f"there is no group {criterion.group}; correct it or add it to [[groups]]"
            raise self.joined.wrong_at(criterion.id, "group", remedy)
        for basis in criterion.basis:
            if not belongs(basis, self.scheme.law):
                raise self.joined.wrong_at(criterion.id, "basis", _uncited(basis))

    def facts(self, criterion: Criterion) -> None:
        """Rules ask for facts that exist."""
        for key in ("not_applicable_when", "met_when"):
            for condition in getattr(criterion, key):
                if condition.fact not in FACTS:
                    remedy = f"there is no fact {condition.fact}; the facts are {', '.join(FACTS)}"
                    raise self.joined.wrong_at(criterion.id, key, remedy)

    def work(self, criterion: Criterion) -> None:
        """Work is done where it can meet the criterion, after work that exists."""
        work = criterion.work
        if work is None:
            return
        if work.at not in _WIDER[criterion.scope]:
            fitting = " or ".join(_WIDER[criterion.scope])
            remedy = f"work at {work.at} cannot meet a criterion of scope {criterion.scope}; write {fitting}"
            raise self.joined.wrong_at(criterion.id, "work", remedy)
        for id in work.needs:
            if id not in self.scheme.index:
                remedy = f"it needs {id}, which is not a criterion of this file; correct the id"
                raise self.joined.wrong_at(criterion.id, "work", remedy)
            first = self.scheme.criterion(id).work
            if first is None:
                remedy = f"it needs {id}, which has no work; give {id} a work or take it out of needs"
                raise self.joined.wrong_at(criterion.id, "work", remedy)
            if work.at == "platform" and first.at != "platform":
                remedy = f"work done once for the city cannot wait for {id}, which is done at each {first.at}"
                raise self.joined.wrong_at(criterion.id, "work", remedy)

    def circles(self) -> None:
        """No work waits, over however many steps, for itself."""
        done: set[str] = set()
        for criterion in self.scheme.criteria:
            circle = self._circle((criterion.id,), done)
            if circle:
                remedy = f"the work waits for itself: {' needs '.join(circle)}; take one of them out of needs"
                raise self.joined.wrong_at(circle[0], "work", remedy)

    def _circle(self, way: tuple[str, ...], done: set[str]) -> tuple[str, ...]:
        """The circle reached by following `needs` from the end of `way`; `done` was followed before."""
        last = way[-1]
        if last in way[:-1]:
            return way[way.index(last) :]
        work = self.scheme.criterion(last).work
        if last in done or work is None:
            return ()
        found = _first(self._circle((*way, id), done) for id in work.needs)
        done.add(last)
        return found

    def reasons(self) -> None:
        """A reason explains criteria of the highest level, by an article, and names obstacles that exist."""
        highest = self.scheme.at_level(len(self.scheme.levels))
        top = [criterion.id for criterion in self.scheme.members(highest)]
        for number, reason in enumerate(self.scheme.reasons):
            for id in reason.criteria:
                if id not in top:
                    remedy = f"{id} does not decide the highest level; these do: {', '.join(top)}"
                    raise self.source.wrong("reasons", number, "criteria", remedy)
            for blocker in reason.blockers:
                if blocker not in BLOCKERS:
                    remedy = f"there is no obstacle {blocker}; these are: {', '.join(BLOCKERS)}"
                    raise self.source.wrong("reasons", number, "blockers", remedy)
            if not belongs(reason.basis, self.scheme.law):
                raise self.source.wrong("reasons", number, "basis", _uncited(reason.basis))


def _uncited(basis: str) -> str:
    return f"“{basis}” begins with no document of the key law"


def _first(circles: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The first that is not empty."""
    return next((circle for circle in circles if circle), ())
