"""A mapping: how the rows of a registry that somebody else keeps become services of the catalogue."""

from typing import Literal

import msgspec

FORMATS = ("csv", "xlsx", "ods", "json", "jsonl")
BETWEEN = "\x1f"
"""What stands between the values of one cell that held a list."""
ABOUT_FILE = "@file"
"""The column that every source has: the name of the file, or of the member of an archive, a row came from."""

TEXTS = (
    "code", "name", "name_en", "ministry", "law_kind", "decision", "field", "field_en",
    "agency", "agency_name", "agency_name_en",
)  # fmt: skip
LISTS = ("tiers", "applicants", "channels", "fee_amounts", "result", "legal", "replaces")
TIMES = ("time_online", "time_post", "time_in_person")
FEES = ("fee_online", "fee_post", "fee_in_person")
COUNTS = ("papers", "forms", "filings", "filings_online", "declared")
ANSWERS = ("has_steps", "has_conditions")
DATES = ("valid_to",)
FIELDS = (*TEXTS, *LISTS, *TIMES, *FEES, *COUNTS, *ANSWERS, *DATES)
ALLOWED: dict[str, tuple[str, ...]] = {
    "tiers": ("ministry", "province", "commune", "other"),
    "channels": ("online", "post", "in_person"),
    **dict.fromkeys(FEES, ("free", "charged")),
    **dict.fromkeys(ANSWERS, ("yes", "no")),
}
"""What the values of a field may be, where not every text will do."""
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
    """Whose registry it is."""

    code: str
    name: str
    name_en: str


class Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which set of rules the level column speaks of."""

    scheme: str


class Mapping(msgspec.Struct, frozen=True):
    """A whole mapping, checked. `fields` holds for each field the ways to read it: values of lists are
    joined, of everything else the first that says anything counts.
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
    offered: Literal["agency", "jurisdictions", "nobody"] = "agency"
    same_code: Literal["refuse", "first", "last"] = "refuse"
    ended: Literal["end", "keep"] = "end"
    digest: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read, each once."""
        return tuple(
            dict.fromkeys(s for ways in self.fields.values() for way in ways for s in way.sources if s)
        )

    def table(self, named: str | dict[str, str]) -> dict[str, str]:
        """A code table: one of its own, or a shared one by name."""
        return named if isinstance(named, dict) else self.tables.get(named, {})
