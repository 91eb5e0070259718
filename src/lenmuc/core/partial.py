"""Why an offering is only partly online: each gap to end to end, with the reason the law admits for it."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from lenmuc.core.answers import Effective
from lenmuc.core.checklists import Reason, Scheme
from lenmuc.core.readiness import Readiness

_ARTICLE: Final = re.compile(r"\b(điều|khoản|article)\s+\d", re.IGNORECASE)

_CITED: Final = re.compile(r"\b(?:khoản\s+\d+\w?\s+)?(?:điều|khoản|article)\s+\d[^.,;:()\n]*", re.IGNORECASE)


class PartialReason(msgspec.Struct, frozen=True):
    """One criterion that keeps an offering from the highest level.

    `known`: somebody has answered that it is not met; else it is only not known to be met, and nothing can be
    published yet. `reasons` are those that fit, in the order of the scheme: one when it is settled, several
    when a person has to choose, none when the law admits no reason for this gap. `stated` is what the answer
    says, and `article` whether that names an article of law.
    """

    criterion: str
    known: bool
    reasons: tuple[Reason, ...]
    stated: str
    article: bool

    @property
    def publishable(self) -> bool:
        """Whether the reason is settled and has the article it needs (Decree 224/2026 Art. 14)."""
        settled = self.known and len(self.reasons) == 1
        return settled and (self.article or not self.reasons[0].needs_article)


def names_article(text: str) -> bool:
    """Whether a text cites an article or clause: `Điều 18 Luật …`, `khoản 2`, `Article 18`."""
    return bool(_ARTICLE.search(text))


def cited(text: str) -> str:
    """The first citation of a text, at most 120 letters: what may be published of a justification.

    From its article or clause to the end of the sentence or the next comma: `Điều 18 Luật Hộ tịch`.
    """
    found = _CITED.search(text)
    return found.group()[:120].rstrip() if found else ""


def partial_reasons(
    scheme: Scheme, readiness: Readiness, answers: Mapping[str, Effective]
) -> tuple[PartialReason, ...]:
    """Every gap of an offering that stands one class below the highest, with its reasons.

    `answers` are the answers that count for the offering (`readiness.effective`). Empty for a scheme whose
    law asks for no reason, and for an offering that is end to end or not yet partly online.
    """
    if not scheme.reasons or readiness.level != len(scheme.levels) - 1:
        return ()
    return tuple(
        _explained(scheme, criterion.id, answers.get(criterion.id))
        for criterion in scheme.members(readiness.missing)
    )


def _explained(scheme: Scheme, criterion: str, effective: Effective | None) -> PartialReason:
    answer = effective.answer if effective else None
    known = effective is not None and effective.value == "not_met"
    stated = answer.justification if answer and known else ""
    blocker = answer.blocker if answer and known else ""
    fitting = tuple(
        reason
        for reason in scheme.reasons
        if criterion in reason.criteria and (not reason.blockers or not blocker or blocker in reason.blockers)
    )
    return PartialReason(criterion, known, fitting, stated, names_article(stated))
