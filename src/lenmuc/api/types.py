"""The public contract: what goes out and comes in under /api/v1, every field described.

`null` means *not known*, unless a field says something else. A field is never renamed or removed within v1.
"""

import datetime as dt
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Level = Annotated[int, Meta(ge=0, le=4)]
Value = Literal["met", "not_met", "unknown", "not_applicable"]
Reviewed = Literal["self_assessed", "submitted", "verified", "due", "lapsed"]
Blocker = Literal["law", "paper_original", "no_system", "no_budget", "no_data", "other"]
Place = Literal["platform", "agency", "service", "offering"]
Tier = Literal["province", "commune"]
Fee = Literal["free", "charged"]
Quarter = Annotated[str, Meta(pattern=r"^\d{4}Q[1-4]$")]


class WordsOut(msgspec.Struct, frozen=True):
    """One text in both languages."""

    vi: Annotated[str, Meta(description="Vietnamese.")]
    en: Annotated[str, Meta(description="English.")]


class NamedOut(msgspec.Struct, frozen=True):
    """An agency, a service or a field of services, by its code and names."""

    code: Annotated[str, Meta(description="The code to ask for it with.")]
    name: Annotated[str, Meta(description="Its official Vietnamese name.")]
    name_en: Annotated[str | None, Meta(description="An English name; null when nobody has given one.")]


class LevelCountsOut(msgspec.Struct, frozen=True):
    """Offerings by assessed level. Exclusive: each is counted once, at its own level."""

    scheme: Annotated[str, Meta(description="The scheme whose criteria the levels were assessed by.")]
    total: Annotated[int, Meta(description="All offerings counted: the denominator of any share.")]
    level_0: Annotated[int, Meta(description="Offerings that do not reach level 1, or are not known to.")]
    level_1: Annotated[int, Meta(description="Offerings at level 1: information.")]
    level_2: Annotated[int, Meta(description="Offerings at level 2: forms to download.")]
    level_3: Annotated[int, Meta(description="Offerings at level 3: filed online.")]
    level_4: Annotated[int, Meta(description="Offerings at level 4: paid and returned online.")]


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


class AgencyItem(msgspec.Struct, frozen=True):
    """An agency in a list."""

    code: Annotated[str, Meta(description="The code to ask for it with.")]
    name: Annotated[str, Meta(description="Its official Vietnamese name.")]
    name_en: Annotated[str | None, Meta(description="An English name; null when nobody has given one.")]
    kind: Annotated[str, Meta(description="commune, ward, department, office, inspectorate and so on.")]
    tier: Annotated[Tier, Meta(description="province: a body of the city; commune: a ward or commune.")]
    offerings: Annotated[LevelCountsOut, Meta(description="The services it offers, by level.")]


class AgencyList(msgspec.Struct, frozen=True):
    """Agencies: bodies of the city first, then wards and communes, in Vietnamese alphabetical order."""

    items: Annotated[tuple[AgencyItem, ...], Meta(description="The agencies.")]
    total: Annotated[int, Meta(description="How many there are.")]


class AgencyOut(msgspec.Struct, frozen=True):
    """An agency with what is known of it."""

    code: Annotated[str, Meta(description="The code to ask for it with.")]
    name: Annotated[str, Meta(description="Its official Vietnamese name.")]
    name_en: Annotated[str | None, Meta(description="An English name; null when nobody has given one.")]
    kind: Annotated[str, Meta(description="commune, ward, department, office, inspectorate and so on.")]
    tier: Annotated[Tier, Meta(description="province: a body of the city; commune: a ward or commune.")]
    parent: Annotated[str | None, Meta(description="Code of the agency above it, where one is recorded.")]
    official_code: Annotated[str | None, Meta(description="Its code in the national list of units.")]
    valid_from: Annotated[dt.date, Meta(description="The first day on which it exists.")]
    valid_to: Annotated[dt.date | None, Meta(description="The last day; null while no end is known.")]
    confidence: Annotated[
        str | None, Meta(description="How sure the record is: verified or unverified against a source.")
    ]
    offerings: Annotated[LevelCountsOut, Meta(description="The services it offers, by level.")]


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
    page: Annotated[int, Meta(description="This page, counted from 1.")]
    page_size: Annotated[int, Meta(description="The most offerings on a page.")]


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
    since: Annotated[dt.datetime, Meta(description="When it came to this level.")]
    status: Annotated[
        Reviewed, Meta(description="How far somebody else has reviewed the level. due: to be renewed.")
    ]
    verified_at: Annotated[
        dt.datetime | None, Meta(description="When a level of it was verified last; null: never.")
    ]
    verified_until: Annotated[dt.date | None, Meta(description="The last day that this held or holds.")]


class AnswerOut(msgspec.Struct, frozen=True):
    """An answer as a person gave it."""

    criterion: Annotated[str, Meta(description="The criterion it answers.")]
    at: Annotated[Place, Meta(description="Where it stands: for the whole platform down to one offering.")]
    agency: Annotated[str | None, Meta(description="The agency it stands at; null: for every agency.")]
    service: Annotated[str | None, Meta(description="The service it stands at; null: for every service.")]
    value: Annotated[Value, Meta(description="What the person found.")]
    justification: Annotated[str, Meta(description="Why; may be empty.")]
    evidence: Annotated[tuple[str, ...], Meta(description="Links to what shows it.")]
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
        Meta(
            description="The value that counts. proposed: said not to apply, not accepted so far."
        ),
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
    value: Annotated[float, Meta(description="Trips saved over the plan's quarters.")]
    bound: Annotated[float, Meta(description="No plan can save more trips than this.")]
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
    """Roadmaps, newest first."""

    items: Annotated[tuple[RoadmapOut, ...], Meta(description="At most the newest hundred.")]


class PoolOut(msgspec.Struct, frozen=True):
    """People who share their time."""

    id: Annotated[str, Meta(description="Its name: central, or an agency's code.")]
    days: Annotated[tuple[float, ...], Meta(description="Person-days in each quarter.")]


class ItemOut(msgspec.Struct, frozen=True):
    """Work to do once. Fields that are absent have their default."""

    id: Annotated[str, Meta(description="Its name: criterion, then #service and @agency where it has them.")]
    pool: Annotated[str, Meta(description="Whose days it takes.")]
    days: Annotated[float, Meta(description="Person-days, an estimate.")]
    needs: Annotated[tuple[str, ...], Meta(description="Items that come first, or together.")] = ()
    criterion: Annotated[str, Meta(description="The criterion it meets.")] = ""
    target: Annotated[str, Meta(description="Where it meets it.")] = ""
    confirm: Annotated[bool, Meta(description="Nobody knows whether it is met: confirm first.")] = False
    earliest: Annotated[int, Meta(description="Index of the first quarter it may be finished in.")] = 0


class UpgradeOut(msgspec.Struct, frozen=True):
    """A lift of alike offerings to a level. Fields that are absent have their default."""

    id: Annotated[str, Meta(description="Its name.")]
    level: Annotated[int, Meta(description="The level reached.")]
    gain: Annotated[float, Meta(description="Trips saved a quarter once reached.")]
    needs: Annotated[tuple[str, ...], Meta(description="Items that must be finished.")] = ()
    after: Annotated[str, Meta(description="The upgrade that must be reached first.")] = ""
    offerings: Annotated[int, Meta(description="How many offerings it lifts.")] = 1
    filings: Annotated[int, Meta(description="Their filings a year.")] = 0
    agencies: Annotated[
        dict[str, int], Meta(description="Filings a year by agency, where there are several.")
    ] = {}


class ProblemFile(msgspec.Struct, frozen=True):
    """The whole problem, as `lenmuc plan` reads it. Fields that are absent have their default."""

    quarters: Annotated[tuple[str, ...], Meta(description="Names of the quarters, in order.")]
    pools: Annotated[tuple[PoolOut, ...], Meta(description="The people there are.")]
    items: Annotated[tuple[ItemOut, ...], Meta(description="The work.")]
    upgrades: Annotated[tuple[UpgradeOut, ...], Meta(description="What the work makes possible.")]
    discount: Annotated[float, Meta(description="How much less a quarter later counts, as a share.")] = 0.0
    gap: Annotated[float, Meta(description="The proven gap at which the solver may stop: a share.")] = 0.001
    seconds: Annotated[float, Meta(description="The most computing time, in seconds.")] = 60.0


class SolutionFile(msgspec.Struct, frozen=True):
    """The plan and its proof, as `lenmuc plan` writes it. Quarters are indexes into the problem's list."""

    finish: Annotated[dict[str, int], Meta(description="Quarter in which each planned item is finished.")]
    reached: Annotated[dict[str, int], Meta(description="Quarter in which each upgrade is reached.")]
    value: Annotated[float, Meta(description="Trips saved over the plan's quarters.")]
    bound: Annotated[float, Meta(description="No plan can save more trips than this.")]
    gap: Annotated[float, Meta(description="The best plan is at most this share of the value better.")]
    status: Annotated[str, Meta(description="optimal, gap reached, or time limit.")]
    seconds: Annotated[float, Meta(description="Computing time of the solver, in seconds.")]
    columns: Annotated[int, Meta(description="Columns of the model that was solved.")] = 0
    rows: Annotated[int, Meta(description="Rows of the model that was solved.")] = 0


class AliveOut(msgspec.Struct, frozen=True):
    """The program runs."""

    status: Annotated[Literal["ok"], Meta(description="Always ok.")]


class ReadyOut(msgspec.Struct, frozen=True):
    """The program can answer."""

    status: Annotated[Literal["ready"], Meta(description="Always ready.")]
    place: Annotated[str, Meta(description="The place whose catalogue is loaded.")]
    loaded: Annotated[dt.datetime, Meta(description="When it was loaded.")]


class WrongOut(msgspec.Struct, frozen=True):
    """One thing wrong with one field."""

    field: Annotated[str, Meta(description="The parameter or the field of the body.")]
    detail: Annotated[str, Meta(description="What is wrong and what to do.")]


class ProblemOut(msgspec.Struct, frozen=True):
    """What went wrong, as problem+json (RFC 9457), in the language of Accept-Language."""

    title: Annotated[str, Meta(description="The kind of failure.")]
    status: Annotated[int, Meta(description="The HTTP status.")]
    detail: Annotated[str, Meta(description="What happened.")]
    request_id: Annotated[str, Meta(description="Name it when you report the failure.")]
    errors: Annotated[tuple[WrongOut, ...], Meta(description="Absent unless fields are wrong.")] = ()
