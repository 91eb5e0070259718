"""Changes of levels as an Atom feed. Source: RFC 4287."""

import datetime as dt
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

import msgspec

from lenmuc.core.checklists import Words

MEDIA = "application/atom+xml"
_FIRST = Words("Ghi nhận lần đầu: mức {to}", "First recorded: level {to}")
_ROSE = Words("Tăng từ mức {before} lên mức {to}", "Rose from level {before} to level {to}")
_FELL = Words("Giảm từ mức {before} xuống mức {to}", "Fell from level {before} to level {to}")
_TITLE = Words("Thay đổi mức độ: {name}", "Changes of level: {name}")
_BELOW = Words("Mức 0 nghĩa là chưa đạt mức 1.", "Level 0 means that level 1 is not reached.")


class Entry(msgspec.Struct, frozen=True):
    """One change: its number, what it is about, the address of the page, and the levels."""

    id: int
    name: str
    page: str
    before: int | None
    to: int
    at: dt.datetime


def change_words(entry: Entry, language: str) -> str:
    """The change in one sentence."""
    words = _FIRST if entry.before is None else _ROSE if entry.to > entry.before else _FELL
    return words.in_(language).format(before=entry.before, to=entry.to)


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def feed(
    name: str, own: str, page: str, entries: Sequence[Entry], updated: dt.datetime, language: str
) -> bytes:
    """The feed at the address `own` about `name`, whose page is `page`; the newest entry first."""
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">\n',
        f"<title>{escape(_TITLE.in_(language).format(name=name))}</title>\n",
        f"<id>{escape(own)}</id>\n<updated>{_moment(entries[0].at if entries else updated)}</updated>\n",
        f'<link rel="self" type="{MEDIA}" href={quoteattr(own)}/>\n',
        f'<link rel="alternate" type="text/html" href={quoteattr(page)}/>\n',
        "<author><name>Lên Mức</name></author>\n",
    ]
    for entry in entries:
        said = change_words(entry, language)
        parts += [
            f"<entry><title>{escape(f'{entry.name}: {said}')}</title>\n",
            f"<id>{escape(own)}#{entry.id}</id>\n<updated>{_moment(entry.at)}</updated>\n",
            f'<link rel="alternate" type="text/html" href={quoteattr(entry.page)}/>\n',
            f"<summary>{escape(said)}. {escape(_BELOW.in_(language))}</summary></entry>\n",
        ]
    return "".join([*parts, "</feed>\n"]).encode()
