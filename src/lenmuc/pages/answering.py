"""One criterion to answer: the form, what is wrong with it, and what to do when somebody else was faster."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response

from lenmuc.actions.answering import Saved, answer
from lenmuc.actions.foreseeing import Effect
from lenmuc.content.everything import Content
from lenmuc.core.answers import BLOCKERS, Answer, AnswerForm, Effective, Target, may_answer
from lenmuc.core.checklists import Criterion, Scheme, citation
from lenmuc.core.errors import N_, Conflict, Message, Refused, SignInNeeded
from lenmuc.core.services import Service
from lenmuc.pages.checklist import BLOCKER_WORDS, given
from lenmuc.pages.switching import Also, also_said
from lenmuc.store.database import Database
from lenmuc.store.people import Session
from lenmuc.store.queries import Connection
from lenmuc.store.reviews import Remark
from lenmuc.web.forms import read_form
from lenmuc.web.language import Language
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit, visit_of

AnyRequest = Request[Any, Any, Any]


class AnswerInput(msgspec.Struct, frozen=True):
    """What the form of a criterion sends: links one a line, and the version that the person saw."""

    value: str = ""
    justification: str = ""
    evidence: str = ""
    blocker: str = ""
    version: int = 0

    def form(self) -> AnswerForm:
        """The answer as the rules read it."""
        return AnswerForm(
            self.value, self.justification, tuple(self.evidence.splitlines()), self.blocker, self.version
        )


class Place(msgspec.Struct, frozen=True):
    """A criterion where it is answered: for a portal, an agency, a service or one offering.

    `effective` counts here and `source` says why; `steps` are all answers that reach here, the widest first.
    `level` is the offering's, `None` for wider places. `action` is where the form goes, `back` where one
    returns to. `remarks` are those of a reviewer that are still open.
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
    level: int | None = None
    remarks: tuple[Remark, ...] = ()

    @property
    def own(self) -> Answer | None:
        """The answer that stands exactly here."""
        return next((step for step in self.steps if step.target == self.target), None)


class CriterionPage(msgspec.Struct, frozen=True):
    """What `templates/agency/criterion.html` shows; `errors` are (field, sentence) pairs."""

    place: Place
    typed: AnswerInput
    can_answer: bool
    basis: tuple[str, ...]
    steps: tuple[tuple[Answer, Message], ...]
    blockers: tuple[tuple[str, str], ...]
    errors: tuple[tuple[str, str], ...] = ()


class ConflictPage(msgspec.Struct, frozen=True):
    """What `templates/agency/conflict.html` shows: what is stored now beside what was typed."""

    place: Place
    typed: AnswerInput
    links: tuple[str, ...]
    theirs: Answer
    blockers: tuple[tuple[str, str], ...]


_TRAIL = 70  # letters of a name in the trail above a page

Load = Callable[[Connection], Awaitable[Place]]


def session_of(visit: Visit) -> Session:
    """Whose visit it is. Raises `SignInNeeded`; behind a guard that never happens."""
    if visit.session is None:
        raise SignInNeeded(N_("This is for people with an account. Sign in to go on."))
    return visit.session


def named(language: Language, service: Service) -> str:
    """The beginning of a service's name, for the trail above a page."""
    name = service.name_en if language.code == "en" and service.name_en else service.name
    return name if len(name) <= _TRAIL else f"{name[: _TRAIL - 1].rstrip()}…"


def _blockers(language: Language) -> tuple[tuple[str, str], ...]:
    return tuple((blocker, language.gettext(BLOCKER_WORDS[blocker])) for blocker in BLOCKERS)


def _stored(place: Place) -> AnswerInput:
    own = place.own
    if own is None:
        return AnswerInput()
    return AnswerInput(own.value, own.justification, "\n".join(own.evidence), own.blocker, own.version)


def _criterion_page(
    visit: Visit, place: Place, typed: AnswerInput, errors: tuple[tuple[str, str], ...] = ()
) -> CriterionPage:
    criterion = place.criterion
    return CriterionPage(
        place=place,
        typed=typed,
        can_answer=place.effective.source != "facts" and may_answer(visit.who, criterion, place.target),
        basis=tuple(citation(article, visit.language.code) for article in criterion.basis),
        steps=tuple((step, given(step)) for step in place.steps),
        blockers=_blockers(visit.language),
        errors=errors,
    )


async def show_criterion(request: AnyRequest, db: Database, load: Load) -> Response[str]:
    """The page of one criterion with its form, or without one for whoever may not answer it."""
    visit = visit_of(request)
    async with db.transaction(visit.who, read_only=True) as conn:
        place = await load(conn)
    return render(request, "agency/criterion.html", _criterion_page(visit, place, _stored(place)))


async def _meet(
    request: AnyRequest, db: Database, load: Load, typed: AnswerInput, error: Conflict
) -> Response[str]:
    visit = visit_of(request)
    async with db.transaction(visit.who, read_only=True) as conn:
        place = await load(conn)
    if place.own is None:
        raise error
    links = tuple(link.strip() for link in typed.evidence.splitlines() if link.strip())
    page = ConflictPage(place, typed, links, place.own, _blockers(visit.language))
    return render(request, "agency/conflict.html", page, 409)


def _confirm(place: Place, saved: Saved) -> str:
    said: dict[str, object] = {"saved": place.criterion.id}
    if place.level is not None:
        said["before"] = place.level
    else:
        moved = saved.moved.by(place.scheme)
        said |= {"rose": moved.rose, "fell": moved.fell}
    also = also_said(saved.moved, place.scheme, place.level is not None)
    if also:
        said["also"] = also
    return f"{place.back}{'&' if '?' in place.back else '?'}{urlencode(said)}"


async def save_criterion(request: AnyRequest, db: Database, content: Content, load: Load) -> Response[Any]:
    """Store the answer and go back with what it did; or show again what was typed, with what is wrong."""
    visit = visit_of(request)
    typed = await read_form(request, AnswerInput)
    async with db.transaction(visit.who, read_only=True) as conn:
        place = await load(conn)
    try:
        saved = await answer(
            db,
            content.kept,
            visit.who,
            session_of(visit).person,
            place.criterion.id,
            place.target,
            typed.form(),
        )
    except Refused as refused:
        errors = tuple((fault.field, visit.language.message(fault.message)) for fault in refused.faults)
        return render(request, "agency/criterion.html", _criterion_page(visit, place, typed, errors), 422)
    except Conflict as conflict:
        return await _meet(request, db, load, typed, conflict)
    return Response(None, status_code=303, headers={"Location": _confirm(place, saved)})


class Confirmation(msgspec.Struct, frozen=True):
    """What the page after saving says: of one offering `before` and `level`, of several `rose` and `fell`.

    `also` is what moved in other sets of rules.
    """

    criterion: Criterion
    value: str
    before: int | None = None
    level: int | None = None
    rose: int = 0
    fell: int = 0
    reaches: int = 0
    also: tuple[Also, ...] = ()
    scheme: Scheme | None = None  # a set of rules whose levels have names of their own


def small(text: str) -> int | None:
    """The number in a confirmation's address; `None` for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 7 else None
