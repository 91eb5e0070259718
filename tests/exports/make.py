"""A small roadmap to write, and the languages to write it in."""

import datetime as dt

import msgspec

from lenmuc.core.checklists import Words
from lenmuc.core.errors import Message
from lenmuc.exports.roadmap import RoadmapFile
from lenmuc.web.language import Language
from tests.core.roadmap.small_view import PROBLEM, plan, view

VI = Language("vi")
EN = Language("en")
MADE = dt.datetime(2026, 11, 22, 8, 30, tzinfo=dt.UTC)


def file(service: str = "Khai sinh", name: str = "Lộ trình thử") -> RoadmapFile:
    """The roadmap to be written."""
    return RoadmapFile(
        name, MADE, Words("Thông tư 32", "Circular 32"), view(service), (Message("Days are estimates."),),
        msgspec.json.encode(PROBLEM), msgspec.json.encode(plan()),
    )  # fmt: skip
