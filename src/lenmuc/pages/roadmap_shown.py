"""A roadmap made ready for its page: rows, folded groups and links, the same for planners and the public."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

import msgspec

from lenmuc.actions.roadmap_view import assumptions
from lenmuc.core.checklists import Words
from lenmuc.core.errors import N_, Message
from lenmuc.core.roadmap.gather import CENTRAL
from lenmuc.core.roadmap.input_words import Labels, goal_words, strictness
from lenmuc.core.roadmap.inputs import GoalResult
from lenmuc.core.roadmap.sentences import criterion_words, place_words, pool_words, why
from lenmuc.core.roadmap.view import Line, PoolLoad, RoadmapView, ServiceGain
from lenmuc.store.catalogue import AgencyName
from lenmuc.store.roadmaps import Roadmap
from lenmuc.web.language import Language

GROUPS_ON_A_PAGE = 30
_FIRST_SERVICES = 12


class QuarterAt(msgspec.Struct, frozen=True):
    """A quarter as headings write it."""

    year: int
    number: int


class Bar(msgspec.Struct, frozen=True):
    """A row of the timeline; see `templates/parts/timeline.html`."""

    first: int
    last: int
    kind: str
    name: str
    note: str = ""
    href: str = ""


class Load(msgspec.Struct, frozen=True):
    """One pool, or several together: person-days worked and there are, items done, by quarter and in all."""

    name: Message
    days: tuple[float, ...]
    busy: tuple[float, ...]
    items: tuple[int, ...]
    left_out: int

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of the days that is used in each quarter, from 0 to 1."""
        return tuple(busy / have if have else 0.0 for busy, have in zip(self.busy, self.days, strict=True))

    @property
    def all_days(self) -> float:
        """Person-days there are."""
        return sum(self.days)

    @property
    def all_busy(self) -> float:
        """Person-days worked."""
        return round(sum(self.busy), 4)


class Row(msgspec.Struct, frozen=True):
    """One work item of a group: `id` of its criterion, `item` its own. `quarter` is its place in the plan's
    quarters, `None` outside the plan.
    """

    id: str
    item: str
    name: Words | str | Message
    who: Message
    days: float
    quarter: int | None
    confirm: bool
    why: Message


class Group(msgspec.Struct, frozen=True):
    """Items that belong together. `last` is the quarter (place) in which the last planned one is done."""

    title: Words | str | Message
    code: str
    rows: tuple[Row, ...]
    days: float
    planned: int
    last: int | None
    offerings: int


class Shown(msgspec.Struct, frozen=True):
    """A finished roadmap as `templates/public/_roadmap.html` shows it.

    `address` is the page's own, without its query; `part` the query that keeps the agency. `groups` are those
    of the page `number` of `of`; `outside` says that it is the list of what is not in the plan.
    `goals`: each target, how strict it is, and what came of it. `studied`: the reader may ask for more below
    the address: why an item is not sooner, what more days bring.
    """

    roadmap: Roadmap
    view: RoadmapView
    scheme: Words
    scope: Words | None
    agency: str
    address: str
    part: str
    quarters: tuple[QuarterAt, ...]
    bars: tuple[Bar, ...]
    loads: tuple[Load, ...]
    every_load: tuple[Load, ...]
    groups: tuple[Group, ...]
    outside: bool
    inside_count: int
    outside_count: int
    number: int
    of: int
    previous: str
    next: str
    links: tuple[tuple[int, str], ...]
    first_services: tuple[tuple[ServiceGain, Words | str], ...]
    filings_all: int
    assumptions: tuple[Message, ...]
    agencies: tuple[tuple[str, str], ...]
    goals: tuple[tuple[Message, Message, GoalResult], ...] = ()
    studied: bool = False


def shown(
    roadmap: Roadmap,
    view: RoadmapView,
    *,
    scheme: Words,
    agencies: Sequence[AgencyName],
    language: Language,
    address: str,
    page: int,
    outside: bool,
    fields: Mapping[str, Words] | None = None,
    studied: bool = False,
) -> Shown:
    """The page of a roadmap. `page` beyond the last is the last."""
    groups = grouped(view)
    inside = sorted((g for g in groups if g.planned), key=lambda g: (g.last or 0, -g.offerings))
    left = [only_outside(group) for group in groups if group.planned < len(group.rows)]
    chosen = left if outside else inside
    of = max(1, -(-len(chosen) // GROUPS_ON_A_PAGE))
    page = min(max(page, 1), of)

    def link(number: int) -> str:
        query = (("agency", view.agency), ("show", "outside" if outside else ""), ("page", number))
        kept = urlencode([(name, value) for name, value in query if value and value != 1])
        return f"{address}?{kept}#work" if kept else f"{address}#work"

    near = sorted({1, of, *range(max(1, page - 1), min(of, page + 1) + 1)})
    code = view.agency or roadmap.agency
    labels = Labels(view.names.agencies, fields or {}, view.names.criteria, view.names.services)
    results = roadmap.summary.goals if roadmap.summary and not view.agency else ()
    tiers = {each.code: each.tier for each in agencies}
    with_part = {lift.agency for lift in view.lifts} if not code else set()
    return Shown(
        roadmap=roadmap,
        view=view,
        scheme=scheme,
        scope=view.names.agencies.get(code),
        agency=view.agency,
        address=address,
        part=f"?agency={view.agency}" if view.agency else "",
        quarters=tuple(QuarterAt(int(name[:4]), int(name[5:])) for name in view.quarters),
        bars=tuple(bars(view, language)),
        loads=summed_loads(view, tiers),
        every_load=tuple(_together(pool_words(view, pool.pool), [pool]) for pool in view.pools),
        groups=tuple(chosen[(page - 1) * GROUPS_ON_A_PAGE : page * GROUPS_ON_A_PAGE]),
        outside=outside,
        inside_count=view.planned,
        outside_count=len(view.lines) - view.planned,
        number=page,
        of=of,
        previous=link(page - 1) if page > 1 else "",
        next=link(page + 1) if page < of else "",
        links=tuple((number, link(number)) for number in near),
        first_services=first_services(view),
        filings_all=sum(lift.filings for lift in view.lifts),
        assumptions=assumptions(roadmap.settings, view.names),
        agencies=tuple((each.code, name_in(each, language)) for each in agencies if each.code in with_part),
        goals=tuple((goal_words(labels, r.goal), strictness(r.goal), r) for r in results),
        studied=studied,
    )


def name_in(agency: AgencyName, language: Language) -> str:
    """The name of an agency in a language; the Vietnamese one where there is no other."""
    return (agency.name_en or agency.name) if language.code == "en" else agency.name


def first_services(view: RoadmapView) -> tuple[tuple[ServiceGain, Words | str], ...]:
    """The services with the most filings that the plan brings to level 3, with their names."""
    risen = [gain for gain in view.services if gain.at_3]
    risen.sort(key=lambda gain: (-gain.filings, gain.service))
    names = view.names.services
    return tuple((gain, names.get(gain.service, gain.service)) for gain in risen[:_FIRST_SERVICES])


def grouped(view: RoadmapView) -> list[Group]:
    """The items by what they belong to: the platform, one criterion of all agencies, or one service."""
    found: dict[tuple[str, str], list[Line]] = {}
    for line in view.lines:
        by_agency = bool(line.agency and not line.service)
        key = (line.service, line.criterion if by_agency else "")
        found.setdefault(key, []).append(line)
    return [_group(view, service, criterion, lines) for (service, criterion), lines in found.items()]


def _group(view: RoadmapView, service: str, criterion: str, lines: Sequence[Line]) -> Group:
    title: Words | str | Message
    if service:
        title = view.names.services.get(service, service)
    elif criterion:
        title = criterion_words(view, lines[0])
    else:
        title = Message(N_("Shared work, done once for the whole city"))
    planned = [line.quarter for line in lines if line.quarter is not None]
    late = len(view.quarters)
    ordered = sorted(lines, key=lambda line: late if line.quarter is None else line.quarter)
    return Group(
        title=title,
        code=service or criterion,
        rows=tuple(
            Row(
                id=line.criterion,
                item=line.id,
                name=place_words(view, line) if criterion else criterion_words(view, line),
                who=pool_words(view, line.pool),
                days=line.days,
                quarter=line.quarter,
                confirm=line.confirm,
                why=why(view, line),
            )
            for line in ordered
        ),
        days=sum(line.days for line in lines),
        planned=len(planned),
        last=max(planned) if planned else None,
        offerings=max(line.serves.offerings for line in lines),
    )


def only_outside(group: Group) -> Group:
    """The items of a group that are not in the plan."""
    rows = tuple(row for row in group.rows if row.quarter is None)
    return msgspec.structs.replace(group, rows=rows, days=sum(row.days for row in rows), planned=0, last=None)


def summed_loads(view: RoadmapView, tiers: Mapping[str, str]) -> tuple[Load, ...]:
    """The central team, all city bodies together and all wards together, as far as they have work."""
    kinds = (
        (N_("Central team"), [pool for pool in view.pools if pool.pool == CENTRAL]),
        (N_("City bodies together"), [p for p in view.pools if tiers.get(p.pool) == "province"]),
        (N_("Wards and communes together"), [p for p in view.pools if tiers.get(p.pool) == "commune"]),
    )
    return tuple(_together(Message(name), pools) for name, pools in kinds if pools)


def _together(name: Message, pools: Sequence[PoolLoad]) -> Load:
    return Load(
        name,
        tuple(map(sum, zip(*(pool.days for pool in pools), strict=True))),
        tuple(map(sum, zip(*(pool.busy for pool in pools), strict=True))),
        tuple(map(sum, zip(*(pool.items for pool in pools), strict=True))),
        sum(pool.left_out for pool in pools),
    )


def bars(view: RoadmapView, language: Language) -> Iterable[Bar]:
    """The timeline: each shared work, the agencies' and services' work by quarter, and what is reached."""
    for line in view.lines:
        if line.on_platform and line.begin is not None and line.quarter is not None:
            text = N_("%(days)s person-days of the central team; %(offerings)s offerings need it")
            days, offerings = language.number(line.days, 2 if line.days % 1 else 0), line.serves.offerings
            note = language.gettext(text, days=days, offerings=language.number(offerings))
            yield Bar(line.begin, line.quarter, "shared", _said(criterion_words(view, line), language), note)
    for quarter in range(len(view.quarters)):
        yield from _work_of(view, quarter, language)
        step = view.steps[quarter]
        if step.new_3 or step.new_4:
            text = N_("%(three)s offerings reach level 3, %(four)s reach level 4")
            name = language.gettext(text, three=language.number(step.new_3), four=language.number(step.new_4))
            yield Bar(quarter, quarter, "gain", name)


def _work_of(view: RoadmapView, quarter: int, language: Language) -> Iterable[Bar]:
    done = [line for line in view.lines if line.quarter == quarter and not line.on_platform]
    by_criterion: dict[str, list[Line]] = {}
    for line in done:
        if not line.service:
            by_criterion.setdefault(line.criterion, []).append(line)
    for lines in by_criterion.values():
        count = len(lines)
        note = language.ngettext("in %(num)s agency", "in %(num)s agencies", count)
        first = min(line.begin for line in lines if line.begin is not None)
        yield Bar(first, quarter, "work", _said(criterion_words(view, lines[0]), language), note)
    own = [line for line in done if line.service]
    if own:
        services = len({line.service for line in own})
        text = N_("Work on %(services)s services: %(items)s items, %(days)s person-days")
        days = language.number(sum(line.days for line in own))
        name = language.gettext(
            text, services=language.number(services), items=language.number(len(own)), days=days
        )
        yield Bar(quarter, quarter, "work", name)


def _said(words: Words | str, language: Language) -> str:
    return words if isinstance(words, str) else language.pick(words)
