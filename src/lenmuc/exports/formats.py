"""Every format that a roadmap can be taken along in: a new one is a module and a line here."""

import msgspec

from lenmuc.exports.roadmap import Writer
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
