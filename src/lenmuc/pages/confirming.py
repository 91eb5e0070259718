"""What a page says after an answer was saved: carried in its address, believed only where it can be so."""

from urllib.parse import urlencode

import msgspec

from lenmuc.actions.answering import Saved
from lenmuc.core.checklists import Criterion, Scheme
from lenmuc.pages.desks import Desk, Said
from lenmuc.pages.switching import Also, also_read, also_said


class Confirmation(msgspec.Struct, frozen=True):
    """What the page after saving says: of one offering `before` and `level`, of several `rose` and `fell`.

    `also` is what moved in other sets of rules.
    """

    criterion: Criterion
    value: str
    before: int | None = None
    level: int | None = None
    rose: int = 0
    fell: int = 0
    reaches: int = 0
    also: tuple[Also, ...] = ()
    scheme: Scheme | None = None  # a set of rules whose levels have names of their own


def small(text: str) -> int | None:
    """The number in a confirmation's address; `None` for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 7 else None


def after(href: str, desk: Desk, criterion: Criterion, saved: Saved) -> str:
    """`href` with what the answer did, for the page that follows."""
    said: dict[str, object] = {"saved": criterion.id}
    if desk.of_one:
        said["before"] = desk.level
    else:
        moved = saved.moved.by(desk.scheme)
        said |= {"rose": moved.rose, "fell": moved.fell}
    also = also_said(saved.moved, desk.scheme, desk.of_one)
    if also:
        said["also"] = also
    return f"{href}{'&' if '?' in href else '?'}{urlencode(said)}"


def confirmation(desk: Desk, said: Said) -> Confirmation | None:
    """What to say of the answer that the address names; nothing when there is no such answer here."""
    near = [a for a in desk.answers if a.criterion == said.saved]
    if desk.of_one:
        near = [a for a in near if a.agency]
    elif desk.target.service:
        near = [a for a in near if a.service]
    if said.saved not in desk.scheme.index or not near:
        return None
    criterion, content = desk.scheme.criterion(said.saved), desk.wish.content
    if desk.of_one:
        before = small(said.before)
        return Confirmation(
            criterion,
            near[-1].value,
            before if before is not None and before <= desk.scheme.levels[-1].number else None,
            desk.level,
            also=also_read(content, said.also, one=True),
            scheme=None if desk.wish.main else desk.scheme,
        )
    rose, fell = (min(small(text) or 0, desk.reaches) for text in (said.rose, said.fell))
    also = also_read(content, said.also, one=False, reaches=desk.reaches)
    return Confirmation(criterion, near[-1].value, rose=rose, fell=fell, reaches=desk.reaches, also=also)
