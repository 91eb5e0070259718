"""What people say of planned work: why it is late, or that it is finished. It moves no level."""

import datetime as dt
from collections.abc import Iterable
from typing import Literal

import msgspec

from lenmuc.core.answers import BLOCKERS
from lenmuc.core.errors import N_, Fault, fault
from lenmuc.core.text import forbidden

Says = Literal["late", "finished", "withdrawn"]
SAYS = ("late", "finished", "withdrawn")
TEXT_LIMIT = 1_000


class Report(msgspec.Struct, frozen=True):
    """One version of what is said of a work item (by its id): late for a `cause`, finished, or nothing any
    more.

    `team` does the work; `due` is the quarter that the approved roadmap named when it was said.
    """

    item: str
    team: str
    version: int
    says: Says
    cause: str
    text: str
    roadmap: int
    due: str
    by: str
    at: dt.datetime


def faults_of(says: str, cause: str, text: str) -> list[Fault]:
    """What is wrong with a report; empty when it can be stored."""
    found: list[Fault] = []
    if says not in SAYS:
        found.append(fault("says", N_("Say that the work is late or that it is finished.")))
    if says == "late" and cause not in BLOCKERS:
        found.append(fault("cause", N_("Choose a cause from the list.")))
    if says == "late" and not text:
        found.append(fault("text", N_("Say in a sentence what holds the work up: others decide by it.")))
    if len(text) > TEXT_LIMIT or forbidden(text):
        found.append(fault("text", N_("Write at most 1,000 characters.")))
    return found


def standing(reports: Iterable[Report]) -> dict[str, Report]:
    """What is said of each item now; the newest version counts, and what was taken back is not said."""
    newest: dict[str, Report] = {}
    for each in reports:
        if each.item not in newest or newest[each.item].version < each.version:
            newest[each.item] = each
    return {item: each for item, each in newest.items() if each.says != "withdrawn"}
