"""What is said of a frozen briefing afterwards: when and by whom, its corrections, the same figures today."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from lenmuc.core.briefing.state import Briefing, FigureAt
from lenmuc.core.briefing.wording import change
from lenmuc.core.errors import N_, Message
from lenmuc.core.papers import Column, Paper, Section, Table, column


class Correction(msgspec.Struct, frozen=True):
    """A note to a frozen briefing: of which section (empty: the whole), what, by whom (empty: not said),
    when.
    """

    section: str
    text: str
    by: str
    at: dt.datetime


WHOLE = Message(N_("The whole briefing"))


def correction_table(notes: Sequence[tuple[Message, Correction]]) -> Table:
    """Corrections, each with what it is of; who wrote them stands there where it is said."""
    named = any(note.by for _, note in notes)
    head = (
        column(N_("When"), "text", 1.3),
        column(N_("Of"), "text", 1.2),
        column(N_("Correction"), "text", 3.4),
        *((column(N_("Written by"), "text", 1.2),) if named else ()),
    )
    rows = tuple(
        (Message("%(at)s", {"at": note.at}), of, note.text, *((note.by,) if named else ()))
        for of, note in notes
    )
    return Table(Message(N_("Corrections")), head, rows)


def frozen(paper: Paper, at: dt.datetime, fingerprint: str, corrections: Sequence[Correction]) -> Paper:
    """The report as it was frozen, with its corrections before everything else."""
    titles = {section.id: section.title for section in paper.sections}
    facts = (
        *paper.facts,
        (Message(N_("Frozen on")), Message("%(at)s", {"at": at})),
        *(((Message(N_("Corrections since then")), len(corrections)),) if corrections else ()),
    )
    text = (
        Message(
            N_(
                "What follows stands as it was frozen. These notes were written afterwards and say what is "
                "wrong."
            )
        ),
    )
    told = correction_table([(titles.get(each.section, WHOLE), each) for each in corrections])
    noted = Section("corrections", Message(N_("Corrections after it was frozen")), text, None, (told,))
    kept = Section(
        "kept",
        Message(N_("How it is kept")),
        (
            Message(
                N_(
                    "The snapshot was frozen on %(at)s and cannot be changed. Its fingerprint (SHA-256) is "
                    "%(hash)s."
                ),
                {"at": at, "hash": fingerprint},
            ),
        ),
    )
    sections = (*((noted,) if corrections else ()), *paper.sections, kept)
    return msgspec.structs.replace(paper, facts=facts, sections=sections)


def since(briefing: Briefing, counted: Sequence[FigureAt], today: dt.date) -> Section:
    """The figures as frozen beside the same day counted again (`now`) and today (`before` of `counted`)."""
    again = {each.id: each for each in counted}
    rows = []
    for each in briefing.figures:
        new = again.get(each.id)
        recount, current = (new.now, new.before) if new else (None, None)
        same = new is not None and recount == each.now
        rows.append(
            (
                each.name,
                each.now,
                recount,
                Message(N_("the same")) if same else Message(N_("differs")),
                current,
                change(current, each.now),
            )
        )
    table = Table(
        Message(N_("As frozen, as counted again today, and as it stands today")),
        (
            column(N_("Figure"), "text", 3.0),
            column(N_("As frozen")),
            Column(Message(N_("%(day)s, counted again"), {"day": briefing.day})),
            column(N_("Compared"), "text"),
            Column(Message(N_("On %(day)s"), {"day": today})),
            column(N_("Up or down since (points)")),
        ),
        tuple(rows),
    )
    text = (
        Message(
            N_(
                "The counts of a past day do not change with later answers. Where the same day counts "
                "otherwise now, the "
                "data were repaired or brought in anew: say so in a correction."
            )
        ),
    )
    return Section("since", Message(N_("Since it was frozen")), text, None, (table,))
