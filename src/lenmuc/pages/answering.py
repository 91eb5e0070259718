"""One criterion to answer: the form, what is wrong with it, and what to do when somebody else was faster."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import MediaType, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from lenmuc.actions.answering import Saved, answer
from lenmuc.actions.foreseeing import Effect, foresee
from lenmuc.actions.levels import Progress
from lenmuc.actions.works import Told, Works
from lenmuc.core.answers import BLOCKERS, Answer, AnswerForm, Effective, Target
from lenmuc.core.checklists import Criterion, Guidance, Scheme, citation
from lenmuc.core.checks import Look
from lenmuc.core.errors import N_, Conflict, Message, NotAllowed, NotFound, Refused
from lenmuc.core.services import Service
from lenmuc.pages.adding import Adding
from lenmuc.pages.assigning import Assignee, assignee_of
from lenmuc.pages.autosaving import told, told_conflict, told_in_json, told_refused
from lenmuc.pages.checklist import BLOCKER_WORDS, all_lines, given, source, trail
from lenmuc.pages.comments import Thread, thread_of
from lenmuc.pages.confirming import Confirmation, after, confirmation
from lenmuc.pages.desks import Desk, Open, Wish
from lenmuc.pages.looking import Earlier, earlier_at, looks_at
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.pages.walking import Walk, walk
from lenmuc.store import audit as audit_store
from lenmuc.store import evidence as evidence_store
from lenmuc.store.assignments import Work
from lenmuc.store.audit import AnswerChange
from lenmuc.store.database import Database
from lenmuc.store.evidence import Withdrawn
from lenmuc.store.queries import Connection
from lenmuc.store.reviews import Remark
from lenmuc.web.access import needs
from lenmuc.web.forms import read_form
from lenmuc.web.language import Language
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

_NOTHING = Adding()


class AnswerInput(msgspec.Struct, frozen=True):
    """What the form of a criterion sends: links one a line, and the version that the person saw.

    `then` is `next` to go on to the next criterion without an answer.
    """

    value: str = ""
    justification: str = ""
    evidence: str = ""
    blocker: str = ""
    version: int = 0
    then: str = ""

    def form(self) -> AnswerForm:
        """The answer as the rules read it."""
        return AnswerForm(
            self.value, self.justification, tuple(self.evidence.splitlines()), self.blocker, self.version
        )


class Place(msgspec.Struct, frozen=True):
    """A criterion where it is answered: for a portal, an agency, a service or one offering.

    `effective` counts here and `source` says why; `steps` are all answers that reach here, the widest first.
    `thread` is what people said about it, `assignee` whose work it is where that is asked for each criterion.
    `action` is where the form goes, `back` where one returns to. `effect`: what an answer for many would do.
    `looks` is what machines found about the answer that counts, `before` what they found earlier.
    `history` is of the answer that stands exactly here, newest first.
    """

    scheme: Scheme
    criterion: Criterion
    target: Target
    effective: Effective
    source: Message
    steps: tuple[Answer, ...]
    who: Message
    crumbs: tuple[tuple[str, str], ...]
    action: str
    back: str
    effect: Effect | None = None
    service: Service | None = None
    remarks: tuple[Remark, ...] = ()
    looks: tuple[Look, ...] = ()
    before: tuple[Earlier, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()
    thread: Thread | None = None
    assignee: Assignee | None = None
    history: tuple[AnswerChange, ...] = ()

    @property
    def own(self) -> Answer | None:
        """The answer that stands exactly here."""
        return next((step for step in self.steps if step.target == self.target), None)

    @property
    def evidence_action(self) -> str:
        """Where the forms for its evidence go."""
        path, mark, query = self.action.partition("?")
        return f"{path}/evidence{mark}{query}"


class CriterionPage(msgspec.Struct, frozen=True):
    """What `templates/agency/criterion.html` shows; `errors` are (field, sentence) pairs.

    `together` is the address of all criteria on one page, empty where there is no such page.
    """

    place: Place
    typed: AnswerInput
    can_answer: bool
    basis: tuple[str, ...]
    steps: tuple[tuple[Answer, Message], ...]
    blockers: tuple[tuple[str, str], ...]
    walk: Walk
    together: str
    guidance: Guidance
    saved: Confirmation | None = None
    errors: tuple[tuple[str, str], ...] = ()
    adding: Adding = Adding()

    @property
    def every_error(self) -> tuple[tuple[str, str], ...]:
        """What is wrong in either form of the page."""
        return (*self.errors, *self.adding.errors)

    @property
    def autosaves(self) -> bool:
        """Whether a script may save as one goes: never what counts for many, whose effect is to be read."""
        return self.can_answer and self.place.target.scope == "offering"


class ConflictPage(msgspec.Struct, frozen=True):
    """What `templates/agency/conflict.html` shows: what is stored now beside what was typed."""

    place: Place
    typed: AnswerInput
    links: tuple[str, ...]
    theirs: Answer
    blockers: tuple[tuple[str, str], ...]


async def place_of(conn: Connection, desk: Desk, id: str) -> Place:
    """One criterion at a desk, with what an answer for many would do. Raises `NotFound`."""
    criterion = desk.criterion(id)
    here, target, kept = desk.found[id], desk.target_of(criterion), desk.wish.content.kept
    wide = target.scope != "offering" and desk.may(criterion)
    around = (desk.target.agency, desk.target.service, id)
    looks = (await looks_at(conn, desk.found, *around)).get(id, ())
    return Place(
        desk.scheme,
        criterion,
        target,
        here,
        source(criterion, here, desk.facts),
        trail(criterion, desk.answers),
        desk.who[criterion.scope],
        desk.crumbs,
        desk.href(criterion),
        desk.list_href,
        await foresee(conn, kept, desk.scheme, criterion, target) if wide else None,
        desk.service,
        tuple(remark for remark in desk.remarks if remark.criterion == id),
        looks,
        await earlier_at(conn, *around) if looks else (),
        tuple(await evidence_store.withdrawn_at(conn, id, target)) if desk.may(criterion) else (),
        await thread_of(conn, desk.wish.visit, id, desk.talk_of(criterion), desk.href(criterion)),
        await _assignee(conn, desk, criterion),
        tuple(await audit_store.history(conn, id, target)),
    )


async def _assignee(conn: Connection, desk: Desk, criterion: Criterion) -> Assignee | None:
    """Whose work the criterion is, where criteria are given to people one by one: not under a service."""
    if desk.target.service:
        return None
    work = Work(desk.target.agency, criterion=criterion.id)
    return await assignee_of(conn, desk.wish.visit, work, desk.href(criterion))


def blocker_words(language: Language) -> tuple[tuple[str, str], ...]:
    """The obstacles with their words."""
    return tuple((blocker, language.gettext(BLOCKER_WORDS[blocker])) for blocker in BLOCKERS)


def stored(place: Place) -> AnswerInput:
    """What the form of an answer holds before anybody types."""
    own = place.own
    if own is None:
        return AnswerInput()
    return AnswerInput(own.value, own.justification, "\n".join(own.evidence), own.blocker, own.version)


def criterion_page(
    desk: Desk,
    place: Place,
    typed: AnswerInput,
    errors: tuple[tuple[str, str], ...] = (),
    adding: Adding = _NOTHING,
) -> CriterionPage:
    """The page of a criterion; `typed` is in the form of the answer, `adding` in that of its evidence."""
    language = desk.wish.visit.language
    return CriterionPage(
        place=place,
        typed=typed,
        can_answer=desk.may(place.criterion),
        basis=tuple(citation(article, language.code) for article in place.criterion.basis),
        steps=tuple((step, given(step)) for step in place.steps),
        blockers=blocker_words(language),
        walk=walk(all_lines(desk), place.criterion.id),
        together=desk.together,
        guidance=desk.wish.content.guidance[place.criterion.id],
        saved=None if errors else confirmation(desk, desk.said),
        errors=errors,
        adding=adding,
    )


async def at_desk(db: Database, open_desk: Open, wish: Wish, id: str) -> tuple[Desk, Place]:
    """A desk, and one criterion at it. Raises `NotFound`."""
    async with db.transaction(wish.visit.who, read_only=True) as conn:
        desk = await open_desk(conn, wish)
        return desk, await place_of(conn, desk, id)


async def show_criterion(
    request: AnyRequest, db: Database, open_desk: Open, wish: Wish, id: str
) -> Response[str]:
    """The page of one criterion with its form, or without one for whoever may not answer it."""
    desk, place = await at_desk(db, open_desk, wish, id)
    done = request.query_params.get("evidence", "")
    adding = Adding(done=done if done in ("added", "withdrawn") else "")
    return render(request, "agency/criterion.html", criterion_page(desk, place, stored(place), adding=adding))


async def _refused(
    request: AnyRequest, db: Database, open_desk: Open, wish: Wish, id: str, typed: AnswerInput, why: Refused
) -> Response[str]:
    desk, place = await at_desk(db, open_desk, wish, id)
    errors = tuple((fault.field, wish.visit.language.message(fault.message)) for fault in why.faults)
    return render(request, "agency/criterion.html", criterion_page(desk, place, typed, errors), 422)


async def _meet(
    request: AnyRequest, db: Database, open_desk: Open, wish: Wish, id: str, typed: AnswerInput, why: Conflict
) -> Response[str]:
    _, place = await at_desk(db, open_desk, wish, id)
    if place.own is None:
        raise why
    links = tuple(link.strip() for link in typed.evidence.splitlines() if link.strip())
    page = ConflictPage(place, typed, links, place.own, blocker_words(wish.visit.language))
    return render(request, "agency/conflict.html", page, 409)


Reply = Callable[[AnyRequest], Awaitable[Response[Any]]]


async def save_criterion(
    request: AnyRequest, db: Database, works: Works, open_desk: Open, wish: Wish, id: str
) -> Response[Any]:
    """Store the answer and go back with what it did; or show again what was typed, with what is wrong.

    What takes long goes on by itself, and a page that waits for it shows how far it is.
    """
    visit = wish.visit
    typed = await read_form(request, AnswerInput)
    async with db.transaction(visit.who, read_only=True) as conn:
        desk = await open_desk(conn, wish)
    criterion = desk.criterion(id)
    if told_in_json(request) and desk.target_of(criterion).scope != "offering":
        raise NotAllowed(
            N_("What counts for many services is saved with the button, after its effect was shown.")
        )
    person, target = session_of(visit).person, desk.target_of(criterion)

    async def give(progress: Progress) -> Saved:
        form = typed.form()
        return await answer(db, wish.content.kept, visit.who, person, id, target, form, progress)

    async def reply(request: AnyRequest) -> Response[Any]:
        try:
            saved: Saved = await work.outcome
        except Refused as refused:
            if told_in_json(request):
                return told_refused(visit.language, refused)
            return await _refused(request, db, open_desk, wish, id, typed, refused)
        except Conflict as conflict:
            if told_in_json(request):
                return told_conflict(visit.language)
            return await _meet(request, db, open_desk, wish, id, typed, conflict)
        if told_in_json(request):
            return told(visit.language, saved, desk.scheme)
        waiting = walk(all_lines(desk), id).waiting if typed.then == "next" else None
        to = after(waiting.href if waiting else desk.list_href, desk, criterion, saved)
        return Response(None, status_code=303, headers={"Location": to})

    work = works.begin(person, give, reply)
    if await works.ended(work) or told_in_json(request):
        works.forget(work)
        return await reply(request)

    async def tell() -> Told:
        made = await reply(request)
        return Told(made.status_code or 200, made.headers.get("Location", ""), made.content or "")

    await works.announce(work, tell)
    to = f"/{visit.language.code}/saving/{work.id}"
    return Response(None, status_code=303, headers={"Location": to})


class SavingPage(msgspec.Struct, frozen=True):
    """What `templates/agency/saving.html` shows: `done` of `of` sets of rules; 0 of 0 before it begins."""

    done: int
    of: int


@get("/{lang:str}/saving/{id:str}", guards=[needs("staff", "planner")])
async def saving(
    request: AnyRequest, visit: NamedDependency[Visit], works: NamedDependency[Works], id: FromPath[str]
) -> Response[Any]:
    """How far an answer for many is; when it is stored, the page that follows."""
    person = session_of(visit).person
    work = works.find(id, person)
    told = await works.elsewhere(id, person) if work is None else None
    if told is not None:
        if told.status is None:
            return render(request, "agency/saving.html", SavingPage(told.done, told.parts))
        kept = {"Location": told.location} if told.location else {}
        return Response(told.body, status_code=told.status, headers=kept, media_type=MediaType.HTML)
    if work is None:
        text = N_("This is not being saved any more. Look at the criterion, and answer again if need be.")
        raise NotFound(text)
    if work.outcome.done():
        await works.told(work)
        reply: Reply = work.note
        return await reply(request)
    return render(request, "agency/saving.html", SavingPage(work.done, work.of))
