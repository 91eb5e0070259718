"""By which set of rules a checklist is read, and what an answer moved in the other sets."""

from collections.abc import Iterable
from urllib.parse import urlencode

import msgspec

from lenmuc.actions.levels import Moved
from lenmuc.content.everything import Content
from lenmuc.core.checklists import Scheme
from lenmuc.core.errors import N_, NotFound


class SchemeChoice(msgspec.Struct, frozen=True):
    """A set of rules to read a checklist by, `on` for the one shown; `level` where it is asked for."""

    scheme: Scheme
    href: str
    on: bool
    level: int | None = None


class Also(msgspec.Struct, frozen=True):
    """What an answer moved in another set: of one offering `before`, `after`; of several `rose`, `fell`."""

    scheme: Scheme
    before: int | None = None
    after: int | None = None
    rose: int = 0
    fell: int = 0


def asked(content: Content, id: str) -> Scheme:
    """The set of rules that an address asks for, the main one when it names none. Raises `NotFound`."""
    if not id:
        return content.scheme
    if id not in content.schemes:
        raise NotFound(N_("There is no such scheme."))
    return content.schemes[id]


def read_by(href: str, scheme: Scheme, content: Content) -> str:
    """The address of a page about answers, read by `scheme`."""
    if scheme is content.scheme:
        return href
    return f"{href}{'&' if '?' in href else '?'}{urlencode({'scheme': scheme.id})}"


def switch(
    content: Content, scheme: Scheme, href: str, levels: dict[str, int] | None = None
) -> tuple[SchemeChoice, ...]:
    """Every set of rules, the main one first, then the later ones, then those before it."""
    rest = (each for each in content.schemes.values() if each not in content.kept)
    return tuple(
        SchemeChoice(each, read_by(href, each, content), each is scheme, (levels or {}).get(each.id))
        for each in (*content.kept, *rest)
    )


def also_said(moved: Moved, scheme: Scheme, one: bool) -> str:
    """What moved in other sets than `scheme`, for an address: `rs-2026.1.2`; of several, `rs-2026.40.0`."""
    shifts = [shift for shift in (moved.main, *moved.beside) if shift.scheme is not scheme]
    if one:
        return ",".join(f"{s.scheme.id}.{s.before}.{s.after}" for s in shifts if s.before != s.after)
    return ",".join(f"{s.scheme.id}.{s.rose}.{s.fell}" for s in shifts if s.rose or s.fell)


def also_read(content: Content, said: str, one: bool, reaches: int = 0) -> tuple[Also, ...]:
    """What `also_said` wrote; parts that cannot be so are left out."""
    return tuple(_also(content, said.split(",")[: len(content.schemes)], one, reaches))


def _also(content: Content, parts: Iterable[str], one: bool, reaches: int) -> Iterable[Also]:
    for part in parts:
        id, _, numbers = part.partition(".")
        first, _, second = numbers.partition(".")
        scheme = content.schemes.get(id)
        known = all(text.isascii() and text.isdigit() and len(text) <= 7 for text in (first, second))
        if scheme is None or not known:
            continue
        before, after = int(first), int(second)
        if one and max(before, after) <= len(scheme.levels):
            yield Also(scheme, before=before, after=after)
        elif not one and before + after <= reaches:
            yield Also(scheme, rose=before, fell=after)
