"""Services in the public contract."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from lenmuc.api.types.shared import Level, LevelCountsOut, NamedOut

Fee = Literal["free", "charged"]


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
    agency: Annotated[
        dict[str, int], Meta(description="Services by agency code; empty when one agency was asked for.")
    ]


class ServicePage(msgspec.Struct, frozen=True):
    """One page of services, the best matches first."""

    items: Annotated[tuple[ServiceItem, ...], Meta(description="The services of this page.")]
    total: Annotated[int, Meta(description="All services that match, on every page.")]
    page: Annotated[int, Meta(description="This page, counted from 1.")]
    page_size: Annotated[int, Meta(description="The most services on a page.")]
    facets: Annotated[FacetsOut, Meta(description="Counts for further filters.")]


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
