"""Services in the public contract."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from lenmuc.api.types.shared import Level, LevelCountsOut, NamedOut

Fee = Literal["free", "charged"]
FeeKnown = Literal["free", "charged", "unknown"]
YesNo = Literal["yes", "no", "unknown"]
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
