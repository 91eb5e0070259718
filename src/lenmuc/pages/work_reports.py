"""The approved roadmap as work: what an agency is to do, one item of it, and what people say of that."""

import datetime as dt
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from lenmuc.actions.following import Followed, Item, approved_for, follow, open_item
from lenmuc.actions.reporting import may_report, report
from lenmuc.actions.roadmap_view import Views
from lenmuc.content.everything import Content
from lenmuc.core.checklists import Words
from lenmuc.core.errors import N_, Conflict, Fault, Message, Refused, fault
from lenmuc.core.roadmap.follow import Stand
from lenmuc.core.roadmap.reports import Report
from lenmuc.core.roadmap.sentences import (
    criterion_words,
    item_words,
    place_words,
    pool_words,
    quarter_words,
    why,
)
from lenmuc.core.roadmap.view import Line, RoadmapView
from lenmuc.core.services import Agency
from lenmuc.pages.agency.mine import my_agency
from lenmuc.pages.answering import blocker_words
from lenmuc.pages.scenario_page import to
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.settings import Settings
from lenmuc.store.database import Database
from lenmuc.store.roadmaps import Roadmap
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.language import HANOI
from lenmuc.web.reviews import rules_of
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

workers = needs("staff", "planner")
ItemId = Annotated[str, QueryParameter(name="item", max_length=100)]
_MOST = 100
PARTS = {
    "late": N_("Late"),
    "now": N_("In this quarter"),
    "next": N_("In the next quarter"),
    "waiting": N_("Reported or answered, not verified yet"),
}


class WorkItem(msgspec.Struct, frozen=True):
    """One planned item in words."""

    stand: Stand
    name: Message
    quarter: Message


class Part(msgspec.Struct, frozen=True):
    """Items that belong together: the first of `count`."""

    id: str
    title: Message
    items: tuple[WorkItem, ...]
    count: int


class AgencyPlanPage(msgspec.Struct, frozen=True):
    """What `templates/agency/plan.html` shows; no `followed` where no roadmap with its work is approved."""

    agency: Agency
    followed: Followed | None
    parts: tuple[Part, ...]


class WorkItemPage(msgspec.Struct, frozen=True):
    """What `templates/planner/work.html` shows: one planned item, what was said of it, and the forms.

    `history` holds each version with the quarter that was planned then.

    `answer` is where its criterion is answered, `submit` where the checklist is submitted; empty: not by
    whoever looks.
    """

    roadmap: Roadmap
    item: Item
    name: Words | str
    place: Message
    who: Message
    quarter: Message
    why: Message
    waits_for: Message | None
    mine: bool
    may_finish: bool
    may_say: bool
    answer: str
    submit: str
    causes: tuple[tuple[str, str], ...]
    history: tuple[tuple[Message, Report], ...]
    form: "ReportInput"
    errors: tuple[tuple[str, str], ...]


class ReportInput(msgspec.Struct, frozen=True):
    """What the forms send. `note` is what is said of finished work, `text` what holds late work up."""

    item: str = ""
    says: str = ""
    cause: str = ""
    text: str = ""
    note: str = ""
    version: int = 0


def work_item(view: RoadmapView, stand: Stand) -> WorkItem:
    """A planned item in words."""
    return WorkItem(
        stand, item_words(view, stand.line.id), quarter_words(view.quarters[stand.line.quarter or 0])
    )


def parts_of(found: Followed) -> tuple[Part, ...]:
    """The items to do now: late, of this quarter and the next, and what waits to be verified."""
    late = {each.line.id for each in found.late}
    sorted_in: dict[str, list[Stand]] = {part: [] for part in PARTS}
    for each in found.stands:
        if each.state in ("met", "reported"):
            sorted_in["waiting"].append(each)
        elif each.state == "open":
            ahead = (each.line.quarter or 0) - found.over
            part = "late" if each.line.id in late else {0: "now", 1: "next"}.get(ahead, "")
            if part:
                sorted_in[part].append(each)
    return tuple(
        Part(
            part,
            Message(PARTS[part]),
            tuple(work_item(found.view, each) for each in items[:_MOST]),
            len(items),
        )
        for part, items in sorted_in.items()
        if items
    )


def answer_path(line: Line, *, own: bool) -> str:
    """Where the criterion of an item is answered: by its agency (`own`), or by the planners."""
    if own:
        return f"/work/{line.service or 'agency'}/{line.criterion}"
    return (
        f"/platform/services/{line.service}/{line.criterion}"
        if line.service
        else f"/platform/{line.criterion}"
    )


@get("/{lang:str}/work/plan", guards=[needs("staff")])
async def agency_plan(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    views: NamedDependency[Views],
    settings: NamedDependency[Settings],
    visit: NamedDependency[Visit],
) -> Response[str]:
    """What the approved roadmap asks of my agency: late, now, next, and what waits to be verified."""
    async with db.transaction(visit.who, read_only=True) as conn:
        agency = await my_agency(conn, visit)
    roadmap = await approved_for(db, visit.who, agency.code)
    found, now = None, dt.datetime.now(HANOI)
    if roadmap is not None:
        found = await follow(db, content, views, rules_of(settings), visit.who, roadmap.id, now, agency.code)
    page = AgencyPlanPage(agency, found, parts_of(found) if found else ())
    return render(request, "agency/plan.html", page)


def _page(
    visit: Visit,
    content: Content,
    found: Item,
    form: ReportInput | None = None,
    faults: tuple[Fault, ...] = (),
) -> WorkItemPage:
    line, view, said = found.stand.line, found.view, found.stand.report
    own = bool(visit.who.agency)
    may_finish = may_report(visit.who, line.pool, "finished")
    here = f"/{visit.language.code}"
    scheme = "" if found.roadmap.scheme == content.scheme.id else f"?scheme={found.roadmap.scheme}"
    version = found.history[0].version if found.history else 0
    typed = ReportInput(line.id, version=version)
    if said and said.says == "late":
        typed = msgspec.structs.replace(typed, cause=said.cause, text=said.text)
    cause = found.late.cause if found.late else None
    return WorkItemPage(
        roadmap=found.roadmap,
        item=found,
        name=criterion_words(view, line),
        place=place_words(view, line),
        who=pool_words(view, line.pool),
        quarter=quarter_words(view.quarters[line.quarter or 0]),
        why=why(view, line),
        waits_for=item_words(view, cause.id) if cause else None,
        mine=own,
        may_finish=may_finish,
        may_say=may_report(visit.who, line.pool),
        answer=here + answer_path(line, own=own) + scheme if may_finish else "",
        submit=f"{here}/work/{line.service}/submit" if own and line.service else "",
        causes=blocker_words(visit.language),
        history=tuple((quarter_words(each.due), each) for each in found.history),
        form=form or typed,
        errors=tuple((each.field, visit.language.message(each.message)) for each in faults),
    )


@get("/{lang:str}/plan/{id:int}/work", guards=[workers])
async def show_item(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    views: NamedDependency[Views],
    settings: NamedDependency[Settings],
    visit: NamedDependency[Visit],
    id: FromPath[int],
    item: ItemId = "",
) -> Response[str]:
    """One item of an approved roadmap: how it stands, what was said of it, and forms to say something."""
    found = await open_item(
        db, content, views, rules_of(settings), visit.who, id, item, dt.datetime.now(HANOI)
    )
    return render(request, "planner/work.html", _page(visit, content, found))


@post("/{lang:str}/plan/{id:int}/work", guards=[workers], status_code=303, opt=does("work reported"))
async def report_item(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    views: NamedDependency[Views],
    settings: NamedDependency[Settings],
    visit: NamedDependency[Visit],
    id: FromPath[int],
) -> Response[Any]:
    """Say why it is late; that it is finished, which leads on to the answer with its evidence; or nothing."""
    form = await read_form(request, ReportInput)
    found = await open_item(
        db, content, views, rules_of(settings), visit.who, id, form.item, dt.datetime.now(HANOI)
    )
    person, text = session_of(visit).person, form.text if form.says == "late" else form.note
    try:
        await report(db, visit.who, person, found, form.says, form.cause, text, form.version)
    except Refused as refused:
        faults = tuple(
            Fault("note", each.message) if each.field == "text" and form.says != "late" else each
            for each in refused.faults
        )
        return render(request, "planner/work.html", _page(visit, content, found, form, faults), 422)
    except Conflict as conflict:
        version = found.history[0].version if found.history else 0
        form = msgspec.structs.replace(form, version=version)
        again = _page(visit, content, found, form, (fault("cause", conflict.message.text),))
        return render(request, "planner/work.html", again, 409)
    page = _page(visit, content, found)
    if form.says == "finished" and found.stand.state not in ("met", "verified"):
        return to(page.answer)
    return to(f"/{visit.language.code}/plan/{id}/work?item={form.item.replace('#', '%23')}")


handlers: list[Any] = [agency_plan, show_item, report_item]
