"""A report on paper: PDF/UA by typst, with cover, contents, bookmarks and page numbers.

What is said comes to typst as data (`templates/print/paper.typ`), so no name can be taken for a command.
"""

import datetime as dt

import msgspec
import typst

from lenmuc import paths
from lenmuc.core.papers import Paper
from lenmuc.exports.papers import written
from lenmuc.exports.roadmap import Speaker


def write_pdf(paper: Paper, speaker: Speaker, made: dt.datetime) -> bytes:
    """The bytes of the PDF; the same report, language and moment give the same bytes."""
    content = msgspec.json.encode(written(paper, speaker)).decode()
    found: bytes = typst.compile(
        paths.templates() / "print" / "paper.typ",
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"paper": content},
        pdf_standards=["ua-1"],
        timestamp=int(made.timestamp()),
    )
    return found
