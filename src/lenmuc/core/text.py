"""Vietnamese text: what is accepted, how it is folded for search, how it is put in order."""

import re
import unicodedata

# Both placements of the tone mark meet after folding, because marks are dropped; `đ` has no decomposition.
_MARKS_OUT = {ord("đ"): "d", ord("Đ"): "d"}
# Order of the Vietnamese alphabet; letters that only appear in foreign words keep their Latin place.
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER_ORDER = {letter: chr(0x41 + place) for place, letter in enumerate(_LETTERS)}
# Tones in the order of dictionaries: none, huyền, hỏi, ngã, sắc, nặng.
_TONE_ORDER = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_SHAPE_MARKS = {"\u0302", "\u0306", "\u031b"}  # circumflex, breve, horn: parts of a letter, not tones
_BIDI = "\u202a-\u202e\u2066-\u2069\u200e\u200f"
_NO_CHARACTERS = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
_FORBIDDEN = re.compile(
    f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_NO_CHARACTERS}{_BIDI}]"
)


def fold(text: str) -> str:
    """`text` as search compares it: no marks, no case, `đ` as `d`, blanks and punctuation as one blank.

    The record and the query go through this one function, so NFC and NFD, capitals, missing diacritics
    and either placement of a tone mark meet.
    """
    decomposed = unicodedata.normalize("NFD", text.translate(_MARKS_OUT).casefold())
    kept = (c if c.isalnum() or c == "." else " " for c in decomposed if not unicodedata.combining(c))
    words = (word.strip(".") for word in "".join(kept).split())
    return " ".join(word for word in words if word)


def sort_key(text: str) -> str:
    """A key whose byte order is Vietnamese alphabetical order: letters first, tones as the second level.

    Sort it under the `C` collation. Source: order of letters and tones of Vietnamese dictionaries.
    """
    small = unicodedata.normalize("NFC", text).lower()
    return f"{' '.join(small.translate(_LETTER_OF).split())}\x1f{small.translate(_TONE_OF)}"


def _placed(char: str) -> tuple[str, str]:
    """What stands in a sort key for one small letter, and for its tone."""
    parts = unicodedata.normalize("NFD", char)
    tone = next((_TONE_ORDER[mark] for mark in parts if mark in _TONE_ORDER), "0")
    shape = "".join(mark for mark in parts if mark in _SHAPE_MARKS)
    letter = unicodedata.normalize("NFC", parts[0] + shape)
    return _LETTER_ORDER.get(letter) or (char if char.isalnum() else " "), tone


class _Table(dict[int, str]):
    """One side of `_placed` for `str.translate`, worked out for each letter once."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self._side = side

    def __missing__(self, code: int) -> str:
        found = _placed(chr(code))[self._side]
        if len(self) < _LETTERS_KEPT:
            self[code] = found
        return found


_LETTERS_KEPT = 65_536
_LETTER_OF, _TONE_OF = _Table(0), _Table(1)


def initial(text: str) -> str:
    """The letter of the Vietnamese alphabet under which `text` stands: `Đ` for đất, `A` for áo; no tone
    mark.
    """
    first = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text.strip())[:1])
    return unicodedata.normalize("NFC", "".join(mark for mark in first if mark not in _TONE_ORDER)).upper()


def clean_line(text: str) -> str:
    """One line as it is stored: NFC, trimmed, runs of blanks joined."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def clean_text(text: str) -> str:
    """Several lines as they are stored: NFC, line ends as `\\n`, trimmed."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def forbidden(text: str) -> str:
    """The first character that no input may hold, as `U+XXXX`, or an empty string.

    NUL and other controls, lone surrogates, noncharacters and direction overrides: PostgreSQL refuses the
    first, and the last make a text read as something it is not.
    """
    found = _FORBIDDEN.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""
