"""Long lists: their addresses, the page one is on, and the choices beside them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar
from urllib.parse import urlencode

import msgspec

from lenmuc.core.errors import N_, NotFound
from lenmuc.core.levels import LEVELS
from lenmuc.core.text import sort_key
from lenmuc.web.language import Language

TEXT_LIMIT = 200


class Choice(msgspec.Struct, frozen=True):
    """One way to narrow a list: `href` adds it, or takes it away when it is `on`."""

    label: str
    count: int
    href: str
    on: bool
    level: int | None = None


class Option(msgspec.Struct, frozen=True):
    """One line of a list to choose from; `count` is `None` where it was not counted."""

    value: str
    label: str
    count: int | None
    on: bool


class Chosen(msgspec.Struct, frozen=True):
    """A condition that is on; `href` is the list without it."""

    label: str
    href: str


class Paging(msgspec.Struct, frozen=True):
    """Page `number` of `of`, and where the others are. Empty addresses: there is no such page."""

    number: int
    of: int
    previous: str
    next: str
    links: tuple[tuple[int, str], ...]


class Named(Protocol):
    """What has a code, and a name in both languages; the English one may be empty."""

    @property
    def code(self) -> str:
        """What addresses call it."""

    @property
    def name(self) -> str:
        """The Vietnamese name."""

    @property
    def name_en(self) -> str:
        """The English name."""


N = TypeVar("N", bound=Named)


def name_of(thing: Named, language: Language) -> str:
    """The name in the language of the page; Vietnamese where there is no other."""
    return thing.name if language.code == "vi" else thing.name_en or thing.name


def in_order(things: Sequence[N], language: Language) -> list[N]:
    """In alphabetical order of the names that the page shows; `things` come ordered by Vietnamese name."""
    if language.code == "vi":
        return list(things)
    return sorted(things, key=lambda thing: sort_key(name_of(thing, language)))


def address(path: str, conditions: Mapping[str, object], **changed: object) -> str:
    """`path` with those conditions that say something; `changed` replaces some of them."""
    wanted = {**conditions, **changed}
    query = urlencode({name: value for name, value in wanted.items() if value not in ("", None)})
    return f"{path}?{query}" if query else path


def page_number(text: str) -> int:
    """The page that an address asks for. Raises `NotFound` for what is no number from 1 up."""
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) >= 1):
        raise NotFound(N_("Pages of a list are numbered from 1 up."))
    return int(text)


def level_asked(text: str) -> int | None:
    """The level that an address asks for, `None` for none. Raises `NotFound` for what is no level."""
    if not text:
        return None
    if text not in {str(level) for level in LEVELS}:
        raise NotFound(
            N_("There is no such level. Levels go from 1 to 4; 0 stands for services below level 1.")
        )
    return int(text)


def paging(number: int, total: int, size: int, path: str, conditions: Mapping[str, object]) -> Paging:
    """The pages of a list of `total` entries. Raises `NotFound` for a page beyond the last."""
    last = max(1, -(-total // size))
    if number > last:
        raise NotFound(
            N_("This list has %(last)s pages; there is no page %(number)s."), last=last, number=number
        )

    def to(page: int) -> str:
        return address(path, conditions, page=page if page > 1 else "") if 1 <= page <= last else ""

    shown = sorted({1, last, *(page for page in (number - 1, number, number + 1) if 1 <= page <= last)})
    return Paging(number, last, to(number - 1), to(number + 1), tuple((page, to(page)) for page in shown))


def level_label(language: Language, level: int) -> str:
    """What a level is called in a list of choices."""
    if level == 0:
        return language.gettext(N_("Level 1 not reached"))
    return language.gettext(N_("Level %(number)s"), number=level)


def level_choices(
    language: Language,
    counts: Mapping[str, int],
    chosen: int | None,
    path: str,
    conditions: Mapping[str, object],
) -> tuple[Choice, ...]:
    """A choice for every level that would leave something, the highest first, and for the one that is on."""

    def choice(level: int) -> Choice:
        on = level == chosen
        href = address(path, conditions, level="" if on else level, page="")
        return Choice(level_label(language, level), counts.get(str(level), 0), href, on, level)

    return tuple(choice(level) for level in reversed(LEVELS) if counts.get(str(level)) or level == chosen)


def choices(
    name: str,
    options: Iterable[tuple[str, str]],
    counts: Mapping[str, int],
    chosen: str,
    path: str,
    conditions: Mapping[str, object],
) -> tuple[Choice, ...]:
    """A choice for each (value, label) that would leave something, and for the one that is on."""
    return tuple(
        Choice(
            label,
            counts.get(value, 0),
            address(path, conditions, **{name: "" if on else value, "page": ""}),
            on,
        )
        for value, label in options
        if (on := value == chosen) or counts.get(value)
    )


def options(
    things: Iterable[Named], counts: Mapping[str, int], chosen: str, language: Language
) -> tuple[Option, ...]:
    """What would leave something, with how much; without counts, everything."""
    return tuple(
        Option(
            thing.code,
            name_of(thing, language),
            counts.get(thing.code) if counts else None,
            thing.code == chosen,
        )
        for thing in things
        if not counts or counts.get(thing.code) or thing.code == chosen
    )
