"""Agencies in the public contract."""

import datetime as dt
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from lenmuc.api.types.shared import LevelCountsOut

Tier = Literal["province", "commune"]
AgencyTier = Literal["ministry", "province", "commune"]


class AgencyItem(msgspec.Struct, frozen=True):
    """An agency in a list."""

    code: Annotated[str, Meta(description="The code to ask for it with.")]
    name: Annotated[str, Meta(description="Its official Vietnamese name.")]
    name_en: Annotated[str | None, Meta(description="An English name; null when nobody has given one.")]
    kind: Annotated[str, Meta(description="commune, ward, department, office, inspectorate and so on.")]
    tier: Annotated[
        AgencyTier,
        Meta(
            description="ministry: a national body; province: a body of the city; commune: a ward or commune."
        ),
    ]
    offerings: Annotated[LevelCountsOut, Meta(description="The services it offers, by level.")]


class AgencyList(msgspec.Struct, frozen=True):
    """Agencies: bodies of the city first, then wards and communes, in Vietnamese alphabetical order."""

    items: Annotated[tuple[AgencyItem, ...], Meta(description="The agencies.")]
    total: Annotated[int, Meta(description="How many there are.")]
    next: Annotated[str | None, Meta(description="The cursor for what follows; null at the end.")]


class AgencyOut(msgspec.Struct, frozen=True):
    """An agency with what is known of it."""

    code: Annotated[str, Meta(description="The code to ask for it with.")]
    name: Annotated[str, Meta(description="Its official Vietnamese name.")]
    name_en: Annotated[str | None, Meta(description="An English name; null when nobody has given one.")]
    kind: Annotated[str, Meta(description="commune, ward, department, office, inspectorate and so on.")]
    tier: Annotated[
        AgencyTier,
        Meta(
            description="ministry: a national body; province: a body of the city; commune: a ward or commune."
        ),
    ]
    parent: Annotated[str | None, Meta(description="Code of the agency above it, where one is recorded.")]
    official_code: Annotated[str | None, Meta(description="Its code in the national list of units.")]
    valid_from: Annotated[dt.date, Meta(description="The first day on which it exists.")]
    valid_to: Annotated[dt.date | None, Meta(description="The last day; null while no end is known.")]
    confidence: Annotated[
        str | None, Meta(description="How sure the record is: verified or unverified against a source.")
    ]
    offerings: Annotated[LevelCountsOut, Meta(description="The services it offers, by level.")]
