"""One service as a citizen reads it: what works online today, who offers it, what is missing, the facts."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions.classes import Class, Ground, classes_of
from lenmuc.actions.stated import PointsSaid, points_said
from lenmuc.content.catalogue import Ministry
from lenmuc.content.everything import Content
from lenmuc.core.checklists import Criterion, Scheme, Words, citation
from lenmuc.core.errors import N_, NotFound
from lenmuc.core.levels import LEVELS, LevelCounts
from lenmuc.core.links import Link, read_link
from lenmuc.core.reviews import LevelStatus
from lenmuc.core.services import CHANNELS, Agency, Field, Service, has_fee
from lenmuc.core.stated import Stated
from lenmuc.exports.open.cpsv import about
from lenmuc.exports.open.schema_org import government_service
from lenmuc.pages.public.plans import Planned, Plans
from lenmuc.pages.public.voice.heard import Voice, voice_of
from lenmuc.settings import Settings
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import evidence as evidence_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store import standings as standings_store
from lenmuc.store import stated as stated_store
from lenmuc.store.database import Database
from lenmuc.store.evidence import Shown
from lenmuc.store.offerings import LevelChange, Offering, OfferingRow
from lenmuc.store.standings import StandingCount
from lenmuc.web.access import anyone
from lenmuc.web.addresses import addresses
from lenmuc.web.caching import OF_SERVICE, PUBLIC
from lenmuc.web.language import Language
from lenmuc.web.reviews import NOT_REVIEWED, in_words_order, public_statuses
from lenmuc.web.templating import render


class Channel(msgspec.Struct, frozen=True):
    """A way to file: whether the record names it (`None`: it names no way at all), its time and its fee."""

    name: str
    named: bool | None
    time: str
    fee: str


class Amount(msgspec.Struct, frozen=True):
    """A sum of money as the record gives it."""

    number: int
    currency: str


class AtLevel(msgspec.Struct, frozen=True):
    """The offerings of the service at one level; `statuses` counts them by the status of that level."""

    level: int
    bodies: tuple[OfferingRow, ...]
    wards: tuple[OfferingRow, ...]
    statuses: tuple[tuple[str, int], ...] = ()


class Lacking(msgspec.Struct, frozen=True):
    """A criterion, its article of law, and how many of the offerings in question lack it."""

    criterion: Criterion
    law: str
    offerings: int


class Gap(msgspec.Struct, frozen=True):
    """What stands between so many offerings and `level`, the next one for them."""

    level: int
    offerings: int
    lacking: tuple[Lacking, ...]


class Spread(msgspec.Struct, frozen=True):
    """How many offerings stand at each level of a scheme, the highest level first: (level, offerings)."""

    scheme: Scheme
    levels: tuple[tuple[int, int], ...]


class Behind(msgspec.Struct, frozen=True):
    """What carries one level: its criteria, each with its article of law."""

    level: int
    lines: tuple[tuple[Ground, str], ...]


class Proof(msgspec.Struct, frozen=True):
    """Evidence under a verified level. `link` is empty for a file, and for a link that is not public."""

    title: str
    link: str
    file: bool
    day: dt.date


class TakesPart(msgspec.Struct, frozen=True):
    """An agency that takes part in an interlinked service, and what it does; `code` is that of the service
    that this is when it is asked for alone, or empty.
    """

    agency: Agency
    part: Words
    code: str


class ServicePage(msgspec.Struct, frozen=True):
    """What `templates/public/service.html` shows. `chosen` is the offering in question where there is one.

    `filings` is a year's number over what the page is about, `None` when not known; `several` says that more
    than one agency offers the service; `highest` is the best level of any offering. `linked` is JSON-LD for
    search engines, safe in a `script` element. `stated` is what the registry says beside the record, `said`
    its points; `language` is the one of its names. `parts` are those of an interlinked service that other
    agencies carry out.
    """

    service: Service
    field: Field | None
    ministry: Ministry | None
    fee: bool | None
    channels: tuple[Channel, ...]
    amounts: tuple[Amount, ...]
    scheme: Scheme
    counts: LevelCounts
    at_levels: tuple[AtLevel, ...]
    chosen: OfferingRow | None
    declared: int | None
    history: tuple[LevelChange, ...]
    behind: tuple[Behind, ...]
    proofs: Mapping[str, tuple[Proof, ...]]
    gaps: tuple[Gap, ...]
    classes: tuple[Class, ...]
    spread: tuple[Spread, ...]
    filings: int | None
    filings_online: int | None
    illustrative: bool
    planned: Planned | None
    last_work: dict[str, Words]
    status: LevelStatus
    linked: str
    voice: Voice
    stated: Stated
    said: PointsSaid | None
    language: str
    parts: tuple[TakesPart, ...]

    @property
    def several(self) -> bool:
        """More than one agency offers it."""
        return self.counts.total > 1

    @property
    def highest(self) -> int:
        """The best level of any offering."""
        return max((at.level for at in self.at_levels), default=0)


def parts_of(content: Content, code: str) -> tuple[TakesPart, ...]:
    """Who takes part in the service beside those that offer it."""
    named = {agency.code: agency for agency in content.catalogue.agencies}
    return tuple(
        TakesPart(named[each.agency], Words(each.part, each.part_en), each.part_service)
        for each in content.catalogue.parts
        if each.service == code
    )


def channels_of(service: Service) -> tuple[Channel, ...]:
    """The three ways to file, as the record gives them."""
    return tuple(
        Channel(
            name,
            name in service.channels if service.channels else None,
            getattr(service, f"time_{name}"),
            getattr(service, f"fee_{name}"),
        )
        for name in CHANNELS
    )


def amounts_of(service: Service) -> tuple[Amount, ...]:
    """The sums of money of the record; what is no whole number with a currency is left out."""
    parts = (amount.partition(" ") for amount in service.fee_amounts)
    return tuple(Amount(int(number), currency) for number, _, currency in parts if number.isdecimal())


def by_level(
    rows: Iterable[OfferingRow], statuses: Mapping[tuple[str, str], LevelStatus]
) -> tuple[AtLevel, ...]:
    """The offerings by level, the highest level first."""
    rows = tuple(rows)
    groups = []
    for level in reversed(LEVELS):
        bodies = tuple(row for row in rows if row.level == level and row.tier != "commune")
        wards = tuple(row for row in rows if row.level == level and row.tier == "commune")
        if bodies or wards:
            counted = Counter(
                statuses.get((row.service, row.agency), NOT_REVIEWED).status for row in (*bodies, *wards)
            )
            groups.append(AtLevel(level, bodies, wards, in_words_order(counted)))
    return tuple(groups)


def gaps_of(scheme: Scheme, rows: Iterable[OfferingRow], code: str) -> tuple[Gap, ...]:
    """What is missing for the next level, for all offerings at one level together; law in language `code`."""
    rows = tuple(rows)
    found = []
    for level in LEVELS[:-1]:
        here = [row for row in rows if row.level == level and row.missing]
        counted = Counter(criterion for row in here for criterion in row.missing)
        lacking = tuple(
            Lacking(c, citation(c.basis[0], code), counted[c.id]) for c in scheme.criteria if c.id in counted
        )
        if here:
            found.append(Gap(level + 1, len(here), lacking))
    return tuple(found)


def behind(classes: Iterable[Class], code: str) -> tuple[Behind, ...]:
    """The criteria that carry the level by the first of `classes`, the highest level first."""
    grounds = next((found.grounds for found in classes), ())
    numbers = sorted({ground.criterion.level for ground in grounds}, reverse=True)
    return tuple(
        Behind(
            number,
            tuple((g, citation(g.criterion.basis[0], code)) for g in grounds if g.criterion.level == number),
        )
        for number in numbers
    )


def proofs_of(shown: Iterable[Shown]) -> dict[str, tuple[Proof, ...]]:
    """Evidence by criterion. A link is one only where it leads to a public address over HTTPS."""
    found: dict[str, tuple[Proof, ...]] = {}
    for each in shown:
        link = each.link if isinstance(read_link(each.link), Link) else ""
        if each.title or link:
            proof = Proof(each.title or link, link, each.kind == "file", each.day)
            found[each.criterion] = (*found.get(each.criterion, ()), proof)
    return found


def filings_of(rows: Iterable[OfferingRow]) -> int | None:
    """Filings a year of these offerings together; `None` when no figure is known."""
    known = [row.filings for row in rows if row.filings is not None]
    return sum(known) if known else None


def chosen_of(rows: list[OfferingRow], agency: str) -> OfferingRow | None:
    """The offering that the page is about: that of `agency`, or the only one. Raises `NotFound`."""
    if not agency:
        return rows[0] if len(rows) == 1 else None
    found = next((row for row in rows if row.agency == agency), None)
    if found is None:
        raise NotFound(N_("No agency with this code offers this service."))
    return found


def newest(classes: Iterable[Class]) -> tuple[Class, ...]:
    """Classes by the newest law first; those that nobody has answered anything for stand last."""
    return tuple(sorted(classes, key=lambda c: (not (c.level or c.known), -c.scheme.valid_from.toordinal())))


def spread_of(content: Content, counts: Iterable[StandingCount]) -> tuple[Spread, ...]:
    """The offerings of a service by every scheme beside the main one, the newest law first."""
    by_scheme: dict[str, list[tuple[int, int]]] = {}
    for count in counts:
        by_scheme.setdefault(count.scheme, []).append((count.level, count.offerings))
    found = [
        Spread(content.schemes[id], tuple(levels))
        for id, levels in by_scheme.items()
        if id in content.schemes
    ]
    return tuple(sorted(found, key=lambda s: s.scheme.valid_from, reverse=True))


def for_search_engines(
    settings: Settings, language: Language, service: Service, field: Field | None, rows: Iterable[OfferingRow]
) -> str:
    """The service in schema.org, with who offers it."""
    vi = language.code == "vi"
    offers = [(row.agency, row.name if vi else row.name_en or row.name) for row in rows]
    said = about(service, field).in_(language.code)
    return government_service(addresses(settings), service, offers, said, language.code)


_plans = Plans()


@get("/{lang:str}/services/{code:str}", guards=[anyone], opt={**PUBLIC, **OF_SERVICE})
async def show_service(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    language: NamedDependency[Language],
    settings: NamedDependency[Settings],
    code: FromPath[str],
    agency: FromQuery[str] = "",
) -> Response[str]:
    """The service, with `?agency=` as one agency offers it."""
    history: list[LevelChange] = []
    shown: list[Shown] = []
    offering: Offering | None = None
    async with db.transaction(read_only=True) as conn:
        service = await catalogue_store.find_service(conn, code)
        if service is None:
            raise NotFound(N_("There is no service with this code."))
        field = await catalogue_store.find_field(conn, service.field)
        rows = await offerings_store.offerings_of_service(conn, code)
        chosen = chosen_of(rows, agency)
        if chosen:
            offering = await offerings_store.find_offering(conn, chosen.id)
            history = await offerings_store.level_history(conn, chosen.id, content.scheme.id)
            shown = await evidence_store.public_evidence(conn, content.scheme.id, code, chosen.agency)
        planned = await _plans.of_service(
            conn, code, {row.agency for row in rows}, chosen.agency if chosen else ""
        )
        counts = await offerings_store.count_levels(conn, service=code)
        standings = [] if chosen else await standings_store.count_standings(conn, code)
        statuses = await public_statuses(conn, content.scheme, settings, service=code)
        below = any(row.level < 3 for row in ([chosen] if chosen else rows))
        voice = await voice_of(conn, content.scheme, code, chosen.agency if chosen else "", below)
        stated = await stated_store.stated_of_one(conn, code)
        loaded = await catalogue_store.loaded_catalogue(conn)
        first = offering or (await offerings_store.find_offering(conn, rows[0].id) if rows else None)
    about = [chosen] if chosen else rows
    classes = await classes_of(db, content, service, offering) if offering else ()
    page = ServicePage(
        service=service,
        field=field,
        ministry=next((m for m in content.catalogue.ministries if m.code == service.ministry), None),
        fee=has_fee(service),
        channels=channels_of(service),
        amounts=amounts_of(service),
        scheme=content.scheme,
        counts=counts,
        at_levels=by_level(rows, statuses),
        chosen=chosen,
        declared=offering.declared if offering else None,
        history=tuple(history),
        behind=behind(classes, language.code),
        proofs=proofs_of(shown),
        gaps=gaps_of(content.scheme, about, language.code),
        classes=newest(classes[1:]),
        spread=spread_of(content, standings),
        filings=filings_of(about),
        filings_online=offering.online_filings if offering else None,
        illustrative=first.filings_illustrative if first else False,
        planned=planned,
        last_work={each.id: each.text for each in content.scheme.criteria} if planned else {},
        status=statuses.get((code, chosen.agency), NOT_REVIEWED) if chosen else NOT_REVIEWED,
        linked=for_search_engines(settings, language, service, field, rows),
        voice=voice,
        stated=stated,
        said=points_said(content, service, stated),
        language=loaded.language if loaded else "vi",
        parts=parts_of(content, code),
    )
    return render(request, "public/service.html", page)


handlers = [show_service]
