"""Checklists and answers in the public contract."""

import datetime as dt
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from lenmuc.api.types.shared import Level, Place, WordsOut

Value = Literal["met", "not_met", "unknown", "not_applicable"]
Blocker = Literal["law", "paper_original", "no_system", "no_budget", "no_data", "other"]


class PieceOut(msgspec.Struct, frozen=True):
    """A piece of evidence with its title and dates: a link, or a file."""

    id: Annotated[int, Meta(description="Its number.")]
    kind: Annotated[Literal["link", "file"], Meta(description="What it is.")]
    title: Annotated[str, Meta(description="What it shows.")]
    href: Annotated[str, Meta(description="The link, or the address here that hands out the file.")]
    name: Annotated[str | None, Meta(description="The file's name; null for a link.")]
    media_type: Annotated[str | None, Meta(description="What the file was found to be; null for a link.")]
    size: Annotated[int | None, Meta(description="The file's size in bytes; null for a link.")]
    sha256: Annotated[str | None, Meta(description="The hash of its bytes; null for a link.")]
    effective: Annotated[dt.date | None, Meta(description="From when it is in force; null: not said.")]
    expires: Annotated[dt.date | None, Meta(description="The last day that it counts; null: no end.")]
    by: Annotated[str, Meta(description="Who added it.")]
    added_at: Annotated[dt.datetime, Meta(description="When.")]


class AnswerOut(msgspec.Struct, frozen=True):
    """An answer as a person gave it."""

    criterion: Annotated[str, Meta(description="The criterion it answers.")]
    at: Annotated[Place, Meta(description="Where it stands: for the whole platform down to one offering.")]
    agency: Annotated[str | None, Meta(description="The agency it stands at; null: for every agency.")]
    service: Annotated[str | None, Meta(description="The service it stands at; null: for every service.")]
    value: Annotated[Value, Meta(description="What the person found.")]
    justification: Annotated[str, Meta(description="Why; may be empty.")]
    evidence: Annotated[tuple[str, ...], Meta(description="Links to what shows it.")]
    pieces: Annotated[
        tuple[PieceOut, ...],
        Meta(description="Evidence with title and dates. An answer that is changed keeps it."),
    ]
    blocker: Annotated[Blocker | None, Meta(description="What stands in the way; null: nothing was named.")]
    version: Annotated[int, Meta(description="Grows by one with every change; the ETag holds it.")]
    by: Annotated[str, Meta(description="Who answered.")]
    answered_at: Annotated[dt.datetime, Meta(description="When.")]


class AnswerItem(msgspec.Struct, frozen=True):
    """One criterion of the checklist and the answer that counts for the offering."""

    criterion: Annotated[str, Meta(description="Its id in the scheme.")]
    level: Annotated[Level, Meta(description="The level it belongs to.")]
    role: Annotated[
        Literal["defines", "duty", "readiness"],
        Meta(description="Only criteria that define a level decide it."),
    ]
    scope: Annotated[Place, Meta(description="Where it is answered once.")]
    places: Annotated[tuple[Place, ...], Meta(description="Where it may be answered, widest first.")]
    text: Annotated[WordsOut, Meta(description="What it asks.")]
    value: Annotated[
        Literal["met", "not_met", "not_applicable", "proposed", "unknown"],
        Meta(description="The value that counts. proposed: said not to apply, not accepted so far."),
    ]
    source: Annotated[
        Literal["facts", "record", "platform", "agency", "service", "offering", "none"],
        Meta(description="Where the value comes from: the facts of the service, its record, or an answer."),
    ]
    answer: Annotated[
        AnswerOut | None, Meta(description="The nearest answer of a person; null: nobody has answered.")
    ]


class AnswerList(msgspec.Struct, frozen=True):
    """The checklist of one offering."""

    offering: Annotated[int, Meta(description="The offering's number.")]
    service: Annotated[str, Meta(description="The service's code.")]
    agency: Annotated[str, Meta(description="The agency's code.")]
    scheme: Annotated[str, Meta(description="The scheme of the checklist.")]
    level: Annotated[Level, Meta(description="The assessed level that follows.")]
    items: Annotated[tuple[AnswerItem, ...], Meta(description="Every criterion, in the scheme's order.")]


class AnswerIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person says about one criterion."""

    value: Annotated[Value, Meta(description="What was found.")]
    justification: Annotated[
        str, Meta(max_length=4000, description="Why. With value met, this or a link is needed.")
    ] = ""
    evidence: Annotated[
        tuple[Annotated[str, Meta(max_length=1000)], ...],
        Meta(max_length=10, description="Links to what shows it, beginning with https:// or http://."),
    ] = ()
    blocker: Annotated[
        Blocker | None, Meta(description="What stands in the way. Not together with value met.")
    ] = None


class SchemeMovedOut(msgspec.Struct, frozen=True):
    """What an answer did to classes by one more scheme that has the criterion."""

    scheme: Annotated[str, Meta(description="The scheme.")]
    rose: Annotated[int, Meta(description="Offerings whose class rose.")]
    fell: Annotated[int, Meta(description="Offerings whose class fell.")]
    touched: Annotated[int, Meta(description="Offerings whose class or list of missing criteria changed.")]


class MovedOut(msgspec.Struct, frozen=True):
    """What an answer did to levels."""

    rose: Annotated[int, Meta(description="Offerings whose level rose.")]
    fell: Annotated[int, Meta(description="Offerings whose level fell.")]
    touched: Annotated[int, Meta(description="Offerings whose level or list of missing criteria changed.")]
    beside: Annotated[
        tuple[SchemeMovedOut, ...], Meta(description="The same by other schemes whose classes it decides.")
    ]


class SavedOut(msgspec.Struct, frozen=True):
    """A stored answer."""

    answer: Annotated[AnswerOut, Meta(description="The answer as it stands now.")]
    moved: Annotated[MovedOut, Meta(description="What it moved.")]
    level: Annotated[Level, Meta(description="The assessed level of the offering now.")]


class ChangeOut(msgspec.Struct, frozen=True):
    """One change of an answer."""

    at: Annotated[dt.datetime, Meta(description="When.")]
    by: Annotated[str | None, Meta(description="Who; null: the program.")]
    was: Annotated[Value | None, Meta(description="The value before; null: there was no answer.")]
    became: Annotated[Value | None, Meta(description="The value after; null: the answer was taken back.")]
    decision: Annotated[
        Literal["accepted", "declined"] | None,
        Meta(description="A reviewer's decision that it does not apply; null: the answer itself changed."),
    ]
    why: Annotated[str, Meta(description="The justification after the change; may be empty.")]
    version: Annotated[int | None, Meta(description="The version that it made; null: taken back.")]


class HistoryOut(msgspec.Struct, frozen=True):
    """The history of one answer."""

    items: Annotated[tuple[ChangeOut, ...], Meta(description="Its changes, newest first, at most 1,000.")]
