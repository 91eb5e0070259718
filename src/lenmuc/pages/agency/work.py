"""My services by what they lack: the list that an agency's staff begin with, and how far they have come."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lenmuc.actions.rounds import progress_of
from lenmuc.content.everything import Content
from lenmuc.core.checklists import LevelMeaning, Scheme, Words
from lenmuc.core.errors import N_
from lenmuc.core.rounds import Progress, Round
from lenmuc.core.search.index import Wanted
from lenmuc.core.services import Agency, Field
from lenmuc.core.text import clean_line, fold
from lenmuc.core.work import (
    PROGRESS,
    REVIEWS,
    FieldProgress,
    WorkRow,
    WorkWish,
    by_field,
    chosen,
    facets,
    next_to_assess,
)
from lenmuc.pages.agency.mine import link, my_agency
from lenmuc.pages.public.lists import (
    TEXT_LIMIT,
    Choice,
    Chosen,
    Paging,
    address,
    choices,
    level_asked,
    level_choices,
    level_label,
    name_of,
    page_number,
    paging,
)
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store import assignments as assignments_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import rounds as rounds_store
from lenmuc.store import work as work_store
from lenmuc.store.assignments import Colleague
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection
from lenmuc.store.search import Finder
from lenmuc.web.access import needs
from lenmuc.web.language import Language
from lenmuc.web.reviews import today
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

PAGE_SIZE = 30
_NAMED = 3  # missing criteria written out in a list; the others are counted
_PROGRESS_WORDS = {
    "untouched": N_("Not started"),
    "begun": N_("Begun"),
    "assessed": N_("Assessed"),
}
_REVIEW_WORDS = {
    "returned": N_("Returned with remarks"),
    "submitted": N_("Waiting for review"),
    "verified": N_("Verified once"),
}


class Row(msgspec.Struct, frozen=True):
    """A service with the first of the criteria it lacks, and how many more there are."""

    work: WorkRow
    missing: tuple[Words, ...]
    more: int


class Group(msgspec.Struct, frozen=True):
    """Services at one level; `next` is the level above, `None` at the top. `total` counts all pages."""

    level: int
    next: LevelMeaning | None
    total: int
    rows: tuple[Row, ...]


class FieldLine(msgspec.Struct, frozen=True):
    """The progress of one field, with its name and the list of what is left in it."""

    name: str
    href: str
    progress: FieldProgress


class WorkPage(msgspec.Struct, frozen=True):
    """What `templates/agency/work.html` shows.

    `rounds` are those that run, each with how far the agency is and the days left. `services` are all of the
    agency, of which `assessed` are; `mine` are assigned to whoever looks, of which `mine_left` are not
    assessed. `next_href` leads to the next one to assess, empty when none is left.
    """

    agency: Agency
    rounds: tuple[tuple[Round, Progress, int], ...]
    services: int
    assessed: int
    mine: int
    mine_left: int
    next_href: str
    by_field: tuple[FieldLine, ...]
    text: str
    keep: tuple[tuple[str, object], ...]
    total: int
    groups: tuple[Group, ...]
    levels: tuple[Choice, ...]
    fields: tuple[Choice, ...]
    progress: tuple[Choice, ...]
    reviews: tuple[Choice, ...]
    assigned: tuple[Choice, ...]
    chosen: tuple[Chosen, ...]
    paging: Paging


def groups(scheme: Scheme, rows: Sequence[WorkRow], counts: Counter[int]) -> tuple[Group, ...]:
    """Rows that come ordered by level, under the level they could rise to."""
    meanings = {level.number: level for level in scheme.levels}

    def row(work: WorkRow) -> Row:
        named = tuple(scheme.criterion(id).text for id in work.missing[:_NAMED] if id in scheme.index)
        return Row(work, named, len(work.missing) - len(named))

    return tuple(
        Group(level, meanings.get(level + 1), counts[level], tuple(row(each) for each in members))
        for level, members in groupby(rows, key=lambda each: each.level)
    )


class Look(msgspec.Struct, frozen=True):
    """What an address asks for: its words as given, and as conditions."""

    text: str
    wish: WorkWish
    conditions: dict[str, object]


def _look(visit: Visit, q: str, level: str, field: str, progress: str, review: str, assigned: str) -> Look:
    text = clean_line(q)[:TEXT_LIMIT]
    text = text if fold(text) else ""
    number = level_asked(level)
    people = {"me": session_of(visit).person, "nobody": 0}
    known = assigned.isascii() and assigned.isdigit() and len(assigned) < 19
    wish = WorkWish(
        number,
        field,
        progress if progress in PROGRESS else "",
        review if review in REVIEWS else "",
        int(assigned) if known else people.get(assigned),
    )
    at = "" if number is None else number
    who = assigned if wish.assigned is not None else ""
    conditions = {"q": text, "level": at, "field": field, "progress": wish.progress, "review": wish.review}
    return Look(text, wish, {**conditions, "assigned": who})


async def _rows(
    conn: Connection, content: Content, agency: str, codes: Sequence[str] | None
) -> list[WorkRow]:
    scheme = content.scheme
    asked = (c.id for c in scheme.criteria if c.role == "defines" and c.scope in ("service", "offering"))
    return await work_store.work_of(conn, agency, asked, codes, scheme.id)


async def _rounds(conn: Connection, content: Content, agency: str) -> tuple[tuple[Round, Progress, int], ...]:
    """The rounds that run for the agency, with how far it is and the days left."""
    day = today()
    running = [each for each in await rounds_store.list_rounds(conn) if each.runs(day)]
    found = [await progress_of(conn, content.schemes, content.scheme, each, agency) for each in running]
    return tuple(
        (each, progress.get(agency, Progress()), each.days_left(day))
        for each, progress in zip(running, found, strict=True)
    )


def _people(language: Language, colleagues: Sequence[Colleague], me: int) -> list[tuple[str, str]]:
    others = [(str(each.id), each.name) for each in colleagues if each.id != me]
    return [
        ("me", language.gettext(N_("Assigned to me"))),
        ("nobody", language.gettext(N_("Assigned to nobody"))),
        *others,
    ]


def _chosen(look: Look, labels: dict[str, dict[str, str]], path: str) -> tuple[Chosen, ...]:
    on = [Chosen(look.text, address(path, look.conditions, q=""))] if look.text else []
    for name, value in look.conditions.items():
        label = labels.get(name, {}).get(str(value))
        if label and value != "":
            on.append(Chosen(label, address(path, look.conditions, **{name: ""})))
    return tuple(on)


@get("/{lang:str}/work", guards=[needs("staff")])
async def work(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    finder: NamedDependency[Finder],
    content: NamedDependency[Content],
    q: FromQuery[str] = "",
    level: FromQuery[str] = "",
    field: FromQuery[str] = "",
    progress: FromQuery[str] = "",
    review: FromQuery[str] = "",
    assigned: FromQuery[str] = "",
    page: FromQuery[str] = "1",
) -> Response[str]:
    """My services, by level and by how little each lacks for the next one."""
    look = _look(visit, q, level, field, progress, review, assigned)
    wanted = Wanted(look.text, session_of(visit).agency)
    codes = (await finder.index()).codes(wanted) if look.text else None
    async with db.transaction(visit.who, read_only=True) as conn:
        agency = await my_agency(conn, visit)
        rows = await _rows(conn, content, agency.code, codes)
        fields = await catalogue_store.all_fields(conn)
        colleagues = await assignments_store.colleagues(conn, agency.code)
        rounds = await _rounds(conn, content, agency.code)
    shown = _page(visit, content, agency, rounds, rows, fields, colleagues, look, page_number(page))
    return render(request, "agency/work.html", shown)


def _page(
    visit: Visit,
    content: Content,
    agency: Agency,
    rounds: tuple[tuple[Round, Progress, int], ...],
    rows: Sequence[WorkRow],
    fields: Sequence[Field],
    colleagues: Sequence[Colleague],
    look: Look,
    number: int,
) -> WorkPage:
    language, path, conditions = visit.language, link(visit), look.conditions
    me = session_of(visit).person
    found, counts = chosen(rows, look.wish), facets(rows, look.wish)
    of_people = {{str(me): "me", "0": "nobody"}.get(who, who): n for who, n in counts["assigned"].items()}
    options = {
        "field": [(each.code, name_of(each, language)) for each in fields],
        "progress": [(name, language.gettext(_PROGRESS_WORDS[name])) for name in PROGRESS],
        "review": [(name, language.gettext(_REVIEW_WORDS[name])) for name in REVIEWS],
        "assigned": _people(language, colleagues, me),
    }
    ways = {
        name: choices(
            name,
            values,
            of_people if name == "assigned" else counts[name],
            str(conditions[name]),
            path,
            conditions,
        )
        for name, values in options.items()
    }
    labels = {name: dict(values) for name, values in options.items()}
    labels["level"] = {str(each): level_label(language, each) for each in range(5)}
    mine = [row for row in rows if row.person == me]
    pages = paging(number, len(found), PAGE_SIZE, path, conditions)
    here = found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    left = next_to_assess(found, me)
    return WorkPage(
        agency=agency,
        rounds=rounds,
        services=len(rows),
        assessed=sum(row.progress == "assessed" for row in rows),
        mine=len(mine),
        mine_left=sum(row.progress != "assessed" for row in mine),
        next_href=link(visit, left.service) if left else "",
        by_field=tuple(
            FieldLine(labels["field"].get(each.field, each.field), address(path, {}, field=each.field), each)
            for each in by_field(rows)
        ),
        text=look.text,
        keep=tuple((name, value) for name, value in conditions.items() if name != "q" and value != ""),
        total=len(found),
        groups=groups(content.scheme, here, Counter(row.level for row in found)),
        levels=level_choices(language, counts["level"], look.wish.level, path, conditions),
        fields=ways["field"],
        progress=ways["progress"],
        reviews=ways["review"],
        assigned=ways["assigned"],
        chosen=_chosen(look, labels, path),
        paging=pages,
    )


@get("/{lang:str}/work/next", guards=[needs("staff")])
async def next_service(
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    after: FromQuery[str] = "",
) -> Response[None]:
    """To the next service of mine that is left to assess; to the list when there is none."""
    async with db.transaction(visit.who, read_only=True) as conn:
        agency = await my_agency(conn, visit)
        rows = await _rows(conn, content, agency.code, None)
    left = next_to_assess(rows, session_of(visit).person, after)
    to = link(visit, left.service) if left else link(visit)
    return Response(None, status_code=303, headers={"Location": to})


handlers = [work, next_service]
