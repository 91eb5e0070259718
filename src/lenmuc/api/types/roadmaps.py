"""Roadmaps in the public contract. Their problem and solution are the files of `lenmuc plan` as they are."""

import datetime as dt
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Quarter = Annotated[str, Meta(pattern=r"^\d{4}Q[1-4]$")]


class PlanIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A roadmap to compute. Days are person-days a quarter."""

    name: Annotated[str, Meta(min_length=1, max_length=200, description="What the roadmap is called.")]
    first_quarter: Annotated[Quarter, Meta(description="The first quarter, such as 2027Q1.")]
    quarters: Annotated[int, Meta(ge=1, le=20, description="How many quarters.")]
    central_days: Annotated[float, Meta(ge=0, le=1e6, description="Days of the city's central team.")]
    body_days: Annotated[float, Meta(ge=0, le=1e6, description="Days of each body of the city.")]
    ward_days: Annotated[float, Meta(ge=0, le=1e6, description="Days of each ward or commune.")]
    agency: Annotated[
        Annotated[str, Meta(min_length=1, max_length=40)] | None,
        Meta(description="Code of the agency to plan for; null for the whole place."),
    ] = None
    seconds: Annotated[float, Meta(ge=1, le=600, description="The most computing time, in seconds.")] = 60.0


class PlanOut(msgspec.Struct, frozen=True):
    """What a roadmap was asked to be. Days are person-days a quarter."""

    first_quarter: Annotated[str, Meta(description="The first quarter, such as 2027Q1.")]
    quarters: Annotated[int, Meta(description="How many quarters.")]
    central_days: Annotated[float, Meta(description="Days of the city's central team.")]
    body_days: Annotated[float, Meta(description="Days of each body of the city.")]
    ward_days: Annotated[float, Meta(description="Days of each ward or commune.")]
    seconds: Annotated[float, Meta(description="The most computing time, in seconds.")]


class SummaryOut(msgspec.Struct, frozen=True):
    """The figures of a finished roadmap. Offerings are counted at a level or above it."""

    offerings: Annotated[int, Meta(description="All offerings it looks at: the denominator.")]
    at_3_before: Annotated[int, Meta(description="Offerings at level 3 or above when it was computed.")]
    at_4_before: Annotated[int, Meta(description="Offerings at level 4 when it was computed.")]
    at_3_after: Annotated[int, Meta(description="Offerings at level 3 or above when the plan is done.")]
    at_4_after: Annotated[int, Meta(description="Offerings at level 4 when the plan is done.")]
    filings_3_after: Annotated[int, Meta(description="Filings a year of the offerings lifted to level 3.")]
    filings_4_after: Annotated[int, Meta(description="Filings a year of the offerings lifted to level 4.")]
    filings_illustrative: Annotated[
        bool, Meta(description="true: numbers of filings, and so the value, rest on made-up figures.")
    ]
    items: Annotated[int, Meta(description="Work items that the offerings lack.")]
    planned: Annotated[int, Meta(description="Work items that the plan finishes.")]
    value: Annotated[
        float,
        Meta(
            description="What the plan reaches by what it aims for: trips saved over its quarters, unless it "
            "was asked for something else."
        ),
    ]
    bound: Annotated[float, Meta(description="No plan can reach more than this.")]
    gap: Annotated[float, Meta(description="The best plan is at most this share of the value better.")]
    status: Annotated[str, Meta(description="optimal, gap reached, or time limit.")]
    seconds: Annotated[float, Meta(description="Computing time of the solver, in seconds.")]


class RoadmapOut(msgspec.Struct, frozen=True):
    """A roadmap."""

    id: Annotated[int, Meta(description="Its number.")]
    name: Annotated[str, Meta(description="What it is called.")]
    agency: Annotated[str | None, Meta(description="The agency it plans for; null: the whole place.")]
    scheme: Annotated[str, Meta(description="The scheme whose criteria it plans by.")]
    status: Annotated[
        Literal["computing", "ready", "failed"], Meta(description="Problem and solution exist when ready.")
    ]
    published: Annotated[bool, Meta(description="Whether the public sees it.")]
    settings: Annotated[PlanOut, Meta(description="What was asked for.")]
    summary: Annotated[SummaryOut | None, Meta(description="Its figures; null until it is ready.")]
    failure: Annotated[str | None, Meta(description="Why there is no plan; null unless it failed.")]
    by: Annotated[str | None, Meta(description="The planner's name; null for the public.")]
    created: Annotated[dt.datetime, Meta(description="When it was asked for.")]
    finished: Annotated[dt.datetime | None, Meta(description="When it was ready or failed; null before.")]


class RoadmapList(msgspec.Struct, frozen=True):
    """Roadmaps: approved ones first, then newest first."""

    items: Annotated[tuple[RoadmapOut, ...], Meta(description="Those of this page that the reader may see.")]
    next: Annotated[str | None, Meta(description="The cursor for what follows; null at the end.")]
