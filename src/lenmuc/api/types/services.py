"""Services in the public contract."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from lenmuc.api.types.answers import Blocker
from lenmuc.api.types.shared import Level, LevelCountsOut, NamedOut, WordsOut

Fee = Literal["free", "charged"]
FeeKnown = Literal["free", "charged", "unknown"]
YesNo = Literal["yes", "no", "unknown"]
Payment = Literal[
    "counter", "bank", "atm", "shop", "other_offline", "net_banking", "direct_debit", "card", "qr",
    "other_online",
]  # fmt: skip
Audience = Literal["people", "business", "organisations"]


class ServiceItem(msgspec.Struct, frozen=True):
    """A service in a list."""

    code: Annotated[str, Meta(description="The national procedure code, such as 1.001193.")]
    name: Annotated[str, Meta(description="Its official Vietnamese name.")]
    name_en: Annotated[str | None, Meta(description="An English name; null when nobody has given one.")]
    field: Annotated[NamedOut, Meta(description="The sector it belongs to.")]
    tiers: Annotated[
        tuple[str, ...], Meta(description="Tiers that decide it: ministry, province, commune, other.")
    ]
    levels: Annotated[
        tuple[Level, ...],
        Meta(description="The levels its offerings stand at; with `agency`, the level of that one offering."),
    ]


class FacetsOut(msgspec.Struct, frozen=True):
    """How many services each further choice would leave. Each facet is counted under the other filters."""

    field: Annotated[dict[str, int], Meta(description="Services by field code.")]
    tier: Annotated[dict[str, int], Meta(description="Services by tier; one of both tiers counts twice.")]
    level: Annotated[
        dict[str, int], Meta(description="Services that have an offering at the level; counted at each.")
    ]
    agency: Annotated[dict[str, int], Meta(description="Services by the code of an agency that offers them.")]
    rung: Annotated[
        dict[str, int],
        Meta(
            description="Services that have an offering of the class of the law in force: 1 information "
            "only, 2 partly online, 3 end to end, 0 none of these."
        ),
    ] = msgspec.field(name="class")
    audience: Annotated[
        dict[str, int], Meta(description="Services by whom they are for: people, business, organisations.")
    ]
    fee: Annotated[dict[str, int], Meta(description="Services by fee: free, charged, unknown.")]
    online: Annotated[
        dict[str, int],
        Meta(description="Services by whether the record names the online way to file: yes, no, unknown."),
    ]


class ServicePage(msgspec.Struct, frozen=True):
    """One page of services, the best matches first."""

    items: Annotated[tuple[ServiceItem, ...], Meta(description="The services of this page.")]
    total: Annotated[int, Meta(description="All services that match, on every page.")]
    page: Annotated[int | None, Meta(description="This page, counted from 1; null when read by cursor.")]
    page_size: Annotated[int, Meta(description="The most services on a page.")]
    next: Annotated[str | None, Meta(description="The cursor for what follows; null at the end.")]
    facets: Annotated[FacetsOut, Meta(description="Counts for further filters.")]
    instead: Annotated[
        str | None,
        Meta(description="The words that were searched because those asked for find nothing, else null."),
    ]
    perhaps: Annotated[str | None, Meta(description="Other words that find more; null: none are known.")]


class SuggestionOut(msgspec.Struct, frozen=True):
    """What somebody may be typing: a service, or words that people use."""

    name: Annotated[str, Meta(description="The Vietnamese name of the service, or the words.")]
    name_en: Annotated[str | None, Meta(description="The English name; null when there is none.")]
    code: Annotated[str | None, Meta(description="The code of the service; null for words to search for.")]


class SuggestionsOut(msgspec.Struct, frozen=True):
    """Suggestions for what was typed so far."""

    items: Annotated[tuple[SuggestionOut, ...], Meta(description="At most eight, the likeliest first.")]


class PointOut(msgspec.Struct, frozen=True):
    """A point that a registry asks about each service, with its answer."""

    id: Annotated[str, Meta(description="The point.")]
    name: Annotated[WordsOut, Meta(description="What it is called.")]
    meaning: Annotated[WordsOut, Meta(description="What people can do online where it is yes.")]
    answer: Annotated[
        Literal["yes", "no", "not_applicable"] | None,
        Meta(description="What the registry says; null when not known."),
    ]


class ImpliedOut(msgspec.Struct, frozen=True):
    """What the answer to a point says about a criterion that decides a level."""

    point: Annotated[str, Meta(description="The point.")]
    criterion: Annotated[str, Meta(description="The id of the criterion in the scheme.")]
    outcome: Annotated[
        Literal["met", "not_met", "not_applicable"], Meta(description="What follows for it from the answer.")
    ]
    why: Annotated[WordsOut, Meta(description="Why.")]


class PointsOut(msgspec.Struct, frozen=True):
    """The points of a registry, and between which levels they leave the service. They move no level."""

    set: Annotated[str, Meta(description="The set of points.")]
    name: Annotated[WordsOut, Meta(description="What the set is called.")]
    source: Annotated[str, Meta(description="Where the points come from.")]
    points: Annotated[tuple[PointOut, ...], Meta(description="Every point with its answer.")]
    stand: Annotated[
        Literal["all", "some", "none", "void", "unknown"],
        Meta(
            description="Whether all, some or none of the points that apply are online. void: none applies."
        ),
    ]
    scheme: Annotated[str, Meta(description="The scheme whose levels the next two speak of.")]
    lowest: Annotated[
        Level, Meta(description="At least this level by these answers and the record: unknown counts as no.")
    ]
    highest: Annotated[
        Level, Meta(description="At most this level by them: unknown and not applicable count as met.")
    ]
    because: Annotated[
        tuple[ImpliedOut, ...], Meta(description="What the answers say about criteria; nothing else follows.")
    ]
    lacking: Annotated[
        tuple[str, ...],
        Meta(description="Criteria that nothing says are met, of the level above the lowest."),
    ]


class StatedOut(msgspec.Struct, frozen=True):
    """What the registry of a service says beside its record. It stands beside the levels and moves none."""

    points: Annotated[PointsOut | None, Meta(description="Points it answers; null when it answers none.")]
    blockers: Annotated[
        tuple[Blocker, ...], Meta(description="Kinds of what keeps it off line; none named: empty.")
    ]
    obstacles: Annotated[tuple[str, ...], Meta(description="The same in the words of the source.")]
    payment: Annotated[tuple[Payment, ...], Meta(description="Ways to pay fees that it names.")]
    online_from: Annotated[
        str | None,
        Meta(description="Fiscal year it is to be online from, 2030+ for that or later; null: none named."),
    ]


class ServiceOut(msgspec.Struct, frozen=True):
    """A service with every fact its record gives."""

    code: Annotated[str, Meta(description="The national procedure code, such as 1.001193.")]
    name: Annotated[str, Meta(description="Its official Vietnamese name.")]
    name_en: Annotated[str | None, Meta(description="An English name; null when nobody has given one.")]
    field: Annotated[NamedOut, Meta(description="The sector it belongs to.")]
    ministry: Annotated[str | None, Meta(description="The code of the ministry that published it.")]
    tiers: Annotated[
        tuple[str, ...], Meta(description="Tiers that decide it: ministry, province, commune, other.")
    ]
    law_kind: Annotated[
        str | None, Meta(description="delegated: the law leaves details to ministries; local; or other.")
    ]
    decision: Annotated[str | None, Meta(description="Number of the decision that published it.")]
    applicants: Annotated[tuple[str, ...] | None, Meta(description="Who may apply: citizen, enterprise …")]
    channels: Annotated[
        tuple[str, ...] | None, Meta(description="How it can be filed: online, post, in_person.")
    ]
    time_online: Annotated[
        str | None,
        Meta(description="Processing time when filed online: a number and wd (working days), d, h or m."),
    ]
    time_post: Annotated[str | None, Meta(description="Processing time when filed by post, as above.")]
    time_in_person: Annotated[str | None, Meta(description="Processing time when filed in person, as above.")]
    fee_online: Annotated[Fee | None, Meta(description="Whether filing online costs a fee.")]
    fee_post: Annotated[Fee | None, Meta(description="Whether filing by post costs a fee.")]
    fee_in_person: Annotated[Fee | None, Meta(description="Whether filing in person costs a fee.")]
    fee_amounts: Annotated[
        tuple[str, ...] | None, Meta(description="Amounts that the record names, such as 8000 VND.")
    ]
    papers: Annotated[int | None, Meta(description="How many kinds of papers are to be handed in.")]
    forms: Annotated[int | None, Meta(description="How many forms the record carries as files.")]
    result: Annotated[tuple[str, ...] | None, Meta(description="What the applicant receives.")]
    has_steps: Annotated[bool | None, Meta(description="Whether the record describes the steps.")]
    has_conditions: Annotated[bool | None, Meta(description="Whether the record names conditions.")]
    legal: Annotated[tuple[str, ...] | None, Meta(description="Numbers of the legal documents it rests on.")]
    offerings: Annotated[LevelCountsOut, Meta(description="The agencies that offer it, by level.")]
    stated: Annotated[
        StatedOut | None, Meta(description="What its registry says beside; null when it says nothing more.")
    ]
