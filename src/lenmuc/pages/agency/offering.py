"""The checklist of one service at my agency, and one criterion of it."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions.answering import criterion_of
from lenmuc.actions.cases import Case, open_case
from lenmuc.actions.classes import Class, class_of, of_main
from lenmuc.actions.foreseeing import foresee
from lenmuc.content.everything import Content
from lenmuc.core.answers import Answer, Target
from lenmuc.core.checklists import LevelMeaning, Scheme
from lenmuc.core.errors import N_
from lenmuc.core.readiness import effective, settle
from lenmuc.core.reviews import LevelStatus, allowed
from lenmuc.core.services import Agency, Service, facts
from lenmuc.pages.agency.mine import WHO, link, my_agency, my_offering
from lenmuc.pages.agency.submitting import Mend, review_of_mine, to_mend
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
from lenmuc.pages.switching import SchemeChoice, also_read, asked, read_by, switch
from lenmuc.settings import Settings
from lenmuc.store import standings as standings_store
from lenmuc.store.database import Database
from lenmuc.store.offerings import Offering
from lenmuc.store.queries import Connection
from lenmuc.web.access import needs
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit


class ChecklistPage(msgspec.Struct, frozen=True):
    """What `templates/agency/checklist.html` shows; `missing` are the lines that the next level lacks.

    `remarks` are those still open; `done` is the step of the review that was just taken, if any. `found` is
    the level by the set of rules that is shown, `main` whether that is the one that reviews are about.
    """

    agency: Agency
    service: Service
    offering: Offering
    next: LevelMeaning | None
    missing: tuple[Line, ...]
    checklist: Checklist
    saved: Confirmation | None
    case: Case
    status: LevelStatus
    remarks: tuple[Mend, ...]
    done: str
    found: Class
    schemes: tuple[SchemeChoice, ...]
    main: bool

    @property
    def can_submit(self) -> bool:
        """Whether the checklist may be sent to review now."""
        return allowed(self.status.status, "submit")


@get("/{lang:str}/work/{code:str}", guards=[needs("staff")])
async def one_checklist(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    code: FromPath[str],
    settings: NamedDependency[Settings],
    saved: FromQuery[str] = "",
    before: FromQuery[str] = "",
    review: FromQuery[str] = "",
    scheme: FromQuery[str] = "",
    also: FromQuery[str] = "",
) -> Response[str]:
    """What one service of mine lacks for its next level, then its whole checklist."""
    rules, main = asked(content, scheme), content.scheme
    async with db.transaction(visit.who, read_only=True) as conn:
        agency = await my_agency(conn, visit)
        service, offering, answers = await my_offering(conn, visit, code)
        case, status, remarks = await review_of_mine(conn, visit, main, settings, code)
        stored = await standings_store.standings_of(conn, offering.id)
    stored[main.id] = of_main(offering, main)
    classes = {
        each.id: class_of(each, service, offering, answers, stored.get(each.id))
        for each in content.schemes.values()
    }
    found = classes[rules.id]
    ask = Ask(lambda c: read_by(link(visit, code, c.id), rules, content), lambda c: WHO[c.scope])
    whole = checklist(rules, facts(service), answers, ask)
    lines = {line.criterion.id: line for block in whole.steps for line in block.lines}
    shown = ChecklistPage(
        agency=agency,
        service=service,
        offering=offering,
        next=found.next,
        missing=tuple(lines[criterion.id] for criterion in found.missing),
        checklist=whole,
        saved=_confirmation(content, rules, answers, saved, (before, also), found.level),
        case=case,
        status=status,
        remarks=remarks,
        done=_step_done(review, status),
        found=found,
        schemes=switch(content, rules, link(visit, code), {id: each.level for id, each in classes.items()}),
        main=rules is main,
    )
    return render(request, "agency/checklist.html", shown)


def _step_done(said: str, status: LevelStatus) -> str:
    """The step that an address says was taken, when that can be so."""
    waits = status.status == "submitted"
    return said if said == ("submitted" if waits else "withdrawn") else ""


def _confirmation(
    content: Content, scheme: Scheme, answers: list[Answer], saved: str, said: tuple[str, str], level: int
) -> Confirmation | None:
    stored = [a for a in answers if a.criterion == saved and a.agency]
    if saved not in scheme.index or not stored:
        return None
    before, also = said
    was = small(before)
    known = was if was is not None and was <= scheme.levels[-1].number else None
    return Confirmation(
        scheme.criterion(saved),
        stored[-1].value,
        known,
        level,
        also=also_read(content, also, one=True),
        scheme=None if scheme is content.scheme else scheme,
    )


def _at_offering(visit: Visit, content: Content, code: str, id: str, rules: str) -> Load:
    """The criterion as my offering meets it; its scope says where the answer will stand."""

    async def load(conn: Connection) -> Place:
        scheme, main, agency = asked(content, rules), content.scheme, session_of(visit).agency
        service, offering, answers = await my_offering(conn, visit, code)
        criterion = criterion_of(scheme, id)
        remarks = to_mend(visit, main, await open_case(conn, main, code, agency))
        stored = await standings_store.standings_of(conn, offering.id)
        stored[main.id] = of_main(offering, main)
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
                (named(visit.language, service), read_by(link(visit, code), scheme, content)),
            ),
            read_by(link(visit, code, id), scheme, content),
            read_by(link(visit, code), scheme, content),
            await foresee(conn, content.kept, scheme, criterion, target) if wide else None,
            service,
            class_of(scheme, service, offering, answers, stored.get(scheme.id)).level,
            remarks=tuple(mend.remark for mend in remarks if mend.remark.criterion == id),
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
    scheme: FromQuery[str] = "",
) -> Response[str]:
    """One criterion of one service of mine, with the form to answer it."""
    return await show_criterion(request, db, _at_offering(visit, content, code, criterion, scheme))


@post("/{lang:str}/work/{code:str}/{criterion:str}", guards=[needs("staff")], status_code=303)
async def answer_criterion(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    code: FromPath[str],
    criterion: FromPath[str],
    scheme: FromQuery[str] = "",
) -> Response[Any]:
    """Answer it, for my service or, where its scope says so, for my agency."""
    return await save_criterion(request, db, content, _at_offering(visit, content, code, criterion, scheme))
