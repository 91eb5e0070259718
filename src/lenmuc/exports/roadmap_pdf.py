"""A roadmap on paper: PDF/UA by typst, with cover, signature block, work by quarter, load and assumptions.

Names come to typst as data (`templates/print/roadmap.typ`), so none of them can be taken for a command.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import typst

from lenmuc import paths
from lenmuc.core.errors import N_
from lenmuc.core.roadmap.gather import CENTRAL
from lenmuc.core.roadmap.sentences import criterion_words, place_words, pool_words, why_beside
from lenmuc.core.roadmap.view import Line
from lenmuc.exports.roadmap import ILLUSTRATIVE, RoadmapFile, Speaker, name_of, quarters_in_words

Rows = list[list[str]]
TO_CONFIRM = N_("to be confirmed")
_LEAD = N_(
    "Each item is done by the end of the quarter it stands in. No plan can be better by more than %(gap)s: "
    "that is proven."
)
_FILINGS = N_(
    "When the plan is done, %(filings)s filings a year can be made at level 3 or 4 that could not before "
    "(%(sure)s)."
)


def write_pdf(file: RoadmapFile, speaker: Speaker) -> bytes:
    """The bytes of the PDF; the same roadmap and language give the same bytes.

    A whole city's has the work of the platform by item and of each agency by count; an agency's part has
    every item of its own.
    """
    content = msgspec.json.encode(_Paper(file, speaker).content()).decode()
    made: bytes = typst.compile(
        paths.templates() / "print" / "roadmap.typ",
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"roadmap": content},
        pdf_standards=["ua-1"],
        timestamp=int(file.made.timestamp()),
    )
    return made


def together(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines of one service, place and team together, in their order; any other line by itself."""
    groups: dict[tuple[str, ...], list[Line]] = {}
    for line in lines:
        key = (line.service, line.agency, line.pool) if line.service else (line.id,)
        groups.setdefault(key, []).append(line)
    return list(groups.values())


def numbers(lines: Sequence[Line]) -> str:
    """The criteria of some lines: 3.01, 3.05."""
    return ", ".join(sorted(line.criterion for line in lines))


class _Paper:
    """What the paper says, as plain lists of text."""

    def __init__(self, file: RoadmapFile, speaker: Speaker) -> None:
        self.file, self.speaker, self.view = file, speaker, file.view
        self.quarters = quarters_in_words(file.view, speaker)
        self.whole = not file.agency

    def say(self, text: str, **params: Any) -> str:
        return self.speaker.gettext(text, **params)

    def count(self, number: int | float, decimals: int = 0) -> str:
        return self.speaker.number(number, decimals)

    def content(self) -> dict[str, Any]:
        """Everything `roadmap.typ` reads."""
        view, say = self.view, self.say
        lines = [line for line in view.lines if line.on_platform or not self.whole]
        city = self.speaker.pick(self.file.place) if self.file.place else say(N_("the whole city"))
        owner = name_of(view.names.agencies, self.file.agency, self.speaker) or city
        return {
            "lang": self.speaker.code,
            "title": self.file.name,
            "running": f"{self.file.name} – {owner}",
            "owner": owner,
            "nation": say(N_("Socialist Republic of Viet Nam")),
            "motto": say(N_("Independence – Freedom – Happiness")),
            "kind": say(N_("Roadmap for public services online")),
            "period": f"{self.quarters[0]} – {self.quarters[-1]}",
            "made": say(N_("Computed on %(date)s"), date=self.speaker.date(self.file.made)),
            "page": say(N_("Page")),
            "facts": self.facts(),
            "signatures": [say(N_("Prepared by")), say(N_("Head of the agency"))],
            "day": say(N_("Day …… month …… year ………")),
            "sign": say(N_("(signature, full name)")),
            "lead": say(_LEAD, gap=f"{self.count(view.gap_percent, 2)}%"),
            "words": {
                "summary": say(N_("Summary")),
                "work": say(N_("Work for everybody, by quarter") if self.whole else N_("Work by quarter")),
                "nothing": say(N_("The plan has no work item here.")),
                "agencies": say(N_("Work of each agency")),
                "outside": say(N_("Not in this plan, and why")),
                "load": say(N_("Load")),
                "criteria": say(N_("The criteria in words")),
                "assumptions": say(N_("What this plan assumes")),
            },
            "steps": self.steps(),
            "items": [
                say(N_("Criterion")),
                say(N_("What for, and where")),
                say(N_("Who does it")),
                say(N_("Person-days")),
            ],
            "late": [say(N_("Criterion")), say(N_("What for, and where")), say(N_("Why"))],
            "quarters": [
                {"name": name, "rows": rows}
                for at, name in enumerate(self.quarters)
                if (rows := self.work([line for line in lines if line.quarter == at]))
            ],
            "outside": self.outside([line for line in lines if line.quarter is None]),
            "criteria": self.criteria([line for line in lines if line.service]),
            "agencies": self.agencies(),
            "load": self.load(),
            "assumptions": [self.speaker.message(each) for each in self.file.assumptions],
        }  # fmt: skip

    def facts(self) -> Rows:
        view, say = self.view, self.say
        return [
            [say(N_("Checklist")), self.speaker.pick(self.file.scheme)],
            [say(N_("Offerings looked at")), self.count(view.offerings)],
            [say(N_("At level 3 or 4 before the plan")), self.count(view.before_3)],
            [say(N_("At level 3 or 4 when the plan is done")), self.count(view.last.at_3)],
            [say(N_("At level 4 when the plan is done")), self.count(view.last.at_4)],
            [say(N_("Work items in the plan")), f"{self.count(view.planned)}/{self.count(len(view.lines))}"],
        ]

    def steps(self) -> dict[str, Any]:
        head = [N_("Quarter"), N_("Work items done"), N_("New at level 3"), N_("New at level 4"),
                N_("At level 3 or 4"), N_("At level 4")]  # fmt: skip
        rows = [
            [name, *map(self.count, (step.items, step.new_3, step.new_4, step.at_3, step.at_4))]
            for name, step in zip(self.quarters, self.view.steps, strict=True)
        ]
        note = self.say(_FILINGS, filings=self.count(self.view.last.filings_3), sure=self.say(ILLUSTRATIVE))
        return {"head": [self.say(each) for each in head], "rows": rows, "note": note}

    def what(self, lines: Sequence[Line]) -> str:
        """Lines of one place: a single one outside services in its own words, else where they are done."""
        first = lines[0]
        place = self.speaker.message(place_words(self.view, first))
        if self.file.agency and first.service and first.agency == self.file.agency:
            place = name_of(self.view.names.services, first.service, self.speaker)
        said = place if first.service else f"{self.words(first)} ({place})"
        return f"{said} – {self.say(TO_CONFIRM)}" if any(line.confirm for line in lines) else said

    def words(self, line: Line) -> str:
        text = criterion_words(self.view, line)
        return text if isinstance(text, str) else self.speaker.pick(text)

    def work(self, lines: Sequence[Line]) -> Rows:
        """Rows of one quarter: criteria, what for, who, days. Work on one service by one team is one row."""
        rows = []
        for group in together(lines):
            who = self.speaker.message(pool_words(self.view, group[0].pool))
            days = self.days(sum(line.days for line in group))
            rows.append([numbers(group), self.what(group), who, days])
        return rows

    def days(self, number: float) -> str:
        return self.count(number, 0 if number == round(number) else 2 if number * 10 % 1 else 1)

    def outside(self, lines: Sequence[Line]) -> Rows:
        """What the plan has no room for, each reason of a row once."""
        return [
            [
                numbers(group),
                self.what(group),
                " ".join(
                    dict.fromkeys(
                        self.speaker.message(why_beside(self.view, line, self.file.agency)) for line in group
                    )
                ),
            ]
            for group in together(lines)
        ]

    def criteria(self, lines: Sequence[Line]) -> Rows:
        """Criterion and words, for those that stand in rows by number only."""
        found = {line.criterion: self.words(line) for line in lines}
        return [[id, found[id]] for id in sorted(found)]

    def agencies(self) -> dict[str, Any]:
        """One row for each agency with work of its own; only in a whole city's paper."""
        head = [N_("Agency"), N_("Work items done"), N_("Brought to level 3"), N_("Brought to level 4"),
                N_("Person-days there are"), N_("Person-days worked"), N_("Share in use")]  # fmt: skip
        rows: Rows = []
        if self.whole:
            done: dict[str, int] = {}
            for line in self.view.lines:
                if line.pool != CENTRAL and line.quarter is not None:
                    done[line.pool] = done.get(line.pool, 0) + 1
            at_3: dict[str, int] = {}
            at_4: dict[str, int] = {}
            for lift in self.view.lifts:
                at_3[lift.agency] = at_3.get(lift.agency, 0) + (lift.at_3 is not None)
                at_4[lift.agency] = at_4.get(lift.agency, 0) + (lift.at_4 is not None)
            for code in sorted(done.keys() | at_3.keys()):
                name = name_of(self.view.names.agencies, code, self.speaker)
                counts = (done.get(code, 0), at_3.get(code, 0), at_4.get(code, 0))
                rows.append([name, *map(self.count, counts), *self.used(code)])
        return {"head": [self.say(each) for each in head], "rows": rows}

    def used(self, code: str) -> list[str]:
        """Days of a pool there are and worked, and their share; nothing for one without work."""
        for pool in self.view.pools:
            if pool.pool == code:
                have, busy = sum(pool.days), sum(pool.busy)
                return [self.count(have), self.count(busy), self.speaker.share(busy, have)]
        return ["", "", ""]

    def load(self) -> dict[str, Any]:
        """The pools; in a whole city's paper only the central one, for the others stand with their work."""
        head = [N_("Who does it"), N_("Person-days there are"), N_("Person-days worked"), N_("Share in use")]
        pools = [pool.pool for pool in self.view.pools if not self.whole or pool.pool == CENTRAL]
        rows = [[self.speaker.message(pool_words(self.view, pool)), *self.used(pool)] for pool in pools]
        return {"head": [self.say(each) for each in head], "rows": rows}
