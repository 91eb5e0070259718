"""The answers of one offering's checklist: read by its agency and the planners, changed with a version."""

from typing import Annotated, Any, cast

import msgspec
from litestar import Response, get, post, put
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, JSONBody, PathParameter, QueryParameter

from lenmuc.actions.answering import Saved, answer, criterion_of, scheme_having
from lenmuc.actions.evidence import Incoming, add
from lenmuc.api.offerings import NO_OFFERING
from lenmuc.api.repeats import Key, number_of, once_or_now, reply_of
from lenmuc.api.replies import AnyRequest, Number, Token, for_visitor, known_query, problems, version_seen
from lenmuc.api.types.answers import (
    AnswerIn,
    AnswerItem,
    AnswerList,
    AnswerOut,
    Blocker,
    ChangeOut,
    HistoryOut,
    MovedOut,
    PieceOut,
    SavedOut,
    SchemeMovedOut,
    Value,
)
from lenmuc.api.types.shared import Place, WordsOut
from lenmuc.content.everything import Content
from lenmuc.core.answers import Answer, AnswerForm, Effective, Identity, Target, places
from lenmuc.core.checklists import Criterion
from lenmuc.core.errors import N_, NotFound, Refused, TooLarge, fault
from lenmuc.core.evidence import Piece, PieceForm, size_fault
from lenmuc.core.readiness import effective, settle
from lenmuc.core.services import facts
from lenmuc.store import audit as audit_store
from lenmuc.store.answers import answers_reaching, find_answer
from lenmuc.store.catalogue import find_service
from lenmuc.store.database import Database
from lenmuc.store.kept_replies import Told
from lenmuc.store.offerings import Offering, find_offering
from lenmuc.store.queries import Connection
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.reviews import today
from lenmuc.web.uploads import evidence_limit, takes_files, uploaded
from lenmuc.web.visits import Visit

CriterionId = Annotated[str, PathParameter(max_length=20, description=N_("Its id, such as 3.01."))]
_CHANGES = 1_000
At = Annotated[
    Place,
    QueryParameter(
        description=N_("Where the answer stands. Wider places count for many offerings; see places.")
    ),
]
IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", max_length=200, description=N_("The ETag of the answer you saw.")),
]
IfNoneMatch = Annotated[
    str | None,
    HeaderParameter(name="If-None-Match", max_length=200, description=N_("* for the first answer there.")),
]
VERSION = ResponseHeader(
    name="ETag", documentation_only=True, description="The version; send it in If-Match with a change."
)
CSRF = ResponseHeader(
    name="X-CSRF-Token", documentation_only=True, description="Send it under this name with a change."
)
of_the_house = needs("staff", "planner")


async def _offering(conn: Connection, who: Identity, id: int) -> Offering:
    """The offering, for its own agency and for planners; to other agencies it is as if it had no answers."""
    found = await find_offering(conn, id)
    if found is None or (who.of_agency and found.agency != who.agency):
        raise NotFound(NO_OFFERING)
    return found


def _target(criterion: Criterion, offering: Offering, at: Place) -> Target:
    """Where the answer stands. Raises `Refused` for a place at which the criterion is not answered."""
    allowed = places(criterion)
    if at not in allowed:
        text = N_("This criterion is answered at another place. Send the parameter with one of: %(places)s.")
        raise Refused([fault("at", text, places=", ".join(allowed))])
    return Target(
        offering.agency if at in ("agency", "offering") else "",
        offering.service if at in ("service", "offering") else "",
    )


def _piece_out(piece: Piece) -> PieceOut:
    return PieceOut(
        id=piece.id,
        kind=cast(Any, piece.kind),
        title=piece.title,
        href=piece.link or f"/evidence/{piece.id}",
        name=piece.name or None,
        media_type=piece.media_type or None,
        size=piece.size or None,
        sha256=piece.sha256 or None,
        effective=piece.effective,
        expires=piece.expires,
        by=piece.by,
        added_at=piece.at,
    )


def answer_out(given: Answer) -> AnswerOut:
    """An answer as the API says it: what is empty because it is for all, is null."""
    return AnswerOut(
        criterion=given.criterion,
        at=cast(Place, given.target.scope),
        agency=given.agency or None,
        service=given.service or None,
        value=cast(Value, given.value),
        justification=given.justification,
        evidence=given.evidence,
        pieces=tuple(_piece_out(piece) for piece in given.pieces),
        blocker=cast(Blocker | None, given.blocker or None),
        version=given.version,
        by=given.by,
        answered_at=given.at,
    )


def _item(criterion: Criterion, counts: Effective) -> AnswerItem:
    return AnswerItem(
        criterion=criterion.id,
        level=criterion.level,
        role=criterion.role,
        scope=criterion.scope,
        places=cast(tuple[Place, ...], places(criterion)),
        text=WordsOut(criterion.text.vi, criterion.text.en),
        value=cast(Any, counts.value),
        source=cast(Any, counts.source),
        answer=answer_out(counts.answer) if counts.answer else None,
    )


@get(
    "/api/v1/offerings/{id:int}/answers",
    guards=[of_the_house, known_query],
    tags=["answers"],
    operation_id="list_answers",
    summary=N_("The checklist of one offering"),
    response_headers=[CSRF],
    responses=problems(400, 401, 403, 404, 422),
)
async def list_answers(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    who: NamedDependency[Identity],
    id: Number,
) -> Response[AnswerList]:
    """Every criterion with the value that counts for the offering, where it comes from, and the answer."""
    scheme = content.scheme
    async with db.transaction(who, read_only=True) as conn:
        offering = await _offering(conn, who, id)
        service = await find_service(conn, offering.service)
        given = await answers_reaching(conn, offering.agency, offering.service)
    if service is None:
        raise NotFound(NO_OFFERING)
    counts = effective(scheme, settle(scheme, facts(service)), given)
    items = tuple(_item(criterion, counts[criterion.id]) for criterion in scheme.criteria)
    out = AnswerList(offering.id, offering.service, offering.agency, scheme.id, offering.level, items)
    return for_visitor(request, out)


@get(
    "/api/v1/offerings/{id:int}/answers/{criterion:str}",
    guards=[of_the_house, known_query],
    tags=["answers"],
    operation_id="read_answer",
    summary=N_("One answer, with its version"),
    response_headers=[VERSION, CSRF],
    responses=problems(400, 401, 403, 404, 422),
)
async def read_answer(
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    who: NamedDependency[Identity],
    visit: NamedDependency[Visit],
    id: Number,
    criterion: CriterionId,
    at: At = "offering",
) -> Response[AnswerOut]:
    """The answer that stands exactly at the place; 404 while nobody has answered there: send the first."""
    async with db.transaction(who, read_only=True) as conn:
        offering = await _offering(conn, who, id)
        asked = criterion_of(scheme_having(content.kept, criterion), criterion)
        given = await find_answer(conn, asked.id, _target(asked, offering, at))
    if given is None:
        raise NotFound(N_("Nobody has answered this criterion at this place."))
    headers = {"ETag": f'"{given.version}"', "X-CSRF-Token": visit.csrf}
    return Response(answer_out(given), headers=headers, media_type="application/json")


@get(
    "/api/v1/offerings/{id:int}/answers/{criterion:str}/history",
    guards=[of_the_house, known_query],
    tags=["answers"],
    operation_id="read_history",
    summary=N_("Who changed one answer, when, from what to what, and why"),
    response_headers=[CSRF],
    responses=problems(400, 401, 403, 404, 422),
)
async def read_history(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    who: NamedDependency[Identity],
    id: Number,
    criterion: CriterionId,
    at: At = "offering",
) -> Response[HistoryOut]:
    """Every change of the answer that stands exactly at the place, also when it was taken back since."""
    async with db.transaction(who, read_only=True) as conn:
        offering = await _offering(conn, who, id)
        asked = criterion_of(scheme_having(content.kept, criterion), criterion)
        changes = await audit_store.history(conn, asked.id, _target(asked, offering, at), _CHANGES)
    items = tuple(
        ChangeOut(
            at=change.at,
            by=change.by or None,
            was=cast(Any, change.was or None),
            became=cast(Any, change.became or None),
            decision=cast(Any, change.decision or None),
            why=change.why,
            version=change.version or None,
        )
        for change in changes
    )
    return for_visitor(request, HistoryOut(items))


@put(
    "/api/v1/offerings/{id:int}/answers/{criterion:str}",
    guards=[of_the_house, known_query],
    tags=["answers"],
    operation_id="write_answer",
    summary=N_("Answer one criterion"),
    response_headers=[VERSION, CSRF],
    responses={
        201: ResponseSpec(SavedOut, description=N_("The first answer there"), generate_examples=False),
        **problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 428),
    },
    opt=does("answer"),
)
async def write_answer(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    visit: NamedDependency[Visit],
    id: Number,
    criterion: CriterionId,
    data: JSONBody[AnswerIn],
    at: At = "offering",
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
    key: Key = None,
    csrf: Token = None,
) -> Response[SavedOut]:
    """Answer, or change the answer that was read: If-Match names its version. Levels move at once."""
    seen, who, person = version_seen(request), visit.who, number_of(visit)

    async def write(db: Database) -> Told:
        async with db.transaction(who, read_only=True) as conn:
            offering = await _offering(conn, who, id)
        scheme = scheme_having(content.kept, criterion)
        target = _target(criterion_of(scheme, criterion), offering, at)
        form = AnswerForm(data.value, data.justification, data.evidence, data.blocker or "", seen)
        saved = await answer(db, content.kept, who, person, criterion, target, form, offering=id)
        return _told(offering, saved, status=200 if seen else 201)

    told, _ = await once_or_now(request, db, key, await request.body(), write)
    return reply_of(told, visit)


def _told(offering: Offering, saved: Saved, status: int) -> Told:
    """The stored answer, what it moved, and the level of the offering now."""
    main = saved.moved.main
    beside = tuple(
        SchemeMovedOut(shift.scheme.id, shift.rose, shift.fell, shift.touched) for shift in saved.moved.beside
    )
    moved = MovedOut(main.rose, main.fell, main.touched, beside)
    level = saved.level
    out = SavedOut(answer_out(saved.answer), moved, offering.level if level is None else level)
    return Told(status, {"ETag": f'"{saved.answer.version}"'}, msgspec.json.encode(out))


class PieceIn(msgspec.Struct, frozen=True):
    """The fields of the form that adds evidence, beside its file."""

    title: str = ""
    link: str = ""
    effective: str = ""
    expires: str = ""
    value: str = ""


@post(
    "/api/v1/offerings/{id:int}/answers/{criterion:str}/evidence",
    guards=[of_the_house, known_query],
    tags=["answers"],
    operation_id="add_evidence",
    summary=N_("Add evidence to an answer"),
    response_headers=[VERSION, CSRF],
    responses=problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 428),
    opt=takes_files(evidence_limit) | does("evidence added"),
)
async def add_evidence(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    visit: NamedDependency[Visit],
    id: Number,
    criterion: CriterionId,
    at: At = "offering",
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
    key: Key = None,
    csrf: Token = None,
) -> Response[SavedOut]:
    """A form (multipart/form-data) with a file or a link. Without an answer there, value gives one too."""
    seen, who, person = version_seen(request), visit.who, number_of(visit)
    typed, file = uploaded(request, PieceIn, "file")
    if file is not None and file.over:
        large = size_fault(file.limit).message
        raise TooLarge(large.text, **large.params)
    sent = Incoming(file.name, file.body, file.size, file.sha256) if file else None

    async def write(db: Database) -> Told:
        async with db.transaction(who, read_only=True) as conn:
            offering = await _offering(conn, who, id)
        scheme = scheme_having(content.kept, criterion)
        target = _target(criterion_of(scheme, criterion), offering, at)
        form = PieceForm(typed.title, typed.link, typed.effective, typed.expires, typed.value, seen)
        added = await add(db, content.kept, who, person, criterion, target, form, sent, today(), offering=id)
        return _told(offering, added.saved, status=201)

    body = msgspec.json.encode((typed, (sent.name, sent.sha256) if sent else ()))
    told, _ = await once_or_now(request, db, key, body, write)
    return reply_of(told, visit)


handlers: list[Any] = [list_answers, read_answer, read_history, write_answer, add_evidence]
