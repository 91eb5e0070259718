"""Submitting a checklist for review, after a look at what it claims; and taking it back."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from lenmuc.actions.cases import Case, open_case, proposals
from lenmuc.actions.submitting import submit, submit_faults, withdraw
from lenmuc.content.everything import Content
from lenmuc.core.answers import Answer, Target
from lenmuc.core.checklists import Criterion, Scheme
from lenmuc.core.errors import Conflict, Message, Refused
from lenmuc.core.reviews import LevelStatus, ReviewRules, Step, allowed, shown
from lenmuc.core.services import Agency, facts
from lenmuc.pages.agency.mine import WHO, link, my_agency, my_offering
from lenmuc.pages.checklist import Line, checklist, given
from lenmuc.pages.desks import Desk, Wish
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.settings import Settings
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection
from lenmuc.store.reviews import Remark
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.reviews import rules_of, today
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit, visit_of

_SETTLED = ("met", "not_applicable")


class Seen(msgspec.Struct, frozen=True):
    """What a step of the review sends: the version that the person saw."""

    version: int = 0


class Proposal(msgspec.Struct, frozen=True):
    """A criterion that is proposed as not applicable, with the answer that says why."""

    criterion: Criterion
    answer: Answer
    said: Message


class Mend(msgspec.Struct, frozen=True):
    """An open remark at its criterion; `answered` says that the answer was changed after it."""

    remark: Remark
    criterion: Criterion
    href: str
    answered: bool


class SubmitPage(msgspec.Struct, frozen=True):
    """What `templates/review/submit.html` shows.

    `claimed` are the criteria of the claimed levels, `missing` what the level above them lacks.
    """

    agency: Agency
    case: Case
    status: LevelStatus
    claimed: tuple[Line, ...]
    missing: tuple[Line, ...]
    proposals: tuple[Proposal, ...]
    remarks: tuple[Mend, ...]
    can_submit: bool
    by_planner: bool
    rules: ReviewRules
    errors: tuple[tuple[str, str], ...]


def proposed(case: Case, scheme: Scheme) -> tuple[Proposal, ...]:
    """The proposals of a checklist that nobody has decided."""
    return tuple(
        Proposal(scheme.criterion(answer.criterion), answer, given(answer))
        for answer in proposals(case, scheme)
    )


def to_mend(visit: Visit, scheme: Scheme, case: Case) -> tuple[Mend, ...]:
    """The remarks that are still open, in the order of the scheme."""
    order = {criterion.id: place for place, criterion in enumerate(scheme.criteria)}
    open_ = sorted(
        (r for r in case.remarks if r.settled is None and r.criterion in order),
        key=lambda r: order[r.criterion],
    )

    def answered(remark: Remark) -> bool:
        answer = case.found[remark.criterion].answer
        return answer is not None and answer.at > remark.at

    return tuple(
        Mend(
            remark,
            scheme.criterion(remark.criterion),
            link(visit, case.offering.service, remark.criterion),
            answered(remark),
        )
        for remark in open_
    )


def _desk(visit: Visit, content: Content, case: Case) -> Desk:
    offering = case.offering
    return Desk(
        Wish(visit, content, content.scheme, offering.service),
        Target(offering.agency, offering.service),
        facts(case.service),
        case.answers,
        case.found,
        link(visit, offering.service),
        (),
        WHO,
    )


async def _page(
    conn: Connection,
    visit: Visit,
    content: Content,
    settings: Settings,
    code: str,
    errors: tuple[tuple[str, str], ...] = (),
) -> SubmitPage:
    scheme, rules = content.scheme, rules_of(settings)
    agency = await my_agency(conn, visit)
    await my_offering(conn, visit, code)
    case = await open_case(conn, scheme, code, agency.code)
    whole = checklist(_desk(visit, content, case))
    lines = [line for block in whole.steps for line in block.lines]
    status = shown(case.standing, today(), rules)
    faults = [("", visit.language.message(fault.message)) for fault in submit_faults(case)]
    volume, above = case.offering.filings, case.claim.level + 1
    return SubmitPage(
        agency=agency,
        case=case,
        status=status,
        claimed=tuple(line for line in lines if line.criterion.id in case.claim.rests_on),
        missing=tuple(line for line in lines if line.criterion.level == above and line.value not in _SETTLED),
        proposals=proposed(case, scheme),
        remarks=to_mend(visit, scheme, case),
        can_submit=allowed(status.status, "submit") and not faults,
        by_planner=volume is None or volume > rules.above,
        rules=rules,
        errors=errors or tuple(faults),
    )


@get("/{lang:str}/work/{code:str}/submit", guards=[needs("staff", "lead")])
async def check_answers(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    code: FromPath[str],
) -> Response[str]:
    """What a submission would claim, what is missing, and who reviews it."""
    async with db.transaction(visit.who, read_only=True) as conn:
        page = await _page(conn, visit, content, settings, code)
    return render(request, "review/submit.html", page)


async def _again(
    request: AnyRequest,
    db: Database,
    content: Content,
    settings: Settings,
    code: str,
    said: Message,
    status: int,
) -> Response[str]:
    visit = visit_of(request)
    errors = (("", visit.language.message(said)),)
    async with db.transaction(visit.who, read_only=True) as conn:
        page = await _page(conn, visit, content, settings, code, errors)
    return render(request, "review/submit.html", page, status)


async def _step(
    request: AnyRequest, db: Database, content: Content, settings: Settings, code: str, step: Step
) -> Response[Any]:
    visit = visit_of(request)
    typed = await read_form(request, Seen)
    person, rules = session_of(visit).person, rules_of(settings)
    async with db.transaction(visit.who, read_only=True) as conn:
        await my_offering(conn, visit, code)
    try:
        if step == "submit":
            await submit(db, content.scheme, visit.who, person, code, typed.version, today(), rules)
        else:
            await withdraw(db, content.scheme, visit.who, person, code, typed.version, today(), rules)
    except Refused as refused:
        return await _again(request, db, content, settings, code, refused.faults[0].message, 422)
    except Conflict as conflict:
        return await _again(request, db, content, settings, code, conflict.message, 409)
    done = "submitted" if step == "submit" else "withdrawn"
    return Response(None, status_code=303, headers={"Location": f"{link(visit, code)}?review={done}"})


@post(
    "/{lang:str}/work/{code:str}/submit",
    guards=[needs("staff", "lead")],
    status_code=303,
    opt=does("review submitted"),
)
async def submit_checklist(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    code: FromPath[str],
) -> Response[Any]:
    """Send the checklist to review."""
    return await _step(request, db, content, settings, code, "submit")


@post(
    "/{lang:str}/work/{code:str}/withdraw",
    guards=[needs("staff", "lead")],
    status_code=303,
    opt=does("review withdrawn"),
)
async def withdraw_checklist(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    code: FromPath[str],
) -> Response[Any]:
    """Take it back while it waits."""
    return await _step(request, db, content, settings, code, "withdraw")
