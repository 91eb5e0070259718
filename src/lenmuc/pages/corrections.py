"""What the public says is wrong: the queue of an agency, the queue of moderation, and one of them."""

from typing import Literal, get_args

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions.speaking import moderate, reply
from lenmuc.content.everything import Content
from lenmuc.core.checklists import Criterion
from lenmuc.core.corrections import (
    ANSWER_LIMIT,
    ERASES,
    NOTE_LIMIT,
    REASONS,
    WORKING_DAYS,
    Clock,
    Step,
    clock,
)
from lenmuc.core.errors import N_, Conflict, LenMucError, NotFound, Refused
from lenmuc.pages.public.lists import Choice, Paging, address, page_number, paging
from lenmuc.pages.visitors import AnyRequest
from lenmuc.store import corrections as corrections_store
from lenmuc.store.corrections import Correction
from lenmuc.store.database import Database
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.errors import status_of
from lenmuc.web.forms import read_form
from lenmuc.web.reviews import today
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

PAGE_SIZE = 25
Kind = Literal["waiting", "open", "answered", "refused"]
_KINDS: dict[Kind, str] = {
    "waiting": N_("Waiting for moderation"),
    "open": N_("Waiting for an answer"),
    "answered": N_("Answered"),
    "refused": N_("Refused or withdrawn"),
}
_STEPS: tuple[str, ...] = get_args(Step)
_GUARD = needs("staff", "planner")


class DecisionInput(msgspec.Struct, frozen=True):
    """What the form of moderation sends: `step` is the button."""

    version: int
    step: str = ""
    why: str = ""
    note: str = ""


class AnswerInput(msgspec.Struct, frozen=True):
    """What the form of the answer sends."""

    version: int
    answer: str = ""


class Queued(msgspec.Struct, frozen=True):
    """One in a list, with the clock of its answer."""

    said: Correction
    clock: Clock


class CorrectionsPage(msgspec.Struct, frozen=True):
    """What `templates/review/corrections.html` shows. `late` counts those without an answer in time."""

    kind: str
    kinds: tuple[Choice, ...]
    rows: tuple[Queued, ...]
    total: int
    late: int
    paging: Paging
    agency: bool
    days: int = WORKING_DAYS


class CorrectionPage(msgspec.Struct, frozen=True):
    """What `templates/review/correction.html` shows. `moderates` and `answers`: what the reader may do.

    `typed` is what was written and not accepted; `changed`: somebody else was faster.
    """

    said: Correction
    clock: Clock
    criterion: Criterion | None
    moderates: bool
    answers: bool
    reasons: tuple[tuple[str, str], ...]
    why: str = ""
    note: str = ""
    typed: str = ""
    changed: bool = False
    errors: tuple[tuple[str, str], ...] = ()
    erases: str = ERASES
    note_limit: int = NOTE_LIMIT
    answer_limit: int = ANSWER_LIMIT


def _clock(said: Correction) -> Clock:
    return clock(said.day, said.answered or today())


@get("/{lang:str}/corrections", guards=[_GUARD])
async def corrections(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    show: FromQuery[str] = "",
    page: FromQuery[str] = "1",
) -> Response[str]:
    """The queue: of one's agency, or of all for who moderates."""
    who = visit.who
    shown: list[Kind] = ["open", "answered"] if who.of_agency else ["waiting", "open", "answered", "refused"]
    kind, number = show or shown[0], page_number(page)
    if kind not in shown:
        raise NotFound(N_("There is no such page."))
    agency = who.agency if who.of_agency else ""
    async with db.transaction(who, read_only=True) as conn:
        counts = await corrections_store.count_corrections(conn, agency)
        rows = await corrections_store.list_corrections(
            conn, kind, agency, PAGE_SIZE, (number - 1) * PAGE_SIZE
        )
        unanswered = await corrections_store.unanswered(conn, agency)
    path, day = f"/{visit.language.code}/corrections", today()
    choices = tuple(
        Choice(visit.language.gettext(_KINDS[each]), getattr(counts, each), address(path, {"show": each}),
               each == kind)
        for each in shown
    )  # fmt: skip
    total = getattr(counts, kind)
    body = CorrectionsPage(
        kind=kind,
        kinds=choices,
        rows=tuple(Queued(each, _clock(each)) for each in rows),
        total=total,
        late=sum(clock(each.day, day).late > 0 for each in unanswered),
        paging=paging(number, total, PAGE_SIZE, path, {"show": kind}),
        agency=bool(agency),
    )
    return render(request, "review/corrections.html", body)


async def _page(db: Database, visit: Visit, content: Content, id: int) -> CorrectionPage:
    async with db.transaction(visit.who, read_only=True) as conn:
        said = await corrections_store.find_correction(conn, id)
    who = visit.who
    if said is None or (who.of_agency and said.agency != who.agency):
        raise NotFound(N_("There is no such report."))
    return CorrectionPage(
        said=said,
        clock=_clock(said),
        criterion=next((each for each in content.scheme.criteria if each.id == said.criterion), None),
        moderates=who.role == "planner",
        answers=who.of_agency and said.state in ("waiting", "accepted"),
        reasons=tuple((code, visit.language.gettext(words)) for code, words in REASONS.items()),
        typed=said.answer,
    )


@get("/{lang:str}/corrections/{id:int}", guards=[_GUARD])
async def correction(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    id: FromPath[int],
) -> Response[str]:
    """One of them, with what the reader may do about it."""
    return render(request, "review/correction.html", await _page(db, visit, content, id))


def _again(page: CorrectionPage, error: LenMucError, visit: Visit, **typed: str) -> CorrectionPage:
    """The page once more, with what was typed and why it was not taken."""
    faults = error.faults if isinstance(error, Refused) else []
    said = tuple((each.field, visit.language.message(each.message)) for each in faults)
    said = said or (("", visit.language.message(error.message)),)
    return msgspec.structs.replace(page, changed=isinstance(error, Conflict), errors=said, **typed)


@post(
    "/{lang:str}/corrections/{id:int}/decision",
    guards=[needs("planner")],
    status_code=303,
    opt=does("correction accepted", "correction refused", "correction withdrawn"),
)
async def decide(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    id: FromPath[int],
) -> Response[str] | Response[None]:
    """Accept, refuse or withdraw; then back to the queue."""
    form = await read_form(request, DecisionInput)
    if form.step not in _STEPS:
        raise NotFound(N_("There is no such page."))
    step = msgspec.convert(form.step, Step)
    try:
        await moderate(db, visit.who, id, form.version, step, form.why, form.note)
    except (Refused, Conflict) as error:
        page = _again(await _page(db, visit, content, id), error, visit, why=form.why, note=form.note)
        return render(request, "review/correction.html", page, status_of(error))
    to = f"/{visit.language.code}/corrections"
    return Response(None, status_code=303, headers={"Location": to})


@post(
    "/{lang:str}/corrections/{id:int}/answer",
    guards=[needs("staff")],
    status_code=303,
    opt=does("correction answered"),
)
async def answer(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    id: FromPath[int],
) -> Response[str] | Response[None]:
    """The agency's answer; then back to its queue."""
    form = await read_form(request, AnswerInput)
    try:
        await reply(db, visit.who, id, form.version, form.answer)
    except (Refused, Conflict) as error:
        page = _again(await _page(db, visit, content, id), error, visit, typed=form.answer)
        return render(request, "review/correction.html", page, status_of(error))
    to = f"/{visit.language.code}/corrections?show=answered"
    return Response(None, status_code=303, headers={"Location": to})


handlers = [corrections, correction, decide, answer]
