"""The tables of open data: their columns with what each means, the same for CSV, XLSX and JSON lines."""

from collections.abc import Iterable
from typing import Any

import msgspec

from lenmuc.core.errors import N_


class Column(msgspec.Struct, frozen=True):
    """A column: its name in the file, its type in a data package, and what it holds."""

    name: str
    kind: str
    text: str


class Table(msgspec.Struct, frozen=True):
    """A table: its name in addresses, its title, what a row is, and its columns."""

    name: str
    title: str
    text: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)


def _columns(*rows: tuple[str, str, str]) -> tuple[Column, ...]:
    return tuple(Column(*row) for row in rows)


_CODE = ("code", "string", N_("The code."))
_NAME = ("name", "string", N_("The Vietnamese name."))
_NAME_EN = ("name_en", "string", N_("The English name; empty where nobody gave one."))
_WHERE = (
    ("service", "string", N_("The code of the service.")),
    ("service_name", "string", N_("The Vietnamese name of the service.")),
    ("agency", "string", N_("The code of the agency.")),
    ("agency_name", "string", N_("The Vietnamese name of the agency.")),
)
_REVIEWED = (
    (
        "status",
        "string",
        N_("How far the level was reviewed: self_assessed, submitted, verified, due or lapsed."),
    ),
    ("verified_at", "date", N_("The day on which the level was verified.")),
    ("verified_until", "date", N_("The last day on which it counts as verified.")),
)

TABLES = {
    table.name: table
    for table in (
        Table(
            "services",
            N_("Services"),
            N_("Every administrative procedure of the catalogue, with the facts of its record."),
            _columns(
                _CODE,
                _NAME,
                _NAME_EN,
                ("field", "string", N_("The code of the field.")),
                ("ministry", "string", N_("The code of the ministry whose law it comes from.")),
                ("tiers", "array", N_("Who handles it: province (city bodies), commune (wards).")),
                ("law_kind", "string", N_("Whether law, delegation or a local rule created it.")),
                ("decision", "string", N_("The number of the decision that published it.")),
                ("applicants", "array", N_("Who may apply.")),
                ("channels", "array", N_("The ways to file that the record names.")),
                (
                    "time_online",
                    "string",
                    N_("Longest time online: wd working days, d days, h hours, m months."),
                ),
                ("time_post", "string", N_("Longest time by post.")),
                ("time_in_person", "string", N_("Longest time in person.")),
                ("fee_online", "string", N_("Fee online: free, charged, or empty when not known.")),
                ("fee_post", "string", N_("Fee by post.")),
                ("fee_in_person", "string", N_("Fee in person.")),
                ("fee_amounts", "array", N_("The amounts that the record names.")),
                ("papers", "integer", N_("The number of papers, all cases together.")),
                ("forms", "integer", N_("The number of forms.")),
                ("result", "array", N_("What the applicant receives.")),
                ("has_steps", "boolean", N_("Whether the record gives the steps.")),
                ("has_conditions", "boolean", N_("Whether the record names conditions.")),
                ("legal", "array", N_("The numbers of the legal documents.")),
                ("levels", "array", N_("The levels at which agencies offer it, by the main set of rules.")),
                (
                    "points",
                    "array",
                    N_("The answers of its registry to the points it asks, such as those of Canada."),
                ),
                (
                    "points_stand",
                    "string",
                    N_("all, some or none of the points that apply are online; void: none applies."),
                ),
                (
                    "level_at_least",
                    "integer",
                    N_("The lowest level that these answers and the record alone allow."),
                ),
                ("level_at_most", "integer", N_("The highest level that they allow.")),
                (
                    "level_because",
                    "array",
                    N_("What each answer says of a criterion of the main set of rules."),
                ),
                ("blockers", "array", N_("What keeps it off line, by kind, as its registry says.")),
                ("obstacles", "array", N_("The same in the words of the registry.")),
                ("payment", "array", N_("The ways to pay that its registry names.")),
                (
                    "online_from",
                    "string",
                    N_("The year it is to be online, as its registry says; + means or later."),
                ),
            ),
        ),
        Table(
            "agencies",
            N_("Agencies"),
            N_("Every agency, and how many services it offers at which level."),
            _columns(
                _CODE,
                _NAME,
                _NAME_EN,
                ("kind", "string", N_("What sort of agency it is.")),
                ("tier", "string", N_("province: a body of the city; commune: a ward or commune.")),
                ("offerings", "integer", N_("How many services it offers.")),
                ("level_0", "integer", N_("How many of them do not reach level 1.")),
                ("level_1", "integer", N_("How many stand at level 1, and not higher.")),
                ("level_2", "integer", N_("How many stand at level 2, and not higher.")),
                ("level_3", "integer", N_("How many stand at level 3, and not higher.")),
                ("level_4", "integer", N_("How many stand at level 4.")),
            ),
        ),
        Table(
            "fields",
            N_("Fields"),
            N_("The fields of administration that services belong to."),
            _columns(_CODE, _NAME, _NAME_EN),
        ),
        Table(
            "offerings",
            N_("Services at agencies"),
            N_("Every service at every agency that offers it, with its level by the main set of rules."),
            _columns(
                ("id", "integer", N_("The number of the offering.")),
                *_WHERE,
                ("level", "integer", N_("The assessed level; empty when not known on that day.")),
                ("declared", "integer", N_("The level that the authority published; empty when not known.")),
                ("since", "date", N_("Since which day it stands at this level.")),
                (
                    "missing",
                    "array",
                    N_("The criteria that the next level lacks; empty for a day in the past."),
                ),
                *_REVIEWED,
                ("filings", "integer", N_("Filings a year; empty when not known.")),
                (
                    "filings_illustrative",
                    "boolean",
                    N_("Whether that number is made up for the demonstration."),
                ),
                ("filings_online", "integer", N_("So many of them came online; empty when not known.")),
            ),
        ),
        Table(
            "assessments",
            N_("Assessments"),
            N_("The level of every service at every agency by every set of rules that is kept."),
            _columns(
                ("offering", "integer", N_("The number of the offering.")),
                ("service", "string", N_("The code of the service.")),
                ("agency", "string", N_("The code of the agency.")),
                ("scheme", "string", N_("The set of rules.")),
                ("level", "integer", N_("The level by it.")),
                ("missing", "array", N_("The criteria that the next level lacks.")),
                ("since", "date", N_("Since which day it stands at this level.")),
                *_REVIEWED,
            ),
        ),
        Table(
            "schemes",
            N_("Sets of rules"),
            N_("The sets of rules, and the levels of each with the article that defines them."),
            _columns(
                ("scheme", "string", N_("The set of rules.")),
                ("version", "integer", N_("Its version.")),
                ("valid_from", "date", N_("The first day of its force.")),
                ("valid_to", "date", N_("The last day of its force; empty while it is in force.")),
                _NAME,
                _NAME_EN,
                ("level", "integer", N_("The number of a level.")),
                ("level_name", "string", N_("Its Vietnamese name.")),
                ("level_name_en", "string", N_("Its English name.")),
                ("meaning", "string", N_("What it means, in Vietnamese.")),
                ("meaning_en", "string", N_("What it means, in English.")),
                ("basis", "string", N_("The article that defines it.")),
            ),
        ),
        Table(
            "criteria",
            N_("Criteria, one by one"),
            N_("Every criterion of every set of rules, with its article of law."),
            _columns(
                ("scheme", "string", N_("The set of rules.")),
                ("id", "string", N_("The number of the criterion.")),
                ("level", "integer", N_("The level that it belongs to.")),
                ("role", "string", N_("defines: decides the level; duty and readiness do not.")),
                ("scope", "string", N_("Who answers it: platform, agency, service or offering.")),
                ("strength", "string", N_("How strongly the law asks it.")),
                ("text", "string", N_("What it asks, in Vietnamese.")),
                ("text_en", "string", N_("What it asks, in English.")),
                ("basis", "array", N_("The articles of law.")),
                ("evidence", "string", N_("The evidence wanted, in Vietnamese.")),
                ("evidence_en", "string", N_("The evidence wanted, in English.")),
                ("confidence", "string", N_("How far the article was read: verified, partly, memory.")),
            ),
        ),
        Table(
            "roadmaps",
            N_("Roadmaps"),
            N_("The published roadmaps; each is also there as a file of its own."),
            _columns(
                ("id", "integer", N_("The number of the roadmap.")),
                _NAME,
                ("agency", "string", N_("The agency it is for; empty for the whole city.")),
                ("scheme", "string", N_("The set of rules.")),
                ("created", "datetime", N_("When it was ordered.")),
                ("finished", "datetime", N_("When it was computed.")),
                ("page", "string", N_("Its page.")),
                ("csv", "string", N_("Its work items as CSV.")),
                ("xlsx", "string", N_("Its work items as a workbook.")),
                ("json", "string", N_("The whole roadmap as JSON.")),
            ),
        ),
    )
}
"""By the name in addresses."""

Row = Iterable[Any]
