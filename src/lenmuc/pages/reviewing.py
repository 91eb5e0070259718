"""What waits for review, and one submission: each criterion with its answer, remarks, return or verify."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions.cases import Case, Verdict, open_review
from lenmuc.actions.reviewing import check_verdict, judge, send_back, verify
from lenmuc.content.everything import Content
from lenmuc.core.answers import Answer, Effective, Target
from lenmuc.core.checklists import Criterion, Scheme
from lenmuc.core.checks import Look
from lenmuc.core.errors import N_, Conflict, Message, NotAllowed, NotFound, Refused
from lenmuc.core.reviews import LevelStatus, Verifier, holds_until, may_decide, shown, verifier
from lenmuc.core.services import Agency, facts
from lenmuc.pages.checklist import BLOCKER_WORDS, source
from lenmuc.pages.looking import Looks, looks_at
from lenmuc.pages.public.lists import Paging, page_number, paging
from lenmuc.pages.visitors import AnyRequest
from lenmuc.settings import Settings
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import comments as comments_store
from lenmuc.store import proposals as proposals_store
from lenmuc.store import reviews as reviews_store
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection
from lenmuc.store.reviews import Remark, Review, Waiting
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.reviews import rules_of, today
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit, visit_of

PAGE_SIZE = 25


class Row(msgspec.Struct, frozen=True):
    """A submission in the inbox, and who verifies it."""

    waiting: Waiting
    verifier: Verifier


class Done(msgspec.Struct, frozen=True):
    """What was just decided: the service, its agency, and what became of the checklist."""

    review: Review
    service: str
    agency: str


class InboxPage(msgspec.Struct, frozen=True):
    """What `templates/review/inbox.html` shows: what waits, the oldest first; `proposals` not to apply."""

    rows: tuple[Row, ...]
    total: int
    proposals: int
    paging: Paging
    above: int
    illustrative: bool
    done: Done | None


class Item(msgspec.Struct, frozen=True):
    """One criterion under review: what counts and why, what was remarked before, what the reviewer types,
    what machines found about the answer.

    `proposal`: it is said not to apply and nobody has decided; `decidable`: the reviewer may decide it.
    """

    criterion: Criterion
    value: str
    source: Message
    answer: Answer | None
    blocker: str
    earlier: tuple[Remark, ...]
    proposal: bool
    decidable: bool
    remark: str
    decision: str
    looks: tuple[Look, ...] = ()


class Stage(msgspec.Struct, frozen=True):
    """The criteria of one level; `quiet` are those that the record or its facts settle."""

    level: int
    items: tuple[Item, ...]
    quiet: tuple[Item, ...]


class ReviewPage(msgspec.Struct, frozen=True):
    """What `templates/review/review.html` shows. `why_not` says why the reader may not decide; empty: may.

    `comments` are how many each criterion has.
    """

    case: Case
    review: Review
    agency: Agency
    status: LevelStatus
    verifier: Verifier
    why_not: str
    stages: tuple[Stage, ...]
    settled: tuple[int, ...]
    errors: tuple[tuple[str, str], ...]
    comments: Mapping[str, int]


class ConfirmPage(msgspec.Struct, frozen=True):
    """What `templates/review/confirm.html` shows before a level is verified; `until` is its last day."""

    case: Case
    review: Review
    agency: Agency
    level: int
    until: Any
    accepted: tuple[Criterion, ...]


class VerdictInput(msgspec.Struct, frozen=True):
    """What the form of a review sends: pairs of (`about`, `remark`) and of (`asked`, `decision`)."""

    version: int = 0
    step: str = ""
    about: tuple[str, ...] = ()
    remark: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    decision: tuple[str, ...] = ()
    settled: tuple[int, ...] = ()

    def verdict(self) -> Verdict:
        """As the rules read it. Raises `NotFound` for a form that is not ours."""
        if len(self.about) != len(self.remark) or len(self.asked) != len(self.decision):
            raise NotFound(N_("There is no such criterion in this scheme."))
        return Verdict(
            self.version,
            {about: text for about, text in zip(self.about, self.remark, strict=True) if text.strip()},
            {asked: said for asked, said in zip(self.asked, self.decision, strict=True) if said},
            self.settled,
        )


def _link(visit: Visit, *parts: object) -> str:
    return "/".join((f"/{visit.language.code}/review", *(str(part) for part in parts)))


async def _done(conn: Connection, scheme: Scheme, visit: Visit, text: str) -> Done | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        return None
    review = await reviews_store.find_review(conn, int(text))
    if review is None or review.state not in ("returned", "verified"):
        return None
    if visit.who.of_agency and review.agency != visit.who.agency:
        return None
    service = await catalogue_store.find_service(conn, review.service)
    agency = await catalogue_store.find_agency(conn, review.agency)
    return Done(review, service.name, agency.name) if service and agency else None


@get("/{lang:str}/review", guards=[needs("planner", "lead", "auditor")])
async def inbox(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    page: FromQuery[str] = "1",
    done: FromQuery[str] = "",
) -> Response[str]:
    """What waits for review: for planners all of it, for a lead that of the agency."""
    rules, scheme, number = rules_of(settings), content.scheme, page_number(page)
    async with db.transaction(visit.who, read_only=True) as conn:
        total = await reviews_store.count_waiting(conn, scheme.id, visit.who.agency)
        pages = paging(number, total, PAGE_SIZE, _link(visit), {})
        rows = await reviews_store.waiting(
            conn, scheme.id, agency=visit.who.agency, page=number, size=PAGE_SIZE
        )
        proposals = await proposals_store.count_proposals(conn, visit.who.agency)
        decided = await _done(conn, scheme, visit, done)
    shown_page = InboxPage(
        rows=tuple(Row(row, verifier(row.filings, row.leads, rules)) for row in rows),
        total=total,
        proposals=proposals,
        paging=pages,
        above=rules.above,
        illustrative=any(row.filings_illustrative for row in rows),
        done=decided,
    )
    return render(request, "review/inbox.html", shown_page)


def _item(
    visit: Visit, case: Case, criterion: Criterion, here: Effective, typed: Verdict, looks: Looks
) -> Item:
    answer = here.answer if here.source not in ("facts", "record") else None
    blocker = BLOCKER_WORDS[answer.blocker] if answer and answer.blocker in BLOCKER_WORDS else ""
    return Item(
        criterion=criterion,
        value=here.value,
        source=source(criterion, here, facts(case.service)),
        answer=answer,
        blocker=visit.language.gettext(blocker) if blocker else "",
        earlier=tuple(r for r in case.remarks if r.criterion == criterion.id),
        proposal=here.value == "proposed" and answer is not None and not answer.decision,
        decidable=answer is not None and may_decide(visit.who, answer),
        remark=typed.remarks.get(criterion.id, ""),
        decision=typed.decisions.get(criterion.id, ""),
        looks=looks.get(criterion.id, ()) if answer is not None else (),
    )


def stages(
    visit: Visit, scheme: Scheme, case: Case, highest: int, typed: Verdict, looks: Looks
) -> tuple[Stage, ...]:
    """The defining criteria of levels 1 … `highest`, the highest level first."""
    found = []
    for level in reversed(scheme.levels):
        if level.number > highest:
            continue
        items = [
            _item(visit, case, criterion, case.found[criterion.id], typed, looks)
            for criterion in scheme.members(scheme.at_level(level.number))
        ]
        loud = tuple(item for item in items if item.answer or item.earlier or item.remark)
        quiet = tuple(item for item in items if item not in loud)
        found.append(Stage(level.number, loud, quiet))
    return tuple(found)


async def _page(
    conn: Connection,
    visit: Visit,
    content: Content,
    settings: Settings,
    id: int,
    typed: Verdict,
    errors: tuple[tuple[str, str], ...] = (),
) -> ReviewPage:
    scheme, rules = content.scheme, rules_of(settings)
    case, review = await open_review(conn, scheme, visit.who, id)
    agency = await catalogue_store.find_agency(conn, review.agency)
    if agency is None:
        raise NotFound(N_("There is no such service or agency."))
    wanted, why_not = await judge(conn, scheme, visit.who, review, case.claim.rests_on, rules)
    looks = await looks_at(conn, case.found, review.agency, review.service)
    highest = max(review.level, case.claim.level, case.offering.level)
    return ReviewPage(
        case=case,
        comments=await comments_store.count_comments(conn, Target(review.agency, review.service)),
        review=review,
        agency=agency,
        status=shown(case.standing, today(), rules),
        verifier=wanted,
        why_not=visit.language.gettext(why_not) if why_not else "",
        stages=stages(visit, scheme, case, highest, typed, looks),
        settled=typed.settled,
        errors=errors,
    )


@get("/{lang:str}/review/{id:int}", guards=[needs("planner", "lead", "auditor")])
async def one_review(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    id: FromPath[int],
) -> Response[str]:
    """One submission, criterion by criterion."""
    async with db.transaction(visit.who, read_only=True) as conn:
        page = await _page(conn, visit, content, settings, id, Verdict(0))
    return render(request, "review/review.html", page)


async def _again(
    request: AnyRequest,
    db: Database,
    content: Content,
    settings: Settings,
    id: int,
    typed: Verdict,
    said: Mapping[str, Message],
    status: int,
) -> Response[str]:
    """The review as it is now, with what was typed and what is wrong."""
    visit = visit_of(request)
    errors = tuple((field, visit.language.message(message)) for field, message in said.items())
    async with db.transaction(visit.who, read_only=True) as conn:
        page = await _page(conn, visit, content, settings, id, typed, errors)
    return render(request, "review/review.html", page, status)


async def _confirm(
    request: AnyRequest, db: Database, content: Content, settings: Settings, id: int, typed: Verdict
) -> Response[str]:
    visit, scheme, rules = visit_of(request), content.scheme, rules_of(settings)
    case = await check_verdict(db, scheme, visit.who, id, typed, today(), rules)
    async with db.transaction(visit.who, read_only=True) as conn:
        agency = await catalogue_store.find_agency(conn, case.offering.agency)
    if case.review is None or agency is None:
        raise NotFound(N_("There is no such review."))
    accepted = tuple(scheme.criterion(id) for id in typed.decisions)
    level = max(case.offering.level, case.claim.level)
    until = holds_until(today(), rules, case.expiries(case.claim.rests_on))
    page = ConfirmPage(case, case.review, agency, level, until, accepted)
    return render(request, "review/confirm.html", page)


@post(
    "/{lang:str}/review/{id:int}",
    guards=[needs("planner", "lead")],
    status_code=303,
    opt=does("review returned", "review verified"),
)
async def decide(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    id: FromPath[int],
) -> Response[Any]:
    """Return it with remarks, or verify it after a confirmation."""
    sent = await read_form(request, VerdictInput)
    typed, rules = sent.verdict(), rules_of(settings)
    try:
        if sent.step == "verify":
            return await _confirm(request, db, content, settings, id, typed)
        if sent.step == "confirm":
            await verify(db, content.kept, visit.who, id, typed, today(), rules)
        elif sent.step == "return":
            await send_back(db, content.kept, visit.who, id, typed, today(), rules)
        else:
            raise NotFound(N_("There is no such page."))
    except Refused as refused:
        said = {fault.field: fault.message for fault in refused.faults}
        return await _again(request, db, content, settings, id, typed, said, 422)
    except Conflict as conflict:
        return await _again(request, db, content, settings, id, typed, {"": conflict.message}, 409)
    except NotAllowed as refusal:
        return await _again(request, db, content, settings, id, typed, {"": refusal.message}, 403)
    return Response(None, status_code=303, headers={"Location": f"{_link(visit)}?done={id}"})


handlers = [inbox, one_review, decide]
