"""A roadmap as CSV: one row for each work item. UTF-8 with a byte order mark, comma, CRLF (RFC 4180)."""

import csv
import io

from lenmuc.core.errors import N_
from lenmuc.core.roadmap.sentences import criterion_words, pool_words, why
from lenmuc.core.roadmap.view import Line
from lenmuc.exports.roadmap import ILLUSTRATIVE, RoadmapFile, Speaker, name_of, quarter_of

COLUMNS = (
    N_("Work item"),
    N_("Criterion"),
    N_("What it meets"),
    N_("Service code"),
    N_("Service"),
    N_("Agency code"),
    N_("Agency"),
    N_("Who does it"),
    N_("Person-days"),
    N_("Done in quarter"),
    N_("To be confirmed"),
    N_("Offerings that need it"),
    N_("Filings a year that need it"),
    N_("Filings are"),
    N_("Why"),
)
_RISKY = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """`text` so that no spreadsheet computes it: what would begin a formula gets an apostrophe in front.

    Source: OWASP, CSV Injection.
    """
    return "'" + text if text.startswith(_RISKY) else text


def cells(file: RoadmapFile, line: Line, speaker: Speaker) -> list[str | float | int]:
    """The cells of one item, in the order of `COLUMNS`; numbers as numbers."""
    view = file.view
    text = criterion_words(view, line)
    return [
        line.id,
        line.criterion,
        text if isinstance(text, str) else speaker.pick(text),
        line.service,
        name_of(view.names.services, line.service, speaker),
        line.agency,
        name_of(view.names.agencies, line.agency, speaker),
        speaker.message(pool_words(view, line.pool)),
        line.days,
        quarter_of(view, line),
        speaker.gettext(N_("yes") if line.confirm else N_("no")),
        line.serves.offerings,
        line.serves.filings,
        speaker.gettext(ILLUSTRATIVE),
        speaker.message(why(view, line)),
    ]


def in_order(file: RoadmapFile) -> list[Line]:
    """The items as lists show them: by quarter, those outside the plan last."""
    late = len(file.view.quarters)
    return sorted(file.view.lines, key=lambda line: late if line.quarter is None else line.quarter)


def write_csv(file: RoadmapFile, speaker: Speaker) -> bytes:
    """The bytes of the CSV file."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow([speaker.gettext(words) for words in COLUMNS])
    for line in in_order(file):
        rows.writerow(
            [
                harmless(cell) if isinstance(cell, str) else f"{cell:.15g}"
                for cell in cells(file, line, speaker)
            ]
        )
    return b"\xef\xbb\xbf" + out.getvalue().encode()
