"""Two schemes beside each other: what is new, gone or changed, and which answers carry over."""

from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from lenmuc.content.everything import Content
from lenmuc.core.checklists import Criterion, LevelMeaning, Scheme, citation
from lenmuc.core.comparison import MEANING, Change, compare
from lenmuc.core.errors import N_, NotFound
from lenmuc.pages.public.schemes import Rule, rules, scheme_of
from lenmuc.web.access import anyone
from lenmuc.web.caching import PUBLIC
from lenmuc.web.language import Language
from lenmuc.web.templating import render

KEYS = {
    "text": N_("What is asked"),
    "role": N_("What it does"),
    "scope": N_("Who answers it"),
    "not_applicable_when": N_("When it does not apply"),
    "met_when": N_("When the record answers it"),
    "level": N_("Level"),
    "basis": N_("Legal basis"),
    "strength": N_("How strictly it is asked"),
    "evidence": N_("Evidence wanted"),
    "help": N_("How to meet it"),
    "confidence": N_("How far the law was read"),
    "group": N_("Heading"),
    "work": N_("Work it takes"),
}


class Side(msgspec.Struct, frozen=True):
    """A criterion as one scheme has it; law in the language of the page."""

    scheme: Scheme
    criterion: Criterion
    level: LevelMeaning
    law: tuple[str, ...]
    void_when: tuple[Rule, ...]
    met_when: tuple[Rule, ...]


class Difference(msgspec.Struct, frozen=True):
    """A criterion that both schemes have: what differs as (key, words), the keys of meaning first."""

    before: Side
    after: Side
    keys: tuple[tuple[str, str], ...]
    meaning: tuple[str, ...]


class ComparisonPage(msgspec.Struct, frozen=True):
    """What `templates/public/comparison.html` shows; `carried` counts answers that hold as they are."""

    before: Scheme
    after: Scheme
    asked: tuple[Difference, ...]
    new: tuple[Side, ...]
    gone: tuple[Side, ...]
    held: tuple[Difference, ...]
    same: tuple[Side, ...]

    @property
    def carried(self) -> int:
        """Criteria whose answers hold in the later scheme as they are."""
        return len(self.held) + len(self.same)


def side(scheme: Scheme, criterion: Criterion, code: str) -> Side:
    """The criterion of a scheme, with law in language `code`."""
    return Side(
        scheme,
        criterion,
        next(level for level in scheme.levels if level.number == criterion.level),
        tuple(citation(article, code) for article in criterion.basis),
        rules(criterion.not_applicable_when),
        rules(criterion.met_when),
    )


def page_of(before: Scheme, after: Scheme, language: Language) -> ComparisonPage:
    """What moving from one scheme to the other changes, in the words of the page."""
    found, code = compare(before, after), language.code

    def difference(change: Change) -> Difference:
        return Difference(
            side(before, change.before, code),
            side(after, change.after, code),
            tuple((key, language.gettext(KEYS[key])) for key in change.keys),
            tuple(key for key in change.keys if key in MEANING),
        )

    return ComparisonPage(
        before=before,
        after=after,
        asked=tuple(difference(change) for change in found.changed if change.asks_again),
        new=tuple(side(after, criterion, code) for criterion in found.new),
        gone=tuple(side(before, criterion, code) for criterion in found.gone),
        held=tuple(difference(change) for change in found.changed if not change.asks_again),
        same=tuple(side(after, after.criterion(id), code) for id in found.same),
    )


@get("/{lang:str}/schemes/{id:str}/compare/{other:str}", guards=[anyone], opt=PUBLIC)
async def compare_schemes(
    request: Request[Any, Any, Any],
    content: NamedDependency[Content],
    language: NamedDependency[Language],
    id: FromPath[str],
    other: FromPath[str],
) -> Response[str]:
    """What changes from the scheme `id` to the scheme `other`."""
    before, after = scheme_of(content, id), scheme_of(content, other)
    if before is after:
        raise NotFound(N_("Choose two different sets of rules to compare."))
    return render(request, "public/comparison.html", page_of(before, after, language))


handlers = [compare_schemes]
