"""Texts that break programs: made here from a seed, as many as are asked for, no two alike.

Each that is to be recognised in a reply holds the name `zq` where it would do its work.
"""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple


class Hostile(NamedTuple):
    """A text, and the kind of trouble it is after."""

    kind: str
    text: str


_DIRECTION = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
_NOTHING_TO_SEE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\u3164\u115f"
_BLANKS = "\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000\x85\x0b\x0c"
_MARKS = [chr(code) for code in range(0x300, 0x36F)]
_LETTERS = "abcdefghiklmnopqrstuvxyđĐăâêôơưẾộ"
_TAGS = ("zq", "script zq", "img src=x onerror=zq()", "svg/onload=zq()", "iframe srcdoc=zq", "!--zq", "?zq")
_PLACES = ("onfocus=zq() autofocus", "style=zq:1", "formaction=javascript:zq()", "srcset=zq")
_SCHEMES = ("javascript:zq()", "JaVa\tScRiPt:zq()", "data:text/html,<zq>", "vbscript:zq", "//zq.example/")
_TEMPLATES = ("{{%s}}", "${%s}", "#{%s}", "<%%= %s %%>", "{%% print(%s) %%}", "[[%s]]", "@(%s)", "*{%s}")
_FORMATS = (
    "%s%n%x" * 3,
    "%(zq)s",
    "{0.__class__.__mro__}",
    "{zq!r:>99}",
    "%99999999d",
    "{0:1000000}",
    "%",
    "%%%",
)
_SQL = (
    "' OR 1=1 --",
    "'; DROP TABLE answer; --",
    "' UNION SELECT version()--",
    "\\'; SELECT pg_sleep(20)--",
    "$$zq$$",
    "1::int",
    "%' ESCAPE '!",
    "_%\\",
    "E'\\\\'",
    "a & | ! <-> b",
    "a:*b",
    "'::tsquery",
    "(((zq",
)
_CELLS = (
    "=1+zq",
    "+zq",
    "-zq",
    "@zq",
    "\tzq",
    "\r=zq",
    "＝zq",
    " =zq",
    "\ufeff=zq",
    '=HYPERLINK("//zq")',
    "|zq",
)
_PATHS = (
    "../../../etc/passwd",
    "..\\..\\zq",
    "/etc/passwd",
    "file:///zq",
    "C:\\zq",
    "a/b/../../c",
    "%2e%2e%2f",
    ".",
)
_NUMBERS = (
    "0",
    "-0",
    "-1",
    "1e309",
    "-1e309",
    "nan",
    "inf",
    "1e5",
    "0x10",
    "1_000",
    "+5",
    "٣",
    "²",
    "1,5",
    "1.5",
    "00",
    str(2**31),
    str(-(2**31) - 1),
    str(2**63),
    str(2**64),
    "9" * 100_000,
    "1" * 400,
    "0." + "0" * 400 + "1",
)
_DATES = (
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "10000-01-01",
    "-4713-01-01",
    "2026-02-30",
    "2026-13-01",
    "infinity",
    "31/12/9999",
    "1.1.1",
    "2027Q9",
    "9999Q4",
    "0000Q1",
    "2026-11-22T00:00:00+99:99",
    "294277-01-01",
    "now",
    "epoch",
)
_WIDE = "﷽𒐫🏳️‍🌈👨‍👩‍👧‍👦ſİıßŒﬀǅΐΰ𝟘𝔄\U0010fffd\ue000\U000e0001"
_STRANGE = (
    "null",
    "undefined",
    "None",
    "true",
    "[]",
    "{}",
    "NaN",
    "constructor",
    "__proto__",
    "CON",
    "$ref",
    ".",
)


def _one_of(*choices: str) -> Callable[[random.Random], str]:
    return lambda chance: chance.choice(choices)


def _letters(chance: random.Random, most: int = 12) -> str:
    return "".join(chance.choices(_LETTERS, k=chance.randint(1, most)))


def _between(signs: str) -> Callable[[random.Random], str]:
    """Letters with such signs before, among and behind them."""

    def made(chance: random.Random) -> str:
        parts = [*_letters(chance), *chance.choices(signs, k=chance.randint(1, 6))]
        chance.shuffle(parts)
        return "".join(parts)

    return made


def _markup(chance: random.Random) -> str:
    out = chance.choice(
        ("", "'", '"', "`", "]]>", "-->", "</title>", "</textarea>", "</script>", "'>", '">', "\n")
    )
    if chance.random() < 0.4:
        return f"{_letters(chance)}{out} {chance.choice(_PLACES)} x={out}"
    return f"{_letters(chance)}{out}<{chance.choice(_TAGS)}>{_letters(chance)}"


def _long(chance: random.Random) -> str:
    return chance.choice((_letters(chance), " ", "ế", "\n", "a b ", "🏳️‍🌈")) * chance.choice(
        (201, 2_001, 60_000)
    )


def _stacked(chance: random.Random) -> str:
    return "".join(letter + "".join(chance.choices(_MARKS, k=60)) for letter in _letters(chance))


def _any_letters(chance: random.Random) -> str:
    return "".join(
        chr(chance.choice((chance.randrange(0x110000), chance.randrange(0x3000)))) for _ in range(9)
    )


def _template(chance: random.Random) -> str:
    return chance.choice(_TEMPLATES) % "7331*1337"


def _header(chance: random.Random) -> str:
    ends = chance.choice(("\r\n", "\n", "\r", "\u560d\u560a"))
    return f"{_letters(chance)}{ends}X-Zq: 1\r\n\r\n<zq>"


def _number(chance: random.Random) -> str:
    if chance.random() < 0.5:
        return chance.choice(_NUMBERS)
    digits = "".join(chance.choices("0123456789", k=chance.choice((9, 10, 19, 20, 39, 400))))
    return f"{chance.choice(('', '-', '0.', '1e'))}{digits}"


def _date(chance: random.Random) -> str:
    if chance.random() < 0.5:
        return chance.choice(_DATES)
    year, month, day = chance.randrange(-9_999, 99_999), chance.randrange(15), chance.randrange(35)
    return chance.choice((f"{year:04}-{month:02}-{day:02}", f"{day}/{month}/{year}", f"{year}Q{month}"))


def _repeats(chance: random.Random) -> str:
    """What a search by a careless pattern takes for ever over."""
    return chance.choice(("a", "(", "[", "\\", "*", "%", "x ", "&", ".")) * 5_000 + chance.choice("!)]b")


KINDS: dict[str, Callable[[random.Random], str]] = {
    "control": _between("".join(map(chr, (*range(32), 127)))),
    "more control": _between("".join(map(chr, range(0x80, 0xA0)))),
    "nul": _between("\0"),
    "surrogate": _between("\ud800\udbff\udc00\udfff"),
    "direction": _between(_DIRECTION),
    "not seen": _between(_NOTHING_TO_SEE),
    "blank": _between(_BLANKS),
    "no character": _between("\ufffe\uffff\ufdd0\U0001ffff\ufffd"),
    "wide": _between(_WIDE),
    "right to left": _between("אבגدهﷺ؁"),
    "stacked marks": _stacked,
    "any": _any_letters,
    "markup": _markup,
    "address": _one_of(*_SCHEMES),
    "template": _template,
    "format": _one_of(*_FORMATS),
    "sql": _one_of(*_SQL),
    "cell": _one_of(*_CELLS),
    "header": _header,
    "path": _one_of(*_PATHS),
    "number": _number,
    "date": _date,
    "word": _one_of(*_STRANGE),
    "long": _long,
    "repeats": _repeats,
}
_AS_THEY_ARE = {"number", "date"}  # with letters around them they would be refused at once


def hostile(seed: int = 0) -> Iterator[Hostile]:
    """Of each kind in turn, without end; the same ones for the same seed."""
    chance = random.Random(seed)
    seen: set[str] = set()
    while True:
        for kind, make in KINDS.items():
            text = make(chance)
            if text in seen and kind not in _AS_THEY_ARE:
                text = f"{_letters(chance)} {text} {chance.randrange(10**6)}"
            seen.add(text)
            yield Hostile(kind, text)
