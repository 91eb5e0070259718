"""Every format that a roadmap or a report can be taken along in: a new one is a module and a line here."""

import datetime as dt
from collections.abc import Callable

import msgspec

from lenmuc.core.papers import Paper
from lenmuc.exports import papers_pdf, papers_xlsx
from lenmuc.exports.roadmap import Speaker, Writer
from lenmuc.exports.roadmap_csv import write_csv
from lenmuc.exports.roadmap_ics import write_ics
from lenmuc.exports.roadmap_json import write_json
from lenmuc.exports.roadmap_mspdi import write_mspdi
from lenmuc.exports.roadmap_pdf import write_pdf
from lenmuc.exports.roadmap_xlsx import write_xlsx


class Format(msgspec.Struct, frozen=True):
    """The media type of a file, and what writes it."""

    media_type: str
    write: Writer


_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS: dict[str, Format] = {
    "csv": Format("text/csv; charset=utf-8", write_csv),
    "xlsx": Format(_WORKBOOK, write_xlsx),
    "pdf": Format("application/pdf", write_pdf),
    "ics": Format("text/calendar; charset=utf-8", write_ics),
    "xml": Format("application/xml", write_mspdi),
    "json": Format("application/json", write_json),
}
"""By the ending of the file's name."""


class PaperFormat(msgspec.Struct, frozen=True):
    """The media type of a file, and what writes a report at the moment it was made."""

    media_type: str
    write: Callable[[Paper, Speaker, dt.datetime], bytes]


PAPER_FORMATS: dict[str, PaperFormat] = {
    "pdf": PaperFormat("application/pdf", papers_pdf.write_pdf),
    "xlsx": PaperFormat(_WORKBOOK, papers_xlsx.write_xlsx),
}
"""By the ending of the file's name."""
