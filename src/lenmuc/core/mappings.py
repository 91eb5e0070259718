"""A mapping: how the rows of a registry that somebody else keeps become services of the catalogue."""

from typing import Any, Literal

import msgspec

from lenmuc.core.answers import BLOCKERS
from lenmuc.core.stated import PAYMENTS, POINT_VALUES

FORMATS = ("csv", "xlsx", "ods", "json", "jsonl")
BETWEEN = "\x1f"
"""What stands between the values of one cell that held a list."""
ABOUT_FILE = "@file"
"""The column that every source has: the name of the file, or of the member of an archive, a row came from."""

TEXTS = (
    "code", "name", "name_en", "ministry", "law_kind", "decision", "field", "field_en",
    "agency", "agency_name", "agency_name_en", "online_from",
)  # fmt: skip
LISTS = (
    "tiers",
    "applicants",
    "channels",
    "fee_amounts",
    "result",
    "legal",
    "replaces",
    "blockers",
    "obstacles",
    "payment",
)
TIMES = ("time_online", "time_post", "time_in_person")
FEES = ("fee_online", "fee_post", "fee_in_person")
COUNTS = ("papers", "forms", "filings", "filings_online", "declared")
ANSWERS = ("has_steps", "has_conditions")
DATES = ("valid_to",)
STATED = ("blockers", "obstacles", "payment", "online_from")
"""Fields that are kept beside the record, see `core/stated.py`."""
FIELDS = (*TEXTS, *LISTS, *TIMES, *FEES, *COUNTS, *ANSWERS, *DATES)
ALLOWED: dict[str, tuple[str, ...]] = {
    "tiers": ("ministry", "province", "commune", "other"),
    "channels": ("online", "post", "in_person"),
    **dict.fromkeys(FEES, ("free", "charged")),
    **dict.fromkeys(ANSWERS, ("yes", "no")),
    "blockers": BLOCKERS,
    "payment": PAYMENTS,
}
"""What the values of a field may be, where not every text will do."""
POINT = "point "
"""What the fields of points begin with: `point application`."""
LANGUAGES = {
    "vi": "VIE", "en": "ENG", "fr": "FRA", "ja": "JPN", "de": "DEU", "es": "SPA", "id": "IND", "km": "KHM",
    "ko": "KOR", "lo": "LAO", "pt": "POR", "th": "THA", "zh": "ZHO",
}  # fmt: skip
"""The languages that a registry may be in, with their codes of ISO 639-3."""


def allowed(field: str) -> tuple[str, ...]:
    """What the values of a field may be; empty where every text will do."""
    return POINT_VALUES if field.startswith(POINT) else ALLOWED.get(field, ())


TIME_UNITS = ("wd", "d", "h", "w", "m")


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way to read a field: which columns, and what is done to their text, in the order written here.

    `source` (in the file: `from`) names columns or JSON paths, the first that says anything counts. `drop`
    takes out what fits; `find` keeps what fits (its first group, if it has one), each time; `split` cuts at a
    text; `codes` translates, by a table of its own or the name of a shared one, and `otherwise` says what
    happens to a text that is not in it; `becomes` puts one value in the place of whatever was found;
    `counted` puts the number of what was found (0 only with `zero`: else nothing found is not known); `units`
    are the words for the units of times; `unit` is the unit of a bare number (or the currency of an amount);
    `date` is the order of a date, such as `%d/%m/%Y`.
    """

    source: str | tuple[str, ...] = msgspec.field(default=(), name="from")
    constant: str = ""
    drop: tuple[str, ...] = ()
    find: str = ""
    split: str = ""
    codes: str | dict[str, str] = ""
    otherwise: Literal["refuse", "unknown", "keep"] = "refuse"
    becomes: str = ""
    counted: bool = False
    zero: bool = False
    units: str | dict[str, str] = ""
    unit: str = ""
    date: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns it reads."""
        return (self.source,) if isinstance(self.source, str) else self.source


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the files look like. `rows` is the path of the array in a JSON file, `header` the line (from 1)
    that names the columns, `files` a pattern for the members of an archive.
    """

    format: Literal["csv", "xlsx", "ods", "json", "jsonl"]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header: int = 1
    rows: str = ""
    files: str = ""


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose registry it is, and in which of `LANGUAGES` its names are."""

    code: str
    name: str
    name_en: str
    language: str = "vi"


class Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which set of rules the level column speaks of."""

    scheme: str


class Points(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which set of points the registry answers, and how each of them is read."""

    set: str
    fields: dict[str, Any]


class Known(msgspec.Struct, frozen=True):
    """What a mapping may name: schemes that a level column speaks of, and points by their set."""

    schemes: tuple[str, ...]
    points: dict[str, tuple[str, ...]] = {}


class Mapping(msgspec.Struct, frozen=True):
    """A whole mapping, checked. `fields` holds for each field the ways to read it: values of lists are
    joined, of everything else the first that says anything counts. Points are fields named `POINT` and their
    id, of the set `point_set`.
    """

    id: str
    name: str
    name_en: str
    terms: str
    place: Place
    source: Source
    fields: dict[str, tuple[Column, ...]]
    unknown: frozenset[str] = frozenset()
    tables: dict[str, dict[str, str]] = {}
    declared: Declared | None = None
    point_set: str = ""
    offered: Literal["agency", "jurisdictions", "nobody"] = "agency"
    same_code: Literal["refuse", "first", "last"] = "refuse"
    ended: Literal["end", "keep"] = "end"
    digest: str = ""

    @property
    def kept(self) -> tuple[str, ...]:
        """The fields that it reads; `stated` stands for all that is kept beside the record."""
        beside = any(field in STATED or field.startswith(POINT) for field in self.fields)
        return (*self.fields, "stated") if beside else tuple(self.fields)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read, each once."""
        return tuple(
            dict.fromkeys(s for ways in self.fields.values() for way in ways for s in way.sources if s)
        )

    def table(self, named: str | dict[str, str]) -> dict[str, str]:
        """A code table: one of its own, or a shared one by name."""
        return named if isinstance(named, dict) else self.tables.get(named, {})
