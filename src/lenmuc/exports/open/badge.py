"""A small picture of a level for other sites, and the same as JSON. No style and no script stand in it."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

import msgspec

from lenmuc.core.checklists import Words

_LABEL = Words("Mức trực tuyến", "Online level")
_NONE = Words("chưa rõ", "not known")
_BELOW = Words("chưa đạt mức 1", "below level 1")
_ONE = Words("mức {}", "level {}")
_RANGE = Words("mức {} đến {}", "levels {} to {}")
_SHARE = Words("{}% từ mức 3", "{}% at level 3 or above")
_ALL = Words("tất cả từ mức 3", "all at level 3 or above")
# Each is read on white letters with a contrast of 4.5 to 1 or more.
_GREY, _GREEN, _AMBER, _DARK = "#5b6470", "#0b6b4f", "#8a5300", "#0a4440"
_WIDTH_OF_A_LETTER = 7


class Badge(msgspec.Struct, frozen=True):
    """What a badge says. `levels` are those of a service; `share` is the per cent of an agency, or null."""

    name: str
    label: str
    message: str
    page: str
    levels: tuple[int, ...] = ()
    share: int | None = None


def of_service(name: str, levels: Sequence[int], page: str, language: str) -> Badge:
    """The levels at which agencies offer a service."""
    low, high = (min(levels), max(levels)) if levels else (0, 0)
    if not levels:
        message = _NONE.in_(language)
    elif high == 0:
        message = _BELOW.in_(language)
    elif low == high:
        message = _ONE.in_(language).format(high)
    else:
        message = _RANGE.in_(language).format(low, high)
    return Badge(name, _LABEL.in_(language), message, page, tuple(levels))


def of_agency(name: str, at_3_or_above: int, offerings: int, page: str, language: str) -> Badge:
    """The share of an agency's services at level 3 or above, rounded down."""
    share = 100 * at_3_or_above // offerings if offerings else None
    if share is None:
        message = _NONE.in_(language)
    else:
        message = _ALL.in_(language) if share == 100 else _SHARE.in_(language).format(share)
    return Badge(name, _LABEL.in_(language), message, page, (), share)


def _colour(badge: Badge) -> str:
    if badge.share is not None:
        return _GREEN if badge.share >= 50 else _AMBER
    if not badge.levels:
        return _GREY
    return _GREEN if min(badge.levels) >= 3 else _AMBER


def svg(badge: Badge, language: str) -> bytes:
    """The picture; what it says is its name for those who do not see it."""
    left = _WIDTH_OF_A_LETTER * len(badge.label) + 20
    right = _WIDTH_OF_A_LETTER * len(badge.message) + 20
    said = f"{badge.name}: {badge.label} – {badge.message}"
    text = 'font-family="Verdana, DejaVu Sans, sans-serif" font-size="11" fill="#fff" text-anchor="middle"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="24" role="img" '
        f'xml:lang="{language}" aria-label={quoteattr(said)}><title>{escape(said)}</title>'
        f'<rect width="{left}" height="24" fill="{_DARK}"/>'
        f'<rect x="{left}" width="{right}" height="24" fill="{_colour(badge)}"/>'
        f'<g {text}><text x="{left / 2:g}" y="16">{escape(badge.label)}</text>'
        f'<text x="{left + right / 2:g}" y="16">{escape(badge.message)}</text></g></svg>\n'
    ).encode()
