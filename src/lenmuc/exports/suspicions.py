"""The suspicion list as CSV: one row for each sign. UTF-8 with a byte order mark, comma, CRLF (RFC 4180)."""

import csv
import io
from collections.abc import Iterable

import msgspec

from lenmuc.core.errors import N_, Message
from lenmuc.core.suspicions import Suspect
from lenmuc.exports.roadmap import ILLUSTRATIVE, Speaker
from lenmuc.exports.roadmap_csv import harmless

COLUMNS = (
    N_("Reason"),
    N_("Why"),
    N_("Service code"),
    N_("Service"),
    N_("Agency code"),
    N_("Agency"),
    N_("Level"),
    N_("Filings a year"),
    N_("Filings are"),
    N_("Since"),
    N_("Criteria"),
)


class SuspicionRow(msgspec.Struct, frozen=True):
    """A suspect by the names that the file shows; `reason` in words, `why` as a sentence."""

    suspect: Suspect
    service: str
    agency: str
    reason: str
    why: Message


def write_csv(rows: Iterable[SuspicionRow], speaker: Speaker) -> bytes:
    """The bytes of the CSV file; what is not known is an empty cell."""
    out = io.StringIO(newline="")
    sheet = csv.writer(out)
    sheet.writerow([speaker.gettext(words) for words in COLUMNS])
    for row in rows:
        one = row.suspect
        cells = (
            row.reason,
            speaker.message(row.why),
            one.service,
            row.service,
            one.agency,
            row.agency,
            str(one.level),
            "" if one.filings is None else str(one.filings),
            "" if one.filings is None else speaker.gettext(ILLUSTRATIVE),
            "" if one.since is None else one.since.isoformat(),
            " ".join(one.criteria),
        )
        sheet.writerow([harmless(cell) for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode()
