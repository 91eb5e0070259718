"""The words of the interface: catalogues read once, numbers and dates as each language writes them."""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from gettext import c2py
from pathlib import Path
from typing import Any

import msgspec
from babel.messages.pofile import read_po

from lenmuc.core.checklists import Words
from lenmuc.core.errors import N_, Count, Message
from lenmuc.settings import LANGUAGES

# Viet Nam has kept UTC+7 without daylight saving since 1975, so no time zone database is needed.
HANOI = dt.timezone(dt.timedelta(hours=7), "Asia/Ho_Chi_Minh")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SWAP = str.maketrans(",.", ".,")
_NOTHING = "–"
_GROUPED_FROM = 10_000

Number = int | float | Decimal


def _english_plural(count: int) -> int:
    return int(count != 1)


class Language(msgspec.Struct, frozen=True):
    """One language of the interface. English source sentences are the keys of `one` and `many`."""

    code: str
    one: Mapping[str, str] = {}
    many: Mapping[str, tuple[str, ...]] = {}
    plural: Callable[[int], int] = _english_plural

    def gettext(self, text: str, /, **params: Any) -> str:
        """The sentence in this language; `%(name)s` places are filled when values are given."""
        said = self.one.get(text, text)
        return said % params if params else said

    def ngettext(self, single: str, plural: str, count: int, /, **params: Any) -> str:
        """The sentence for `count` things; `count` also fills a place named `num`."""
        forms = self.many.get(single)
        said = forms[self.plural(count)] if forms else (single, plural)[_english_plural(count)]
        return said % {"num": count, **params}

    def message(self, message: Message) -> str:
        """A sentence of `core` in this language.

        Values that are sentences, words, dates or numbers are put in this language too. Whole numbers are
        grouped from five digits on, so that a year stays a year.
        """
        values = {name: self._value(value) for name, value in message.params.items()}
        return self.gettext(message.text, **values)

    def _value(self, value: Any) -> Any:
        if isinstance(value, Message):
            return self.message(value)
        if isinstance(value, Words):
            return self.pick(value)
        if isinstance(value, Count):
            return self.number(value.number)
        if isinstance(value, dt.datetime):
            return self.datetime(value)
        if isinstance(value, dt.date):
            return self.date(value)
        if isinstance(value, float | Decimal):
            return self.number(value, 1)
        if isinstance(value, int) and abs(value) >= _GROUPED_FROM:
            return self.number(value)
        return value

    def pick(self, words: Words) -> str:
        """A text of the checklists in this language."""
        return words.in_(self.code)

    def number(self, value: Number, decimals: int = 0) -> str:
        """1.234,5 in Vietnamese, 1,234.5 in English; halves are rounded up, as people do by hand."""
        exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        said = f"{exact:,f}"
        return said.translate(_SWAP) if self.code == "vi" else said

    def share(self, part: Number, whole: Number, decimals: int = 0) -> str:
        """`part` of `whole` in per cent. All is said only when it is all, and none only when it is none."""
        if not whole:
            return _NOTHING
        exact = 100 * Decimal(str(part)) / Decimal(str(whole))
        step = Decimal(1).scaleb(-decimals)
        rounded = exact.quantize(step, ROUND_HALF_UP)
        if rounded >= 100 > exact:
            return f">{self.number(100 - step, decimals)}%"
        if rounded <= 0 < exact:
            return f"<{self.number(step, decimals)}%"
        return f"{self.number(rounded, decimals)}%"

    def date(self, day: dt.date) -> str:
        """22/11/2026 in Vietnamese, 22 November 2026 in English; a moment is read in Viet Nam time."""
        if isinstance(day, dt.datetime):
            day = day.astimezone(HANOI).date()
        if self.code == "vi":
            return f"{day.day:02}/{day.month:02}/{day.year}"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def datetime(self, moment: dt.datetime) -> str:
        """Date and time in Viet Nam, with the zone named. `moment` must know its zone."""
        there = moment.astimezone(HANOI)
        said = self.gettext(N_("%(date)s, %(time)s (Viet Nam time)"))
        return said % {"date": self.date(there), "time": there.strftime("%H:%M")}


def read_language(folder: Path, code: str) -> Language:
    """The language of `folder`/<code>/LC_MESSAGES/lenmuc.po; without the file, the source sentences.

    Entries marked fuzzy are not used. Raises `babel.messages.pofile.PoFileError` for a file with a fault.
    """
    path = folder / code / "LC_MESSAGES" / "lenmuc.po"
    if not path.is_file():
        return Language(code)
    with path.open("rb") as file:
        catalog = read_po(file, locale=code, abort_invalid=True)
    one: dict[str, str] = {}
    many: dict[str, tuple[str, ...]] = {}
    for entry in catalog:
        if not entry.id or entry.fuzzy or not entry.string:
            continue
        if isinstance(entry.id, str):
            one[entry.id] = str(entry.string)
        else:
            forms = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string)
            if all(forms):
                many[entry.id[0]] = forms
    return Language(code, one, many, c2py(catalog.plural_expr))


def read_languages(folder: Path) -> dict[str, Language]:
    """Every language of the interface, by code."""
    return {code: read_language(folder, code) for code in LANGUAGES}


def asked_for(accept: str, default: str) -> str:
    """The code of the language that an Accept-Language header prefers among ours, or `default`."""
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept[:500].split(",")):
        tag, _, rest = part.strip().partition(";")
        code = tag.strip().lower().partition("-")[0]
        weight = rest.strip().removeprefix("q=").strip() if rest else "1"
        try:
            wish = float(weight)
        except ValueError:
            continue
        if code in LANGUAGES and 0 < wish <= 1:
            wishes.append((-wish, place, code))
    return min(wishes)[2] if wishes else default


def of_path(path: str) -> str:
    """The language code that opens a path such as /vi/services, or an empty string."""
    code = path[1:].partition("/")[0]
    return code if code in LANGUAGES else ""
