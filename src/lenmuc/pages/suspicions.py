"""What is worth a second look: every sign with its reason, filtered, page by page, and as a file."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lenmuc.content.everything import Content
from lenmuc.core.answers import Target
from lenmuc.core.checklists import Words
from lenmuc.core.errors import N_, Message
from lenmuc.core.services import Service
from lenmuc.core.suspicions import REASONS, WORDS, Suspect, why
from lenmuc.exports.suspicions import SuspicionRow, write_csv
from lenmuc.pages.comments import comments_href
from lenmuc.pages.public.lists import (
    Choice,
    Option,
    Paging,
    address,
    choices,
    name_of,
    options,
    page_number,
    paging,
)
from lenmuc.pages.visitors import AnyRequest
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import suspicions as suspicions_store
from lenmuc.store.catalogue import AgencyName
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection
from lenmuc.web.access import needs
from lenmuc.web.language import Language
from lenmuc.web.reviews import today
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

PAGE_SIZE = 25
_GUARD = needs("planner", "auditor")


class Row(msgspec.Struct, frozen=True):
    """A suspect by the names that the page shows: where it is, why, and the answers that it is about as
    (criterion, words, address).
    """

    suspect: Suspect
    service: str
    agency: str
    href: str
    reason: str
    why: Message
    answers: tuple[tuple[str, Words, str], ...]


class SuspicionsPage(msgspec.Struct, frozen=True):
    """What `templates/review/suspicions.html` shows. `everything`: how many there are without a filter."""

    rows: tuple[Row, ...]
    total: int
    everything: int
    reasons: tuple[Choice, ...]
    reason: str
    agencies: tuple[Option, ...]
    agency: str
    file: str
    paging: Paging


def answer_href(visit: Visit, criterion: str, target: Target) -> str:
    """Where planners read the answer that stands at a place."""
    platform = f"/{visit.language.code}/platform"
    if target.scope == "platform":
        return f"{platform}/{criterion}"
    if target.scope == "service":
        return f"{platform}/services/{target.service}/{criterion}"
    return comments_href(visit, criterion, target)


def _place_href(code: str, suspect: Suspect) -> str:
    if suspect.service:
        return address(f"/{code}/services/{suspect.service}", {"agency": suspect.agency})
    return f"/{code}/agencies/{suspect.agency}" if suspect.agency else f"/{code}/platform"


def _service_words(services: Mapping[str, Service], suspect: Suspect, language: Language) -> str:
    if not suspect.service:
        return language.gettext(N_("Every service"))
    found = services.get(suspect.service)
    return name_of(found, language) if found else suspect.service


def _agency_words(agencies: Mapping[str, AgencyName], suspect: Suspect, language: Language) -> str:
    if not suspect.agency:
        return language.gettext(N_("for every agency"))
    found = agencies.get(suspect.agency)
    return name_of(found, language) if found else suspect.agency


async def _named(
    conn: Connection, visit: Visit, content: Content, found: Iterable[Suspect], agencies: Sequence[AgencyName]
) -> tuple[Row, ...]:
    """The suspects with the names of their places."""
    found = tuple(found)
    services = await catalogue_store.some_services(
        conn, sorted({one.service for one in found if one.service})
    )
    texts = {c.id: c.text for scheme in content.schemes.values() for c in scheme.criteria}
    bodies, language = {each.code: each for each in agencies}, visit.language
    return tuple(
        Row(
            one,
            _service_words(services, one, language),
            _agency_words(bodies, one, language),
            _place_href(language.code, one),
            language.gettext(WORDS[one.reason]),
            why(one),
            tuple(
                (id, texts[id], answer_href(visit, id, Target(one.agency, one.service)))
                for id in one.criteria
                if id in texts
            ),
        )
        for one in found
    )


def _chosen(found: Iterable[Suspect], reason: str, agency: str) -> list[Suspect]:
    return [one for one in found if reason in ("", one.reason) and agency in ("", one.agency)]


@get("/{lang:str}/suspicions", guards=[_GUARD])
async def list_suspicions(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    reason: FromQuery[str] = "",
    agency: FromQuery[str] = "",
    page: FromQuery[str] = "1",
) -> Response[str]:
    """Everything worth a second look, the most filed first."""
    number, language = page_number(page), visit.language
    reason = reason if reason in REASONS else ""
    path, conditions = f"/{language.code}/suspicions", {"reason": reason, "agency": agency}
    async with db.transaction(visit.who, read_only=True) as conn:
        every = await suspicions_store.suspects(conn, content.scheme, today())
        agencies = await catalogue_store.agency_names(conn)
        found = _chosen(every, reason, agency)
        pages = paging(number, len(found), PAGE_SIZE, path, conditions)
        here = found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
        rows = await _named(conn, visit, content, here, agencies)
    by_reason = Counter(str(one.reason) for one in _chosen(every, "", agency))
    by_agency = Counter(one.agency for one in _chosen(every, reason, "") if one.agency)
    words = [(each, language.gettext(WORDS[each])) for each in REASONS]
    shown = SuspicionsPage(
        rows=rows,
        total=len(found),
        everything=len(every),
        reasons=choices("reason", words, by_reason, reason, path, conditions),
        reason=reason,
        agencies=options(
            [each for each in agencies if by_agency[each.code] or each.code == agency],
            by_agency,
            agency,
            language,
        ),
        agency=agency,
        file=address(f"{path}.csv", conditions),
        paging=pages,
    )
    return render(request, "review/suspicions.html", shown)


@get("/{lang:str}/suspicions.csv", guards=[_GUARD])
async def suspicions_file(
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    reason: FromQuery[str] = "",
    agency: FromQuery[str] = "",
) -> Response[bytes]:
    """The same list whole, as CSV in the language of the page."""
    async with db.transaction(visit.who, read_only=True) as conn:
        every = await suspicions_store.suspects(conn, content.scheme, today())
        agencies = await catalogue_store.agency_names(conn)
        rows = await _named(
            conn, visit, content, _chosen(every, reason if reason in REASONS else "", agency), agencies
        )
    body = write_csv(
        [SuspicionRow(row.suspect, row.service, row.agency, row.reason, row.why) for row in rows],
        visit.language,
    )
    headers = {"Content-Disposition": f'attachment; filename="lenmuc-suspicions-{today()}.csv"'}
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


handlers: list[Any] = [list_suspicions, suspicions_file]
