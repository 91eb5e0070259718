"""The criteria that an agency answers once for all of its services."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions.answering import criterion_of
from lenmuc.actions.foreseeing import foresee
from lenmuc.content.everything import Content
from lenmuc.core.answers import Answer, Target
from lenmuc.core.checklists import Scheme
from lenmuc.core.errors import N_, NotFound
from lenmuc.core.readiness import ServiceFacts, effective
from lenmuc.core.services import Agency
from lenmuc.pages.agency.mine import WHO, link, my_agency
from lenmuc.pages.answering import (
    AnyRequest,
    Confirmation,
    Load,
    Place,
    save_criterion,
    session_of,
    show_criterion,
    small,
)
from lenmuc.pages.checklist import Ask, Block, scope_blocks, source, trail
from lenmuc.pages.switching import SchemeChoice, also_read, asked, read_by, switch
from lenmuc.store import answers as answers_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection
from lenmuc.web.access import needs
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

_NO_FACTS = ServiceFacts(0, 0)  # an agency has no record of its own


class OwnPage(msgspec.Struct, frozen=True):
    """What `templates/agency/own.html` shows: the criteria answered once for an agency."""

    agency: Agency
    offerings: int
    blocks: tuple[Block, ...]
    saved: Confirmation | None
    schemes: tuple[SchemeChoice, ...]


async def _mine(conn: Connection, visit: Visit) -> tuple[Agency, int, list[Answer]]:
    agency = await my_agency(conn, visit)
    counts = await offerings_store.count_levels(conn, agency.code)
    return agency, counts.total, await answers_store.answers_at(conn, Target(agency.code))


def confirmation(
    content: Content,
    scheme: Scheme,
    answers: list[Answer],
    saved: str,
    moved: tuple[str, str, str],
    reaches: int,
) -> Confirmation | None:
    """What to say after an answer for several services; `moved` are rose, fell, also of the address."""
    stored = next((answer for answer in answers if answer.criterion == saved), None)
    if saved not in scheme.index or stored is None:
        return None
    rose, fell = (min(small(text) or 0, reaches) for text in moved[:2])
    also = also_read(content, moved[2], one=False, reaches=reaches)
    criterion = scheme.criterion(saved)
    return Confirmation(criterion, stored.value, rose=rose, fell=fell, reaches=reaches, also=also)


@get("/{lang:str}/work/agency", guards=[needs("staff")])
async def own_criteria(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    saved: FromQuery[str] = "",
    rose: FromQuery[str] = "",
    fell: FromQuery[str] = "",
    scheme: FromQuery[str] = "",
    also: FromQuery[str] = "",
) -> Response[str]:
    """The criteria that my agency answers once, with their status."""
    rules = asked(content, scheme)
    async with db.transaction(visit.who, read_only=True) as conn:
        agency, offerings, answers = await _mine(conn, visit)
    ask = Ask(lambda c: read_by(link(visit, "agency", c.id), rules, content), lambda c: WHO[c.scope])
    blocks = scope_blocks(rules, "agency", answers, ask)
    done = confirmation(content, rules, answers, saved, (rose, fell, also), offerings)
    choices = switch(content, rules, link(visit, "agency"))
    return render(request, "agency/own.html", OwnPage(agency, offerings, blocks, done, choices))


def _at_agency(visit: Visit, content: Content, id: str, rules: str) -> Load:
    async def load(conn: Connection) -> Place:
        scheme, language = asked(content, rules), visit.language
        criterion = criterion_of(scheme, id)
        if criterion.scope != "agency":
            raise NotFound(N_("There is no such criterion in this scheme."))
        target = Target(session_of(visit).agency)
        _, _, answers = await _mine(conn, visit)
        here = effective(scheme, _NO_FACTS, answers)[id]
        return Place(
            scheme,
            criterion,
            target,
            here,
            source(criterion, here, {}),
            trail(criterion, answers),
            WHO["agency"],
            (
                (language.gettext(N_("My services")), link(visit)),
                (language.gettext(N_("Criteria of my agency")), link(visit, "agency")),
            ),
            read_by(link(visit, "agency", id), scheme, content),
            read_by(link(visit, "agency"), scheme, content),
            await foresee(conn, content.kept, scheme, criterion, target),
        )

    return load


@get("/{lang:str}/work/agency/{criterion:str}", guards=[needs("staff")])
async def own_criterion(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    criterion: FromPath[str],
    scheme: FromQuery[str] = "",
) -> Response[str]:
    """One criterion of my agency, with the form to answer it."""
    return await show_criterion(request, db, _at_agency(visit, content, criterion, scheme))


@post("/{lang:str}/work/agency/{criterion:str}", guards=[needs("staff")], status_code=303)
async def answer_own(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    criterion: FromPath[str],
    scheme: FromQuery[str] = "",
) -> Response[Any]:
    """Answer it for all services of my agency."""
    return await save_criterion(request, db, content, _at_agency(visit, content, criterion, scheme))
