"""Offerings in the public contract, with their level, their classes and what they lack."""

import datetime as dt
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from lenmuc.api.types.shared import Level, NamedOut, Place, WordsOut

Reviewed = Literal["self_assessed", "submitted", "verified", "due", "lapsed"]


class OfferingItem(msgspec.Struct, frozen=True):
    """A service as one agency offers it, in a list."""

    id: Annotated[int, Meta(description="Its number.")]
    service: Annotated[NamedOut, Meta(description="The service.")]
    agency: Annotated[NamedOut, Meta(description="The agency.")]
    level: Annotated[Level, Meta(description="The assessed level: what the answers support. 0: not level 1.")]
    declared: Annotated[
        Level | None, Meta(description="The level the authority has published; null when not known.")
    ]
    missing: Annotated[tuple[str, ...], Meta(description="Ids of the criteria that the next level lacks.")]
    filings: Annotated[int | None, Meta(description="Filings a year; null when not known.")]
    filings_illustrative: Annotated[
        bool, Meta(description="true: the number of filings is made up for the demonstration.")
    ]
    filings_online: Annotated[
        int | None, Meta(description="So many of the filings came online; null when not known.")
    ]
    since: Annotated[dt.datetime, Meta(description="When it came to this level.")]
    status: Annotated[
        Reviewed, Meta(description="How far somebody else has reviewed the level. due: to be renewed.")
    ]
    verified_at: Annotated[
        dt.datetime | None, Meta(description="When a level of it was verified last; null: never.")
    ]
    verified_until: Annotated[dt.date | None, Meta(description="The last day that this held or holds.")]


class OfferingPage(msgspec.Struct, frozen=True):
    """One page of offerings, by service code and agency code."""

    items: Annotated[tuple[OfferingItem, ...], Meta(description="The offerings of this page.")]
    total: Annotated[int, Meta(description="All offerings that match, on every page.")]
    page: Annotated[int | None, Meta(description="This page, counted from 1; null when read by cursor.")]
    page_size: Annotated[int, Meta(description="The most offerings on a page.")]
    next: Annotated[str | None, Meta(description="The cursor for what follows; null at the end.")]


class MissingOut(msgspec.Struct, frozen=True):
    """A criterion that the next level lacks."""

    criterion: Annotated[str, Meta(description="Its id in the scheme.")]
    level: Annotated[Level, Meta(description="The level it is asked for.")]
    scope: Annotated[Place, Meta(description="Where it is answered once.")]
    text: Annotated[WordsOut, Meta(description="What it asks.")]
    basis: Annotated[tuple[str, ...], Meta(description="The articles of law that ask it, as cited there.")]


class ReasonOut(msgspec.Struct, frozen=True):
    """A reason that the law admits for staying one class below the highest."""

    reason: Annotated[
        Literal["presence", "on_site", "fault", "technical"], Meta(description="Which of the reasons it is.")
    ]
    name: Annotated[WordsOut, Meta(description="The reason in words.")]
    basis: Annotated[str, Meta(description="The article that admits it.")]


class WhyOut(msgspec.Struct, frozen=True):
    """A criterion that keeps an offering from the highest class."""

    criterion: Annotated[str, Meta(description="Its id in the scheme.")]
    known: Annotated[
        bool, Meta(description="false: not known to be met, and nobody has said that it is not met.")
    ]
    reasons: Annotated[
        tuple[ReasonOut, ...],
        Meta(description="Reasons that fit: one when settled, several while somebody has to choose."),
    ]
    article: Annotated[
        str | None, Meta(description="The article of law that the answer cites; null: none was named.")
    ]


class ClassOut(msgspec.Struct, frozen=True):
    """Where the offering stands by one scheme. Levels of different schemes are different scales."""

    scheme: Annotated[str, Meta(description="The scheme.")]
    level: Annotated[Level, Meta(description="Its class by this scheme. 0: the first is not reached.")]
    name: Annotated[WordsOut | None, Meta(description="What the class is called; null at 0.")]
    missing: Annotated[tuple[str, ...], Meta(description="Ids of the criteria that the next class lacks.")]
    known: Annotated[
        bool,
        Meta(description="false: nobody has said that a missing criterion is not met; it may stand higher."),
    ]
    why: Annotated[
        tuple[WhyOut, ...],
        Meta(description="Why it is one class below the highest, where the scheme's law asks for reasons."),
    ]
    since: Annotated[dt.datetime, Meta(description="When it came to this class, or was first worked out.")]


class OfferingOut(msgspec.Struct, frozen=True):
    """A service as one agency offers it."""

    id: Annotated[int, Meta(description="Its number.")]
    service: Annotated[NamedOut, Meta(description="The service.")]
    agency: Annotated[NamedOut, Meta(description="The agency.")]
    scheme: Annotated[str, Meta(description="The scheme whose criteria the level was assessed by.")]
    level: Annotated[Level, Meta(description="The assessed level: what the answers support. 0: not level 1.")]
    declared: Annotated[
        Level | None, Meta(description="The level the authority has published; null when not known.")
    ]
    missing: Annotated[tuple[MissingOut, ...], Meta(description="The criteria that the next level lacks.")]
    classes: Annotated[
        tuple[ClassOut, ...], Meta(description="Where it stands by every scheme, the main one first.")
    ]
    filings: Annotated[int | None, Meta(description="Filings a year; null when not known.")]
    filings_illustrative: Annotated[
        bool, Meta(description="true: the number of filings is made up for the demonstration.")
    ]
    filings_online: Annotated[
        int | None, Meta(description="So many of the filings came online; null when not known.")
    ]
    since: Annotated[dt.datetime, Meta(description="When it came to this level.")]
    status: Annotated[
        Reviewed, Meta(description="How far somebody else has reviewed the level. due: to be renewed.")
    ]
    verified_at: Annotated[
        dt.datetime | None, Meta(description="When a level of it was verified last; null: never.")
    ]
    verified_until: Annotated[dt.date | None, Meta(description="The last day that this held or holds.")]
