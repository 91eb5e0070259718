"""Sheets of inspections on paper: PDF/UA by typst, one side of A4 for each visit, with room to write.

Names come to typst as data (`templates/print/inspection.typ`), so none of them can be taken for a command.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
import typst

from lenmuc import paths
from lenmuc.core.checklists import citation
from lenmuc.core.errors import N_
from lenmuc.core.inspections import Check
from lenmuc.exports.roadmap import Speaker

ROWS = 10  # criteria that fit on one side with room to write beside each
_ANSWERS = {
    "met": N_("Met"),
    "not_met": N_("Not met"),
    "not_applicable": N_("Does not apply"),
    "proposed": N_("Proposed: does not apply"),
    "unknown": N_("Not known yet"),
}


class Sheet(msgspec.Struct, frozen=True):
    """One visit: names and reasons in the language of the paper, and what to look at."""

    plan: str
    number: int
    quarter: str
    service: str
    code: str
    agency: str
    reasons: tuple[str, ...]
    level: int
    declared: int | None
    checks: tuple[Check, ...]


def write_sheets(sheets: Sequence[Sheet], made: dt.datetime, speaker: Speaker) -> bytes:
    """The bytes of the PDF; the same sheets, time and language give the same bytes."""
    content = msgspec.json.encode(_content(sheets, speaker)).decode()
    found: bytes = typst.compile(
        paths.templates() / "print" / "inspection.typ",
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"inspection": content},
        pdf_standards=["ua-1"],
        timestamp=int(made.timestamp()),
    )
    return found


def _content(sheets: Sequence[Sheet], speaker: Speaker) -> dict[str, Any]:
    say = speaker.gettext
    return {
        "lang": speaker.code,
        "title": sheets[0].plan,
        "words": {
            "kind": say(N_("Sheet of an inspection")),
            "page": say(N_("Page")),
            "holds": say(N_("It holds")),
            "fails": say(N_("It does not hold")),
            "day": say(N_("Day …… month …… year ………")),
            "sign": say(N_("(signature, full name)")),
            "other": say(N_("Anything else")),
        },
        "head": [say(N_("Criterion")), say(N_("Answer and what was shown for it")), say(N_("Finding"))],
        "signatures": [say(N_("For the agency")), say(N_("Who inspected"))],
        "sheets": [_sheet(sheet, speaker) for sheet in sheets],
    }


def _sheet(sheet: Sheet, speaker: Speaker) -> dict[str, Any]:
    say = speaker.gettext
    declared = str(sheet.declared) if sheet.declared is not None else say(N_("Not known"))
    left = [check.criterion.id for check in sheet.checks[ROWS:]]
    return {
        "service": _short(sheet.service, 160),
        "number": say(N_("Visit %(number)s"), number=sheet.number),
        "facts": [
            [say(N_("Agency")), sheet.agency],
            [say(N_("Code")), sheet.code],
            [say(N_("Quarter")), sheet.quarter],
            [say(N_("Drawn because")), "; ".join(sheet.reasons)],
            [say(N_("Assessed level")), str(sheet.level)],
            [say(N_("Declared level")), declared],
        ],
        "rows": [_row(check, speaker) for check in sheet.checks[:ROWS]],
        "left": say(N_("Also behind this level: %(criteria)s"), criteria=", ".join(left)) if left else "",
    }


def _row(check: Check, speaker: Speaker) -> dict[str, str]:
    criterion, answer = check.criterion, check.answer
    shown = [speaker.gettext(_ANSWERS[answer.value])]
    if answer.source == "record":
        shown.append(speaker.gettext(N_("Read from the published record")))
    elif answer.answer is not None:
        given = [piece.title or piece.link or piece.name for piece in answer.answer.pieces]
        given += answer.answer.evidence
        shown += [_short(each, 28) for each in given[:3]] or [speaker.gettext(N_("No evidence"))]
        if len(given) > 3:
            shown.append(f"+{len(given) - 3}")
    return {
        "id": criterion.id,
        "text": _short(speaker.pick(criterion.text), 130),
        "law": _short(citation(criterion.basis[0], speaker.code), 60),
        "answer": "; ".join(shown),
    }


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
