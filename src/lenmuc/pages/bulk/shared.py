"""What the pages for many answers share: changes carried from page to page, and changes as they are shown."""

import base64
import binascii
import zlib
from collections.abc import Iterable, Sequence

import msgspec

from lenmuc.actions.bulk import Foreseen
from lenmuc.content.everything import Content
from lenmuc.core.answers import BLOCKERS, AnswerForm
from lenmuc.core.bulk import Change, Place
from lenmuc.core.checklists import Criterion, Scheme
from lenmuc.core.errors import N_, NotFound, Refused, fault
from lenmuc.core.services import Service
from lenmuc.pages.agency.mine import link
from lenmuc.pages.checklist import BLOCKER_WORDS
from lenmuc.pages.desks import Wish
from lenmuc.pages.switching import SchemeChoice, asked, read_by
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store.queries import Connection
from lenmuc.web.language import Language
from lenmuc.web.visits import Visit

_PACKED = 700_000
_UNPACKED = 8 * 1024 * 1024


class Shown(msgspec.Struct, frozen=True):
    """A change as a page shows it: what is stored now (`None`: nothing), and what would be."""

    service: Service
    criterion: Criterion
    now: AnswerForm | None
    yours: AnswerForm


class PreviewPage(msgspec.Struct, frozen=True):
    """What `templates/bulk/preview.html` shows before anything is stored.

    Levels are those by `scheme`, `main` whether that is the main one. `faster`:
    somebody else changed the answers shown; then nothing was stored, and it may be sent again.
    """

    kind: str
    scheme: Scheme
    main: bool
    lines: tuple[Shown, ...]
    over: int
    same: int
    rise: int
    fall: int
    packed: str
    back: str
    blockers: tuple[tuple[str, str], ...]
    faster: bool = False


def blockers(language: Language) -> tuple[tuple[str, str], ...]:
    """The obstacles with their words."""
    return tuple((blocker, language.gettext(BLOCKER_WORDS[blocker])) for blocker in BLOCKERS)


def pack(changes: Sequence[Change]) -> str:
    """The changes as one field of a form. Raises `Refused` when they are too long for one."""
    packed = base64.urlsafe_b64encode(zlib.compress(msgspec.json.encode(changes), 9)).decode()
    if len(packed) > _PACKED:
        text = N_("The texts are too long for one time. Filter by field and send them in parts.")
        raise Refused([fault("choose", text)])
    return packed


def unpack(text: str) -> tuple[Change, ...]:
    """The changes that a form carried. Whoever sends it may have written it: it is checked like any input."""
    try:
        unpacker = zlib.decompressobj()
        plain = unpacker.decompress(base64.urlsafe_b64decode(text.encode()), _UNPACKED)
        if not unpacker.eof:
            raise ValueError("larger than any page of ours sends")
        return msgspec.json.decode(plain, type=tuple[Change, ...])
    except (ValueError, binascii.Error, zlib.error, msgspec.MsgspecError) as bad:
        raise Refused([fault("choose", N_("This form is damaged. Go back and choose again."))]) from bad


async def shown(
    conn: Connection, content: Content, changes: Iterable[tuple[Place, AnswerForm | None, AnswerForm]]
) -> tuple[Shown, ...]:
    """Changes with the service and the criterion they are about; what no longer exists is left out."""
    given = list(changes)
    services = await catalogue_store.some_services(conn, {place[0] for place, _, _ in given})
    criteria = {c.id: c for each in reversed(content.kept) for c in each.criteria}
    return tuple(
        Shown(services[place[0]], criteria[place[1]], now, yours)
        for place, now, yours in given
        if place[0] in services and place[1] in criteria
    )


async def preview_page(conn: Connection, wish: Wish, kind: str, foreseen: Foreseen, back: str) -> PreviewPage:
    """The page that shows what a batch would do, with the batch in it to be sent."""
    lines = [(step.change.place, step.now, step.change.form) for step in foreseen.steps]
    return PreviewPage(
        kind,
        wish.scheme,
        wish.main,
        await shown(conn, wish.content, lines),
        foreseen.over,
        foreseen.same,
        foreseen.rise,
        foreseen.fall,
        pack([step.change for step in foreseen.steps]),
        back,
        blockers(wish.visit.language),
    )


def bulk_wish(visit: Visit, content: Content, scheme: str) -> Wish:
    """By which rules somebody answers in bulk. Raises `NotFound` for rules whose levels are not kept."""
    rules = asked(content, scheme)
    if rules not in content.kept:
        raise NotFound(N_("There is no such scheme."))
    return Wish(visit, content, rules)


def bulk_rules(wish: Wish, href: str) -> tuple[SchemeChoice, ...]:
    """The rules to choose from; a criterion that several share is answered once, whichever is chosen."""
    kept = wish.content.kept
    return tuple(SchemeChoice(one, read_by(href, one, wish.content), one is wish.scheme) for one in kept)


def batch_link(visit: Visit, id: str) -> str:
    """Where a batch is shown; the list of services when nothing had to be stored."""
    return link(visit, "batches", id) if id else f"{link(visit, 'grid')}?nothing=1"
