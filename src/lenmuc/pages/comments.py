"""Comments at a criterion, the same wherever it is shown: read, written, taken back."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions.answering import criterion_of, scheme_having
from lenmuc.actions.commenting import comment, take_back
from lenmuc.content.everything import Content
from lenmuc.core.answers import Answer, Target
from lenmuc.core.checklists import Criterion
from lenmuc.core.comments import may_comment
from lenmuc.core.errors import N_, NotFound, Refused
from lenmuc.core.services import Agency, Service
from lenmuc.pages.checklist import BLOCKER_WORDS
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store import answers as answers_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import comments as comments_store
from lenmuc.store.comments import Comment
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit, own_path


class CommentInput(msgspec.Struct, frozen=True):
    """What the form of a comment sends: where it stands, and where to go back to."""

    criterion: str
    agency: str = ""
    service: str = ""
    text: str = ""
    back: str = ""


class Back(msgspec.Struct, frozen=True):
    """Where to go after a comment was taken back."""

    back: str = ""


class Thread(msgspec.Struct, frozen=True):
    """The comments at one place. `me` may take back what is `me`'s; `may`: may write. `back`: this page."""

    criterion: str
    agency: str
    service: str
    comments: tuple[Comment, ...]
    may: bool
    me: int
    back: str
    typed: str = ""

    @property
    def count(self) -> int:
        """How many there are, without those taken back."""
        return sum(each.withdrawn is None for each in self.comments)


class CommentsPage(msgspec.Struct, frozen=True):
    """What `templates/agency/comments.html` shows: a criterion's comments on a page of their own, under the
    answer that stands there.
    """

    criterion: Criterion
    agency: Agency | None
    service: Service | None
    thread: Thread
    answer: Answer | None
    blockers: tuple[tuple[str, str], ...]
    errors: tuple[tuple[str, str], ...] = ()


_GUARD = needs("staff", "planner")


def comments_href(visit: Visit, criterion: str, target: Target) -> str:
    """The address of the page of the comments at one place."""
    place = {"criterion": criterion, "agency": target.agency, "service": target.service}
    query = urlencode({name: value for name, value in place.items() if value})
    return f"/{visit.language.code}/comments?{query}"


async def thread_of(
    conn: Connection, visit: Visit, criterion: str, target: Target, back: str, typed: str = ""
) -> Thread:
    """The comments on a criterion at one place, for whoever looks."""
    found = await comments_store.comments_at(conn, criterion, target)
    may, me = may_comment(visit.who, target), session_of(visit).person
    return Thread(criterion, target.agency, target.service, tuple(found), may, me, back, typed)


async def _page(
    conn: Connection,
    visit: Visit,
    content: Content,
    place: CommentInput,
    errors: tuple[tuple[str, str], ...] = (),
) -> CommentsPage:
    target = Target(place.agency, place.service)
    criterion = criterion_of(scheme_having(tuple(content.schemes.values()), place.criterion), place.criterion)
    if visit.who.of_agency and not may_comment(visit.who, target):
        raise NotFound(N_("There is no such service or agency."))
    agency = await catalogue_store.find_agency(conn, place.agency) if place.agency else None
    service = await catalogue_store.find_service(conn, place.service) if place.service else None
    if (place.agency and agency is None) or (place.service and service is None):
        raise NotFound(N_("There is no such service or agency."))
    back = comments_href(visit, place.criterion, target)
    return CommentsPage(
        criterion,
        agency,
        service,
        await thread_of(conn, visit, place.criterion, target, back, place.text),
        await answers_store.find_answer(conn, place.criterion, target),
        tuple((value, visit.language.gettext(words)) for value, words in BLOCKER_WORDS.items()),
        errors,
    )


@get("/{lang:str}/comments", guards=[_GUARD])
async def comments(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    criterion: FromQuery[str] = "",
    agency: FromQuery[str] = "",
    service: FromQuery[str] = "",
) -> Response[str]:
    """The comments on one criterion at one place."""
    async with db.transaction(visit.who, read_only=True) as conn:
        page = await _page(conn, visit, content, CommentInput(criterion, agency, service))
    return render(request, "agency/comments.html", page)


@post("/{lang:str}/comments", guards=[_GUARD], status_code=303, opt=does("comment"))
async def write_comment(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
) -> Response[Any]:
    """Say something; then back to where it was said."""
    typed = await read_form(request, CommentInput)
    target = Target(typed.agency, typed.service)
    async with db.transaction(visit.who, read_only=True) as conn:
        await _page(conn, visit, content, typed)
    try:
        id = await comment(db, visit.who, typed.criterion, target, typed.text)
    except Refused as refused:
        errors = tuple((fault.field, visit.language.message(fault.message)) for fault in refused.faults)
        async with db.transaction(visit.who, read_only=True) as conn:
            page = await _page(conn, visit, content, typed, errors)
        return render(request, "agency/comments.html", page, 422)
    to = own_path(typed.back) or comments_href(visit, typed.criterion, target)
    return Response(None, status_code=303, headers={"Location": f"{to}#comment-{id}"})


@post(
    "/{lang:str}/comments/{id:int}/withdraw", guards=[_GUARD], status_code=303, opt=does("comment withdrawn")
)
async def withdraw_comment(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    id: FromPath[int],
) -> Response[Any]:
    """Take one's own comment back; that there was one stays to be seen."""
    back = own_path((await read_form(request, Back)).back)
    gone = await take_back(db, visit.who, id)
    to = back or comments_href(visit, gone.criterion, gone.target)
    return Response(None, status_code=303, headers={"Location": f"{to}#comment-{id}"})


handlers = [comments, write_comment, withdraw_comment]
