"""The checklist of one service at my agency, and one criterion of it."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions.answering import criterion_of
from lenmuc.actions.foreseeing import foresee
from lenmuc.content.everything import Content
from lenmuc.core.answers import Answer, Target
from lenmuc.core.checklists import LevelMeaning, Scheme
from lenmuc.core.errors import N_
from lenmuc.core.readiness import effective, settle
from lenmuc.core.services import Agency, Service, facts
from lenmuc.pages.agency.mine import WHO, link, my_agency, my_offering
from lenmuc.pages.answering import (
    AnyRequest,
    Confirmation,
    Load,
    Place,
    named,
    save_criterion,
    session_of,
    show_criterion,
    small,
)
from lenmuc.pages.checklist import Ask, Checklist, Line, checklist, source, trail
from lenmuc.store.database import Database
from lenmuc.store.offerings import Offering
from lenmuc.store.queries import Connection
from lenmuc.web.access import needs
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit


class ChecklistPage(msgspec.Struct, frozen=True):
    """What `templates/agency/checklist.html` shows; `missing` are the lines that the next level lacks."""

    agency: Agency
    service: Service
    offering: Offering
    next: LevelMeaning | None
    missing: tuple[Line, ...]
    checklist: Checklist
    saved: Confirmation | None


@get("/{lang:str}/work/{code:str}", guards=[needs("staff")])
async def one_checklist(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    code: FromPath[str],
    saved: FromQuery[str] = "",
    before: FromQuery[str] = "",
) -> Response[str]:
    """What one service of mine lacks for its next level, then its whole checklist."""
    scheme = content.scheme
    async with db.transaction(visit.who, read_only=True) as conn:
        agency = await my_agency(conn, visit)
        service, offering, answers = await my_offering(conn, visit, code)
    ask = Ask(lambda c: link(visit, code, c.id), lambda c: WHO[c.scope])
    whole = checklist(scheme, facts(service), answers, ask)
    lines = {line.criterion.id: line for block in whole.steps for line in block.lines}
    shown = ChecklistPage(
        agency=agency,
        service=service,
        offering=offering,
        next=next((level for level in scheme.levels if level.number == offering.level + 1), None),
        missing=tuple(lines[id] for id in offering.missing if id in lines),
        checklist=whole,
        saved=_confirmation(scheme, answers, saved, before, offering.level),
    )
    return render(request, "agency/checklist.html", shown)


def _confirmation(
    scheme: Scheme, answers: list[Answer], saved: str, before: str, level: int
) -> Confirmation | None:
    stored = [a for a in answers if a.criterion == saved and a.agency]
    if saved not in scheme.index or not stored:
        return None
    was = small(before)
    known = was if was is not None and was <= scheme.levels[-1].number else None
    return Confirmation(scheme.criterion(saved), stored[-1].value, known, level)


def _at_offering(visit: Visit, content: Content, code: str, id: str) -> Load:
    """The criterion as my offering meets it; its scope says where the answer will stand."""

    async def load(conn: Connection) -> Place:
        scheme, agency = content.scheme, session_of(visit).agency
        service, offering, answers = await my_offering(conn, visit, code)
        criterion = criterion_of(scheme, id)
        known = facts(service)
        here = effective(scheme, settle(scheme, known), answers)[id]
        target = {"platform": Target(), "agency": Target(agency)}.get(criterion.scope, Target(agency, code))
        wide = target.scope == "agency"
        return Place(
            scheme,
            criterion,
            target,
            here,
            source(criterion, here, known),
            trail(criterion, answers),
            WHO[criterion.scope],
            (
                (visit.language.gettext(N_("My services")), link(visit)),
                (named(visit.language, service), link(visit, code)),
            ),
            link(visit, code, id),
            link(visit, code),
            await foresee(conn, scheme, criterion, target) if wide else None,
            service,
            offering.level,
        )

    return load


@get("/{lang:str}/work/{code:str}/{criterion:str}", guards=[needs("staff")])
async def one_criterion(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    code: FromPath[str],
    criterion: FromPath[str],
) -> Response[str]:
    """One criterion of one service of mine, with the form to answer it."""
    return await show_criterion(request, db, _at_offering(visit, content, code, criterion))


@post("/{lang:str}/work/{code:str}/{criterion:str}", guards=[needs("staff")], status_code=303)
async def answer_criterion(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    code: FromPath[str],
    criterion: FromPath[str],
) -> Response[Any]:
    """Answer it, for my service or, where its scope says so, for my agency."""
    return await save_criterion(request, db, _at_offering(visit, content, code, criterion))
