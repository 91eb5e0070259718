"""Whose work it is: shown where the work is, given to somebody by a form."""

from typing import Any

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency

from lenmuc.actions.answering import criterion_of, scheme_having
from lenmuc.actions.assigning import assign, may_assign
from lenmuc.content.everything import Content
from lenmuc.core.errors import N_, Refused, fault
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store import assignments as assignments_store
from lenmuc.store.assignments import Assignment, Colleague, Work
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.visits import Visit, own_path


class AssignInput(msgspec.Struct, frozen=True):
    """What the form sends: the work, the number of a person or nothing, and the version that was seen."""

    service: str = ""
    criterion: str = ""
    person: str = ""
    version: int = 0
    back: str = ""


class Assignee(msgspec.Struct, frozen=True):
    """Whose work it is `now` (`None`: never given to anybody), and to whom it can be given; `me` looks."""

    work: Work
    now: Assignment | None
    people: tuple[Colleague, ...]
    me: int
    may: bool
    back: str

    @property
    def chosen(self) -> str:
        """The number of the person whose work it is, as the form has it."""
        return str(self.now.person) if self.now and self.now.person and self.now.here else ""

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """Whom the form offers: (number, name) pairs."""
        return tuple((str(each.id), each.name) for each in self.people)


async def assignee_of(conn: Connection, visit: Visit, work: Work, back: str) -> Assignee:
    """Whose work it is, for whoever looks."""
    return Assignee(
        work,
        await assignments_store.find_assignment(conn, work),
        tuple(await assignments_store.colleagues(conn, work.agency)),
        session_of(visit).person,
        may_assign(visit.who, work),
        back,
    )


@post("/{lang:str}/assignments", guards=[needs("staff", "planner")], status_code=303, opt=does("assignment"))
async def give_work(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
) -> Response[Any]:
    """Give work to somebody of the same agency, or to nobody; then back to where it is."""
    typed = await read_form(request, AssignInput)
    work = Work(session_of(visit).agency, typed.service, typed.criterion)
    number = typed.person.isascii() and typed.person.isdigit() and len(typed.person) < 19
    if bool(typed.service) == bool(typed.criterion) or (typed.person and not number):
        raise Refused([fault("person", N_("Choose somebody who works there."))])
    if typed.criterion:
        criterion_of(scheme_having(tuple(content.schemes.values()), typed.criterion), typed.criterion)
    await assign(db, visit.who, work, int(typed.person) if typed.person else None, typed.version)
    to = own_path(typed.back) or f"/{visit.language.code}/"
    return Response(None, status_code=303, headers={"Location": f"{to}#assigned"})


handlers = [give_work]
